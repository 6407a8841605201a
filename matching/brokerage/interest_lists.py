"""Lists of expressions of interest: one's own, those received, the staff's with filters, and what waits at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from data.calendar import utc_day, working_days_later
from data.models import Interest, Organisation, Proposal, now
from data.models.vocabulary import InterestProgress, InterestState
from data.queries import PLATFORM
from matching.brokerage.interest_access import is_ongoing
from matching.brokerage.people import Person

PAGE_SIZE = 25
WAITING = (InterestState.SUSPENDED.value, InterestState.SUBMITTED.value)
"""States in which an expression waits at the desk."""
TAKE_OVER_DAYS = 3
"""Working days until an expression is taken over: whoever made it waits, and nothing happens meanwhile."""
NOBODY = "nobody"
"""Filter of an assignee: those that lie on the desk."""
ONGOING = "ongoing"
"""Filter of a state: all that have not ended."""


@dataclass(frozen=True, slots=True)
class InterestFilter:
    """What a list is narrowed by. `state` is a state, ONGOING, or None for all; `assignee` an account's id or NOBODY.

    `older_than` is in days since the last move.
    """

    state: str | None = ONGOING
    progress: InterestProgress | None = None
    assignee: int | str | None = None
    older_than: int | None = None
    proposal: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class InterestList:
    """A page of a list."""

    rows: tuple[Interest, ...]
    total: int
    page: int
    page_size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.page_size))


def all_interests(session: Session, wanted: InterestFilter, moment: datetime | None = None) -> InterestList:
    """What the staff sees: everything that passes the filter, what has waited longest first. Drafts are left out."""
    conditions = [Interest.submitted_at.is_not(None), *_conditions(wanted, moment or now())]
    return _page(session, conditions, wanted.page, Interest.moved_at)


def interests_of(session: Session, person: Person, page: int = 1) -> InterestList:
    """What the person or their organisation expressed, those that go on first, then the latest."""
    own: ColumnElement[bool] = and_(Interest.organisation_id.is_(None), Interest.account_id == person.account_id)
    if person.organisation_id is not None:
        own = or_(own, Interest.organisation_id == person.organisation_id)
    return _page(session, [own], page, is_ongoing().desc(), Interest.moved_at.desc())


def interests_received(session: Session, person: Person, page: int = 1) -> InterestList:
    """What others expressed in the proposals of the person's organisation, those that go on first."""
    mine: ColumnElement[bool] = and_(Proposal.organisation_id.is_(None), Proposal.author_id == person.account_id)
    if person.organisation_id is not None:
        mine = or_(mine, Proposal.organisation_id == person.organisation_id)
    proposals = select(Proposal.id).where(Proposal.source == PLATFORM, mine)
    conditions = [Interest.submitted_at.is_not(None), Interest.proposal_id.in_(proposals)]
    return _page(session, conditions, page, is_ongoing().desc(), Interest.moved_at.desc())


def waiting_interests(day: date) -> Select[*tuple[Any, ...]]:
    """What waits at the desk to be taken over or evaluated, with the columns of `queue_sources.COLUMNS`."""
    columns: list[ColumnElement[Any]] = [
        Interest.id.label("object_id"),
        Interest.reference.label("reference"),
        Proposal.title.label("title"),
        utc_day(Interest.moved_at).label("since"),
        working_days_later(Interest.moved_at, TAKE_OVER_DAYS, day).label("due"),
        Interest.assignee_id.label("assignee_id"),
        Organisation.name.label("organisation"),
        literal(1).label("waiting"),
    ]
    return (
        select(*columns)
        .select_from(Interest)
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .outerjoin(Organisation, Organisation.id == Interest.organisation_id)
        .where(Interest.state.in_(WAITING))
    )


def _conditions(wanted: InterestFilter, moment: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(is_ongoing() if wanted.state == ONGOING else Interest.state == wanted.state)
    if wanted.progress is not None:
        found.append(Interest.progress == wanted.progress.value)
    if wanted.assignee is not None:
        nobody = wanted.assignee == NOBODY
        found.append(Interest.assignee_id.is_(None) if nobody else Interest.assignee_id == wanted.assignee)
    if wanted.older_than is not None:
        found.append(Interest.moved_at <= moment - timedelta(days=wanted.older_than))
    if wanted.proposal is not None:
        found.append(Interest.proposal_id.in_(select(Proposal.id).where(Proposal.reference == wanted.proposal)))
    return found


def _page(session: Session, conditions: Sequence[ColumnElement[bool]], page: int, *order: Any) -> InterestList:
    total = session.scalar(select(func.count(Interest.id)).where(*conditions)) or 0
    # The numbers first: sorting whole rows, with all that was written, takes three times as long.
    numbers = select(Interest.id).where(*conditions).order_by(*order, Interest.id.desc())
    wanted = session.scalars(numbers.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    query = select(Interest).where(Interest.id.in_(wanted))
    rows = session.scalars(query.options(joinedload(Interest.proposal), joinedload(Interest.organisation)))
    found = {row.id: row for row in rows}
    return InterestList(tuple(found[number] for number in wanted), total, page)
