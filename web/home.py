"""The home page, and the address that watchers ask whether the service lives."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, render_template
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from data.lists import ProposalFilter, list_proposals
from data.queries import counts
from web.access import Audience, open_to
from web.context import application, reading

pages = Blueprint("home", __name__)
_LATEST = 6


@pages.get("/")
@open_to(Audience.PUBLIC)
def start() -> str:
    """What this is, one thing to do, how much there is, and the latest proposals."""
    latest = list_proposals(reading(), ProposalFilter(page_size=_LATEST))
    return render_template("home.html", counts=counts(reading()), latest=latest.rows)


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
