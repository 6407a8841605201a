from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Proposal, SavedSearch, SavedSearchHit
from matching.types import Band, Target
from tests.factories import in_days, organisation, proposal
from tests.web.conftest import Browser
from tests.web.fakes import FakeService, match
from tests.web.test_proposal_page import text_of

SAVED = datetime(2026, 3, 12, 9, tzinfo=UTC)


@pytest.fixture
def lonely(session: Session, service: FakeService) -> Proposal:
    """A proposal with nobody but a weak match."""
    record = proposal(session, title="Rivestimento per stampi", kind="TR")
    session.commit()
    service.organisations = [match(Target.ORGANISATIONS, 1, band=Band.WEAK)]
    return record


def saved(session: Session, record: Proposal, **given: object) -> SavedSearch:
    values = {"target": "organisations", "language": "it", "actor": "account:1", "created_at": SAVED} | given
    search = SavedSearch(proposal_id=record.id, **values)
    session.add(search)
    session.commit()
    return search


def hit(session: Session, search: SavedSearch, name: str) -> int:
    number = organisation(session, name=name).id
    search.hits.append(SavedSearchHit(candidate_organisation_id=number, probability=0.4, band="good", found_at=SAVED))
    session.commit()
    return number


def keep(client: Browser, record: Proposal, target: str = "organisations") -> str:
    page = client.send(f"/proposals/{record.reference}/searches", {"target": target}, follow_redirects=True)
    return page.text


def test_where_nobody_fits_the_page_offers_to_keep_looking(client: Browser, lonely: Proposal) -> None:
    page = client.get(f"/proposals/{lonely.reference}").text
    said = text_of(page)
    assert said.count("Keep looking for me") == 2  # nobody in either list
    assert said.index("No good partner yet") < said.index("Show what comes nearest: one weak match")
    assert re.search(r'<details class="more-matches">\s*<summary>Show what comes nearest', page)


def test_one_button_saves_the_search_and_says_so(client: Browser, lonely: Proposal, session: Session) -> None:
    said = text_of(keep(client, lonely))
    assert "The search is saved" in said
    assert "nobody new yet" in said
    assert said.count("Keep looking for me") == 1
    search = session.scalars(select(SavedSearch)).one()
    assert (search.target, search.language, search.actor, search.closed_at) == (
        "organisations",
        "en",
        "account:1",
        None,
    )
    keep(client, lonely)
    assert len(session.scalars(select(SavedSearch)).all()) == 1


def test_where_somebody_fits_no_search_is_offered(client: Browser, service: FakeService, lonely: Proposal) -> None:
    service.organisations = [match(Target.ORGANISATIONS, 1)]
    service.proposals = [match(Target.PROPOSALS, 1)]
    assert "Keep looking" not in client.get(f"/proposals/{lonely.reference}").text


def test_new_partners_are_counted_since_the_day_and_marked(
    client: Browser, italian: Browser, service: FakeService, lonely: Proposal, session: Session
) -> None:
    search = saved(session, lonely, looked_at=SAVED)
    number = hit(session, search, "Officina di prova")
    service.organisations = [match(Target.ORGANISATIONS, number), match(Target.ORGANISATIONS, number + 1)]
    page = client.get(f"/proposals/{lonely.reference}?lang=en").text
    assert "1 new since 12 Mar 2026" in text_of(page)
    assert page.count('<span class="new">') == 1
    assert "1 nuovo dal 12 mar 2026" in text_of(client.get(f"/proposals/{lonely.reference}?lang=it").text)


def test_who_was_decided_about_is_no_longer_new(
    client: Browser, service: FakeService, lonely: Proposal, session: Session
) -> None:
    number = hit(session, saved(session, lonely), "Officina di prova")
    service.organisations = [match(Target.ORGANISATIONS, number)]
    form = {"target": "organisations", "candidate": number, "action": "accept"}
    page = client.send(f"/proposals/{lonely.reference}/decisions", form, follow_redirects=True).text
    assert "new since" not in text_of(page)
    assert '<span class="new">' not in page
    assert "nobody new yet" in text_of(page)


def test_all_searches_are_listed_with_their_state(client: Browser, lonely: Proposal, session: Session) -> None:
    hit(session, saved(session, lonely, looked_at=SAVED), "Officina di prova")
    saved(session, proposal(session, title="Chiusa", state="closed"))
    saved(session, proposal(session, title="Scaduta", expires=in_days(0)))
    saved(session, proposal(session, title="Fermata"), closed_at=SAVED)
    saved(session, proposal(session, title="Appena salvata"))
    said = text_of(client.get("/searches/").text)
    assert (
        said.index("Rivestimento per stampi") < said.index("Appena salvata") < said.index("3 searches that have ended")
    )
    assert "1 new since 12 Mar 2026 Officina di prova Good match, 12 Mar 2026" in said
    assert "first look tonight" in said
    assert "ended on 12 Mar 2026" in said
    assert said.count("ended with its proposal") == 2
    assert said.count("Stop looking") == 2


def test_a_person_ends_a_search(client: Browser, lonely: Proposal, session: Session) -> None:
    search = saved(session, lonely)
    page = client.send(f"/searches/{search.id}/close", follow_redirects=True).text
    assert "The search has ended" in page
    assert "No search is saved" in page
    assert "Keep looking for me" in client.get(f"/proposals/{lonely.reference}").text


def test_an_empty_list_says_where_searches_come_from(client: Browser) -> None:
    said = text_of(client.get("/searches/").text)
    assert "No search is saved" in said
    assert "its page offers to keep looking" in said


def test_what_cannot_be_looked_for_is_refused(client: Browser, lonely: Proposal, session: Session) -> None:
    address = f"/proposals/{lonely.reference}/searches"
    assert client.send(address, {"target": "nothing"}).status_code == 400
    assert client.send(address).status_code == 400
    assert client.post(address, data={"target": "organisations"}).status_code == 400  # no token
    assert client.send("/proposals/NOPE/searches", {"target": "organisations"}).status_code == 404
    assert client.send("/searches/99/close").status_code == 404
    closed = proposal(session, state="closed")
    session.commit()
    assert client.send(f"/proposals/{closed.reference}/searches", {"target": "organisations"}).status_code == 409
    assert session.scalars(select(SavedSearch)).all() == []


def test_the_navigation_leads_there(client: Browser) -> None:
    assert re.search(r'<a href="/searches/"\s*aria-current="page">Saved searches</a>', client.get("/searches/").text)
