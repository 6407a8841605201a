"""The pages over a world that can be put back: quickly on SQLite, by another world on PostgreSQL."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, MetaData, func, make_url, select, update

from data.db import make_engine, session_factory
from data.models import Account, Base
from data.settings import load_settings
from matching.types import Target
from tests.data.hostile import pdf
from tests.databases import Build, Templates, schema
from tests.web.conftest import Browser
from tests.web.fakes import FakeApplication, FakeService, match
from tests.web.pages import new_pages
from tests.web.permissions import SAFE, Line, answer, is_refusal
from tests.web.world import CONTENT_KEY, NOBODY, PERSONAS, World, populate


class Trial:
    """An application over a populated database."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self.engine = engine
        self.sessions = session_factory(engine)
        self.service = FakeService(self.sessions)
        url = engine.url.render_as_string(hide_password=False)
        settings = load_settings(home=home, database_url=url)
        self.app: Flask = new_pages(FakeApplication(settings, engine, self.sessions, self.service))
        self.app.test_client_class = Browser
        self.world = World()
        self._file = make_url(url).database if engine.dialect.name == "sqlite" else None
        self._kept = sqlite3.connect(":memory:")
        self._watch: sqlite3.Connection | None = None
        self._version = 0
        self._may_have_changed = False
        content = home / "uploads" / CONTENT_KEY[:2] / CONTENT_KEY
        content.parent.mkdir(parents=True)
        content.write_bytes(pdf())
        self._populate()
        if self._file:
            self._watch = sqlite3.connect(self._file)
            self._watch.backup(self._kept)
            self._version = self._now()

    def _populate(self) -> None:
        with self.sessions.begin() as session:
            session.execute(update(Account).values(active=False))  # those of a world before, its administrators too
            self.world = populate(session)
        self.service.organisations = [match(Target.ORGANISATIONS, self.world.numbers["candidate"])]

    def _now(self) -> int:
        assert self._watch is not None
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    @property
    def changed(self) -> bool:
        """Whether anything was stored since the world was as new; on PostgreSQL whether it may have been."""
        return self._may_have_changed if self._watch is None else self._now() != self._version

    def restore(self) -> None:
        """Make the world as new."""
        if not self.changed:
            return
        if self._watch is None:
            self._populate()
            self._may_have_changed = False
            return
        self._kept.backup(self._watch)
        self._version = self._now()

    def counted(self) -> dict[str, int]:
        """How many rows each table has."""
        metadata: MetaData = Base.metadata
        with self.engine.connect() as connection:
            tables = metadata.sorted_tables
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
            }

    def ask(self, line: Line, persona: str) -> str:
        """What a persona is answered in a world as new, as the table writes it."""
        self.restore()
        found = answer(line.ask(self.app, self.world, persona), line.endpoint)
        kept_out = is_refusal(found) and (found != "login" or persona in NOBODY)
        self._may_have_changed = line.method not in SAFE and not kept_out
        return found

    def observed(self, line: Line) -> str:
        """A line of the table with what everybody is answered now."""
        return "\t".join((line.method, line.endpoint, line.object, *(self.ask(line, persona) for persona in PERSONAS)))

    def close(self) -> None:
        """Let go of the databases."""
        self._kept.close()
        if self._watch is not None:
            self._watch.close()
        self.engine.dispose()

    @classmethod
    @contextmanager
    def on(cls, url: str, home: Path, templates: Templates, build: Build = schema) -> Iterator[Trial]:
        """A trial on the database at `url`, which becomes a copy of a template."""
        templates.fill(url, build.__name__, build)
        trial = cls(make_engine(url), home)
        try:
            yield trial
        finally:
            trial.close()

    @classmethod
    @contextmanager
    def temporary(cls) -> Iterator[Trial]:
        """A trial on SQLite in a temporary folder."""
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            with cls.on(f"sqlite:///{home / 'abbina.db'}", home / "var", Templates(home)) as trial:
                yield trial
