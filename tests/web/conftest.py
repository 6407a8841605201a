"""A client of the pages over a real database and a service that answers what a test puts in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from data.models import Account, Organisation
from data.settings import Settings
from tests.factories import account
from tests.web.fakes import FakeApplication, FakeService
from tests.web.pages import lent_pages

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def session_of(account: Account) -> dict[str, Any]:
    """What a session holds after the account's password was right."""
    return {"_user_id": account.fs_uniquifier, "_fresh": True, "fs_cc": "set", "fs_paa": time.time()}


class Browser(FlaskClient):
    """A client that sends the token of its session, as a form of the page would."""

    form_page = "/proposals/new/TR"
    """Where it finds a form; a stranger has only that of signing in."""

    def open(self, *args: Any, **given: Any) -> TestResponse:
        """Read every answer to its end, so that the file behind it is closed."""
        return super().open(*args, **{"buffered": True, **given})

    def sign_in(self, account: Account) -> Browser:
        """Be that account from now on, as after its password was right."""
        with self.session_transaction() as session:
            session.update(session_of(account))
        return self

    def send(self, address: str, form: dict[str, Any] | None = None, **given: Any) -> TestResponse:
        """Post a form with a valid token."""
        found = _TOKEN.search(self.get(self.form_page, follow_redirects=True).text)
        assert found is not None
        return self.post(address, data={"csrf_token": found.group(1), **(form or {})}, **given)


@pytest.fixture
def service(sessions: sessionmaker[Session]) -> FakeService:
    """The service behind the pages."""
    return FakeService(sessions)


@pytest.fixture
def app(settings: Settings, engine: Engine, sessions: sessionmaker[Session], service: FakeService) -> Flask:
    """The pages."""
    app = lent_pages(FakeApplication(settings, engine, sessions, service))
    app.test_client_class = Browser
    return app


Visit = Callable[..., Browser]


@pytest.fixture
def visit(app: Flask, sessions: sessionmaker[Session]) -> Visit:
    """A browser that reads English: of a stranger, or of a new account with a role (and an organisation's id)."""

    def visited(role: str | None = None, organisation: Organisation | None = None, **given: Any) -> Browser:
        client = app.test_client()
        assert isinstance(client, Browser)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        if role is None:
            client.form_page = "/login"
            return client
        with sessions.begin() as session:
            return client.sign_in(account(session, role, organisation=organisation, **given))

    return visited


@pytest.fixture
def client(visit: Visit) -> Browser:
    """A broker's browser that reads English."""
    return visit("broker")


@pytest.fixture
def stranger(visit: Visit) -> Browser:
    """A browser that reads English; nobody is signed in."""
    return visit()


@pytest.fixture
def italian(client: Browser) -> Browser:
    """A broker's browser that reads Italian."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "it-IT,it;q=0.9,en;q=0.5"
    return client
