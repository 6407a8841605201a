"""Personal data of casework: expressions of interest, rooms, answers, files, assignments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.models import (
    Account,
    Achievement,
    Assignment,
    Attachment,
    ClientNote,
    Interest,
    InterestMessage,
    PartnerResponse,
    Partnership,
    PartnershipMember,
    PartnershipMessage,
    PartnershipStep,
    ShortlistOrder,
)
from matching.brokerage import cases
from matching.brokerage.interest_access import is_ongoing
from matching.brokerage.people import actor_of
from matching.brokerage.privacy.registry import Erase, Part, removed, rows_of

GONE = "—"
"""What stands for a message that was erased: a message has to say something."""


def open_interests(session: Session, account_id: int) -> int:
    """Expressions that somebody sent or has in hand and that have not ended; drafts are nobody else's concern."""
    whose = or_(Interest.account_id == account_id, Interest.assignee_id == account_id)
    query = select(func.count(Interest.id)).where(whose, is_ongoing(), Interest.submitted_at.is_not(None))
    return session.scalar(query) or 0


if open_interests not in cases.COUNTERS:
    cases.COUNTERS.append(open_interests)


def _empty_forms(session: Session, account: Account) -> int:
    """Drafts go; of what was sent, the fields go, the case itself stays."""
    own = Interest.account_id == account.id
    for draft in (drafts := session.scalars(select(Interest).where(own, Interest.submitted_at.is_(None))).all()):
        session.delete(draft)
    session.flush()
    return len(drafts) + _count(session.execute(update(Interest).where(own).values(form={})))


def _emptied(author: InstrumentedAttribute[Any]) -> Erase:
    """Takes out what the account wrote, and leaves the line."""

    def erase(session: Session, account: Account) -> int:
        table = author.class_
        own = author == actor_of(account.id), table.text != GONE
        return _count(session.execute(update(table).where(*own).values(text=GONE)))

    return erase


def _count(result: Any) -> int:
    return int(result.rowcount)


CASEWORK: tuple[Part, ...] = (
    Part("expressions_of_interest", ("interest",), rows_of(Interest.account_id, leave_out=("token",)), _empty_forms),
    Part(
        "messages",
        ("interest_message",),
        rows_of(InterestMessage.author, by_actor=True, leave_out=("token",)),
        _emptied(InterestMessage.author),
    ),
    Part("rooms", ("partnership_member",), rows_of(PartnershipMember.account_id)),
    Part("rooms_accompanied", ("partnership",), rows_of(Partnership.facilitator_id)),
    Part(
        "messages_in_rooms",
        ("partnership_message",),
        rows_of(PartnershipMessage.author, by_actor=True, leave_out=("token",)),
        _emptied(PartnershipMessage.author),
    ),
    Part("steps", ("partnership_step",), rows_of(PartnershipStep.author, by_actor=True, leave_out=("token",))),
    Part("achievements_recorded", ("achievement",), rows_of(Achievement.recorded_by, by_actor=True)),
    Part("answers_to_suggestions", ("partner_response",), rows_of(PartnerResponse.actor, by_actor=True)),
    Part("files", ("attachment",), rows_of(Attachment.actor, by_actor=True, leave_out=("key",))),
    Part("assignments", ("assignment",), rows_of(Assignment.account_id), removed(Assignment.account_id)),
    Part("notes_to_companies", ("client_note",), rows_of(ClientNote.actor, by_actor=True)),
    Part("orders_of_shortlists", ("shortlist_order",), rows_of(ShortlistOrder.actor, by_actor=True)),
)
