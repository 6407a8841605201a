"""Keeping up with the EEN web service: what changed since the last success, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.errors import SourceError
from data.models import SourceCursor, now
from data.sources.een_api import api_item
from data.sources.een_client import NAME, EenClient, fingerprint
from data.sources.fields import moment
from data.sources.formats import FormatName
from data.sources.proposal_store import ProposalStore
from data.sources.report import ImportReport, Notice, merged, unreadable
from data.sources.rows import Items
from data.sources.upsert import Progress, store_items

SOURCE = "een"
PASSES = 3
"""How often the pages are read at most where records change while they are read."""
_UNSETTLED = f"changed during each of {PASSES} readings: the next run starts from the same moment again"


@dataclass
class _Pass:
    """One reading of all pages. A record that changes meanwhile moves to the last page, all after it one place up, and
    the first of a page not yet read is never seen: where that may have happened the reading has `moved`."""

    client: EenClient
    since: datetime | None
    earlier: frozenset[bytes] = frozenset()
    """Records that the passes before have read: stored already, and no change of this pass."""
    started: datetime = field(default_factory=now)
    pages: int = 0
    stamps: dict[bytes, datetime | None] = field(default_factory=dict)

    def items(self) -> Iterator[Items]:
        """The records of each page that no earlier pass has read."""
        for records in self.client.pages(self.since):
            self.pages += 1
            marks = [fingerprint(record) for record in records]
            self.stamps |= {mark: _modified(record) for mark, record in zip(marks, records, strict=True)}
            numbered = enumerate(zip(marks, records, strict=True), start=1)
            yield _items(
                {number: record for number, (mark, record) in numbered if mark not in self.earlier}, self.pages
            )
        # The service's clock decides what it calls modified, to the second; ours may run ahead of it.
        self.started = min(self.started, self.client.server_time or self.started).replace(microsecond=0)

    @property
    def moved(self) -> bool:
        """Whether a record changed while the pages were read, so that another may have slipped from one to the next."""
        stamps = (stamp for mark, stamp in self.stamps.items() if mark not in self.earlier)
        return self.pages > 1 and any(stamp is not None and stamp >= self.started for stamp in stamps)


def synchronise(
    sessions: sessionmaker[Session], client: EenClient, *, dry_run: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Import what changed since the last success; one transaction a page, so that no page waits for the network.

    Pages whose records change while they are read are read again, `PASSES` times at most. The moment of success moves
    only when every page is in and none has moved; until then the next run reads the same pages again, which changes
    nothing twice. A service that gives up is one rejected row of the report, no error.
    """
    name = FormatName.EEN_API.value
    store = partial(store_items, sessions, ProposalStore(), lenient=True, dry_run=dry_run, progress=progress)
    reports: list[ImportReport] = []
    reading = _Pass(client, last_success(sessions))
    try:
        for number in range(1, PASSES + 1):
            reports.extend(store(items, NAME, name) for items in reading.items())
            if not reading.moved:
                break
            if number < PASSES:
                reading = _Pass(client, reading.since, reading.earlier | reading.stamps.keys())
    except SourceError as error:
        reports.append(unreadable(NAME, name, str(error), f"page {reading.pages + 1}"))
        return merged(NAME, name, reports)
    if reading.moved:
        notice = Notice("last_modified", None, _UNSETTLED, count=1, first=f"page {reading.pages}")
        reports.insert(0, ImportReport(NAME, name, warnings=(notice,), dry_run=dry_run))
    elif not dry_run:
        _succeeded(sessions, reading.started)
    return merged(NAME, name, reports)


def last_success(sessions: sessionmaker[Session]) -> datetime | None:
    """When the service was last read to the end; None before the first time."""
    with sessions() as session:
        cursor = session.get(SourceCursor, SOURCE)
        return cursor.last_success if cursor else None


def _succeeded(sessions: sessionmaker[Session], when: datetime) -> None:
    with unit_of_work(sessions) as session:
        session.merge(SourceCursor(source=SOURCE, last_success=when))


def _modified(record: Any) -> datetime | None:
    try:
        return moment(record.get("lastModified")) if isinstance(record, Mapping) else None
    except ValueError:
        return None


def _items(records: Mapping[int, Any], page: int) -> Items:
    for number, record in records.items():
        yield api_item(record, f"page {page}, profile {number}", NAME)
