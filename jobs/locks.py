"""One job at a time: a lock that the death of its holder releases, whatever killed it."""

from __future__ import annotations

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from jobs.errors import BusyError


@contextmanager
def job_lock(engine: Engine, home: Path, name: str) -> Iterator[None]:
    """Hold the lock `name` of this database for the block. Raises BusyError at once where another run holds it.

    PostgreSQL: a session-level advisory lock, so that it also holds between machines. SQLite: an exclusive lock on a
    file under the home folder, since SQLite has no lock that outlives a transaction.
    """
    lock = _postgres_lock(engine, name) if engine.dialect.name == "postgresql" else _file_lock(home, name)
    with lock:
        yield


@contextmanager
def _postgres_lock(engine: Engine, name: str) -> Iterator[None]:
    key = zlib.crc32(f"abbina:{name}".encode())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
            raise BusyError(f"another `{name}` run holds the database lock: wait until it ends")
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


@contextmanager
def _file_lock(home: Path, name: str) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"{name}.lock"
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"another `{name}` run holds {path}: wait until it ends") from error
        yield
