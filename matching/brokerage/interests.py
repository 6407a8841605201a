"""Expressions of interest: the named moves, each with its rule; `interest_moving` says how each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from data.models import Interest
from data.models.vocabulary import InterestKind, InterestProgress
from data.queries import today
from matching.brokerage import partnerships
from matching.brokerage.interest_access import refusal_of
from matching.brokerage.interest_expressing import Written, express
from matching.brokerage.interest_moving import (
    Step,
    cleaned,
    interest_by_reference,
    moved,
    place,
    require_form,
    send_out,
)
from matching.brokerage.interest_rules import OUTCOMES, REACHED, STEPS, Fault, Move, Problem, Refusal
from matching.brokerage.people import Person, active_staff
from matching.errors import InterestRefusedError, InvalidInterestError, MoveNotAllowedError

__all__ = ["MOVES", "Step", "Written", "express", "interest_by_reference"]


def edit(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Write a draft anew."""

    def apply(interest: Interest) -> None:
        require_form(InterestKind(interest.kind), step.form, complete=False, accepted=True)
        interest.form = cleaned(step.form)

    return moved(session, person, reference, Move.EDIT, step, apply)


def submit(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Send a draft to those whose proposal it is, with what `step.form` says. The rules of expressing hold again."""

    def apply(interest: Interest) -> None:
        require_form(InterestKind(interest.kind), step.form, complete=True, accepted=step.accepted)
        refusal = refusal_of(session, person, interest.proposal, step.day or today())
        if refusal not in (None, Refusal.ALREADY_OPEN, Refusal.TOO_MANY):  # the draft has its place already
            raise InterestRefusedError(refusal)
        interest.form = cleaned(step.form)
        send_out(session, person, interest, None, step.default_expert)

    return moved(session, person, reference, Move.SUBMIT, step, apply)


def take_back(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Make a draft again of what nobody has begun to evaluate."""

    def apply(interest: Interest) -> None:
        interest.submitted_at = None

    return moved(session, person, reference, Move.TAKE_BACK, step, apply)


def evaluate(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Begin to evaluate an expression that was submitted."""
    return moved(session, person, reference, Move.EVALUATE, step)


def find_relevant(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Take an expression for relevant: it opens a private room, and the proposal has received an answer."""

    def apply(interest: Interest) -> None:
        partnerships.open_room(session, interest, person)
        partnerships.answered(session, interest.proposal, person.actor)

    return moved(session, person, reference, Move.FIND_RELEVANT, step, apply)


def reject(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Reject an expression, with a coded reason."""

    def apply(interest: Interest) -> None:
        if step.reason is None:
            raise InvalidInterestError([Problem("reason", Fault.MISSING)])
        interest.reason = step.reason.value

    return moved(session, person, reference, Move.REJECT, step, apply)


def take_over(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Take a case into one's own hands."""

    def apply(interest: Interest) -> None:
        interest.assignee_id = person.account_id

    return moved(session, person, reference, Move.TAKE_OVER, step, apply)


def suspend(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Lay a case aside: it waits again to be taken over, by anybody."""
    return moved(session, person, reference, Move.SUSPEND, step)


def transfer(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Give a case to a colleague, with a note that says what to know."""

    def apply(interest: Interest) -> None:
        if step.assignee_id not in {account.id for account in active_staff(session)}:
            raise InvalidInterestError([Problem("assignee", Fault.MISSING)])
        if not step.note.strip():
            raise InvalidInterestError([Problem("note", Fault.MISSING)])
        interest.assignee_id = step.assignee_id
        partnerships.change_facilitator(session, interest)

    return moved(session, person, reference, Move.TRANSFER, step, apply)


def advance(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Note the step that a case has reached."""

    def apply(interest: Interest) -> None:
        interest.progress = _chosen(step, STEPS.get(place(interest), ()))

    return moved(session, person, reference, Move.ADVANCE, step, apply)


def close(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """Close a case with its outcome; an agreement is recorded as an achievement."""

    def apply(interest: Interest) -> None:
        interest.progress = _chosen(step, OUTCOMES.get(place(interest), ()))
        partnerships.conclude(session, interest, person.actor, step.day or today())

    return moved(session, person, reference, Move.CLOSE, step, apply)


def withdraw(session: Session, person: Person, reference: str, step: Step) -> Interest:
    """End an expression by the wish of who made it; of a draft, which nobody else has seen, nothing stays."""

    def apply(interest: Interest) -> None:
        if interest.submitted_at is None:
            interest.form = {}
        interest.progress = REACHED[Move.WITHDRAW].value
        partnerships.conclude(session, interest, person.actor, step.day or today())

    return moved(session, person, reference, Move.WITHDRAW, step, apply)


MOVES: Mapping[Move, Callable[[Session, Person, str, Step], Interest]] = {
    Move.EDIT: edit,
    Move.SUBMIT: submit,
    Move.TAKE_BACK: take_back,
    Move.EVALUATE: evaluate,
    Move.FIND_RELEVANT: find_relevant,
    Move.REJECT: reject,
    Move.TAKE_OVER: take_over,
    Move.SUSPEND: suspend,
    Move.TRANSFER: transfer,
    Move.ADVANCE: advance,
    Move.CLOSE: close,
    Move.WITHDRAW: withdraw,
}
"""Every move by its name."""


def _chosen(step: Step, allowed: tuple[InterestProgress, ...]) -> str:
    if step.progress is None:
        raise InvalidInterestError([Problem("progress", Fault.MISSING)])
    if step.progress not in allowed:
        raise MoveNotAllowedError(f"the step {step.progress.value} cannot be set here")
    return step.progress.value
