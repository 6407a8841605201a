"""Retention: what is kept for a time goes when that is over. One rule for each kind; other modules add theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import begin_writing, unit_of_work
from data.models import Account, Invitation, Notification, OutboxMessage, now
from data.models.vocabulary import CaseKind, OutboxState
from data.settings import Settings
from matching.brokerage.events import record
from matching.brokerage.privacy.parts import PARTS

ACTOR = "job:retention"


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
    for account in (stale := session.scalars(select(Account).where(*never, Account.created_at < before)).all()):
        for part in PARTS:
            part.erase(session, account)
        record(session, CaseKind.ACCOUNT, account.id, "erased", actor=ACTOR)
    return len(stale)


def _invitations(session: Session, before: datetime) -> int:
    over = or_(Invitation.accepted_at.is_not(None), Invitation.revoked_at.is_not(None), Invitation.expires_at < now())
    return _count(session.execute(delete(Invitation).where(Invitation.created_at < before, over)))


def _letters(session: Session, before: datetime) -> int:
    still = (OutboxState.WAITING.value, OutboxState.SENDING.value)
    old = func.coalesce(OutboxMessage.sent_at, OutboxMessage.created_at) < before
    return _count(session.execute(delete(OutboxMessage).where(OutboxMessage.state.not_in(still), old)))


def _notifications(session: Session, before: datetime) -> int:
    return _count(session.execute(delete(Notification).where(Notification.created_at < before)))


def _count(result: object) -> int:
    return int(result.rowcount)  # type: ignore[attr-defined]


RULES: tuple[Rule, ...] = (
    Rule("unconfirmed_accounts", "unconfirmed_days", _unconfirmed),
    Rule("invitations", "invitation_days", _invitations),
    Rule("letters", "letter_days", _letters),
    Rule("notifications", "notification_days", _notifications),
)
