"""Keeping up with the EEN web service: what changed since the last success, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.errors import SourceError
from data.models import SourceCursor, now
from data.sources.een_api import api_item
from data.sources.een_client import NAME, EenClient
from data.sources.formats import FormatName
from data.sources.proposal_store import ProposalStore
from data.sources.report import ImportReport, merged, unreadable
from data.sources.rows import Items
from data.sources.upsert import Progress, store_items

SOURCE = "een"


def synchronise(
    sessions: sessionmaker[Session], client: EenClient, *, dry_run: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Import what changed since the last success; one transaction a page, so that no page waits for the network.

    The moment of success moves only when every page is in; until then the next run reads the same pages again,
    which changes nothing twice. A service that gives up is one rejected row of the report, no error.
    """
    started = now()
    name = FormatName.EEN_API.value
    reports: list[ImportReport] = []
    try:
        for number, records in enumerate(client.pages(last_success(sessions)), start=1):
            items = _items(records, number)
            page = store_items(
                sessions, ProposalStore(), items, NAME, name, lenient=True, dry_run=dry_run, progress=progress
            )
            reports.append(page)
    except SourceError as error:
        reports.append(unreadable(NAME, name, str(error), f"page {len(reports) + 1}"))
        return merged(NAME, name, reports)
    if not dry_run:
        # The service's clock decides what it calls modified; ours may run ahead of it.
        _succeeded(sessions, min(started, client.server_time or started))
    return merged(NAME, name, reports)


def last_success(sessions: sessionmaker[Session]) -> datetime | None:
    """When the service was last read to the end; None before the first time."""
    with sessions() as session:
        cursor = session.get(SourceCursor, SOURCE)
        return cursor.last_success if cursor else None


def _succeeded(sessions: sessionmaker[Session], moment: datetime) -> None:
    with unit_of_work(sessions) as session:
        session.merge(SourceCursor(source=SOURCE, last_success=moment))


def _items(records: list[Any], page: int) -> Items:
    for number, record in enumerate(records, start=1):
        yield api_item(record, f"page {page}, profile {number}", NAME)
