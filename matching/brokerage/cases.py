"""How many cases somebody has open: counted by kind, so that whoever still works on something is not taken away."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models import Proposal
from data.models.vocabulary import ProposalState
from matching.brokerage.interest_access import open_interests_of

Counter = Callable[[Session, int], int]
"""A session and an account's id to the number of open cases of one kind."""

_OPEN = (ProposalState.TO_VALIDATE.value, ProposalState.PUBLISHED.value, ProposalState.FEEDBACK_RECEIVED.value)


def facilitated_proposals(session: Session, account_id: int) -> int:
    """Proposals that wait for validation or are open, and that the account accompanies."""
    own = select(func.count(Proposal.id)).where(Proposal.facilitator_id == account_id, Proposal.state.in_(_OPEN))
    return session.scalar(own) or 0


COUNTERS: list[Counter] = [facilitated_proposals, open_interests_of]
"""Each kind of case adds its counter here (`COUNTERS.append`), when its module is loaded."""


def open_cases(session: Session, account_id: int) -> int:
    """All open cases of an account."""
    return sum(counter(session, account_id) for counter in COUNTERS)
