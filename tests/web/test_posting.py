from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Account, Proposal, now
from data.queries import proposal_by_reference
from data.settings import Settings
from matching.errors import NothingToMatchError, NotIndexedError
from matching.types import Target
from tests.factories import form_of, in_days, organisation, proposal
from tests.web.conftest import Browser, Visit
from tests.web.fakes import FakeService, match

KINDS = ("TR", "TO", "BR", "BO", "RDR")


def how_many(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count(Proposal.id))) or 0


def error_of(page: str, field: str) -> str | None:
    """The complaint next to a field."""
    found = re.search(rf'<p class="field-error" id="error-{field}">(.*?)</p>', page)
    return found.group(1) if found else None


def published(client: Browser, kind: str = "TR", **given: Any) -> Any:
    return client.send(f"/proposals/new/{kind}", form_of(kind, action="publish", **given))


def test_the_kinds_are_offered_in_plain_words(italian: Browser) -> None:
    page = italian.get("/proposals/new").text
    for kind in KINDS:
        assert f'href="/proposals/new/{kind}"' in page
    assert "Per chi ha un problema tecnico e cerca chi possa risolverlo." in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_complete_form_is_published(client: Browser, sessions: sessionmaker[Session], kind: str) -> None:
    answer = published(client, kind)
    assert answer.status_code == 302, answer.text
    page = client.get(answer.location).text
    assert "The proposal is published." in page
    with sessions() as session:
        stored = session.scalars(select(Proposal)).one()
    assert stored.reference.startswith("AB-")
    assert stored.source == "platform"
    assert stored.state == "published"
    assert stored.title == "Rivestimento antiusura per stampi"
    assert stored.keywords == ["stampi", "usura"]
    assert stored.expires == in_days(61 if kind == "RDR" else 365)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_form_names_every_field_that_is_needed(client: Browser, kind: str) -> None:
    form = form_of(kind)
    answer = client.send(f"/proposals/new/{kind}", {"action": "publish", "country": ""})
    assert answer.status_code == 422
    needed = set(form) - {"language", "keywords"}
    wrong = set(re.findall(r'id="error-(\w+)"', answer.text))
    assert wrong == needed
    assert f"{len(needed)} points need your attention" in answer.text
    for name in needed:
        assert f'<a href="#{name}">' in answer.text
        assert f'id="{name}"' in answer.text


@pytest.mark.parametrize(("field", "limit"), [("title", 256), ("summary", 500), ("expertise_sought", 2000)])
def test_limits_hold_at_the_character(client: Browser, sessions: sessionmaker[Session], field: str, limit: int) -> None:
    too_long = "è" * (limit + 1)
    answer = published(client, **{field: too_long})
    assert answer.status_code == 422
    assert f"Too long: {limit + 1} characters, at most {limit}." in (error_of(answer.text, field) or "")
    assert too_long in answer.text
    assert how_many(sessions) == 0
    assert published(client, **{field: "è" * limit}).status_code == 302


def test_line_breaks_count_once(client: Browser) -> None:
    assert published(client, summary="a\r\n" * 249 + "ab").status_code == 302


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"partnership_types": ["Supplier agreement"]}, "partnership_types", "not a valid choice"),
        ({"een_technology": [f"0200{n}" for n in range(1, 7)]}, "een_technology", "not valid choices"),
        ({"target_countries": ["IT", "DE"]}, "target_countries", "cannot be among the countries wanted"),
        ({"sdg": ["09", "not_relevant"]}, "sdg", "does not fit here"),
        ({"country": "ZZ"}, "country", "Not a valid choice"),
        ({"stage": "Nowhere"}, "stage", "Not a valid choice"),
        ({"organisation": "Nessuno S.p.A."}, "organisation", "No organisation has this name"),
        ({"keywords": ",".join(f"k{n}" for n in range(25))}, "keywords", "Too many: 25, at most 20"),
    ],
)
def test_each_fault_stands_next_to_its_field(
    client: Browser, sessions: sessionmaker[Session], given: dict[str, Any], field: str, words: str
) -> None:
    answer = published(client, **given)
    assert answer.status_code == 422
    assert words in (error_of(answer.text, field) or "")
    assert how_many(sessions) == 0


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"call_deadline": "31/31/2026"}, "call_deadline", "Not a valid date value"),
        ({"call_eoi_deadline": "2001-01-01"}, "call_eoi_deadline", "This date has passed"),
        ({"call_weeks": "0"}, "call_weeks", "greater than zero"),
        ({"call_weeks": "many"}, "call_weeks", "Not a valid integer"),
        ({"call_title": "x" * 301}, "call_title", "Too long"),
    ],
)
def test_faults_of_a_call(client: Browser, given: dict[str, Any], field: str, words: str) -> None:
    answer = published(client, "RDR", **given)
    assert answer.status_code == 422
    assert words in (error_of(answer.text, field) or "")


def test_what_was_typed_stays_and_is_escaped(client: Browser) -> None:
    attack = '"><script>alert(1)</script>'
    answer = published(client, title=attack, description=attack, summary="")
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert re.search(r'value="02007" id="een_technology-02007" checked', answer.text)
    assert re.search(r'value="SME 11-49" id="partner_types-SME_11-49" checked', answer.text)


def test_italian_readers_get_italian_complaints(italian: Browser) -> None:
    answer = italian.send("/proposals/new/RDR", form_of("RDR", action="publish", title="", call_weeks="molte"))
    assert "Campo da compilare: serve per pubblicare." in answer.text or answer.status_code == 422
    assert "Not a valid integer" not in answer.text


def test_a_draft_may_be_incomplete(client: Browser, sessions: sessionmaker[Session]) -> None:
    answer = client.send("/proposals/new/TR", {"action": "draft", "title": "Un'idea", "description": "y" * 5000})
    assert answer.status_code == 302
    with sessions() as session:
        stored = session.scalars(select(Proposal)).one()
    assert stored.state == "draft"
    assert stored.published is None
    assert len(stored.description or "") == 5000


def test_a_draft_needs_a_title(client: Browser, sessions: sessionmaker[Session]) -> None:
    answer = client.send("/proposals/new/TR", {"action": "draft", "description": "Senza titolo"})
    assert answer.status_code == 422
    assert error_of(answer.text, "title")
    assert "Senza titolo" in answer.text
    assert how_many(sessions) == 0


def test_a_draft_is_edited_and_published(client: Browser, sessions: sessionmaker[Session]) -> None:
    first = client.send("/proposals/new/TR", {"action": "draft", "title": "Un'idea", "een_technology": ["02007"]})
    page = client.get(f"{first.location}/edit").text
    assert re.search(r'value="02007" id="een_technology-02007" checked', page)
    version = re.search(r'name="version" value="(\w+)"', page)
    assert version is not None
    form = form_of("TR", action="publish", version=version.group(1), een_technology=["02002"])
    assert client.send(f"{first.location}/edit", form).status_code == 302
    with sessions() as session:
        stored = proposal_by_reference(session, first.location.rsplit("/", 1)[1])
        assert stored.state == "published"
        assert [code.code for code in stored.codes if code.tree == "een_technology"] == ["02002"]


def test_publishing_an_incomplete_draft_shows_what_is_missing(client: Browser) -> None:
    first = client.send("/proposals/new/TR", {"action": "draft", "title": "Un'idea"})
    answer = client.send(f"{first.location}/publish", follow_redirects=True)
    assert "points need your attention" in answer.text
    assert error_of(answer.text, "summary")
    assert error_of(answer.text, "sdg")


def test_publishing_and_closing_from_the_page(client: Browser) -> None:
    first = client.send("/proposals/new/TR", form_of("TR", action="draft"))
    assert "The proposal is published." in client.send(f"{first.location}/publish", follow_redirects=True).text
    ending = {"outcome": "partner_found"}
    closed = client.send(f"{first.location}/close", ending, follow_redirects=True).text
    assert "The proposal is closed." in closed
    assert "no longer open" in closed
    assert client.send(f"{first.location}/close", ending).status_code == 409
    assert client.send(f"{first.location}/publish").status_code == 409
    assert client.get(f"{first.location}/edit").status_code == 409


def test_proposals_of_networks_are_not_changed_here(client: Browser, session: Session) -> None:
    record = proposal(session, source="een", state="draft")
    session.commit()
    for answer in (
        client.get(f"/proposals/{record.reference}/edit"),
        client.send(f"/proposals/{record.reference}/publish"),
        client.send(f"/proposals/{record.reference}/close", {"outcome": "other"}),
    ):
        assert answer.status_code == 409


def test_the_organisation_is_found_by_name_or_code(client: Browser, session: Session, sessions: Any) -> None:
    owner = organisation(session, name="Officina Prova", verified_at=now())
    for _ in range(2):
        organisation(session, name="Omonima")
    session.commit()
    for typed in ("officina prova", owner.reference):
        answer = published(client, organisation=typed)
        with sessions() as fresh:
            stored = proposal_by_reference(fresh, answer.location.rsplit("/", 1)[1].split("#")[0])
            assert stored.organisation_id == owner.id
    doubled = published(client, organisation="Omonima")
    assert "Several organisations have this name" in (error_of(doubled.text, "organisation") or "")
    page = client.get(f"/proposals/new/TR?organisation={owner.reference}").text
    assert f'value="{owner.reference}"' in page


def test_the_preview_stores_nothing_and_keeps_the_form(
    client: Browser, service: FakeService, sessions: sessionmaker[Session]
) -> None:
    service.organisations = [match(Target.ORGANISATIONS, 1, title="Officina di prova")]
    answer = client.send("/proposals/new/TR", form_of("TR", action="preview", title=""))
    assert answer.status_code == 200
    assert "Officina di prova" in answer.text
    assert "Gli stampi si consumano" in answer.text
    assert how_many(sessions) == 0
    [draft] = service.drafts
    assert draft.kind == "TR"
    assert draft.codes["een_technology"] == ("02007",)
    assert draft.partner_types == ("SME 11-49", "University")
    assert draft.keywords == ("stampi", "usura")


def test_the_preview_of_an_existing_draft_keeps_it_too(client: Browser, service: FakeService) -> None:
    first = client.send("/proposals/new/TR", {"action": "draft", "title": "Un'idea"})
    service.proposals = [match(Target.PROPOSALS, 3, title="Offerta")]
    answer = client.send(f"{first.location}/edit", {"action": "preview", "title": "Un'altra idea"})
    assert "Offerta" in answer.text
    assert "Un&#39;altra idea" in answer.text


def test_a_member_is_told_how_many_come_near_and_not_who(
    visit: Visit, service: FakeService, app: Flask, settings: Settings
) -> None:
    service.organisations = [match(Target.ORGANISATIONS, number, title="Officina di prova") for number in (1, 2)]
    member = visit("member")
    withheld = member.send("/proposals/preview/TR", form_of("TR")).text
    assert "2 organisations" in withheld
    assert "Officina di prova" not in withheld
    app.extensions["abbina"].settings = settings.model_copy(update={"show_uncurated": True})
    assert "Officina di prova" in member.send("/proposals/preview/TR", form_of("TR")).text


@pytest.mark.parametrize(
    ("error", "words"),
    [(NothingToMatchError(""), "Write a title and a few sentences"), (NotIndexedError(""), "not ready yet")],
)
def test_the_preview_says_why_it_is_empty(client: Browser, service: FakeService, error: Exception, words: str) -> None:
    service.error = error
    answer = client.send("/proposals/preview/TR", {"title": "x"})
    assert answer.status_code == 200
    assert words in answer.text
    assert "<html" not in answer.text


def test_a_form_without_a_valid_token_keeps_what_was_typed(client: Browser, sessions: sessionmaker[Session]) -> None:
    answer = client.post("/proposals/new/TR", data=form_of("TR", action="publish", csrf_token="stale"))
    assert answer.status_code == 422
    assert "press the button once more" in answer.text
    assert "Gli stampi si consumano" in answer.text
    assert how_many(sessions) == 0


def test_moves_and_previews_need_the_token(client: Browser, session: Session) -> None:
    record = proposal(session, state="draft")
    session.commit()
    for address in (f"{record.reference}/publish", f"{record.reference}/close", "preview/TR"):
        assert client.post(f"/proposals/{address}", data={"title": "x"}).status_code == 400


@pytest.mark.parametrize("action", ["", "delete"])
def test_unknown_actions_are_refused(client: Browser, action: str) -> None:
    assert client.send("/proposals/new/TR", form_of("TR", action=action)).status_code == 400


def test_unknown_kinds_are_not_found(client: Browser) -> None:
    assert client.get("/proposals/new/XX").status_code == 404


def test_null_characters_do_no_harm(client: Browser) -> None:
    assert published(client, title="Rivesti\0mento", keywords="a\0,b").status_code == 302


def test_codes_from_elsewhere_survive_editing(client: Browser, session: Session) -> None:
    codes = [("een_technology", "02007013")]
    record = proposal(session, state="draft", codes=codes, country="ZA", partnership_types=["Old agreement"])
    session.commit()
    page = client.get(f"/proposals/{record.reference}/edit").text
    assert re.search(r'value="02007013" id="een_technology-02007013" checked', page)
    assert '<option value="ZA" selected>' in page


def test_what_the_quality_check_holds_back_is_kept_and_goes_to_the_desk(
    client: Browser, sessions: sessionmaker[Session]
) -> None:
    form = form_of("TR", action="publish", description="Per informazioni scrivere a stampi@example.org, grazie.")
    answer = client.send("/proposals/new/TR", form)
    with sessions() as session:
        stored = session.scalars(select(Proposal)).one()
    assert stored.state == "draft"
    assert answer.location == f"/desk/proposals/{stored.reference}"
    assert "Saved, not published" in client.get(answer.location).text


def test_a_member_writes_for_their_own_organisation_and_is_not_asked_for_it(visit: Visit, session: Session) -> None:
    own = organisation(session, name="Officine Prova S.r.l.", country="AT")
    session.commit()
    page = visit("member", own).get("/proposals/new/TR").text
    assert 'name="organisation"' not in page
    assert "Officine Prova S.r.l." in page
    assert '<option value="AT" selected>' in page


def test_a_member_of_no_organisation_saves_a_draft_and_is_told_what_is_missing_to_send_it(
    visit: Visit, sessions: sessionmaker[Session]
) -> None:
    member = visit("member")
    assert "belongs to no organisation yet" in member.get("/proposals/new").text
    answer = member.send("/proposals/new/TR", form_of("TR", action="submit"))
    assert answer.status_code == 422
    assert error_of(answer.text, "organisation") == "Say first for which organisation the proposal is posted."
    assert how_many(sessions) == 0
    draft = member.send("/proposals/new/TR", form_of("TR", action="draft")).location
    back = member.send(f"{draft}/submit")
    assert back.location.endswith("/edit?check=1")
    assert error_of(member.get(back.location).text, "organisation")


def test_a_draft_of_before_is_sent_for_the_organisation_that_its_author_belongs_to_now(
    visit: Visit, session: Session, sessions: sessionmaker[Session]
) -> None:
    member = visit("member")
    draft = member.send("/proposals/new/TR", form_of("TR", action="draft")).location
    author = session.scalars(select(Proposal)).one().author_id
    home = organisation(session)
    joined = session.get_one(Account, author)
    joined.organisation_id, joined.membership = home.id, "confirmed"
    session.commit()
    member.send(f"{draft}/submit")
    with sessions() as fresh:
        stored = fresh.scalars(select(Proposal)).one()
        assert (stored.state, stored.organisation_id) == ("to_validate", home.id)
