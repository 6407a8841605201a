"""The lock-out: five wrong passwords or codes in a row close an account for a quarter of an hour.

It counts in the database, so that it holds however many processes serve the pages and from wherever somebody guesses.
OWASP ASVS 2.2.1.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from data.models import Account, now
from data.models.vocabulary import CaseKind
from matching.brokerage.events import record

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
ACTOR = "job:lockout"
"""Whoever guessed is unknown: least of all it was the account itself."""


def is_locked(account: Account) -> bool:
    """Whether there were too many wrong passwords or codes a moment ago."""
    return account.locked_until is not None and account.locked_until > now()


def count_failure(session: Session, account_id: int) -> None:
    """Count a wrong password or code; the caller commits at once, whatever becomes of the request."""
    own = update(Account).where(Account.id == account_id)
    counted = own.values(failed_logins=Account.failed_logins + 1)  # in the database: of two at once both count
    failures = session.scalar(counted.returning(Account.failed_logins))
    if failures is not None and failures >= MOST_FAILURES:
        session.execute(own.values(failed_logins=0, locked_until=now() + LOCKED_FOR))
        record(session, CaseKind.ACCOUNT, account_id, "locked", actor=ACTOR)


def end_lock(account: Account) -> None:
    """Forgive what was wrong before: its owner has shown who they are, or an administrator says so."""
    account.failed_logins, account.locked_until = 0, None
