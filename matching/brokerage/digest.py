"""Notifications become letters: each at once, or together once a day or a week, as each person wishes for each kind.

What was written, or left out by the person's wish, is marked in the same transaction: a repetition writes nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import Account, Notification
from data.models.vocabulary import Frequency, NoticeKind
from matching.brokerage.letters import Letter, written
from matching.brokerage.opting_out import OptOut
from matching.brokerage.outbox import frequency_of, send
from matching.brokerage.texts.followup import DIGEST, FOOT, KINDS

_log = logging.getLogger(__name__)

_MONDAY = 0
_WEEK = timedelta(days=7)
_LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Mailing:
    """What letters need beside their text: where the pages are, links to opt out, the language of who chose none."""

    address: str
    opt_out: OptOut
    language: str


@dataclass
class WrittenDue:
    """What a round did: letters, notifications in them, those left out by the person's wish, accounts that failed."""

    letters: int = 0
    notifications: int = 0
    left_out: int = 0
    failed: int = 0


def write_all_due(
    sessions: sessionmaker[Session], now: datetime, mailing: Mailing, *, digests: bool = False
) -> WrittenDue:
    """Write what is due, one account after the other, each in a transaction of its own; see `write_due`.

    A notification that no letter can be made of, such as one whose text this version lacks, holds up its account alone.
    """
    report = WrittenDue()
    with sessions() as session:
        waiting = session.scalars(select(Notification.account_id).where(Notification.mailed_at.is_(None)).distinct())
        numbers = sorted(waiting)
    for number in numbers:
        try:
            with unit_of_work(sessions) as session:
                found = write_due(session, now, mailing, number, digests=digests)
        except (LookupError, TypeError, ValueError):  # what filling a text raises
            _log.exception("the notifications of account:%d cannot be written", number)
            report.failed += 1
            continue
        report.letters += found.letters
        report.notifications += found.notifications
        report.left_out += found.left_out
    return report


def write_due(
    session: Session, now: datetime, mailing: Mailing, account_id: int, *, digests: bool = False
) -> WrittenDue:
    """Turn an account's unmailed notifications into letters: the immediate ones, with `digests` those together too.

    Weekly ones are due on Mondays, or once they are a week old. The caller's unit of work commits it. On PostgreSQL
    rows that another run is writing are passed over.
    """
    query = select(Notification).where(Notification.account_id == account_id, Notification.mailed_at.is_(None))
    waiting = session.scalars(query.order_by(Notification.id).with_for_update(skip_locked=True)).all()
    account = session.get_one(Account, account_id)
    report = WrittenDue()
    together: list[Notification] = []
    for notice in waiting:
        wished = frequency_of(session, account_id, NoticeKind(notice.kind))
        if not _can_be_written_to(account) or wished is Frequency.NEVER:
            notice.mailed_at = now
            report.left_out += 1
        elif wished is Frequency.IMMEDIATE:
            notice.mailed_at = now
            _write(session, account, [notice], mailing, report)
        elif digests and _is_due(wished, notice, now):
            notice.mailed_at = now
            if notice.seen_at is None:
                together.append(notice)
            else:
                report.left_out += 1
    if together:
        _write(session, account, together, mailing, report)
    return report


def _can_be_written_to(account: Account) -> bool:
    """Letters go to confirmed addresses of people who can sign in."""
    return account.active and account.erased_at is None and account.confirmed_at is not None


def _is_due(wished: Frequency, notice: Notification, now: datetime) -> bool:
    return wished is Frequency.DAILY or now.weekday() == _MONDAY or now - notice.created_at >= _WEEK


def _write(
    session: Session, account: Account, notices: Sequence[Notification], mailing: Mailing, report: WrittenDue
) -> None:
    language = account.language or mailing.language
    kinds = {NoticeKind(notice.kind) for notice in notices}
    off = _off(account, kinds, mailing)
    if len(notices) == 1:
        letter = _single(notices[0], language, off, mailing)
    else:
        letter = _digest(account, notices, language, mailing)
    key = f"notice:{notices[0].id}" if len(notices) == 1 else f"digest:{account.id}:{notices[-1].id}"
    send(
        session,
        letter,
        key=key,
        address=account.email,
        language=language,
        account_id=account.id,
        unsubscribe_url=off,
    )
    report.letters += 1
    report.notifications += len(notices)


def _single(notice: Notification, language: str, off: str, mailing: Mailing) -> Letter:
    letter = written(notice.template, language, **notice.values)
    foot = FOOT[language].format(url=f"{mailing.address}{notice.path}", off=off, kind=KINDS[notice.kind][language])
    return Letter(letter.subject[:_LONGEST_SUBJECT], f"{letter.body.rstrip()}\n\n{foot}")


def _digest(account: Account, notices: Sequence[Notification], language: str, mailing: Mailing) -> Letter:
    """One letter, kind by kind, each with its own link to opt out."""
    by_kind: dict[NoticeKind, list[Notification]] = defaultdict(list)
    for notice in notices:
        by_kind[NoticeKind(notice.kind)].append(notice)
    text = DIGEST[language]
    parts = []
    for kind in sorted(by_kind):
        lines = [
            f"- {written(notice.template, language, **notice.values).subject}\n  {mailing.address}{notice.path}"
            for notice in by_kind[kind]
        ]
        title = KINDS[kind.value][language]
        off = text.off.format(off=_off(account, (kind,), mailing), kind=title)
        parts.append("\n".join([title.upper(), *lines, off]))
    body = text.body.format(items="\n\n".join(parts), preferences=f"{mailing.address}/activities/preferences")
    return Letter(text.subject.format(count=len(notices)), body)


def _off(account: Account, kinds: Iterable[NoticeKind], mailing: Mailing) -> str:
    return f"{mailing.address}/notifications/off/{mailing.opt_out.token(account.id, kinds)}"
