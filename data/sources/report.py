"""What an import says afterwards: counts, rows that were not taken, and values that deserve a look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_NOTICES = 500
MAX_REASON = 1000


def storable(value: str | None) -> str | None:
    """`value` with half characters and zero bytes written out: no database, file or terminal takes them as they are."""
    return value and value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "\\x00")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken. `position` says where in the file (`line 12`, `profile 3, line 40`, `file`)."""

    file: str
    position: str
    reference: str | None
    field: str | None
    reason: str

    def __post_init__(self) -> None:
        for name in ("file", "position", "reference", "field", "reason"):
            object.__setattr__(self, name, storable(getattr(self, name)))

    def __str__(self) -> str:
        where = f"{self.file}, {self.position}"
        who = f" ({self.reference})" if self.reference else ""
        what = f" {self.field}:" if self.field else ""
        return f"{where}{who}:{what} {self.reason}"


@dataclass(frozen=True, slots=True)
class Notice:
    """A value that was taken but deserves a look, with how often it occurred and where first."""

    field: str
    value: str | None
    reason: str
    count: int
    first: str

    def __str__(self) -> str:
        value = f" {self.value!r}" if self.value is not None else ""
        return f"{self.field}{value}: {self.reason} ({self.count} ×, first at {self.first})"


class Notices:
    """Collects notices while rows are read; equal ones are counted, not repeated.

    At most `MAX_NOTICES` different ones are kept, the rest is counted under one last notice.
    """

    def __init__(self) -> None:
        self.position = ""
        self._found: dict[tuple[str, str | None, str], tuple[int, str]] = {}
        self._more = 0

    def add(self, field_name: str, value: str | None, reason: str) -> None:
        """Note `reason` about `field_name` of the row at `self.position`."""
        key = (field_name, None if value is None else storable(value[:200]), reason)
        if key in self._found:
            count, first = self._found[key]
            self._found[key] = (count + 1, first)
        elif len(self._found) < MAX_NOTICES:
            self._found[key] = (1, self.position)
        else:
            self._more += 1

    def collected(self) -> tuple[Notice, ...]:
        """All notices, most frequent first."""
        found = [Notice(*key, count=count, first=first) for key, (count, first) in self._found.items()]
        found.sort(key=lambda notice: -notice.count)
        if self._more:
            found.append(Notice("file", None, "further notices, not listed", self._more, self.position))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One file's import. Every row read is in exactly one of the counts or in `rejected`."""

    file: str
    format: str
    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    closed: int = 0
    rejected: tuple[Rejected, ...] = ()
    warnings: tuple[Notice, ...] = ()
    dry_run: bool = field(default=False)

    @property
    def changed(self) -> int:
        """How many stored records differ from before."""
        return self.added + self.updated + self.closed

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-able values."""
        return asdict(self)

    def counts(self) -> dict[str, Any]:
        """The report without its rows, for the job log."""
        kept = ("file", "format", "read", "added", "updated", "unchanged", "closed")
        return {name: getattr(self, name) for name in kept} | {
            "rejected": len(self.rejected),
            "warnings": [str(notice) for notice in self.warnings[:50]],
        }


def unreadable(file: str, format_name: str, reason: str, position: str = "file") -> ImportReport:
    """Report of a file of which nothing was taken."""
    return ImportReport(file, format_name, rejected=(Rejected(file, position, None, None, reason[:MAX_REASON]),))


def merged(file: str, format_name: str, reports: Iterable[ImportReport]) -> ImportReport:
    """One report for several (pages of one service): counts added up, rows and notices in order."""
    parts = list(reports)
    return ImportReport(
        file,
        format_name,
        read=sum(part.read for part in parts),
        added=sum(part.added for part in parts),
        updated=sum(part.updated for part in parts),
        unchanged=sum(part.unchanged for part in parts),
        closed=sum(part.closed for part in parts),
        rejected=tuple(row for part in parts for row in part.rejected),
        warnings=tuple(notice for part in parts for notice in part.warnings)[:MAX_NOTICES],
        dry_run=any(part.dry_run for part in parts),
    )
