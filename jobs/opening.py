"""The application as commands use it: on a database that is there and at the program's revision."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


@contextmanager
def temporary_application(**chosen: Any) -> Iterator[Application]:
    """An empty application in a temporary home with a database of its own, whatever the environment says of these.

    `chosen` are further settings; the rest is the environment's. Nothing of it is left afterwards.
    """
    from jobs.setup_commands import prepare
    from matching.bootstrap import build_application

    with tempfile.TemporaryDirectory(prefix="abbina-benchmark-") as folder:
        settings = load_settings(home=Path(folder), database_url=None, **chosen)
        prepare(settings)
        with build_application(settings) as application:
            yield application
