"""The job log: a row for each run, told step by step, so that a dead run shows how far it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.errors import DataError
from data.models import Run, now
from data.models.vocabulary import RunState
from jobs.errors import JobError

Step = Callable[[], dict[str, Any]]
"""One step of a job; what it returns is kept as its report. It must be safe to run again after a kill."""


def run_steps(
    sessions: sessionmaker[Session],
    job: str,
    steps: Mapping[str, Step],
    *,
    told: Callable[[str], None] = lambda _: None,
) -> Run:
    """Run the steps in order under one log row. The caller holds the job's lock.

    A failing step is logged and raised; runs found unfinished are dead (the lock is ours) and marked so.
    """
    mark_interrupted(sessions, job)
    with unit_of_work(sessions) as session:
        run = Run(job=job, state=RunState.RUNNING.value, steps={})
        session.add(run)
    for name, step in steps.items():
        told(name)
        _note(sessions, run.id, step=name)
        try:
            report = step()
        except Exception as error:
            _note(sessions, run.id, state=RunState.FAILED, error=f"{name}: {describe(error)}", finished_at=now())
            raise
        _note(sessions, run.id, report=(name, report))
    return _note(sessions, run.id, state=RunState.DONE, finished_at=now())


def _note(
    sessions: sessionmaker[Session],
    run_id: int,
    *,
    step: str | None = None,
    report: tuple[str, dict[str, Any]] | None = None,
    state: RunState | None = None,
    error: str | None = None,
    finished_at: datetime | None = None,
) -> Run:
    with unit_of_work(sessions) as session:
        run = session.get_one(Run, run_id)
        run.step = step or run.step
        if report:
            run.steps = {**run.steps, report[0]: report[1]}  # a new object: JSON columns do not see changes inside
        if state:
            run.state = state.value
        run.error = error
        run.finished_at = finished_at
    return run


def mark_interrupted(sessions: sessionmaker[Session], job: str) -> list[int]:
    """Mark runs of the job that never ended; returns their ids. `job` may end in %: all that begin so."""
    with unit_of_work(sessions) as session:
        dead = session.scalars(select(Run).where(Run.job.like(job), Run.state == RunState.RUNNING.value)).all()
        for run in dead:
            run.state = RunState.INTERRUPTED.value
            run.error = f"died in step {run.step}" if run.step else "died before its first step"
            run.finished_at = now()
    return [run.id for run in dead]


def describe(error: BaseException) -> str:
    """An error for logs and reports: its message where it is one of ours or the system's, else its type alone.

    Messages of other libraries may quote what people wrote.
    """
    if isinstance(error, DBAPIError):
        return f"the database refused: {type(error).__name__}: {str(error.orig).splitlines()[0]}"
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}{f' ({error.filename})' if error.filename else ''}"
    return str(error) if is_known(error) else f"unexpected {type(error).__name__}: run the command by hand to see where"


def is_known(error: BaseException) -> bool:
    """Whether the error is one of the program's own, whose message says what to do."""
    from embeddings.errors import EmbeddingsError
    from matching.errors import MatchingError

    return isinstance(error, DataError | EmbeddingsError | MatchingError | JobError)


def last_report(sessions: sessionmaker[Session], job: str, step: str) -> dict[str, Any] | None:
    """What the latest run that finished this step reported, whatever became of the run."""
    with sessions() as session:
        query = select(Run.steps).where(Run.job == job).order_by(Run.id.desc()).limit(50)
        reports = (steps.get(step) for steps in session.scalars(query))
        return next((report for report in reports if report is not None), None)
