from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Organisation, OrganisationCompetence, OrganisationTheme, Proposal, ProposalCode, TagDecision
from tests.factories import organisation, proposal
from tests.web.conftest import Browser

TAG = {"tree": "s3_2014", "code": "AEROSPACE"}


@pytest.fixture
def reference(session: Session) -> str:
    """A proposal with one code that was read and one that was declared."""
    record = proposal(session, codes=[("een_technology", "02007")])
    record.codes.append(ProposalCode(tree="s3_2014", code="AEROSPACE", origin="derived", weight=0.8))
    session.commit()
    return record.reference


@pytest.fixture
def known(session: Session) -> str:
    """An organisation with a theme and a competence that were read."""
    record = organisation(session)
    record.themes.append(OrganisationTheme(tree="s3_2014", code="AEROSPACE", origin="derived", weight=0.5))
    record.competences.append(
        OrganisationCompetence(term="rivestimenti", code="coatings", origin="derived", weight=0.3)
    )
    session.commit()
    return record.reference


def origins(sessions: sessionmaker[Session], reference: str) -> dict[tuple[str, str], list[str]]:
    with sessions() as session:
        record = session.scalars(select(Proposal).where(Proposal.reference == reference)).one()
        found: dict[tuple[str, str], list[str]] = {}
        for item in record.codes:
            found.setdefault((item.tree, item.code), []).append(item.origin)
        return found


def log(sessions: sessionmaker[Session]) -> list[TagDecision]:
    with sessions() as session:
        return list(session.scalars(select(TagDecision).order_by(TagDecision.id)))


def send(client: Browser, reference: str, action: str, **more: Any) -> str:
    form = {**TAG, "action": action, **more}
    return client.send(f"/proposals/{reference}/tags", form, follow_redirects=True).text


def test_a_read_code_stands_with_its_words_and_two_buttons(client: Browser, reference: str) -> None:
    page = client.get(f"/proposals/{reference}").text.split('id="tags"')[1]
    assert "because of: strato, duro" in page
    assert "quite sure" in page
    assert 'aria-label="Aerospace is right"' in page
    assert 'aria-label="Aerospace is not right: remove it"' in page
    assert 'id="tag-een_technology-02007"' not in page


def test_the_buttons_speak_italian(italian: Browser, reference: str) -> None:
    page = italian.get(f"/proposals/{reference}").text.split('id="tags"')[1]
    assert "per via di: strato, duro" in page
    assert 'aria-label="Aerospazio è corretto"' in page


def test_a_confirmed_code_counts_as_one_and_is_logged(
    client: Browser, sessions: sessionmaker[Session], reference: str
) -> None:
    page = send(client, reference, "confirm")
    assert "Confirmed. Similar texts" in page
    assert 'class="tags" open' in page
    assert origins(sessions, reference)["s3_2014", "AEROSPACE"] == ["confirmed"]
    [kept] = log(sessions)
    assert (kept.action, kept.actor, kept.confidence, kept.code) == ("confirm", "account:1", 0.8, "AEROSPACE")


def test_a_removed_code_is_struck_out_and_leaves_the_themes(
    client: Browser, sessions: sessionmaker[Session], reference: str
) -> None:
    page = send(client, reference, "remove")
    assert "<s>Aerospace</s>" in page
    assert "Aerospace" not in page.split('id="tags"')[0].split("<main")[1].replace("<s>Aerospace</s>", "")
    assert origins(sessions, reference)["s3_2014", "AEROSPACE"] == ["removed"]


def test_a_withdrawn_decision_leaves_the_code_as_it_was_read(
    client: Browser, sessions: sessionmaker[Session], reference: str
) -> None:
    send(client, reference, "remove")
    send(client, reference, "undo")
    assert origins(sessions, reference)["s3_2014", "AEROSPACE"] == ["derived"]
    assert [decision.action for decision in log(sessions)] == ["remove", "undo"]


def test_an_organisations_theme_and_competence_are_decided_alike(
    client: Browser, sessions: sessionmaker[Session], known: str
) -> None:
    address = f"/organisations/{known}/tags"
    client.send(address, {**TAG, "action": "confirm"})
    page = client.send(
        address, {"tree": "competence", "code": "coatings", "action": "remove"}, follow_redirects=True
    ).text
    assert "<s>Coatings</s>" in page
    assert "Coatings</li>" not in page
    with sessions() as session:
        record = session.scalars(select(Organisation).where(Organisation.reference == known)).one()
        assert [item.origin for item in record.themes] == ["confirmed"]
        assert [item.origin for item in record.competences] == ["removed"]


def test_what_was_declared_is_not_decided_here(client: Browser, reference: str) -> None:
    form = {"tree": "een_technology", "code": "02007", "action": "remove"}
    assert client.send(f"/proposals/{reference}/tags", form).status_code == 409


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"tree": "s3_2014", "code": "AEROSPACE"},
        {"tree": "nowhere", "code": "AEROSPACE", "action": "confirm"},
        {"tree": "s3_2014", "code": "", "action": "confirm"},
        {"tree": "s3_2014", "code": "x" * 101, "action": "confirm"},
        {"tree": "s3_2014", "code": "AEROSPACE", "action": "delete"},
    ],
)
def test_forged_decisions_are_refused(
    client: Browser, sessions: sessionmaker[Session], reference: str, form: dict[str, str]
) -> None:
    assert client.send(f"/proposals/{reference}/tags", form).status_code == 400
    assert log(sessions) == []


def test_a_decision_needs_the_token(client: Browser, sessions: sessionmaker[Session], reference: str) -> None:
    assert client.post(f"/proposals/{reference}/tags", data={**TAG, "action": "confirm"}).status_code == 400
    assert log(sessions) == []


def test_unknown_records_are_not_found(client: Browser) -> None:
    for address in ("/proposals/NOPE/tags", "/organisations/nope/tags"):
        assert client.send(address, {**TAG, "action": "confirm"}).status_code == 404
