"""The demo region with its index, built once and copied, and the pages over it on an address of this machine."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from data.settings import load_settings
from jobs.importing import import_demo
from jobs.setup_commands import prepare
from matching.bootstrap import Application, build_application

CHROMIUM = "/usr/bin/chromium"


def build(home: Path) -> None:
    """Store the demo region under `home` and index it: 2 s; a copy of the folder costs nothing."""
    settings = load_settings(home=home)
    prepare(settings)
    with build_application(settings) as application:
        import_demo(application.sessions)
        application.update_index()


@contextmanager
def opened(built: Path, home: Path) -> Iterator[Application]:
    """An application over a copy, at `home`, of what was built."""
    shutil.copytree(built, home, dirs_exist_ok=True)
    with build_application(load_settings(home=home)) as application:
        yield application


@contextmanager
def served(pages: Flask) -> Iterator[str]:
    """The address at which the pages are served meanwhile."""
    server = make_server("127.0.0.1", 0, pages, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
