from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from data.models import Run
from jobs.errors import BusyError
from jobs.locks import job_lock
from jobs.runs import describe, last_report, mark_interrupted, run_steps

Sessions = sessionmaker[Session]


def failing() -> dict[str, Any]:
    raise BusyError("the lift is taken: use the stairs")


def test_each_step_leaves_its_report(sessions: Sessions) -> None:
    run = run_steps(sessions, "trial", {"one": lambda: {"n": 1}, "two": lambda: {"n": 2}})
    assert (run.state, run.steps, run.error) == ("done", {"one": {"n": 1}, "two": {"n": 2}}, None)
    assert run.finished_at is not None


def test_a_failing_step_is_named_and_the_earlier_ones_are_kept(sessions: Sessions) -> None:
    with pytest.raises(BusyError):
        run_steps(sessions, "trial", {"one": lambda: {"n": 1}, "two": failing, "three": lambda: {}})
    with sessions() as session:
        run = session.scalars(select(Run)).one()
    assert (run.state, run.step, run.steps) == ("failed", "two", {"one": {"n": 1}})
    assert run.error == "two: the lift is taken: use the stairs"


def test_the_latest_report_of_a_step_counts_whatever_became_of_its_run(sessions: Sessions) -> None:
    assert last_report(sessions, "trial", "one") is None
    run_steps(sessions, "trial", {"one": lambda: {"n": 1}})
    with pytest.raises(BusyError):
        run_steps(sessions, "trial", {"one": lambda: {"n": 2}, "two": failing})
    run_steps(sessions, "other", {"one": lambda: {"n": 3}})
    assert last_report(sessions, "trial", "one") == {"n": 2}


def test_dead_runs_are_marked_with_the_step_they_died_in(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        session.add_all([Run(job="import een", step="files"), Run(job="import"), Run(job="nightly")])
    assert len(mark_interrupted(sessions, "import%")) == 2
    with sessions() as session:
        found = {run.job: (run.state, run.error) for run in session.scalars(select(Run))}
    assert found["import een"] == ("interrupted", "died in step files")
    assert found["import"] == ("interrupted", "died before its first step")
    assert found["nightly"] == ("running", None)


def test_a_lock_keeps_others_out_until_it_is_given_back(engine: Engine, settings: Any) -> None:
    with job_lock(engine, settings.home, "trial"):
        with pytest.raises(BusyError, match="trial"), job_lock(engine, settings.home, "trial"):
            pytest.fail("two hold the same lock")
        with job_lock(engine, settings.home, "another"):
            pass
    with job_lock(engine, settings.home, "trial"):
        pass


def test_errors_of_other_libraries_are_not_quoted() -> None:
    secret = "Anna Prova, anna@example.org"
    assert secret not in describe(ValueError(secret))
    refused = IntegrityError("INSERT …", {"name": secret}, Exception(f"UNIQUE failed\nDETAIL: {secret}"))
    assert secret not in describe(refused)
    assert "UNIQUE failed" in describe(refused)
    assert describe(OSError(28, "No space left on device", "/srv/x")) == "No space left on device (/srv/x)"
