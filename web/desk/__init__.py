"""Pages of the brokers' desk: the queue, checking a proposal, reading and comparing candidates."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("desk", __name__, url_prefix="/desk")

from web.desk import acting, adding, comparing, listing, reading, reviewing  # noqa: E402 - their views join the blueprint

__all__ = ["acting", "adding", "comparing", "listing", "pages", "reading", "reviewing"]
