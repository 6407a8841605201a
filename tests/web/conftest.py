"""A client of the pages over a real database and a service that answers what a test puts in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from data.settings import Settings
from tests.web.fakes import FakeApplication, FakeService
from web import create_app

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser(FlaskClient):
    """A client that sends the token of its session, as a form of the page would."""

    def open(self, *args: Any, **given: Any) -> TestResponse:
        """Read every answer to its end, so that the file behind it is closed."""
        return super().open(*args, **{"buffered": True, **given})

    def send(self, address: str, form: dict[str, Any] | None = None, **given: Any) -> TestResponse:
        """Post a form with a valid token."""
        found = _TOKEN.search(self.get("/proposals/new/TR").text)
        assert found is not None
        return self.post(address, data={"csrf_token": found.group(1), **(form or {})}, **given)


@pytest.fixture
def service(sessions: sessionmaker[Session]) -> FakeService:
    """The service behind the pages."""
    return FakeService(sessions)


@pytest.fixture
def app(settings: Settings, engine: Engine, sessions: sessionmaker[Session], service: FakeService) -> Flask:
    """The pages."""
    app = create_app(FakeApplication(settings, engine, sessions, service))  # type: ignore[arg-type]
    app.test_client_class = Browser
    return app


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser that reads English."""
    client = app.test_client()
    assert isinstance(client, Browser)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def italian(client: Browser) -> Browser:
    """A browser that reads Italian."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "it-IT,it;q=0.9,en;q=0.5"
    return client
