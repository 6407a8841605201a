"""A real browser on the real pages, over the demo region and its index. Somebody sits before it: `persona`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from matching.bootstrap import Application
from tests.conftest import postgres_on
from tests.databases import Templates
from tests.e2e.people import LOCALE, People, settle
from tests.e2e.region import CHROMIUM, build, opened, served
from web import create_app

expect.set_options(timeout=10_000)  # five seconds are too few where other tests keep both processors busy


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium; skips where it is not installed."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}: install Chromium to run the browser tests")
    return {"executable_path": CHROMIUM}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A reader of Italian."""
    return {"locale": LOCALE}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the demo region, indexed, to be copied."""
    home = tmp_path_factory.mktemp("built")
    build(home)
    return home


@pytest.fixture(scope="session")
def built_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the demo region whose records are in a database of a server; filled with that database."""
    return tmp_path_factory.mktemp("built_on_postgres")


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> str:
    """What kind of database the region is in; a test says otherwise by an indirect parameter."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="module")
def region(
    database: str, built: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Application]:
    """The demo region, of each file of tests its own."""
    home = tmp_path_factory.mktemp("region")
    if database == "sqlite":
        with opened(built, home) as application:
            yield application
        return
    built_there: Path = request.getfixturevalue("built_on_postgres")
    templates: Templates = request.getfixturevalue("templates")
    for url in postgres_on(request.getfixturevalue("postgres_server"), f"region_{home.name}_{os.getpid()}"):
        templates.fill(url, "region", lambda template: build(built_there, template))
        with opened(built_there, home, url) as application:
            yield application


@pytest.fixture(scope="module")
def pages(region: Application) -> Flask:
    """The pages."""
    return create_app(region)


@pytest.fixture(scope="module")
def address(region: Application, pages: Flask) -> Iterator[str]:
    """Where the pages are served, and whither letters lead."""
    with served(pages, region.settings.port) as where:
        yield where


@pytest.fixture(scope="module")
def furnished() -> bool:
    """Whether the region has one of everything that a path may name; a file of tests says otherwise by its own."""
    return True


@pytest.fixture(scope="module")
def people(region: Application, pages: Flask, address: str, furnished: bool) -> People:
    """Everybody who may sit before the browser."""
    return settle(region, pages, address, furnished=furnished)


@pytest.fixture
def persona() -> str:
    """Who sits before `page` and `window`; a test or a file of tests says otherwise by a fixture or parameter."""
    return "broker"


@pytest.fixture
def context(context: BrowserContext, people: People, persona: str) -> BrowserContext:
    """A context in which the persona is signed in."""
    return people.sign_in(context, persona)


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
