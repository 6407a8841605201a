"""How sure a measured difference is: bootstrap intervals over queries, paired randomisation tests, Holm's correction.

All take one number for each query and are repeatable: the seed is fixed unless it is given. Randomisation as in
Smucker, Allan and Carterette (CIKM 2007); correction as in Holm (Scandinavian Journal of Statistics, 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]

ROUNDS = 20_000
BOOTSTRAP_ROUNDS = 2000
SEED = 20260101
_PERCENTILES = (2.5, 97.5)
_ROUNDS_AT_ONCE = 2000
_EQUAL = 1e-12
"""Means nearer to each other than this are equal: sums of floats differ in their last digits by order."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean difference of two systems over the same queries, its 95 % interval, and the two-sided p of no difference."""

    mean: float
    interval: Interval
    p: float


def draws(queries: int, rounds: int = BOOTSTRAP_ROUNDS, seed: int = SEED) -> NDArray[np.int64]:
    """Queries drawn with replacement: (rounds, queries) of positions."""
    return np.random.default_rng(seed).integers(0, queries, size=(rounds, queries))


def percentile_interval(values: Floats) -> Interval:
    """The 95 % interval of what a bootstrap gave, NaN rounds left out; NaN where nothing is left."""
    known = values[~np.isnan(values)]
    if not len(known):
        return (float("nan"), float("nan"))
    low, high = np.percentile(known, _PERCENTILES)
    return (float(low), float(high))


def mean_interval(values: ArrayLike) -> Interval:
    """95 % bootstrap interval of the mean of one number for each query, (queries,); (0, 0) without any."""
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        return (0.0, 0.0)
    return percentile_interval(array[draws(len(array))].mean(axis=1))


def sign_flip_p(differences: ArrayLike, rounds: int = ROUNDS, seed: int = SEED) -> float:
    """Two-sided p of a paired randomisation test: how often random signs give a mean as far from 0: (queries,) to p.

    Exact where there are no more sign patterns than `rounds`; else sampled, the observed pattern counted in, so that p
    is never 0.
    """
    array = np.asarray(differences, dtype=np.float64)
    array = array[array != 0.0]  # a query without a difference says nothing, whatever its sign
    if not len(array):
        return 1.0
    observed = abs(float(array.sum())) - _EQUAL * len(array)
    if 2 ** len(array) <= rounds:
        patterns = np.arange(2 ** len(array))[:, None] >> np.arange(len(array)) & 1
        return float((np.abs((2.0 * patterns - 1.0) @ array) >= observed).mean())
    generator = np.random.default_rng(seed)
    as_far = 0
    for start in range(0, rounds, _ROUNDS_AT_ONCE):  # bounds the memory
        size = (min(_ROUNDS_AT_ONCE, rounds - start), len(array))
        signs = 2.0 * generator.integers(0, 2, size=size) - 1.0
        as_far += int((np.abs(signs @ array) >= observed).sum())
    return (as_far + 1) / (rounds + 1)


def compare(ours: ArrayLike, theirs: ArrayLike, rounds: int = ROUNDS) -> Difference:
    """Ours less theirs over the same queries, both (queries,) in the same order. Raises ValueError on other lengths."""
    first, second = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"{len(first)} and {len(second)} values: a paired test needs both for each query")
    differences = first - second
    mean = float(differences.mean()) if len(differences) else 0.0
    return Difference(mean, mean_interval(differences), sign_flip_p(differences, rounds))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p of several tests made together, in the order given; never less than the plain p."""
    count = len(p_values)
    adjusted = [0.0] * count
    highest = 0.0
    for step, place in enumerate(sorted(range(count), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (count - step) * p_values[place]))
        adjusted[place] = highest
    return adjusted
