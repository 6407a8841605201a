"""Pages of proposals: the list, one with its suggested partners, posting, deciding."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("proposals", __name__, url_prefix="/proposals")

from web.proposals import deciding, listing, posting, showing, tagging  # noqa: E402 - their views join the blueprint above

__all__ = ["deciding", "listing", "pages", "posting", "showing", "tagging"]
