from __future__ import annotations

import html
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Assignment, CaseEvent, ClientNote, CurationDecision, Proposal
from data.models.vocabulary import QualityRule, Severity
from matching.brokerage.quality import Finding
from matching.types import Target
from tests.factories import account, in_days, organisation, proposal
from tests.web.conftest import Browser, Visit
from tests.web.fakes import FakeService, match
from tests.web.test_proposal_page import text_of
from web.desk.findings import Found, parts_of

TEXT = "Serve uno strato duro per stampi di alluminio. Scrivere a mario@example.org per i dettagli della fornitura."


def to_validate(session: Session, **given: Any) -> Proposal:
    """A proposal that waits, complete enough to publish."""
    values: dict[str, Any] = {
        "state": "to_validate",
        "published": None,
        "expires": None,
        "submitted_at": datetime.now(UTC),
        "title": "Rivestimento antiusura per stampi di alluminio",
        "summary": "Cerchiamo un rivestimento che resista all'usura su stampi per la pressofusione dell'alluminio.",
        "description": "Gli stampi si consumano dopo ventimila colpi. Serve un rivestimento duro e aderente. " * 12,
        "expertise_sought": "Esperienza di deposizione da fase vapore su acciai per stampi.",
        "partner_role": "Prove su provini e poi fornitura.",
        "partner_types": ["SME 11-49"],
        "partnership_types": ["Investment agreement"],
        "codes": [("een_technology", "02007"), ("een_market", "08"), ("sdg", "09")],
    }
    return proposal(session, **(values | given))


def ticked(*records: Proposal, kind: str = "validation", seen: int = 0) -> list[str]:
    return [f"{kind}:{record.id}:{seen}" for record in records]


def state_of(sessions: sessionmaker[Session], number: int) -> str:
    with sessions() as session:
        return session.get_one(Proposal, number).state


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="([^"]*)"', page)
    assert found is not None
    return found.group(1)


def test_the_desk_lists_what_waits_with_due_day_and_filters_in_its_address(client: Browser, session: Session) -> None:
    to_validate(session, title="Aspetta da molto", submitted_at=datetime.now(UTC) - timedelta(days=20))
    to_validate(session, title="Arrivata oggi")
    proposal(session, title="Sta per scadere", expires=in_days(10))
    session.commit()
    page = client.get("/desk/").text
    said = text_of(page)
    assert "3 items wait" in said
    assert said.index("Aspetta da molto") < said.index("Arrivata oggi") < said.index("Sta per scadere")
    assert "Overdue" in said
    assert "waiting for 20 days" in said
    late = text_of(client.get("/desk/?overdue=1").text)
    assert "Aspetta da molto" in late
    assert "Arrivata oggi" not in late
    assert "Sta per scadere" in text_of(client.get("/desk/?kind=expiry").text)
    assert "Nothing waits with these filters" in client.get("/desk/?whose=mine&q=nulla&kind=sconosciuto").text


def test_organisations_and_members_lead_to_where_they_are_verified(client: Browser, session: Session) -> None:
    own, claimed = organisation(session, name="Ditta nuova"), organisation(session, name="Ditta rivendicata")
    account(session, organisation=own)
    account(session, name="Chi rivendica", organisation=claimed, membership="pending")
    session.commit()
    page = client.get("/desk/").text
    assert re.search(rf'<a href="/desk/organisations/{own.id}"[^>]*>Ditta nuova</a>', page)
    assert re.search(rf'<a href="/desk/organisations/{claimed.id}"[^>]*>Chi rivendica</a>', page)


def test_only_the_staff_has_a_desk_and_starts_there(visit: Visit, session: Session) -> None:
    record = to_validate(session)
    session.commit()
    own = organisation(session)
    session.commit()
    member = visit("member", own)
    for address in ("/desk/", f"/desk/proposals/{record.reference}", f"/desk/proposals/{record.reference}/compare"):
        assert member.get(address).status_code == 403
        assert visit().get(address).status_code == 302
    assert visit("broker").get("/account/arrive").location == "/desk/"
    assert member.get("/account/arrive").location == "/activities"


def test_one_item_is_taken_with_one_button(client: Browser, sessions: sessionmaker[Session], session: Session) -> None:
    record = to_validate(session)
    session.commit()
    page = client.send("/desk/bulk", {"only": ticked(record)[0]}, follow_redirects=True).text
    assert "Assigned to you." in page
    assert "Assigned to me" in text_of(page)
    with sessions() as fresh:
        assert len(fresh.scalars(select(Assignment)).all()) == 1


def test_a_bulk_action_tells_what_went_through_and_what_did_not_and_why(
    client: Browser, session: Session, sessions: sessionmaker[Session]
) -> None:
    mine, theirs, gone = (to_validate(session, title=f"Voce {name}") for name in ("mia", "altrui", "finita"))
    colleague = account(session, "broker")
    session.add(Assignment(kind="validation", object_id=theirs.id, account_id=colleague.id, assigned_by="account:9"))
    gone.state = "draft"
    session.commit()
    form = {"action": "take", "item": ticked(mine, theirs, gone)}
    answer = client.send("/desk/bulk", form)
    assert answer.status_code == 302
    said = text_of(client.get(answer.location).text)
    assert "It worked for 1 item; 2 are left as they were" in said
    left, done = said.split("Left as it was")[1].split(" Done ", 1)
    assert "Voce altrui Somebody else took it in the meantime." in left
    assert "Voce finita It waits no longer" in left
    assert "Voce mia" in done
    with sessions() as fresh:
        assert fresh.scalar(select(Assignment.account_id).where(Assignment.object_id == theirs.id)) == colleague.id


def test_bulk_approval_leaves_out_what_the_quality_check_blocks(
    client: Browser, session: Session, sessions: sessionmaker[Session]
) -> None:
    good, bad = to_validate(session), to_validate(session, expertise_sought=TEXT)
    soon = proposal(session, expires=in_days(5))
    session.commit()
    items = [*ticked(good, bad), *ticked(soon, kind="expiry")]
    said = text_of(client.send("/desk/bulk", {"action": "approve", "item": items}, follow_redirects=True).text)
    assert "It worked for 1 item; 2 are left as they were" in said
    assert "something that must be mended first" in said
    assert (state_of(sessions, good.id), state_of(sessions, bad.id)) == ("published", "to_validate")
    client.send("/desk/bulk", {"action": "extend", "item": ticked(soon, kind="expiry")})
    with sessions() as fresh:
        assert fresh.get_one(Proposal, soon.id).expires == in_days(370)


@pytest.mark.parametrize("form", [{"action": "refuse"}, {"action": "take", "item": "validation:1"}, {"only": "x:1:0"}])
def test_forged_bulk_actions_are_refused(client: Browser, form: dict[str, str]) -> None:
    assert client.send("/desk/bulk", form).status_code == 400


def test_a_bulk_action_never_leads_elsewhere(client: Browser) -> None:
    answer = client.send("/desk/bulk", {"action": "take", "back": "https://example.org/"})
    assert answer.location == "/desk/"


def test_the_quality_check_marks_the_words_in_the_text_and_says_what_to_do(client: Browser, session: Session) -> None:
    record = to_validate(session, expertise_sought=TEXT)
    session.commit()
    raw = client.get(f"/desk/proposals/{record.reference}").text
    assert re.search(r'<mark class="found-words">.*?mario@example\.org', raw)
    said = text_of(raw)
    assert "It cannot go out as it is." in said
    assert "The text holds an e-mail address." in said
    assert "Take it out: interest is expressed through the platform." in said
    assert "Who could match" in said


def test_what_blocks_goes_out_only_with_a_reason_that_is_logged(
    client: Browser, session: Session, sessions: sessionmaker[Session]
) -> None:
    record = to_validate(session, expertise_sought=TEXT)
    session.commit()
    address = f"/desk/proposals/{record.reference}"
    version = version_in(client.get(address).text)
    answer = client.send(f"{address}/approve", {"version": version})
    assert answer.status_code == 422
    assert state_of(sessions, record.id) == "to_validate"
    answer = client.send(f"{address}/approve", {"version": version, "override": "È l'indirizzo del consorzio."})
    assert answer.status_code == 302
    assert state_of(sessions, record.id) == "published"
    with sessions() as fresh:
        logged = fresh.scalars(select(CaseEvent).where(CaseEvent.action == "overridden")).one()
    assert (logged.note, logged.detail) == ("È l'indirizzo del consorzio.", {"rules": ["email"]})
    page = text_of(client.get(f"/proposals/{record.reference}").text)
    assert "Quality check overridden" in page
    assert "È l'indirizzo del consorzio." in page


def test_the_proposals_own_page_does_not_approve_past_the_quality_check(
    client: Browser, session: Session, sessions: sessionmaker[Session]
) -> None:
    record = to_validate(session, expertise_sought=TEXT)
    session.commit()
    answer = client.send(f"/proposals/{record.reference}/publish")
    assert answer.location == f"/desk/proposals/{record.reference}#verdict"
    assert state_of(sessions, record.id) == "to_validate"


def test_faults_of_the_form_cannot_be_outweighed(
    client: Browser, session: Session, sessions: sessionmaker[Session]
) -> None:
    record = to_validate(session, summary=None)
    session.commit()
    address = f"/desk/proposals/{record.reference}"
    page = client.get(address).text
    assert 'name="override"' not in page
    answer = client.send(f"{address}/approve", {"version": version_in(page), "override": "Va bene così."})
    assert answer.status_code == 422
    assert state_of(sessions, record.id) == "to_validate"


def test_refusing_needs_a_reason_and_keeps_what_was_typed(
    client: Browser, session: Session, sessions: sessionmaker[Session]
) -> None:
    record = to_validate(session)
    session.commit()
    address = f"/desk/proposals/{record.reference}"
    version = version_in(client.get(address).text)
    assert client.send(f"{address}/refuse", {"version": version, "reason": "  "}).status_code == 422
    long = "x" * 2001
    answer = client.send(f"{address}/refuse", {"version": version, "reason": long})
    assert answer.status_code == 422
    assert f"{long}</textarea>" in answer.text
    client.send(f"{address}/refuse", {"version": version, "reason": "Manca il settore."})
    assert state_of(sessions, record.id) == "refused"


def test_a_stale_page_of_the_quality_check_decides_nothing(
    client: Browser, session: Session, sessions: sessionmaker[Session]
) -> None:
    record = to_validate(session)
    session.commit()
    answer = client.send(f"/desk/proposals/{record.reference}/approve", {"version": "another"})
    assert answer.status_code == 409
    assert state_of(sessions, record.id) == "to_validate"


def test_words_of_several_findings_are_marked_once_with_all_numbers() -> None:
    def found(number: int, start: int | None, end: int | None, sentence: str | None = None) -> Found:
        finding = Finding(Severity.MAJOR, QualityRule.BRAND, "summary", sentence, None, None, start, end)
        return Found(number, finding, "Important", None, "", True)  # type: ignore[arg-type]

    parts = parts_of("abc def ghi.", [found(1, 4, 7), found(2, 4, 11), found(3, None, None, "ghi."), found(4, 90, 99)])
    assert [(part.text, part.numbers) for part in parts] == [
        ("abc ", ()),
        ("def", (1, 2)),
        (" ", (2,)),
        ("ghi", (2, 3)),
        (".", (3,)),
    ]


@pytest.fixture
def chosen(session: Session, service: FakeService) -> tuple[str, list[int]]:
    """A proposal with two suggested organisations."""
    need = proposal(session)
    candidates = [organisation(session, name=f"Officina {name}") for name in ("prima", "seconda")]
    session.commit()
    service.organisations = [match(Target.ORGANISATIONS, one.id, title=one.name) for one in candidates]
    return need.reference, [one.id for one in candidates]


def decision(candidate: int, action: str, **more: Any) -> dict[str, Any]:
    return {"target": "organisations", "candidate": candidate, "action": action, **more}


def test_a_colleagues_newer_decision_is_shown_and_nothing_is_lost(
    visit: Visit, chosen: tuple[str, list[int]], sessions: sessionmaker[Session]
) -> None:
    need, (candidate, _) = chosen
    first, second = visit("broker", name="Prima Persona"), visit("broker")
    address = f"/proposals/{need}/decisions"
    assert first.send(address, decision(candidate, "accept", last=0)).status_code == 302
    form = decision(candidate, "reject", last=0, reason="competitor", note="È un <i>concorrente</i>.")
    answer = second.send(address, form)
    assert answer.status_code == 409
    said = text_of(answer.text)
    assert "A colleague decided in the meantime" in said
    assert "Accepted , Prima Persona" in said
    assert "È un <i>concorrente</i>." in said
    again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text.split("Keep theirs")[1]))
    again.pop("csrf_token", None)
    assert second.send(address, {key: html.unescape(value) for key, value in again.items()}).status_code == 302
    with sessions() as session:
        kept = session.scalars(select(CurationDecision).order_by(CurationDecision.id)).all()
    assert [(row.action, row.note) for row in kept] == [("accept", None), ("reject", "È un <i>concorrente</i>.")]


def test_what_a_colleague_decided_already_is_told(visit: Visit, chosen: tuple[str, list[int]]) -> None:
    need, (candidate, _) = chosen
    first, second = visit("broker", name="Prima Persona"), visit("broker")
    for browser, status in ((first, 302), (first, 302), (second, 409)):
        answer = browser.send(f"/proposals/{need}/decisions", decision(candidate, "accept", last=0))
        assert answer.status_code == status
    said = text_of(answer.text)
    assert "A colleague has decided the same already" in said
    assert "Accepted , Prima Persona" in said
    assert "Decide as I had wanted" not in said


def test_two_brokers_who_press_at_once_lose_no_decision(
    visit: Visit, chosen: tuple[str, list[int]], sessions: sessionmaker[Session]
) -> None:
    need, (candidate, _) = chosen
    start, statuses = threading.Barrier(2), []

    def press(browser: Browser, form: dict[str, Any]) -> None:
        start.wait()
        statuses.append(browser.send(f"/proposals/{need}/decisions", form).status_code)

    forms = [decision(candidate, "accept", last=0), decision(candidate, "reject", last=0, reason="other")]
    threads = [threading.Thread(target=press, args=(visit("broker"), form)) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 409]
    with sessions() as session:
        assert len(session.scalars(select(CurationDecision)).all()) == 1


def test_the_order_of_the_chosen_is_changed_and_taken_back(client: Browser, chosen: tuple[str, list[int]]) -> None:
    need, (first, second) = chosen
    for candidate in (first, second):
        client.send(f"/proposals/{need}/decisions", decision(candidate, "accept"))

    def names(page: str) -> list[str]:
        return re.findall(r"Officina (prima|seconda)</a>", page.split('id="decisions"')[1])

    moves = {"target": "organisations", "candidate": second}
    page = client.send(f"/proposals/{need}/order", {**moves, "move": "up"}, follow_redirects=True).text
    assert names(page) == ["seconda", "prima"]
    last = re.search(r'name="last" value="(\d+)">\s*<button[^>]*value="undo"', page)
    assert last is not None
    page = client.send(
        f"/proposals/{need}/order", {**moves, "move": "undo", "last": last.group(1)}, follow_redirects=True
    ).text
    assert names(page) == ["prima", "seconda"]
    assert client.send(f"/proposals/{need}/order", {**moves, "move": "sideways"}).status_code == 400
    assert client.send(f"/proposals/{need}/order", {**moves, "move": "down", "last": 9}).status_code == 409


def test_a_note_for_the_company_is_kept_apart_and_withdrawn(
    client: Browser, chosen: tuple[str, list[int]], sessions: sessionmaker[Session]
) -> None:
    need, (candidate, _) = chosen
    client.send(f"/proposals/{need}/decisions", decision(candidate, "accept"))
    form = decision(candidate, "note", note="Ha già fornito stampi.", **{"for": "company"})
    page = client.send(f"/proposals/{need}/decisions", form, follow_redirects=True).text
    assert "For the company: Ha già fornito stampi." in text_of(page)
    with sessions() as session:
        assert [row.action for row in session.scalars(select(CurationDecision))] == ["accept"]
        assert session.scalars(select(ClientNote.text)).all() == ["Ha già fornito stampi."]
    named = {"target": "organisations", "candidate": candidate}
    page = client.send(f"/proposals/{need}/company-notes/withdraw", named, follow_redirects=True).text
    assert "Ha già fornito stampi." not in page


def test_somebody_is_added_by_search(client: Browser, session: Session, chosen: tuple[str, list[int]]) -> None:
    need, _ = chosen
    other = organisation(session, name="Laboratorio fuori elenco", city="Altrove")
    session.commit()
    page = client.get(f"/desk/proposals/{need}/add?q=laboratorio").text
    assert "Laboratorio fuori elenco" in page
    form = decision(other.id, "add", last=0)
    shown = client.send(f"/proposals/{need}/decisions", form, follow_redirects=True).text
    assert "Added by hand : Laboratorio fuori elenco" in text_of(shown.split('id="decisions"')[1])
    assert "Added by hand" in client.get(f"/desk/proposals/{need}/add?q=laboratorio").text
    assert "Nobody is found" in client.get(f"/desk/proposals/{need}/add?q=inesistente&list=proposals").text
