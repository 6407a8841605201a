"""What the features could do at best: the linear combination that fits the judged queries themselves.

An upper bound to hold the shipped weights against, never shipped: it has seen the answers. Fitted pairwise by logistic
regression (Joachims, KDD 2002), then moved coordinate by coordinate as far as nDCG@10 itself rises (Metzler and Croft,
Information Retrieval 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from matching.evaluation import NDCG_DEPTH, gains, ideal_gain

Floats = NDArray[np.float64]

FOLDS = 5
_PAIRS = 1000
_SEED = 20260102
_SWEEPS = 3
_STEPS = (-4.0, -2.0, -1.0, -0.5, -0.2, 0.2, 0.5, 1.0, 2.0, 4.0)
_STRENGTH = 1.0
_LEAST_GAIN = 1e-9


@dataclass(frozen=True, slots=True)
class JudgedPool:
    """One query's candidates, equals in the order that settles ties: `values` (n, features), no NaN; `gain` (n,) of
    each by its grade, 0 for the unjudged; `ideal` is the discounted gain of the best order of all judged."""

    values: Floats
    gain: Floats
    ideal: float

    @classmethod
    def of(cls, values: Floats, grades: NDArray[np.int64], all_grades: Sequence[int]) -> JudgedPool:
        """From grades of the pool (negative for the unjudged) and those of all judged candidates, pooled or not."""
        return cls(values, gains(grades), ideal_gain(all_grades))


class Pools:
    """Several queries' pools as padded arrays, to be scored at once: (queries, candidates, features)."""

    def __init__(self, pools: Sequence[JudgedPool]) -> None:
        longest = max((len(pool.gain) for pool in pools), default=0)
        longest = max(longest, NDCG_DEPTH)
        width = max((pool.values.shape[1] for pool in pools), default=0)
        self.values = np.zeros((len(pools), longest, width))
        self.gain = np.zeros((len(pools), longest))
        self.empty = np.ones((len(pools), longest), dtype=np.bool_)
        self.ideal = np.array([pool.ideal for pool in pools])
        for place, pool in enumerate(pools):
            count = len(pool.gain)
            self.values[place, :count, : pool.values.shape[1]] = pool.values
            self.gain[place, :count] = pool.gain
            self.empty[place, :count] = False

    def ndcg(self, scores: Floats) -> Floats:
        """nDCG@10 of each query for scores (queries, candidates): (queries,)."""
        order = np.argsort(np.where(self.empty, np.inf, -scores), axis=1, kind="stable")[:, :NDCG_DEPTH]
        top = np.take_along_axis(self.gain, order, axis=1)
        result: Floats = (top / np.log2(np.arange(2, NDCG_DEPTH + 2))).sum(axis=1) / self.ideal
        return result

    def best(self) -> Floats:
        """nDCG@10 of each query if its pool were in perfect order: what retrieval leaves to be won, (queries,)."""
        return self.ndcg(self.gain)


def pairwise_weights(pools: Sequence[JudgedPool], seed: int = _SEED) -> Floats:
    """Weights (features,) of a logistic regression on pairs of candidates of one query; each query weighs the same."""
    generator = np.random.default_rng(seed)
    found = [pairs for pool in pools if (pairs := _pairs(pool, generator)) is not None]
    if not found:
        return np.zeros(pools[0].values.shape[1] if pools else 0)
    differences = np.concatenate([differences for differences, _ in found])
    importance = np.concatenate([weight for _, weight in found])
    signs = generator.integers(0, 2, size=len(differences)) * 2 - 1
    signs[:2] = (1, -1)  # both classes, however few pairs there are
    model = LogisticRegression(C=_STRENGTH, fit_intercept=False, max_iter=2000)
    model.fit(differences * signs[:, None], signs > 0, sample_weight=importance * 100.0)
    weights: Floats = model.coef_[0].astype(np.float64)
    return weights


def _pairs(pool: JudgedPool, generator: np.random.Generator) -> tuple[Floats, Floats] | None:
    """Differences (pairs, features) of a better from a worse candidate, and what each pair counts; None without any."""
    better, worse = np.nonzero(pool.gain[:, None] > pool.gain[None, :])
    if len(better) < 2:
        return None
    if len(better) > _PAIRS:
        drawn = generator.choice(len(better), size=_PAIRS, replace=False)
        better, worse = better[drawn], worse[drawn]
    weight = pool.gain[better] - pool.gain[worse]
    return pool.values[better] - pool.values[worse], weight / weight.sum()


def ascend(pools: Sequence[JudgedPool], start: Floats) -> Floats:
    """Weights (features,) from `start` on, each moved in turn wherever the mean nDCG@10 rises."""
    stacked = Pools(pools)
    weights = start.astype(np.float64).copy()
    scale = max(float(np.abs(weights).max(initial=0.0)), 1.0) / 4.0
    best = float(stacked.ndcg(stacked.values @ weights).mean())
    for sweep in range(_SWEEPS):
        for feature in range(len(weights)):
            rest, column = stacked.values @ weights, stacked.values[:, :, feature]
            moves = [step * scale / 2**sweep for step in _STEPS]
            values = [float(stacked.ndcg(rest + move * column).mean()) for move in moves]
            place = int(np.argmax(values))
            if values[place] > best + _LEAST_GAIN:
                best = values[place]
                weights[feature] += moves[place]
    return weights


def cross_validated(pools: Sequence[JudgedPool], folds: int = FOLDS, seed: int = _SEED) -> Floats:
    """nDCG@10 of each query by pairwise weights that were fitted on the other folds' queries: (queries,)."""
    fold = np.random.default_rng(seed).permutation(len(pools)) % max(min(folds, len(pools)), 1)
    values = np.zeros(len(pools))
    for number in np.unique(fold):
        inside = np.flatnonzero(fold == number)
        others = [pools[place] for place in np.flatnonzero(fold != number).tolist()]
        if not others:
            continue
        stacked = Pools([pools[place] for place in inside.tolist()])
        values[inside] = stacked.ndcg(stacked.values @ pairwise_weights(others, seed))
    return values
