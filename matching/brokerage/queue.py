"""The brokers' queue: everything that waits, in one order, filtered, counted and paged in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Subquery

from data.lists import Page
from data.models import Assignment
from data.models.vocabulary import QueueKind
from data.text_search import says, unicode_lower
from matching.brokerage.queue_sources import SOURCES, QueueSource

PAGE_SIZE: Final = 25


class Whose(StrEnum):
    """Whose items a queue shows."""

    ALL = "all"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OTHERS = "others"


class QueueSort(StrEnum):
    """Orders of the queue; `due` is the order of work: overdue first, then by due date, then the oldest."""

    DUE = "due"
    AGE = "age"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue is narrowed to; `account_id` is the one who asks."""

    account_id: int
    kind: QueueKind | None = None
    whose: Whose = Whose.ALL
    overdue: bool = False
    text: str = ""
    sort: QueueSort = QueueSort.DUE
    page: int = 1
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One thing that waits. `waiting` counts what there is to look at in it; `assignee_id` is None for nobody."""

    kind: QueueKind
    object_id: int
    reference: str
    title: str
    since: date
    due: date
    assignee_id: int | None
    organisation: str | None
    waiting: int
    overdue: bool
    age: int
    """Days that it has been waiting."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the queue; `counts` are of all that pass the filter but the kind, `overdue` those among them."""

    page: Page[QueueItem]
    counts: Mapping[QueueKind, int]
    overdue: Mapping[QueueKind, int]

    @property
    def everything(self) -> int:
        """How many items pass the filter whatever their kind."""
        return sum(self.counts.values())


def list_queue(session: Session, wanted: QueueFilter, day: date) -> Queue:
    """The page of the queue that passes the filter on a day, and how many items of each kind do."""
    counts, overdue = _counts(session, wanted, day)
    total = counts.get(wanted.kind, 0) if wanted.kind else sum(counts.values())
    last = max(1, -(-total // wanted.page_size))
    page = min(wanted.page, last)
    items = _items(session, replace(wanted, page=page), day) if total else ()
    return Queue(Page(items, total, page, wanted.page_size), counts, overdue)


def item_of(session: Session, kind: QueueKind, object_id: int, day: date) -> QueueItem | None:
    """An item while it waits; None where it does not (any more)."""
    table = _queue([source for source in SOURCES if source.kind is kind], day)
    row = session.execute(select(table).where(table.c.object_id == object_id)).first()
    return None if row is None else _item(row, day)


def _queue(sources: list[QueueSource], day: date) -> Subquery:
    """All rows of some sources with their kind and whose they are."""
    parts = []
    for source in sources:
        rows = source.rows(day).subquery()
        of_item = and_(Assignment.kind == source.kind.value, Assignment.object_id == rows.c.object_id)
        columns = [column for column in rows.c if column.name != "assignee_id"]
        assignee = func.coalesce(Assignment.account_id, rows.c.assignee_id).label("assignee_id")
        kind = literal(source.kind.value, literal_execute=True).label("kind")
        parts.append(select(kind, *columns, assignee).select_from(rows).outerjoin(Assignment, of_item))
    return union_all(*parts).subquery()


def _conditions(table: Subquery, wanted: QueueFilter, day: date) -> list[ColumnElement[bool]]:
    assignee = table.c.assignee_id
    whose: dict[Whose, list[ColumnElement[bool]]] = {
        Whose.ALL: [],
        Whose.MINE: [assignee == wanted.account_id],
        Whose.UNASSIGNED: [assignee.is_(None)],
        Whose.OTHERS: [assignee.is_not(None), assignee != wanted.account_id],
    }
    late = [table.c.due < day] if wanted.overdue else []
    return [*whose[wanted.whose], *late, *says(wanted.text, (table.c.title, table.c.organisation, table.c.reference))]


def _counts(session: Session, wanted: QueueFilter, day: date) -> tuple[dict[QueueKind, int], dict[QueueKind, int]]:
    table = _queue(list(SOURCES), day)
    late = func.sum(case((table.c.due < day, 1), else_=0))
    query = select(table.c.kind, func.count(), late).where(*_conditions(table, wanted, day)).group_by(table.c.kind)
    rows = session.execute(query).all()
    return {QueueKind(kind): number for kind, number, _ in rows}, {QueueKind(kind): int(late) for kind, _, late in rows}


def _items(session: Session, wanted: QueueFilter, day: date) -> tuple[QueueItem, ...]:
    sources = [source for source in SOURCES if wanted.kind is None or source.kind is wanted.kind]
    table = _queue(sources, day)
    query = (
        select(table)
        .where(*_conditions(table, wanted, day))
        .order_by(*_order(table, wanted.sort))
        .limit(wanted.page_size)
        .offset((wanted.page - 1) * wanted.page_size)
    )
    return tuple(_item(row, day) for row in session.execute(query))


def _order(table: Subquery, sort: QueueSort) -> tuple[ColumnElement[Any], ...]:
    # What is overdue was due before everything else, so that the due date alone puts it first.
    end = (table.c.kind, table.c.object_id)
    if sort is QueueSort.AGE:
        return table.c.since, table.c.due, *end
    if sort is QueueSort.TITLE:
        return unicode_lower(table.c.title), *end
    return table.c.due, table.c.since, *end


def _item(row: Any, day: date) -> QueueItem:
    return QueueItem(
        kind=QueueKind(row.kind),
        object_id=row.object_id,
        reference=row.reference,
        title=row.title,
        since=row.since,
        due=row.due,
        assignee_id=row.assignee_id,
        organisation=row.organisation,
        waiting=row.waiting,
        overdue=row.due < day,
        age=max(0, (day - row.since).days),
    )
