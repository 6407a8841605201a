"""Signing in and all around it: registration, letters, lock-out, second factor, sessions."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, CaseEvent, OutboxMessage, now
from data.settings import Settings
from matching.brokerage.consents import NOTICE_VERSION
from tests.factories import PASSWORD, PASSWORD_HASH, account
from tests.web.conftest import Browser, Visit
from tests.web.fakes import FakeApplication, FakeService
from web import create_app
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


def second_factor(browser: Browser) -> tuple[pyotp.TOTP, str]:
    """Set a second factor up; gives the authenticator and the code that was used."""
    page = browser.send("/tf-setup", {"setup": "authenticator"}).text
    assert 'src="data:image/svg+xml;base64,' in page
    key = re.search(r'class="manual-key">([^<]+)<', page)
    address = re.search(r'action="(/tf-setup/[^"]+)"', page)
    assert key is not None
    assert address is not None
    authenticator = pyotp.TOTP(key.group(1).replace("-", "").replace(" ", ""))
    code = authenticator.now()
    answer = browser.send(address.group(1), {"code": code}, follow_redirects=True)
    assert "The second factor is set up" in answer.text
    return authenticator, code


def later(authenticator: pyotp.TOTP) -> str:
    """The code of the next half minute, which the allowance for slow clocks takes already."""
    return authenticator.at(int(time.time()) + 30)


def test_with_a_second_factor_the_password_alone_opens_nothing(
    stranger: Browser, visit: Visit, member: Account, session: Session
) -> None:
    authenticator, used = second_factor(visit().sign_in(member))
    page = sign_in(stranger, member.email)
    assert "Code of the second factor" in page
    assert not is_signed_in(stranger)
    sign_in(stranger, member.email)
    assert "was used before" in second_step(stranger, "/tf-validate", {"code": used})
    sign_in(stranger, member.email)
    assert "You are signed in" in second_step(stranger, "/tf-validate", {"code": later(authenticator)})
    assert is_signed_in(stranger)
    stored = session.get_one(Account, member.id)
    assert authenticator.secret not in str(stored.tf_totp_secret)
    assert stored.failed_logins == 0


def test_wrong_codes_lock_the_account_too_though_the_password_is_right_each_time(
    stranger: Browser, visit: Visit, member: Account, session: Session
) -> None:
    second_factor(visit().sign_in(member))
    for _ in range(5):
        sign_in(stranger, member.email)
        page = second_step(stranger, "/tf-validate", {"code": "000000"})
        assert "This code is not right" in page
    assert session.get_one(Account, member.id).locked_until is not None
    assert REFUSED in sign_in(stranger, member.email)


def test_a_recovery_code_signs_in_once(stranger: Browser, visit: Visit, member: Account, session: Session) -> None:
    own = visit().sign_in(member)
    second_factor(own)
    page = own.send("/mf-recovery-codes", {"generate_new_codes": "1"}).text
    codes = re.findall(r"<code>([0-9a-f-]{14})</code>", page)
    assert len(codes) == 8
    assert codes[0] not in str(session.get_one(Account, member.id).mf_recovery_codes)
    for code, opens in ((codes[0], True), (codes[0], False)):
        sign_in(stranger, member.email)
        page = second_step(stranger, "/mf-recovery", {"code": code.upper()})
        assert is_signed_in(stranger) is opens, page
        stranger.send("/logout")


def test_no_letter_gets_around_the_second_factor(
    stranger: Browser, visit: Visit, member: Account, session: Session
) -> None:
    second_factor(visit().sign_in(member))
    sign_in(stranger, member.email)
    assert "Recovery code" in second_step(stranger, "/tf-rescue", {"help_setup": "help"})
    assert letters(session, member.email) == []
    assert session.scalars(select(OutboxMessage)).all() == []


def test_setting_a_second_factor_up_asks_for_the_password_again_after_a_while(visit: Visit, member: Account) -> None:
    browser = visit().sign_in(member)
    with browser.session_transaction() as session:
        session["fs_paa"] = time.time() - 3600
    assert browser.get("/tf-setup").location.startswith("/verify")
    answer = browser.send("/verify", {"password": PASSWORD, "next": "/tf-setup"})
    assert answer.location == "/tf-setup"
    assert browser.get("/tf-setup").status_code == 200


def test_staff_works_only_with_a_second_factor_where_the_agency_says_so(
    settings: Settings, sessions: sessionmaker[Session], service: FakeService
) -> None:
    strict = settings.model_copy(update={"staff_second_factor": True})
    app = create_app(FakeApplication(strict, sessions.kw["bind"], sessions, service))  # type: ignore[arg-type]
    app.test_client_class = Browser
    with sessions.begin() as session:
        broker, member = account(session, "broker"), account(session, "member")
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    browser.sign_in(broker)
    assert browser.get("/desk/organisations/").location == "/tf-setup"
    assert "asks its staff" in browser.get("/tf-setup").text
    second_factor(browser)
    assert browser.get("/desk/organisations/").status_code == 200
    assert "Switch it off" not in browser.get("/tf-setup").text
    assert browser.sign_in(member).get("/account/").status_code == 200
    new = app.test_client()
    assert isinstance(new, Browser)
    new.form_page = "/login"
    with sessions.begin() as session:
        second = account(session, "broker")
    assert new.send("/login", {"email": second.email, "password": PASSWORD}).location == "/tf-setup"


def test_too_many_tries_of_one_address_are_stopped_for_a_while(stranger: Browser) -> None:
    stranger.get("/login")
    answers = [stranger.send("/reset", {"email": f"n{number}@example.org"}).status_code for number in range(6)]
    assert answers == [200] * 5 + [429]
    assert "Too many requests" in stranger.send("/reset", {"email": "x@example.org"}).text


def test_limits_can_be_left_to_others(
    settings: Settings, sessions: sessionmaker[Session], service: FakeService
) -> None:
    without = settings.model_copy(update={"rate_limits": False})
    app = create_app(FakeApplication(without, sessions.kw["bind"], sessions, service))  # type: ignore[arg-type]
    app.test_client_class = Browser
    browser = app.test_client()
    assert isinstance(browser, Browser)
    browser.form_page = "/login"
    assert {browser.send("/reset", {"email": "x@example.org"}).status_code for _ in range(8)} == {200}


@pytest.fixture
def public(settings: Settings, sessions: sessionmaker[Session], service: FakeService) -> Flask:
    """The pages behind a TLS proxy, at a public address."""
    served = settings.model_copy(update={"public_url": "https://abbina.example.org", "proxies": 1})
    return create_app(FakeApplication(served, sessions.kw["bind"], sessions, service))  # type: ignore[arg-type]


BEHIND = {"X-Forwarded-Host": "abbina.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


def test_at_a_public_address_cookies_and_headers_insist_on_tls(public: Flask) -> None:
    answer = public.test_client().get("/login", headers=BEHIND)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-abbina_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_links_in_letters_lead_to_the_public_address_and_other_hosts_are_refused(
    public: Flask, member: Account, session: Session
) -> None:
    browser = public.test_client()
    refused = browser.get("/login", headers=BEHIND | {"X-Forwarded-Host": "evil.example"})
    assert refused.status_code == 400
    page = browser.get("/login", headers=BEHIND, base_url="https://abbina.example.org").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    form = {"email": member.email, "csrf_token": token.group(1)}
    headers = BEHIND | {"Referer": "https://abbina.example.org/reset"}
    answer = browser.post("/reset", data=form, headers=headers, base_url="https://abbina.example.org")
    assert answer.status_code == 200
    assert "https://abbina.example.org/reset/" in letters(session, member.email)[0].body


def test_pages_of_somebody_signed_in_stay_in_no_cache(visit: Visit, member: Account, stranger: Browser) -> None:
    assert "no-store" in visit().sign_in(member).get("/account/").headers["Cache-Control"]
    assert "no-store" in visit().sign_in(member).get("/").headers["Cache-Control"]
    assert "no-store" not in stranger.get("/").headers["Cache-Control"]
    assert "no-store" not in visit().sign_in(member).get("/static/abbina.css").headers["Cache-Control"]


def test_every_script_carries_the_nonce_of_its_answer(stranger: Browser) -> None:
    first, second = stranger.get("/login"), stranger.get("/login")
    nonces = [re.findall(r'<script[^>]* nonce="([^"]+)"', answer.text) for answer in (first, second)]
    assert nonces[0] != nonces[1]
    assert f"'nonce-{nonces[0][0]}'" in first.headers["Content-Security-Policy"]


def test_no_template_has_inline_scripts_styles_or_handlers() -> None:
    folder = Path(__file__).parents[2] / "web" / "templates"
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\snonce=)", re.IGNORECASE)
    found = {path.name: hits for path in folder.rglob("*.html") if (hits := inline.findall(path.read_text("utf-8")))}
    assert found == {}


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
    assert visit("broker").get("/account/arrive").location == "/"
    assert stranger.get("/account/arrive").location.startswith("/login")
