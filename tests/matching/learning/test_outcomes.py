from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from data.models.vocabulary import InterestKind, InterestProgress, RejectReason
from matching.brokerage.interest_rules import Move
from matching.brokerage.interests import MOVES, Step
from matching.learning.opinions import Opinion, Signal
from matching.learning.outcomes import InterestLog
from matching.learning.sources import SOURCES
from matching.types import Target
from tests.matching.interest_world import World, expressed, world


@pytest.fixture
def people(session: Session) -> World:
    return world(session)


def opinions(session: Session) -> list[Opinion]:
    session.flush()
    return InterestLog().opinions(session)


def test_who_expresses_interest_says_that_they_fit(session: Session, people: World) -> None:
    interest = expressed(session, people, InterestKind.FULL)
    expressed(session, people, submit=False)
    [said] = opinions(session)
    assert (said.query, said.target, said.candidate) == (
        people.profile.id,
        Target.ORGANISATIONS,
        interest.organisation_id,
    )
    assert said.signal is Signal.INTEREST


def test_who_only_asks_for_information_says_less(session: Session, people: World) -> None:
    expressed(session, people, InterestKind.INFORMATION)
    assert [said.signal for said in opinions(session)] == [Signal.INFORMATION]


@pytest.mark.parametrize(
    ("progress", "signal"),
    [(InterestProgress.AGREEMENT, Signal.AGREEMENT), (InterestProgress.NO_AGREEMENT, Signal.INTEREST)],
)
def test_an_agreement_says_more_and_none_takes_nothing_back(
    session: Session, people: World, progress: InterestProgress, signal: Signal
) -> None:
    interest = expressed(session, people, InterestKind.FULL)
    MOVES[Move.TAKE_OVER](session, people.person("broker"), interest.reference, Step(version=1))
    MOVES[Move.CLOSE](session, people.person("broker"), interest.reference, Step(version=2, progress=progress))
    assert [said.signal for said in opinions(session)] == [signal]


def test_a_rejection_speaks_against_with_its_reason(session: Session, people: World) -> None:
    interest = expressed(session, people)
    MOVES[Move.EVALUATE](session, people.person("owner"), interest.reference, Step(version=1))
    step = Step(version=2, reason=RejectReason.WRONG_COMPETENCE)
    MOVES[Move.REJECT](session, people.person("owner"), interest.reference, step)
    assert [(said.signal, said.reason) for said in opinions(session)] == [(Signal.REJECT, "wrong_competence")]


def test_what_is_withdrawn_says_nothing_and_every_move_changes_the_mark(session: Session, people: World) -> None:
    marks = [InterestLog().mark(session)]
    interest = expressed(session, people)
    marks.append(InterestLog().mark(session))
    MOVES[Move.WITHDRAW](session, people.person("applicant"), interest.reference, Step(version=1))
    marks.append(InterestLog().mark(session))
    assert opinions(session) == []
    assert len(set(marks)) == 3


def test_the_ranking_learns_from_it() -> None:
    assert any(isinstance(source, InterestLog) for source in SOURCES)
