"""One expression of interest: where it stands, what was written, its history, its messages, what can be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Response, make_response, render_template

from data.models import CaseEvent, Interest
from data.models.vocabulary import CaseKind, InterestKind, InterestProgress, InterestState, RejectReason, Side
from data.queries import today
from matching.brokerage.events import events_of
from matching.brokerage.interest_moving import interest_by_reference
from matching.brokerage.interest_pdf import render as print_sheet
from matching.brokerage.interest_rights import may_read, require_sides
from matching.brokerage.interest_rules import BEGINNINGS, ENDED, OUTCOMES, STEPS, Move, limits_of, moves_for
from matching.brokerage.interest_sheets import sheet_of
from matching.brokerage.partnerships import achievement_of, room_of, side_in
from matching.brokerage.people import account_of, active_staff
from matching.brokerage.references import new_token
from web.access import Audience, open_to
from web.context import person, reading, someone
from web.downloads import download_headers
from web.interests import pages
from web.interests.faces import by, named_for
from web.interests.wording import ACTIONS, FIELDS, KINDS, state_name, step_name
from web.labels import REJECT_REASONS, named

_WITH_FORM = frozenset({"advance", "close", "reject", "transfer", "suspend", "withdraw"})
"""Moves that ask for something; the others are one button."""
_FOR_STAFF = frozenset({Move.TRANSFER.value, Move.SUSPEND.value})
"""Moves whose note is for colleagues."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: its name, the day on which it was reached, and whether the case stands there."""

    name: str
    event: CaseEvent | None = None
    here: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history."""

    event: CaseEvent
    what: str
    who: str
    before: str
    after: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A move or message that was not taken: what was typed, and what it lacks."""

    move: str
    complaint: str
    typed: Mapping[str, str] = field(default_factory=dict)


@pages.get("/<reference>")
@open_to(Audience.SIGNED_IN)
def show(reference: str) -> str:
    """The page of an expression."""
    return page(reference)


@pages.get("/<reference>.pdf")
@open_to(Audience.SIGNED_IN)
def sheet(reference: str) -> Response:
    """The expression as a PDF, English part first."""
    session = reading()
    interest = interest_by_reference(session, reference)
    require_sides(person(), interest)
    answer = make_response(print_sheet(sheet_of(session, interest)))
    answer.headers.update(download_headers(f"{reference}.pdf", "application/pdf"))
    return answer


def page(reference: str, unfinished: Unfinished | None = None) -> str:
    """The page; `unfinished` is put back where it was typed."""
    session, reader = reading(), someone()
    interest = interest_by_reference(session, reference)
    sides = require_sides(reader, interest)
    events = events_of(session, CaseKind.INTEREST, interest.id)
    messages = [message for message in interest.messages if may_read(sides, message)]
    numbers = {account_of(event.actor) for event in events} | {account_of(message.author) for message in messages}
    names = named_for(session, reader, {*numbers, interest.account_id, interest.assignee_id})
    kind, state = InterestKind(interest.kind), InterestState(interest.state)
    room = room_of(session, interest.id)
    moves = {move.value for move in moves_for(kind, state, sides)}
    return render_template(
        "interests/show.html",
        interest=interest,
        kind=KINDS[interest.kind],
        state=state_name(interest.state),
        step=step_name(interest.progress),
        reason=named(REJECT_REASONS, interest.reason),
        written=[(FIELDS[name], interest.form[name]) for name in limits_of(kind) if interest.form.get(name)],
        ladder=_ladder(interest, events),
        history=_history(events, names, is_staff=Side.STAFF in sides),
        messages=[(message, by(message.author, names)) for message in messages],
        applicant=names.get(interest.account_id, ""),
        assignee=names.get(interest.assignee_id or 0),
        is_staff=Side.STAFF in sides,
        moves=moves,
        has_forms=bool(moves & _WITH_FORM),
        steps=[(step.value, step_name(step)) for step in STEPS.get((kind, state), ())],
        outcomes=[(step.value, step_name(step)) for step in OUTCOMES.get((kind, state), ())],
        reasons=[(reason.value, REJECT_REASONS[reason.value]) for reason in RejectReason],
        colleagues=[item for item in active_staff(session) if item.id != interest.assignee_id],
        room=room,
        in_room=room is not None and side_in(reader, room) is not None,
        achievement=achievement_of(session, interest.id),
        token=new_token(today()),
        unfinished=unfinished,
    )


def _ladder(interest: Interest, events: Sequence[CaseEvent]) -> list[Rung]:
    """The way of an expression in words: what was reached, where it stands, what may come."""
    kind = InterestKind(interest.kind)
    rungs = [_of_state(state, events) for state in _states(kind)]
    if kind is not InterestKind.PLATFORM:
        rungs = [_of_step(step, events) for step in _steps(kind)]
    else:
        rungs += [_of_step(step, events) for step in STEPS[kind, InterestState.RELEVANT][1:]]
    here = step_name(interest.progress) if interest.progress else state_name(interest.state)
    if kind is InterestKind.PLATFORM and interest.progress == InterestProgress.CONTACT_STARTED.value:
        here = state_name(InterestState.RELEVANT)
    rungs = [Rung(rung.name, rung.event, here=rung.name == here) for rung in rungs]
    if any(rung.here for rung in rungs):
        return rungs
    reached = (
        rungs if InterestState(interest.state) not in ENDED else [rung for rung in rungs if rung.event is not None]
    )
    return [*reached, Rung(here, events[-1] if events else None, here=True)]


def _states(kind: InterestKind) -> tuple[InterestState, ...]:
    return (InterestState.DRAFT, InterestState.SUBMITTED, InterestState.IN_EVALUATION, InterestState.RELEVANT)


def _steps(kind: InterestKind) -> tuple[InterestProgress, ...]:
    first = BEGINNINGS[kind][1]
    begun = (first,) if first is not None else ()
    return (*begun, InterestProgress.TAKEN_OVER, *STEPS[kind, InterestState.TAKEN_OVER])


def _of_state(state: InterestState, events: Sequence[CaseEvent]) -> Rung:
    return Rung(state_name(state), next((event for event in events if event.after == state.value), None))


def _of_step(step: InterestProgress, events: Sequence[CaseEvent]) -> Rung:
    reached = (event for event in events if event.after and (event.detail or {}).get("to") == step.value)
    return Rung(step_name(step), next(reached, None))


def _history(events: Sequence[CaseEvent], names: Mapping[int, str], *, is_staff: bool) -> list[Line]:
    return [
        Line(
            event,
            named(ACTIONS, event.action),
            by(event.actor, names),
            _standing(event, event.before, "from"),
            _standing(event, event.after, "to"),
            event.note if is_staff or event.action not in _FOR_STAFF else None,
        )
        for event in reversed(events)
    ]


def _standing(event: CaseEvent, state: str | None, side: str) -> str:
    """State and step on one side of a move; what the desk logs of its assignments has neither."""
    progress = (event.detail or {}).get(side) if event.after else None
    return " · ".join(part for part in (state_name(state), step_name(progress)) if part)
