"""Who sees an expression of interest and stands on which of its sides. Pure."""

from __future__ import annotations

from data.errors import NotFoundError
from data.models import Interest, InterestMessage
from data.models.vocabulary import Side
from matching.brokerage.people import Person
from matching.brokerage.permissions import owns_proposal


def sides_of(person: Person | None, interest: Interest) -> frozenset[Side]:
    """The sides on which the person stands; none means that the expression does not exist for them.

    Owners of the proposal know of it only once it was submitted.
    """
    if person is None:
        return frozenset()
    sides = set()
    if _expressed(person, interest):
        sides.add(Side.APPLICANT)
    if interest.submitted_at is not None and owns_proposal(person, interest.proposal):
        sides.add(Side.OWNER)
    if person.is_staff:
        sides.add(Side.STAFF)
    return frozenset(sides)


def _expressed(person: Person, interest: Interest) -> bool:
    """Whether it is the person's organisation's; without one any more, the person's own."""
    if interest.organisation_id is not None:
        return person.organisation_id == interest.organisation_id
    return person.account_id == interest.account_id


def require_sides(person: Person | None, interest: Interest) -> frozenset[Side]:
    """The person's sides. Raises NotFoundError for whoever must not know of it."""
    sides = sides_of(person, interest)
    if not sides:
        raise NotFoundError(f"no expression of interest has the reference {interest.reference!r}")
    return sides


def may_read(sides: frozenset[Side], message: InterestMessage) -> bool:
    """Internal messages are the staff's."""
    return Side.STAFF in sides or not message.internal
