"""How every move of an expression of interest is made: held, checked, counted, logged and told.

The caller commits (`data.db.unit_of_work`); a move that raises has changed nothing. Every move names the version that
the person saw: another one raises ConflictError, unless it is this very move sent twice, which counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from data.errors import NotFoundError
from data.models import Account, Interest, now
from data.models.vocabulary import (
    CaseKind,
    InterestKind,
    InterestProgress,
    InterestState,
    QueueKind,
    RejectReason,
    Side,
)
from matching.brokerage.assignments import settle
from matching.brokerage.consents import accepted_notice
from matching.brokerage.events import events_of, record
from matching.brokerage.interest_access import routed_to
from matching.brokerage.interest_letters import tell
from matching.brokerage.interest_lists import WAITING
from matching.brokerage.interest_rights import require_sides
from matching.brokerage.interest_rules import REACHED, RULES, Fault, Move, Problem, problems_of
from matching.brokerage.notices import NOTICE_VERSION
from matching.brokerage.people import Person
from matching.errors import ConflictError, InvalidInterestError, MoveNotAllowedError, NotAllowedError

NOTICE = "notice"
"""The field of a form in which the privacy notice is accepted."""
_ASKED = frozenset({"version", "assignee", "reason", "wanted"})


@dataclass(frozen=True, slots=True)
class Step:
    """A move that is asked for: against which version, and with what it needs."""

    version: int
    note: str = ""
    progress: InterestProgress | None = None
    assignee_id: int | None = None
    reason: RejectReason | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    accepted: bool = False
    default_expert: str | None = None
    day: date | None = None


def interest_by_reference(session: Session, reference: str) -> Interest:
    """An expression with its proposal and messages. Raises NotFoundError."""
    options = (selectinload(Interest.proposal), selectinload(Interest.messages), selectinload(Interest.organisation))
    found = session.scalar(select(Interest).where(Interest.reference == reference).options(*options))
    if found is None:
        raise NotFoundError(f"no expression of interest has the reference {reference!r}")
    return found


def moved(
    session: Session,
    person: Person,
    reference: str,
    move: Move,
    step: Step,
    apply: Callable[[Interest], None] = lambda interest: None,
) -> Interest:
    """Make a move; `apply` does what is special about it.

    Raises NotFoundError, NotAllowedError, ConflictError, MoveNotAllowedError, and what `apply` raises.
    """
    session.execute(select(Interest.id).where(Interest.reference == reference).with_for_update())
    interest = interest_by_reference(session, reference)
    session.refresh(interest, ["state", "progress", "version", "assignee_id", "form", "submitted_at"])
    sides = require_sides(person, interest)
    rule = RULES[move]
    if rule.sides.isdisjoint(sides):
        raise NotAllowedError(f"{move.value} of {reference} is not for account {person.account_id}")
    asked = _asked(step)
    if step.version != interest.version:
        if _was_done(session, person, interest, move, step, asked):
            return interest
        raise ConflictError(f"{reference} is at version {interest.version}, not {step.version}: look at it again")
    before = (interest.state, interest.progress)
    target = rule.paths.get(InterestState(interest.state))
    if target is None:
        raise MoveNotAllowedError(f"{reference} is {interest.state}: no {move.value} from there")
    apply(interest)
    interest.state = target.value
    if move in REACHED:
        interest.progress = REACHED[move].value
    if interest.assignee_id is None and Side.STAFF in sides and target is not InterestState.CLOSED:
        interest.assignee_id = person.account_id  # who begins with what lay on the desk has it in hand
    interest.version += 1
    interest.moved_at = now()
    session.flush()
    if target.value not in WAITING:
        settle(session, QueueKind.INTEREST, interest.id)
    log(session, person, interest, move.value, before=before, note=step.note, detail=asked)
    tell(session, interest, move, person)
    return interest


def _asked(step: Step) -> dict[str, Any]:
    asked = {"version": step.version, "assignee": step.assignee_id, "reason": step.reason, "wanted": step.progress}
    return {name: value for name, value in asked.items() if value is not None}


def _was_done(
    session: Session, person: Person, interest: Interest, move: Move, step: Step, asked: Mapping[str, Any]
) -> bool:
    """Whether the last move was this very one, as a button pressed twice would send it."""
    if interest.version != step.version + 1 or (step.form and dict(interest.form) != cleaned(step.form)):
        return False
    last = events_of(session, CaseKind.INTEREST, interest.id)[-1]
    known = {name: value for name, value in (last.detail or {}).items() if name in _ASKED}
    same = (last.action, last.actor, last.note) == (move.value, person.actor, step.note.strip() or None)
    return same and known == asked


def log(
    session: Session,
    person: Person,
    interest: Interest,
    action: str,
    *,
    before: tuple[str | None, str | None],
    note: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write the line of a move into the log; `before` is the state and the step from which it led."""
    record(
        session,
        CaseKind.INTEREST,
        interest.id,
        action,
        actor=person.actor,
        before=before[0],
        after=interest.state,
        note=note,
        detail={**(detail or {}), "from": before[1], "to": interest.progress},
    )


def place(interest: Interest) -> tuple[InterestKind, InterestState]:
    """Where an expression stands, as the tables of the rules are read by."""
    return InterestKind(interest.kind), InterestState(interest.state)


def send_out(
    session: Session, person: Person, interest: Interest, expert_id: int | None, default_expert: str | None
) -> None:
    """Let an expression go to the other side, under the privacy notice in force, and route it."""
    interest.submitted_at = interest.notice_accepted_at = now()
    interest.notice_version = NOTICE_VERSION
    accepted_notice(session, session.get_one(Account, person.account_id), NOTICE_VERSION)
    interest.assignee_id = routed_to(session, interest.proposal, expert_id, default_expert)


def cleaned(form: Mapping[str, str]) -> dict[str, str]:
    """A form as it is stored: without what is empty."""
    return {name: value.strip() for name, value in form.items() if value.strip()}


def require_form(kind: InterestKind, form: Mapping[str, str], *, complete: bool, accepted: bool) -> None:
    """Raises InvalidInterestError for a form that lacks or breaks something; to go out it needs the notice accepted."""
    problems = problems_of(kind, form, complete=complete)
    if complete and not accepted:
        problems = (*problems, Problem(NOTICE, Fault.MISSING))
    if problems:
        raise InvalidInterestError(problems)
