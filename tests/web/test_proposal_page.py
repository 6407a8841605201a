from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from matching.errors import NothingToMatchError, NotIndexedError
from matching.types import Band, Criterion, Judgement, Target, Verdict
from tests.factories import in_days, organisation, proposal
from tests.web.conftest import Browser
from tests.web.fakes import FakeService, explanation, match


def text_of(page: str) -> str:
    """What a reader sees: no tags, single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def need(session: Session) -> str:
    record = proposal(session, title="Rivestimento per stampi", description="Serve uno strato duro.")
    session.commit()
    return record.reference


def test_shows_the_proposal_and_its_two_lists(client: Browser, service: FakeService, need: str) -> None:
    service.organisations = [match(Target.ORGANISATIONS, 1, title="Officina di prova")]
    service.proposals = [match(Target.PROPOSALS, 2, title="Hard layers", band=Band.STRONG)]
    page = text_of(client.get(f"/proposals/{need}").text)
    assert "Rivestimento per stampi" in page
    assert "Organisations" in page
    assert "Officina di prova" in page
    assert "Proposals of others" in page
    assert "Hard layers" in page
    assert "Good match" in page
    assert "Strong match" in page


def test_says_why_in_words_and_shapes(client: Browser, service: FakeService, need: str) -> None:
    service.organisations = [match(Target.ORGANISATIONS, 1)]
    raw = client.get(f"/proposals/{need}").text
    page = text_of(raw)
    assert "In common: Coatings" in page
    assert "Depositiamo strati duri." in page
    assert "Progetto Strati, 2023" in page
    assert "In favour: texts close to each other" in page
    assert "Against: country not among those wanted" in page
    assert "To check: type of partner not known" in page
    assert raw.count('class="full"') == 2  # a good match fills two of three places


def test_the_reason_is_in_the_readers_language(italian: Browser, service: FakeService, need: str) -> None:
    service.organisations = [match(Target.ORGANISATIONS, 1)]
    page = text_of(italian.get(f"/proposals/{need}").text)
    assert "In comune: Rivestimenti" in page
    assert "Buona corrispondenza" in page
    assert "A sfavore: paese non tra quelli cercati" in page
    assert "Impresa · Borgofinto, Italia".replace(" · ", " ") in page


def test_numbers_add_up_behind_a_disclosure(client: Browser, service: FakeService, need: str) -> None:
    service.organisations = [match(Target.ORGANISATIONS, 1)]
    page = client.get(f"/proposals/{need}").text
    disclosed = re.search(r'<details class="numbers">(.*?)</details>', page, re.S)
    assert disclosed is not None
    table = re.search(r'<table class="table table-sm sums">.*?<tbody>(.*?)</tbody>.*?<tfoot>(.*?)</tfoot>', page, re.S)
    assert table is not None
    points = [
        float(row[-1]) for row in (re.findall(r"<td>([+-]\d+\.\d+)</td>", part) for part in table.groups()) if row
    ]
    parts = [float(value) for value in re.findall(r"<td>([+-]\d+\.\d+)</td>", table.group(1))]
    assert sum(parts) == pytest.approx(points[-1]) == pytest.approx(1.25)
    assert "not known" in table.group(1)
    assert "78%" in disclosed.group(1)


def test_quotes_what_a_request_seeks(client: Browser, service: FakeService, session: Session) -> None:
    offer = proposal(session, kind="TO")
    session.commit()
    service.proposals = [match(Target.PROPOSALS, 2, kind="TR", explanation=explanation(candidate_seeks=True))]
    page = client.get(f"/proposals/{offer.reference}").text
    quote = re.search(r'<blockquote class="quote".*?</blockquote>', page, re.S)
    assert quote is not None
    assert "Serve un rivestimento duro." in quote.group()


def test_a_research_search_has_one_list(client: Browser, service: FakeService, session: Session) -> None:
    search = proposal(session, kind="RDR")
    session.commit()
    service.organisations = [match(Target.ORGANISATIONS, 1)]
    page = text_of(client.get(f"/proposals/{search.reference}").text)
    assert "Proposals of others" not in page
    assert "Candidato 1" in page


def test_more_than_five_suggestions_are_folded(client: Browser, service: FakeService, need: str) -> None:
    service.organisations = [match(Target.ORGANISATIONS, number) for number in range(1, 9)]
    page = client.get(f"/proposals/{need}").text
    assert "3 more suggestions" in page
    assert page.index("Candidato 5") < page.index("3 more suggestions") < page.index("Candidato 6")


def test_empty_lists_say_what_to_do(client: Browser, need: str) -> None:
    page = text_of(client.get(f"/proposals/{need}").text)
    assert "No organisation fits well enough" in page
    assert "Widen the countries" in page
    assert "No open proposal answers this one" in page


@pytest.mark.parametrize(
    ("error", "words"),
    [(NotIndexedError("none"), "abbina index"), (NothingToMatchError("empty"), "A few sentences")],
)
def test_without_suggestions_the_page_says_why(
    client: Browser, service: FakeService, need: str, error: Exception, words: str
) -> None:
    service.error = error
    answer = client.get(f"/proposals/{need}")
    assert answer.status_code == 200
    assert words in answer.text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"state": "draft"}, "A draft is not matched yet"),
        ({"state": "closed"}, "no longer open"),
        ({"expires": in_days(0)}, "no longer open"),
    ],
)
def test_only_open_proposals_are_matched(
    client: Browser, service: FakeService, session: Session, given: dict[str, object], words: str
) -> None:
    record = proposal(session, **given)
    session.commit()
    service.organisations = [match(Target.ORGANISATIONS, 1)]
    page = client.get(f"/proposals/{record.reference}").text
    assert words in page
    assert "Candidato 1" not in page


def test_texts_cannot_carry_markup(client: Browser, service: FakeService, session: Session) -> None:
    attack = "<script>alert(1)</script>"
    owner = organisation(session, name=f"Ditta {attack}")
    record = proposal(
        session,
        title=f"Titolo {attack}",
        summary=attack,
        description=attack,
        keywords=[attack],
        organisation_id=owner.id,
        public_url="javascript:alert(1)",
        call={"url": "JavaScript:alert(2)", "title": attack, "deadline": attack},
    )
    session.commit()
    service.organisations = [match(Target.ORGANISATIONS, 1, title=attack, city=attack)]
    page = client.get(f"/proposals/{record.reference}").text
    assert "<script>alert" not in page
    assert "javascript:" not in page.lower()


def test_what_the_second_language_lacks_is_read_in_the_first(client: Browser, session: Session) -> None:
    texts = {"title": "Strato duro", "summary": "In breve", "description": "Serve uno strato duro.", "language": "it"}
    second = {"second_language": "en", "second_title": "Hard layer", "second_summary": "In short"}
    record = proposal(session, **texts, **second)
    session.commit()
    page = client.get(f"/proposals/{record.reference}?lang=en").text
    assert '<p class="lede" lang="en">In short</p>' in page
    assert '<p class="running" lang="it">Serve uno strato duro.</p>' in page
    assert "The text in Italian" in page
    page = client.get(f"/proposals/{record.reference}?lang=it").text
    assert '<p class="lede" lang="it">In breve</p>' in page
    assert "Il testo in inglese" in page


def test_shows_the_second_language_to_those_who_read_it(client: Browser, session: Session) -> None:
    record = proposal(session, title="Strato duro", second_language="en", second_title="Hard layer")
    session.commit()
    page = client.get(f"/proposals/{record.reference}").text
    assert re.search(r'<h1 lang="en">\s*Hard layer', page)
    assert re.search(r'<h1 lang="it">\s*Strato duro', client.get(f"/proposals/{record.reference}?lang=it").text)


def test_a_network_proposal_has_no_buttons_of_the_platform(client: Browser, session: Session) -> None:
    record = proposal(session, source="een", reference="TODE20260101001", kind="TO")
    session.commit()
    page = client.get(f"/proposals/{record.reference}").text
    assert "Close this proposal" not in page


def test_an_unknown_reference_is_not_found(client: Browser) -> None:
    assert client.get("/proposals/NOPE-1").status_code == 404


def test_references_with_odd_characters_have_addresses(client: Browser, session: Session) -> None:
    record = proposal(session, reference="reg:a/b 1?x#y&z=%", title="Riferimento strano")
    session.commit()
    page = client.get("/proposals/?q=strano").text
    address = re.search(r'<a href="(/proposals/reg[^"]+)"', page)
    assert address is not None
    assert "Riferimento strano" in client.get(html.unescape(address.group(1))).text
    assert record.title in page


def test_weak_matches_are_no_partners_yet(client: Browser, service: FakeService, session: Session) -> None:
    record = proposal(session, description=None, keywords=["usura"], target_countries=["DE"])
    session.commit()
    service.organisations = [match(Target.ORGANISATIONS, number, band=Band.WEAK) for number in (1, 2)]
    page = client.get(f"/proposals/{record.reference}").text
    assert "No good partner yet" in page
    assert (
        page.index("No good partner yet") < page.index("nearest: 2 weak matches</summary>") < page.index("Candidato 1")
    )
    said = text_of(page)
    assert "more about the situation" in said
    assert "what the partner must know" in said
    assert "now only Germany" in said
    assert "keywords that the right partner" not in said


def test_weak_matches_stand_apart_from_good_ones(italian: Browser, service: FakeService, need: str) -> None:
    service.organisations = [
        match(Target.ORGANISATIONS, 1, band=Band.WEAK),
        match(Target.ORGANISATIONS, 2),
        match(Target.ORGANISATIONS, 3, band=Band.WEAK, curated="accept"),
    ]
    page = italian.get(f"/proposals/{need}").text
    assert "Nessun partner adatto per ora" not in page
    places = [page.index(words) for words in ("Candidato 2", "Candidato 3", "una corrispondenza debole", "Candidato 1")]
    assert places == sorted(places)


def test_nothing_is_to_be_added_to_a_networks_proposal(client: Browser, service: FakeService, session: Session) -> None:
    record = proposal(session, source="een", description=None)
    session.commit()
    service.proposals = [match(Target.PROPOSALS, 1, band=Band.WEAK)]
    page = client.get(f"/proposals/{record.reference}").text
    assert "No good partner yet" in page
    assert "What could be added" not in page


def test_without_a_summary_the_description_begins(client: Browser, session: Session) -> None:
    record = proposal(session, summary=None, description="Una riga che spiega. " * 60)
    session.commit()
    page = client.get(f"/proposals/{record.reference}").text
    lede = re.search(r'<p class="lede"[^>]*>(.*?)</p>', page, re.S)
    assert lede is not None
    assert lede.group(1).startswith("Una riga che spiega.")
    assert lede.group(1).endswith("…")
    assert '<details class="full-text">' in page


def test_what_nobody_asked_for_is_said_to_be_so(client: Browser, service: FakeService, need: str) -> None:
    why = explanation()
    asked = (*why.judgements, Judgement(Criterion.STAGE, Verdict.UNKNOWN, (), ("Lab tested",), known=False))
    service.proposals = [match(Target.PROPOSALS, 1, explanation=replace(why, judgements=asked))]
    page = client.get(f"/proposals/{need}").text
    assert '<th scope="row">stage of development: not asked for</th><td>–</td><td>Tested in the laboratory</td>' in page
    assert "stage of development not known" not in page
