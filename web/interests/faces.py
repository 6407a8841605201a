"""Whom a page names: the agency's people by name, the others by their organisation until they meet in a room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from data.models import Account
from data.models.vocabulary import Role
from matching.brokerage.people import Person, account_of
from web.language import translate


def named_for(session: Session, reader: Person, numbers: Iterable[int | None], *, room: bool = False) -> dict[int, str]:
    """What accounts are called for a reader. In a `room`, and for the staff, everybody has a name."""
    wanted = {number for number in numbers if number is not None}
    if not wanted:
        return {}
    rows = session.scalars(select(Account).where(Account.id.in_(wanted)).options(joinedload(Account.organisation)))
    return {row.id: _called(row, reader, by_name=room or reader.is_staff) for row in rows}


def _called(account: Account, reader: Person, *, by_name: bool) -> str:
    is_staff = account.role != Role.MEMBER.value
    organisation = account.organisation
    known = account.id == reader.account_id or (organisation is not None and organisation.id == reader.organisation_id)
    if by_name or is_staff or known:
        name = account.name or translate("somebody who has left")
        return f"{name} ({organisation.name})" if organisation is not None and not is_staff else name
    return organisation.name if organisation is not None else translate("somebody who has left")


def by(actor: str, names: Mapping[int, str]) -> str:
    """What an actor is called."""
    return names.get(account_of(actor) or 0, translate("the service"))
