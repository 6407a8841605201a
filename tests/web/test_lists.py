from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from tests.factories import in_days, organisation, proposal
from tests.web.conftest import Browser


def titles(page: str) -> list[str]:
    """Titles of a list, in order."""
    return re.findall(r'<h2 class="record-title"><a [^>]*>(.*?)</a>', page)


def test_an_empty_list_says_what_to_do(client: Browser) -> None:
    page = client.get("/proposals/").text
    assert "There are no open proposals yet" in page
    assert "/proposals/new" in page
    assert "abbina import organisations" in client.get("/organisations/").text


def test_a_list_is_readable_before_any_click(client: Browser, session: Session) -> None:
    owner = organisation(session, name="Officina di prova")
    proposal(session, title="Strato duro", summary="Uno strato per stampi.", country="FR", organisation_id=owner.id)
    session.commit()
    page = client.get("/proposals/").text
    for words in (
        "Technology request",
        "Strato duro",
        "Uno strato per stampi.",
        "France",
        "Officina di prova",
        "until",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Nuovo", "Offerta", "Estera"]),
        ("source=een", ["Estera"]),
        ("source=platform", ["Nuovo", "Offerta"]),
        ("kind=TO", ["Offerta", "Estera"]),
        ("country=DE", ["Estera"]),
        ("theme=een_technology:02", ["Offerta"]),
        ("theme=s3_2014:AEROSPACE", ["Nuovo"]),
        ("state=draft", ["Bozza"]),
        ("state=expired", ["Scaduta"]),
        ("state=all&sort=title", ["Bozza", "Estera", "Nuovo", "Offerta", "Scaduta"]),
        ("q=laser", ["Nuovo"]),
        ("q=LASER+officina", ["Nuovo"]),
        ("q=100%25", []),
        ("sort=expiring", ["Offerta", "Nuovo", "Estera"]),
        ("kind=XX&country=zz&theme=none&state=lost&sort=odd&page=-3", ["Nuovo", "Offerta", "Estera"]),
    ],
)
def test_lists_filter_and_sort_by_address(client: Browser, session: Session, query: str, expected: list[str]) -> None:
    owner = organisation(session, name="Officina Prova")
    proposal(
        session,
        title="Nuovo",
        summary="Un laser",
        published=in_days(0),
        organisation_id=owner.id,
        codes=[("s3_2014", "AEROSPACE")],
    )
    codes = [("een_technology", "02007")]
    proposal(session, title="Offerta", kind="TO", published=in_days(-1), expires=in_days(5), codes=codes)
    proposal(session, title="Estera", kind="TO", published=in_days(-2), source="een", country="DE", expires=None)
    proposal(session, title="Bozza", state="draft", published=None, expires=None)
    proposal(session, title="Scaduta", expires=in_days(0))
    session.commit()
    assert titles(client.get(f"/proposals/?{query}").text) == expected


def test_pages_of_a_list_keep_its_filters(client: Browser, session: Session) -> None:
    for number in range(45):
        proposal(session, title=f"Titolo {number:02}", published=in_days(-number))
    session.commit()
    second = client.get("/proposals/?q=titolo&page=2").text
    assert titles(second) == [f"Titolo {number:02}" for number in range(20, 40)]
    assert "Page 2 of 3" in second
    assert "45 proposals" in second
    assert "/proposals/?q=titolo&amp;page=3" in second
    assert titles(client.get("/proposals/?page=99").text) == [f"Titolo {number:02}" for number in range(40, 45)]


def test_nothing_found_offers_a_way_back(client: Browser, session: Session) -> None:
    proposal(session)
    session.commit()
    page = client.get("/proposals/?q=introvabile").text
    assert "No proposal passes these filters" in page
    assert "0 proposals" in page


def test_choices_show_what_is_chosen(client: Browser, session: Session) -> None:
    proposal(session, country="FR", codes=[("s3_2014", "AGRIFOOD")])
    session.commit()
    page = client.get("/proposals/?country=FR&theme=s3_2014:AGRIFOOD&q=%22%3E%3Cb%3E").text
    assert '<option value="FR" selected>France</option>' in page
    assert '<option value="s3_2014:AGRIFOOD" selected>Agri-food</option>' in page
    assert "<b>" not in page.split("<main")[1].split("</form>")[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Alfa", "Beta", "Gamma"]),
        ("kind=university", ["Beta"]),
        ("country=FR", ["Gamma"]),
        ("theme=s3_2014:AEROSPACE", ["Alfa"]),
        ("q=montesempio", ["Beta"]),
        ("sort=evidence", ["Gamma", "Alfa", "Beta"]),
    ],
)
def test_organisations_filter_and_sort(client: Browser, session: Session, query: str, expected: list[str]) -> None:
    organisation(session, name="Beta", kind="university", city="Montesempio")
    organisation(session, name="Alfa", themes=[("s3_2014", "AEROSPACE")])
    organisation(session, name="Gamma", country="FR", evidence=["Uno", "Due"])
    gone = organisation(session, name="Ritirata")
    gone.withdrawn_at = gone.created_at
    session.commit()
    assert titles(client.get(f"/organisations/?{query}").text) == expected


def test_a_list_is_in_the_second_language_for_those_who_read_it(client: Browser, session: Session) -> None:
    second = {"second_language": "en", "second_title": "Hard layer", "second_summary": "For moulds"}
    proposal(session, title="Strato duro", summary="Per stampi", **second)
    session.commit()
    page = client.get("/proposals/?lang=en&q=moulds").text  # found by its English words, too
    assert re.search(r'lang="en">Hard layer</a>.*lang="en">For moulds</p>', page, re.S)
    page = client.get("/proposals/?lang=it").text
    assert re.search(r'lang="it">Strato duro</a>.*lang="it">Per stampi</p>', page, re.S)


def test_home_counts_and_shows_the_latest(client: Browser, session: Session) -> None:
    proposal(session, title="Ultima")
    proposal(session, source="een", country="DE", state="closed")
    organisation(session, country="FR")
    session.commit()
    page = client.get("/").text
    assert titles(page) == ["Ultima"]
    figures = re.findall(r"<dt>(.*?)</dt><dd>(?:<a [^>]*>)?(\d+)", page)
    assert figures == [
        ("proposals of this platform", "1"),
        ("proposals of European networks", "0"),
        ("organisations", "1"),
        ("countries", "2"),
    ]


def test_home_of_an_empty_house_says_what_to_do(client: Browser) -> None:
    assert "Nothing is here yet" in client.get("/").text
