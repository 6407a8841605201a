"""The home page, and the address that watchers ask whether the service lives."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from data.lists import ProposalFilter, list_proposals
from data.queries import counts
from web.access import Audience, open_to
from web.context import application, reading, someone

pages = Blueprint("home", __name__)
_LATEST = 6


@pages.get("/")
@open_to(Audience.PUBLIC)
def start() -> str:
    """What this is, one thing to do, how much there is, and the latest proposals."""
    latest = list_proposals(reading(), ProposalFilter(page_size=_LATEST))
    return render_template("home.html", counts=counts(reading()), latest=latest.rows)


@pages.get("/after-sign-in")
@open_to(Audience.SIGNED_IN)
def after_sign_in() -> BaseResponse:
    """Where someone begins who has just signed in: the staff at the desk, everybody else at home."""
    return redirect(url_for("desk.index" if someone().is_staff else "home.start"))


@pages.get("/healthz")
@open_to(Audience.PUBLIC)
def health() -> Response:
    """200 while the database answers, else 503. Says nothing else."""
    try:
        with application().engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return make_response(jsonify(status="unavailable"), 503)
    return jsonify(status="ok")
