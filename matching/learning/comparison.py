"""Two models on held-back preferences: which orders better, and whether that is beyond chance. Pure.

Each model is first given the sharpness that suits it best on the other queries: else a model that is merely less sure
of everything would look better wherever decisions are noisy, though nothing of its order would be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from matching.learning.preferences import Material, Preferences, preferences
from matching.ranking import RankingModel

HELD_BACK = 0.4
"""Share of the queries that no model is fitted to."""
LEAST_QUERIES = 10
"""Held-back queries below which nothing is promoted."""
_ROUNDS = 2000
_SEED = 20260101
_LEVEL = 2.5
"""Per cent of the bootstrap's lower tail that must lie above zero: a two-sided interval of 95 %."""
_BUCKETS = 1000
_SHARPNESS = (0.02, 5.0)


def held_back(name: str) -> bool:
    """Whether a query is kept for comparing: by a hash of its reference, so the same every night."""
    digest = hashlib.sha256(f"held back: {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _BUCKETS < HELD_BACK * _BUCKETS


@dataclass(frozen=True, slots=True)
class Comparison:
    """Means over the held-back queries; `gain` is how much less log loss the new model has, with its 95 % interval."""

    queries: int
    pairs: int
    accuracy_before: float
    accuracy_after: float
    loss_before: float
    loss_after: float
    gain: float
    gain_low: float
    gain_high: float

    @property
    def enough(self) -> bool:
        """Whether there is anything to go by."""
        return self.queries >= LEAST_QUERIES

    @property
    def better(self) -> bool:
        """Whether the new model orders more pairs rightly, and is surer of them beyond chance."""
        return self.enough and self.gain_low > 0 and self.accuracy_after > self.accuracy_before

    def as_dict(self) -> dict[str, Any]:
        """For reports and for the store."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def compare(
    before: RankingModel, after: RankingModel, training: Sequence[Material], testing: Sequence[Material]
) -> Comparison:
    """Both models on the preferences of the same queries (`testing`), by a paired bootstrap over queries."""
    accuracy_before, loss_before, pairs = _by_query(before, training, testing)
    accuracy_after, loss_after, _ = _by_query(after, training, testing)
    gains = loss_before - loss_after
    low, high = _interval(gains)
    return Comparison(
        queries=len(gains),
        pairs=pairs,
        accuracy_before=_mean(accuracy_before),
        accuracy_after=_mean(accuracy_after),
        loss_before=_mean(loss_before),
        loss_after=_mean(loss_after),
        gain=_mean(gains),
        gain_low=low,
        gain_high=high,
    )


def margins(model: RankingModel, found: Preferences) -> NDArray[np.float64]:
    """How much higher the preferred of each pair scores: (pairs,)."""
    weights = np.array([model.weights[name].weight for name in found.features])
    margin: NDArray[np.float64] = found.differences @ weights
    return margin


def _by_query(
    model: RankingModel, training: Sequence[Material], testing: Sequence[Material]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Pairwise accuracy (a tie is half right) and log loss of each query that has pairs, (queries,); how many pairs."""
    found, sharpness = preferences(model, testing), _sharpness(model, preferences(model, training))
    margin = margins(model, found)
    right = (margin > 0) + 0.5 * (margin == 0)
    loss = np.logaddexp(0.0, -sharpness * margin)
    numbers, places = np.unique(found.queries, return_inverse=True)
    whole = np.bincount(places, found.weights, minlength=len(numbers))
    accuracy = np.bincount(places, found.weights * right, minlength=len(numbers)) / whole
    return accuracy, np.bincount(places, found.weights * loss, minlength=len(numbers)) / whole, len(found)


def _sharpness(model: RankingModel, found: Preferences) -> float:
    """What a model's margins are multiplied with to explain the preferences best."""
    margin = margins(model, found)

    def loss(sharpness: float) -> float:
        return float(found.weights @ np.logaddexp(0.0, -sharpness * margin))

    return float(minimize_scalar(loss, bounds=_SHARPNESS, method="bounded").x)


def _interval(gains: NDArray[np.float64]) -> tuple[float, float]:
    if not len(gains):
        return 0.0, 0.0
    draws = np.random.default_rng(_SEED).integers(0, len(gains), size=(_ROUNDS, len(gains)))
    low, high = np.percentile(gains[draws].mean(axis=1), [_LEVEL, 100.0 - _LEVEL])
    return float(low), float(high)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0
