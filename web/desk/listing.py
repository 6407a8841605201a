"""The queue: everything that waits for the staff, on one page with filters in its address."""

from __future__ import annotations

from flask import render_template, request

from data.models.vocabulary import QueueKind
from data.queries import today
from matching.brokerage.people import active_staff, names_of_accounts
from matching.brokerage.queue import QueueFilter, QueueSort, Whose, list_queue
from matching.brokerage.queue_sources import SOURCES
from web.access import Audience, open_to
from web.context import reading, someone
from web.desk import pages
from web.desk.items import address, remember_desk, written
from web.desk.words import QUEUE_KINDS, SORTS, WHOSE
from web.filters import page_number, search_text


@pages.get("/")
@open_to(Audience.STAFF)
def index() -> str:
    """The page of the queue that its address asks for."""
    remember_desk()
    session, day = reading(), today()
    wanted = queue_filter()
    queue = list_queue(session, wanted, day)
    staff = active_staff(session)
    known = {account.id: account.name for account in staff}
    missing = {item.assignee_id for item in queue.page.rows if item.assignee_id} - known.keys()
    return render_template(
        "desk/index.html",
        queue=queue,
        found=queue.page,
        wanted=wanted,
        kinds=[source.kind for source in SOURCES],
        kind_names=QUEUE_KINDS,
        whose_names=WHOSE,
        sort_names=SORTS,
        staff=[account for account in staff if account.id != wanted.account_id],
        names=known | names_of_accounts(session, missing),
        written=written,
        address=address,
        today=day,
    )


def queue_filter() -> QueueFilter:
    """What the address asks for; unknown values narrow nothing."""
    asked = request.args
    return QueueFilter(
        account_id=someone().account_id,
        kind=QueueKind(asked["kind"]) if asked.get("kind") in {kind.value for kind in QueueKind} else None,
        whose=Whose(asked["whose"]) if asked.get("whose") in {one.value for one in Whose} else Whose.ALL,
        overdue=asked.get("overdue") == "1",
        text=search_text(),
        sort=QueueSort(asked["sort"]) if asked.get("sort") in {one.value for one in QueueSort} else QueueSort.DUE,
        page=page_number(),
    )
