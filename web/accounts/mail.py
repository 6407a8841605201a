"""The letters of signing in go into the outbox, in the transaction that they belong to and the recipient's language."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any, cast

from flask import Response, after_this_request, render_template
from flask_babel import force_locale
from flask_security.mail_util import MailUtil
from flask_security.proxies import _datastore
from sqlalchemy import and_

from data.models import OutboxMessage
from matching.brokerage.letters import Letter
from matching.brokerage.outbox import LetterLimits, has_enough, send
from web.accounts.messages import SUBJECTS
from web.context import application
from web.language import current_language

if TYPE_CHECKING:
    from web.accounts.users import Accounts, User

LIMITED = frozenset({"reset_instructions", "confirmation_instructions", "welcome_existing"})
"""Letters that anybody can have sent to somebody else's address; what tells of a change always goes."""
_log = logging.getLogger(__name__)


class OutboxMail(MailUtil):
    """Stores instead of sending; `abbina deliver` sends."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **given: Any,
    ) -> None:
        """Write the letter and put it into the outbox, unless the account was sent enough of them or is suspended.

        Subject and body are written here, since the library would write them in the language of whoever asks.
        """
        kind, user = template.rpartition("/")[2], cast("User", given["user"])
        if _is_held_back(kind, user):
            _log.warning("letter held back: %s for account:%d", kind, user.id)
            return
        language = user.language or current_language()
        letter = letter_in(language, kind, **given)
        digest = hashlib.sha256(f"{user.email}\0{letter.body}".encode()).hexdigest()
        send(
            cast("Accounts", _datastore).db.session,
            letter,
            key=f"security:{kind}:{digest}",
            address=user.email,
            language=language,
            account_id=user.id,
        )
        after_this_request(_store)


def letter_in(language: str, kind: str, **given: Any) -> Letter:
    """The letter of a template in templates/security/email, in a language."""
    with force_locale(language):
        return Letter(str(SUBJECTS[kind]), render_template(f"security/email/{kind}.txt", **given))


def limits_of_letters() -> LetterLimits:
    """How many letters of one kind an address is sent at most, by setting."""
    settings = application().settings
    return LetterLimits(settings.letters_per_hour, settings.letters_per_day)


def _is_held_back(kind: str, user: User) -> bool:
    if not user.active:
        return True
    if kind not in LIMITED:
        return False
    store = cast("Accounts", _datastore)
    store.hold(user)  # of two requests at once the second counts the first one's letter
    prefix = OutboxMessage.key.startswith(f"security:{kind}:", autoescape=True)
    return has_enough(store.db.session, and_(OutboxMessage.account_id == user.id, prefix), limits_of_letters())


def _store(response: Response) -> Response:
    """Some views of the library only send, and commit nothing. After a fault there is nothing to keep."""
    if response.status_code >= 500:
        return response
    cast("Accounts", _datastore).commit()  # type: ignore[no-untyped-call]
    return response
