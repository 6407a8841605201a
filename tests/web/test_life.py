from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from data.models import Organisation, Proposal, now
from data.models.vocabulary import CaseKind
from data.queries import proposal_by_reference
from matching.brokerage.events import events_of
from tests.factories import account, form_of, in_days, organisation, proposal
from tests.web.conftest import Browser, Visit

SECOND = {"second_title": "Wear resistant coating", "second_summary": "In short.", "second_description": "At length."}


@pytest.fixture
def home(session: Session) -> Organisation:
    """The company of `member`."""
    found = organisation(session, name="Officina Prova", verified_at=now())
    session.commit()
    return found


@pytest.fixture
def member(visit: Visit, home: Organisation) -> Browser:
    return visit("member", home)


def address_of(answer: Any) -> str:
    assert answer.status_code == 302, answer.text
    return str(answer.location).split("#")[0]


def handed_in(member: Browser, **given: Any) -> str:
    """The address of a proposal that waits."""
    return address_of(member.send("/proposals/new/TR", form_of("TR", action="submit", **given)))


def version(browser: Browser, address: str) -> str:
    found = re.search(r'name="version" value="([^"]+)"', browser.get(address).text)
    assert found is not None
    return found.group(1)


def stored(sessions: sessionmaker[Session], address: str) -> Proposal:
    with sessions() as session:
        return proposal_by_reference(session, address.rsplit("/", 1)[1])


def test_a_company_hands_in_and_the_agency_publishes(
    member: Browser, client: Browser, sessions: sessionmaker[Session]
) -> None:
    address = handed_in(member)
    page = member.get(address).text
    assert "It waits for the approval of the agency since" in page
    assert "Take it back" in page
    assert "Approve" not in page
    page = client.get(address).text
    assert "Approve and publish" in page
    answer = client.send(f"{address}/publish", {"version": version(client, address)}, follow_redirects=True)
    assert "The proposal is published." in answer.text
    assert stored(sessions, address).state == "published"


def test_a_company_does_not_publish_by_itself(member: Browser, sessions: sessionmaker[Session]) -> None:
    assert member.send("/proposals/new/TR", form_of("TR", action="publish")).status_code == 403
    page = member.get("/proposals/new/TR").text
    assert 'value="submit"' in page
    assert 'value="publish"' not in page
    with sessions() as session:
        assert session.query(Proposal).count() == 0


def test_who_is_not_verified_is_told_where(
    member: Browser, client: Browser, home: Organisation, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        session.get_one(Organisation, home.id).verified_at = None
    address = handed_in(member)
    answer = client.send(f"{address}/publish")
    assert answer.status_code == 409
    assert "The organisation must be verified first" in answer.text
    form = form_of("TR", action="publish", organisation="Officina Prova")
    answer = client.send("/proposals/new/TR", form)
    assert answer.status_code == 422
    assert "A broker must verify this organisation" in answer.text


def test_a_refusal_says_why_and_leads_back(member: Browser, client: Browser, sessions: sessionmaker[Session]) -> None:
    address = handed_in(member)
    seen = version(client, address)
    empty = client.send(f"{address}/refuse", {"version": seen, "reason": " "})
    assert empty.status_code == 422
    assert 'id="fault-refuse"' in empty.text
    reason = "Manca il grado di <b>maturità</b>."
    for _ in range(2):
        answer = client.send(f"{address}/refuse", {"version": seen, "reason": reason}, follow_redirects=True)
        assert "The proposal is refused." in answer.text
    page = member.get(address).text
    assert "Manca il grado di &lt;b&gt;maturità&lt;/b&gt;." in page
    edit = {"version": version(member, f"{address}/edit"), "action": "submit", "summary": "Ora è chiaro."}
    assert member.send(f"{address}/edit", form_of("TR", **edit)).status_code == 302
    assert stored(sessions, address).state == "to_validate"


def test_who_comes_second_reads_what_happened_and_keeps_what_was_typed(
    member: Browser, client: Browser, visit: Visit
) -> None:
    address = handed_in(member)
    seen = version(client, address)
    visit("broker").send(f"{address}/publish", {"version": seen})
    answer = client.send(f"{address}/refuse", {"version": seen, "reason": "Un motivo ben pensato."})
    assert answer.status_code == 409
    assert "Somebody changed this in the meantime" in answer.text
    assert "<b>Open</b>" in answer.text
    assert "Un motivo ben pensato." in answer.text


def test_two_people_approve_where_the_agency_wants_it(
    app: Flask, member: Browser, client: Browser, visit: Visit
) -> None:
    settings = app.extensions["abbina"].settings
    app.extensions["abbina"].settings = settings.model_copy(update={"second_approval": True})
    assert 'value="publish"' not in client.get("/proposals/new/TR").text
    address = handed_in(member)
    assert "Your approval is noted" in client.send(f"{address}/publish", follow_redirects=True).text
    again = client.send(f"{address}/publish")
    assert again.status_code == 409
    assert "Another person must approve this" in again.text
    other = visit("broker")
    assert "One approval is there; yours publishes it." in other.get(address).text
    assert "The proposal is published." in other.send(f"{address}/publish", follow_redirects=True).text


@pytest.mark.parametrize("step", ["submit", "take-back", "give-up", "take-up", "extend", "close"])
def test_strangers_and_other_companies_take_no_step(
    session: Session, stranger: Browser, visit: Visit, home: Organisation, step: str
) -> None:
    hidden = proposal(session, state="draft", organisation_id=home.id)
    shown = proposal(session, organisation_id=home.id)
    elsewhere = organisation(session)
    session.commit()
    outsider = visit("member", elsewhere)
    form = {"outcome": "other"}
    assert "/login" in stranger.send(f"/proposals/{shown.reference}/{step}", form).location
    assert outsider.send(f"/proposals/{hidden.reference}/{step}", form).status_code == 404
    assert outsider.send(f"/proposals/{shown.reference}/{step}", form).status_code == 403
    assert outsider.send(f"/proposals/{hidden.reference}/close", {}).status_code == 404  # nor by an incomplete form


def test_an_extension_from_the_page(member: Browser, session: Session, home: Organisation, sessions: Any) -> None:
    record = proposal(session, organisation_id=home.id, expires=in_days(20))
    session.commit()
    address = f"/proposals/{record.reference}"
    assert "Extend this proposal" in member.get(address).text
    wrong = member.send(f"{address}/extend", {"version": version(member, address), "until": in_days(386).isoformat()})
    assert wrong.status_code == 422
    assert 'id="fault-extend"' in wrong.text
    form = {"version": version(member, address), "until": in_days(200).isoformat()}
    assert "The proposal is extended." in member.send(f"{address}/extend", form, follow_redirects=True).text
    assert stored(sessions, address).expires == in_days(200)
    assert "Extend this proposal" not in member.get(address).text


def test_who_accompanies_it_is_named_to_the_company(
    member: Browser, client: Browser, session: Session, home: Organisation
) -> None:
    record = proposal(session, organisation_id=home.id)
    broker = account(session, "broker", name="Ada Esempio")
    session.commit()
    address = f"/proposals/{record.reference}"
    assert client.send(f"{address}/facilitator", {"account": str(broker.id)}).status_code == 302
    assert "Accompanied by Ada Esempio." in member.get(address).text
    assert client.send(f"{address}/facilitator", {"account": "9999"}).status_code == 400
    assert "Ada Esempio" not in str([event.detail for event in events_of(session, CaseKind.PROPOSAL, record.id)])


def test_an_owner_corrects_what_is_published(member: Browser, client: Browser, sessions: Any) -> None:
    address = handed_in(member)
    client.send(f"{address}/publish")
    page = member.get(f"{address}/edit").text
    assert "Send the correction" in page
    form = form_of("TR", action="save", version=version(member, f"{address}/edit"), title="Titolo corretto")
    for _ in range(2):
        assert member.send(f"{address}/edit", form).status_code in (302, 409)
    assert (stored(sessions, address).state, stored(sessions, address).title) == ("to_validate", "Titolo corretto")


def test_the_second_language_is_written_and_read(client: Browser, sessions: sessionmaker[Session]) -> None:
    address = address_of(client.send("/proposals/new/TR", form_of("TR", action="publish", **SECOND)))
    assert "Wear resistant coating" in client.get(address).text
    assert "Rivestimento antiusura" in client.get(f"{address}?lang=it").text
    assert stored(sessions, address).second_language == "en"
    lacking = form_of("TR", action="publish", second_summary="Only this")
    assert client.send("/proposals/new/TR", lacking).status_code == 422


def test_a_company_finds_its_proposals_in_every_state(member: Browser, session: Session, home: Organisation) -> None:
    for state in ("draft", "to_validate", "refused", "closed", "archived", "withdrawn"):
        proposal(session, state=state, title=f"Mia {state}", organisation_id=home.id)
    proposal(session, title="Altrui", organisation_id=organisation(session).id)
    session.commit()
    page = member.get("/proposals/?mine=1").text
    assert page.count("Mia ") == 6
    assert "Altrui" not in page
    assert 'href="/proposals/?mine=1" aria-current="page"' in page
    assert "Mia draft" not in member.get("/proposals/?mine=1&state=closed").text


def test_nobody_elses_are_mine(stranger: Browser, client: Browser, session: Session) -> None:
    proposal(session, title="Di nessuno")
    session.commit()
    assert "Di nessuno" not in stranger.get("/proposals/?mine=1").text
    assert "My proposals" not in client.get("/").text


def test_a_step_without_a_token_is_not_taken(member: Browser, sessions: sessionmaker[Session]) -> None:
    address = handed_in(member)
    assert member.post(f"{address}/take-back").status_code == 400
    assert stored(sessions, address).state == "to_validate"
