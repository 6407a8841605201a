"""Retention: what is kept for a time goes when that is over. One rule for each kind; other modules add theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from data.db import begin_writing, unit_of_work
from data.models import (
    Account,
    Attachment,
    Interest,
    InterestMessage,
    Invitation,
    Notification,
    OutboxMessage,
    Partnership,
    PartnershipMessage,
    PartnershipStep,
    Proposal,
    now,
)
from data.models.vocabulary import AttachmentOwner, CaseKind, OutboxState, ProposalState
from data.settings import Settings
from data.uploads import FileStore
from matching.brokerage.attachments import discard
from matching.brokerage.events import record
from matching.brokerage.interest_access import is_ongoing
from matching.brokerage.privacy.parts import PARTS

ACTOR = "job:retention"
GONE = "—"
"""What stands for a message that was taken out: a message has to say something."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`remove` takes away what is older than a moment and returns how much that was; `setting` names its days."""

    name: str
    setting: str
    remove: Callable[[Session, datetime], int]


def periods_of(settings: Settings) -> dict[str, int]:
    """Days by name of the rule."""
    return {rule.name: int(getattr(settings, rule.setting)) for rule in RULES}


def apply(
    sessions: sessionmaker[Session], periods: Mapping[str, int], moment: datetime, *, dry_run: bool = False
) -> dict[str, int]:
    """Apply every rule, each in one transaction; with `dry_run` all are rolled back. Safe to run again."""
    found: dict[str, int] = {}
    for rule in RULES:
        before = moment - timedelta(days=periods[rule.name])
        if dry_run:
            with sessions() as session:
                begin_writing(session)
                found[rule.name] = rule.remove(session, before)
                session.rollback()
        else:
            with unit_of_work(sessions) as session:
                found[rule.name] = rule.remove(session, before)
    return found


def _unconfirmed(session: Session, before: datetime) -> int:
    never = Account.confirmed_at.is_(None), Account.erased_at.is_(None), Account.last_seen_at.is_(None)
    for account in (stale := session.scalars(_held(*never, Account.created_at < before)).all()):
        for part in PARTS:
            part.erase(session, account)
        record(session, CaseKind.ACCOUNT, account.id, "erased", actor=ACTOR)
    return len(stale)


def _held(*conditions: ColumnElement[bool]) -> Select[Account]:
    """Accounts that nobody confirms meanwhile."""
    return select(Account).where(*conditions).with_for_update(of=Account)


def _invitations(session: Session, before: datetime) -> int:
    over = or_(Invitation.accepted_at.is_not(None), Invitation.revoked_at.is_not(None), Invitation.expires_at < now())
    return _count(session.execute(delete(Invitation).where(Invitation.created_at < before, over)))


def _letters(session: Session, before: datetime) -> int:
    still = (OutboxState.WAITING.value, OutboxState.SENDING.value)
    old = func.coalesce(OutboxMessage.sent_at, OutboxMessage.created_at) < before
    return _count(session.execute(delete(OutboxMessage).where(OutboxMessage.state.not_in(still), old)))


def _notifications(session: Session, before: datetime) -> int:
    return _count(session.execute(delete(Notification).where(Notification.created_at < before)))


def _interests(session: Session, before: datetime) -> int:
    """The case stays, what was written goes: in its form, to the other side, in its room."""
    ended = select(Interest.id).where(~is_ongoing(), Interest.moved_at < before)
    rooms = select(Partnership.id).where(Partnership.interest_id.in_(ended))
    for table, theirs in (
        (InterestMessage, InterestMessage.interest_id.in_(ended)),
        (PartnershipMessage, PartnershipMessage.partnership_id.in_(rooms)),
        (PartnershipStep, PartnershipStep.partnership_id.in_(rooms)),
    ):
        session.execute(update(table).where(theirs, table.text != GONE).values(text=GONE))
    filled = [row for row in session.scalars(select(Interest).where(Interest.id.in_(ended))) if row.form]
    for interest in filled:
        interest.form = {}
    return len(filled)


def _attachments(session: Session, before: datetime) -> int:
    """Marks files as removed; their content goes once that is committed."""
    archived = select(Proposal.id).where(Proposal.state == ProposalState.ARCHIVED.value, Proposal.updated_at < before)
    concluded = select(Partnership.id).where(Partnership.concluded_at < before)
    theirs = or_(
        and_(Attachment.owner_kind == AttachmentOwner.PROPOSAL.value, Attachment.owner_id.in_(archived)),
        and_(Attachment.owner_kind == AttachmentOwner.PARTNERSHIP.value, Attachment.owner_id.in_(concluded)),
    )
    gone = update(Attachment).where(theirs, Attachment.removed_at.is_(None)).values(removed_at=now())
    return _count(session.execute(gone))


def discard_files(sessions: sessionmaker[Session], store: FileStore) -> int:
    """Remove every stored content that no attachment has any more; returns how many went.

    What lies in the folder decides, not what this run removed: whatever was killed before is made good.
    """
    stored = set(store.keys())
    with sessions() as session:
        used = set(session.scalars(select(Attachment.key).where(Attachment.removed_at.is_(None)).distinct()))
    return sum(discard(sessions, store, key) for key in sorted(stored - used))


def _count(result: object) -> int:
    return int(result.rowcount)  # type: ignore[attr-defined]


RULES: tuple[Rule, ...] = (
    Rule("unconfirmed_accounts", "unconfirmed_days", _unconfirmed),
    Rule("invitations", "invitation_days", _invitations),
    Rule("letters", "letter_days", _letters),
    Rule("notifications", "notification_days", _notifications),
    Rule("interests", "interest_days", _interests),
    Rule("attachments", "attachment_days", _attachments),
)
