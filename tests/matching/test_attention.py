from __future__ import annotations

import numpy as np
import pytest

from matching.attention import covered, gini, lorenz, mean_likeness


def test_gini_of_known_spreads() -> None:
    assert gini(np.ones(10)) == pytest.approx(0.0)
    assert gini(np.array([0.0, 0.0, 0.0, 8.0])) == pytest.approx(0.75)
    assert gini(np.array([1.0, 3.0])) == pytest.approx(0.25)
    assert gini(np.zeros(3)) == gini(np.empty(0)) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_gini_is_the_mean_difference_and_the_area_under_the_diagonal(seed: int) -> None:
    exposure = np.random.default_rng(seed).gamma(0.5, 3.0, 30)
    pairs = np.abs(exposure[:, None] - exposure[None, :]).mean() / (2.0 * exposure.mean())
    assert gini(exposure) == pytest.approx(pairs)
    shares, attention = lorenz(exposure)
    assert gini(exposure) == pytest.approx(1.0 - 2.0 * np.trapezoid(attention, shares))


def test_covered_counts_those_shown_at_all() -> None:
    assert covered(np.array([0.0, 0.2, 5.0, 0.0])) == 0.5
    assert covered(np.empty(0)) == 0.0


def test_mean_likeness_leaves_out_each_one_with_itself() -> None:
    assert mean_likeness(np.array([[1.0, 0.4], [0.4, 1.0]])) == pytest.approx(0.4)
    assert mean_likeness(np.ones((1, 1))) is None
