"""The list of accounts, for whoever runs the platform: filtered, counted and paged in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from data.lists import PAGE_SIZE, Page
from data.models import Account, Organisation, now
from data.text_search import says, unicode_lower


class AccountState(StrEnum):
    """How an account stands; the first that is true counts."""

    SUSPENDED = "suspended"
    UNCONFIRMED = "unconfirmed"
    LOCKED = "locked"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What the list is narrowed to; None and empty narrow nothing."""

    text: str = ""
    role: str | None = None
    state: AccountState | None = None
    page: int = 1
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class AccountListing:
    """An account as the list shows it."""

    id: int
    name: str
    email: str
    role: str
    state: AccountState
    organisation: str | None
    membership: str
    last_seen_at: datetime | None


def state_of(account: Account) -> AccountState:
    """How an account stands now."""
    if not account.active:
        return AccountState.SUSPENDED
    if account.confirmed_at is None:
        return AccountState.UNCONFIRMED
    locked = account.locked_until is not None and account.locked_until > now()
    return AccountState.LOCKED if locked else AccountState.ACTIVE


def list_accounts(session: Session, wanted: AccountFilter) -> Page[AccountListing]:
    """The page of accounts that pass the filter, by name; erased ones never do."""
    listed = (
        select(Account, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Account.organisation_id)
        .where(*_conditions(wanted))
    )
    total = session.scalar(select(func.count()).select_from(listed.order_by(None).subquery())) or 0
    page = min(wanted.page, max(1, -(-total // wanted.page_size)))
    ordered = listed.order_by(unicode_lower(Account.name), Account.id)
    found = session.execute(ordered.limit(wanted.page_size).offset((page - 1) * wanted.page_size))
    rows = tuple(
        AccountListing(
            account.id,
            account.name,
            account.email,
            account.role,
            state_of(account),
            organisation,
            account.membership,
            account.last_seen_at,
        )
        for account, organisation in found
    )
    return Page(rows, total, page, wanted.page_size)


def _conditions(wanted: AccountFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Account.erased_at.is_(None)]
    if wanted.role:
        conditions.append(Account.role == wanted.role)
    if wanted.state is not None:
        conditions.append(_in_state(wanted.state))
    return conditions + says(wanted.text, (Account.name, Account.email, Organisation.name))


def _in_state(state: AccountState) -> ColumnElement[bool]:
    usable = and_(Account.active.is_(True), Account.confirmed_at.is_not(None))
    locked = Account.locked_until > now()
    return {
        AccountState.SUSPENDED: Account.active.is_(False),
        AccountState.UNCONFIRMED: and_(Account.active.is_(True), Account.confirmed_at.is_(None)),
        AccountState.LOCKED: and_(usable, locked),
        AccountState.ACTIVE: and_(usable, or_(Account.locked_until.is_(None), ~locked)),
    }[state]
