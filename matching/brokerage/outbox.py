"""The notifier: letters and notifications are written in the transaction of what they tell, and delivered after it.

`send` writes a letter that must go (a confirmation, an invitation); `notify` tells an account something: on its page
at once, and by mail as often as the person wishes. Both take a `key` that makes a repetition harmless.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from data.models import Account, Notification, NotificationPreference, OutboxMessage, now
from data.models.vocabulary import Frequency, NoticeKind
from matching.brokerage.letters import Letter, written

DEFAULT_FREQUENCIES: dict[NoticeKind, Frequency] = {
    NoticeKind.PROPOSAL: Frequency.IMMEDIATE,
    NoticeKind.SUGGESTION: Frequency.DAILY,
    NoticeKind.INTEREST: Frequency.IMMEDIATE,
    NoticeKind.PARTNERSHIP: Frequency.IMMEDIATE,
    NoticeKind.SEARCH: Frequency.WEEKLY,
    NoticeKind.EXPIRY: Frequency.IMMEDIATE,
    NoticeKind.DESK: Frequency.DAILY,
    NoticeKind.ACCOUNT: Frequency.IMMEDIATE,
}
"""How often each kind comes by mail until the person says otherwise."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LetterLimits:
    """How many letters of one kind an address is sent at most, whoever asks for them and from wherever."""

    an_hour: int
    a_day: int


def has_enough(session: Session, letters: ColumnElement[bool], most: LetterLimits) -> bool:
    """Whether as many of the letters that the condition selects were written lately as an address may be sent.

    Counts what is stored, so that it holds for all processes. The caller sees to it that nobody else writes such a
    letter to the same address until its commit.
    """
    moment = now()
    written = list(
        session.scalars(select(OutboxMessage.created_at).where(letters, OutboxMessage.created_at > moment - _DAY))
    )
    return len(written) >= most.a_day or sum(at > moment - _HOUR for at in written) >= most.an_hour


def send(
    session: Session,
    letter: Letter,
    *,
    key: str,
    address: str,
    language: str,
    account_id: int | None = None,
    unsubscribe_url: str | None = None,
) -> OutboxMessage | None:
    """Put a letter into the outbox; None where one with this key is there already. The caller commits."""
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return None
    message = OutboxMessage(
        key=key,
        account_id=account_id,
        address=address,
        language=language,
        subject=letter.subject,
        body=letter.body,
        unsubscribe_url=unsubscribe_url,
    )
    session.add(message)
    session.flush()
    return message


def notify(
    session: Session,
    accounts: Iterable[Account],
    kind: NoticeKind,
    template: str,
    *,
    path: str,
    key: str,
    **values: Any,
) -> None:
    """Tell accounts something; `template` names a text of letters.py, `values` fill it, `path` is where it leads.

    `key` names the occasion (`proposal:12:approved:7`); the same occasion is told to each account once. Raises
    KeyError for a template that does not exist or a value that it lacks.
    """
    written(template, "it", **values)  # a text that cannot be written must fail here, with its cause, not at night
    for account in accounts:
        if account.erased_at is not None or not account.active:
            continue
        own = f"{key}:{account.id}"
        if session.scalar(select(Notification.id).where(Notification.key == own)) is not None:
            continue
        session.add(
            Notification(account_id=account.id, kind=kind.value, template=template, values=values, path=path, key=own)
        )
    session.flush()


def frequency_of(session: Session, account_id: int, kind: NoticeKind) -> Frequency:
    """How often the account wants this kind by mail."""
    chosen = session.get(NotificationPreference, (account_id, kind.value))
    return Frequency(chosen.frequency) if chosen else DEFAULT_FREQUENCIES[kind]


def unseen(session: Session, account_id: int, most: int = 50) -> list[Notification]:
    """The latest notifications of an account that it has not seen, newest first."""
    query = select(Notification).where(Notification.account_id == account_id, Notification.seen_at.is_(None))
    return list(session.scalars(query.order_by(Notification.id.desc()).limit(most)))


def mark_seen(session: Session, account_id: int, number: int) -> None:
    """Take a notification off the account's page; one of somebody else is left alone."""
    row = session.get(Notification, number)
    if row is not None and row.account_id == account_id and row.seen_at is None:
        row.seen_at = now()


def count_unseen(session: Session, account_id: int) -> int:
    """How many notifications an account has not seen."""
    query = select(func.count(Notification.id)).where(Notification.account_id == account_id)
    return session.scalar(query.where(Notification.seen_at.is_(None))) or 0


def mark_all_seen(session: Session, account_id: int) -> None:
    """Take all notifications off the account's list of news."""
    own = update(Notification).where(Notification.account_id == account_id, Notification.seen_at.is_(None))
    session.execute(own.values(seen_at=now()))
