"""My activities: what waits for me, what I was told, what I follow, which letters I get."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("activities", __name__)

from web.activities import following, noticing, opting_out, preferences, showing  # noqa: E402 - their views join above

__all__ = ["following", "noticing", "opting_out", "pages", "preferences", "showing"]
