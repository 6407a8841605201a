"""What changes how an account signs in is logged, and its owner is told by a letter that nobody can switch off.

OWASP ASVS 2.2.3. Letters about passwords are the library's (`mail`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask_security.proxies import _datastore

from data.models import Account
from data.models.vocabulary import CaseKind
from matching.brokerage.events import record
from matching.brokerage.letters import written
from matching.brokerage.outbox import send
from matching.brokerage.people import actor_of
from web.language import current_language

if TYPE_CHECKING:
    from web.accounts.users import Accounts

_TOLD = frozenset({"second_factor_set", "second_factor_off", "recovery_codes_made"})


def note(account: Account, action: str) -> None:
    """Log what somebody changed about the own account, in the library's transaction, and write the letter about it."""
    session = cast("Accounts", _datastore).db.session
    event = record(session, CaseKind.ACCOUNT, account.id, action, actor=actor_of(account.id))
    if action not in _TOLD:
        return
    language = account.language or current_language()
    key = f"account:{account.id}:{action}:{event.id}"
    letter = written(f"account.{action}", language)
    send(session, letter, key=key, address=account.email, language=language, account_id=account.id)
