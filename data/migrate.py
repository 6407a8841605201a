"""Database migrations: bring a database to the program's schema, and tell where it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from data.errors import DatabaseError
from data.models import Base

_SCRIPTS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """The revision that the program expects."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise DatabaseError("the program ships no migrations: reinstall it")
    return revision


def current_revision(engine: Engine) -> str | None:
    """The revision of the database, or None for an empty one. Raises DatabaseError where it cannot be reached."""
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise DatabaseError(
            f"the database at {engine.url.render_as_string(hide_password=True)} cannot be reached: {error.orig}"
        ) from error


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`, in one transaction."""
    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision` (`base` removes everything), in one transaction."""
    _run(engine, lambda config: command.downgrade(config, revision))


def _run(engine: Engine, step: Callable[[Config], None]) -> None:
    try:
        with engine.begin() as connection:
            step(_config(connection))
    except OperationalError as error:
        raise DatabaseError(f"migration failed: {error.orig}; nothing was changed") from error
    except CommandError as error:
        raise DatabaseError(f"the database is of another version of the program: {error}") from error


def require_current(engine: Engine) -> None:
    """Raise DatabaseError unless the database is at the program's revision."""
    found, expected = current_revision(engine), head_revision()
    if found != expected:
        raise DatabaseError(f"the database is at revision {found or 'none'}, expected {expected}: run `abbina init`")


def differences(engine: Engine) -> list[object]:
    """What differs between the models and the database; empty when they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))
