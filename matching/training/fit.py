"""A pairwise logistic fit of additive weights, each pair counting by what its right order is worth at the top.

The loss is LambdaRank's (Burges, Ragno and Le, NIPS 2006) with the change of nDCG@10 as weight of a pair, minimised in
rounds: the order of each round weighs the pairs of the next. Weights cannot be negative, since every feature is made so
that more is better, and are drawn towards a prior.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from matching.evaluation import NDCG_DEPTH, gains, ideal_gain
from matching.training.examples import Example

Floats = NDArray[np.float64]

_ROUNDS = 6
_AVERAGED = 3
_MOST_LOWER = 150
"""Candidates of a lower grade that one is compared with: the best placed ones."""
_ANYWHERE = 0.05
"""What the right order of two candidates counts wherever they stand, as a share of an example's pairs."""
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Recipe:
    """How weights are fitted: `prior` weights and the `pull` towards them, what examples of each source count.

    Features in `fixed` keep their prior weight: nothing in the examples tells about them.
    """

    pull: float
    prior: Mapping[str, float]
    sources: Mapping[str, float]
    fixed: frozenset[str] = frozenset()

    def start(self, names: Sequence[str]) -> Floats:
        """The prior weights of features, (features,); 0 where none is given."""
        return np.array([self.prior.get(name, 0.0) for name in names])

    def movable(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Which features are learnt, (features,)."""
        return np.array([name not in self.fixed for name in names])


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example as numbers: `values` (n, features) around the typical ones, unknown 0; `gain` and `trust` (n,)."""

    values: Floats
    gain: Floats
    trust: Floats
    weight: float
    ideal: float
    """The discounted gain of the best order."""


def typical_values(examples: Sequence[Example], names: Sequence[str]) -> Floats:
    """The mean of each feature's known values, each example counting the same; 0.5 where it is never known."""
    means = np.full((len(examples), len(names)), np.nan)
    for row, example in enumerate(examples):
        known = np.isfinite(example.features.values)
        counted = known.sum(axis=0)
        sums = np.where(known, example.features.values, 0.0).sum(axis=0)
        means[row] = np.where(counted > 0, sums / np.maximum(counted, 1), np.nan)
    found = np.isfinite(means)
    sums = np.where(found, means, 0.0).sum(axis=0)
    return np.where(found.any(axis=0), sums / np.maximum(found.sum(axis=0), 1), 0.5)


def prepare(examples: Iterable[Example], typical: Floats, recipe: Recipe) -> list[Prepared]:
    """Examples as numbers; sources share the weight that the recipe gives them evenly among their examples."""
    listed = list(examples)
    counts = {source: sum(example.source == source for example in listed) for source in recipe.sources}
    return [
        Prepared(
            values=np.nan_to_num(example.features.values.astype(np.float64) - typical),
            gain=gains(example.grades),
            trust=example.trust.astype(np.float64),
            weight=recipe.sources[example.source] / counts[example.source],
            ideal=ideal_gain(example.grades),
        )
        for example in listed
        if recipe.sources.get(example.source, 0.0) > 0.0
    ]


def fit(examples: Sequence[Prepared], names: Sequence[str], recipe: Recipe) -> Floats:
    """Weights (features,) for features around their typical values; deterministic."""
    weights = prior = recipe.start(names)
    bounds = [
        (0.0, None) if free else (own, own)
        for free, own in zip(recipe.movable(names).tolist(), prior.tolist(), strict=True)
    ]
    last: list[Floats] = []
    for turn in range(_ROUNDS):
        differences, worth = _pairs(examples, weights)

        def loss(candidate: Floats, d: Floats = differences, w: Floats = worth) -> tuple[float, Floats]:
            margin = d @ candidate
            value = float(w @ np.logaddexp(0.0, -margin)) + recipe.pull * float(((candidate - prior) ** 2).sum())
            slope = -d.T @ (w / (1.0 + np.exp(np.clip(margin, -60.0, 60.0))))
            return value, slope + 2.0 * recipe.pull * (candidate - prior)

        options = {"maxiter": _STEPS}
        weights = minimize(loss, weights, jac=True, bounds=bounds, method="L-BFGS-B", options=options).x
        if turn >= _ROUNDS - _AVERAGED:
            last.append(weights)
    mean: Floats = np.mean(last, axis=0)
    return mean


def _pairs(examples: Sequence[Prepared], weights: Floats) -> tuple[Floats, Floats]:
    """Differences of features (pairs, features) between a better and a worse candidate, and the worth of each pair."""
    differences: list[Floats] = []
    worths: list[Floats] = []
    for example in examples:
        parts = list(_pairs_of(example, weights))
        if parts:  # each example counts what its weight says, however many pairs it has
            worth = np.concatenate([own for _, own in parts])
            differences += [difference for difference, _ in parts]
            worths.append(worth * (example.weight / worth.sum()))
    return np.concatenate(differences), np.concatenate(worths)


def _pairs_of(example: Prepared, weights: Floats) -> Iterator[tuple[Floats, Floats]]:
    order = np.argsort(-(example.values @ weights), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    discount = np.where(place < NDCG_DEPTH, 1.0 / np.log2(2.0 + place), 0.0)
    better = np.flatnonzero(example.gain > 0.0)
    for one in better.tolist():
        lower = np.flatnonzero(example.gain < example.gain[one])
        lower = lower[np.argsort(place[lower], kind="stable")][:_MOST_LOWER]
        if not len(lower):
            continue
        step = example.gain[one] - example.gain[lower]
        at_the_top = np.abs(step * (discount[one] - discount[lower])) / example.ideal
        anywhere = _ANYWHERE * step / example.gain.max() / (len(better) * len(lower))
        yield (
            example.values[one] - example.values[lower],
            (at_the_top + anywhere) * example.trust[one] * example.trust[lower],
        )
