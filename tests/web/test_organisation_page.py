from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from data.models import OrganisationCompetence
from matching.errors import NothingToMatchError, NotIndexedError
from matching.types import Target
from tests.factories import organisation, proposal
from tests.web.conftest import Browser
from tests.web.fakes import FakeService, explanation, match


def test_tells_declared_from_derived_competences(client: Browser, session: Session) -> None:
    record = organisation(session, competences=[("placcatura", "declared"), ("forgiatura", "derived")])
    session.commit()
    page = client.get(f"/organisations/{record.reference}").text
    declared, derived = page.index("Stated by the organisation"), page.index("Read from its texts")
    assert declared < page.index("Placcatura") < derived < page.index("Forgiatura")


def test_a_competence_stands_once_under_the_surest_origin(client: Browser, session: Session) -> None:
    record = organisation(session, competences=[("forgiatura", "derived"), ("Forgiatura", "confirmed")])
    session.commit()
    page = client.get(f"/organisations/{record.reference}").text
    assert page.count("orgiatura</li>") == 1
    assert "Confirmed by a person" in page
    assert "Read from its texts" not in page


def test_a_removed_competence_is_gone(client: Browser, session: Session) -> None:
    record = organisation(session, competences=[("forgiatura", "derived"), ("forgiatura", "removed")])
    session.commit()
    assert "orgiatura" not in client.get(f"/organisations/{record.reference}").text


def test_coded_competences_follow_the_readers_language(client: Browser, session: Session) -> None:
    record = organisation(session, language="it")
    record.competences.append(OrganisationCompetence(term="rivestimenti PVD", code="coatings", origin="declared"))
    session.commit()
    assert "<li>Coatings</li>" in client.get(f"/organisations/{record.reference}").text
    assert "<li>Rivestimenti PVD</li>" in client.get(f"/organisations/{record.reference}?lang=it").text


def test_shows_evidence_and_own_proposals(client: Browser, session: Session) -> None:
    record = organisation(session, evidence=[f"Progetto {number}" for number in range(6)])
    proposal(session, title="Sua proposta", organisation_id=record.id)
    session.commit()
    page = client.get(f"/organisations/{record.reference}").text
    assert page.index("Progetto 3") < page.index("Show 2 more") < page.index("Progetto 5")
    assert "Sua proposta" in page


def test_shows_the_open_proposals_that_look_for_it(client: Browser, service: FakeService, session: Session) -> None:
    record = organisation(session)
    session.commit()
    why = explanation(candidate_seeks=True)
    service.proposals = [match(Target.PROPOSALS, 5, title="Serve uno strato", reference="TEST/5", explanation=why)]
    page = client.get(f"/organisations/{record.reference}").text
    assert "Serve uno strato" in page
    assert 'href="/proposals/TEST/5"' in page
    quote = re.search(r'<blockquote class="quote".*?</blockquote>', page, re.S)
    assert quote is not None
    assert "Serve un rivestimento duro." in quote.group()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "No open proposal looks for it today"),
        (NotIndexedError("none"), "Suggestions are not ready yet"),
        (NothingToMatchError("empty"), "Too little is known"),
    ],
)
def test_without_proposals_it_says_why(
    client: Browser, service: FakeService, session: Session, error: Exception | None, words: str
) -> None:
    record = organisation(session)
    session.commit()
    service.error = error
    assert words in client.get(f"/organisations/{record.reference}").text


@pytest.mark.parametrize(
    ("website", "link"),
    [
        ("https://prova.example", "https://prova.example"),
        ("prova.example/chi-siamo", "https://prova.example/chi-siamo"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//prova.example", None),
    ],
)
def test_only_web_addresses_become_links(client: Browser, session: Session, website: str, link: str | None) -> None:
    record = organisation(session, website=website)
    session.commit()
    page = client.get(f"/organisations/{record.reference}").text
    found = re.search(r'<a rel="noopener noreferrer" href="([^"]+)">Website', page)
    assert (found.group(1) if found else None) == link


def test_withdrawn_and_unknown_organisations_are_not_found(client: Browser, session: Session) -> None:
    record = organisation(session)
    record.withdrawn_at = record.created_at
    session.commit()
    assert client.get(f"/organisations/{record.reference}").status_code == 404
    assert client.get("/organisations/none").status_code == 404
