from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, Organisation, Proposal
from tests.factories import PASSWORD, account, organisation, proposal
from tests.web.conftest import Browser, Visit

EMAIL, NAME = "giulia.finta@example.org", "Giulia Finta"


@pytest.fixture
def member(visit: Visit, session: Session) -> Browser:
    own = organisation(session, name="Officine Finte")
    proposal(session, title="Sensori", organisation_id=own.id)
    session.commit()
    return visit("member", own, email=EMAIL, name=NAME)


def number_of(session: Session) -> int:
    return session.scalars(select(Account.id).where(Account.email == EMAIL)).one()


def test_my_data_come_as_a_file(member: Browser) -> None:
    answer = member.send("/account/data/export")
    assert answer.headers["Content-Disposition"] == "attachment; filename=abbina-data.json"
    assert json.loads(answer.text)["account"]["email"] == EMAIL
    assert "password" not in answer.text


@pytest.mark.parametrize("form", [{}, {"sure": "1", "password": "sbagliata"}, {"password": PASSWORD}])
def test_erasure_asks_for_the_password_and_a_tick(member: Browser, session: Session, form: dict[str, str]) -> None:
    answer = member.send("/account/data/erase", form)
    assert (answer.status_code, "field-error" in answer.text) == (422, True)
    assert number_of(session)


def test_who_erases_the_account_is_signed_out_and_gone(member: Browser, session: Session) -> None:
    form = {"sure": "1", "password": PASSWORD, "organisation": "1"}
    number = number_of(session)
    assert member.send("/account/data/erase", form).status_code == 302
    assert member.get("/activities").status_code == 302
    session.rollback()
    assert session.get_one(Account, number).email == f"erased-{number}@erased.invalid"
    assert session.scalars(select(Proposal)).one().state == "withdrawn"
    assert session.scalars(select(Organisation)).one().withdrawn_at is not None
    assert "Sensori" not in member.get("/proposals/?state=all").text


def test_an_administrator_erases_another_and_others_do_not(member: Browser, visit: Visit, session: Session) -> None:
    address = f"/admin/accounts/{number_of(session)}/erase"
    broker, administrator = visit("broker"), visit("administrator")
    assert broker.send(address, {"sure": "1"}).status_code == 403
    assert EMAIL in administrator.get(address).text
    assert administrator.send(address).status_code == 422
    assert administrator.send(address, {"sure": "1"}).status_code == 302
    assert administrator.get(address).status_code == 404


def test_the_last_administrator_is_told_why_not(visit: Visit) -> None:
    answer = visit("administrator").get("/account/data").text
    assert "This is the last administrator" in answer
    assert "Erase for good" not in answer


def test_no_log_and_no_error_page_says_who_it_was(
    member: Browser, stranger: Browser, session: Session, caplog: pytest.LogCaptureFixture, service: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    account(session, email="altra@example.org", name="Altra Persona")
    session.commit()
    stranger.send("/login", {"email": EMAIL, "password": "una parola sbagliata"})
    stranger.send("/reset", {"email": EMAIL})
    member.send("/activities/preferences", {"search": "never"})
    member.get("/account/data")
    refused = [
        member.get("/admin/accounts/1/erase"),
        stranger.get("/proposals/NOPE"),
        stranger.get("/notifications/off/x"),
    ]
    service.error = RuntimeError("broken")
    own = session.scalars(select(Organisation)).one().reference
    broken = member.get(f"/organisations/{own}")
    assert broken.status_code == 500
    lines = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert "failed" in lines
    for said in (lines, *(page.text for page in refused[1:])):
        assert EMAIL not in said
        assert NAME not in said
