from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from matching.learning.preferences import MOST_PROPENSITY, aligned, preferences, spread
from tests.matching.learning.made_up import DAY, SHIPPED, example, material

VALUES = [(0.9, 0.2, 0.5), (0.5, 0.2, 0.5), (0.1, 0.2, 0.5)]


def test_what_was_taken_is_preferred_to_what_was_rejected_or_passed_over() -> None:
    found = preferences(SHIPPED, [material("Q", VALUES, example(0, 1.0), example(2, -1.0))])
    assert found.differences == pytest.approx(np.array([[0.8, 0.0, 0.0]]), abs=1e-6)
    assert found.present == ("Q",)


def test_rejections_alone_prefer_nothing() -> None:
    assert len(preferences(SHIPPED, [material("Q", VALUES, example(1, -1.0), example(2, -1.0))])) == 0


def test_what_was_shown_only_later_was_not_passed_over() -> None:
    late = replace(example(2, -0.5, said=False), since=DAY + timedelta(days=1))
    assert len(preferences(SHIPPED, [material("Q", VALUES, example(0, 1.0), late)])) == 0


def test_a_choice_far_down_tells_more_than_one_high_up() -> None:
    high = material("high", VALUES, example(0, 1.0, attention=1.0), example(1, -0.5, attention=0.5, said=False))
    low = material("low", VALUES, example(0, 1.0, attention=0.4), example(1, -0.5, attention=1.0, said=False))
    above, below = preferences(SHIPPED, [high, low]).weights
    assert below == pytest.approx(2.5 * above)
    assert np.ptp(preferences(SHIPPED, [high, low], by_place=False).weights) == 0


def test_no_choice_counts_more_than_the_limit() -> None:
    plain = material("plain", VALUES, example(0, 1.0), example(1, -1.0))
    deep = material("deep", VALUES, example(0, 1.0, attention=0.1), example(1, -1.0, attention=0.1))
    first, second = preferences(SHIPPED, [plain, deep]).weights
    assert second == pytest.approx(MOST_PROPENSITY * first)


def test_a_query_weighs_as_many_as_its_decisions_however_many_pairs_they_make() -> None:
    few = material("few", VALUES, example(0, 1.0), example(1, -1.0))
    silent = [example(number, -1.0, said=False) for number in range(1, 20)]
    many = material("many", VALUES * 7, example(0, 1.0), example(20, -1.0), *silent)
    found = preferences(SHIPPED, [few, many])
    assert np.bincount(found.queries, found.weights) == pytest.approx([2.0, 2.0])


def test_an_agreement_weighs_more_than_an_acceptance() -> None:
    accepted = material("accepted", VALUES, example(0, 1.0), example(1, -1.0))
    agreed = material("agreed", VALUES, example(0, 4.0), example(1, -1.0))
    first, second = preferences(SHIPPED, [accepted, agreed]).weights
    assert second > 4 * first


def test_unknown_is_not_zero() -> None:
    features = material("Q", [(float("nan"), 0.2, 0.5)]).features
    assert aligned(SHIPPED, features)[0].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)


def test_a_feature_that_the_table_lacks_counts_as_unknown() -> None:
    features = material("Q", VALUES).features
    fewer = replace(features, names=("theme", "fit"), values=features.values[:, [1, 0]])
    assert aligned(SHIPPED, fewer)[:, 0] == pytest.approx(aligned(SHIPPED, features)[:, 0])
    assert not aligned(SHIPPED, fewer)[:, 2].any()


def test_the_spread_is_that_inside_a_query() -> None:
    far, near = material("far", VALUES), material("near", [(0.5, 0.9, 0.5)] * 3)
    found = spread(SHIPPED, [far, near])
    assert found[0] > 0.2
    assert found[1] == 0.1
