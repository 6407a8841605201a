from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Assignment
from data.models.vocabulary import InterestKind, QueueKind
from data.queries import today
from matching.brokerage.assignments import hand_over
from matching.brokerage.interest_rules import Move
from matching.brokerage.interests import MOVES, Step
from matching.brokerage.queue import QueueFilter, QueueItem, list_queue
from tests.matching.interest_world import expressed, world


def waiting(session: Session) -> dict[str, QueueItem]:
    found = list_queue(session, QueueFilter(account_id=0, kind=QueueKind.INTEREST), today())
    return {item.reference: item for item in found.page.rows}


def test_what_waits_to_be_taken_over_is_on_the_desk_until_somebody_does(session: Session) -> None:
    people = world(session)
    profile, own = expressed(session, people, InterestKind.FULL), expressed(session, people)
    expressed(session, world(session), submit=False)
    found = waiting(session)
    assert set(found) == {profile.reference, own.reference}
    item = found[profile.reference]
    assert (item.title, item.assignee_id, item.organisation) == (
        people.profile.title,
        people.broker.id,
        "Rivestimenti Esempio",
    )
    broker, kind = people.person("broker"), QueueKind.INTEREST
    hand_over(session, kind, profile.id, broker, to=people.colleague.id, seen=people.broker.id)
    assert waiting(session)[profile.reference].assignee_id == people.colleague.id
    MOVES[Move.TAKE_OVER](session, people.person("colleague"), profile.reference, Step(version=1))
    MOVES[Move.EVALUATE](session, people.person("owner"), own.reference, Step(version=1))
    assert waiting(session) == {}
    assert session.scalars(select(Assignment)).all() == []
