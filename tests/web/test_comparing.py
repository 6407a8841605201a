from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from matching.types import SentencePair, Target
from tests.factories import organisation, proposal
from tests.web.conftest import Browser
from tests.web.fakes import FakeService, explanation, match
from tests.web.test_proposal_page import text_of
from web.desk.reading import Part, numbered, parts_of


@pytest.fixture
def need(session: Session, service: FakeService) -> str:
    """A need with three suggested organisations and one suggested proposal."""
    record = proposal(session, description="La ditta fonde pezzi.  Serve un\nrivestimento duro. Il resto è noto.")
    numbers = [organisation(session, name=f"Officina {place}").id for place in range(3)]
    offer = proposal(session, kind="TO", title="Strati duri", description="Depositiamo strati duri. Da anni.")
    session.commit()
    service.organisations = [
        match(Target.ORGANISATIONS, number, title=f"Officina {place}") for place, number in enumerate(numbers)
    ]
    service.proposals = [match(Target.PROPOSALS, offer.id, title=offer.title)]
    return record.reference


def ticked(service: FakeService, *places: int) -> str:
    return "&".join(f"c=organisations:{service.organisations[place].candidate_id}" for place in places)


def test_candidates_stand_side_by_side_criterion_by_criterion(client: Browser, service: FakeService, need: str) -> None:
    without = replace(explanation(), judgements=explanation().judgements[:1])
    service.organisations[1] = replace(service.organisations[1], explanation=without)
    page = client.get(f"/desk/proposals/{need}/compare?{ticked(service, 0, 1)}").text
    said = text_of(page)
    assert "Officina 0" in said
    assert "Officina 1" in said
    country = re.search(r'<tr><th scope="row">country.*?</tr>', page, re.S)
    assert country is not None
    wanted = "country wanted: Germany Against country not among those wanted Italy –"
    assert text_of(country.group()) == wanted
    assert said.count("+1.250") == 2


@pytest.mark.parametrize(
    ("places", "words"),
    [((0,), "Tick two or three suggestions first"), ((0, 1, 2), "Criterion by criterion")],
)
def test_two_or_three_are_compared(
    client: Browser, service: FakeService, need: str, places: tuple[int, ...], words: str
) -> None:
    assert words in client.get(f"/desk/proposals/{need}/compare?{ticked(service, *places)}").text


def test_what_cannot_be_compared_is_said(client: Browser, service: FakeService, need: str) -> None:
    mixed = f"{ticked(service, 0)}&c=proposals:{service.proposals[0].candidate_id}"
    assert "Only suggestions of one list" in client.get(f"/desk/proposals/{need}/compare?{mixed}").text
    gone = f"{ticked(service, 0)}&c=organisations:987654&c=nonsense"
    assert "Not all of them are suggested any more" in client.get(f"/desk/proposals/{need}/compare?{gone}").text
    four = f"{ticked(service, 0, 1, 2)}&c=organisations:987654"
    assert "At most three" in client.get(f"/desk/proposals/{need}/compare?{four}").text


def test_both_texts_are_read_in_full_with_all_pairs_of_sentences_numbered(
    client: Browser, service: FakeService, need: str
) -> None:
    unseen = SentencePair("Serve un rivestimento duro.", "Competenze che la pagina non mostra.", 0.8)
    best = SentencePair("Serve un rivestimento duro.", "Depositiamo strati duri.", 0.7)
    service.pairs = (unseen, best, SentencePair("La ditta fonde pezzi.", "Da anni.", 0.5))
    number = service.proposals[0].candidate_id
    raw = client.get(f"/desk/proposals/{need}/read/proposals/{number}").text
    marked = [text_of(part) for part in re.findall(r"<mark class=\"found-words\".*?>(.*?)</mark>", raw, re.S)]
    assert marked == [
        "[pair 2: La ditta fonde pezzi. ]",
        "[pair 1: Serve un rivestimento duro. ]",
        "[pair 1: Depositiamo strati duri. ]",
        "[pair 2: Da anni. ]",
    ]
    links, marks = (
        re.findall(r'class="found-number pair-number" href="#([^"]+)"', raw),
        re.findall(r'<mark[^>]* id="([^"]+)"', raw),
    )
    assert sorted(links) == sorted(marks) == ["ours-1", "ours-2", "theirs-1", "theirs-2"]
    assert "Il resto è noto." in raw
    assert 'name="action" value="accept"' in raw


def test_who_is_not_suggested_is_read_and_added(client: Browser, session: Session, need: str) -> None:
    other = organisation(session, description="Fa tutt'altro.")
    session.commit()
    page = client.get(f"/desk/proposals/{need}/read/organisations/{other.id}").text
    assert "It is not among the suggestions at the moment." in page
    assert "Fa tutt&#39;altro." in page
    assert client.get(f"/desk/proposals/{need}/read/organisations/987654").status_code == 404
    assert client.get(f"/desk/proposals/{need}/read/nobody/1").status_code == 404


def test_a_sentence_is_found_whatever_its_white_space() -> None:
    parts = parts_of("Zero.\nUno   due. Uno due.", {"Uno due.": 1, "Tre.": 2, "": 3})
    assert parts == (Part("Zero.\n"), Part("Uno   due.", 1, first=True), Part(" "), Part("Uno due.", 1))


def test_at_most_five_pairs_are_numbered_whoever_seeks() -> None:
    texts = [("", " ".join(f"Frase {place}." for place in range(9)))]
    pairs = [SentencePair(f"Frase {place}.", f"Frase {8 - place}.", 0.5, True) for place in range(9)]
    own, other = numbered(pairs, texts, texts)
    assert (list(own), list(other)) == (
        ["Frase 8.", "Frase 7.", "Frase 6.", "Frase 5.", "Frase 4."],
        ["Frase 0.", "Frase 1.", "Frase 2.", "Frase 3.", "Frase 4."],
    )
    assert list(own.values()) == list(other.values()) == [1, 2, 3, 4, 5]
