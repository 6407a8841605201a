from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, Interest, now
from tests.factories import account, organisation, proposal
from tests.matching.interest_world import ASKING_FORM, FULL_FORM, PLATFORM_FORM, World, world
from tests.web.conftest import Browser, Visit
from tests.web.test_proposal_page import text_of

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def people(session: Session) -> World:
    made = world(session)
    session.commit()
    return made


def browser(app: Flask, who: Account) -> Browser:
    """Somebody's browser that reads English."""
    client = app.test_client()
    assert isinstance(client, Browser)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client.sign_in(who)


@pytest.fixture
def applicant(app: Flask, people: World) -> Browser:
    return browser(app, people.applicant)


@pytest.fixture
def broker(app: Flask, people: World) -> Browser:
    return browser(app, people.broker)


@pytest.fixture
def owner(app: Flask, people: World) -> Browser:
    return browser(app, people.owner)


def the_interest(sessions: sessionmaker[Session]) -> Interest:
    with sessions() as session:
        return session.scalars(select(Interest).order_by(Interest.id.desc())).first() or pytest.fail("none stored")


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def sent(client: Browser, reference: str, form: dict[str, str], **given: str) -> str:
    """Send the form of a proposal as its page has it; the page that comes back."""
    token = token_in(client.get(f"/interests/new/{reference}").text)
    values = {**form, "token": token, "notice": "y", "action": "send"} | given
    return client.send(f"/interests/new/{reference}", values, follow_redirects=True).text


def move(client: Browser, interest: Interest, name: str, **given: object) -> str:
    form = {"move": name, "version": interest.version} | given
    return client.send(f"/interests/{interest.reference}/moves", form, follow_redirects=True).text


def test_the_way_leads_from_the_proposal_to_an_expression_that_says_where_it_stands(
    applicant: Browser, people: World, sessions: sessionmaker[Session]
) -> None:
    page = applicant.get(f"/proposals/{people.profile.reference}").text
    assert f'href="/interests/new/{people.profile.reference}"' in page
    form = applicant.get(f"/interests/new/{people.profile.reference}").text
    assert 'value="Rivestimenti Esempio"' in form
    assert f'value="{people.applicant.email}"' in form
    assert form.count('data-limit="600"') == 3
    said = text_of(sent(applicant, people.profile.reference, ASKING_FORM, kind="information"))
    assert "has been sent" in said
    assert "Request for information made it stands here" in said
    stored = the_interest(sessions)
    assert (stored.kind, stored.state, stored.notice_version) == ("information", "suspended", "2026-11")
    assert "Your expression of interest" in text_of(applicant.get(f"/proposals/{people.profile.reference}").text)
    again = applicant.get(f"/interests/new/{people.profile.reference}")
    assert again.location == f"/interests/{stored.reference}"
    assert stored.reference in applicant.get("/interests/").text


def test_what_lacks_something_comes_back_with_what_was_typed(applicant: Browser, people: World) -> None:
    address = f"/interests/new/{people.profile.reference}"
    answer = applicant.send(
        address, {**FULL_FORM, "kind": "full", "email": "", "presentation": "Qui.", "action": "send"}
    )
    assert answer.status_code == 422
    said = text_of(answer.text)
    assert "Write something here: it is needed." in said
    assert "accept it: without it nothing can be passed on" in said
    assert ">\r\nQui.</textarea>" in answer.text
    assert re.search(r'id="email"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="email"', answer.text)


def test_a_form_sent_twice_is_one_expression(
    applicant: Browser, people: World, sessions: sessionmaker[Session]
) -> None:
    token = token_in(applicant.get(f"/interests/new/{people.profile.reference}").text)
    for _ in range(2):
        form = {**FULL_FORM, "kind": "full", "token": token, "notice": "y", "action": "send"}
        assert applicant.send(f"/interests/new/{people.profile.reference}", form).status_code == 302
    with sessions() as session:
        assert len(session.scalars(select(Interest)).all()) == 1


@pytest.mark.parametrize("whose", ["owner", "broker", "unverified", "closed"])
def test_who_cannot_express_interest_is_told_why(
    app: Flask, people: World, session: Session, visit: Visit, whose: str
) -> None:
    target = people.own
    if whose == "closed":
        target = proposal(session, state="closed")
    unverified = account(session, organisation=organisation(session))
    session.commit()
    who = {"owner": people.owner, "broker": people.broker, "unverified": unverified, "closed": people.applicant}[whose]
    said = text_of(browser(app, who).get(f"/interests/new/{target.reference}").text)
    why = {"owner": "is your own", "closed": "takes no expressions"}
    assert why.get(whose, "that the agency has verified") in said
    assert ("ask the agency to verify it. My organisation" in said) is (whose == "unverified")
    answer = browser(app, who).send(
        f"/interests/new/{target.reference}", {**PLATFORM_FORM, "notice": "y", "action": "send"}
    )
    assert answer.status_code == 409
    assert PLATFORM_FORM["partnership_offered"] in answer.text


def test_a_draft_is_kept_gone_on_with_and_sent(
    applicant: Browser, owner: Browser, people: World, sessions: sessionmaker[Session]
) -> None:
    form = {"partnership_offered": "Prove.", "action": "draft"}
    assert "Nobody else sees it" in sent(applicant, people.own.reference, form, action="draft", notice="")
    draft = the_interest(sessions)
    assert owner.get(f"/interests/{draft.reference}").status_code == 404
    page = applicant.get(f"/interests/{draft.reference}/edit").text
    assert "Prove." in page
    sending = {**PLATFORM_FORM, "version": "1", "notice": "y", "action": "send", "token": token_in(page)}
    said = text_of(applicant.send(f"/interests/{draft.reference}/edit", sending, follow_redirects=True).text)
    assert "Submitted it stands here" in said
    assert owner.get(f"/interests/{draft.reference}").status_code == 200
    late = applicant.send(f"/interests/{draft.reference}/edit", {**sending, "clarifications": "Tardi"})
    assert late.status_code == 409
    assert "Tardi" in late.text


def test_the_staff_takes_over_notes_steps_and_records_the_agreement(
    broker: Browser, applicant: Browser, people: World, sessions: sessionmaker[Session]
) -> None:
    sent(applicant, people.profile.reference, FULL_FORM, kind="full")
    assert "The case is yours now" in move(broker, the_interest(sessions), "take_over")
    assert "The step is noted" in move(broker, the_interest(sessions), "advance", progress="forwarded")
    said = text_of(applicant.get(f"/interests/{the_interest(sessions).reference}").text)
    assert "EoI forwarded it stands here" in said
    assert "In charge: A" in said
    said = text_of(move(broker, the_interest(sessions), "close", progress="agreement"))
    assert "recorded as an achievement" in said
    applicant.environ_base["HTTP_ACCEPT_LANGUAGE"] = "it"
    said = text_of(applicant.get(f"/interests/{the_interest(sessions).reference}").text)
    assert "Accordo raggiunto" in said


def test_what_a_move_lacks_is_asked_for_and_what_was_typed_stays(
    broker: Browser, applicant: Browser, people: World, sessions: sessionmaker[Session]
) -> None:
    sent(applicant, people.profile.reference, FULL_FORM, kind="full")
    page = move(broker, the_interest(sessions), "transfer", note="Da seguire")
    assert "Choose a colleague." in page
    assert ">Da seguire</textarea>" in page
    assert the_interest(sessions).version == 1


def test_a_stale_page_changes_nothing(
    app: Flask, broker: Browser, applicant: Browser, people: World, sessions: sessionmaker[Session]
) -> None:
    sent(applicant, people.profile.reference, FULL_FORM, kind="full")
    stale = the_interest(sessions)
    move(broker, stale, "take_over")
    other = browser(app, people.colleague)
    wanted = {"move": "take_over", "version": stale.version, "note": "La seguo io"}
    answer = other.send(f"/interests/{stale.reference}/moves", wanted)
    assert answer.status_code == 409
    assert ">La seguo io</textarea>" in answer.text
    assert the_interest(sessions).assignee_id == people.broker.id
    assert broker.send(f"/interests/{stale.reference}/moves", {"move": "submit", "version": 2}).status_code == 400
    assert applicant.send(f"/interests/{stale.reference}/moves", {"move": "suspend", "version": 2}).status_code == 403


def test_internal_notes_stay_inside_and_scripts_are_shown_as_text(
    broker: Browser, applicant: Browser, owner: Browser, people: World, sessions: sessionmaker[Session]
) -> None:
    sent(applicant, people.own.reference, {**PLATFORM_FORM, "clarifications": SCRIPT})
    address = f"/interests/{the_interest(sessions).reference}"
    for text, given in ((f"Interno {SCRIPT}", {"internal": "y"}), (f"Pubblico {SCRIPT}", {})):
        token = re.findall(r'name="token" value="([^"]+)"', broker.get(address).text)[-1]
        broker.send(f"{address}/messages", {"text": text, "token": token, **given})
    move(broker, the_interest(sessions), "transfer", assignee=people.colleague.id, note="Solo per te")
    for client, inside in ((broker, True), (owner, False), (applicant, False)):
        page = client.get(address).text
        assert SCRIPT not in page
        assert "Pubblico" in page
        assert ("Interno" in page, "Solo per te" in page) == (inside, inside)
    assert people.applicant.name not in owner.get(address).text


def test_others_find_nothing(
    applicant: Browser, people: World, sessions: sessionmaker[Session], visit: Visit, session: Session
) -> None:
    sent(applicant, people.own.reference, PLATFORM_FORM)
    reference = the_interest(sessions).reference
    theirs = organisation(session, verified_at=now())
    session.commit()
    other = visit("member", theirs)
    for address in (f"/interests/{reference}", f"/interests/{reference}.pdf", f"/interests/{reference}/edit"):
        assert other.get(address).status_code == 404
        assert visit().get(address).status_code == 302
    assert other.send(f"/interests/{reference}/moves", {"move": "withdraw", "version": 1}).status_code == 404
    assert reference not in other.get("/interests/").text


def test_it_prints_as_a_pdf(applicant: Browser, people: World, sessions: sessionmaker[Session]) -> None:
    for target, form in ((people.profile, {**FULL_FORM, "kind": "full"}), (people.own, PLATFORM_FORM)):
        sent(applicant, target.reference, form)
        answer = applicant.get(f"/interests/{the_interest(sessions).reference}.pdf")
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF")
        assert "attachment" in answer.headers["Content-Disposition"]


def test_the_staffs_list_is_narrowed_by_its_address(
    broker: Browser, applicant: Browser, people: World, sessions: sessionmaker[Session]
) -> None:
    sent(applicant, people.profile.reference, FULL_FORM, kind="full")
    profile = the_interest(sessions)
    sent(applicant, people.own.reference, PLATFORM_FORM)
    own = the_interest(sessions)
    move(broker, profile, "take_over")

    def found(query: str) -> set[str]:
        page = broker.get(f"/interests/?{query}").text
        return {item.reference for item in (profile, own) if item.reference in page}

    both = {profile.reference, own.reference}
    assert found("") == both
    assert found("state=taken_over") == found("progress=taken_over") == {profile.reference}
    assert found(f"proposal={people.own.reference}") == {own.reference}
    assert found("assignee=mine") == both
    assert found("assignee=nobody") == found("age=3") == found("state=closed") == set()
    assert found("state=nonsense&age=x&assignee=²&page=0") == both


def test_the_privacy_notice_is_there_in_both_languages(stranger: Browser) -> None:
    assert "withdraw an expression of interest at any time" in stranger.get("/privacy").text
    assert "Informativa" in stranger.get("/privacy/2026-11?lang=it").text
    assert stranger.get("/privacy/1999-01").status_code == 404
