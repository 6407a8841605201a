"""The demo region with its index, built once and copied, and the pages over it on an address of this machine."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import make_server

from data.settings import load_settings
from jobs.importing import import_demo
from jobs.setup_commands import prepare
from matching.bootstrap import Application, build_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHROMIUM = "/usr/bin/chromium"


def build(home: Path, database_url: str | None = None) -> None:
    """Store the demo region under `home` and index it: 2 s; a copy of the folder costs nothing.

    With `database_url` its records are in that database, and only the index is in the folder.
    """
    settings = load_settings(home=home, database_url=database_url)
    prepare(settings)
    with build_application(settings) as application:
        import_demo(application.sessions)
        application.update_index()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def opened(built: Path, home: Path, database_url: str | None = None) -> Iterator[Application]:
    """An application over a copy, at `home`, of what was built; letters lead to where its pages will be served."""
    shutil.copytree(built, home, dirs_exist_ok=True)
    settings = load_settings(home=home, database_url=database_url, port=_free_port())
    with build_application(settings) as application:
        yield application


class Whole:
    """An application whose answers are read to the end, and closed, before any of them is sent.

    The server that carries the tests forgets to close an answer when the browser breaks off, as it does with the icon
    of a page that is left; a file that stays open fails whichever test runs next.
    """

    def __init__(self, pages: WSGIApplication) -> None:
        self._pages = pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._pages(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            getattr(answer, "close", lambda: None)()


@contextmanager
def served(pages: Flask, port: int = 0) -> Iterator[str]:
    """The address at which the pages are served meanwhile."""
    server = make_server("127.0.0.1", port, Whole(pages), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
