"""Pages of proposals: the list, one with its suggested partners, posting, deciding."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("proposals", __name__, url_prefix="/proposals")

from web.proposals import (  # noqa: E402 - their views join the blueprint above
    asking_why,
    attaching,
    deciding,
    listing,
    moving,
    posting,
    responding,
    showing,
    tagging,
)

__all__ = [
    "asking_why",
    "attaching",
    "deciding",
    "listing",
    "moving",
    "pages",
    "posting",
    "responding",
    "showing",
    "tagging",
]
