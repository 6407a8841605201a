"""The second factor, limits, cookies and headers of signing in."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, OutboxMessage
from data.settings import Settings
from tests.factories import PASSWORD, account
from tests.web.conftest import Browser, Visit
from tests.web.fakes import FakeApplication, FakeService
from tests.web.test_accounts import REFUSED, is_signed_in, letters, second_step, sign_in
from web import create_app


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database: what is tested here are pages; moves are tested on both."""
    return f"sqlite:///{tmp_path / 'abbina.db'}"


@pytest.fixture
def member(sessions: sessionmaker[Session]) -> Account:
    with sessions.begin() as session:
        return account(session, "member")


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
    sent = session.scalars(select(OutboxMessage.subject)).all()
    assert sent == ["Abbina: second factor switched on"]


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
