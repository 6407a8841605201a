"""A letter of the outbox as an Internet message: RFC 5322, RFC 3834 (automatic), RFC 8058 (one-click opt-out)."""

from __future__ import annotations

import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from data.models import OutboxMessage
from matching.brokerage.delivery.errors import RefusedError

_UNFOLDED = "list-unsubscribe"


class _Policy(EmailPolicy):
    """As for SMTP, but an address of the web stays on one line: folded, it would come out encoded."""

    def fold(self, name: str, value: Any) -> str:
        """The header as text."""
        return f"{name}: {value}{self.linesep}" if name.lower() == _UNFOLDED else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as bytes."""
        return self.fold(name, value).encode("ascii") if name.lower() == _UNFOLDED else super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n", cte_type="7bit", raise_on_defect=True)


def token_of(key: str) -> str:
    """What names a letter in its Message-ID and file: always the same, and tells nothing of its key."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def internet_message(letter: OutboxMessage, sender: str) -> EmailMessage:
    """The letter with its headers. Raises RefusedError where its address or a header cannot be written."""
    message = EmailMessage(policy=_POLICY)
    try:
        name, own = parseaddr(sender)
        message["From"] = Address(name, addr_spec=own)
        message["To"] = Address(addr_spec=_plain(letter.address))
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(letter.created_at)
        message["Message-ID"] = f"<{token_of(letter.key)}@{own.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = letter.language
        if letter.unsubscribe_url:
            message["List-Unsubscribe"] = f"<{_single(letter.unsubscribe_url)}>"
            if letter.unsubscribe_url.startswith("https://"):  # the standard allows one click over TLS only
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.body, cte="quoted-printable")
        message.as_bytes()
    except Exception as error:  # the library raises all sorts for what is no address or header
        raise RefusedError("the address or a header cannot be written") from error
    return message


def _single(text: str) -> str:
    """The text itself. Raises ValueError where it has spaces or line breaks, which could begin another header."""
    if not text.isprintable() or " " in text or "<" in text or ">" in text:
        raise ValueError("not one address")
    return text


def _plain(address: str) -> str:
    """The address in ASCII, its domain as the name service has it. Raises ValueError where that cannot be."""
    local, at, domain = _single(address).rpartition("@")
    if not at or not local.isascii():
        raise ValueError("not an address that every server takes")
    return f"{local}@{domain.encode('idna').decode('ascii')}"
