"""Who is told of what a saved search or a followed list found."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Account, Notification, Proposal
from data.queries import today
from matching.brokerage import saved_filters, searches
from matching.brokerage.people import person_of
from matching.errors import MoveNotAllowedError
from matching.types import Target
from tests.factories import account, in_days, organisation, proposal
from tests.matching.test_saved_searches import found

Sessions = sessionmaker[Session]


def told(sessions: Sessions) -> list[tuple[int, str, str, dict[str, Any]]]:
    with sessions() as session:
        rows = session.scalars(select(Notification).order_by(Notification.id))
        return [(row.account_id, row.kind, row.template, row.values) for row in rows]


@pytest.fixture
def case(sessions: Sessions) -> dict[str, int]:
    """A member's proposal with a saved search, two brokers, two candidates."""
    with sessions.begin() as session:
        own = organisation(session)
        member, broker, other = (
            account(session, organisation=own),
            account(session, "broker"),
            account(session, "broker"),
        )
        record = proposal(session, title="Sensori", organisation_id=own.id)
        candidates = [organisation(session).id for _ in range(2)]
        numbers = {"member": member.id, "broker": broker.id, "other": other.id, "proposal": record.id}
        return numbers | {"first": candidates[0], "second": candidates[1]}


def look(sessions: Sessions, case: dict[str, int], who: str, **given: Any) -> None:
    with sessions.begin() as session:
        values: dict[str, Any] = {"language": "it", "actor": f"account:{case[who]}", "today": today()}
        searches.save(session, proposal_id=case["proposal"], target=Target.ORGANISATIONS, **values)
    for _ in range(2):  # the second look finds nobody new
        searches.look(sessions, lambda _: found(case["first"], case["second"]), today(), **given)


def test_a_member_is_told_how_many_and_the_brokers_are_asked_to_look(sessions: Sessions, case: dict[str, int]) -> None:
    look(sessions, case, "member")
    values = {"title": "Sensori", "count": 2}
    assert told(sessions) == [
        (case["member"], "search", "search.hits_withheld", values),
        (case["broker"], "desk", "search.hits_desk", values),
        (case["other"], "desk", "search.hits_desk", values),
    ]


def test_the_facilitator_alone_is_asked_where_there_is_one(sessions: Sessions, case: dict[str, int]) -> None:
    with sessions.begin() as session:
        session.get_one(Proposal, case["proposal"]).facilitator_id = case["other"]
    look(sessions, case, "member")
    assert [row[0] for row in told(sessions)] == [case["member"], case["other"]]


def test_where_candidates_are_shown_straight_away_only_the_owner_is_told(
    sessions: Sessions, case: dict[str, int]
) -> None:
    look(sessions, case, "member", show_uncurated=True)
    assert [row[:3] for row in told(sessions)] == [(case["member"], "search", "search.hits")]


def test_a_brokers_own_search_tells_the_broker(sessions: Sessions, case: dict[str, int]) -> None:
    look(sessions, case, "broker")
    assert [row[:3] for row in told(sessions)] == [(case["broker"], "search", "search.hits")]


def test_who_left_the_organisation_is_told_nothing_more(sessions: Sessions, case: dict[str, int]) -> None:
    with sessions.begin() as session:
        member = session.get_one(Account, case["member"])
        member.organisation_id, member.membership = None, "none"
    look(sessions, case, "member")
    assert {row[1] for row in told(sessions)} == {"desk"}


def follow(sessions: Sessions, who: int, list_name: str = "proposals", **query: str) -> int:
    with unit_of_work(sessions) as session:
        person = person_of(session.get_one(Account, who))
        given: dict[str, Any] = {"list_name": list_name, "query": query, "name": "Elenco", "today": today()}
        return saved_filters.follow(session, person, **given).id


def test_a_followed_list_tells_what_comes_in_and_what_is_published_later(
    sessions: Sessions, case: dict[str, int]
) -> None:
    with sessions.begin() as session:
        draft = proposal(session, kind="TO", state="draft", published=None).id
        proposal(session, kind="TO", published=today())
    follow(sessions, case["member"], kind="TO")
    assert saved_filters.look(sessions, today()).new == 0
    with sessions.begin() as session:
        proposal(session, kind="TO")
        proposal(session, kind="TR")
        record = session.get_one(Proposal, draft)
        record.state, record.published = "published", today()
    assert saved_filters.look(sessions, today()).new == 2
    assert saved_filters.look(sessions, today()).new == 0
    assert saved_filters.look(sessions, in_days(1)).new == 0
    assert told(sessions) == [(case["member"], "search", "saved_list.new", {"name": "Elenco", "count": 2})]


def test_a_followed_list_of_organisations_tells_of_new_ones(sessions: Sessions, case: dict[str, int]) -> None:
    follow(sessions, case["member"], "organisations", q="laser")
    with sessions.begin() as session:
        organisation(session, name="Laser Finti")
        organisation(session, name="Altro")
    assert saved_filters.look(sessions, today()).new == 1
    with sessions() as session:
        [notice] = session.scalars(select(Notification))
        assert notice.path == "/organisations/?q=laser&sort=recent"


def test_drafts_of_others_are_never_told(sessions: Sessions, case: dict[str, int]) -> None:
    follow(sessions, case["member"])
    with sessions.begin() as session:
        proposal(session, state="draft", published=None)
        proposal(session, state="to_validate", published=None)
    assert saved_filters.look(sessions, today()).new == 0


def test_lists_are_ones_own_and_not_without_end(sessions: Sessions, case: dict[str, int], monkeypatch: Any) -> None:
    number = follow(sessions, case["member"])
    with sessions() as session, pytest.raises(NotFoundError):
        saved_filters.stop(session, person_of(session.get_one(Account, case["broker"])), number)
    monkeypatch.setattr(saved_filters, "MOST_FOLLOWED", 1)
    assert follow(sessions, case["member"]) == number  # the same again is the one that is followed already
    with pytest.raises(MoveNotAllowedError):
        follow(sessions, case["member"], kind="TO")
