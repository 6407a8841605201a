from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from matching.learning.comparison import LEAST_QUERIES, ROUNDS, compare, round_of
from matching.learning.lesson import Verdict, learn
from matching.learning.preferences import Material
from matching.ranking import FeatureWeight, RankingModel
from tests.matching.learning.made_up import SHIPPED, as_shipped, by_chance, decided, theme_first, upside_down


def test_a_query_is_held_back_in_the_same_round_every_night() -> None:
    names = [f"AB-2026-{number:04}" for number in range(1000)]
    rounds = Counter(map(round_of, names))
    assert set(rounds) == set(range(ROUNDS))
    assert min(rounds.values()) > 150
    assert [round_of(name) for name in ("VF-AGR-001", "VF-AGR-002", "AB-2026-0001")] == [4, 2, 1]


def test_the_refit_never_sees_what_it_is_compared_on() -> None:
    seen: list[set[str]] = []

    def remember(training: list[Material]) -> RankingModel:
        seen.append({item.name for item in training})
        return SHIPPED

    materials = decided(30, as_shipped)
    compare(SHIPPED, remember, materials)  # type: ignore[arg-type]
    assert len(seen) == ROUNDS
    for number, names in enumerate(seen):
        assert names == {item.name for item in materials if round_of(item.name) != number}


def test_a_real_preference_is_promoted() -> None:
    lesson = learn(SHIPPED, SHIPPED, decided(60, theme_first))
    assert lesson.verdict is Verdict.BETTER
    assert lesson.comparison is not None
    assert lesson.comparison.accuracy_after > lesson.comparison.accuracy_before + 0.05
    assert lesson.comparison.gain_low > 0


def test_what_the_shipped_weights_know_already_is_not() -> None:
    lesson = learn(SHIPPED, SHIPPED, decided(60, as_shipped, noise=0.5))
    assert lesson.verdict is Verdict.NOT_BETTER


def test_a_model_is_not_promoted_over_itself() -> None:
    materials = decided(60, theme_first)
    first = learn(SHIPPED, SHIPPED, materials).model
    assert first is not None
    again = learn(SHIPPED, first, materials)
    assert again.verdict is Verdict.NOT_BETTER
    assert again.model == first


def test_chance_is_not_promoted() -> None:
    verdicts = [learn(SHIPPED, SHIPPED, decided(60, by_chance, seed=seed)).verdict for seed in range(20)]
    assert verdicts.count(Verdict.BETTER) <= 1


@pytest.mark.parametrize("taste", [upside_down, by_chance])
def test_ten_bad_decisions_are_never_promoted(taste: object) -> None:
    for seed in range(10):
        lesson = learn(SHIPPED, SHIPPED, decided(5, taste, seed=seed, each=2))  # type: ignore[arg-type]
        assert lesson.verdict is Verdict.TOO_FEW


def test_fewer_queries_than_the_least_are_not_compared() -> None:
    assert learn(SHIPPED, SHIPPED, decided(LEAST_QUERIES - 1, theme_first)).verdict is Verdict.TOO_FEW


def test_nothing_decided_nothing_learnt() -> None:
    lesson = learn(SHIPPED, SHIPPED, [])
    assert (lesson.verdict, lesson.model, lesson.decisions) == (Verdict.NOTHING, None, 0)


def test_merely_being_less_sure_is_no_gain() -> None:
    """Where decisions are noisy a flatter model has less log loss, but the same order is the same model."""
    flatter = {name: FeatureWeight(item.weight / 8, item.typical) for name, item in SHIPPED.weights.items()}
    found = compare(SHIPPED, lambda _: replace(SHIPPED, weights=flatter), decided(80, as_shipped, noise=3.0))
    assert found.gain == pytest.approx(0.0, abs=0.01)
    assert not found.better
