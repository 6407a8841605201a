"""Notifications: all of them, those not seen first; seen one by one or all at once."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Notification
from matching.brokerage.letters import written
from matching.brokerage.outbox import mark_all_seen, mark_seen
from web.access import Audience, open_to
from web.activities import pages
from web.context import application, reading, someone
from web.language import current_language, translate

MOST = 100


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification in the reader's words."""

    row: Notification
    line: str


def shown(session: Session, account_id: int, *, most: int = MOST, unseen_only: bool = False) -> list[Notice]:
    """The notifications of an account: those not seen first, then the latest."""
    query = select(Notification).where(Notification.account_id == account_id)
    if unseen_only:
        query = query.where(Notification.seen_at.is_(None))
    rows = session.scalars(query.order_by(Notification.seen_at.is_not(None), Notification.id.desc()).limit(most))
    language = current_language()
    return [Notice(row, written(row.template, language, **row.values).subject) for row in rows]


@pages.get("/activities/notifications")
@open_to(Audience.SIGNED_IN)
def notifications() -> str:
    """All that I was told."""
    return render_template("activities/notifications.html", notices=shown(reading(), someone().account_id))


@pages.post("/activities/notifications/<int:number>/seen")
@open_to(Audience.SIGNED_IN)
def see(number: int) -> Response:
    """Take one off the list of news."""
    with unit_of_work(application().sessions) as session:
        notice = session.get(Notification, number)
        if notice is None or notice.account_id != someone().account_id:
            raise NotFoundError(f"no notification has the number {number}")
        mark_seen(session, notice.account_id, number)
    return redirect(url_for("activities.notifications"))


@pages.post("/activities/notifications/seen")
@open_to(Audience.SIGNED_IN)
def see_all() -> Response:
    """Take all of them off."""
    with unit_of_work(application().sessions) as session:
        mark_all_seen(session, someone().account_id)
    flash(translate("All notifications are marked as seen."), "success")
    return redirect(url_for("activities.notifications"))
