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
from web.desk.reading import pieces_of


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


def test_both_texts_are_read_in_full_with_the_best_sentences_marked(
    client: Browser, service: FakeService, need: str
) -> None:
    number = service.proposals[0].candidate_id
    raw = client.get(f"/desk/proposals/{need}/read/proposals/{number}").text
    marked = [text_of(part) for part in re.findall(r"<mark class=\"found-words\">(.*?)</mark>", raw, re.S)]
    assert marked == ["[fits best: Serve un rivestimento duro. ]", "[fits best: Depositiamo strati duri. ]"]
    assert "Il resto è noto." in raw
    assert "Da anni." in raw
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
    pair = SentencePair("Uno due.", "Tre.", 0.5)
    pieces = pieces_of("Zero.\nUno   due. Uno due.", [pair.sought, pair.offered, ""])
    assert [(piece.text, piece.marked) for piece in pieces] == [
        ("Zero.\n", False),
        ("Uno   due.", True),
        (" ", False),
        ("Uno due.", True),
    ]
