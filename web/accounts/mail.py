"""The letters of signing in go into the outbox, in the transaction that they belong to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast

from flask import Response, after_this_request
from flask_security.mail_util import MailUtil
from flask_security.proxies import _datastore

from matching.brokerage.letters import Letter
from matching.brokerage.outbox import send
from web.language import current_language

if TYPE_CHECKING:
    from web.accounts.users import Accounts


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
        """Put the rendered letter into the outbox."""
        address = str(recipient[1] if isinstance(recipient, tuple) else recipient)
        text = body or ""
        user = given.get("user")
        key = hashlib.sha256(f"{template}\0{address}\0{text}".encode()).hexdigest()
        send(
            cast("Accounts", _datastore).db.session,
            Letter(" ".join(str(subject).split()), text),
            key=f"security:{template}:{key}",
            address=address,
            language=current_language(),
            account_id=getattr(user, "id", None),
        )
        after_this_request(_store)


def _store(response: Response) -> Response:
    """Some views of the library only send, and commit nothing."""
    cast("Accounts", _datastore).commit()  # type: ignore[no-untyped-call]
    return response
