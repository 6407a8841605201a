"""Signing in on both databases: the library writes in a session of its own, the pages in theirs."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, EndedSession, OutboxMessage
from matching.brokerage.consents import NOTICE_VERSION
from tests.factories import account
from tests.web.conftest import Browser, Visit

LONG = "un'altra frase lunga"


def test_from_registering_to_signing_out(stranger: Browser, session: Session) -> None:
    form = {"name": "Ada Prova", "email": "ada@example.org", "password": LONG, "language": "it", "notice": "y"}
    stranger.send("/register", form | {"notice_version": NOTICE_VERSION})
    link = re.search(r"http://[^/]+(/confirm/\S+)", session.scalars(select(OutboxMessage.body)).one())
    assert link is not None
    stranger.get(link.group(1))
    assert stranger.send("/login", {"email": "ada@example.org", "password": LONG}).location == "/account/arrive"
    assert stranger.get("/account/").status_code == 200
    stranger.send("/logout")
    assert stranger.get("/account/").status_code == 302
    session.rollback()
    assert len(session.scalars(select(EndedSession)).all()) == 1


def test_wrong_passwords_at_the_same_moment_all_count(
    app: Flask, visit: Visit, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        person = account(writing)
    browsers = [visit() for _ in range(4)]

    def fail(browser: Browser) -> int:
        return browser.send("/login", {"email": person.email, "password": "not the password"}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(fail, browsers)) == [200] * 4
    assert session.get_one(Account, person.id).failed_logins == 4
