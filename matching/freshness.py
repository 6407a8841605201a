"""Which stored suggestions are out of date: those of what changed, and of what a changed candidate now reaches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.corpus import chunks, is_open
from data.models import CurationDecision, Organisation, PartnerResponse, Proposal, Suggestion
from embeddings.encoder import Vectors
from embeddings.generations import Generation
from embeddings.section import Section
from matching.brokerage.curation import standing
from matching.collection import ORGANISATIONS_OFFERED, PROPOSALS_OFFERED, PROPOSALS_SOUGHT
from matching.concepts import ConceptIndex
from matching.indexing import STAMP, TAGGED
from matching.ranking import RankingModel
from matching.rules import SEEKING, counterpart_kinds
from matching.types import Target

Ids = NDArray[np.int64]
REACH = 50
"""A changed candidate reaches the proposals that are among its nearest so many, by vectors or by words."""
_ROWS_AT_ONCE = 1000
_MOST_CHANGED = 0.5
"""Where more than this share of the candidates changed, everything is recomputed: finding out would take longer."""
_MADE_BY = ("model", "text_version", "analyser_version")


@dataclass(frozen=True, slots=True)
class Seeker:
    """A proposal that has stored suggestions: the platform's own, open."""

    id: int
    reference: str
    kind: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Owners that are new or changed since an earlier generation, by kind of candidate."""

    organisations: Ids
    proposals: Ids

    def __len__(self) -> int:
        return len(self.organisations) + len(self.proposals)


def basis(models: Iterable[RankingModel], concepts: ConceptIndex) -> str:
    """Digest of what suggestions rest on besides the index: the ranking's weights and the taxonomies."""
    digest = hashlib.sha256()
    for model in models:
        digest.update(repr(model).encode())
    for number, concept in enumerate(concepts.concepts):
        digest.update(f"{concept!r} {concepts.linked(number)!r}\n".encode())
    return digest.hexdigest()


def outdated(
    session: Session,
    seekers: Iterable[Seeker],
    new: Generation,
    old: Generation | None,
    today: date,
    since: datetime | None = None,
) -> tuple[list[Seeker], bool]:
    """The seekers whose suggestions must be computed again, in their order, and whether those are simply all.

    `old` is the generation that all stored suggestions were last brought up to date with; None where it is unknown or
    gone, then everything is out of date. `since` is when that began, if known: decisions before it have been heeded.
    """
    everyone = list(seekers)
    changes = None if old is None else changed(old, new)
    if changes is None:
        return everyone, True
    stale = set(changes.proposals.tolist())
    stale |= _holding(session, changes) | _holding_closed(session, today) | _decided_since(session, since)
    if len(changes):
        stale |= reached(new, everyone, changes, _kinds(session, changes.proposals))
    return [seeker for seeker in everyone if seeker.id in stale], False


def changed(old: Generation, new: Generation) -> Changes | None:
    """What differs between two generations; None where they cannot be compared, or where too much does."""
    if any(old.manifest[name] != new.manifest[name] for name in _MADE_BY):
        return None
    if old.id == new.id:
        return Changes(np.empty(0, np.int64), np.empty(0, np.int64))
    moments = {name: (_stamps(old, name), _stamps(new, name)) for name in (ORGANISATIONS_OFFERED, PROPOSALS_OFFERED)}
    found = {
        name: np.array(sorted(owner for owner, stamp in after.items() if before.get(owner) != stamp), np.int64)
        for name, (before, after) in moments.items()
    }
    changes = Changes(found[ORGANISATIONS_OFFERED], found[PROPOSALS_OFFERED])
    whole = sum(len(after) for _, after in moments.values())
    return None if len(changes) > _MOST_CHANGED * whole else changes


def _stamps(generation: Generation, name: str) -> dict[int, tuple[int, int]]:
    """When each owner changed and by what it was tagged."""
    section = generation.section(name)
    owners, first = np.unique(section.owners, return_index=True)
    marks = (section.attributes[mark][first].tolist() for mark in (STAMP, TAGGED))
    return dict(zip(owners.tolist(), zip(*marks, strict=True), strict=True))


def reached(new: Generation, seekers: list[Seeker], changes: Changes, kinds: dict[int, str]) -> set[int]:
    """Ids of the seekers that a changed candidate is near to; `kinds` are those of the changed proposals.

    Each side of the match is looked at: who seeks what the candidate offers, who offers what the candidate seeks.
    """
    offered = new.section(PROPOSALS_OFFERED)
    sought = new.section(PROPOSALS_SOUGHT)
    organisations = new.section(ORGANISATIONS_OFFERED)
    found = _near(organisations, changes.organisations, sought, [seeker.id for seeker in seekers])
    offering = [seeker.id for seeker in seekers if seeker.kind not in SEEKING]
    found |= _near(organisations, changes.organisations, offered, offering)
    for kind in sorted(set(kinds.values())):
        candidates = np.array([owner for owner, own in kinds.items() if own == kind], np.int64)
        fitting = [seeker.id for seeker in seekers if seeker.kind in counterpart_kinds(kind)]
        found |= _near(offered, candidates, sought, fitting)
        found |= _near(sought, candidates, offered, fitting)
    return found


def _near(candidates: Section, owners: Ids, places: Section, wanted: list[int]) -> set[int]:
    """Of the `wanted` owners in `places`, those near to a text of `owners` in `candidates`."""
    if not len(owners) or not wanted:
        return set()
    if len(wanted) <= REACH:
        return set(wanted)
    rows = places.rows_of(np.array(wanted, np.int64))
    vectors = np.asarray(places.vectors[rows])
    allowed = np.zeros(len(places), np.bool_)
    allowed[rows] = True
    found: set[int] = set()
    for texts, queries in _parts(candidates, owners):
        found |= set(places.owners[rows[np.unique(_best(queries, vectors))]].tolist())
        for row in texts.tolist():
            hits = places.lexical_index.search(_words(candidates, row), REACH, allowed)
            found |= set(places.owners[hits.ids].tolist())
    return found


def _parts(section: Section, owners: Ids) -> Iterator[tuple[Ids, Vectors]]:
    rows = section.rows_of(owners)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        yield part, np.asarray(section.vectors[part])


def _best(queries: Vectors, vectors: Vectors) -> Ids:
    """Positions of the `REACH` nearest of `vectors` for each query, (queries, REACH)."""
    similarity = queries @ vectors.T
    width = min(REACH, similarity.shape[1])
    best: Ids = np.argpartition(-similarity, width - 1, axis=1)[:, :width]
    return best


def _words(section: Section, row: int) -> list[str]:
    tokens = section.tokens
    return [tokens.vocabulary[term] for term in tokens.terms[tokens.indptr[row] : tokens.indptr[row + 1]]]


def _kinds(session: Session, ids: Ids) -> dict[int, str]:
    kinds: dict[int, str] = {}
    for chunk in chunks(ids.tolist()):
        rows = session.execute(select(Proposal.id, Proposal.kind).where(Proposal.id.in_(chunk)))
        kinds |= {row.id: row.kind for row in rows}
    return kinds


def _holding(session: Session, changes: Changes) -> set[int]:
    """Proposals with a stored suggestion of a candidate that changed."""
    organisation, proposal = Suggestion.candidate_organisation_id, Suggestion.candidate_proposal_id
    found: set[int] = set()
    for column, ids in ((organisation, changes.organisations), (proposal, changes.proposals)):
        for chunk in chunks(ids.tolist()):
            found |= set(session.scalars(select(Suggestion.proposal_id).where(column.in_(chunk))))
    return found


def _holding_closed(session: Session, today: date) -> set[int]:
    """Proposals with a stored suggestion, not decided about, of a candidate that may no longer be suggested."""
    held = select(Suggestion.proposal_id)
    withdrawn = held.add_columns(Organisation.id).join(
        Organisation, Organisation.id == Suggestion.candidate_organisation_id
    )
    closed = held.add_columns(Proposal.id).join(Proposal, Proposal.id == Suggestion.candidate_proposal_id)
    rows = {
        Target.ORGANISATIONS: withdrawn.where(Organisation.withdrawn_at.is_not(None)),
        Target.PROPOSALS: closed.where(~is_open(today)),
    }
    found = {(owner, (kind, number)) for kind, query in rows.items() for owner, number in session.execute(query).all()}
    # What someone decided about keeps its row for good: computing anew would not take it away.
    decided = {owner: standing(session, owner) for owner in {owner for owner, _ in found}}
    return {owner for owner, candidate in found if candidate not in decided[owner]}


def _decided_since(session: Session, since: datetime | None) -> set[int]:
    """Proposals about which a broker decided or their company answered after their suggestions were computed.

    Rows that someone decided about keep their moment, so where there are no others `since` tells what was heeded.
    """
    computed = select(Suggestion.proposal_id, func.max(Suggestion.created_at).label("at"))
    latest = computed.group_by(Suggestion.proposal_id).subquery()
    moments = (CurationDecision.created_at, PartnerResponse.created_at, PartnerResponse.withdrawn_at)
    found: set[int] = set()
    for moment in moments:
        owner = moment.class_.proposal_id
        decided = select(owner).join(latest, latest.c.proposal_id == owner).where(moment > latest.c.at)
        found |= set(session.scalars(decided if since is None else decided.where(moment > since)))
    return found
