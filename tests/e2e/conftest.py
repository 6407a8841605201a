"""A real browser on the real pages, over the demo region and its index."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from data.settings import load_settings
from jobs.importing import import_demo
from jobs.setup_commands import prepare
from matching.bootstrap import Application, build_application
from tests.e2e.screenshots import CHROMIUM
from web import create_app


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium; skips where it is not installed."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}: install Chromium to run the browser tests")
    return {"executable_path": CHROMIUM}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A reader of Italian."""
    return {"locale": "it-IT"}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The demo region, indexed."""
    settings = load_settings(home=tmp_path_factory.mktemp("region"))
    prepare(settings)
    with build_application(settings) as application:
        import_demo(application.sessions)
        application.update_index()
        yield application


@pytest.fixture(scope="module")
def address(region: Application) -> Iterator[str]:
    """Where the pages are served."""
    server = make_server("127.0.0.1", 0, create_app(region), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[1280, 390])
def window(page: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of a desk and one of a telephone; anything that a page complains about fails the test."""
    page.set_viewport_size({"width": request.param, "height": 900})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    # Chromium reports every answer that is no success; a form that came back and a missing page are meant.
    assert [text for text in complaints if "status of 4" not in text] == []
