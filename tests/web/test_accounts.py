"""Signing in and all around it: registration, letters, lock-out, second factor, sessions."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, CaseEvent, OutboxMessage, now
from matching.brokerage.consents import NOTICE_VERSION
from tests.factories import PASSWORD, PASSWORD_HASH, account
from tests.web.conftest import Browser, Visit
from web.accounts import sessions as session_rules

LONG = "un'altra frase lunga"
REFUSED = "The address or the password is wrong"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database: what is tested here are pages; moves are tested on both."""
    return f"sqlite:///{tmp_path / 'abbina.db'}"


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **given: str) -> str:
    answer = browser.send("/login", {"email": email, "password": password, **given}, follow_redirects=True)
    return answer.text


def second_step(browser: Browser, address: str, form: dict[str, str]) -> str:
    """Send a form of the step after the password; the page of signing in would start anew."""
    browser.form_page = address
    answer = browser.send(address, form, follow_redirects=True)
    browser.form_page = "/login"
    return answer.text


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account/").status_code == 200


def registration(**given: str) -> dict[str, str]:
    form = {"name": "Ada Prova", "email": "ada@example.org", "password": LONG, "language": "en"}
    return form | {"notice": "y", "notice_version": NOTICE_VERSION} | given


def letters(session: Session, address: str) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.address == address).order_by("id")))


def link_in(letter: OutboxMessage) -> str:
    found = re.search(r"http://[^/]+(/\S+)", letter.body)
    assert found is not None, letter.body
    return found.group(1)


@pytest.fixture
def member(sessions: sessionmaker[Session]) -> Account:
    with sessions.begin() as session:
        return account(session, "member")


def test_whoever_registers_confirms_the_address_and_signs_in(stranger: Browser, session: Session) -> None:
    answer = stranger.send("/register", registration(email="Ada@Example.org"), follow_redirects=True)
    assert "Almost done: we have written to ada@example.org" in answer.text
    assert REFUSED in sign_in(stranger, "ada@example.org", LONG)
    [letter] = letters(session, "ada@example.org")
    assert letter.subject == "Abbina: confirm your address"
    assert "The address is confirmed" in stranger.get(link_in(letter), follow_redirects=True).text
    sign_in(stranger, "ada@example.org", LONG)
    assert is_signed_in(stranger)
    session.rollback()
    made = session.scalars(select(Account)).one()
    assert (made.name, made.role, made.language, made.membership) == ("Ada Prova", "member", "en", "none")
    assert made.last_seen_at is not None
    actions = list(session.scalars(select(CaseEvent.action).order_by(CaseEvent.id)))
    assert actions == ["registered", "notice_accepted", "confirmed"]


def test_an_address_that_has_an_account_gets_the_same_answer_and_a_letter(
    stranger: Browser, member: Account, session: Session
) -> None:
    new = stranger.send("/register", registration(), follow_redirects=False)
    known = stranger.send("/register", registration(email=member.email), follow_redirects=False)
    assert (new.status_code, new.location) == (known.status_code, known.location)
    pages = [stranger.get("/login").text for _ in range(1)]
    assert "Almost done" in pages[0]
    [letter] = letters(session, member.email)
    assert "has an account already" in letter.body


@pytest.mark.parametrize("address", ["/reset", "/confirm"])
def test_asking_for_a_letter_does_not_tell_who_has_an_account(
    stranger: Browser, member: Account, session: Session, address: str
) -> None:
    with_account = stranger.send(address, {"email": member.email}).text.replace(member.email, "ADDRESS")
    without = stranger.send(address, {"email": "nobody@example.org"}).text.replace("nobody@example.org", "ADDRESS")
    steady = re.compile(r'value="[^"]{40,}"|nonce="[^"]+"')
    assert steady.sub("", with_account) == steady.sub("", without)
    assert letters(session, "nobody@example.org") == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"password": "breve"}, "at least 12 characters"),
        ({"password": "password123456"}, "Guessers try this password first"),
        ({"password": "abcabcabcabcabc"}, "Guessers try this password first"),
        ({"name": " "}, "Write your name"),
        ({"email": "nobody"}, "Write a whole e-mail address"),
        ({"notice": ""}, "Read the privacy notice"),
        ({"notice_version": "old"}, "Read the privacy notice"),
    ],
)
def test_a_faulty_registration_says_what_is_wrong_beside_the_field(
    stranger: Browser, session: Session, fault: dict[str, str], words: str
) -> None:
    page = stranger.send("/register", registration(**fault)).text
    [field] = [name for name in fault if name != "notice_version"] or ["notice"]
    assert words in page
    assert f'aria-describedby="{field}-' in page or f'aria-describedby="{field}-hint {field}-error"' in page
    assert f'id="{field}-error"' in page
    assert session.scalars(select(Account)).all() == []


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(stranger: Browser, member: Account) -> None:
    assert REFUSED in sign_in(stranger, member.email, "not the password")
    assert REFUSED in sign_in(stranger, "nobody@example.org", "not the password")
    assert not is_signed_in(stranger)


def test_five_wrong_passwords_lock_the_account_for_a_while(
    stranger: Browser, member: Account, sessions: sessionmaker[Session]
) -> None:
    for _ in range(5):
        sign_in(stranger, member.email, "not the password")
    assert REFUSED in sign_in(stranger, member.email)
    assert not is_signed_in(stranger)
    with sessions.begin() as session:
        session.get_one(Account, member.id).locked_until = now()
    sign_in(stranger, member.email)
    assert is_signed_in(stranger)


def test_a_success_forgets_the_failures_before(stranger: Browser, member: Account, session: Session) -> None:
    for _ in range(4):
        sign_in(stranger, member.email, "not the password")
    sign_in(stranger, member.email)
    assert session.get_one(Account, member.id).failed_logins == 0


def test_a_new_password_by_letter_ends_all_sessions(
    stranger: Browser, visit: Visit, member: Account, session: Session
) -> None:
    elsewhere = visit().sign_in(member)
    assert is_signed_in(elsewhere)
    stranger.send("/reset", {"email": member.email})
    link = link_in(letters(session, member.email)[0])
    answer = stranger.send(link, {"password": LONG, "password_confirm": LONG}, follow_redirects=True)
    assert "The new password is set" in answer.text
    assert not is_signed_in(elsewhere)
    sign_in(stranger, member.email, LONG)
    assert is_signed_in(stranger)
    assert "not valid any more" in stranger.get(link, follow_redirects=True).text


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    visit: Visit, member: Account, session: Session
) -> None:
    here, elsewhere = visit().sign_in(member), visit().sign_in(member)
    wrong = here.send("/change", {"password": "x", "new_password": LONG, "new_password_confirm": LONG})
    assert "This is not the password" in wrong.text
    form = {"password": PASSWORD, "new_password": LONG, "new_password_confirm": LONG}
    assert "The new password is set" in here.send("/change", form, follow_redirects=True).text
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert [letter.subject for letter in letters(session, member.email)] == ["Abbina: your password was changed"]


def test_a_session_begins_anew_at_sign_in(stranger: Browser, member: Account) -> None:
    stranger.get("/login")
    with stranger.session_transaction() as before:
        before["planted"] = "by somebody else"
        token = before["csrf_token"]
    sign_in(stranger, member.email)
    with stranger.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != token


def test_a_copied_cookie_is_worth_nothing_after_signing_out(stranger: Browser, visit: Visit, member: Account) -> None:
    sign_in(stranger, member.email)
    cookie = stranger.get_cookie("abbina_session")
    assert cookie is not None
    thief = visit()
    thief.set_cookie("abbina_session", cookie.value)
    assert is_signed_in(thief)
    stranger.send("/logout")
    assert not is_signed_in(stranger)
    thief.set_cookie("abbina_session", cookie.value)
    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    ("idle", "whole", "stays"), [(3600, 11 * 3600, True), (2 * 3600 + 5, 3 * 3600, False), (60, 12 * 3600 + 5, False)]
)
def test_a_session_ends_after_two_idle_hours_and_after_twelve_in_all(
    visit: Visit, member: Account, idle: int, whole: int, stays: bool
) -> None:
    browser = visit().sign_in(member)
    with browser.session_transaction() as session:
        session["abbina_started"] = time.time() - whole
        session["abbina_seen"] = time.time() - idle
    assert is_signed_in(browser) is stays
    assert session_rules.WHOLE.total_seconds() == 12 * 3600


def test_signing_out_everywhere_ends_every_session(visit: Visit, member: Account) -> None:
    here, elsewhere = visit().sign_in(member), visit().sign_in(member)
    assert here.send("/account/sessions").location.startswith("/login")
    assert not is_signed_in(here)
    assert not is_signed_in(elsewhere)


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "///evil.example",
        "http:evil.example",
        "javascript:x",
    ],
)
def test_nobody_is_led_away_after_signing_in(stranger: Browser, member: Account, away: str) -> None:
    form = {"email": member.email, "password": PASSWORD, "next": away}
    answer = stranger.send("/login", form)
    assert "evil" not in (answer.location or "")
    assert "javascript" not in (answer.location or "")
    answer = stranger.send("/login?next=" + away, {"email": member.email, "password": PASSWORD})
    assert "evil" not in (answer.location or "")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(stranger: Browser, member: Account) -> None:
    asked = stranger.get("/searches/")
    assert asked.location == "/login?next=/searches/"
    answer = stranger.send("/login", {"email": member.email, "password": PASSWORD, "next": "/searches/"})
    assert answer.location == "/searches/"


def test_a_password_of_the_tests_is_made_stronger_when_it_is_used(
    stranger: Browser, member: Account, session: Session
) -> None:
    sign_in(stranger, member.email)
    stored = session.get_one(Account, member.id).password
    assert stored is not None
    assert stored != PASSWORD_HASH
    assert "m=47104,t=2,p=1" in stored


def test_the_name_and_language_of_an_account_are_its_own(visit: Visit, member: Account) -> None:
    browser = visit().sign_in(member)
    browser.send("/account/", {"name": "Altro Nome", "language": "it"})
    page = browser.get("/account/").text
    assert 'lang="it"' in page[:200]
    assert "Altro Nome" in page
    assert browser.send("/account/", {"name": "", "language": "it"}).status_code == 422


def test_letters_are_written_in_the_reader_s_language(stranger: Browser, member: Account, session: Session) -> None:
    stranger.environ_base["HTTP_ACCEPT_LANGUAGE"] = "it"
    stranger.send("/reset", {"email": member.email})
    [letter] = letters(session, member.email)
    assert (letter.language, letter.subject) == ("it", "Abbina: nuova password")
    assert "aprire entro due ore" in letter.body


def test_a_language_chosen_on_a_page_holds_for_the_session(visit: Visit, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        browser = visit().sign_in(account(session, language="it"))
    assert 'lang="it"' in browser.get("/account/").text[:200]
    browser.get("/account/?lang=en")
    assert 'lang="en"' in browser.get("/account/").text[:200]
    browser.send("/account/", {"name": "Ada", "language": "it"})
    assert 'lang="it"' in browser.get("/account/").text[:200]


def test_a_member_without_organisation_comes_to_the_choice_of_one(stranger: Browser, visit: Visit) -> None:
    assert visit("member").get("/account/arrive").location == "/account/organisation/"
    assert visit("broker").get("/account/arrive").location == "/desk/"
    assert stranger.get("/account/arrive").location.startswith("/login")
