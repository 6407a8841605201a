"""What happened to a proposal, in one line of time: its moves and what was decided about its suggestions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from data.models import CaseEvent, CurationDecision
from data.models.vocabulary import CaseKind
from data.queries import names_of
from matching.brokerage.curation import candidate_of, history
from matching.brokerage.events import events_of
from matching.brokerage.people import JOB, account_of, names_of_accounts
from matching.types import Target
from web.labels import ACTIONS, REJECT_REASONS, STATES, Label, named
from web.language import translate

EVENTS: Mapping[str, Label] = {
    "created": _l("Written"),
    "edited": _l("Changed"),
    "submitted": _l("Sent for validation"),
    "taken_back": _l("Taken back by its owners"),
    "endorsed": _l("First approval"),
    "approved": _l("Approved and published"),
    "published": _l("Published"),
    "refused": _l("Refused"),
    "given_up": _l("Given up"),
    "taken_up": _l("Taken up again"),
    "feedback_received": _l("First answer received"),
    "extended": _l("Extended"),
    "expired": _l("Expired"),
    "closed": _l("Closed"),
    "archived": _l("Archived"),
    "facilitator": _l("Facilitator chosen"),
    "assigned": _l("Assigned on the desk"),
    "released": _l("Released on the desk"),
    "overridden": _l("Quality check overridden"),
}
"""Steps of a proposal in its log; a step without a word here is shown as the log names it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when, what, about whom, by whom, and what was written about it."""

    at: datetime
    what: str
    about: str
    who: str
    detail: str = ""
    note: str | None = None


def timeline(session: Session, proposal_id: int) -> tuple[Line, ...]:
    """Everything that is logged of a proposal, the latest first. For the staff alone: it names colleagues."""
    events = events_of(session, CaseKind.PROPOSAL, proposal_id)
    decisions = history(session, proposal_id)
    people = actor_names(session, [*(row.actor for row in events), *(row.actor for row in decisions)])
    candidates = _candidates(session, decisions)
    lines = [_event(event, people) for event in events]
    lines += [_decision(decision, people, candidates) for decision in decisions]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


def actor_names(session: Session, actors: Sequence[str]) -> dict[str, str]:
    """What a page calls actors: people by name, jobs as such; one who was erased has no name left."""
    numbers = {actor: number for actor in actors if (number := account_of(actor)) is not None}
    names = names_of_accounts(session, set(numbers.values()))
    found = {
        actor: names.get(number) or translate("someone who is no longer here") for actor, number in numbers.items()
    }
    for actor in actors:
        if actor not in found:
            found[actor] = translate("the night's work") if actor.startswith(JOB) else translate("someone")
    return found


def _event(event: CaseEvent, people: dict[str, str]) -> Line:
    moved = event.after is not None and event.after != event.before
    detail = named(STATES, event.after) if moved else ""
    return Line(event.created_at, named(EVENTS, event.action), "", people[event.actor], detail, event.note)


def _decision(
    decision: CurationDecision, people: dict[str, str], candidates: dict[tuple[str, int], tuple[str, str]]
) -> Line:
    target, number = candidate_of(decision)
    _, name = candidates.get((target.value, number), ("", f"{target.value} {number}"))
    return Line(
        decision.created_at,
        named(ACTIONS, decision.action),
        name,
        people[decision.actor],
        named(REJECT_REASONS, decision.reason),
        decision.note,
    )


def _candidates(session: Session, decisions: Sequence[CurationDecision]) -> dict[tuple[str, int], tuple[str, str]]:
    numbers: dict[Target, set[int]] = {target: set() for target in Target}
    for decision in decisions:
        target, number = candidate_of(decision)
        numbers[target].add(number)
    return names_of(session, sorted(numbers[Target.ORGANISATIONS]), sorted(numbers[Target.PROPOSALS]))
