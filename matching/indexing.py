"""Bringing the index up to date: what changed is read, tagged, encoded; the next generation is built and serves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session, sessionmaker

from data.corpus import (
    Stamp,
    chunks,
    load_organisations,
    load_proposals,
    open_proposal_stamps,
    organisation_stamps,
    replace_derived_organisation_codes,
    replace_derived_proposal_codes,
)
from data.db import unit_of_work
from data.models.vocabulary import Tree
from embeddings.encoder import Encoder, Role
from embeddings.errors import GenerationError
from embeddings.generations import Generation, GenerationStore, NewRow, Section, SectionPlan
from embeddings.text import offered, organisation_passages, sought
from matching.collection import ORGANISATIONS_OFFERED, PROPOSALS_OFFERED, PROPOSALS_SOUGHT, READ_AT
from matching.competence import MOST_TAGS, CompetenceTagger
from matching.concepts import ConceptIndex
from matching.reading import CodeTriple, organisation_fields, proposal_fields
from matching.theme import derive_themes

Progress = Callable[[str, int], None]
"""Called with what is being done ("read", "encode") and how many texts or records more are done."""


def quiet(what: str, count: int) -> None:
    """Progress that nobody watches."""


STAMP = "stamp"
VOCABULARY = "vocabulary"
"""Key of the digest of the competence vocabulary that a generation's records were read with."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACES = {ORGANISATIONS_OFFERED: Role.OFFERED, PROPOSALS_OFFERED: Role.OFFERED, PROPOSALS_SOUGHT: Role.SOUGHT}


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run of the indexer did; `generation` serves now, `built` is false where nothing had changed."""

    generation: str
    built: bool
    organisations: int
    proposals: int
    encoded: int
    kept: int
    changed_organisations: tuple[int, ...]
    changed_proposals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Difference:
    """Ids that are new or changed since the previous generation, and ids whose rows can stay."""

    changed: list[int]
    kept: NDArray[np.int64]
    gone: int


class Indexer:
    """Builds generations from the database. One at a time: the store's lock holds it."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        store: GenerationStore,
        encoder: Encoder,
        concepts: ConceptIndex,
        *,
        keep: int,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._encoder = encoder
        self._concepts = concepts
        self._tagger = CompetenceTagger(concepts)
        self._vocabulary = _digest(concepts)
        self._keep = keep
        self._today = today

    def run(self, *, full: bool = False, progress: Progress = quiet) -> IndexReport:
        """Index what changed since the generation that serves (everything with `full` or where that is of no use)."""
        read_at = datetime.now(UTC)
        previous = None if full else self._previous()
        with self._sessions() as session:
            organisations = organisation_stamps(session)
            proposals = open_proposal_stamps(session, self._today())
        changes = {
            ORGANISATIONS_OFFERED: _difference(organisations, previous, ORGANISATIONS_OFFERED),
            PROPOSALS_OFFERED: _difference(proposals, previous, PROPOSALS_OFFERED),
        }
        if previous is not None and not any(change.changed or change.gone for change in changes.values()):
            return IndexReport(previous.id, False, len(organisations), len(proposals), 0, _rows(previous), (), ())
        changed_organisations = changes[ORGANISATIONS_OFFERED].changed
        changed_proposals = changes[PROPOSALS_OFFERED].changed
        new = self._read_organisations(changed_organisations, progress) | self._read_proposals(
            changed_proposals, progress
        )
        stamps = {ORGANISATIONS_OFFERED: organisations, PROPOSALS_OFFERED: proposals, PROPOSALS_SOUGHT: proposals}
        plans = [
            _plan(name, new[name], changes.get(name, changes[PROPOSALS_OFFERED]).kept, stamps[name], previous)
            for name in _PLACES
        ]
        extra = {READ_AT: read_at.isoformat(), VOCABULARY: self._vocabulary}
        number = self._store.build(plans, self._encoder, previous, extra, lambda count: progress("encode", count))
        self._store.activate(number)
        self._store.prune(self._keep)
        return IndexReport(
            generation=number,
            built=True,
            organisations=len(organisations),
            proposals=len(proposals),
            encoded=sum(len(plan.new) for plan in plans),
            kept=sum(len(plan.kept) for plan in plans),
            changed_organisations=tuple(changed_organisations),
            changed_proposals=tuple(changed_proposals),
        )

    def behind(self) -> int:
        """How many records the generation that serves does not show as they are; all of them where there is none."""
        previous = self._previous()
        with self._sessions() as session:
            stamps = {
                ORGANISATIONS_OFFERED: organisation_stamps(session),
                PROPOSALS_OFFERED: open_proposal_stamps(session, self._today()),
            }
        differences = [_difference(rows, previous, name) for name, rows in stamps.items()]
        return sum(len(difference.changed) + difference.gone for difference in differences)

    def _previous(self) -> Generation | None:
        """The generation that serves, where its rows can be kept; a damaged or foreign one is simply not used.

        Nor is one whose records were read with another vocabulary: their derived competences would be out of date.
        """
        try:
            generation = self._store.current(self._encoder)
        except GenerationError:
            return None
        return generation if generation.extra.get(VOCABULARY) == self._vocabulary else None

    def _read_organisations(self, ids: Sequence[int], progress: Progress) -> dict[str, list[NewRow]]:
        rows: list[NewRow] = []
        labels = {concept.code: concept.label_it for concept in self._concepts.concepts if concept.tree == "competence"}
        for chunk in chunks(ids):
            derived: dict[int, list[CodeTriple]] = {}
            with unit_of_work(self._sessions) as session:
                for record in load_organisations(session, chunk):
                    passages = organisation_passages(organisation_fields(record))
                    rows += [NewRow(record.id, passage.text, passage.language) for passage in passages]
                    derived[record.id] = self._derive((passage.text, passage.language) for passage in passages)
                replace_derived_organisation_codes(session, derived, labels)
            progress("read", len(chunk))
        return {ORGANISATIONS_OFFERED: rows}

    def _read_proposals(self, ids: Sequence[int], progress: Progress) -> dict[str, list[NewRow]]:
        offers: list[NewRow] = []
        needs: list[NewRow] = []
        for chunk in chunks(ids):
            derived: dict[int, list[CodeTriple]] = {}
            with unit_of_work(self._sessions) as session:
                for record in load_proposals(session, chunk):
                    fields = proposal_fields(record)
                    language = fields.language or "it"
                    seek, offer = sought(fields), offered(fields)
                    offers.append(NewRow(record.id, offer, language))
                    needs.append(NewRow(record.id, seek, language))
                    derived[record.id] = self._derive([(seek, language), (offer, language)])
                replace_derived_proposal_codes(session, derived)
            progress("read", len(chunk))
        return {PROPOSALS_OFFERED: offers, PROPOSALS_SOUGHT: needs}

    def _derive(self, texts: Iterable[tuple[str, str]]) -> list[CodeTriple]:
        """Competences that the texts name and themes that follow from them, as (tree, code, confidence)."""
        best: dict[int, float] = {}
        for text, language in texts:
            for tag in self._tagger.tag(text, "it" if language == "it" else "en"):
                best[tag.concept] = max(tag.confidence, best.get(tag.concept, 0.0))
        tags = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:MOST_TAGS]
        found = [*tags, *derive_themes(tags, self._concepts)]
        concepts = self._concepts.concepts
        return [(concepts[number].tree, concepts[number].code, weight) for number, weight in found]


def _digest(concepts: ConceptIndex) -> str:
    """Digest of what competences and themes are read by: the vocabulary's words and its links."""
    digest = hashlib.sha256()
    for number in concepts.in_tree(Tree.COMPETENCE.value):
        links = sorted(
            (concepts.code(other).tree, concepts.code(other).code, weight) for other, weight in concepts.linked(number)
        )
        digest.update(f"{concepts.concepts[number]!r} {links!r}\n".encode())
    return digest.hexdigest()


def _stamp(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds() * 1_000_000)


def _rows(generation: Generation) -> int:
    return sum(len(generation.section(name)) for name in _PLACES)


def _difference(stamps: Sequence[Stamp], previous: Generation | None, name: str) -> _Difference:
    """Compare when each record changed with what the previous generation's rows say."""
    if previous is None:
        return _Difference([stamp.id for stamp in stamps], np.empty(0, dtype=np.int64), 0)
    section: Section = previous.section(name)
    held_ids, first = np.unique(section.owners, return_index=True)
    held = dict(zip(held_ids.tolist(), section.attributes[STAMP][first].tolist(), strict=True))
    changed = [stamp.id for stamp in stamps if held.get(stamp.id) != _stamp(stamp.changed)]
    unchanged = {stamp.id for stamp in stamps} - set(changed)
    kept = np.flatnonzero(np.isin(section.owners, np.fromiter(unchanged, np.int64, len(unchanged))))
    gone = len(held) - len(unchanged) - sum(number in held for number in changed)
    return _Difference(changed, kept.astype(np.int64), gone)


def _plan(
    name: str, new: list[NewRow], kept: NDArray[np.int64], stamps: Sequence[Stamp], previous: Generation | None
) -> SectionPlan:
    moments = {stamp.id: _stamp(stamp.changed) for stamp in stamps}
    before = np.empty(0, dtype=np.int64)
    if previous is not None:
        before = np.asarray(previous.section(name).attributes[STAMP])[kept]
    mine = np.fromiter((moments[row.owner] for row in new), dtype=np.int64, count=len(new))
    attributes = {STAMP: np.concatenate([before, mine])}
    return SectionPlan(name, _PLACES[name], new=new, kept=kept, attributes=attributes)
