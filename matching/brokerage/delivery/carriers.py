"""Who carries letters: a mail server (RFC 5321), or a folder for trials."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from data.settings import Settings
from matching.brokerage.delivery.errors import LaterError, RefusedError, UncertainError

PATIENCE = 30.0
"""Seconds that each answer of the server is waited for."""
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")
_STATUS = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")


class Carrier(Protocol):
    """Takes a letter, or raises RefusedError, LaterError or UncertainError."""

    def carry(self, message: EmailMessage, token: str) -> None:
        """Send one letter; `token` is the same at every try."""

    def arrived(self, token: str) -> bool | None:
        """Whether a letter went out whose delivery died; None where nobody can know."""

    def close(self) -> None:
        """Let go of the connection."""


def carrier_of(settings: Settings) -> Carrier:
    """The carrier that the settings name. Raises SettingsError where a password is wanted and missing."""
    if settings.smtp_url is None:
        return Folder(settings.letters_dir)
    parts = urlsplit(settings.smtp_url)
    user = unquote(parts.username) if parts.username else None
    return MailServer(
        parts.hostname or "localhost",
        parts.port or (465 if parts.scheme == "smtps" else 587),
        user=user,
        password=settings.smtp_password if user else None,
        tls=parts.scheme == "smtps",
    )


class Folder:
    """Letters as files, one `.eml` each, whole or not at all; a letter's name is always the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, message: EmailMessage, token: str) -> None:
        """Write the file aside, then give it its name."""
        place = self._place(token)
        aside = place.with_name(f".{token}.{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            aside.replace(place)
        except OSError as error:
            raise LaterError(f"folder of letters: {error.strerror}") from error

    def arrived(self, token: str) -> bool | None:
        """Whether the file is there."""
        return self._place(token).exists()

    def close(self) -> None:
        """Nothing is open."""

    def _place(self, token: str) -> Path:
        return self._folder / f"{token}.eml"


class MailServer:
    """One connection, opened when needed. Without TLS letters go to this very machine only."""

    def __init__(self, host: str, port: int, *, user: str | None, password: str | None, tls: bool) -> None:
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._tls = tls
        self._open: smtplib.SMTP | None = None

    def carry(self, message: EmailMessage, token: str) -> None:
        """Give the letter to the server; until its text is sent, every failure leaves it unsent for certain."""
        try:
            server = self._announced(message)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise LaterError(_named(error)) from error
        try:
            code, answer = server.data(message.as_bytes())
        except smtplib.SMTPDataError as error:  # said before the text was sent
            self.close()
            raise _judged(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise UncertainError(f"the connection broke while the letter was sent ({_named(error)})") from error
        if code != 250:
            self._begin_anew(server)
            raise _judged(code, answer)

    def arrived(self, token: str) -> bool | None:
        """Nobody can know: the server may have taken it."""
        return None

    def close(self) -> None:
        """End the connection."""
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._open.quit()
            self._open.close()
            self._open = None

    def _announced(self, message: EmailMessage) -> smtplib.SMTP:
        """A server that has accepted sender and recipient; an idle connection that was cut is opened again."""
        sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        fresh = self._open is None
        try:
            server = self._connected()
            code, answer = server.mail(sender)
        except smtplib.SMTPServerDisconnected:
            self.close()
            if fresh:
                raise
            return self._announced(message)
        if code != 250:  # a wrong sender is a setting to mend, not the end of every letter
            self.close()
            raise LaterError(f"the mail server does not take the sender ({code})")
        code, answer = server.rcpt(recipient)
        if code not in (250, 251):
            self._begin_anew(server)
            raise _judged(code, answer)
        return server

    def _connected(self) -> smtplib.SMTP:
        if self._open is not None:
            return self._open
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=PATIENCE)
        self._open = server
        server.ehlo()
        if not self._tls and (self._host not in _OWN_MACHINE or server.has_extn("starttls")):
            server.starttls(context=context)
            server.ehlo()
        if self._user is not None and self._password is not None:
            server.login(self._user, self._password)
        return server

    def _begin_anew(self, server: smtplib.SMTP) -> None:
        try:
            server.rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def _judged(code: int, answer: object) -> RefusedError | LaterError:
    """What an answer means: 5xx is for good. Of its words only the status code of RFC 3463 is kept."""
    status = _STATUS.search(answer) if isinstance(answer, bytes) else None
    told = f"the mail server answered {code}{f' {status.group().decode()}' if status else ''}"
    return RefusedError(told) if 500 <= code < 600 else LaterError(told)


def _named(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"
