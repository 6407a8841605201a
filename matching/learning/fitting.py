"""The refit: pairwise logistic regression that leans on the shipped weights and keeps their signs. Pure.

Bradley and Terry (Biometrika 1952) with a Gaussian prior around the shipped weights; convex, so there is one solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from matching.learning.opinions import Example
from matching.learning.preferences import Material, Preferences, aligned
from matching.ranking import FeatureWeight, RankingModel

LEANING = 30.0
"""Decisions that the shipped weights count for: chosen on the simulated brokers of `abbina benchmark learning`."""
_DIGITS = 4
"""Weights are rounded, so that the same decisions give the same version on every machine."""
LEAST_JUDGED = 60
"""Acceptances and rejections from which on the probabilities are fitted anew, a quarter of them of the rarer sort."""
_RARER = 0.25
_OWN_SCALE = 40.0
"""Decisions that the probabilities as they are count for."""


def refit(
    shipped: RankingModel,
    found: Preferences,
    spread: NDArray[np.float64],
    *,
    leaning: float = LEANING,
    version: str = "learnt",
) -> RankingModel:
    """The weights that explain the preferences best, near the shipped ones: `leaning` 0 sets them free.

    A change of a weight costs by how far it moves candidates of one query apart (`spread`, (features,)). A weight
    keeps its sign, and one that is zero stays zero: more of a good thing never becomes a bad one.
    """
    start = np.array([shipped.weights[name].weight for name in found.features])
    cost = leaning * spread**2
    bounds = [(0.0, None) if weight > 0 else (None, 0.0) if weight < 0 else (0.0, 0.0) for weight in start]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = found.differences @ weights
        moved = weights - start
        value = found.weights @ np.logaddexp(0.0, -margin) + 0.5 * cost @ moved**2
        slope = -(found.differences.T @ (found.weights * expit(-margin))) + cost * moved
        return float(value), slope

    solved = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000, "ftol": 1e-12})
    weights = np.round(solved.x, _DIGITS) if len(found) else start
    learnt = {
        name: FeatureWeight(float(weight), shipped.weights[name].typical)
        for name, weight in zip(found.features, weights, strict=True)
    }
    return replace(shipped, version=version, weights=learnt)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Candidates that were accepted (1) or rejected for what they are (0): `away` (n, features), `taken` (n,)."""

    away: NDArray[np.float64]
    taken: NDArray[np.float64]

    @property
    def enough(self) -> bool:
        """Whether the probabilities may be fitted to them."""
        count = len(self.taken)
        rarer = min(float(self.taken.sum()), count - float(self.taken.sum()))
        return count >= LEAST_JUDGED and rarer >= _RARER * count


def outcomes(model: RankingModel, materials: Sequence[Material]) -> Outcomes:
    """What was said about candidates, silence and reasons that say nothing left out."""
    away, taken = [np.empty((0, len(model.weights)))], [np.empty(0)]
    for material in materials:
        told: dict[int, Example] = {item.candidate: item for item in material.known if item.said and item.strength}
        rows = [place for place, number in enumerate(material.ids.tolist()) if number in told]
        if rows:
            away.append(aligned(model, material.features)[rows])
            taken.append(np.array([told[int(material.ids[row])].strength > 0 for row in rows], dtype=float))
    return Outcomes(np.concatenate(away), np.concatenate(taken))


def calibrate(shipped: RankingModel, refitted: RankingModel, found: Outcomes) -> RankingModel:
    """The refitted model on the scale of probabilities.

    With enough acceptances and rejections scale and intercept are fitted to them (Platt 1999), leaning on what they
    are; with less the intercept moves only so that the candidates which were decided about keep the mean log-odds that
    the shipped weights gave them: the words for how sure a suggestion is keep their meaning.
    """
    if not len(found.taken):
        return refitted
    old = np.array([item.weight for item in shipped.weights.values()])
    new = np.array([refitted.weights[name].weight for name in shipped.weights])
    intercept = shipped.intercept + float((found.away @ (old - new)).mean())
    scale = 1.0
    if found.enough:
        scale, intercept = _platt(found.away @ new, intercept, found.taken)
    weights = {
        name: FeatureWeight(round(item.weight * scale, _DIGITS), item.typical)
        for name, item in refitted.weights.items()
    }
    return replace(refitted, intercept=round(intercept, _DIGITS), weights=weights)


def _platt(points: NDArray[np.float64], intercept: float, taken: NDArray[np.float64]) -> tuple[float, float]:
    """Scale and intercept for (n,) points; both lean on 1 and on the intercept given."""

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = values[0] * points + values[1]
        moved = values - np.array([1.0, intercept])
        cost = 0.25 * _OWN_SCALE  # a logistic's curvature is at most a quarter for each decision
        value = np.logaddexp(0.0, scores).sum() - taken @ scores + 0.5 * cost * moved @ moved
        wrong = expit(scores) - taken
        return float(value), np.array([wrong @ points, wrong.sum()]) + cost * moved

    solved = minimize(loss, np.array([1.0, intercept]), jac=True, method="L-BFGS-B", bounds=[(0.1, 10.0), (None, None)])
    return float(solved.x[0]), float(solved.x[1])
