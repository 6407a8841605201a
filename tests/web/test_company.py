from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Notification, Organisation, PartnerResponse, now
from data.models.vocabulary import DecisionAction, RejectReason
from data.queries import proposal_by_reference
from matching.brokerage.client_notes import tell_company
from matching.brokerage.curation import decide
from matching.placing import Placed
from matching.types import Band, Criterion, Target
from tests.factories import account, organisation, proposal
from tests.web.conftest import Browser, Visit
from tests.web.fakes import FakeService, match
from tests.web.test_proposal_page import text_of


@pytest.fixture
def home(session: Session) -> Organisation:
    found = organisation(session, name="Officina Prova")
    session.commit()
    return found


@pytest.fixture
def elsewhere(session: Session) -> Organisation:
    found = organisation(session)
    session.commit()
    return found


@pytest.fixture
def member(visit: Visit, home: Organisation) -> Browser:
    return visit("member", home)


@pytest.fixture
def candidates(session: Session, service: FakeService) -> list[int]:
    """Three organisations, all suggested by the calculation."""
    ids = [organisation(session, name=f"Candidato {letter}").id for letter in "ABC"]
    session.commit()
    service.organisations = [
        match(Target.ORGANISATIONS, number, title=f"Candidato {letter}")
        for letter, number in zip("ABC", ids, strict=True)
    ]
    return ids


@pytest.fixture
def address(session: Session, home: Organisation) -> str:
    record = proposal(session, reference="P-1", organisation_id=home.id)
    session.commit()
    return f"/proposals/{record.reference}"


def decided(sessions: sessionmaker[Session], number: int, action: DecisionAction, **given: Any) -> None:
    """A broker's decision about an organisation."""
    with sessions.begin() as session:
        about: dict[str, Any] = {"proposal_id": number_of(session), "target": Target.ORGANISATIONS}
        about["candidate_id"] = number
        decide(session, action=action, actor="account:1", **about, **given)


def number_of(session: Session) -> int:
    return proposal_by_reference(session, "P-1").id


def answered(browser: Browser, address: str, number: int, answer: str, **given: Any) -> Any:
    form = {"target": "organisations", "candidate": str(number), "answer": answer, **given}
    return browser.send(f"{address}/responses", form)


def test_a_company_sees_what_a_broker_let_through(
    member: Browser, address: str, candidates: list[int], sessions: sessionmaker[Session]
) -> None:
    page = text_of(member.get(address).text)
    assert "Nobody yet." in page
    assert "Candidato A" not in page
    decided(sessions, candidates[0], DecisionAction.ACCEPT, note="Solo per noi")
    decided(sessions, candidates[1], DecisionAction.REJECT, reason=RejectReason.COMPETITOR)
    with sessions.begin() as session:
        about: dict[str, Any] = {"proposal_id": number_of(session), "target": Target.ORGANISATIONS}
        about["candidate_id"] = candidates[0]
        tell_company(session, text="Ne abbiamo parlato bene.", actor="account:1", **about)
    raw = member.get(address).text
    page = text_of(raw)
    assert "Candidato A" in page
    assert "In favour: texts close to each other" in page
    assert "Ne abbiamo parlato bene." in page
    for hidden in ("Solo per noi", "Candidato B", "Candidato C", "Details and numbers"):
        assert hidden not in page


def test_who_was_chosen_against_the_calculation_is_shown_without_reasons(
    member: Browser, address: str, session: Session, sessions: sessionmaker[Session]
) -> None:
    other = organisation(session, name="Aggiunta A Mano").id
    session.commit()
    decided(sessions, other, DecisionAction.ADD)
    page = text_of(member.get(address).text)
    assert "Aggiunta A Mano" in page
    assert "Added by your broker." in page


def test_without_curation_where_the_agency_sets_so(
    app: Flask, member: Browser, address: str, candidates: list[int]
) -> None:
    settings = app.extensions["abbina"].settings
    app.extensions["abbina"].settings = settings.model_copy(update={"show_uncurated": True})
    assert "Candidato C" in member.get(address).text


def test_others_see_no_suggestions(
    visit: Visit, stranger: Browser, elsewhere: Organisation, address: str, candidates: list[int], sessions: Any
) -> None:
    decided(sessions, candidates[0], DecisionAction.ACCEPT)
    outsider = visit("member", elsewhere)
    for browser in (stranger, outsider):
        assert "Candidato A" not in browser.get(address).text


def test_interest_is_noted_told_and_taken_back(
    member: Browser, client: Browser, address: str, candidates: list[int], sessions: sessionmaker[Session]
) -> None:
    decided(sessions, candidates[0], DecisionAction.ACCEPT)
    for _ in range(2):
        assert answered(member, address, candidates[0], "interested").status_code == 302
    with sessions() as session:
        [response] = session.scalars(select(PartnerResponse)).all()
        assert session.scalars(select(Notification.template)).all() == ["response.interested"]
    assert "What the company answers" in client.get(address).text
    assert member.send(f"{address}/responses/{response.id}/withdraw").status_code == 302
    assert "What the company answers" not in client.get(address).text
    page = member.get(address).text
    assert "Interested" in page
    assert "Withdraw the answer" not in page


def test_a_refused_one_is_never_shown_again_to_anybody(
    member: Browser, client: Browser, address: str, candidates: list[int], sessions: sessionmaker[Session]
) -> None:
    decided(sessions, candidates[0], DecisionAction.ACCEPT)
    decided(sessions, candidates[1], DecisionAction.ACCEPT)
    incomplete = answered(member, address, candidates[0], "not_interested", note="Non per noi")
    assert incomplete.status_code == 422
    assert "Choose why it is not of interest." in incomplete.text
    assert "Non per noi" in incomplete.text
    answered(member, address, candidates[0], "not_interested", reason="competitor")
    raw = member.get(address).text
    assert f'id="organisations-{candidates[0]}"' not in raw
    assert f'id="organisations-{candidates[1]}"' in raw
    assert "One suggestion that was refused" in raw
    assert f'id="organisations-{candidates[0]}"' not in client.get(address).text
    number = re.search(rf"{address}/responses/(\d+)/withdraw", raw)
    assert number is not None
    member.send(f"{address}/responses/{number.group(1)}/withdraw")
    assert f'id="organisations-{candidates[0]}"' in member.get(address).text


def test_a_question_goes_to_the_one_who_accompanies(
    member: Browser, address: str, candidates: list[int], session: Session, sessions: sessionmaker[Session]
) -> None:
    broker = account(session, "broker")
    account(session, "broker")
    proposal_by_reference(session, "P-1").facilitator_id = broker.id
    session.commit()
    decided(sessions, candidates[0], DecisionAction.PIN)
    assert answered(member, address, candidates[0], "question", note="  ").status_code == 422
    answered(member, address, candidates[0], "question", note="Lavorano in <b>camera bianca</b>?")
    with sessions() as fresh:
        [told] = fresh.scalars(select(Notification)).all()
    assert (told.account_id, told.template) == (broker.id, "response.question")
    assert told.values["question"] == "Lavorano in <b>camera bianca</b>?"
    assert "Lavorano in &lt;b&gt;camera bianca&lt;/b&gt;?" in member.get(address).text


def test_nobody_else_answers(
    visit: Visit, stranger: Browser, elsewhere: Organisation, address: str, candidates: list[int], sessions: Any
) -> None:
    outsider = visit("member", elsewhere)
    assert answered(outsider, address, candidates[0], "interested").status_code == 403
    assert answered(outsider, address, candidates[0], "question").status_code == 403
    assert "/login" in answered(stranger, address, candidates[0], "interested").location
    with sessions() as fresh:
        assert fresh.scalars(select(PartnerResponse)).all() == []


@pytest.mark.parametrize("form", [{}, {"answer": "maybe"}, {"target": "nobody"}, {"candidate": "x"}])
def test_answers_that_say_nothing_are_not_understood(member: Browser, address: str, form: dict[str, str]) -> None:
    whole = {"target": "organisations", "candidate": "1", "answer": "interested"} if form else {}
    assert member.send(f"{address}/responses", whole | form).status_code == 400


def why(browser: Browser, address: str, asked: str) -> str:
    return text_of(browser.get(f"{address}/why?q={asked}").text)


def test_why_somebody_is_not_there(
    member: Browser, client: Browser, address: str, candidates: list[int], service: FakeService, sessions: Any
) -> None:
    service.placed = Placed(Band.GOOD, place=2)
    assert "A broker has not looked at it yet." in why(member, address, "candidato a")
    assert "It is in the list, at place 2." in why(client, address, "candidato a")
    decided(sessions, candidates[0], DecisionAction.REJECT, reason=RejectReason.COMPETITOR)
    assert "It was set aside by the broker. " in why(member, address, "candidato a")
    assert "A competitor" not in why(member, address, "candidato a")
    assert "Reason: A competitor" in why(client, address, "candidato a")
    service.placed = Placed(Band.WEAK, lacks=Criterion.EVIDENCE)
    assert "What lacks most: documented experience" in why(member, address, "candidato b")
    assert "Nobody on the platform is called" in why(member, address, "nessuno")
    assert "Several are called so." in why(member, address, "candidato")


def test_why_tells_nothing_of_hidden_proposals(
    member: Browser, visit: Visit, address: str, session: Session, elsewhere: Organisation
) -> None:
    secret = proposal(session, state="draft", title="Segreto industriale", organisation_id=elsewhere.id)
    session.commit()
    outsider = visit("member", elsewhere)
    assert "Nobody on the platform" in why(member, address, secret.reference)
    chosen = member.get(f"{address}/why?target=proposals&candidate={secret.id}").text
    assert "Segreto industriale" not in chosen
    assert outsider.get(f"{address}/why?q=x").status_code == 403


def test_why_tells_nothing_of_organisations_that_nobody_has_verified(
    member: Browser, client: Browser, session: Session, address: str
) -> None:
    hidden = organisation(session, name="Nascosta srl", withdrawn_at=now(), verified_at=None)
    left = organisation(session, name="Ritirata srl", withdrawn_at=now(), verified_at=now())
    session.commit()
    for asked in ("nascosta srl", hidden.reference):
        assert "Nobody on the platform" in why(member, address, asked)
    chosen = member.get(f"{address}/why?target=organisations&candidate={hidden.id}").text
    assert "Nascosta" not in chosen
    assert "Nobody on the platform" not in why(client, address, "nascosta srl")
    assert "Nobody on the platform" not in why(member, address, left.name)


def test_a_company_keeps_looking_where_nobody_was_chosen_for_it(member: Browser, address: str) -> None:
    page = member.get(address).text
    assert page.count("Keep looking for me") == 2  # organisations, and proposals of others
    page = member.get(member.send(f"{address}/searches", {"target": "organisations"}).location).text
    assert page.count("Keep looking for me") == 1
    assert "nobody new yet" in page
    assert "/proposals/P-1#list-organisations" in member.get("/searches/").text


def test_what_a_form_far_down_lacks_is_where_the_browser_goes_back_to(
    member: Browser, sessions: sessionmaker[Session], address: str, candidates: list[int]
) -> None:
    decided(sessions, candidates[0], DecisionAction.ACCEPT)
    page = member.get(address).text
    assert f'action="{address}/responses#organisations-{candidates[0]}"' in page
    assert f'id="organisations-{candidates[0]}"' in page


def test_why_somebody_is_missing_is_asked_only_while_partners_are_suggested(
    member: Browser, session: Session, home: Organisation
) -> None:
    proposal(session, reference="P-2", organisation_id=home.id, state="draft")
    session.commit()
    page = member.get("/proposals/P-2").text
    assert "Why am I not seeing somebody?" not in page
    assert "only while the proposal is published" in page


def test_what_was_answered_stays_readable_once_the_proposal_is_closed(
    member: Browser, sessions: sessionmaker[Session], address: str, candidates: list[int]
) -> None:
    decided(sessions, candidates[0], DecisionAction.ACCEPT)
    answered(member, address, candidates[0], "interested")
    with sessions.begin() as session:
        proposal_by_reference(session, "P-1").state = "closed"
    said = text_of(member.get(address).text)
    assert "What was answered Candidato A Interested" in said
