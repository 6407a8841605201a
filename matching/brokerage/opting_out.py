"""Opting out with one click: a sealed token in the letter names account and kinds, and works without signing in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.models import Account, NotificationPreference
from data.models.vocabulary import CaseKind, Frequency, NoticeKind
from matching.brokerage.events import record
from matching.brokerage.outbox import frequency_of
from matching.brokerage.people import actor_of, hold_account

Wish = tuple[int, tuple[NoticeKind, ...]]
"""An account's number and the kinds of which it wants no letters."""


class OptOut:
    """Makes and reads tokens, encrypted and authenticated (Fernet): nobody reads or makes one without the key."""

    def __init__(self, secret: str) -> None:
        self._box = Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"opt-out:{secret}".encode()).digest()))

    def token(self, account_id: int, kinds: Iterable[NoticeKind]) -> str:
        """A token for these kinds of this account; it holds for ever, since letters are kept."""
        return self._box.encrypt(f"{account_id}:{'+'.join(sorted(kinds))}".encode()).decode()

    def read(self, token: str) -> Wish:
        """What a token says. Raises NotFoundError for anything that is not one of ours."""
        try:
            number, _, kinds = self._box.decrypt(token.encode()).decode().partition(":")
            return int(number), tuple(NoticeKind(kind) for kind in kinds.split("+"))
        except (InvalidToken, ValueError) as error:
            raise NotFoundError("no letter has this link") from error


def opt_out(session: Session, wish: Wish) -> None:
    """Send no more letters of these kinds; the page goes on showing them. Safe to repeat. Raises NotFoundError."""
    number, kinds = wish
    account = session.get(Account, number)
    if account is None or account.erased_at is not None:
        raise NotFoundError("no letter has this link")
    for kind in kinds:
        choose(session, number, kind, Frequency.NEVER)


def choose(session: Session, account_id: int, kind: NoticeKind, frequency: Frequency) -> bool:
    """Note how often an account wants a kind by mail; returns whether that is new."""
    hold_account(session, account_id)
    before = frequency_of(session, account_id, kind)
    if before is frequency:
        return False
    chosen = session.get(NotificationPreference, (account_id, kind.value))
    if chosen is None:
        session.add(NotificationPreference(account_id=account_id, kind=kind.value, frequency=frequency.value))
    else:
        chosen.frequency = frequency.value
    record(
        session,
        CaseKind.ACCOUNT,
        account_id,
        "letters_chosen",
        actor=actor_of(account_id),
        before=before.value,
        after=frequency.value,
        detail={"kind": kind.value},
    )
    return True
