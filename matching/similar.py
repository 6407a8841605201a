"""Existing proposals that say the same thing in the same direction, whatever the language: no counterparts."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data.corpus import closed_since, is_open
from data.models import Proposal
from data.models.vocabulary import ProposalState
from data.queries import proposal_by_reference, today
from embeddings.encoder import Role
from matching.brokerage.proposal_rules import ProposalFields
from matching.brokerage.quality.duplicates import Similar
from matching.candidates import NO_ORGANISATION
from matching.collection import Collection
from matching.drafts import Draft
from matching.query import Query
from matching.service import Engine, MatchService

LEAST_LIKENESS: Final = 0.6
"""Likeness below which two proposals have little more than their trade in common."""
MOST_NEW: Final = 200
"""Proposals outside the index that are compared: two days' work of a large agency, encoded in a tenth of a second."""
_FAMILIES: Final = (frozenset({"TO", "BO"}), frozenset({"TR", "BR"}), frozenset({"RDR"}))


def similar_proposals(
    service: MatchService, session: Session, asked: str | ProposalFields, *, top: int = 5
) -> tuple[Similar, ...]:
    """The proposals of the same family of kinds that are most like one that is stored, or written; never itself.

    They are the open ones of the index, and those that it cannot hold yet: handed in and waiting for the agency, or
    published since. Their authors alone know the waiting ones, so that what is found is for the staff. Raises
    NotIndexedError where there is no index, NotFoundError for an unknown reference, and NothingToMatchError where
    nothing is written yet.
    """
    engine = service.engine()
    if isinstance(asked, str):
        query = engine.builder.of_proposal(proposal_by_reference(session, asked))
    else:
        query = engine.builder.of_draft(_draft(asked))
    found = [*_indexed(session, engine, query, top), *_not_indexed(session, engine, query)]
    return tuple(sorted(found, key=lambda one: (-one.likeness, one.reference))[:top])


def _indexed(session: Session, engine: Engine, query: Query, top: int) -> list[Similar]:
    scores = _likeness(engine.collection, query)
    scores[~_comparable(session, engine, query)] = -np.inf
    places = [place for place in np.argsort(-scores, kind="stable")[:top] if scores[place] >= LEAST_LIKENESS]
    table = engine.collection.proposals
    ids = table.ids[places].tolist()
    rows = session.execute(select(Proposal.id, Proposal.reference, Proposal.title).where(Proposal.id.in_(ids)))
    named = {row.id: (row.reference, row.title) for row in rows}
    return [
        Similar(*named[number], float(scores[place]), _is_own(query, int(table.organisation_id[place])))
        for number, place in zip(ids, places, strict=True)
        if number in named
    ]


def _not_indexed(session: Session, engine: Engine, query: Query) -> list[Similar]:
    """Those that wait for the agency or came out since the index was built, the latest `MOST_NEW` of them."""
    waits = Proposal.state == ProposalState.TO_VALIDATE.value
    came_out = is_open(today()) & (Proposal.updated_at >= engine.collection.read_at)
    wanted = or_(waits, came_out), Proposal.kind.in_(_family(query)), Proposal.id != (query.proposal_id or 0)
    known = set(engine.collection.proposals.ids.tolist())
    newest = session.scalars(select(Proposal).where(*wanted).order_by(Proposal.updated_at.desc()).limit(MOST_NEW))
    proposals = [row for row in newest if row.id not in known]
    if not proposals:
        return []
    vectors = engine.builder.vectors_of(proposals)
    said = vectors[Role.OFFERED] @ query.offered.vector + vectors[Role.SOUGHT] @ query.sought.vector
    return [
        Similar(row.reference, row.title, likeness, _is_own(query, row.organisation_id))
        for row, likeness in zip(proposals, np.clip(said / 2.0, 0.0, 1.0).tolist(), strict=True)
        if likeness >= LEAST_LIKENESS
    ]


def _likeness(corpus: Collection, query: Query) -> NDArray[np.float64]:
    """Mean cosine of what both offer and what both seek, as for near-duplicates of a list: (proposals,)."""
    rows = np.arange(len(corpus.proposals))
    total = np.zeros(len(rows), dtype=np.float64)
    if not len(rows):
        return total
    for section, side in ((corpus.proposals_offered, query.offered), (corpus.proposals_sought, query.sought)):
        texts, starts = section.spans(rows)
        total += np.maximum.reduceat(section.similarity(side.vector, texts), starts)
    return np.clip(total / 2.0, 0.0, 1.0)


def _comparable(session: Session, engine: Engine, query: Query) -> NDArray[np.bool_]:
    """Whether each proposal of the index is of the same direction, open, and another one: (proposals,)."""
    table = engine.collection.proposals
    family = _family(query)
    gone = closed_since(session, engine.collection.read_at, today())
    left_out = gone if query.proposal_id is None else gone | {query.proposal_id}
    return table.kind.where(family.__contains__) & ~np.isin(table.ids, list(left_out))


def _family(query: Query) -> frozenset[str]:
    return next(kinds for kinds in _FAMILIES if query.kind in kinds)


def _is_own(query: Query, owner: int | None) -> bool:
    return owner not in (None, NO_ORGANISATION) and owner == query.organisation_id


def _draft(fields: ProposalFields) -> Draft:
    return Draft(
        kind=fields.kind.value,
        title=fields.title,
        summary=fields.summary,
        description=fields.description,
        expertise_sought=fields.expertise_sought,
        advantages=fields.advantages,
        partner_role=fields.partner_role,
        keywords=fields.keywords,
        organisation_id=fields.organisation_id,
    )
