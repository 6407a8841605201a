"""The texts of an organisation and its proposals that may have become vectors, and how these are forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from data.models import Organisation, Proposal
from data.settings import Settings
from embeddings.sentences import split_sentences
from embeddings.text import offered, organisation_passages, sought
from matching.reading import organisation_fields, proposal_fields

PURGE = "purge"
"""Name of the file in the index folder that asks the next index run to keep no older generation."""


def texts_of(organisation: Organisation | None, proposals: Iterable[Proposal]) -> frozenset[str]:
    """Passages of the index, and their sentences, which are compared one by one."""
    whole: list[str] = []
    if organisation is not None:
        whole += [passage.text for passage in organisation_passages(organisation_fields(organisation))]
    for proposal in proposals:
        fields = proposal_fields(proposal)
        whole += [offered(fields), sought(fields)]
        whole += [text for text in (proposal.title, proposal.summary, proposal.description) if text]
    sentences = (sentence for text in whole for sentence in split_sentences(text))
    return frozenset({*whole, *sentences})


def forget(settings: Settings, texts: Iterable[str]) -> int:
    """Remove the vectors of texts from the cache, and have older indexes removed with the next one; how many went."""
    wanted = list(texts)
    if not wanted:
        return 0
    _ask_for_purge(settings.index_dir)
    if not settings.vector_cache.exists():
        return 0
    from embeddings.cache import VectorCache  # noqa: PLC0415 - only where another model than the shipped one serves

    return VectorCache(settings.vector_cache).forget(wanted)


def _ask_for_purge(folder: Path) -> None:
    if folder.is_dir():
        (folder / PURGE).touch()


def purge_wanted(folder: Path) -> int:
    """When something was last erased that no index run has removed from older generations yet (ns); 0 for never."""
    try:
        return (folder / PURGE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def purged(folder: Path, wanted: int) -> None:
    """Note that the older generations are gone, unless something was erased after `wanted`: the next run does that."""
    if purge_wanted(folder) == wanted:
        (folder / PURGE).unlink(missing_ok=True)
