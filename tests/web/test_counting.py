"""What the page of a proposal counts as shown, and how it marks the one that is there to be noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import Exposure
from data.queries import today
from matching.types import Band, Target, Twin
from tests.factories import organisation, proposal
from tests.web.conftest import Browser
from tests.web.fakes import FakeService, match


@pytest.fixture
def page(session: Session, service: FakeService) -> str:
    """Address of a proposal that is suggested two organisations, one of them weak, and a proposal."""
    need = proposal(session)
    partners = [organisation(session) for _ in range(3)]
    offer = proposal(session, kind="TO", source="een")
    session.commit()
    service.organisations = [
        match(Target.ORGANISATIONS, partners[0].id),
        match(Target.ORGANISATIONS, partners[1].id, band=Band.WEAK),
        match(Target.ORGANISATIONS, partners[2].id, exploratory=True),
    ]
    service.proposals = [match(Target.PROPOSALS, offer.id)]
    return f"/proposals/{need.reference}"


def counted(sessions: sessionmaker[Session]) -> list[Exposure]:
    with sessions() as session:
        return list(session.scalars(select(Exposure).order_by(Exposure.id)))


def test_a_view_counts_what_was_suggested_and_where(
    client: Browser, sessions: sessionmaker[Session], service: FakeService, page: str
) -> None:
    for _ in range(2):
        assert client.get(page).status_code == 200
    first, _, tried = (item.candidate_id for item in service.organisations)
    rows = {(row.candidate_organisation_id, row.candidate_proposal_id): row for row in counted(sessions)}
    assert set(rows) == {(first, None), (tried, None), (None, service.proposals[0].candidate_id)}
    assert {(row.day, row.times) for row in rows.values()} == {(today(), 2)}
    assert (rows[first, None].rank, rows[first, None].exploratory) == (1, False)
    assert (rows[tried, None].rank, rows[tried, None].exploratory) == (2, True)


def test_nothing_is_kept_of_who_looked(client: Browser, sessions: sessionmaker[Session], page: str) -> None:
    client.get(page)
    assert {column.key for column in inspect(Exposure).columns} == {
        "id",
        "day",
        "proposal_id",
        "candidate_organisation_id",
        "candidate_proposal_id",
        "times",
        "rank",
        "discount",
        "exploratory",
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "some-crawler/1.0"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
def test_robots_and_pages_fetched_ahead_do_not_count(
    client: Browser, sessions: sessionmaker[Session], page: str, headers: dict[str, str]
) -> None:
    assert client.get(page, headers=headers).status_code == 200
    assert counted(sessions) == []


def test_people_count_whatever_their_browser(client: Browser, sessions: sessionmaker[Session], page: str) -> None:
    client.get(page, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    assert len(counted(sessions)) == 3


def test_asking_for_the_head_or_previewing_a_draft_does_not_count(
    client: Browser, sessions: sessionmaker[Session], page: str
) -> None:
    assert client.head(page).status_code == 200
    assert client.send("/proposals/preview/TR", {"title": "Acque", "description": "Depurare acque."}).status_code == 200
    assert counted(sessions) == []


def test_a_form_that_comes_back_does_not_count(
    client: Browser, sessions: sessionmaker[Session], service: FakeService, page: str
) -> None:
    form = {"target": "organisations", "candidate": service.organisations[0].candidate_id, "action": "reject"}
    assert client.send(f"{page}/decisions", form).status_code == 422
    assert counted(sessions) == []


def test_a_page_stands_where_counting_fails(
    client: Browser, sessions: sessionmaker[Session], service: FakeService, page: str, caplog: pytest.LogCaptureFixture
) -> None:
    service.organisations = [replace(service.organisations[0], candidate_id=10**6)]  # erased meanwhile
    answer = client.get(page)
    assert answer.status_code == 200
    assert "Candidato" in answer.text
    assert counted(sessions) == []
    assert "was not counted" in caplog.text


def test_a_page_stands_where_another_holds_the_database(
    client: Browser, sessions: sessionmaker[Session], page: str
) -> None:
    client.get(page)
    with unit_of_work(sessions) as work:
        for row in work.scalars(select(Exposure).with_for_update()):
            row.times += 10
        work.flush()
        assert client.get(page).status_code == 200
    assert {row.times for row in counted(sessions)} == {11}


MARK = "Not shown to anybody in the four weeks before today"
SEGNO = "Nelle quattro settimane prima di oggi non è stata mostrata a nessuno"


def test_the_one_that_is_there_to_be_noticed_is_marked(client: Browser, service: FakeService, page: str) -> None:
    text = client.get(page).text
    assert text.count(MARK) == 1
    tried = service.organisations[2].candidate_id
    assert text.index(f'id="organisations-{tried}"') < text.index(MARK)
    assert client.get(f"{page}?lang=it").text.count(SEGNO) == 1


def test_a_match_names_what_it_stands_for(client: Browser, service: FakeService, page: str) -> None:
    service.organisations = [replace(service.organisations[0], twins=(Twin("test:other", "L'altro nome"),))]
    text = client.get(page).text
    assert "Stands for near-identical ones, too:" in text
    assert '<a href="/organisations/test:other">L&#39;altro nome</a>' in text
    assert "Vale anche per altre quasi identiche:" in client.get(f"{page}?lang=it").text
