"""What expressions of interest and agreements say of who fits whom."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models import Achievement, CaseEvent, Interest
from data.models.vocabulary import CaseKind, InterestKind, InterestProgress, InterestState
from matching.learning.opinions import Opinion, Signal
from matching.types import Target


class InterestLog:
    """Who expressed interest in what, and what came of it.

    An organisation that expresses interest in a proposal says that it fits; an agreement says so more strongly, a
    request for information less; a rejection with its reason speaks against it. Drafts say nothing, nor what was
    withdrawn; where no agreement came about, the interest had been there all the same.
    """

    def opinions(self, session: Session) -> list[Opinion]:
        """One for each expression that says something, by day."""
        said = Interest.submitted_at.is_not(None), Interest.organisation_id.is_not(None)
        rows = session.execute(
            select(Interest, Achievement.reached_on)
            .outerjoin(Achievement, Achievement.interest_id == Interest.id)
            .where(*said)
            .order_by(Interest.id)
        )
        found = [_opinion(interest, reached) for interest, reached in rows if _holds(interest)]
        return sorted(found, key=lambda opinion: opinion.day)

    def mark(self, session: Session) -> str:
        """The number of the last move of an expression."""
        last = select(func.max(CaseEvent.id)).where(CaseEvent.kind == CaseKind.INTEREST.value)
        return str(session.scalar(last) or 0)


def _holds(interest: Interest) -> bool:
    return interest.progress != InterestProgress.NO_LONGER_INTERESTED.value


def _opinion(interest: Interest, reached_on: date | None) -> Opinion:
    assert interest.organisation_id is not None
    assert interest.submitted_at is not None
    rejected = interest.state == InterestState.REJECTED.value
    asked = Signal.INFORMATION if interest.kind == InterestKind.INFORMATION.value else Signal.INTEREST
    signal = Signal.REJECT if rejected else Signal.AGREEMENT if reached_on is not None else asked
    day = reached_on or (interest.moved_at if rejected else interest.submitted_at).date()
    return Opinion(
        query=interest.proposal_id,
        target=Target.ORGANISATIONS,
        candidate=interest.organisation_id,
        signal=signal,
        day=day,
        reason=interest.reason if rejected else None,
    )
