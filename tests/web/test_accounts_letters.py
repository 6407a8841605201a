"""Letters of signing in: in the language of whom they reach, and not more of them than anybody needs."""

from __future__ import annotations

import itertools
import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, Invitation, OutboxMessage, now
from tests.factories import PASSWORD, account, organisation
from tests.web.conftest import Browser, Visit
from tests.web.test_accounts import LONG, is_signed_in, link_in, registration, sign_in

CHANGED = {"password": PASSWORD, "new_password": LONG, "new_password_confirm": LONG}
NEW = {"password": LONG, "password_confirm": LONG}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database: what is tested here are pages; that letters are counted alike is tested on both."""
    return f"sqlite:///{tmp_path / 'abbina.db'}"


@pytest.fixture(autouse=True)
def _seconds_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links of the same second are the same, and so are their letters: here each link has a second of its own."""
    moments = itertools.count(int(time.time()))
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: next(moments))


def letters(session: Session, address: str) -> list[OutboxMessage]:
    session.rollback()
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.address == address).order_by("id")))


def made(sessions: sessionmaker[Session], **given: Any) -> Account:
    with sessions.begin() as session:
        return account(session, **given)


def ask(browser: Browser, path: str, email: str, times: int = 1) -> list[str]:
    """Ask for letters, each time from another network; gives the pages, without what differs on each."""
    pages = []
    for number in range(times):
        answer = browser.send(path, {"email": email}, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
        pages.append(answer.text.partition("<main")[2].partition("csrf_token")[0])
    return pages


def reset(browser: Browser, letter: OutboxMessage, session: Session) -> None:
    browser.send(link_in(letter), NEW)
    session.rollback()


REQUESTS: dict[str, tuple[dict[str, object], Callable[[Browser, Account], object], str, str]] = {
    "forgotten": (
        {},
        lambda browser, own: ask(browser, "/reset", own.email),
        "Abbina: nuova password",
        "entro due ore",
    ),
    "unconfirmed": (
        {"confirmed_at": None},
        lambda browser, own: ask(browser, "/confirm", own.email),
        "Abbina: conferma dell’indirizzo",
        "entro tre giorni",
    ),
    "registered again": (
        {},
        lambda browser, own: browser.send("/register", registration(email=own.email)),
        "Abbina: questo indirizzo ha già un account",
        "ha già un account",
    ),
    "changed": (
        {},
        lambda browser, own: browser.sign_in(own).send("/change?lang=en", CHANGED),
        "Abbina: password modificata",
        "è stata cambiata",
    ),
}


@pytest.mark.parametrize("occasion", REQUESTS)
def test_a_letter_is_in_the_language_of_its_reader_whoever_asks_for_it(
    stranger: Browser, sessions: sessionmaker[Session], session: Session, occasion: str
) -> None:
    given, move, subject, words = REQUESTS[occasion]
    own = made(sessions, language="it", **given)
    move(stranger, own)
    [letter] = letters(session, own.email)
    assert (letter.language, letter.subject) == ("it", subject)
    assert words in letter.body
    assert "Hello" not in letter.body


def test_a_new_account_is_written_to_in_the_language_that_it_chose(stranger: Browser, session: Session) -> None:
    stranger.send("/register", registration(language="it"))
    [letter] = letters(session, "ada@example.org")
    assert (letter.language, letter.subject) == ("it", "Abbina: conferma dell’indirizzo")


def test_an_invitation_is_in_the_language_of_the_account_that_is_there(
    visit: Visit, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        owner = organisation(writing)
        known = account(writing, language="it")
    visit("member", owner).send("/account/organisation/invitations", {"email": known.email, "language": "en"})
    [letter] = letters(session, known.email)
    assert (letter.language, letter.subject) == ("it", "Invito ad Abbina")
    assert re.search(r" il \d{1,2} [a-z]+ \d{4}| al \d{1,2} [a-z]+ \d{4}", letter.body)


@pytest.mark.parametrize(("path", "given"), [("/reset", {}), ("/confirm", {"confirmed_at": None})])
def test_an_address_is_sent_three_letters_an_hour_and_the_answer_tells_nothing(
    stranger: Browser,
    sessions: sessionmaker[Session],
    session: Session,
    caplog: pytest.LogCaptureFixture,
    path: str,
    given: dict[str, object],
) -> None:
    own = made(sessions, **given)
    pages = ask(stranger, path, own.email, times=5)
    assert len(set(pages)) == 1
    assert len(letters(session, own.email)) == 3
    held = [record.getMessage() for record in caplog.records if "held back" in record.getMessage()]
    assert [line.rpartition(" ")[2] for line in held] == [f"account:{own.id}"] * 2
    assert own.email not in caplog.text


def test_later_letters_go_out_again_until_ten_went_in_a_day(
    stranger: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    own = made(sessions)
    for _ in range(5):
        ask(stranger, "/reset", own.email, times=3)
        with sessions.begin() as writing:
            for letter in writing.scalars(select(OutboxMessage)):
                letter.created_at -= timedelta(hours=2)
    assert len(letters(session, own.email)) == 10


def test_registering_again_and_again_writes_three_times(
    stranger: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    own = made(sessions)
    for number in range(5):
        form, place = registration(email=own.email), {"REMOTE_ADDR": f"192.0.2.{number}"}
        assert stranger.send("/register", form, environ_base=place).location == "/login"
    assert len(letters(session, own.email)) == 3


def test_a_member_invites_an_address_three_times_and_an_administrator_as_often_as_needed(
    visit: Visit, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        owner = organisation(writing)
    browser, form = visit("member", owner), {"email": "carla@example.org"}
    for _ in range(3):
        browser.send("/account/organisation/invitations", form)
    page = browser.send("/account/organisation/invitations", form, follow_redirects=True).text
    assert "was sent several invitations already" in page
    assert len(letters(session, "carla@example.org")) == 3
    still_open = select(Invitation).where(Invitation.revoked_at.is_(None))
    assert len(session.scalars(still_open).all()) == 1
    visit("administrator").send("/admin/accounts/invitations", form | {"role": "broker"})
    session.rollback()
    assert len(letters(session, "carla@example.org")) == 4


def test_a_member_writes_to_twenty_strangers_a_day_at_most(
    visit: Visit, sessions: sessionmaker[Session], session: Session
) -> None:
    with sessions.begin() as writing:
        owner = organisation(writing)
    browser, path = visit("member", owner), "/account/organisation/invitations"
    for number in range(20):
        browser.send(path, {"email": f"n{number}@example.org"}, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
    page = browser.send(path, {"email": "one-more@example.org"}, follow_redirects=True).text
    assert "Many invitations went out from your account today" in page
    assert len(session.scalars(select(Invitation)).all()) == 20


def test_a_suspended_account_gets_no_letter(
    stranger: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    own = made(sessions, active=False)
    stranger.send("/register", registration(email=own.email))
    ask(stranger, "/reset", own.email)
    assert letters(session, own.email) == []


def test_a_locked_account_gets_a_new_password_by_letter_which_ends_the_lock(
    stranger: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    own = made(sessions)
    for _ in range(5):
        sign_in(stranger, own.email, "not the password")
    assert session.get_one(Account, own.id).locked_until is not None
    ask(stranger, "/reset", own.email)
    reset(stranger, letters(session, own.email)[0], session)
    assert session.get_one(Account, own.id).locked_until is None
    sign_in(stranger, own.email, LONG)
    assert is_signed_in(stranger)


def test_whoever_registers_somebody_else_s_address_first_does_not_get_in_with_them(
    stranger: Browser, visit: Visit, session: Session
) -> None:
    visit().send("/register", registration(password="la frase di chi arriva prima"))
    stranger.send("/register", registration())
    letter = letters(session, "ada@example.org")[-1]
    assert "/reset/" in letter.body
    assert "/confirm/" not in letter.body
    reset(stranger, letter, session)
    intruder = visit()
    sign_in(intruder, "ada@example.org", "la frase di chi arriva prima")
    sign_in(stranger, "ada@example.org", LONG)
    assert not is_signed_in(intruder)
    assert is_signed_in(stranger)


def test_a_confirmation_that_comes_too_late_is_replaced_by_setting_a_password(
    stranger: Browser, sessions: sessionmaker[Session], session: Session
) -> None:
    own = made(sessions, confirmed_at=None)
    ask(stranger, "/reset", own.email)
    reset(stranger, letters(session, own.email)[0], session)
    confirmed = session.get_one(Account, own.id).confirmed_at
    assert confirmed is not None
    assert now() - confirmed < timedelta(minutes=5)


def test_refused_sign_ins_are_logged_without_addresses(
    stranger: Browser, sessions: sessionmaker[Session], caplog: pytest.LogCaptureFixture
) -> None:
    own, closed = made(sessions), made(sessions, active=False)
    caplog.set_level(logging.INFO, logger="web")
    sign_in(stranger, own.email, "not the password")
    sign_in(stranger, closed.email)
    sign_in(stranger, "nobody@example.org")
    sign_in(stranger, own.email)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("web.accounts")]
    assert lines == [
        f"wrong password for account:{own.id}",
        f"sign-in refused: account:{closed.id} is suspended",
        "sign-in refused: no such account",
        f"signed in: account:{own.id}",
    ]
