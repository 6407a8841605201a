"""Versions on both databases: what is stored, what serves, how running processes learn of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from data.models import RankerVersion
from data.models.vocabulary import RankerList
from matching.errors import RankerError
from matching.learning.in_force import ModelsInForce
from matching.learning.lesson import Lesson, Verdict, learn
from matching.learning.versions import (
    as_json,
    by_hand,
    changes,
    digest_of,
    keep,
    last_changes,
    promote,
    read_in_force,
    roll_back,
    served_by,
    versions,
)
from matching.ranking import LISTS, FeatureWeight, RankingModel, load_model, model_of
from tests.matching.learning.made_up import SHIPPED, decided, theme_first

BOTH = {"organisations": SHIPPED, "proposals": replace(SHIPPED, name="proposals")}


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return learn(SHIPPED, SHIPPED, decided(40, theme_first))


def other(lesson: Lesson, weight: float) -> Lesson:
    assert lesson.model is not None
    weights = {**lesson.model.weights, "fit": FeatureWeight(weight, 0.5)}
    return replace(lesson, model=replace(lesson.model, weights=weights))


def serving(session: Session) -> RankingModel:
    return read_in_force(session, BOTH)[0]["organisations"]


def put(session: Session, lesson: Lesson, *, reason: str = "better") -> RankerVersion:
    stored = keep(session, SHIPPED, None, lesson)
    promote(session, SHIPPED, stored, actor="test", reason=reason)
    return stored


def test_the_lists_of_the_database_are_those_of_the_ranking() -> None:
    assert {item.value for item in RankerList} == set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_a_model_goes_through_json_unchanged(name: str) -> None:
    model = load_model(name)
    assert model_of(as_json(model, "anywhere")) == model


def test_without_a_change_the_shipped_weights_serve(session: Session) -> None:
    assert read_in_force(session, BOTH) == (BOTH, {})


def test_a_promoted_version_serves_its_list_only(session: Session, lesson: Lesson) -> None:
    stored = put(session, lesson)
    models, _ = read_in_force(session, BOTH)
    assert stored.version == "organisations-1"
    assert models["organisations"].version == "organisations-1"
    assert lesson.model is not None
    assert models["organisations"].weights == lesson.model.weights
    assert models["proposals"] == BOTH["proposals"]


def test_the_same_weights_are_stored_once(session: Session, lesson: Lesson) -> None:
    first = keep(session, SHIPPED, None, lesson)
    assert keep(session, SHIPPED, first.version, lesson).id == first.id
    assert keep(session, SHIPPED, first.version, other(lesson, 5.0)).version == "organisations-2"
    assert len(versions(session, "organisations")) == 2


def test_what_it_was_made_from_and_how_it_compared_is_kept(session: Session, lesson: Lesson) -> None:
    stored = keep(session, SHIPPED, None, lesson)
    session.commit()
    session.expire_all()
    stored = session.scalars(select(RankerVersion).where(RankerVersion.id == stored.id)).one()
    assert lesson.comparison is not None
    assert lesson.model is not None
    assert stored.figures == lesson.comparison.as_dict()
    assert (stored.made_from["decisions"], stored.made_from["shipped"]) == (lesson.decisions, "shipped-1")
    assert digest_of(model_of(stored.weights)) == stored.digest == digest_of(lesson.model)


def test_promoting_what_serves_changes_nothing(session: Session, lesson: Lesson) -> None:
    stored = put(session, lesson)
    assert not promote(session, SHIPPED, stored, actor="test", reason="again")
    assert len(changes(session)) == 1


def test_rolling_back_leads_through_all_that_served(session: Session, lesson: Lesson) -> None:
    for weight in (5.0, 6.0):
        put(session, other(lesson, weight))
    found = [served_by(session, roll_back(session, "organisations", actor="test", reason="no")) for _ in range(2)]
    assert found == ["organisations-1", "shipped"]
    assert serving(session) == SHIPPED
    with pytest.raises(RankerError, match="nothing to go back from"):
        roll_back(session, "organisations", actor="test", reason="no")


def test_after_a_roll_back_and_a_promotion_one_goes_back_to_what_served_in_between(
    session: Session, lesson: Lesson
) -> None:
    put(session, other(lesson, 5.0))
    put(session, other(lesson, 6.0))
    roll_back(session, "organisations", actor="test", reason="no")
    put(session, other(lesson, 7.0))
    assert served_by(session, roll_back(session, None, actor="test", reason="no")) == "organisations-1"


def test_the_list_changed_last_is_rolled_back_where_none_is_named(session: Session, lesson: Lesson) -> None:
    put(session, lesson)
    assert lesson.model is not None
    shipped = BOTH["proposals"]
    stored = keep(session, shipped, None, replace(lesson, model=replace(lesson.model, name="proposals")))
    promote(session, shipped, stored, actor="test", reason="better")
    assert roll_back(session, None, actor="test", reason="no").ranking == "proposals"


def test_a_roll_back_holds_until_somebody_promotes(session: Session, lesson: Lesson) -> None:
    put(session, lesson)
    roll_back(session, None, actor="test", reason="no")
    assert by_hand(last_changes(session)["organisations"])
    assert promote(session, SHIPPED, None, actor="test", reason="go on")
    assert not by_hand(last_changes(session)["organisations"])
    with pytest.raises(RankerError):
        roll_back(session, None, actor="test", reason="nothing was promoted since")


def test_the_log_of_changes_is_append_only(engine: Engine, sessions: sessionmaker[Session], lesson: Lesson) -> None:
    with sessions.begin() as session:
        put(session, lesson)
    for statement in ("UPDATE ranker_change SET actor = 'x'", "DELETE FROM ranker_change"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))


NEWER = {"organisations": replace(SHIPPED, weights={**SHIPPED.weights, "news": FeatureWeight(1.0, 0.5)})}


class TestFeaturesThatTheProgramNoLongerHas:
    def test_such_a_version_never_serves(self, session: Session, lesson: Lesson) -> None:
        put(session, lesson)
        models, unusable = read_in_force(session, NEWER)
        assert models == NEWER
        assert unusable == {"organisations": "organisations-1"}

    def test_nor_can_it_be_promoted(self, session: Session, lesson: Lesson) -> None:
        stored = keep(session, SHIPPED, None, lesson)
        with pytest.raises(RankerError, match="abbina ranker fit"):
            promote(session, NEWER["organisations"], stored, actor="test", reason="please")

    def test_nor_one_that_is_damaged(self, session: Session, lesson: Lesson) -> None:
        stored = put(session, lesson)
        stored.weights = {"features": []}
        session.flush()
        assert serving(session) == SHIPPED


class TestRunningProcesses:
    def test_they_take_up_a_promotion_and_a_roll_back(self, sessions: sessionmaker[Session], lesson: Lesson) -> None:
        models = ModelsInForce(sessions, BOTH, every=0.0)
        assert models["organisations"] == SHIPPED
        with sessions.begin() as session:
            put(session, lesson)
        assert models["organisations"].version == "organisations-1"
        with sessions.begin() as session:
            roll_back(session, None, actor="test", reason="no")
        assert models["organisations"] == SHIPPED

    def test_they_look_every_few_seconds_only(self, sessions: sessionmaker[Session], lesson: Lesson) -> None:
        clock = [100.0]
        models = ModelsInForce(sessions, BOTH, every=2.0, clock=lambda: clock[0])
        assert models["organisations"] == SHIPPED
        with sessions.begin() as session:
            put(session, lesson)
        clock[0] += 1.9
        assert models["organisations"] == SHIPPED
        clock[0] += 0.2
        assert models["organisations"].version == "organisations-1"

    def test_the_process_that_changed_it_sees_it_at_once(self, sessions: sessionmaker[Session], lesson: Lesson) -> None:
        models = ModelsInForce(sessions, BOTH, every=1e9)
        assert dict(models) == BOTH
        with sessions.begin() as session:
            put(session, lesson)
        models.refresh()
        assert models["organisations"].version == "organisations-1"


def test_a_lesson_without_preferences_is_not_better() -> None:
    assert learn(SHIPPED, SHIPPED, []).verdict is Verdict.NOTHING
