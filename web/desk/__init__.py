"""Pages of the brokers' desk: the queue, checking a proposal, reading and comparing candidates."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("desk", __name__, url_prefix="/desk")

from web.desk import acting, adding, comparing, items, listing, reading, reviewing  # noqa: E402 - their views join

pages.add_app_template_global(items.desk_address)

__all__ = ["acting", "adding", "comparing", "listing", "pages", "reading", "reviewing"]
