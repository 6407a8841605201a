from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import permutation_test

from matching.significance import compare, holm, mean_interval, percentile_interval, sign_flip_p


def of_scipy(differences: np.ndarray, rounds: float = np.inf) -> float:
    found = permutation_test(
        (differences, np.zeros_like(differences)),
        lambda a, b, axis: (a - b).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=rounds,
        rng=np.random.default_rng(1),
    )
    return float(found.pvalue)


@pytest.mark.parametrize("seed", range(5))
def test_few_queries_are_tested_exactly_as_scipy_does(seed: int) -> None:
    differences = np.random.default_rng(seed).normal(0.3, 1.0, size=10)
    assert sign_flip_p(differences) == pytest.approx(of_scipy(differences), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.15, 0.4])
def test_many_queries_are_tested_as_scipy_does_but_for_chance(shift: float) -> None:
    differences = np.random.default_rng(3).normal(shift, 1.0, size=60)
    assert sign_flip_p(differences) == pytest.approx(of_scipy(differences, 20_000), abs=0.015)


def test_equal_sums_count_as_equally_far() -> None:
    assert sign_flip_p([0.1, 0.2, 0.3]) == of_scipy(np.array([0.1, 0.2, 0.3])) == 0.25


def test_queries_without_a_difference_say_nothing() -> None:
    assert sign_flip_p([0.1, 0.2, 0.3, 0.0, 0.0, 0.0]) == sign_flip_p([0.1, 0.2, 0.3])
    assert sign_flip_p([0.0] * 9) == sign_flip_p([]) == 1.0


def test_a_sampled_p_is_never_zero_and_repeats() -> None:
    always = np.linspace(0.5, 1.0, 40)
    assert sign_flip_p(always, rounds=999) == 1 / 1000
    assert sign_flip_p(always[:30] - 0.7) == sign_flip_p(always[:30] - 0.7)


def test_a_true_difference_is_found_and_chance_rarely_taken_for_one() -> None:
    generator = np.random.default_rng(11)
    same = [sign_flip_p(generator.normal(0.0, 1.0, size=12)) for _ in range(200)]
    assert 0.01 < np.mean(np.array(same) < 0.05) < 0.1
    assert compare(generator.normal(1.0, 1.0, size=50), np.zeros(50)).p < 0.001


def test_a_comparison_has_its_interval_around_the_mean_difference() -> None:
    found = compare([0.5, 0.7, 0.9, 0.4], [0.4, 0.3, 0.8, 0.4])
    assert found.mean == pytest.approx(0.15)
    assert found.interval[0] <= found.mean <= found.interval[1]
    with pytest.raises(ValueError, match="2 and 1 values"):
        compare([0.1, 0.2], [0.1])


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_interval_of_a_mean_is_that_of_scipy_but_for_chance() -> None:
    from scipy.stats import bootstrap

    values = np.random.default_rng(5).normal(0.4, 0.2, size=80)
    theirs = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(2)).confidence_interval
    assert mean_interval(values) == pytest.approx((theirs.low, theirs.high), abs=0.005)
    assert mean_interval([]) == (0.0, 0.0)


def test_rounds_without_a_value_are_left_out_of_an_interval() -> None:
    low, high = percentile_interval(np.array([np.nan, 1.0, 1.0]))
    assert (low, high) == (1.0, 1.0)
    assert np.isnan(percentile_interval(np.array([np.nan]))).all()
