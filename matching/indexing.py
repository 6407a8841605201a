"""Bringing the index up to date: what changed is read, tagged, encoded; the next generation is built and serves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
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
from embeddings.encoder import Encoder, Role
from embeddings.errors import GenerationError
from embeddings.generations import Generation, GenerationStore, NewRow, Section, SectionPlan
from matching.collection import ORGANISATIONS_OFFERED, PROPOSALS_OFFERED, PROPOSALS_SOUGHT, READ_AT
from matching.concepts import ConceptIndex
from matching.reading import CodeTriple
from matching.tagging.deriving import Part, derive_codes, organisation_parts, proposal_parts
from matching.tagging.tagger import TextTagger

Progress = Callable[[str, int], None]
"""Called with what is being done ("read", "encode") and how many texts or records more are done."""


def quiet(what: str, count: int) -> None:
    """Progress that nobody watches."""


STAMP = "stamp"
TAGGED = "tagged"
"""Attribute of each row: by which state of what the tagger learnt its owner was tagged."""
MOST_RETAGGED = 5000
"""Unchanged records that one run tags again after something was learnt; the next run goes on."""
VOCABULARY = "vocabulary"
"""Key of the digest of the taxonomies that a generation's records were read with."""
_READ_BY = b"tagger"
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
    retagged: int = 0


@dataclass(frozen=True, slots=True)
class _Difference:
    """Ids that are new or changed since the previous generation, rows that can stay, and ids of those to tag again."""

    changed: list[int]
    kept: NDArray[np.int64]
    gone: int
    stale: list[int]


class Indexer:
    """Builds generations from the database. One at a time: the store's lock holds it."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        store: GenerationStore,
        encoder: Encoder,
        concepts: ConceptIndex,
        tagger: TextTagger,
        *,
        keep: int,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._encoder = encoder
        self._concepts = concepts
        self._tagger = tagger
        self._tagged = int(tagger.learning[:15], 16)
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
        changes = self._differences(organisations, proposals, previous)
        stale = self._to_tag_again(changes)
        idle = not any(change.changed or change.gone for change in changes.values()) and not any(stale.values())
        if previous is not None and idle:
            return IndexReport(previous.id, False, len(organisations), len(proposals), 0, previous.rows, (), ())
        changed_organisations = changes[ORGANISATIONS_OFFERED].changed
        changed_proposals = changes[PROPOSALS_OFFERED].changed
        new = self._read_organisations(changed_organisations, progress) | self._read_proposals(
            changed_proposals, progress
        )
        self._read_organisations(stale[ORGANISATIONS_OFFERED], progress)
        self._read_proposals(stale[PROPOSALS_OFFERED], progress)
        stamps = {ORGANISATIONS_OFFERED: organisations, PROPOSALS_OFFERED: proposals, PROPOSALS_SOUGHT: proposals}
        plans = [
            self._plan(name, new[name], changes[_table(name)].kept, stamps[name], previous, stale[_table(name)])
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
            retagged=sum(len(ids) for ids in stale.values()),
        )

    def _differences(
        self, organisations: Sequence[Stamp], proposals: Sequence[Stamp], previous: Generation | None
    ) -> dict[str, _Difference]:
        return {
            ORGANISATIONS_OFFERED: _difference(organisations, previous, ORGANISATIONS_OFFERED, self._tagged),
            PROPOSALS_OFFERED: _difference(proposals, previous, PROPOSALS_OFFERED, self._tagged),
        }

    def _to_tag_again(self, changes: dict[str, _Difference]) -> dict[str, list[int]]:
        """Unchanged records that were tagged before the latest learning, MOST_RETAGGED at most."""
        organisations = changes[ORGANISATIONS_OFFERED].stale[:MOST_RETAGGED]
        proposals = changes[PROPOSALS_OFFERED].stale[: MOST_RETAGGED - len(organisations)]
        return {ORGANISATIONS_OFFERED: organisations, PROPOSALS_OFFERED: proposals}

    def behind(self) -> int:
        """How many records the generation that serves does not show as they are; all of them where there is none."""
        previous = self._previous()
        with self._sessions() as session:
            organisations = organisation_stamps(session)
            proposals = open_proposal_stamps(session, self._today())
        differences = self._differences(organisations, proposals, previous).values()
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
            read: dict[int, list[Part]] = {}
            with unit_of_work(self._sessions) as session:
                for record in load_organisations(session, chunk):
                    read[record.id] = organisation_parts(record)
                    rows += [NewRow(record.id, part.text, part.language) for part in read[record.id]]
                replace_derived_organisation_codes(session, self._derive(read), labels)
            progress("read", len(chunk))
        return {ORGANISATIONS_OFFERED: rows}

    def _read_proposals(self, ids: Sequence[int], progress: Progress) -> dict[str, list[NewRow]]:
        offers: list[NewRow] = []
        needs: list[NewRow] = []
        for chunk in chunks(ids):
            read: dict[int, list[Part]] = {}
            with unit_of_work(self._sessions) as session:
                for record in load_proposals(session, chunk):
                    read[record.id] = [seek, offer] = proposal_parts(record)
                    offers.append(NewRow(record.id, offer.text, offer.language))
                    needs.append(NewRow(record.id, seek.text, seek.language))
                replace_derived_proposal_codes(session, self._derive(read))
            progress("read", len(chunk))
        return {PROPOSALS_OFFERED: offers, PROPOSALS_SOUGHT: needs}

    def _derive(self, read: dict[int, list[Part]]) -> dict[int, list[CodeTriple]]:
        derived = derive_codes(list(read.values()), self._tagger, self._encoder, self._concepts)
        return dict(zip(read, derived, strict=True))

    def _plan(
        self,
        name: str,
        new: list[NewRow],
        kept: NDArray[np.int64],
        stamps: Sequence[Stamp],
        previous: Generation | None,
        retagged: Sequence[int],
    ) -> SectionPlan:
        moments = {stamp.id: _stamp(stamp.changed) for stamp in stamps}
        before = tagged = np.empty(0, dtype=np.int64)
        if previous is not None:
            section: Section = previous.section(name)
            before = np.asarray(section.attributes[STAMP])[kept]
            again = np.isin(section.owners[kept], np.array(retagged, np.int64))
            tagged = np.where(again, self._tagged, np.asarray(section.attributes[TAGGED])[kept])
        mine = np.fromiter((moments[row.owner] for row in new), dtype=np.int64, count=len(new))
        now = np.full(len(new), self._tagged, np.int64)
        attributes = {STAMP: np.concatenate([before, mine]), TAGGED: np.concatenate([tagged, now])}
        return SectionPlan(name, _PLACES[name], new=new, kept=kept, attributes=attributes)


def _digest(concepts: ConceptIndex) -> str:
    """Digest of what records are tagged by, but for what was learnt: the taxonomies' words and links."""
    digest = hashlib.sha256(_READ_BY)
    for number in range(len(concepts)):
        links = sorted(
            (concepts.code(other).tree, concepts.code(other).code, weight) for other, weight in concepts.linked(number)
        )
        digest.update(f"{concepts.concepts[number]!r} {links!r}\n".encode())
    return digest.hexdigest()


def _stamp(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds() * 1_000_000)


def _table(name: str) -> str:
    """The section by which the differences of a section's table are told."""
    return PROPOSALS_OFFERED if name == PROPOSALS_SOUGHT else name


def _difference(stamps: Sequence[Stamp], previous: Generation | None, name: str, tagged: int) -> _Difference:
    """Compare when each record changed, and by what it was tagged, with what the previous generation's rows say."""
    if previous is None:
        return _Difference([stamp.id for stamp in stamps], np.empty(0, dtype=np.int64), 0, [])
    section: Section = previous.section(name)
    held_ids, first = np.unique(section.owners, return_index=True)
    held = dict(zip(held_ids.tolist(), section.attributes[STAMP][first].tolist(), strict=True))
    changed = [stamp.id for stamp in stamps if held.get(stamp.id) != _stamp(stamp.changed)]
    unchanged = {stamp.id for stamp in stamps} - set(changed)
    kept = np.flatnonzero(np.isin(section.owners, np.fromiter(unchanged, np.int64, len(unchanged))))
    gone = len(held) - len(unchanged) - sum(number in held for number in changed)
    old = held_ids[np.asarray(section.attributes[TAGGED])[first] != tagged].tolist()
    return _Difference(changed, kept.astype(np.int64), gone, [number for number in old if number in unchanged])
