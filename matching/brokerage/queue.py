"""The brokers' queue: everything that waits, in one order, filtered, counted and paged in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Select, and_, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import FromClause, Subquery

from data.lists import Page
from data.models import Assignment
from data.models.vocabulary import QueueKind
from data.text_search import says, unicode_lower
from matching.brokerage.queue_sources import SOURCES, QueueSource

PAGE_SIZE: Final = 25
Texts = tuple[str, str, str | None]
"""Reference, title and organisation of an item."""


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
    items, counts, overdue = _read(session, wanted, day)
    total = counts.get(wanted.kind, 0) if wanted.kind else sum(counts.values())
    last = max(1, -(-total // wanted.page_size))
    if wanted.page > last:
        wanted = replace(wanted, page=last)
        items, counts, overdue = _read(session, wanted, day)
    return Queue(Page(items, total, wanted.page, wanted.page_size), counts, overdue)


def item_of(session: Session, kind: QueueKind, object_id: int, day: date) -> QueueItem | None:
    """An item while it waits; None where it does not (any more)."""
    table = _queue([source for source in SOURCES if source.kind is kind], day)
    row = session.execute(select(table).where(table.c.object_id == object_id)).first()
    return None if row is None else _item(row, (row.reference, row.title, row.organisation), day)


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


def _read(
    session: Session, wanted: QueueFilter, day: date
) -> tuple[tuple[QueueItem, ...], dict[QueueKind, int], dict[QueueKind, int]]:
    """The items of the page, how many there are of each kind, and how many of these are overdue.

    One statement puts the queue together, without its texts where nobody searches or sorts by them, and gives both the
    page and the counts: two statements, or texts for all, would take twice the time. Lines that count have no place;
    `object_id` is then the count, `waiting` what is overdue.
    """
    table = _queue(list(SOURCES), day)
    needed = _KEYS if not wanted.text and wanted.sort is not QueueSort.TITLE else (*_KEYS, *_TEXTS)
    columns = [table.c[name] for name in needed]
    queue = select(*columns).where(*_conditions(table, wanted, day)).cte("queue")
    rows = session.execute(union_all(_counts(queue, day), _page(queue, wanted))).all()
    counted = [row for row in rows if not row.place]
    shown = sorted((row for row in rows if row.place), key=lambda row: row.place)
    keys = [(QueueKind(row.kind), row.object_id) for row in shown]
    texts = titles_of(session, keys)
    items = tuple(_item(row, texts[key], day) for row, key in zip(shown, keys, strict=True) if key in texts)
    return (
        items,
        {QueueKind(row.kind): row.object_id for row in counted},
        {QueueKind(row.kind): int(row.waiting) for row in counted},
    )


_KEYS: Final = ("kind", "object_id", "waiting", "since", "due", "assignee_id")
_TEXTS: Final = ("reference", "title", "organisation")


def _counts(queue: CTE, day: date) -> Select[Any]:
    late = func.sum(case((queue.c.due < day, 1), else_=0))
    empty = (cast(null(), queue.c[name].type).label(name) for name in ("since", "due", "assignee_id"))
    number, place = func.count().label("object_id"), literal(0).label("place")
    return select(queue.c.kind, number, late.label("waiting"), *empty, place).group_by(queue.c.kind)


def _page(queue: CTE, wanted: QueueFilter) -> Select[Any]:
    asked = select(queue).where(*([queue.c.kind == wanted.kind.value] if wanted.kind else []))
    first = (wanted.page - 1) * wanted.page_size
    few = asked.order_by(*_order(queue, wanted.sort)).limit(wanted.page_size).offset(first).subquery()
    place = func.row_number().over(order_by=_order(few, wanted.sort))
    return select(*(few.c[name] for name in _KEYS), place.label("place"))


def _order(table: FromClause, sort: QueueSort) -> tuple[ColumnElement[Any], ...]:
    # What is overdue was due before everything else, so that the due date alone puts it first.
    end = (table.c.kind, table.c.object_id)
    if sort is QueueSort.AGE:
        return table.c.since, table.c.due, *end
    if sort is QueueSort.TITLE:
        return unicode_lower(table.c.title), *end
    return table.c.due, table.c.since, *end


def _item(row: Any, texts: Texts, day: date) -> QueueItem:
    reference, title, organisation = texts
    return QueueItem(
        kind=QueueKind(row.kind),
        object_id=row.object_id,
        reference=reference,
        title=title,
        since=row.since,
        due=row.due,
        assignee_id=row.assignee_id,
        organisation=organisation,
        waiting=row.waiting,
        overdue=row.due < day,
        age=max(0, (day - row.since).days),
    )


def titles_of(session: Session, items: Collection[tuple[QueueKind, int]]) -> dict[tuple[QueueKind, int], Texts]:
    """Reference, title and organisation of things that wait or waited; what is no longer stored is left out."""
    found: dict[tuple[QueueKind, int], Texts] = {}
    for source in SOURCES:
        ids = [number for kind, number in items if kind is source.kind]
        if ids:
            for number, reference, title, organisation in session.execute(source.titles(ids)):
                found[source.kind, number] = (reference, title, organisation)
    return found
