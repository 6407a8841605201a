"""Upsert: rows of one file into the database, in batches, in the caller's transaction.

A bad row never stops good ones: it is reported. A crash leaves nothing, since nothing is committed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from sqlalchemy import false, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from data.models import SourceCursor
from data.sources.codes import CodeBook
from data.sources.fields import Reading
from data.sources.records import RowError
from data.sources.report import ImportReport, Notices, Rejected
from data.sources.rows import Closure, Item, Items, RawRow

BATCH = 500
Progress = Callable[[int], None]


class Outcome(StrEnum):
    """What became of a row that was taken; the values are the counts of a report."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells that two rows of a file mean the same record; one that `replaces` may follow an earlier version."""

    reference: str
    keys: tuple[str, ...]
    content: str
    replaces: bool = False


RowT = TypeVar("RowT")


class Store(Protocol[RowT]):
    """One kind of record: how its rows are validated, told apart and written."""

    def row(self, item: RawRow, session: Session, how: Reading, book: CodeBook) -> RowT:
        """The validated row. Raises RowError."""
        ...

    def identity(self, row: RowT) -> Identity:
        """What the row is told apart by."""
        ...

    def closure(self, item: Closure) -> RowT:
        """The row that closes a stored copy. Raises RowError where this kind has no such thing."""
        ...

    def position(self, row: RowT) -> str:
        """Where the row stands in its file."""
        ...

    def write(self, session: Session, rows: Sequence[RowT], notices: Notices) -> list[Outcome | RowError]:
        """Store the rows; one outcome for each, in order. Rows of one call are all of different records."""
        ...


@dataclass
class _Tally:
    read: int = 0
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    rejected: list[Rejected] = field(default_factory=list)


class Upsert(Generic[RowT]):
    """One file's rows on their way into the database."""

    def __init__(self, session: Session, store: Store[RowT], file: str, *, lenient: bool = False) -> None:
        self._session = session
        self._store = store
        self._file = file
        self._how = Reading(Notices(), lenient)
        self._book = CodeBook.load(session)
        self._tally = _Tally()
        self._batch: list[RowT] = []
        self._waiting: set[str] = set()
        self._seen: dict[str, tuple[str, str]] = {}

    def take(self, items: Items, progress: Progress | None = None) -> None:
        """Take all rows of `items`."""
        for item in items:
            self._tally.read += 1
            self._how.notices.position = item.position
            self._take(item)
            if progress is not None:
                progress(1)
        self._flush()

    def report(self, format_name: str, *, dry_run: bool) -> ImportReport:
        """What happened so far."""
        counts = {outcome.value: count for outcome, count in self._tally.counts.items()}
        return ImportReport(
            self._file,
            format_name,
            read=self._tally.read,
            rejected=tuple(self._tally.rejected),
            warnings=self._how.notices.collected(),
            dry_run=dry_run,
            **counts,
        )

    def _take(self, item: Item) -> None:
        if isinstance(item, Rejected):
            self._tally.rejected.append(item)
            return
        try:
            self._queue(item)
        except RowError as error:
            reference = item.reference if isinstance(item, Closure) else _reference_of(item)
            self._reject(item.position, reference, error)

    def _queue(self, item: RawRow | Closure) -> None:
        if isinstance(item, Closure):
            row = self._store.closure(item)
        else:
            row = self._store.row(item, self._session, self._how, self._book)
        identity = self._store.identity(row)
        if isinstance(item, RawRow) and self._repeated(identity, item.position):
            return
        if self._waiting.intersection(identity.keys) or len(self._batch) >= BATCH:
            self._flush()
        self._batch.append(row)
        self._waiting.update(identity.keys)

    def _repeated(self, identity: Identity, position: str) -> bool:
        earlier = next((self._seen[key] for key in identity.keys if key in self._seen), None)
        if earlier is not None and not identity.replaces and earlier[1] != identity.content:
            raise RowError("reference", f"the same record stands at {earlier[0]} of this file with other content")
        self._seen.update(dict.fromkeys(identity.keys, (position, identity.content)))
        if earlier is None or identity.replaces:
            return False
        self._tally.counts[Outcome.UNCHANGED] += 1
        return True

    def _flush(self) -> None:
        rows, self._batch = self._batch, []
        self._waiting.clear()
        if not rows:
            return
        for row, outcome in zip(rows, self._written(rows), strict=True):
            if isinstance(outcome, RowError):
                self._reject(self._store.position(row), self._store.identity(row).reference, outcome)
            else:
                self._tally.counts[outcome] += 1

    def _written(self, rows: Sequence[RowT]) -> list[Outcome | RowError]:
        try:
            with self._session.begin_nested():
                return self._store.write(self._session, rows, self._how.notices)
        except DBAPIError as error:
            if error.connection_invalidated or len(rows) == 1:
                return _refused(error)
        # Something that validation let through: find the row, and store the others.
        return [outcome for row in rows for outcome in self._written([row])]

    def _reject(self, position: str, reference: str | None, error: RowError) -> None:
        self._tally.rejected.append(Rejected(self._file, position, reference, error.field, error.reason))


def _refused(error: DBAPIError) -> list[Outcome | RowError]:
    if error.connection_invalidated or not error.orig:
        raise error
    # Only what concerns the row is the row's fault; a full disk or a lock is not.
    if type(error).__name__ not in {"IntegrityError", "DataError"}:
        raise error
    return [RowError(None, f"the database refused the row: {str(error.orig).splitlines()[0]}")]


def _reference_of(item: RawRow) -> str | None:
    found = item.values.get("reference") or item.values.get("id")
    return str(found)[:200] if isinstance(found, str | int) else None


def store_items(
    sessions: sessionmaker[Session],
    store: Store[RowT],
    items: Items,
    file: str,
    format_name: str,
    *,
    lenient: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Store one file's rows in one transaction: all of them on return, none on any error.

    `dry_run` makes the same report and writes nothing.
    """
    with sessions() as session, session.begin() as transaction:
        # On SQLite a transaction that starts by reading cannot wait for another writer; this one starts by writing.
        session.execute(update(SourceCursor).where(false()).values(source=SourceCursor.source))
        upsert = Upsert(session, store, file, lenient=lenient)
        upsert.take(items, progress)
        report = upsert.report(format_name, dry_run=dry_run)
        if dry_run:
            transaction.rollback()
    return report
