"""Followed lists: kept from a list's filters, listed, left."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.queries import today
from matching.brokerage import saved_filters
from matching.errors import MoveNotAllowedError
from web.access import Audience, open_to
from web.activities import pages
from web.context import application, reading, someone
from web.language import translate


@pages.get("/activities/lists")
@open_to(Audience.SIGNED_IN)
def lists() -> str:
    """The lists that I follow."""
    rows = saved_filters.filters_of(reading(), someone().account_id)
    return render_template("activities/lists.html", rows=[(row, saved_filters.path_of(row)) for row in rows])


@pages.post("/activities/lists/<name>")
@open_to(Audience.SIGNED_IN)
def follow(name: str) -> Response:
    """Follow a list as it is narrowed now."""
    if name not in saved_filters.NARROWED_BY:
        raise BadRequest("no such list")
    title = request.form.get("name", "").strip() or translate("All") + f" ({today().isoformat()})"
    try:
        with unit_of_work(application().sessions) as session:
            saved_filters.follow(
                session, someone(), list_name=name, query=request.form.to_dict(), name=title, today=today()
            )
    except MoveNotAllowedError:
        flash(translate("You follow as many lists as is possible: leave one first."), "danger")
    else:
        flash(translate("The list is saved. You are told when something new appears in it."), "success")
    return redirect(url_for("activities.lists"))


@pages.post("/activities/lists/<int:number>/leave")
@open_to(Audience.SIGNED_IN)
def leave(number: int) -> Response:
    """Follow it no longer."""
    with unit_of_work(application().sessions) as session:
        saved_filters.stop(session, someone(), number)
    flash(translate("You do not follow this list any more."), "success")
    return redirect(url_for("activities.lists"))
