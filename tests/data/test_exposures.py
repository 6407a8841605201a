from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier, Thread
from time import perf_counter

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.exposures import PATIENCE, Showing, count_showings, discount, exposure_between, forget_exposure
from data.models import Exposure, Organisation
from tests.factories import organisation, proposal

DAY = date(2026, 3, 10)


@pytest.fixture
def seeker(session: Session) -> int:
    record = proposal(session)
    session.commit()
    return record.id


@pytest.fixture
def partners(session: Session) -> list[int]:
    records = [organisation(session) for _ in range(10)]
    session.commit()
    return [record.id for record in records]


def rows(session: Session) -> list[Exposure]:
    return list(session.scalars(select(Exposure).order_by(Exposure.day, Exposure.id)))


def test_views_of_a_day_are_one_row_a_candidate(
    sessions: sessionmaker[Session], session: Session, seeker: int, partners: list[int]
) -> None:
    first, second = partners[:2]
    count_showings(sessions, seeker, DAY, organisations=[Showing(first, 2), Showing(second, 1)])
    count_showings(sessions, seeker, DAY, organisations=[Showing(first, 1), Showing(second, 10, exploratory=True)])
    count_showings(sessions, seeker, DAY, organisations=[Showing(first, 5), Showing(second, 2)])
    found = {row.candidate_organisation_id: row for row in rows(session)}
    assert {number: (row.times, row.rank, row.exploratory) for number, row in found.items()} == {
        first: (3, 1, False),
        second: (3, 1, True),
    }
    assert found[first].discount == pytest.approx(1.0 + 1.0 / math.log2(3) + 1.0 / math.log2(6))


def test_both_lists_and_days_are_kept_apart(
    sessions: sessionmaker[Session], session: Session, seeker: int, partners: list[int]
) -> None:
    other = proposal(session)
    session.commit()
    for day in (DAY, DAY + timedelta(days=1)):
        count_showings(sessions, seeker, day, organisations=[Showing(partners[0], 1)], proposals=[Showing(other.id, 1)])
    assert len(rows(session)) == 4
    assert exposure_between(session, DAY, DAY + timedelta(days=2)) == ({partners[0]: 2.0}, {other.id: 2.0})
    assert exposure_between(session, DAY, DAY + timedelta(days=1)) == ({partners[0]: 1.0}, {other.id: 1.0})


def test_a_page_that_showed_nothing_writes_nothing(sessions: sessionmaker[Session], session: Session) -> None:
    count_showings(sessions, 1, DAY)
    assert rows(session) == []


def test_writers_at_the_same_moment_lose_no_view(
    sessions: sessionmaker[Session],
    session: Session,
    seeker: int,
    partners: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("data.exposures.PATIENCE", 30.0)  # a busy machine is no reason to fail
    each, start = 12, Barrier(2)
    errors: list[BaseException] = []

    def views(order: list[int]) -> None:
        start.wait()
        try:
            for _ in range(each):
                shown = [Showing(number, place) for place, number in enumerate(order, start=1)]
                count_showings(sessions, seeker, DAY, organisations=shown)
        except BaseException as error:
            errors.append(error)

    writers = [Thread(target=views, args=(order,)) for order in (partners, partners[::-1])]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert [row.times for row in rows(session)] == [2 * each] * len(partners)
    total = each * sum(discount(place) + discount(11 - place) for place in range(1, 11))
    assert sum(row.discount for row in rows(session)) == pytest.approx(total)


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Somebody else holds on to the table."""
    with engine.connect() as other:
        if engine.dialect.name == "sqlite":
            other.connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
        else:
            other.execute(text("LOCK TABLE exposure IN EXCLUSIVE MODE"))
        try:
            yield
        finally:
            other.connection.driver_connection.rollback()  # type: ignore[union-attr]


def test_a_page_waits_briefly_for_others_and_the_next_writer_as_long_as_ever(
    engine: Engine, sessions: sessionmaker[Session], session: Session, seeker: int, partners: list[int]
) -> None:
    with locked(engine):
        began = perf_counter()
        with pytest.raises(OperationalError):
            count_showings(sessions, seeker, DAY, organisations=[Showing(partners[0], 1)])
        assert perf_counter() - began < PATIENCE + 5.0
    count_showings(sessions, seeker, DAY, organisations=[Showing(partners[0], 1)])
    assert [row.times for row in rows(session)] == [1]
    if engine.dialect.name == "sqlite":
        with unit_of_work(sessions) as ordinary:
            assert ordinary.execute(text("PRAGMA busy_timeout")).scalar_one() == 30_000


def test_a_candidate_erased_meanwhile_is_an_error_of_its_own_transaction(
    sessions: sessionmaker[Session], session: Session, seeker: int, partners: list[int]
) -> None:
    with pytest.raises(IntegrityError):
        count_showings(sessions, seeker, DAY, organisations=[Showing(partners[0], 1), Showing(10**6, 2)])
    assert rows(session) == []


def test_sums_go_with_the_records_and_after_their_time(
    sessions: sessionmaker[Session], session: Session, seeker: int, partners: list[int]
) -> None:
    for days in range(4):
        shown = [Showing(partners[0], 1), Showing(partners[1], 2)]
        count_showings(sessions, seeker, DAY + timedelta(days=days), organisations=shown)
    with unit_of_work(sessions) as work:
        work.execute(delete(Organisation).where(Organisation.id == partners[1]))
        assert forget_exposure(work, DAY + timedelta(days=2)) == 2
    assert [row.day for row in rows(session)] == [DAY + timedelta(days=2), DAY + timedelta(days=3)]
