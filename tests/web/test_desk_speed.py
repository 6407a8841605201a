from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from jobs.benchmark_desk import fill
from tests.web.conftest import Browser, Visit

ITEMS = 10_000
PAGES = (
    "/desk/",
    "/desk/?page=200",
    "/desk/?kind=curation",
    "/desk/?whose=mine&overdue=1",
    "/desk/?q=biogas&sort=title",
)
ROUNDS = 6
LIMIT = 0.3
TRIES = 3
"""A machine that does something else at the same time disturbs for a moment, not three times."""


@pytest.mark.slow
def test_a_desk_with_ten_thousand_items_answers_in_less_than_300_ms(
    sessions: sessionmaker[Session], visit: Visit
) -> None:
    fill(sessions, ITEMS)
    with sessions() as session:
        session.execute(text("ANALYZE"))
        session.commit()
    browser = visit("broker")
    assert "10000 items wait" in browser.get("/desk/").text
    # SQLite works in this very thread, whose time is the page's however busy the machine is.
    clock = time.thread_time if session.get_bind().dialect.name == "sqlite" else time.perf_counter
    measured: list[float] = []
    while len(measured) < TRIES and not (measured and measured[-1] < LIMIT):
        measured.append(slowest(browser, clock))
    assert measured[-1] < LIMIT, f"95th percentiles of {len(measured)} tries: {measured} s"


def slowest(browser: Browser, clock: Callable[[], float]) -> float:
    """The 95th percentile of opening all pages several times, in seconds."""
    seconds = []
    for address in PAGES * ROUNDS:
        start = clock()
        answer = browser.get(address)
        seconds.append(clock() - start)
        assert answer.status_code == 200
    return float(np.percentile(seconds, 95))
