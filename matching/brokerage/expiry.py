"""Expiry: a proposal whose day has come is closed in the database, too (queries leave it out from that day anyway)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update
from sqlalchemy.orm import Session

from data.corpus import OPEN_STATES
from data.models import Proposal, now
from data.models.vocabulary import ProposalState


def expire_due(session: Session, today: date) -> int:
    """Set the state of every open proposal whose day has come to expired; returns how many. Safe to run again."""
    due = Proposal.state.in_(OPEN_STATES), Proposal.expires <= today
    statement = update(Proposal).where(*due).values(state=ProposalState.EXPIRED.value, updated_at=now())
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)  # type: ignore[attr-defined]
