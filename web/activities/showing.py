"""The page of what waits for somebody, and their notifications."""

from __future__ import annotations

from flask import render_template

from data.queries import today
from matching.brokerage.outbox import count_unseen
from matching.brokerage.saved_filters import filters_of
from web.access import Audience, open_to
from web.activities import pages
from web.activities.noticing import shown
from web.activities.waiting import waiting_for
from web.context import person, reading, someone

LATEST = 5


def unseen_count() -> int:
    """How many notifications the reader has not seen, for the navigation; none for a stranger."""
    reader = person()
    return 0 if reader is None else count_unseen(reading(), reader.account_id)


@pages.get("/activities")
@open_to(Audience.SIGNED_IN)
def index() -> str:
    """What waits for me, and what is new."""
    session, reader = reading(), someone()
    return render_template(
        "activities/index.html",
        waiting=waiting_for(session, reader, today()),
        notices=shown(session, reader.account_id, most=LATEST, unseen_only=True),
        followed=len(filters_of(session, reader.account_id)),
    )
