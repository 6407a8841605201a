"""Coordinate ascent on nDCG@10 itself (Metzler and Croft, Information Retrieval 2007): a polish of fitted weights.

A pairwise loss stands in for what is wanted; where sources differ much in how far their candidates lie apart, its
optimum can be a poor order. Here one weight after the other is moved while the mean nDCG@10 over the sources rises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.evaluation import NDCG_DEPTH, gains, ideal_gain
from matching.training.examples import Example

Floats = NDArray[np.float64]

_TURNS = 4
_MOVES = (-1.0, -0.5, -0.25, -0.1, 0.1, 0.25, 0.5, 1.0, 2.0)
"""By what share of itself a weight is moved in a trial; a small one as if it were _LEAST_WEIGHT."""
_LEAST_WEIGHT = 0.5
_LEAST_GAIN = 2e-4
_SEED = 0


class Bank:
    """Examples in one block, so that nDCG@10 of all of them takes one sort."""

    def __init__(
        self, values: Floats, gain: Floats, query: NDArray[np.int64], starts: NDArray[np.int64], ideal: Floats
    ) -> None:
        self._values, self._gain, self._query, self._starts, self._ideal = values, gain, query, starts, ideal
        self._scatter = np.random.default_rng(_SEED).permutation(len(gain))

    @classmethod
    def of(cls, examples: Sequence[Example], typical: Floats) -> Self:
        """Examples with features around the typical ones, unknown 0; each has a candidate of grade 1 or more."""
        lengths = np.array([len(example.grades) for example in examples], dtype=np.int64)
        gain = [gains(example.grades) for example in examples]
        return cls(
            values=np.concatenate(
                [np.nan_to_num(example.features.values.astype(np.float64) - typical) for example in examples]
            ),
            gain=np.concatenate(gain),
            query=np.repeat(np.arange(len(examples)), lengths),
            starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64),
            ideal=np.array([ideal_gain(example.grades) for example in examples]),
        )

    def ndcg(self, weights: Floats) -> Floats:
        """NDCG@10 of each example, (examples,), of what its candidates allow; equals are in a settled random order."""
        scores = np.round(self._values @ weights, 6)
        order = np.lexsort((self._scatter, -scores, self._query))
        place = np.arange(len(order)) - self._starts[self._query[order]]
        top = place < NDCG_DEPTH
        gained = self._gain[order[top]] / np.log2(place[top] + 2.0)
        total = np.bincount(self._query[order[top]], weights=gained, minlength=len(self._starts))
        found: Floats = total / self._ideal
        return found


def ascend(banks: Mapping[str, Bank], counts: Mapping[str, float], start: Floats, movable: NDArray[np.bool_]) -> Floats:
    """Weights (features,) none of which can be moved to a better mean nDCG@10; sources count as `counts` says."""

    def quality(weights: Floats) -> float:
        return sum(counts[source] * float(bank.ndcg(weights).mean()) for source, bank in banks.items())

    best, reached = start.copy(), quality(start)
    least = _LEAST_GAIN * sum(counts[source] for source in banks)
    for _ in range(_TURNS):
        before = reached
        for place in np.flatnonzero(movable).tolist():
            step = max(abs(float(best[place])), _LEAST_WEIGHT)
            for move in _MOVES:
                trial = best.copy()
                trial[place] = max(float(trial[place]) + move * step, 0.0)
                found = quality(trial)
                if found > reached + least:
                    best, reached = trial, found
        if reached == before:
            break
    return best
