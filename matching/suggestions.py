"""Stored suggestions of the platform's open proposals: recomputed when something changed, never over a decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.corpus import is_open
from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Proposal, Suggestion, now
from matching.brokerage.curation import Candidate, standing
from matching.errors import NothingToMatchError
from matching.freshness import Seeker
from matching.types import Match, Suggestions, Target

PLATFORM = "platform"
STORED = 20
"""Suggestions kept for each list of a proposal."""

Matcher = Callable[[str], Suggestions]
"""A proposal's reference to its suggestions."""


def open_seekers(session: Session, today: date) -> list[Seeker]:
    """The platform's own open proposals, by reference: those that have stored suggestions."""
    query = select(Proposal.id, Proposal.reference, Proposal.kind).where(Proposal.source == PLATFORM, is_open(today))
    return [Seeker(*row) for row in session.execute(query.order_by(Proposal.reference))]


def store(sessions: sessionmaker[Session], reference: str, matcher: Matcher) -> int:
    """Recompute one proposal's suggestions in one transaction; returns how many are stored.

    What someone decided about keeps its row as it was seen; everything else is replaced. Nothing is stored for a
    proposal without words, or erased meanwhile.
    """
    try:
        found = matcher(reference)
    except (NothingToMatchError, NotFoundError):
        found = Suggestions(query=reference, generation="")
    with unit_of_work(sessions) as session:
        proposal = session.scalars(select(Proposal).where(Proposal.reference == reference)).first()
        if proposal is None:
            return 0
        decided = standing(session, proposal.id)
        since = _suggested_since(session, proposal.id)
        kept = _drop_undecided(session, proposal.id, decided)
        matches = [match for match in (*found.organisations, *found.proposals) if _key(match) not in kept]
        rows = [(match, _row(proposal.id, match, found.generation)) for match in matches]
        for match, row in rows:
            row.first_suggested_at = since.get(_key(match)) or row.created_at
        session.add_all([row for _, row in rows])
    return len(matches) + len(kept)


def _key(match: Match) -> Candidate:
    return match.target, match.candidate_id


def _suggested_since(session: Session, proposal_id: int) -> dict[Candidate, datetime | None]:
    """Since when each candidate has been waiting for a decision: computing anew must not make it look new."""
    rows = session.scalars(select(Suggestion).where(Suggestion.proposal_id == proposal_id))
    return {_candidate(row): row.first_suggested_at for row in rows}


def _drop_undecided(session: Session, proposal_id: int, decided: dict[Candidate, Any]) -> set[Candidate]:
    kept: set[Candidate] = set()
    for row in session.scalars(select(Suggestion).where(Suggestion.proposal_id == proposal_id)):
        candidate = _candidate(row)
        if candidate in decided:
            kept.add(candidate)
        else:
            session.delete(row)
    session.flush()
    return kept


def _candidate(row: Suggestion) -> Candidate:
    if row.candidate_organisation_id is not None:
        return Target.ORGANISATIONS, row.candidate_organisation_id
    assert row.candidate_proposal_id is not None
    return Target.PROPOSALS, row.candidate_proposal_id


def _row(proposal_id: int, match: Match, generation: str) -> Suggestion:
    to_organisation = match.target is Target.ORGANISATIONS
    return Suggestion(
        proposal_id=proposal_id,
        candidate_organisation_id=match.candidate_id if to_organisation else None,
        candidate_proposal_id=None if to_organisation else match.candidate_id,
        rank=match.rank,
        score=match.score,
        probability=match.probability,
        band=match.band.value,
        explanation=asdict(match.explanation),
        generation=generation,
        created_at=now(),
    )


def drop_closed(session: Session, today: date) -> int:
    """Remove undecided suggestions of proposals that are no longer open; returns how many."""
    query = (
        select(Proposal.id).join(Suggestion, Suggestion.proposal_id == Proposal.id).where(~is_open(today)).distinct()
    )
    dropped = 0
    for number in session.scalars(query).all():
        rows = session.scalars(select(Suggestion).where(Suggestion.proposal_id == number)).all()
        kept = _drop_undecided(session, number, dict(standing(session, number)))
        dropped += len(rows) - len(kept)
    return dropped
