"""Followed lists: kept from a list's filters, listed, left."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import SavedFilter
from data.queries import today
from matching.brokerage import saved_filters
from matching.errors import MoveNotAllowedError
from web.access import Audience, open_to
from web.activities import pages
from web.context import application, reading, someone
from web.labels import KINDS, ORGANISATION_KINDS, SOURCES, named
from web.language import translate
from web.places import country_name
from web.presentation import code_label, day


@pages.get("/activities/lists")
@open_to(Audience.SIGNED_IN)
def lists() -> str:
    """The lists that I follow."""
    rows = saved_filters.filters_of(reading(), someone().account_id)
    return render_template(
        "activities/lists.html", rows=[(row, saved_filters.path_of(row), narrowed_by(row)) for row in rows]
    )


def narrowed_by(saved: SavedFilter) -> list[str]:
    """What narrows a followed list, in the reader's words; the words searched for only where its name is another."""
    asked = {name: str(value) for name, value in saved.query.items()}
    kinds = {code: kind.name for code, kind in KINDS.items()} if saved.list_name == "proposals" else ORGANISATION_KINDS
    tree, _, code = asked.get("theme", "").partition(":")
    words = asked.get("q", "")
    return [
        text
        for text in (
            translate("Words: %(words)s", words=words) if words and words != saved.name else "",
            named(SOURCES, asked["source"]) if "source" in asked else "",
            named(kinds, asked["kind"]) if "kind" in asked else "",
            country_name(asked["country"]) if "country" in asked else "",
            code_label(tree, code) if code else "",
        )
        if text
    ]


@pages.post("/activities/lists/<name>")
@open_to(Audience.SIGNED_IN)
def follow(name: str) -> Response:
    """Follow a list as it is narrowed now."""
    if name not in saved_filters.NARROWED_BY:
        raise BadRequest("no such list")
    title = request.form.get("name", "").strip() or f"{translate('All')} ({day(today())})"
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
