from __future__ import annotations

import numpy as np
import pytest

from matching.fusion import RANK_CONSTANT, reciprocal_rank_fusion


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_what_stands_high_in_both_lists_comes_first() -> None:
    fused, _ = reciprocal_rank_fusion([ids(1, 2, 3), ids(4, 2, 5)], top=5)
    assert fused[0] == 2


def test_a_score_is_the_sum_of_reciprocal_ranks() -> None:
    fused, scores = reciprocal_rank_fusion([ids(7, 8), ids(8)], top=2)
    assert dict(zip(fused.tolist(), scores.tolist(), strict=True)) == pytest.approx(
        {8: 1 / (RANK_CONSTANT + 2) + 1 / (RANK_CONSTANT + 1), 7: 1 / (RANK_CONSTANT + 1)}
    )


def test_the_order_of_the_lists_does_not_matter_for_equal_scores() -> None:
    one, _ = reciprocal_rank_fusion([ids(3, 1), ids(2, 9)], top=4)
    other, _ = reciprocal_rank_fusion([ids(2, 9), ids(3, 1)], top=4)
    assert one.tolist() == other.tolist() == [2, 3, 1, 9]


def test_a_heavier_list_decides() -> None:
    fused, _ = reciprocal_rank_fusion([ids(1), ids(2)], weights=[1.0, 3.0], top=1)
    assert fused.tolist() == [2]


def test_no_lists_give_nothing() -> None:
    fused, scores = reciprocal_rank_fusion([], top=5)
    assert len(fused) == len(scores) == 0
