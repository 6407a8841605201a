"""How much attention candidates got lately: read once a day, since days that are over do not change."""

from __future__ import annotations

import threading
from datetime import date, timedelta

from sqlalchemy.orm import Session

from data.exposures import exposure_between
from matching.shortlist import Exposures
from matching.types import Target

WINDOW = 28
"""Days that count as lately."""


class ExposureMemory:
    """The exposure of all candidates over the window before a day. Safe from several threads."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._sums: dict[Target, Exposures] = {}
        self._lock = threading.Lock()

    def of(self, session: Session, today: date) -> dict[Target, Exposures]:
        """Exposure of each list's candidates on the `WINDOW` days before `today`.

        Today itself does not count: whoever opens the page again, or is sent its address, finds the same list.
        """
        with self._lock:
            if self._day != today:
                organisations, proposals = exposure_between(session, today - timedelta(days=WINDOW), today)
                self._sums = {
                    Target.ORGANISATIONS: Exposures.of(organisations),
                    Target.PROPOSALS: Exposures.of(proposals),
                }
                self._day = today
            return self._sums
