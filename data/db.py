"""Engine and sessions: SQLite (WAL, foreign keys) by default, PostgreSQL by URL."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from data.errors import DatabaseError

_BEGIN = "sqlite_begin"
_PATIENCE = "sqlite_patience"
_LONG_PATIENCE = 30.0
"""Seconds that a statement waits for another writer on SQLite."""

_LOCK_TIMEOUT = text("SELECT set_config('lock_timeout', :limit, true)")


def make_engine(url: str) -> Engine:
    """Engine for `url`. Raises DatabaseError on a URL that is neither SQLite nor PostgreSQL.

    Errors do not show the values of a statement: they are what people wrote, and errors go into logs.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(
            f"ABBINA_DATABASE_URL is not a database URL ({error}); example: postgresql+psycopg://user@host/abbina"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _make_folder(Path(parsed.database).parent)
        engine = create_engine(parsed, connect_args={"timeout": _LONG_PATIENCE}, hide_parameters=True)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        own_driver = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(own_driver, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "handle_error", _leave_values_out)
        return engine
    raise DatabaseError(f"database {backend!r} is not supported: use SQLite or PostgreSQL")


def _leave_values_out(context: ExceptionContext) -> None:
    """PostgreSQL quotes in the lines after the first what somebody wrote: "Key (email)=(…) already exists"."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"{folder}: {error.strerror}; set ABBINA_HOME or ABBINA_DATABASE_URL to a place that can be written"
        ) from error


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own implicit BEGIN would come too late; see _begin_sqlite
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
    # SQLite's own lower() leaves all letters beyond ASCII as they are; see data/text_search.py.
    connection.create_function("unicode_lower", 1, _lower, deterministic=True)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    begin = f"BEGIN {options.get(_BEGIN, 'DEFERRED')}"
    if options.get(_PATIENCE) is None:
        connection.exec_driver_sql(begin)
        return
    try:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(options[_PATIENCE] * 1000)}")
        connection.exec_driver_sql(begin)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(_LONG_PATIENCE * 1000)}")


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep loaded attributes after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


def begin_writing(session: Session) -> None:
    """Take SQLite's write lock before anything is read, for a session that a library commits; see `unit_of_work`."""
    session.connection(execution_options={_BEGIN: "IMMEDIATE"})


def hold_name(session: Session, name: str) -> None:
    """Let one at a time come past here with this name, until its commit; SQLite's units of work do so anyway."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": zlib.crc32(name.encode())})


@contextmanager
def unit_of_work(sessions: sessionmaker[Session], *, patience: float | None = None) -> Iterator[Session]:
    """A session that commits at the end of the block and rolls back on any error.

    On SQLite it takes the write lock first: a transaction that begins by reading cannot wait for another writer.
    With `patience`, in seconds, it waits no longer than that for the locks of others and then raises OperationalError.
    """
    with sessions() as session, session.begin():
        connection = session.connection(execution_options={_BEGIN: "IMMEDIATE", _PATIENCE: patience})
        if patience is not None and connection.dialect.name == "postgresql":
            connection.execute(_LOCK_TIMEOUT, {"limit": f"{int(patience * 1000)}ms"})
        yield session
