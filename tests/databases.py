"""Databases for tests: built once of each sort, then copied, since a copy is far quicker than a migration."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from data import migrate
from data.db import make_engine, session_factory
from jobs.importing import import_taxonomy

_ENOUGH = 2 * 1024**3
"""Bytes that a server of the tests needs at most."""

Build = Callable[[str], None]


class Templates:
    """Database templates of one test process, by name and kind of database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._postgres: set[str] = set()

    def fill(self, url: str, name: str, build: Build) -> None:
        """Make the database at `url` a copy of the template `name`, which `build` (given its own URL) fills once."""
        if make_url(url).get_backend_name() == "sqlite":
            self._fill_sqlite(url, name, build)
        else:
            self._fill_postgres(url, name, build)

    def _fill_sqlite(self, url: str, name: str, build: Build) -> None:
        template = self._folder / f"{name}.db"
        if not template.exists():
            build(f"sqlite:///{template}")
        target = make_url(url).database
        assert target is not None
        shutil.copyfile(template, target)

    def _fill_postgres(self, url: str, name: str, build: Build) -> None:
        own = f"template_{name}_{os.getpid()}"
        target = make_url(url)
        admin = create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            if own not in self._postgres:
                connection.execute(text(f'CREATE DATABASE "{own}"'))
                build(target.set(database=own).render_as_string(hide_password=False))
                self._postgres.add(own)
            connection.execute(text(f'DROP DATABASE "{target.database}"'))
            connection.execute(text(f'CREATE DATABASE "{target.database}" TEMPLATE "{own}"'))
        admin.dispose()


def schema(url: str) -> None:
    """Migrated to head, empty."""
    engine = make_engine(url)
    migrate.upgrade(engine)
    settle(url)
    engine.dispose()


def taxonomies(url: str) -> None:
    """Migrated to head, with the taxonomies that ship."""
    engine = make_engine(url)
    migrate.upgrade(engine)
    import_taxonomy(session_factory(engine))
    engine.dispose()
    settle(url)


def settle(url: str) -> None:
    """Write what SQLite still keeps in its log into the file, which alone is copied."""
    if not url.startswith("sqlite"):
        return
    engine = make_engine(url)
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()


def temporary_postgres() -> tuple[str, Callable[[], None]]:
    """URL of a PostgreSQL server of one's own, and how to stop it.

    Not below pytest's temporary folder: another test run prunes that while this server still runs.
    """
    folder = tempfile.mkdtemp(prefix="abbina-postgres-", dir=_quick_folder())
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # pgserver warns without it
    import pgserver

    server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    _forgo_durability(url)

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    return url, stop


def _quick_folder() -> str | None:
    """Memory, where there is enough of it: each test's database is hundreds of small files."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or not os.access(memory, os.W_OK):
        return None
    return str(memory) if shutil.disk_usage(memory).free > _ENOUGH else None


def _forgo_durability(url: str) -> None:
    """Nobody needs these databases after a power cut; waiting for the disk is most of the time of many small tests."""
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
