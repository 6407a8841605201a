"""What the staff decided about a proposal's suggestions, as its page shows it: each list in its order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from data.models import CurationDecision
from data.models.vocabulary import DecisionAction
from data.queries import names_of
from matching.brokerage.client_notes import notes_for_company
from matching.brokerage.curation import Candidate, candidate_of, history, last_decisions, not_undone
from matching.brokerage.ordering import decided_for, last_order, order_in_force, places_of
from matching.types import Target
from web.timeline import actor_names


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in force, with the name of the candidate; `reference` is None where it is no longer stored.

    `up` and `down` say whether it can change its place among those that were decided for.
    """

    decision: CurationDecision
    target: Target
    candidate_id: int
    name: str
    reference: str | None
    who: str = ""
    client_note: str | None = None
    up: bool = False
    down: bool = False


@dataclass(frozen=True, slots=True)
class Ordered:
    """Those of one list that were decided for, first to last; `last` is the newest line of their order's log."""

    target: str
    rows: tuple[Decided, ...] = ()
    last: int = 0
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class Curation:
    """All decisions in force: the lists in their order, those set aside, and the newest about each candidate."""

    lists: tuple[Ordered, ...] = ()
    set_aside: tuple[Decided, ...] = ()
    last: Mapping[Candidate, int] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Whether anything was decided."""
        return bool(self.set_aside) or any(ordered.rows for ordered in self.lists)


def curation_of(session: Session, proposal_id: int) -> Curation:
    """What was decided about a proposal's suggestions."""
    decisions = history(session, proposal_id)
    force = {candidate_of(row): row for row in not_undone(decisions)}
    rows = _rows(session, proposal_id, force)
    aside = [row for row in rows.values() if row.decision.action == DecisionAction.REJECT.value]
    return Curation(
        lists=tuple(_ordered(session, proposal_id, target, force, rows) for target in Target),
        set_aside=tuple(sorted(aside, key=lambda row: row.decision.id, reverse=True)),
        last=last_decisions(decisions),
    )


def _rows(session: Session, proposal_id: int, force: Mapping[Candidate, CurationDecision]) -> dict[Candidate, Decided]:
    numbers = {target: [number for kind, number in force if kind is target] for target in Target}
    names = names_of(session, numbers[Target.ORGANISATIONS], numbers[Target.PROPOSALS])
    people = actor_names(session, [row.actor for row in force.values()])
    notes = notes_for_company(session, proposal_id)
    found = {}
    for (target, number), decision in force.items():
        reference, name = names.get((target.value, number), (None, f"{target.value} {number}"))
        told = notes.get((target, number))
        found[target, number] = Decided(
            decision, target, number, name, reference, people[decision.actor], told.text if told else None
        )
    return found


def _ordered(
    session: Session,
    proposal_id: int,
    target: Target,
    force: Mapping[Candidate, CurationDecision],
    rows: Mapping[Candidate, Decided],
) -> Ordered:
    numbers = decided_for(force, target, places_of(session, proposal_id, target))
    pinned = [force[target, number].action == DecisionAction.PIN.value for number in numbers]
    shown = []
    for place, number in enumerate(numbers):
        up = place > 0 and pinned[place - 1] == pinned[place]
        down = place + 1 < len(numbers) and pinned[place + 1] == pinned[place]
        shown.append(replace(rows[target, number], up=up, down=down))
    undoable = order_in_force(session, proposal_id, target) is not None
    return Ordered(target.value, tuple(shown), last_order(session, proposal_id, target), undoable)
