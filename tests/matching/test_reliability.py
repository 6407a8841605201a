from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from matching.reliability import (
    brier_score,
    calibration_error,
    clustered_interval,
    mass_bins,
    reliability_curve,
    risk_coverage,
    separation,
    width_bins,
)

SAID = np.array([0.05, 0.08, 0.32, 0.38, 0.91, 1.0])
HOLDS = np.array([False, True, False, True, True, True])


def test_the_calibration_error_by_hand() -> None:
    # bins [0, .1): said .065, true .5; [.3, .4): .35, .5; [.9, 1]: .955, 1, each of two of the six pairs
    expected = (abs(0.5 - 0.065) + abs(0.5 - 0.35) + abs(1 - 0.955)) / 3
    assert calibration_error(SAID, HOLDS, width_bins(SAID)) == pytest.approx(expected)


def test_bins_of_equal_width_close_at_one() -> None:
    assert width_bins(np.array([0.0, 0.099, 0.1, 0.95, 1.0])).tolist() == [0, 0, 1, 9, 9]


def test_bins_of_equal_mass_hold_equally_many_and_never_part_equals() -> None:
    random = np.random.default_rng(1).random(200)
    assert np.bincount(mass_bins(random)).tolist() == [20] * 10
    tied = np.array([0.1] * 7 + [0.5, 0.6, 0.7])
    assert len(set(mass_bins(tied)[:7].tolist())) == 1


def test_the_curve_says_what_was_said_and_what_held() -> None:
    first, _, last = reliability_curve(SAID, HOLDS, width_bins(SAID))
    assert (first.count, first.true) == (2, 0.5)
    assert first.said == pytest.approx(0.065)
    assert (last.low, last.high, last.true) == (0.91, 1.0, 1.0)


def test_honest_probabilities_have_little_error_and_boasting_ones_much() -> None:
    generator = np.random.default_rng(3)
    said = generator.random(20_000)
    holds = generator.random(20_000) < said
    assert calibration_error(said, holds, width_bins(said)) < 0.02
    boasting = np.sqrt(said)
    assert calibration_error(boasting, holds, width_bins(boasting)) == pytest.approx(1 / 6, abs=0.02)


def test_brier_and_separation_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(4)
    said, holds = generator.integers(0, 8, 300) / 8, generator.random(300) < 0.4
    assert brier_score(said, holds) == pytest.approx(brier_score_loss(holds, said))
    assert separation(said, holds) == pytest.approx(roc_auc_score(holds, said))


def test_nothing_to_measure_is_not_a_number() -> None:
    none, nothing = np.empty(0), np.empty(0, dtype=bool)
    assert np.isnan([calibration_error(none, nothing, width_bins(none)), brier_score(none, nothing)]).all()
    assert np.isnan(separation(np.array([0.5]), np.array([True])))
    assert np.isnan(clustered_interval(np.empty(0, dtype=np.int64), len)).all()


def test_the_surest_are_answered_first() -> None:
    answered, risk = risk_coverage(np.array([0.9, 0.2, 0.6]), np.array([True, False, True]))
    assert answered.tolist() == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert risk.tolist() == pytest.approx([0.0, 0.0, 1 / 3])


def test_no_order_among_equally_sure_ones_is_favoured() -> None:
    _, risk = risk_coverage(np.array([0.5, 0.5]), np.array([False, True]))
    assert risk.tolist() == [0.5, 0.5]


def test_whole_queries_are_drawn() -> None:
    groups = np.repeat(np.arange(10), 50)
    values = np.repeat(np.arange(10) % 2, 50).astype(float)

    def mean(drawn: np.ndarray) -> float:
        return float(values[drawn].mean())

    low, high = clustered_interval(groups, mean)
    assert high - low > 0.4  # ten queries, not five hundred pairs
