"""`abbina user`, the demo accounts, and where pages may be served."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from data.db import make_engine, session_factory
from data.settings import load_settings
from jobs import setup_commands
from jobs.demo_accounts import demo_file, ensure_demo_accounts
from jobs.doctor import Health, _accounts
from matching.bootstrap import build_application
from matching.brokerage.accounts import account_by_email, demo_accounts
from tests.factories import organisation, proposal
from tests.jobs.commands import Run

PASSWORD = "tre gatti sul tetto"


@pytest.fixture
def prepared(empty_home: Path, abbina: Run) -> Path:
    assert abbina("init").code == 0
    return empty_home


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n", encoding="utf-8")
    return path


def create(abbina: Run, email: str, role: str, file: Path, *more: str):
    return abbina("user", "create", email, "--role", role, "--name", "Ada Prova", "--password-file", file, *more)


def test_an_account_made_by_the_command_signs_in_on_the_pages(abbina: Run, prepared: Path, password_file: Path) -> None:
    from web import create_app

    ended = create(abbina, "Ada@Example.org", "administrator", password_file)
    assert (ended.code, ended.out) == (0, "account 1: ada@example.org, administrator\n")
    settings = load_settings(home=prepared)
    with build_application(settings) as application:
        browser = create_app(application).test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login").text)
        assert token is not None
        with session_factory(application.engine)() as session:
            before = account_by_email(session, "ada@example.org")
        form = {"email": "ada@example.org", "password": PASSWORD, "csrf_token": token.group(1)}
        assert browser.post("/login", data=form).location == "/account/arrive"
        assert browser.get("/admin/accounts/").status_code == 200
        with session_factory(application.engine)() as session:
            after = account_by_email(session, "ada@example.org")
        assert before is not None
        assert after is not None
        assert before.password == after.password  # the same parameters: nothing to make stronger


def test_accounts_are_listed_suspended_and_changed(abbina: Run, prepared: Path, password_file: Path) -> None:
    create(abbina, "ada@example.org", "administrator", password_file)
    create(abbina, "bea@example.org", "broker", password_file)
    assert abbina("user", "suspend", "ada@example.org").code == 1
    assert "suspended" in abbina("user", "suspend", "bea@example.org").out
    assert "active" in abbina("user", "reactivate", "bea@example.org").out
    assert "administrator" in abbina("user", "role", "bea@example.org", "administrator").out
    assert [line.split("\t")[1:4] for line in abbina("user", "list").out.splitlines()] == [
        ["ada@example.org", "administrator", "active"],
        ["bea@example.org", "administrator", "active"],
    ]
    assert abbina("user", "suspend", "nobody@example.org").code == 1


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("nobody", PASSWORD, "no e-mail address"),
        ("ada@example.org", "breve", "at least 12 characters"),
        ("ada@example.org", "password1234", "first that are guessed"),
    ],
)
def test_a_faulty_account_is_refused(
    abbina: Run, prepared: Path, password_file: Path, email: str, password: str, words: str
) -> None:
    password_file.write_text(password, encoding="utf-8")
    ended = create(abbina, email, "broker", password_file)
    assert ended.code == 1
    assert words in ended.err
    assert password not in ended.err


def test_an_invitation_prints_the_link_of_its_letter(abbina: Run, prepared: Path) -> None:
    ended = abbina("user", "create", "ada@example.org", "--role", "administrator", "--invite")
    assert re.search(r"http://127\.0\.0\.1:8000/invitation/[\w-]{40,}", ended.out)


def test_without_a_terminal_a_password_has_to_come_from_a_file(abbina: Run, prepared: Path) -> None:
    assert abbina("user", "create", "ada@example.org", "--role", "administrator", "--name", "Ada").code == 2


@pytest.fixture
def demo(prepared: Path) -> str:
    """The password of the demo accounts of this home."""
    settings = load_settings(home=prepared)
    with session_factory(make_engine(settings.database)).begin() as session:
        owner = organisation(session)
        proposal(session, reference="DEMO-1", organisation_id=owner.id)
        password = ensure_demo_accounts(session, settings, "DEMO-1")
        assert ensure_demo_accounts(session, settings, "DEMO-1") == password
        assert len(demo_accounts(session)) == 3
        member = demo_accounts(session)[2]
        assert (member.organisation_id, owner.verified_by) == (owner.id, "job:demo")
    return password


def test_demo_accounts_are_kept_with_their_password_in_a_private_file(demo: str, prepared: Path) -> None:
    path = demo_file(load_settings(home=prepared))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"password: {demo}" in path.read_text(encoding="utf-8")


def test_the_demo_is_refused_at_a_public_address(abbina: Run, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABBINA_PUBLIC_URL", "https://abbina.example.org")
    ended = abbina("demo")
    assert ended.code == 1
    assert "unset ABBINA_PUBLIC_URL" in ended.err


def test_pages_are_served_to_others_only_over_tls_and_without_demo_accounts(
    abbina: Run, demo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = abbina("serve", "--host", "0.0.0.0")
    assert refused.code == 1
    assert "https://" in refused.err
    monkeypatch.setenv("ABBINA_PUBLIC_URL", "https://abbina.example.org")
    refused = abbina("serve", "--host", "0.0.0.0")
    assert refused.code == 1
    assert "demo accounts are here" in refused.err
    settings = load_settings()
    finding = _accounts(settings)
    assert (finding.health, finding.check) == (Health.WRONG, "accounts")


def test_pages_may_be_served_to_others_on_a_database_of_one_s_own(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(home=prepared, public_url="https://abbina.example.org")
    with build_application(settings) as application:
        setup_commands._require_ready_for_all("0.0.0.0", settings, application)


def test_the_doctor_misses_an_administrator(abbina: Run, prepared: Path, password_file: Path) -> None:
    assert _accounts(load_settings(home=prepared)).health is Health.NOTE
    create(abbina, "ada@example.org", "administrator", password_file)
    assert _accounts(load_settings(home=prepared)).health is Health.OK
