"""The job log: a row for each run, told step by step, so that a dead run shows how far it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import Run, now
from data.models.vocabulary import RunState

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
            _note(sessions, run.id, state=RunState.FAILED, error=f"{name}: {error}", finished_at=now())
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
    """Mark runs of the job that never ended; returns their ids."""
    with unit_of_work(sessions) as session:
        dead = session.scalars(select(Run).where(Run.job == job, Run.state == RunState.RUNNING.value)).all()
        for run in dead:
            run.state = RunState.INTERRUPTED.value
            run.error = f"died in step {run.step}" if run.step else "died before its first step"
            run.finished_at = now()
    return [run.id for run in dead]


def last_report(sessions: sessionmaker[Session], job: str, step: str) -> dict[str, Any] | None:
    """What the latest run that finished this step reported, whatever became of the run."""
    with sessions() as session:
        query = select(Run.steps).where(Run.job == job).order_by(Run.id.desc()).limit(50)
        reports = (steps.get(step) for steps in session.scalars(query))
        return next((report for report in reports if report is not None), None)
