"""Followed lists: a list of proposals or organisations narrowed by someone, who is told what appears in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.errors import NotFoundError
from data.lists import OrganisationFilter, ProposalFilter, new_organisations, new_proposals
from data.models import Account, Organisation, Proposal, SavedFilter, now
from data.models.vocabulary import CaseKind, NoticeKind
from matching.brokerage.events import record
from matching.brokerage.outbox import notify
from matching.brokerage.people import Person, hold_account
from matching.errors import MoveNotAllowedError

MOST_FOLLOWED = 50
"""Lists that one account follows at most."""
LONGEST_NAME = 200
PROPOSALS, ORGANISATIONS = "proposals", "organisations"
NARROWED_BY = {PROPOSALS: ("q", "source", "kind", "country", "theme"), ORGANISATIONS: ("q", "kind", "country", "theme")}


@dataclass
class LookedAt:
    """What a round over the followed lists did: how many were looked at, and new entries in all."""

    filters: int = 0
    new: int = 0


def follow(
    session: Session, person: Person, *, list_name: str, query: Mapping[str, str], name: str, today: date
) -> SavedFilter:
    """Follow a list from now on; what is in it already is not new. The caller's unit of work commits it.

    Asked again under the same name, it is the list that is followed already.

    Raises MoveNotAllowedError for an unknown list, or where the account follows as many as it may.
    """
    if list_name not in NARROWED_BY:
        raise MoveNotAllowedError(f"no list is called {list_name!r}")
    hold_account(session, person.account_id)
    followed = filters_of(session, person.account_id)
    kept = {key: str(query[key]).replace("\0", "")[:LONGEST_NAME] for key in NARROWED_BY[list_name] if query.get(key)}
    called = " ".join(name.replace("\0", "").split())[:LONGEST_NAME]
    for known in followed:
        if (known.list_name, known.query, known.name) == (list_name, kept, called):
            return known
    if len(followed) >= MOST_FOLLOWED:
        raise MoveNotAllowedError(f"an account follows {MOST_FOLLOWED} lists at most")
    saved = SavedFilter(
        account_id=person.account_id,
        name=called,
        list_name=list_name,
        query=kept,
        last_id=_last_id(session, list_name),
        last_day=today,
        told=[],
    )
    saved.told = _published_today(session, saved, today)
    session.add(saved)
    session.flush()
    record(session, CaseKind.SEARCH, saved.id, "list_followed", actor=person.actor, detail={"list": list_name})
    return saved


def stop(session: Session, person: Person, number: int) -> None:
    """Follow a list no longer. Raises NotFoundError for a list that is not the person's own."""
    saved = session.get(SavedFilter, number)
    if saved is None or saved.account_id != person.account_id:
        raise NotFoundError(f"no followed list has the number {number}")
    session.delete(saved)
    record(session, CaseKind.SEARCH, number, "list_left", actor=person.actor)


def filters_of(session: Session, account_id: int) -> list[SavedFilter]:
    """The lists that an account follows, by name."""
    own = select(SavedFilter).where(SavedFilter.account_id == account_id)
    return list(session.scalars(own.order_by(SavedFilter.name, SavedFilter.id)))


def path_of(saved: SavedFilter) -> str:
    """Where the list is on the pages, the latest first."""
    return f"/{saved.list_name}/?{urlencode({**saved.query, 'sort': 'recent'})}"


def look(sessions: sessionmaker[Session], today: date) -> LookedAt:
    """Tell everybody what is new in the lists they follow, each list in one transaction. Safe to run again."""
    report = LookedAt()
    with sessions() as session:
        numbers = session.scalars(select(SavedFilter.id).order_by(SavedFilter.id)).all()
    for number in numbers:
        with unit_of_work(sessions) as session:
            saved = session.get(SavedFilter, number)
            if saved is not None:
                report.filters += 1
                report.new += len(_tell(session, saved, today))
    return report


def _tell(session: Session, saved: SavedFilter, today: date) -> list[int]:
    last = _last_id(session, saved.list_name)
    told = {int(number) for number in saved.told}
    new = [number for number in _new(session, saved, today) if number not in told]
    if new:
        account = session.get_one(Account, saved.account_id)
        key = f"filter:{saved.id}:{today:%Y%m%d}:{max(new)}:{len(new)}"
        values: dict[str, Any] = {"name": saved.name, "count": len(new)}
        notify(session, [account], NoticeKind.SEARCH, "saved_list.new", path=path_of(saved), key=key, **values)
    saved.last_id, saved.last_day, saved.looked_at = last, today, now()
    saved.told = _published_today(session, saved, today)
    return new


def _published_today(session: Session, saved: SavedFilter, today: date) -> list[Any]:
    """Those that the next look would find again, since it asks for what was published from today on."""
    return [] if saved.list_name == ORGANISATIONS else _new(session, saved, today)


def _new(session: Session, saved: SavedFilter, today: date) -> list[int]:
    query = saved.query
    tree, _, code = query.get("theme", "").partition(":")
    common: dict[str, Any] = {
        "text": query.get("q", ""),
        "kind": query.get("kind"),
        "country": query.get("country"),
        "theme": (tree, code) if code else None,
    }
    if saved.list_name == ORGANISATIONS:
        return new_organisations(session, OrganisationFilter(**common), saved.last_id)
    wanted = ProposalFilter(**common, source=query.get("source"))
    return new_proposals(session, wanted, saved.last_id, saved.last_day, today)


def _last_id(session: Session, list_name: str) -> int:
    table = Organisation if list_name == ORGANISATIONS else Proposal
    return int(session.scalar(select(func.max(table.id))) or 0)
