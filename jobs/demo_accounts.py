"""Accounts of the demo: plainly fictional, with one random password that lies in a file of the home folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from sqlalchemy.orm import Session

from data.models import Organisation, now
from data.models.vocabulary import CaseKind, Role
from data.queries import proposal_by_reference
from data.settings import Settings
from jobs.errors import JobError
from matching.brokerage.accounts import DEMO_DOMAIN, account_by_email, create_account
from matching.brokerage.events import record
from matching.brokerage.passwords import hash_of

FILE = "demo-accounts.txt"
ACTOR = "job:demo"
PEOPLE = (
    ("amministrazione", "Anna Finta (demo)", Role.ADMINISTRATOR),
    ("facilitatore", "Fabio Finto (demo)", Role.BROKER),
    ("impresa", "Irene Inventata (demo)", Role.MEMBER),
)
_RANDOM_BYTES = 15
"""Random bytes in the password: 20 characters."""


def demo_file(settings: Settings) -> Path:
    """Where addresses and password are written."""
    return settings.home / FILE


def ensure_demo_accounts(session: Session, settings: Settings, proposal: str) -> str:
    """The demo accounts, made where they are missing; gives the password. Running it again changes nothing.

    The member belongs to the organisation of `proposal`, which is verified.
    """
    path = demo_file(settings)
    kept = _kept(path)
    fresh, password = kept is None, kept or secrets.token_urlsafe(_RANDOM_BYTES)
    organisation = _verified(session, proposal)
    for local, name, role in PEOPLE:
        email = f"{local}@{DEMO_DOMAIN}"
        account = account_by_email(session, email)
        if account is not None and fresh:
            account.password = hash_of(password)  # the file was lost: its password cannot be read back
        if account is None:
            place = organisation if role is Role.MEMBER else None
            create_account(
                session, email=email, name=name, role=role, password=password, actor=ACTOR, organisation=place
            )
    _write(path, password)
    return password


def require_private(settings: Settings) -> None:
    """Raises JobError where other machines reach the pages: the password lies in a file and on the screen."""
    if settings.is_public:
        raise JobError(f"the pages are at {settings.public_url}: the demo is for this machine; unset ABBINA_PUBLIC_URL")


def addresses() -> list[tuple[str, str]]:
    """Address and role of each demo account."""
    return [(f"{local}@{DEMO_DOMAIN}", role.value) for local, _, role in PEOPLE]


def _kept(path: Path) -> str | None:
    if not path.exists():
        return None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("password: "):
            return line.removeprefix("password: ").strip() or None
    return None


def _write(path: Path, password: str) -> None:
    lines = [f"{email}  ({role})" for email, role in addresses()]
    text = "\n".join(
        ["Demo accounts of Abbina, for trying things out on this machine only.", *lines, f"password: {password}", ""]
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def _verified(session: Session, proposal: str) -> Organisation | None:
    organisation = proposal_by_reference(session, proposal).organisation
    if organisation is not None and organisation.verified_at is None:
        organisation.verified_at, organisation.verified_by = now(), ACTOR
        record(session, CaseKind.ORGANISATION, organisation.id, "verified", actor=ACTOR)
    return organisation
