"""Messages on an expression of interest: to the other side, or internal, which only the staff reads."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Interest, InterestMessage
from data.models.vocabulary import InterestState, Side
from matching.brokerage.interest_letters import tell_message
from matching.brokerage.interest_moving import interest_by_reference
from matching.brokerage.interest_rights import require_sides
from matching.brokerage.interest_rules import Fault, Problem
from matching.brokerage.people import Person
from matching.errors import InvalidInterestError, MoveNotAllowedError, NotAllowedError

LONGEST_MESSAGE = 4000


def write(
    session: Session, person: Person, reference: str, text: str, *, token: str, internal: bool = False
) -> InterestMessage:
    """Add a message; the same form sent again adds none. The caller commits.

    Raises NotFoundError, NotAllowedError for an internal one of somebody else than the staff, MoveNotAllowedError for
    a draft, which has no other side yet, and InvalidInterestError for an empty or a too long one.
    """
    session.execute(select(Interest.id).where(Interest.reference == reference).with_for_update())
    interest = interest_by_reference(session, reference)
    sides = require_sides(person, interest)
    if internal and Side.STAFF not in sides:
        raise NotAllowedError("internal messages are the staff's")
    if interest.state == InterestState.DRAFT.value:
        raise MoveNotAllowedError(f"{reference} is a draft: nobody else sees it yet")
    said = message_text(text)
    found = session.scalar(select(InterestMessage).where(InterestMessage.token == token))
    if found is not None:
        return found
    message = InterestMessage(author=person.actor, text=said, internal=internal, token=token)
    interest.messages.append(message)
    session.flush()
    tell_message(session, interest, message, person)
    return message


def message_text(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """A message as it is stored. Raises InvalidInterestError for an empty or a too long one."""
    said = text.replace("\0", "").strip()
    if not said:
        raise InvalidInterestError([Problem("text", Fault.MISSING)])
    if len(said) > longest:
        raise InvalidInterestError([Problem("text", Fault.TOO_LONG, longest)])
    return said
