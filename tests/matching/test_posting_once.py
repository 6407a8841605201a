from __future__ import annotations

import re
from dataclasses import replace
from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import Proposal
from data.models.vocabulary import ProposalKind, Role
from matching.brokerage import proposals as moves
from matching.brokerage.people import Person
from matching.brokerage.proposal_rules import ProposalFields
from matching.brokerage.references import is_token, new_token, reference_of
from matching.brokerage.validation import approve
from matching.errors import AlreadySentError, ConflictError, MoveNotAllowedError
from tests.factories import in_days
from tests.factories import proposal as stored_proposal

BROKER = Person(account_id=1, role=Role.BROKER)
IDEA = ProposalFields(ProposalKind.TR, title="Idea")


def how_many(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count(Proposal.id))) or 0


def save(sessions: sessionmaker[Session], fields: ProposalFields, token: str | None = None) -> str:
    with unit_of_work(sessions) as session:
        return moves.save_draft(session, fields, token=token).reference


def test_a_reference_can_be_said_and_follows_from_its_token() -> None:
    token = new_token(in_days(0))
    assert is_token(token)
    assert re.fullmatch(rf"AB-{in_days(0).year}(-[0-9A-HJKMNP-TV-Z]{{4}}){{2}}", reference_of(token))
    assert reference_of(token) == reference_of(token)
    assert len({reference_of(new_token(in_days(0))) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text", [None, "", "2026", "2026-xyz", "1999-" + "a" * 32, "2026-" + "a" * 33, "2026-" + "A" * 32]
)
def test_what_is_no_token_is_told(text: str | None) -> None:
    assert not is_token(text)
    with pytest.raises(ValueError, match="new_token"):
        reference_of(text or "")


def test_a_form_sent_again_gives_the_same_proposal(sessions: sessionmaker[Session]) -> None:
    token = new_token(in_days(0))
    assert save(sessions, IDEA, token) == save(sessions, IDEA, token) == reference_of(token)
    assert how_many(sessions) == 1


def test_without_a_token_every_draft_is_a_new_one(sessions: sessionmaker[Session]) -> None:
    assert save(sessions, IDEA) != save(sessions, IDEA)


def test_a_form_sent_again_with_other_words_changes_nothing(sessions: sessionmaker[Session]) -> None:
    token = new_token(in_days(0))
    reference = save(sessions, IDEA, token)
    with pytest.raises(AlreadySentError) as refused:
        save(sessions, replace(IDEA, title="Altra idea"), token)
    assert refused.value.reference == reference
    with sessions() as session:
        assert session.scalars(select(Proposal.title)).all() == ["Idea"]


def test_of_the_same_form_sent_twice_at_once_one_goes_in(sessions: sessionmaker[Session]) -> None:
    token = new_token(in_days(0))
    started, found = Event(), []

    def second() -> None:
        started.set()
        found.append(save(sessions, IDEA, token))

    other = Thread(target=second)
    with unit_of_work(sessions) as session:
        first = moves.save_draft(session, IDEA, token=token).reference
        other.start()
        assert started.wait(5)
        sleep(0.3)  # long enough for the second to wait for the first's outcome
        assert found == []
    other.join(10)
    assert found == [first]
    assert how_many(sessions) == 1


def test_the_same_form_goes_in_after_the_first_failed(sessions: sessionmaker[Session]) -> None:
    token = new_token(in_days(0))

    def failing() -> None:
        with unit_of_work(sessions) as session:
            moves.save_draft(session, IDEA, token=token)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert how_many(sessions) == 0
    assert save(sessions, IDEA, token) == reference_of(token)


def test_saving_the_same_words_again_is_no_conflict(sessions: sessionmaker[Session]) -> None:
    reference = save(sessions, IDEA)
    changed = replace(IDEA, title="Altra")
    with sessions() as session:
        seen = moves.version_of(session.scalars(select(Proposal)).one())
    for _ in range(2):
        with unit_of_work(sessions) as session:
            moves.update_draft(session, reference, changed, version=seen)
    with pytest.raises(ConflictError), unit_of_work(sessions) as session:
        moves.update_draft(session, reference, IDEA, version=seen)


def test_publishing_twice_is_publishing_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        record = stored_proposal(session, state="published", published=in_days(-3))
        closed = stored_proposal(session, state="closed")
        elsewhere = stored_proposal(session, state="published", source="een")
    with unit_of_work(sessions) as session:
        assert approve(session, record.reference, BROKER).published == in_days(-3)
    for other in (closed, elsewhere):
        with pytest.raises(MoveNotAllowedError), unit_of_work(sessions) as session:
            approve(session, other.reference, BROKER)
