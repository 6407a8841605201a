"""Pages of expressions of interest: the form, one expression, the lists, the private rooms."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("interests", __name__, url_prefix="/interests")
rooms = Blueprint("partnerships", __name__, url_prefix="/partnerships")

from web.interests import entry, files, listing, meeting, moving, showing, writing  # noqa: E402 - their views join the blueprints

__all__ = ["entry", "files", "listing", "meeting", "moving", "pages", "rooms", "showing", "writing"]
