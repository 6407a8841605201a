"""The order of a shortlist: where a broker put those who were decided for, in a log of its own that only grows.

The decisions say who is in (`matching.brokerage.curation`), this says where. Pinned ones stand before accepted and
added ones, whatever their places here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from data.models import CurationDecision, Proposal, ShortlistOrder
from data.models.vocabulary import DecisionAction
from matching.brokerage.curation import Candidate, standing
from matching.errors import ConflictError, CurationError
from matching.types import Target

_FOR: Final = (DecisionAction.PIN.value, DecisionAction.ACCEPT.value, DecisionAction.ADD.value)
UP, DOWN = -1, 1


def decided_for(
    decisions: Mapping[Candidate, CurationDecision], target: Target, places: Sequence[int] = ()
) -> tuple[int, ...]:
    """The candidates of a list that are in force, in their order: pinned first, then by `places`, then as decided."""
    place = {number: position for position, number in enumerate(places)}

    def key(item: tuple[int, CurationDecision]) -> tuple[bool, int, int]:
        number, decision = item
        return decision.action != DecisionAction.PIN.value, place.get(number, len(place)), decision.id

    found = [(number, row) for (kind, number), row in decisions.items() if kind is target and row.action in _FOR]
    return tuple(number for number, _ in sorted(found, key=key))


def order_in_force(session: Session, proposal_id: int, target: Target) -> ShortlistOrder | None:
    """The newest order of a list that nobody took back."""
    return next(iter(_standing(session, proposal_id, target)), None)


def places_of(session: Session, proposal_id: int, target: Target) -> tuple[int, ...]:
    """Ids of candidates in the order that a broker gave them; those that came later or were withdrawn are not told."""
    found = order_in_force(session, proposal_id, target)
    return tuple(found.candidates) if found else ()


def shortlist(session: Session, proposal_id: int, target: Target) -> tuple[int, ...]:
    """Who was decided for in a list, in the order in which a company is shown them."""
    return decided_for(standing(session, proposal_id), target, places_of(session, proposal_id, target))


def last_order(session: Session, proposal_id: int, target: Target) -> int:
    """The number of the newest line of a list's order, 0 for none: what a form says that it has seen."""
    query = select(ShortlistOrder.id).where(*_of(proposal_id, target)).order_by(ShortlistOrder.id.desc()).limit(1)
    return session.scalar(query) or 0


def move(
    session: Session,
    *,
    proposal_id: int,
    target: Target,
    candidate_id: int,
    by: int,
    actor: str,
    last_seen: int | None = None,
) -> ShortlistOrder:
    """Move a candidate one place up (UP) or down (DOWN) among its equals; the caller's unit of work commits it.

    Raises CurationError where it is not in the list or there is no place to go, ConflictError where somebody else has
    moved something since `last_seen`.
    """
    _hold(session, proposal_id, target, actor, last_seen)
    decisions = standing(session, proposal_id)
    order = list(decided_for(decisions, target, places_of(session, proposal_id, target)))
    if candidate_id not in order:
        raise CurationError("only who was pinned, accepted or added has a place that can be changed")
    here = order.index(candidate_id)
    there = here + by
    if not 0 <= there < len(order):
        raise CurationError("there is no place to move to: it is the first or the last")
    if _pinned(decisions, target, order[there]) != _pinned(decisions, target, candidate_id):
        raise CurationError("there is no place to move to: pinned ones stand first, the others after them")
    order[here], order[there] = order[there], order[here]
    return _store(session, ShortlistOrder(proposal_id=proposal_id, target=target.value, candidates=order, actor=actor))


def undo_move(
    session: Session, *, proposal_id: int, target: Target, actor: str, last_seen: int | None = None
) -> ShortlistOrder:
    """Take back the last change of a list's order. Raises CurationError where there is none, and ConflictError."""
    _hold(session, proposal_id, target, actor, last_seen)
    standing_orders = _standing(session, proposal_id, target)
    if not standing_orders:
        raise CurationError("there is no change of the order that could be taken back")
    before = standing_orders[1].candidates if len(standing_orders) > 1 else []
    undone = standing_orders[0].id
    return _store(
        session,
        ShortlistOrder(
            proposal_id=proposal_id, target=target.value, candidates=list(before), actor=actor, undoes_id=undone
        ),
    )


def _of(proposal_id: int, target: Target) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ShortlistOrder.proposal_id == proposal_id, ShortlistOrder.target == target.value


def _standing(session: Session, proposal_id: int, target: Target) -> list[ShortlistOrder]:
    """Changes that were not taken back, newest first."""
    rows = session.scalars(select(ShortlistOrder).where(*_of(proposal_id, target)).order_by(ShortlistOrder.id)).all()
    undone = {row.undoes_id for row in rows if row.undoes_id is not None}
    return [row for row in reversed(rows) if row.undoes_id is None and row.id not in undone]


def _hold(session: Session, proposal_id: int, target: Target, actor: str, last_seen: int | None) -> None:
    session.execute(select(Proposal.id).where(Proposal.id == proposal_id).with_for_update())
    newest = session.get(ShortlistOrder, last_order(session, proposal_id, target))
    if last_seen is not None and newest is not None and newest.id > last_seen and newest.actor != actor:
        raise ConflictError("somebody else has changed the order of this list: look at it again first")


def _pinned(decisions: Mapping[Candidate, CurationDecision], target: Target, number: int) -> bool:
    return decisions[target, number].action == DecisionAction.PIN.value


def _store(session: Session, row: ShortlistOrder) -> ShortlistOrder:
    session.add(row)
    session.flush()
    return row
