"""The one extension of a published proposal."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from data.models import Proposal
from data.models.vocabulary import CaseKind
from data.queries import today
from matching.brokerage.events import record
from matching.brokerage.people import Person
from matching.brokerage.permissions import require_staff
from matching.brokerage.proposals import LIFETIME, locked
from matching.errors import MoveNotAllowedError

EARLIEST_EXTENSION = timedelta(days=30)


def extend(
    session: Session, reference: str, person: Person, *, version: str | None = None, day: date | None = None
) -> Proposal:
    """The one extension, counted from the first end, by 365 days. Raises MoveNotAllowedError where there is none."""
    require_staff(person)
    proposal, day = locked(session, reference), day or today()
    end = proposal.expires
    if proposal.extended_on is not None or end is None or not end - EARLIEST_EXTENSION <= day < end:
        raise MoveNotAllowedError(f"proposal {reference} cannot be extended: once, from 30 days before its end")
    proposal.expires, proposal.extended_on = end + LIFETIME, day
    record(session, CaseKind.PROPOSAL, proposal.id, "extended", actor=person.actor, before=proposal.state)
    return proposal
