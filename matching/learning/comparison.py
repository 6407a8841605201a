"""The model in force and a refit on held-back preferences: which orders better, and is it beyond chance? Pure.

Every query is held back in one of five rounds, by a hash of its reference and so the same every night: in each round
the refit sees the other queries only. The model in force may have learnt from any, which makes it harder to beat.

Each model is first given the sharpness that suits it best on the other queries: else a model that is merely less sure
of everything would look better wherever decisions are noisy, though nothing of its order would be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from matching.learning.preferences import Material, Preferences, preferences
from matching.ranking import RankingModel
from matching.significance import draws, percentile_interval

ROUNDS = 5
LEAST_QUERIES = 20
"""Queries with preferences below which nothing is promoted."""
_SHARPNESS = (0.0, 50.0)

Refit = Callable[[Sequence[Material]], RankingModel]
"""From what may be learnt from to a model."""


def round_of(name: str) -> int:
    """In which round a query is held back."""
    return int.from_bytes(hashlib.sha256(f"held back: {name}".encode()).digest()[:8], "big") % ROUNDS


@dataclass(frozen=True, slots=True)
class Comparison:
    """Means over held-back preferences by their weight; `gain` is how much less log loss the refit has, ± 95 %."""

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
        """Whether the refit orders more pairs rightly, and is surer of them beyond chance."""
        return self.enough and self.gain_low > 0 and self.accuracy_after > self.accuracy_before

    def as_dict(self) -> dict[str, Any]:
        """For reports and for the store."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def compare(in_force: RankingModel, refit: Refit, materials: Sequence[Material]) -> Comparison:
    """Both on each query while it is held back, by a paired bootstrap over queries."""
    rounds = [np.empty((0, 5))]
    pairs = 0
    for number in range(ROUNDS):
        testing = [item for item in materials if round_of(item.name) == number]
        training = [item for item in materials if round_of(item.name) != number]
        held_back = preferences(in_force, testing)
        if not len(held_back) or not len(preferences(in_force, training)):
            continue
        before, after = _tested(in_force, training, testing), _tested(refit(training), training, testing)
        rounds.append(np.column_stack([before, after[:, 1:]]))
        pairs += len(held_back)
    return _summary(np.concatenate(rounds), pairs)


def _summary(tested: NDArray[np.float64], pairs: int) -> Comparison:
    """From (queries, 5): weight, right and lost before, right and lost after."""
    if not len(tested):
        return Comparison(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    drawn = draws(len(tested))
    weight, lost = tested[:, 0], tested[:, 2] - tested[:, 4]
    low, high = percentile_interval(lost[drawn].sum(axis=1) / weight[drawn].sum(axis=1))
    right_before, lost_before, right_after, lost_after = (tested[:, 1:].sum(axis=0) / weight.sum()).tolist()
    return Comparison(
        queries=len(tested),
        pairs=pairs,
        accuracy_before=right_before,
        accuracy_after=right_after,
        loss_before=lost_before,
        loss_after=lost_after,
        gain=lost_before - lost_after,
        gain_low=low,
        gain_high=high,
    )


def margins(model: RankingModel, found: Preferences) -> NDArray[np.float64]:
    """How much higher the preferred of each pair scores: (pairs,)."""
    weights = np.array([model.weights[name].weight for name in found.features])
    margin: NDArray[np.float64] = found.differences @ weights
    return margin


def _tested(model: RankingModel, training: Sequence[Material], testing: Sequence[Material]) -> NDArray[np.float64]:
    """Of each query with pairs the weight, how much of it is in order (ties half), the log loss: (queries, 3)."""
    found, sharpness = preferences(model, testing), _sharpness(model, preferences(model, training))
    margin = margins(model, found)
    right = (margin > 0) + 0.5 * (margin == 0)
    loss = np.logaddexp(0.0, -sharpness * margin)
    _, places = np.unique(found.queries, return_inverse=True)
    columns = [np.bincount(places, found.weights * values) for values in (np.ones_like(margin), right, loss)]
    return np.column_stack(columns)


def _sharpness(model: RankingModel, found: Preferences) -> float:
    """What a model's margins are multiplied with to explain the preferences best."""
    margin = margins(model, found)

    def loss(sharpness: float) -> float:
        return float(found.weights @ np.logaddexp(0.0, -sharpness * margin))

    return float(minimize_scalar(loss, bounds=_SHARPNESS, method="bounded").x)
