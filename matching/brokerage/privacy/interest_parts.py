"""Personal data of expressions of interest and rooms: what was written, who is in a room, who has a case in hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from data.models import (
    Account,
    Achievement,
    Interest,
    InterestMessage,
    Partnership,
    PartnershipMember,
    PartnershipMessage,
    PartnershipStep,
    now,
)
from data.models.vocabulary import CaseKind, InterestProgress, InterestState
from data.queries import today
from matching.brokerage.events import record
from matching.brokerage.interest_rules import ENDED
from matching.brokerage.partnerships import conclude
from matching.brokerage.people import actor_of
from matching.brokerage.privacy.registry import Part, removed, row, rows_of


def _interests(session: Session, account: Account) -> Any:
    own = select(Interest).where(Interest.account_id == account.id).order_by(Interest.id)
    in_hand = select(Interest.reference).where(Interest.assignee_id == account.id).order_by(Interest.id)
    return {
        "expressed": [row(item, ("token",)) for item in session.scalars(own)],
        "in_charge": list(session.scalars(in_hand)),
    }


def _erase_interests(session: Session, account: Account) -> int:
    """What the person wrote goes; what is still going on ends, since nobody could be answered any more."""
    own = session.scalars(select(Interest).where(Interest.account_id == account.id).with_for_update()).all()
    for interest in own:
        interest.form = {}
        if InterestState(interest.state) in ENDED:
            continue
        before, step = interest.state, interest.progress
        interest.progress = InterestProgress.NO_LONGER_INTERESTED.value
        interest.state = InterestState.CLOSED.value
        interest.version, interest.moved_at = interest.version + 1, now()
        session.flush()
        conclude(session, interest, actor_of(account.id), today())
        detail = {"from": step, "to": interest.progress}
        states = {"before": before, "after": interest.state}
        record(session, CaseKind.INTEREST, interest.id, "withdraw", actor=actor_of(account.id), detail=detail, **states)
    return len(own)


def _messages(session: Session, account: Account) -> Any:
    actor = actor_of(account.id)
    tables = (InterestMessage, PartnershipMessage)
    return [
        row(item, ("token",))
        for table in tables
        for item in session.scalars(select(table).where(table.author == actor).order_by(table.id))
    ]


def _erase_messages(session: Session, account: Account) -> int:
    actor, number = actor_of(account.id), 0
    for table in (InterestMessage, PartnershipMessage):
        result = session.execute(delete(table).where(table.author == actor))
        number += int(result.rowcount)  # type: ignore[attr-defined]
    return number


def _rooms(session: Session, account: Account) -> Any:
    inside = select(PartnershipMember.partnership_id).where(PartnershipMember.account_id == account.id)
    own = or_(Partnership.id.in_(inside), Partnership.facilitator_id == account.id)
    return [row(item) for item in session.scalars(select(Partnership).where(own).order_by(Partnership.id))]


INTEREST_PARTS: tuple[Part, ...] = (
    Part("interests", ("interest",), _interests, _erase_interests),
    Part("messages", ("interest_message", "partnership_message"), _messages, _erase_messages),
    Part("rooms", ("partnership", "partnership_member"), _rooms, removed(PartnershipMember.account_id)),
    Part("next_steps", ("partnership_step",), rows_of(PartnershipStep.author, by_actor=True, leave_out=("token",))),
    Part("achievements", ("achievement",), rows_of(Achievement.recorded_by, by_actor=True)),
)
"""Agreed steps and achievements stay: they are of both sides, and name the account by its number alone."""
