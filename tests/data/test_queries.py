from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.lists import OrganisationFilter, ProposalFilter, ProposalSort, list_organisations, list_proposals
from data.models import OrganisationTheme
from data.queries import (
    counts,
    names_of,
    organisation_by_reference,
    organisation_facets,
    organisations_named,
    proposal_by_reference,
    proposal_facets,
    proposals_of,
    state_in_force,
)
from tests.factories import in_days, organisation, proposal


def found(session: Session, **wanted: object) -> list[str]:
    return [row.title for row in list_proposals(session, ProposalFilter(**wanted)).rows]  # type: ignore[arg-type]


def test_a_proposal_is_open_until_the_day_it_expires(session: Session) -> None:
    proposal(session, title="Domani", expires=in_days(1))
    proposal(session, title="Oggi", expires=in_days(0))
    proposal(session, title="Mai", expires=None)
    assert sorted(found(session)) == ["Domani", "Mai"]
    assert found(session, state="expired") == ["Oggi"]
    assert sorted(found(session, state="published")) == ["Domani", "Mai"]


def test_the_state_in_force_follows_the_date() -> None:
    day = in_days(0)
    assert state_in_force("published", in_days(0), day) == "expired"
    assert state_in_force("published", in_days(1), day) == "published"
    assert state_in_force("published", None, day) == "published"
    assert state_in_force("draft", in_days(-5), day) == "draft"


def test_every_word_must_occur_somewhere(session: Session) -> None:
    owner = organisation(session, name="Officina Acuta")
    proposal(session, title="Laser", summary="per lamiere", organisation_id=owner.id)
    proposal(session, title="Laser", summary="per vetro")
    assert len(found(session, text="laser")) == 2
    assert len(found(session, text="LASER lamiere acuta")) == 1
    assert found(session, text="laser legno") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "100%", "a_c"])
def test_signs_of_the_database_are_ordinary_letters(session: Session, text: str) -> None:
    proposal(session, title="abc")
    assert found(session, text=text) == []
    proposal(session, title=f"ecco {text} qui")
    assert found(session, text=text) == [f"ecco {text} qui"]


@pytest.mark.parametrize("text", ["città", "CITTÀ", "Città", "citta\u0300", "CITTÀ PIÙ", "perché"])
def test_words_are_found_whatever_the_case_of_any_letter(session: Session, text: str) -> None:
    proposal(session, title="Città più verdi", summary="Perché no")
    proposal(session, title="CITTÀ PIÙ VERDI", summary="PERCHÉ NO")
    proposal(session, title="Cittä", summary="Perche")
    assert found(session, text=text, sort=ProposalSort.TITLE) == ["Città più verdi", "CITTÀ PIÙ VERDI"]


def test_organisations_are_found_by_name_whatever_the_case(session: Session) -> None:
    record = organisation(session, name="Società Ètà")
    assert list_organisations(session, OrganisationFilter(text="SOCIETÀ ètÀ")).total == 1
    assert organisations_named(session, "SOCIETÀ ÈTÀ") == [record]


@pytest.mark.parametrize("text", ["50%à", "_à", "\\à", "à\\"])
def test_signs_beside_accented_letters_are_ordinary_too(session: Session, text: str) -> None:
    proposal(session, title="50 volte à e là")
    assert found(session, text=text) == []
    proposal(session, title=f"ecco {text} qui")
    assert found(session, text=text) == [f"ecco {text} qui"]


def test_a_code_of_a_higher_level_finds_those_below_it(session: Session) -> None:
    proposal(session, title="Fine", codes=[("een_technology", "02007013")])
    proposal(session, title="Altro", codes=[("een_market", "02007")])
    for code in ("02", "02007", "02007013"):
        assert found(session, theme=("een_technology", code)) == ["Fine"]
    assert found(session, theme=("een_technology", "02007014")) == []


def test_pages_are_counted_and_never_beyond_the_last(session: Session) -> None:
    for number in range(5):
        proposal(session, title=str(number), published=in_days(-number))
    page = list_proposals(session, ProposalFilter(page=9, page_size=2))
    assert (page.total, page.page, page.pages) == (5, 3, 3)
    assert [row.title for row in page.rows] == ["4"]
    assert list_proposals(session, ProposalFilter(text="nessuna")).pages == 1


def test_text_and_filters_hold_beyond_the_last_page(session: Session) -> None:
    for number in range(3):
        proposal(session, title=f"Laser {number}", published=in_days(-number))
    page = list_proposals(session, ProposalFilter(text="laser", page=50, page_size=2))
    assert (page.total, page.page, [row.title for row in page.rows]) == (3, 2, ["Laser 2"])


def test_proposals_with_answers_are_open(session: Session) -> None:
    proposal(session, title="Con risposte", state="feedback_received")
    proposal(session, title="Senza", state="published")
    assert sorted(found(session)) == ["Con risposte", "Senza"]
    assert found(session, state="feedback_received") == ["Con risposte"]
    assert found(session, state="published") == ["Senza"]


def test_listings_carry_their_themes_once(session: Session) -> None:
    proposal(session, codes=[("s3_2014", "AEROSPACE"), ("sdg", "09")])
    [row] = list_proposals(session, ProposalFilter()).rows
    assert row.themes == (("s3_2014", "AEROSPACE"), ("sdg", "09"))


def test_removed_themes_neither_show_nor_find(session: Session) -> None:
    record = organisation(session)
    record.themes.append(OrganisationTheme(tree="s3_2014", code="AEROSPACE", origin="removed"))
    session.flush()
    assert list_organisations(session, OrganisationFilter(theme=("s3_2014", "AEROSPACE"))).total == 0
    assert list_organisations(session, OrganisationFilter()).rows[0].themes == ()
    assert organisation_facets(session).themes == ()


def test_withdrawn_organisations_are_nowhere(session: Session) -> None:
    record = organisation(session, name="Ritirata", country="FR")
    record.withdrawn_at = record.created_at
    session.flush()
    assert list_organisations(session, OrganisationFilter()).total == 0
    assert organisations_named(session, "Ritirata") == []
    assert organisation_facets(session).countries == ()
    assert counts(session).organisations == 0
    with pytest.raises(NotFoundError, match=record.reference):
        organisation_by_reference(session, record.reference)


def test_unknown_references_are_named(session: Session) -> None:
    with pytest.raises(NotFoundError, match="NOPE"):
        proposal_by_reference(session, "NOPE")


def test_facets_are_the_values_in_use(session: Session) -> None:
    proposal(session, country="FR", source="een", codes=[("sdg", "09")])
    proposal(session, country="IT", codes=[("sdg", "09"), ("s3_2014", "AGRIFOOD")])
    facets = proposal_facets(session)
    assert facets.countries == ("FR", "IT")
    assert facets.sources == ("een", "platform")
    assert facets.themes == (("s3_2014", "AGRIFOOD"), ("sdg", "09"))


def test_counts_are_of_open_proposals(session: Session) -> None:
    proposal(session)
    proposal(session, source="een", country="DE")
    proposal(session, state="draft", country="ES")
    proposal(session, state="closed")
    organisation(session, country="FR")
    assert counts(session) == type(counts(session))(own=1, network=1, organisations=1, countries=3, drafts=1)


def test_names_of_candidates(session: Session) -> None:
    one, two = organisation(session, name="Uno"), proposal(session, title="Due")
    names = names_of(session, [one.id, 99999], [two.id])
    assert names == {("organisations", one.id): (one.reference, "Uno"), ("proposals", two.id): (two.reference, "Due")}


def test_own_proposals_are_the_open_ones(session: Session) -> None:
    owner = organisation(session)
    proposal(session, title="Aperta", organisation_id=owner.id)
    proposal(session, title="Bozza", organisation_id=owner.id, state="draft")
    assert [item.title for item in proposals_of(session, owner.id)] == ["Aperta"]
