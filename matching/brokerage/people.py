"""Who acts: an account as the rules see it, without name or address."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account
from data.models.vocabulary import Membership, Role

JOB = "job:"
"""What the actor of a job begins with, as in `job:nightly`."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone signed in. `organisation_id` is given for confirmed members only; `verified` is that organisation's."""

    account_id: int
    role: Role
    organisation_id: int | None = None
    verified: bool = False
    language: str | None = None

    @property
    def actor(self) -> str:
        """How logs name the person: by number, so that an erased account leaves nobody's name behind."""
        return actor_of(self.account_id)

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the agency: a broker or an administrator."""
        return self.role in (Role.BROKER, Role.ADMINISTRATOR)

    @property
    def is_administrator(self) -> bool:
        """Whether the person runs the platform."""
        return self.role is Role.ADMINISTRATOR


def actor_of(account_id: int) -> str:
    """The actor string of an account."""
    return f"account:{account_id}"


def account_of(actor: str) -> int | None:
    """The account that an actor string names, None for jobs and for what was decided before accounts existed."""
    kind, _, number = actor.partition(":")
    return int(number) if kind == "account" and number.isdigit() else None


def person_of(account: Account) -> Person:
    """An account as the rules see it."""
    belongs = account.membership == Membership.CONFIRMED.value and account.organisation is not None
    organisation = account.organisation if belongs else None
    return Person(
        account_id=account.id,
        role=Role(account.role),
        organisation_id=organisation.id if organisation else None,
        verified=organisation is not None and organisation.verified_at is not None,
        language=account.language,
    )


def hold_account(session: Session, account_id: int) -> None:
    """Let nobody else count or change what is the account's own until the end of the unit of work.

    PostgreSQL's units of work need it; SQLite's come one after the other anyway.
    """
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def active_staff(session: Session) -> list[Account]:
    """Brokers and administrators who can sign in, by name."""
    staff = Account.role.in_((Role.BROKER.value, Role.ADMINISTRATOR.value))
    query = select(Account).where(staff, Account.active.is_(True), Account.erased_at.is_(None))
    return list(session.scalars(query.order_by(Account.name, Account.id)))


def members_of(session: Session, organisation_id: int) -> list[Account]:
    """The confirmed members of an organisation who can sign in, by name."""
    query = select(Account).where(
        Account.organisation_id == organisation_id,
        Account.membership == Membership.CONFIRMED.value,
        Account.active.is_(True),
    )
    return list(session.scalars(query.order_by(Account.name, Account.id)))


def names_of_accounts(session: Session, numbers: set[int]) -> dict[int, str]:
    """Names for a page that may show them; the empty name of an erased account is left to the page."""
    if not numbers:
        return {}
    query = select(Account.id, Account.name).where(Account.id.in_(numbers))
    return {row.id: row.name for row in session.execute(query)}
