import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from data import migrate
from data.db import make_engine, session_factory, unit_of_work
from data.errors import DatabaseError
from data.models import Run
from tests.factories import account


@pytest.mark.parametrize("url", ["mysql://host/name", "no address at all"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(DatabaseError):
        make_engine(url)


def test_a_unit_of_work_that_fails_leaves_nothing(sessions: sessionmaker[Session]) -> None:
    def failing() -> None:
        with unit_of_work(sessions) as session:
            session.add(Run(job="trial"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    with sessions() as session:
        assert session.query(Run).count() == 0


def test_a_unit_of_work_that_reads_first_waits_for_another_writer(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'abbina.db'}")
    migrate.upgrade(engine)
    sessions = session_factory(engine)
    reading, written = threading.Event(), threading.Event()

    def other() -> None:
        reading.wait(5)
        with unit_of_work(sessions) as session:
            session.add(Run(job="other"))
        written.set()

    thread = threading.Thread(target=other)
    thread.start()
    with unit_of_work(sessions) as session:
        assert session.query(Run).count() == 0
        reading.set()
        assert not written.wait(0.2)
        session.add(Run(job="first"))
    thread.join(5)
    with sessions() as session:
        assert session.query(Run).count() == 2
    engine.dispose()


def test_errors_hide_the_values_of_a_statement(sessions: sessionmaker[Session]) -> None:
    statement = text("INSERT INTO run (job, state, steps, started_at) VALUES (:job, 'nonsense', '{}', :at)")
    with pytest.raises(IntegrityError) as caught, unit_of_work(sessions) as session:
        session.execute(statement, {"job": "a value", "at": "2026-01-01 00:00:00"})
    assert "nonsense" in str(caught.value)
    assert "parameters hidden" in str(caught.value)


def test_an_error_does_not_quote_what_somebody_wrote(session: Session) -> None:
    account(session, email="ada@example.org")
    with pytest.raises(IntegrityError) as caught:
        account(session, email="ada@example.org")
    told = f"{caught.value} {caught.value.orig}"
    assert "ada@example.org" not in told
    assert "email" in told
