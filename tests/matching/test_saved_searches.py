from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from data.errors import NotFoundError
from data.models import Notification, Organisation, Proposal, SavedSearch, SavedSearchHit
from data.models.vocabulary import DecisionAction, Outcome, RejectReason, Role
from data.queries import today
from matching.bootstrap import Application
from matching.brokerage import life, searches
from matching.brokerage.curation import decide
from matching.brokerage.people import Person
from matching.errors import MoveNotAllowedError, NothingToMatchError
from matching.types import Band, Explanation, Match, Suggestions, Target
from tests.factories import account, organisation, proposal

Sessions = sessionmaker[Session]


def found(*ids: int, band: Band = Band.POSSIBLE, probability: float = 0.3) -> Suggestions:
    """Suggestions of organisations with these ids."""
    base = Match(
        target=Target.ORGANISATIONS,
        candidate_id=0,
        reference="",
        title="",
        rank=1,
        score=0.0,
        probability=probability,
        band=band,
        explanation=Explanation((), ()),
        kind="company",
    )
    return Suggestions("", "g", organisations=tuple(replace(base, candidate_id=number) for number in ids))


@pytest.fixture
def stored(sessions: Sessions) -> tuple[int, list[int]]:
    """A proposal's id, and those of four organisations."""
    with sessions.begin() as session:
        ids = [organisation(session, reference=f"o-{number}").id for number in range(4)]
        return proposal(session, reference="P-1").id, ids


def save(sessions: Sessions, proposal_id: int, target: Target = Target.ORGANISATIONS) -> int:
    with sessions.begin() as session:
        given: dict[str, Any] = {"language": "it", "actor": "desk", "today": today()}
        search = searches.save(session, proposal_id=proposal_id, target=target, **given)
        session.flush()
        return search.id


def look(sessions: Sessions, answer: Suggestions | Exception) -> searches.Looked:
    def matcher(_reference: str) -> Suggestions:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return searches.look(sessions, matcher, today())


def hits(sessions: Sessions) -> list[int | None]:
    with sessions() as session:
        return list(session.scalars(select(SavedSearchHit.candidate_organisation_id).order_by(SavedSearchHit.id)))


def test_one_search_of_a_list_is_open_however_often_it_is_saved(sessions: Sessions, stored: tuple[int, Any]) -> None:
    first = save(sessions, stored[0])
    assert save(sessions, stored[0]) == first
    assert save(sessions, stored[0], Target.PROPOSALS) != first
    with sessions.begin() as session:
        searches.close(session, first)
    assert save(sessions, stored[0]) != first


def test_the_database_itself_holds_that_one_is_open(sessions: Sessions, stored: tuple[int, Any]) -> None:
    save(sessions, stored[0])
    with pytest.raises(IntegrityError), sessions.begin() as session:
        session.add(SavedSearch(proposal_id=stored[0], target="organisations", language="it", actor="desk"))


def test_who_saves_at_the_same_moment_gets_the_same(
    sessions: Sessions, stored: tuple[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = save(sessions, stored[0])
    real = searches.open_searches
    answers = [dict]  # the first look comes too early to see it

    def late(session: Session, proposal_id: int) -> dict[Target, SavedSearch]:
        return answers.pop()() if answers else real(session, proposal_id)

    monkeypatch.setattr(searches, "open_searches", late)
    assert save(sessions, stored[0]) == first
    assert not answers


@pytest.mark.parametrize("given", [{"state": "draft"}, {"state": "closed"}, {"expires": today()}])
def test_only_an_open_proposal_is_looked_for(sessions: Sessions, given: dict[str, Any]) -> None:
    with sessions.begin() as session:
        number = proposal(session, **given).id
    with pytest.raises(MoveNotAllowedError, match="not open"):
        save(sessions, number)
    with pytest.raises(NotFoundError):
        save(sessions, number + 1)


def test_a_search_for_research_partners_has_one_list(sessions: Sessions) -> None:
    with sessions.begin() as session:
        number = proposal(session, kind="RDR").id
    with pytest.raises(MoveNotAllowedError, match="no list of proposals"):
        save(sessions, number, Target.PROPOSALS)


def test_who_reaches_the_lowest_band_is_found_once(sessions: Sessions, stored: tuple[int, list[int]]) -> None:
    number, ids = stored
    save(sessions, number)
    assert look(sessions, found(*ids, band=Band.WEAK, probability=0.1)).hits == 0
    report = look(sessions, found(*ids[:2]))
    assert (report.searches, report.successful, report.hits, report.ended) == (1, 1, 2, 0)
    assert look(sessions, found(*ids[:2])).hits == 0
    assert look(sessions, found(*ids[:3], probability=0.2)).hits == 1
    assert hits(sessions) == ids[:3]
    with sessions() as session:
        search = session.scalars(select(SavedSearch)).one()
        assert search.looked_at is not None
        assert search.best_probability == pytest.approx(0.3)


def test_the_notice_leads_to_the_proposal_whatever_its_reference(sessions: Sessions) -> None:
    with sessions.begin() as session:
        account(session, "broker")
        who, number = organisation(session).id, proposal(session, reference="Ö 1/2#3?x").id
    save(sessions, number)
    assert look(sessions, found(who)).hits == 1
    with sessions() as session:
        assert session.scalars(select(Notification.path)).one() == "/proposals/%C3%96%201/2%233%3Fx#list-organisations"


def test_who_was_decided_about_is_not_new(sessions: Sessions, stored: tuple[int, list[int]]) -> None:
    number, ids = stored
    save(sessions, number)
    about: dict[str, Any] = {"proposal_id": number, "target": Target.ORGANISATIONS, "actor": "desk"}
    with sessions.begin() as session:
        decide(session, candidate_id=ids[0], action=DecisionAction.ACCEPT, **about)
    look(sessions, found(*ids[:2]))
    assert hits(sessions) == ids[1:2]
    with sessions.begin() as session:
        search = session.scalars(select(SavedSearch)).one()
        assert [hit.candidate_organisation_id for hit in searches.new_hits(session, search)] == ids[1:2]
        decide(session, candidate_id=ids[1], action=DecisionAction.REJECT, reason=RejectReason.COMPETITOR, **about)
        assert searches.new_hits(session, search) == []


def test_a_search_ends_with_its_proposal_or_by_a_person(sessions: Sessions, stored: tuple[int, list[int]]) -> None:
    number, ids = stored
    first = save(sessions, number)
    save(sessions, number, Target.PROPOSALS)
    with sessions.begin() as session:
        searches.close(session, first)
    assert look(sessions, found(*ids)).searches == 1
    with sessions.begin() as session:
        life.close(session, "P-1", Person(account_id=1, role=Role.BROKER), Outcome.NOT_NEEDED)
    report = look(sessions, found(*ids))
    assert (report.ended, report.searches, hits(sessions)) == (1, 0, [])
    with sessions() as session:
        assert session.scalar(select(func.count(SavedSearch.id)).where(SavedSearch.closed_at.is_(None))) == 0
        assert searches.open_searches(session, number) == {}
        moments = [row.closed_at for row, _ in searches.all_searches(session)]
    with sessions.begin() as session:
        searches.close(session, first)
        with pytest.raises(NotFoundError):
            searches.close(session, 999)
    with sessions() as session:
        assert [row.closed_at for row, _ in searches.all_searches(session)] == moments


def test_a_proposal_without_words_finds_nobody_and_breaks_nothing(sessions: Sessions, stored: tuple[int, Any]) -> None:
    save(sessions, stored[0])
    report = look(sessions, NothingToMatchError("empty"))
    assert (report.searches, report.hits) == (1, 0)


def test_what_is_erased_takes_its_searches_and_hits_along(sessions: Sessions, stored: tuple[int, list[int]]) -> None:
    number, ids = stored
    save(sessions, number)
    look(sessions, found(*ids[:2]))
    with sessions.begin() as session:
        session.delete(session.get_one(Organisation, ids[0]))
    assert hits(sessions) == ids[1:2]
    with sessions.begin() as session:
        session.delete(session.get_one(Proposal, number))
    assert hits(sessions) == []


def test_a_new_partner_is_found_after_the_next_index(application: Application) -> None:
    """The whole way, whatever the weights: somebody comes who surely fits, and nobody is found twice."""
    with application.sessions.begin() as session:
        number = proposal(
            session,
            reference="LONELY",
            title="Rivestimento antiusura di stampi",
            summary="Cerchiamo un rivestimento PVD duro contro l'usura di stampi per pressofusione di alluminio.",
            expires=today() + timedelta(days=30),
        ).id
    application.update_index()
    save(application.sessions, number)
    matcher = application.service.match_proposal
    searches.look(application.sessions, matcher, today())
    before = hits(application.sessions)
    with application.sessions.begin() as session:
        number = organisation(
            session,
            reference="coater",
            description="Rivestimenti PVD duri contro l'usura di stampi per pressofusione di alluminio.",
        ).id
    application.update_index()
    assert searches.look(application.sessions, matcher, today()).hits == 1
    assert hits(application.sessions) == [*before, number]
    assert searches.look(application.sessions, matcher, today()).hits == 0
