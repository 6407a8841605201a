"""What a part of personal data is: which tables it lies in, how it is exported, how it is erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.models import Account, Base
from matching.brokerage.people import actor_of

Export = Callable[[Session, Account], Any]
"""What is stored of an account, as values of JSON."""
Erase = Callable[[Session, Account], int]
"""Remove or empty it; returns how many rows changed."""


def keep(_session: Session, _account: Account) -> int:
    """Erase nothing: the rows name the account by its number alone, and the log needs them."""
    return 0


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name in the export, the tables that it covers, and both functions."""

    name: str
    tables: tuple[str, ...]
    export: Export
    erase: Erase = keep


def row(record: Base, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """A record as values of JSON."""
    names = (attribute.key for attribute in inspect(type(record)).column_attrs)
    return {name: _plain(getattr(record, name)) for name in names if name not in leave_out}


def rows_of(column: InstrumentedAttribute[Any], by_actor: bool = False, leave_out: tuple[str, ...] = ()) -> Export:
    """Exports all rows whose `column` names the account: by its number, or with `by_actor` as its actor string."""

    def export(session: Session, account: Account) -> Any:
        table = column.class_
        whose = column == (actor_of(account.id) if by_actor else account.id)
        order = inspect(table).primary_key
        return [row(record, leave_out) for record in session.scalars(select(table).where(whose).order_by(*order))]

    return export


def removed(column: InstrumentedAttribute[Any]) -> Erase:
    """Erases all rows whose `column` is the account's number."""

    def erase(session: Session, account: Account) -> int:
        result = session.execute(delete(column.class_).where(column == account.id))
        return int(result.rowcount)  # type: ignore[attr-defined]

    return erase


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
