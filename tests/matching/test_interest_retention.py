from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Attachment, Interest, InterestMessage, Partnership, PartnershipMessage, PartnershipStep, now
from data.models.vocabulary import AttachmentOwner, InterestKind, InterestProgress
from data.settings import load_settings
from matching.brokerage import partnerships
from matching.brokerage.interest_messages import write
from matching.brokerage.interest_rules import Move
from matching.brokerage.interests import MOVES, Step
from matching.brokerage.privacy import retention
from tests.factories import in_days
from tests.matching.interest_world import World, expressed, world


@pytest.fixture
def people(session: Session) -> World:
    """An expression whose room has a message, a step and a document."""
    made = world(session)
    interest = expressed(session, made, InterestKind.PLATFORM)
    for version, move in enumerate((Move.EVALUATE, Move.FIND_RELEVANT), 1):
        MOVES[move](session, made.person("owner"), interest.reference, Step(version=version))
    owner, room = made.person("owner"), session.scalars(select(Partnership.id)).one()
    write(session, owner, interest.reference, "Quando proviamo?", token="1" * 40)
    partnerships.write(session, owner, room, "Il provino si rompe", token="2" * 40)
    partnerships.plan(session, owner, room, "Mandare un altro provino", None, token="3" * 40)
    return made


def gone(sessions: sessionmaker[Session], days: int) -> tuple[int, int]:
    """Expressions and rooms whose texts go on a day that far ahead."""
    found = retention.apply(sessions, retention.periods_of(load_settings()), now() + timedelta(days=days))
    return found["interests"], found["rooms"]


def test_texts_go_when_their_time_is_over_and_the_case_stays(
    people: World, session: Session, sessions: sessionmaker[Session]
) -> None:
    room, owner = session.scalars(select(Partnership)).one(), people.person("owner")
    about = {"owner_kind": AttachmentOwner.PARTNERSHIP.value, "owner_id": room.id}
    kind = {"media_type": "application/pdf", "size": 1, "sha256": "0", "actor": owner.actor}
    session.add(Attachment(key="0", name="prova.pdf", **about, **kind))
    session.commit()
    assert gone(sessions, 3000) == (0, 0)  # both are at work

    step = Step(version=3, progress=InterestProgress.AGREEMENT, day=in_days(0))
    MOVES[Move.CLOSE](session, owner, session.scalars(select(Interest.reference)).one(), step)
    session.commit()
    assert gone(sessions, 729) == (0, 0)
    assert gone(sessions, 731) == (1, 1)
    assert gone(sessions, 731) == (0, 0)
    session.expire_all()
    for table in (InterestMessage, PartnershipMessage, PartnershipStep):
        assert set(session.scalars(select(table.text))) == {retention.GONE}
    assert session.scalars(select(Attachment)).one().removed_at is not None
    assert (room.outcome, len(room.members)) == (InterestProgress.AGREEMENT.value, 3)
