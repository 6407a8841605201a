from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from data.db import make_engine, session_factory
from data.models import Account, OutboxMessage, now
from data.models.vocabulary import NoticeKind
from data.settings import load_settings
from matching.brokerage.letters import Letter
from matching.brokerage.outbox import notify, send
from tests.factories import account
from tests.jobs.commands import Run


@pytest.fixture
def told(empty_home: Path, abbina: Run) -> Path:
    """A home with a letter that waits and a notification that is wanted at once."""
    abbina("init")
    with session_factory(make_engine(load_settings().database)).begin() as session:
        whom = account(session, "broker", language="en")
        send(session, Letter("Invitation", "Come in."), key="a", address="altra@example.org", language="en")
        values = {"path": "/account", "key": "b", "organisation": "Officine Finte"}
        notify(session, [whom], NoticeKind.ACCOUNT, "membership.confirmed", **values)
    return empty_home


def test_letters_and_notifications_go_out_by_one_command(told: Path, abbina: Run) -> None:
    first = abbina("deliver", "--most", 1, "--json")
    assert (first.code, first.json["written"], first.json["sent"]) == (0, 1, 1)
    assert abbina("deliver").out.startswith("written 0, sent 1")
    assert len(list((told / "mail").glob("*.eml"))) == 2


def test_the_doctor_says_what_is_overdue_and_what_nobody_knows(told: Path, abbina: Run) -> None:
    sessions = session_factory(make_engine(load_settings().database))

    def letters() -> tuple[str, str]:
        found = {item["check"]: item for item in abbina("doctor", "--json").json}
        return found["letters"]["health"], found["letters"]["mend"]

    assert letters()[0] == "ok"
    with sessions.begin() as session:
        session.execute(update(OutboxMessage).values(not_before=now() - timedelta(days=2)))
    assert letters() == ("wrong", "abbina deliver")
    with sessions.begin() as session:
        session.execute(update(OutboxMessage).values(state="uncertain"))
    assert letters()[0] == "note"
    assert abbina("deliver", "--retry-uncertain").out.startswith("waiting again: 1")
    assert letters()[0] == "ok"


def test_a_server_that_wants_a_password_wants_its_file(
    told: Path, abbina: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABBINA_SMTP_URL", "smtp://user@127.0.0.1:1")
    ended = abbina("deliver")
    assert ended.code == 1
    assert "ABBINA_SMTP_PASSWORD_FILE" in ended.err


@pytest.mark.parametrize("value", ["no address", "a@b\nBcc: c@d", "Due <a@b>, c@d"])
def test_a_sender_is_one_address(value: str, abbina: Run, empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABBINA_MAIL_FROM", value)
    assert "ABBINA_MAIL_FROM" in abbina("deliver").err


@pytest.mark.parametrize("value", ["Mars/Olympus", "../etc/passwd", "Europe", ""])
def test_a_time_zone_has_a_name(value: str, abbina: Run, empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABBINA_TIMEZONE", value)
    assert "ABBINA_TIMEZONE" in abbina("deliver").err


def test_retention_says_what_would_go_before_it_goes(told: Path, abbina: Run) -> None:
    with session_factory(make_engine(load_settings().database)).begin() as session:
        session.execute(update(Account).values(confirmed_at=None, created_at=now() - timedelta(days=40)))
    assert "unconfirmed accounts: 1 would go" in abbina("retention", "--dry-run").out
    assert abbina("retention", "--json").json["unconfirmed_accounts"] == 1
    assert "unconfirmed accounts: 0 removed" in abbina("retention").out
