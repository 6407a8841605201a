"""What keeps guessers out, and what holds at the very next request."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from limits.storage import MemoryStorage
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import Account, CaseEvent, Invitation, OutboxMessage
from data.models.vocabulary import Role
from data.settings import Settings
from matching.brokerage import accounts as moves
from matching.brokerage import invitations, memberships
from matching.brokerage.people import person_of
from matching.brokerage.privacy.erasing import erase
from tests.factories import PASSWORD, account, organisation
from tests.web.conftest import Browser, Visit
from tests.web.fakes import FakeApplication, FakeService
from tests.web.test_accounts import LONG, is_signed_in
from tests.web.test_accounts_safety import second_factor
from web import create_app
from web.accounts.limits import network_address


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database: what is tested here are pages; moves are tested on both."""
    return f"sqlite:///{tmp_path / 'abbina.db'}"


@pytest.fixture
def member(sessions: sessionmaker[Session]) -> Account:
    with sessions.begin() as session:
        return account(session, organisation=organisation(session))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/change", {"new_password": LONG, "new_password_confirm": LONG}),
        ("/account/data/erase", {"sure": "y"}),
        ("/verify", {}),
    ],
)
def test_a_stolen_session_guesses_the_password_five_times_at_most(
    visit: Visit, member: Account, session: Session, path: str, form: dict[str, str]
) -> None:
    thief = visit().sign_in(member)
    for _ in range(5):
        assert "This is not the password" in thief.send(path, {**form, "password": "not the password"}).text
    assert "Too many attempts" in thief.send(path, {**form, "password": PASSWORD}).text
    stored = session.get_one(Account, member.id)
    assert stored.locked_until is not None
    assert (stored.erased_at, stored.fs_uniquifier) == (None, member.fs_uniquifier)
    assert session.scalars(select(CaseEvent.action)).all() == ["locked"]


def test_a_sign_in_that_began_before_there_was_a_second_factor_sets_up_no_other(
    settings: Settings, sessions: sessionmaker[Session], service: FakeService, session: Session
) -> None:
    strict = settings.model_copy(update={"staff_second_factor": True})
    app = create_app(FakeApplication(strict, sessions.kw["bind"], sessions, service))  # type: ignore[arg-type]
    app.test_client_class = Browser
    with sessions.begin() as writing:
        broker = account(writing, "broker")
    thief, owner = (app.test_client() for _ in range(2))
    for browser in (thief, owner):
        assert isinstance(browser, Browser)
        browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        browser.form_page = "/login"
        browser.send("/login", {"email": broker.email, "password": PASSWORD})
        browser.form_page = "/tf-setup"
    assert isinstance(thief, Browser)
    assert isinstance(owner, Browser)
    setting_up(owner, int(time.time()))
    assert is_signed_in(owner)
    secret = session.get_one(Account, broker.id).tf_totp_secret
    setting_up(thief, int(time.time()) + 30)
    assert not is_signed_in(thief)
    session.rollback()
    assert session.get_one(Account, broker.id).tf_totp_secret == secret
    assert session.scalars(select(OutboxMessage.subject)).all() == ["Abbina: second factor switched on"]


def setting_up(browser: Browser, moment: int) -> None:
    """Set a second factor up while signing in."""
    page = browser.send("/tf-setup", {"setup": "authenticator"}).text
    key = re.search(r'class="manual-key">([^<]+)<', page)
    assert key is not None
    code = pyotp.TOTP(key.group(1).replace("-", "").replace(" ", "")).at(moment)
    browser.send("/tf-validate", {"code": code})


def test_whoever_changes_the_second_factor_is_told_by_letter(visit: Visit, member: Account, session: Session) -> None:
    own = visit().sign_in(member)
    second_factor(own)
    own.send("/mf-recovery-codes", {"generate_new_codes": "1"})
    own.send("/tf-setup", {"setup": "disable"})
    subjects = session.scalars(select(OutboxMessage.subject).order_by(OutboxMessage.id)).all()
    assert subjects == [
        f"Abbina: {what}" for what in ("second factor switched on", "new recovery codes", "second factor switched off")
    ]


MOVES: dict[str, Callable[[Session, Account, Account], object]] = {
    "suspended": lambda session, own, by: moves.suspend(session, own.id, actor=f"account:{by.id}"),
    "of another role": lambda session, own, by: moves.change_role(
        session, own.id, Role.BROKER, seen=own.role, actor=f"account:{by.id}"
    ),
    "without organisation": lambda session, own, by: memberships.end_membership(
        session, own.id, actor=f"account:{by.id}"
    ),
    "erased": lambda session, own, by: erase(session, own.id, person_of(by)),
}


@pytest.mark.parametrize("move", MOVES)
def test_nobody_comes_in_by_an_invitation_of_somebody_who_may_not_invite_any_more(
    sessions: sessionmaker[Session], session: Session, member: Account, move: str
) -> None:
    with unit_of_work(sessions) as writing:
        home = writing.get_one(Account, member.id).organisation
        invitations.invite(
            writing,
            email="carla@example.org",
            role=Role.MEMBER,
            language="it",
            actor=f"account:{member.id}",
            address="",
            organisation=home,
        )
        by = account(writing, "administrator")
    with unit_of_work(sessions) as writing:
        MOVES[move](writing, writing.get_one(Account, member.id), writing.get_one(Account, by.id))
    [invitation] = session.scalars(select(Invitation)).all()
    assert invitation.revoked_at is not None


@pytest.mark.parametrize("move", ["suspended", "of another role", "erased"])
def test_a_request_reads_the_account_once_and_a_change_holds_at_the_next(
    visit: Visit, sessions: sessionmaker[Session], engine: Engine, member: Account, move: str
) -> None:
    browser = visit().sign_in(member)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert browser.get("/account/organisation/edit").status_code == 200
    assert len([text for text in statements if "FROM account" in text]) == 1
    with unit_of_work(sessions) as writing:
        by = account(writing, "administrator")
        MOVES[move](writing, writing.get_one(Account, member.id), by)
    assert browser.get("/account/organisation/edit").location.startswith("/login")


def test_a_network_of_ipv6_addresses_counts_as_one(app: Flask) -> None:
    counted = []
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "192.0.2.7", "::ffff:192.0.2.7"):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            counted.append(network_address())
    assert counted == ["2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1:3::/64", "192.0.2.7", "192.0.2.7"]


class Away(MemoryStorage):
    """A store of limits that does not answer."""

    STORAGE_SCHEME = ["away"]  # noqa: RUF012 - as the library declares it

    def acquire_entry(self, *_given: object, **_named: object) -> bool:
        """Nobody is there."""
        raise ConnectionError

    def check(self) -> bool:
        """Nor later."""
        return False


def test_the_same_limits_hold_where_their_store_does_not_answer(
    settings: Settings, sessions: sessionmaker[Session], service: FakeService
) -> None:
    away = settings.model_copy(update={"rate_limit_url": "away://"})
    app = create_app(FakeApplication(away, sessions.kw["bind"], sessions, service))  # type: ignore[arg-type]
    app.test_client_class = Browser
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.form_page = "/login"
    answers = [browser.send("/reset", {"email": f"n{number}@example.org"}).status_code for number in range(6)]
    assert answers == [200] * 5 + [429]
