"""Where opinions and sightings are read: decisions, expressions of interest, the record of what was shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.corpus import chunks
from data.models import CurationDecision, Exposure
from matching.brokerage.curation import candidate_of, not_undone
from matching.learning.opinions import Opinion, Sighting, Signal
from matching.learning.outcomes import InterestLog
from matching.types import Target


class OpinionSource(Protocol):
    """One place where people say or show what they think of a candidate: decisions, interests, agreements."""

    def opinions(self, session: Session) -> Iterable[Opinion]:
        """All that is in force, in the order it came about; what was taken back is left out."""

    def mark(self, session: Session) -> str:
        """Differs as soon as there is something new. Quick: it is asked every night."""


class CurationLog:
    """What brokers decided: accepted, rejected with a reason, pinned, added."""

    def opinions(self, session: Session) -> list[Opinion]:
        """The decisions in force about each candidate, notes and undone ones left out."""
        decisions = session.scalars(select(CurationDecision).order_by(CurationDecision.id)).all()
        return [_opinion(decision) for decision in not_undone(decisions)]

    def mark(self, session: Session) -> str:
        """The number of the last decision."""
        return str(session.scalar(select(func.max(CurationDecision.id))) or 0)


SOURCES: tuple[OpinionSource, ...] = (CurationLog(), InterestLog())


def _opinion(decision: CurationDecision) -> Opinion:
    target, candidate = candidate_of(decision)
    rank = (decision.seen or {}).get("rank")
    return Opinion(
        query=decision.proposal_id,
        target=target,
        candidate=candidate,
        signal=Signal(decision.action),
        day=decision.created_at.date(),
        reason=decision.reason,
        rank=rank if isinstance(rank, int) and rank >= 1 else None,
    )


def sightings(session: Session, proposals: Sequence[int]) -> list[Sighting]:
    """What was shown for some proposals, a row for each day and candidate."""
    found = []
    for chunk in chunks(proposals):
        rows = select(Exposure).where(Exposure.proposal_id.in_(chunk)).order_by(Exposure.id)
        found += [_sighting(row) for row in session.scalars(rows)]
    return found


def _sighting(row: Exposure) -> Sighting:
    if row.candidate_organisation_id is not None:
        return Sighting(row.proposal_id, Target.ORGANISATIONS, row.candidate_organisation_id, row.day, row.rank)
    assert row.candidate_proposal_id is not None
    return Sighting(row.proposal_id, Target.PROPOSALS, row.candidate_proposal_id, row.day, row.rank)


def seen_by_candidates(opinions: Iterable[Opinion]) -> list[Opinion]:
    """The same opinions from the side of the organisations: for whom a proposal was one to look at, for whom not.

    Nobody was shown these lists, so there are no places to correct for, and nothing can have been passed over.
    """
    return [
        Opinion(opinion.candidate, Target.PROPOSALS, opinion.query, opinion.signal, opinion.day, opinion.reason)
        for opinion in opinions
        if opinion.target is Target.ORGANISATIONS
    ]
