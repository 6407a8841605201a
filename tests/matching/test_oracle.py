from __future__ import annotations

import numpy as np
import pytest

from matching.evaluation import measure
from matching.oracle import JudgedPool, Pools, ascend, cross_validated, pairwise_weights


def pools(seed: int, weights: tuple[float, ...], noise: float = 0.05, count: int = 30) -> list[JudgedPool]:
    """Queries whose best three of forty candidates are told by hidden weights."""
    generator = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        values = generator.random((40, len(weights)))
        order = np.argsort(-(values @ np.array(weights) + noise * generator.normal(size=40)))
        grades = np.full(40, -1)
        grades[order[:6]] = (3, 2, 2, 1, 0, 0)
        made.append(JudgedPool.of(values, grades, [grade for grade in grades.tolist() if grade >= 0]))
    return made


def test_scores_at_once_give_the_metric_of_each() -> None:
    own = pools(1, (1.0, 2.0), count=4)
    stacked = Pools(own)
    for place, value in enumerate(stacked.ndcg(stacked.values @ np.array([1.0, 0.0]))):
        gain = own[place].gain
        ranking = [str(i) for i in np.argsort(-own[place].values[:, 0], kind="stable")]
        grades = {str(i): int(np.log2(gain[i] + 1)) for i in range(40) if gain[i]}
        assert value == pytest.approx(measure(ranking, grades)["ndcg@10"])


def test_short_pools_and_what_retrieval_missed_are_allowed_for() -> None:
    pool = JudgedPool.of(np.array([[0.1], [0.9]]), np.array([2, -1]), [2, 3])
    stacked = Pools([pool])
    assert stacked.best() == pytest.approx(3 / (7 + 3 / np.log2(3)))


def test_hidden_weights_are_found() -> None:
    hidden = (4.0, 1.0, 0.0, -2.0)
    own = pools(2, hidden)
    found = pairwise_weights(own)
    assert np.corrcoef(found, hidden)[0, 1] > 0.97
    stacked = Pools(own)
    assert stacked.ndcg(stacked.values @ found).mean() > 0.9 > stacked.ndcg(stacked.values @ np.ones(4)).mean()


def test_climbing_never_loses() -> None:
    own = pools(3, (2.0, 1.0, 3.0), noise=0.4)
    stacked = Pools(own)
    for start in (np.array([1.0, 0.0, 0.0]), pairwise_weights(own)):
        before = stacked.ndcg(stacked.values @ start).mean()
        assert stacked.ndcg(stacked.values @ ascend(own, start)).mean() >= before


def test_noise_alone_is_learnt_in_sample_but_not_across_queries() -> None:
    generator = np.random.default_rng(5)
    own = []
    for _ in range(12):
        grades = np.full(30, -1)
        grades[generator.choice(30, 2, replace=False)] = 3
        own.append(JudgedPool.of(generator.random((30, 12)), grades, [3, 3]))
    stacked = Pools(own)
    assert stacked.ndcg(stacked.values @ ascend(own, pairwise_weights(own))).mean() > cross_validated(own).mean() + 0.1


def test_queries_without_a_pair_leave_the_weights_at_zero() -> None:
    assert pairwise_weights([JudgedPool.of(np.ones((1, 3)), np.array([2]), [2])]).tolist() == [0.0, 0.0, 0.0]
