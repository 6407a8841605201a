"""Signing in on both databases: the library writes in a session of its own, the pages in theirs."""

from __future__ import annotations

import itertools
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from itsdangerous import TimestampSigner
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, EndedSession, OutboxMessage
from matching.brokerage.consents import NOTICE_VERSION
from tests.factories import account, organisation
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


def test_of_many_requests_at_the_same_moment_three_write_a_letter(
    app: Flask, visit: Visit, sessions: sessionmaker[Session], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = itertools.count(int(time.time()))  # links of the same second are one letter in any case
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: next(moments))
    with sessions.begin() as writing:
        person = account(writing)
    browsers = [visit() for _ in range(6)]

    def ask(browser: Browser) -> int:
        return browser.send("/reset", {"email": person.email}, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(ask, browsers)) == [200] * 5 + [429]
    assert len(session.scalars(select(OutboxMessage)).all()) == 3


def test_of_many_invitations_at_the_same_moment_three_go_out(
    app: Flask, visit: Visit, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        places = [organisation(writing) for _ in range(5)]
    browsers = [visit("member", place) for place in places]

    def invite(browser: Browser) -> int:
        return browser.send("/account/organisation/invitations", {"email": "carla@example.org"}).status_code

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(invite, browsers)) == [302] * 5
    assert len(session.scalars(select(OutboxMessage)).all()) == 3


def test_who_registers_twice_at_the_same_moment_is_answered_alike_and_has_one_account(
    visit: Visit, session: Session
) -> None:
    form = {"name": "Ada Prova", "email": "ada@example.org", "password": LONG, "language": "it", "notice": "y"}
    browsers = [visit() for _ in range(3)]

    def register(browser: Browser) -> int:
        return browser.send("/register", form | {"notice_version": NOTICE_VERSION}).status_code

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(register, browsers)) == [302] * 3
    assert len(session.scalars(select(Account).where(Account.email == "ada@example.org")).all()) == 1
