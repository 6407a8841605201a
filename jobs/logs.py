"""Logs of the jobs: a JSON object a line under the log folder. Counts and names of steps, never what people wrote."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from data.settings import Settings


@contextmanager
def job_log(settings: Settings, job: str) -> Iterator[Any]:
    """A structlog logger that appends to `<log folder>/<job>.jsonl`; every line says when, how grave, and which job."""
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    with (settings.log_dir / f"{job}.jsonl").open("a", encoding="utf-8", buffering=1) as file:
        yield structlog.wrap_logger(
            structlog.WriteLogger(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level]),
            job=job,
        )
