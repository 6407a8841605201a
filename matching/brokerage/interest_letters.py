"""Who is told of a move of an expression of interest, and by which text."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, Interest, InterestMessage, Partnership
from data.models.vocabulary import InterestProgress, NoticeKind, Side
from matching.brokerage.interest_labels import PROGRESS
from matching.brokerage.interest_rules import Move
from matching.brokerage.outbox import notify
from matching.brokerage.people import Person, active_staff, members_of

_TOLD: dict[Move, tuple[tuple[Side, str], ...]] = {
    Move.SUBMIT: (
        (Side.APPLICANT, "interest.created"),
        (Side.OWNER, "interest.received"),
        (Side.STAFF, "interest.waiting"),
    ),
    Move.TAKE_BACK: ((Side.OWNER, "interest.taken_back"), (Side.STAFF, "interest.taken_back")),
    Move.EVALUATE: ((Side.APPLICANT, "interest.in_evaluation"),),
    Move.FIND_RELEVANT: ((Side.APPLICANT, "interest.relevant"), (Side.STAFF, "interest.relevant")),
    Move.REJECT: ((Side.APPLICANT, "interest.rejected"),),
    Move.TAKE_OVER: ((Side.APPLICANT, "interest.taken_over"),),
    Move.TRANSFER: ((Side.APPLICANT, "interest.transferred"), (Side.STAFF, "interest.given_to_you")),
    Move.SUSPEND: ((Side.APPLICANT, "interest.suspended"),),
    Move.ADVANCE: ((Side.APPLICANT, "interest.progress"),),
    Move.CLOSE: (
        (Side.APPLICANT, "interest.closed"),
        (Side.OWNER, "interest.closed"),
        (Side.STAFF, "interest.closed"),
    ),
    Move.WITHDRAW: (
        (Side.APPLICANT, "interest.withdrawn"),
        (Side.OWNER, "interest.withdrawn"),
        (Side.STAFF, "interest.withdrawn"),
    ),
}
"""Who is told of what; the staff is whoever has the case in hand, or everybody at the desk while nobody has."""
_ALSO_THE_ACTOR = frozenset({"interest.created", "interest.withdrawn"})
"""Confirmations go to whoever made the move, too."""


def tell(session: Session, interest: Interest, move: Move, by: Person) -> None:
    """Tell everybody whom a move concerns, in the unit of work of the move."""
    told: set[int] = set()
    for side, template in _TOLD.get(move, ()):
        if interest.submitted_at is None and move is not Move.TAKE_BACK:
            return  # a draft is nobody else's
        people = [account for account in _on_side(session, interest, side) if account.id not in told]
        if template not in _ALSO_THE_ACTOR:
            people = [account for account in people if account.id != by.account_id]
        told |= {account.id for account in people}
        _notify(
            session, interest, people, template, f"interest:{interest.id}:{move.value}:{interest.version}:{side.value}"
        )


def tell_message(session: Session, interest: Interest, message: InterestMessage, by: Person) -> None:
    """Tell the others of a message; of an internal one only the staff."""
    sides = (Side.STAFF,) if message.internal else (Side.APPLICANT, Side.OWNER, Side.STAFF)
    people = {account.id: account for side in sides for account in _on_side(session, interest, side)}
    people.pop(by.account_id, None)
    _notify(session, interest, people.values(), "interest.message", f"interest:{interest.id}:message:{message.id}")


def tell_room(session: Session, room: Partnership, template: str, occasion: str, *, but: int) -> None:
    """Tell everybody in a room but one account."""
    numbers = [member.account_id for member in room.members if member.account_id != but]
    notify(
        session,
        _accounts(session, numbers),
        NoticeKind.PARTNERSHIP,
        template,
        path=f"/partnerships/{room.id}",
        key=f"partnership:{room.id}:{occasion}",
        title=room.proposal.title,
    )


def _notify(session: Session, interest: Interest, people: Iterable[Account], template: str, key: str) -> None:
    step = PROGRESS[InterestProgress(interest.progress)] if interest.progress else {"it": "", "en": ""}
    notify(
        session,
        people,
        NoticeKind.INTEREST,
        template,
        path=f"/interests/{interest.reference}",
        key=key,
        reference=interest.reference,
        title=interest.proposal.title,
        proposal=interest.proposal.reference,
        progress_it=step["it"],
        progress_en=step["en"],
    )


def _on_side(session: Session, interest: Interest, side: Side) -> list[Account]:
    if side is Side.APPLICANT:
        return _accounts(session, [interest.account_id])
    if side is Side.OWNER:
        proposal = interest.proposal
        if proposal.organisation_id is not None:
            return members_of(session, proposal.organisation_id)
        return _accounts(session, [proposal.author_id] if proposal.author_id is not None else [])
    if interest.assignee_id is not None:
        return _accounts(session, [interest.assignee_id])
    return active_staff(session)


def _accounts(session: Session, numbers: Collection[int]) -> list[Account]:
    return list(session.scalars(select(Account).where(Account.id.in_(numbers)).order_by(Account.id)))
