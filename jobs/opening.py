"""The application as commands use it: on a database that is there and at the program's revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from data.settings import Settings, load_settings

if TYPE_CHECKING:
    from matching.bootstrap import Application


@contextmanager
def open_application(settings: Settings | None = None) -> Iterator[Application]:
    """The application on the settings of the environment. Raises DatabaseError unless the database is ready."""
    from data.migrate import require_current
    from matching.bootstrap import build_application

    with build_application(settings or load_settings()) as application:
        require_current(application.engine)
        yield application
