from __future__ import annotations

from datetime import date, timedelta

import pytest

from data.models.vocabulary import DecisionAction, RejectReason
from matching.learning.opinions import (
    AGAINST,
    PASSED_OVER,
    STRENGTHS,
    Example,
    Opinion,
    Sighting,
    Signal,
    attention,
    examples,
    wanted,
)
from matching.types import Target

DAY = date(2026, 3, 1)
KEY = (1, Target.ORGANISATIONS)


def opinion(candidate: int, signal: Signal, **given: object) -> Opinion:
    return Opinion(1, Target.ORGANISATIONS, candidate, signal, **({"day": DAY} | given))  # type: ignore[arg-type]


def sighting(candidate: int, rank: int, day: date = DAY) -> Sighting:
    return Sighting(1, Target.ORGANISATIONS, candidate, day, rank)


def known(*opinions: Opinion, shown: tuple[Sighting, ...] = ()) -> dict[int, Example]:
    return {item.candidate: item for item in examples(opinions, shown)[KEY]}


def test_what_cost_more_tells_more() -> None:
    order = [Signal.AGREEMENT, Signal.INTEREST, Signal.PIN, Signal.ACCEPT, Signal.INFORMATION]
    strengths = [STRENGTHS[signal] for signal in order]
    assert strengths == sorted(strengths, reverse=True)
    assert len(set(strengths)) == 5


def test_every_reason_of_a_rejection_has_a_strength() -> None:
    assert set(AGAINST) == {reason.value for reason in RejectReason}
    assert {action.value for action in DecisionAction} - {"note", "undo"} <= {signal.value for signal in Signal}


@pytest.mark.parametrize("reason", ["already_in_contact", "not_available", "competitor"])
def test_some_reasons_say_nothing_about_how_well_they_would_fit(reason: str) -> None:
    found = known(opinion(5, Signal.ACCEPT), opinion(6, Signal.REJECT, reason=reason), shown=(sighting(6, 1),))
    assert found[6].strength == 0
    assert wanted(found.values()) == {5}


@pytest.mark.parametrize("reason", ["wrong_competence", "wrong_theme", "wrong_country"])
def test_others_speak_against_the_candidate(reason: str) -> None:
    assert known(opinion(6, Signal.REJECT, reason=reason))[6].strength == -1.0


def test_what_was_not_seen_is_not_rejected() -> None:
    found = known(opinion(5, Signal.ACCEPT), shown=(sighting(5, 2), sighting(6, 1)))
    assert set(found) == {5, 6}
    assert (found[6].strength, found[6].said) == (-PASSED_OVER, False)


def test_nothing_is_passed_over_where_nothing_was_taken() -> None:
    found = known(opinion(5, Signal.REJECT, reason="wrong_theme"), shown=(sighting(6, 1),))
    assert wanted(found.values()) == frozenset()


def test_the_place_is_the_one_that_the_decision_remembers_else_the_one_that_was_shown() -> None:
    shown = (sighting(5, 9), sighting(6, 3), sighting(6, 2))
    found = known(opinion(5, Signal.ACCEPT, rank=4), opinion(6, Signal.ACCEPT), opinion(7, Signal.ADD), shown=shown)
    assert [found[number].attention for number in (5, 6, 7)] == [attention(4), attention(2), 1.0]


def test_the_first_place_is_always_looked_at_and_lower_ones_less() -> None:
    assert attention(1) == attention(None) == 1.0
    assert attention(3) == pytest.approx(0.5)


def test_the_latest_decision_counts() -> None:
    later = DAY + timedelta(days=1)
    found = known(opinion(5, Signal.ACCEPT), opinion(5, Signal.REJECT, reason="wrong_theme", day=later))
    assert found[5].strength < 0


@pytest.mark.parametrize("last", [True, False])
def test_an_outcome_between_the_parties_outranks_curation(last: bool) -> None:
    both = [opinion(5, Signal.REJECT, reason="wrong_theme"), opinion(5, Signal.INTEREST)]
    found = known(*(both if last else reversed(both)))
    assert found[5].strength == STRENGTHS[Signal.INTEREST]


def test_an_agreement_outranks_an_interest() -> None:
    later = DAY + timedelta(days=1)
    found = known(opinion(5, Signal.AGREEMENT), opinion(5, Signal.INTEREST, day=later))
    assert found[5].strength == STRENGTHS[Signal.AGREEMENT]


@pytest.mark.parametrize("signal", [Signal.ACCEPT, Signal.REJECT, Signal.INTEREST])
@pytest.mark.parametrize("last", [True, False])
def test_a_request_for_information_never_outweighs_what_somebody_said(signal: Signal, last: bool) -> None:
    both = [opinion(5, signal, reason="wrong_theme"), opinion(5, Signal.INFORMATION)]
    assert known(*(both if last else reversed(both)))[5].strength == known(both[0])[5].strength
