"""What keeps pages whole when something goes wrong or somebody means harm: numbers, hosts, faults, caches."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from data.models import OutboxMessage, now
from data.settings import Settings
from tests.factories import account, organisation, proposal
from tests.web.conftest import Browser, Visit
from tests.web.fakes import FakeApplication, FakeService
from tests.web.pages import new_pages

ENDLESS = "9" * 5000
"""Python refuses to read it as a number."""


@pytest.mark.parametrize(
    "address",
    [
        "/partnerships/99999999999",
        f"/partnerships/{'9' * 30}",
        "/admin/accounts/99999999999/erase",
        f"/proposals/?page={ENDLESS}",
        f"/interests/?page={ENDLESS}",
    ],
)
def test_a_number_that_no_record_could_have_leads_nowhere(visit: Visit, address: str) -> None:
    assert visit("administrator").get(address).status_code in (200, 404)


@pytest.mark.parametrize("number", [ENDLESS, "99999999999", "²"])
def test_a_number_in_a_form_that_no_record_could_have_is_no_fault_of_ours(
    visit: Visit, session: Session, number: str
) -> None:
    proposal(session, reference="TEST-Z")
    proposal(session, reference="TRDE20260101001", source="een")
    applicant = organisation(session, verified_at=now())
    session.commit()
    broker = visit("broker")
    assert broker.send("/proposals/TEST-Z/facilitator", {"account": number}).status_code == 400
    assert broker.get(f"/proposals/TEST-Z/why?target=organisations&candidate={number}").status_code == 200
    assert broker.send("/desk/bulk", {"action": "hand_over", "to": number, "item": "validation:1:0"}).status_code < 500
    writing = {"action": "send", "expert": number, "kind": "full", "notice": "y"}
    member = visit("member", applicant)
    assert member.send("/interests/new/TRDE20260101001", writing).status_code < 500


def test_the_page_of_a_fault_needs_no_database(visit: Visit, app: Flask, session: Session) -> None:
    member = visit("member")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for table in ("notification", "account"):
        session.execute(text(f"ALTER TABLE {table} RENAME TO gone_{table}"))
    session.commit()
    answer = member.get("/proposals/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_query_that_failed_does_not_spoil_the_page_of_the_fault(
    visit: Visit, app: Flask, session: Session, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL answers nothing more in a transaction that failed; the page asks for news of whoever is signed in."""
    member = visit("member")
    app.config["PROPAGATE_EXCEPTIONS"] = False

    broken = text("SELECT no_such_column FROM account")
    monkeypatch.setattr("web.home.counts", lambda reading: reading.execute(broken))
    answer = member.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "Sign out" in answer.text


@pytest.mark.parametrize("address", ["/login", "/register", "/reset/forged"])
def test_pages_of_signing_in_stay_in_no_cache(stranger: Browser, address: str) -> None:
    assert stranger.get(address).headers["Cache-Control"] == "no-store, private"


def test_a_port_or_scheme_that_somebody_names_is_in_no_letter(
    settings: Settings, sessions: sessionmaker[Session], service: FakeService, session: Session
) -> None:
    served = settings.model_copy(update={"public_url": "https://abbina.example.org"})
    app = new_pages(FakeApplication(served, sessions.kw["bind"], sessions, service))
    member = account(session)
    session.commit()
    browser = app.test_client()
    page = browser.get("/login", base_url="https://abbina.example.org").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    asked = {"Host": "abbina.example.org:4443", "Referer": "https://abbina.example.org/reset"}
    form = {"email": member.email, "csrf_token": token.group(1)}
    answer = browser.post("/reset", data=form, headers=asked, base_url="https://abbina.example.org")
    assert answer.status_code == 200
    assert "https://abbina.example.org/reset/" in session.scalars(select(OutboxMessage)).one().body
    assert browser.get("/login", headers={"Host": "abbina.example.org.evil.example"}).status_code == 400
