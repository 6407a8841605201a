"""Counting what the page of a proposal showed: sums by day and candidate, nothing of who looked."""

from __future__ import annotations

import logging
import re

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from data.exposures import Showing, count_showings
from data.queries import today
from matching.diversity import SHOWN
from web.context import application
from web.explaining import Listed

_log = logging.getLogger(__name__)
_ROBOT = re.compile(r"bot\b|bot[/;]|crawl|spider|slurp|preview|monitor|curl|wget|python|headless", re.IGNORECASE)


def count_view(proposal_id: int, organisations: Listed, proposals: Listed) -> None:
    """Add this view of the page to the day's sums; where that fails the page stands, and the log says so.

    Weak matches do not count: they wait behind a disclosure and are no suggestions. Nor do robots, HEAD requests and
    pages that a browser fetches ahead.
    """
    if not _is_somebody_looking():
        return
    try:
        count_showings(
            application().sessions,
            proposal_id,
            today(),
            organisations=_showings(organisations),
            proposals=_showings(proposals),
        )
    except SQLAlchemyError as error:
        _log.warning("a view of proposal %s was not counted: %s", proposal_id, type(error).__name__)


def _is_somebody_looking() -> bool:
    agent = request.headers.get("User-Agent", "")
    ahead = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return request.method == "GET" and bool(agent) and not _ROBOT.search(agent) and "prefetch" not in ahead


def _showings(shown: Listed) -> list[Showing]:
    return [
        Showing(reason.match.candidate_id, place, reason.match.exploratory)
        for place, reason in enumerate(shown.good[:SHOWN], start=1)
    ]
