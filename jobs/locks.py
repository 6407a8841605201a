"""One job at a time: a lock that the death of its holder releases, whatever killed it."""

from __future__ import annotations

import fcntl
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from jobs.errors import BusyError

_POLL_SECONDS = 0.25


@contextmanager
def job_lock(engine: Engine, home: Path, name: str, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock `name` of this database for the block. BusyError where another run does after `wait` seconds.

    PostgreSQL: a session-level advisory lock, so that it also holds between machines. SQLite: an exclusive lock on a
    file under the home folder, since SQLite has no lock that outlives a transaction.
    """
    deadline = time.monotonic() + wait
    lock = _postgres_lock if engine.dialect.name == "postgresql" else _file_lock
    with lock(engine, home, name, deadline):
        yield


@contextmanager
def _postgres_lock(engine: Engine, _home: Path, name: str, deadline: float) -> Iterator[None]:
    key = zlib.crc32(f"abbina:{name}".encode())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
            _wait(deadline, f"another `{name}` run holds the database lock: try again when it has ended")
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


@contextmanager
def _file_lock(_engine: Engine, home: Path, name: str, deadline: float) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"{name}.lock"
    with path.open("a", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                _wait(deadline, f"another `{name}` run holds {path}: try again when it has ended")
        yield


def _wait(deadline: float, busy: str) -> None:
    if time.monotonic() >= deadline:
        raise BusyError(busy)
    time.sleep(_POLL_SECONDS)
