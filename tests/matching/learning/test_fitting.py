from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from matching.learning.fitting import LEANING, LEAST_JUDGED, calibrate, outcomes, refit
from matching.learning.preferences import Material, preferences, spread
from matching.ranking import FeatureWeight, RankingModel
from tests.matching.learning.made_up import (
    NAMES,
    SHIPPED,
    Taste,
    as_shipped,
    decided,
    example,
    material,
    theme_first,
    upside_down,
)


def refitted(materials: list[Material], leaning: float = LEANING) -> RankingModel:
    return refit(SHIPPED, preferences(SHIPPED, materials), spread(SHIPPED, materials), leaning=leaning)


def weights(model: RankingModel) -> np.ndarray:
    return np.array([model.weights[name].weight for name in NAMES])


def in_order(model: RankingModel, taste: Taste) -> float:
    """Share of pairs that the model and a taste put in the same order, among fresh candidates."""
    values = np.random.default_rng(99).random((200, 3))
    liked, scores = taste(values), values @ weights(model)
    return float((np.sign(liked[:, None] - liked) == np.sign(scores[:, None] - scores)).mean())


def test_without_decisions_nothing_moves() -> None:
    assert refitted([]) == replace(SHIPPED, version="learnt")


def test_many_decisions_bring_the_weights_near_what_the_brokers_like() -> None:
    model = refitted(decided(500, theme_first))
    assert in_order(SHIPPED, theme_first) < 0.7
    assert in_order(model, theme_first) > 0.9


@pytest.mark.parametrize("seed", range(5))
def test_ten_hostile_decisions_cannot_wreck_the_shipped_weights(seed: int) -> None:
    hostile = decided(5, upside_down, seed=seed, each=2)
    assert sum(len(item.known) for item in hostile) == 10
    assert in_order(refitted(hostile), as_shipped) > 0.9
    assert in_order(refitted(hostile, leaning=0.0), as_shipped) < 0.1


def test_no_weight_changes_its_sign_however_many_decisions_want_it() -> None:
    model = refitted(decided(300, upside_down))
    found = weights(model)
    assert (found[:2] >= 0).all()
    assert found[2] <= 0
    assert found[0] < 0.5


def test_a_weight_that_ships_as_zero_stays_zero() -> None:
    shipped = replace(SHIPPED, weights={**SHIPPED.weights, "theme": FeatureWeight(0.0, 0.2)})
    materials = decided(100, theme_first)
    model = refit(shipped, preferences(shipped, materials), spread(shipped, materials))
    assert model.weights["theme"].weight == 0.0


def test_the_same_decisions_give_the_same_weights() -> None:
    materials = decided(50, theme_first)
    assert refitted(materials) == refitted(list(materials))


def test_the_solution_is_that_of_an_independent_solver() -> None:
    """Free of bounds and with the prior at zero the problem is plain logistic regression on differences."""
    materials = decided(150, theme_first, noise=1.0)
    tiny = {name: FeatureWeight(np.sign(item.weight) * 1e-9, item.typical) for name, item in SHIPPED.weights.items()}
    near_zero = replace(SHIPPED, weights=tiny)
    found = preferences(near_zero, materials)
    model = refit(near_zero, found, np.ones(3), leaning=2.0)
    both = np.concatenate([found.differences, -found.differences])
    answers = np.repeat([1, 0], len(found))
    rival = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-8).fit(both, answers, np.tile(found.weights / 2, 2))
    scale = LogisticRegression(C=0.5, fit_intercept=False, tol=1e-8).fit(both, answers, np.tile(found.weights / 2, 2))
    assert weights(model) == pytest.approx(scale.coef_[0], abs=2e-3)
    assert weights(model) != pytest.approx(rival.coef_[0], abs=2e-3)


class TestProbabilities:
    def test_with_few_decisions_the_mean_log_odds_stay(self) -> None:
        materials = decided(10, theme_first)
        told = outcomes(SHIPPED, materials)
        assert not told.enough
        model = calibrate(SHIPPED, refitted(materials), told)
        old, new = (told.away @ weights(item) + item.intercept for item in (SHIPPED, model))
        assert new.mean() == pytest.approx(old.mean(), abs=1e-3)

    def test_with_enough_they_follow_what_was_accepted(self) -> None:
        materials = decided(LEAST_JUDGED, theme_first, each=4)
        told = outcomes(SHIPPED, materials)
        assert told.enough
        model = calibrate(SHIPPED, refitted(materials), told)
        scores = told.away @ weights(model) + model.intercept
        chances = 1 / (1 + np.exp(-scores))
        assert chances.mean() == pytest.approx(told.taken.mean(), abs=0.08)
        assert chances[told.taken == 1].mean() > chances[told.taken == 0].mean() + 0.3

    def test_the_scale_leaves_the_order_as_it_is(self) -> None:
        materials = decided(LEAST_JUDGED, theme_first, each=4)
        plain = refitted(materials)
        scaled = calibrate(SHIPPED, plain, outcomes(SHIPPED, materials))
        assert weights(scaled) / weights(plain) == pytest.approx(
            np.full(3, weights(scaled)[0] / weights(plain)[0]), rel=0.01
        )

    def test_one_sided_decisions_are_not_enough(self) -> None:
        values = [(0.9, 0.2, 0.5)] * 100
        one_sided = material("Q", values, *(example(number, 1.0) for number in range(99)), example(99, -1.0))
        assert not outcomes(SHIPPED, [one_sided]).enough
