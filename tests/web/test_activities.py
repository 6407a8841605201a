from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, Notification, NotificationPreference, Proposal, SavedFilter, SavedSearch
from data.models.search import SavedSearchHit
from data.models.vocabulary import DecisionAction, NoticeKind
from data.settings import Settings
from matching.brokerage.curation import decide
from matching.brokerage.opting_out import OptOut
from matching.brokerage.outbox import notify
from matching.types import Target
from tests.factories import account, in_days, organisation, proposal
from tests.web.conftest import Browser, Visit
from tests.web.test_proposal_page import text_of


@pytest.fixture
def company(session: Session) -> Any:
    record = organisation(session, name="Officine Finte")
    session.commit()
    return record


@pytest.fixture
def member(visit: Visit, company: Any) -> Browser:
    return visit("member", company)


def who(session: Session) -> Account:
    return session.scalars(select(Account).order_by(Account.id.desc())).first()  # type: ignore[return-value]


def tell(session: Session, count: int = 1) -> None:
    for number in range(count):
        values = {"path": "/proposals/", "key": f"k{number}", "organisation": f"Org {number}"}
        notify(session, [who(session)], NoticeKind.ACCOUNT, "membership.confirmed", **values)
    session.commit()


def test_an_empty_page_says_what_to_do(member: Browser) -> None:
    said = text_of(member.get("/activities").text)
    assert "Nothing waits for you" in said
    assert "Post a proposal" in said


def test_what_waits_is_listed_with_what_to_do(member: Browser, company: Any, session: Session) -> None:
    own = {"organisation_id": company.id}
    proposal(session, title="Bozza nostra", state="draft", **own)
    proposal(session, title="Respinta nostra", state="refused", **own)
    proposal(session, title="Scade presto", expires=in_days(10), **own)
    proposal(session, title="Prorogata", expires=in_days(10), extended_on=in_days(-1), **own)
    proposal(session, title="Bozza di altri", state="draft")
    found = proposal(session, title="Con partner", **own)
    candidate = organisation(session)
    given: dict[str, Any] = {"target": Target.ORGANISATIONS, "candidate_id": candidate.id, "actor": "account:9"}
    decide(session, proposal_id=found.id, action=DecisionAction.ACCEPT, **given)
    account(session, organisation=company, membership="pending")
    session.commit()
    said = text_of(member.get("/activities").text)
    assert "1 partner found by your broker" in said
    assert "It is a draft: finish it" in said
    assert "It was refused: read the reason" in said
    assert "1 person asks to join" in said
    assert said.count("It ends soon") == 1
    for title in ("Bozza nostra", "Respinta nostra", "Scade presto", "Con partner"):
        assert title in said
    for title in ("Bozza di altri", "Prorogata"):
        assert title not in said


def searched(session: Session, company: Any) -> Proposal:
    record = proposal(session, title="Cercata", organisation_id=company.id)
    candidate = organisation(session, name="Candidato Segreto")
    search = SavedSearch(proposal_id=record.id, target="organisations", language="it", actor="account:1")
    search.hits.append(SavedSearchHit(candidate_organisation_id=candidate.id, probability=0.4, band="good"))
    session.add(search)
    session.commit()
    return record


def test_hits_are_counted_for_members_and_named_for_brokers_only(
    member: Browser, client: Browser, company: Any, session: Session
) -> None:
    record = searched(session, company)
    for address in ("/activities", "/searches/", f"/proposals/{record.reference}"):
        said = text_of(member.get(address).text)
        assert "Candidato Segreto" not in said
        if address != f"/proposals/{record.reference}":
            assert "1 new candidate: your broker is looking at it" in said
    assert "Candidato Segreto" in text_of(client.get("/searches/").text)


def test_news_are_counted_in_words_and_marked_one_by_one_or_all_at_once(member: Browser, session: Session) -> None:
    tell(session, 3)
    page = member.get("/activities").text
    assert "3 new" in text_of(re.findall(r"<nav.*?</nav>", page, re.DOTALL)[0])
    assert "Membership confirmed: Org 2" in text_of(page)
    first = session.scalars(select(Notification).order_by(Notification.id)).first()
    assert first is not None
    member.send(f"/activities/notifications/{first.id}/seen")
    said = text_of(member.get("/activities/notifications").text)
    assert "2 new" in said
    assert said.index("Org 2") < said.index("Org 0")  # what was seen goes last
    member.send("/activities/notifications/seen")
    assert "Mark as seen" not in member.get("/activities/notifications").text


def test_nobody_marks_anothers_notification(client: Browser, visit: Visit, session: Session) -> None:
    tell(session)
    notice = session.scalars(select(Notification)).one()
    visit("member").send(f"/activities/notifications/{notice.id}/seen")
    session.expire_all()
    assert session.get_one(Notification, notice.id).seen_at is None


def test_frequencies_are_chosen_kind_by_kind(member: Browser, session: Session) -> None:
    page = member.get("/activities/preferences").text
    assert "Work of the agency" not in page
    assert page.count("<select") == len(NoticeKind) - 1
    member.send("/activities/preferences", {"search": "never", "proposal": "daily"})
    stored = {row.kind: row.frequency for row in session.scalars(select(NotificationPreference))}
    assert stored == {"search": "never", "proposal": "daily"}
    assert "You get no mail of one kind." in text_of(member.get("/activities/preferences").text)
    assert member.send("/activities/preferences", {"search": "hourly"}).status_code == 400


def test_one_click_in_a_letter_turns_its_kind_off(
    stranger: Browser, member: Browser, session: Session, settings: Settings
) -> None:
    token = OptOut(settings.secret_key).token(who(session).id, [NoticeKind.SEARCH])
    page = stranger.get(f"/notifications/off/{token}")
    assert "Stop these messages?" in page.text
    assert not session.scalars(select(NotificationPreference)).all()  # a link alone changes nothing
    session.rollback()
    done = stranger.post(f"/notifications/off/{token}", data={"List-Unsubscribe": "One-Click"})
    assert (done.status_code, "Saved searches" in done.text) == (200, True)
    row = session.scalars(select(NotificationPreference)).one()
    assert (row.account_id, row.kind, row.frequency) == (who(session).id, "search", "never")
    for address in (f"/notifications/off/{token[:-3]}x", "/notifications/off/x"):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address).status_code == 404


def test_a_list_is_followed_as_it_is_narrowed(member: Browser, stranger: Browser, session: Session) -> None:
    page = member.get("/proposals/?q=laser&kind=TO").text
    assert "Follow this list" in page
    assert "Follow this list" in member.get("/organisations/").text
    assert "Follow this list" not in stranger.get("/proposals/").text
    member.send("/activities/lists/proposals", {"q": "laser", "kind": "TO", "name": "Laser nuovi", "state": "draft"})
    saved = session.scalars(select(SavedFilter)).one()
    assert (saved.name, saved.query) == ("Laser nuovi", {"q": "laser", "kind": "TO"})
    listed = member.get("/activities/lists").text
    assert "/proposals/?q=laser&amp;kind=TO&amp;sort=recent" in listed
    assert "<span>Words: laser</span><span>Technology offer</span>" in listed
    assert "Follow this list" not in member.get("/proposals/?mine=1").text  # it would follow everybody's
    member.send(f"/activities/lists/{saved.id}/leave")
    assert "You follow no list" in member.get("/activities/lists").text
