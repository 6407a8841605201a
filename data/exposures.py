"""How often candidates were shown: written by the pages, summed up for the matcher, forgotten after a while."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Table, case, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import Exposure

PATIENCE = 0.5
"""Seconds that a page waits at most for another writer before it goes without being counted."""

_TABLE = Exposure.__table__
assert isinstance(_TABLE, Table)


class Showing(NamedTuple):
    """A candidate on a list that was shown: its id, its place from 1, whether it stood there to be tried out."""

    candidate_id: int
    rank: int
    exploratory: bool = False


def discount(rank: int) -> float:
    """How much attention a place gets, 1 for the first (Järvelin and Kekäläinen, TOIS 2002)."""
    return 1.0 / math.log2(1 + rank)


def count_showings(
    sessions: sessionmaker[Session],
    proposal_id: int,
    day: date,
    *,
    organisations: Sequence[Showing] = (),
    proposals: Sequence[Showing] = (),
) -> None:
    """Add one view of a proposal's lists to the day's sums, in a transaction of its own; nothing of who looked.

    Safe beside other writers: the database adds up. Raises SQLAlchemyError where it cannot be written soon.
    """
    lists = (("candidate_organisation_id", organisations), ("candidate_proposal_id", proposals))
    if not any(shown for _, shown in lists):
        return
    with unit_of_work(sessions, patience=PATIENCE) as session:
        for column, shown in lists:
            if shown:
                # by id: writers that take rows in one order never wait for each other in a circle
                rows = [_row(proposal_id, day, column, one) for one in sorted(shown)]
                session.execute(_upsert(session, column), rows)


def _row(proposal_id: int, day: date, column: str, one: Showing) -> dict[str, Any]:
    return {
        "day": day,
        "proposal_id": proposal_id,
        column: one.candidate_id,
        "times": 1,
        "rank": one.rank,
        "discount": discount(one.rank),
        "exploratory": one.exploratory,
    }


def _upsert(session: Session, column: str) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(_TABLE)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["day", "proposal_id", column],
        set_={
            "times": _TABLE.c.times + new.times,
            "discount": _TABLE.c.discount + new.discount,
            "rank": case((new.rank < _TABLE.c.rank, new.rank), else_=_TABLE.c.rank),
            "exploratory": or_(_TABLE.c.exploratory, new.exploratory),
        },
    )


def exposure_between(session: Session, since: date, before: date) -> tuple[dict[int, float], dict[int, float]]:
    """Summed discounts by id of the organisations and of the proposals shown from `since` to the day before `before`.

    Over one index on (day, …); a day counts once it is over, so the sums of a given `before` no longer change.
    """
    return _sums(session, "candidate_organisation_id", since, before), _sums(
        session, "candidate_proposal_id", since, before
    )


def _sums(session: Session, name: str, since: date, before: date) -> dict[int, float]:
    candidate = _TABLE.c[name]
    within = _TABLE.c.day >= since, _TABLE.c.day < before, candidate.is_not(None)
    rows = session.execute(select(candidate, func.sum(_TABLE.c.discount)).where(*within).group_by(candidate))
    return {int(number): float(summed) for number, summed in rows}


def forget_exposure(session: Session, before: date) -> int:
    """Delete the sums of days before `before`; returns how many rows."""
    result = session.execute(delete(Exposure).where(Exposure.day < before))
    return int(result.rowcount)  # type: ignore[attr-defined]
