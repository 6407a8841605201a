"""The words of a stored record that speak for its codes, read at the moment that somebody looks."""

from __future__ import annotations

from collections.abc import Sequence

from data.models import Organisation, Proposal
from embeddings.language import Language, detect
from embeddings.text import offered, organisation_passages, sought
from matching.reading import organisation_fields, proposal_fields
from matching.tagging.tagger import TextTagger

Key = tuple[str, str]
Words = dict[Key, tuple[str, ...]]


def text_of(record: Proposal | Organisation) -> tuple[str, Language]:
    """Everything that is read of a record, in one text, and its language."""
    if isinstance(record, Proposal):
        fields = proposal_fields(record)
        lines = dict.fromkeys([*sought(fields).splitlines(), *offered(fields).splitlines()])
        return "\n".join(lines), fields.language or "it"
    text = "\n".join(passage.text for passage in organisation_passages(organisation_fields(record)))
    return text, detect(text)


def reasons_of(record: Proposal | Organisation, keys: Sequence[Key], tagger: TextTagger) -> Words:
    """Words by (tree, code)."""
    text, language = text_of(record)
    return tagger.reasons(text, language, keys)
