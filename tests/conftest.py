"""Fixtures that all tests share: real databases of both kinds, settings in a temporary home, the real data."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from data.db import make_engine, session_factory
from data.settings import Settings, load_settings
from matching import bootstrap
from tests.databases import Templates, schema, temporary_postgres

DATABASES = ("sqlite", "postgresql")


@event.listens_for(Engine, "connect")
def _leave_the_disk_alone(connection: object, _record: object) -> None:
    """SQLite files of this process need not survive a power cut: nothing waits for the disk."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def everything_is_collected() -> Iterator[None]:
    """No engine that a test loads keeps the collector away: a server has one for good, a test process hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "_leave_alone", lambda: None)
        yield


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests changes their outcome."""
    for name in list(os.environ):
        if name.startswith("ABBINA_") and not name.startswith("ABBINA_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL server: ABBINA_TEST_POSTGRES, else one of this test run's own."""
    given = os.environ.get("ABBINA_TEST_POSTGRES")
    if given:
        yield given
        return
    url, stop = temporary_postgres()
    yield url
    stop()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Databases that tests get copies of."""
    return Templates(tmp_path_factory.mktemp("templates"))


def postgres_on(server: str, name: str) -> Iterator[str]:
    """URL of an empty database of that name, dropped at the end."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    yield url
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'abbina.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"t{abs(hash((request.node.nodeid, os.getpid())))}"
    yield from postgres_on(server, name)


@pytest.fixture
def postgres_database(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of an empty database on PostgreSQL, for a test that runs there alone."""
    yield from postgres_on(postgres_server, f"p{abs(hash((request.node.nodeid, os.getpid())))}")


@pytest.fixture
def empty_engine(database_url: str) -> Iterator[Engine]:
    """Engine of an empty database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(database_url: str, templates: Templates) -> Iterator[Engine]:
    """Engine of a database migrated to head."""
    templates.fill(database_url, "schema", schema)
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions on the migrated database."""
    return session_factory(engine)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session, rolled back at the end."""
    with sessions() as open_session:
        yield open_session


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings in a temporary home on the database of this test."""
    return load_settings(home=tmp_path / "var", database_url=database_url)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real data; skips where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("ABBINA_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"real data not found at {folder}: set ABBINA_TEST_DATA to its folder")
    return folder
