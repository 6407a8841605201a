"""What a shown list says beside its order: what was decided, who is tried out, which near-duplicates are folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from data.models import CurationDecision
from data.models.vocabulary import DecisionAction
from data.queries import names_of
from matching.brokerage.curation import Candidate
from matching.presentation import Ranked
from matching.shortlist import Decided
from matching.types import Match, Target, Twin

Decisions = dict[Candidate, CurationDecision]


@dataclass(frozen=True, slots=True)
class Shown:
    """The head of a list before its records are read; `explored` is an id, `folded` ids by the id that stands."""

    ranked: list[Ranked]
    considered: int
    explored: int | None = None
    folded: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def decided_for(decisions: Decisions, target: Target) -> Decided:
    """The candidates of one list that a person decided for."""
    by_action = {
        action: frozenset(
            number
            for (kind, number), decision in decisions.items()
            if kind is target and decision.action == action.value
        )
        for action in (DecisionAction.PIN, DecisionAction.ACCEPT, DecisionAction.ADD)
    }
    return Decided(by_action[DecisionAction.PIN], by_action[DecisionAction.ACCEPT] | by_action[DecisionAction.ADD])


def in_chosen_order(matches: Sequence[Match], places: Sequence[int]) -> tuple[Match, ...]:
    """The matches with those that a broker put into an order in that order, at the places that they hold together.

    Pinned ones change places among themselves, accepted and added ones likewise; everybody else stays. The ranks are
    those of the new order.
    """
    place = {number: position for position, number in enumerate(places)}
    shown = list(matches)
    for actions in ((DecisionAction.PIN.value,), (DecisionAction.ACCEPT.value, DecisionAction.ADD.value)):
        held = [spot for spot, match in enumerate(shown) if match.curated in actions and match.candidate_id in place]
        moved = sorted((shown[spot] for spot in held), key=lambda match: place[match.candidate_id])
        for spot, match in zip(held, moved, strict=True):
            shown[spot] = match
    return tuple(replace(match, rank=rank) for rank, match in enumerate(shown, start=1))


def annotated(session: Session, matches: Sequence[Match], shown: Shown, decisions: Decisions) -> tuple[Match, ...]:
    """The matches with what was decided about them, why they stand there, and what they stand for."""
    target = matches[0].target if matches else Target.ORGANISATIONS
    others = [number for match in matches for number in shown.folded.get(match.candidate_id, ())]
    organisations, proposals = (others, []) if target is Target.ORGANISATIONS else ([], others)
    names = names_of(session, organisations, proposals) if others else {}
    told = []
    for match in matches:
        decision = decisions.get((match.target, match.candidate_id))
        twins = [(target.value, number) for number in shown.folded.get(match.candidate_id, ())]
        told.append(
            replace(
                match,
                curated=decision.action if decision else None,
                exploratory=match.candidate_id == shown.explored,
                twins=tuple(Twin(*names[key]) for key in twins if key in names),
            )
        )
    return tuple(told)
