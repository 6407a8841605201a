"""Scores to probabilities: Platt's logistic (1999), fitted on scores of queries that the weights had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds of being plausible are `slope` times a score plus `offset`."""

    slope: float
    offset: float

    def log_odds(self, scores: Floats) -> Floats:
        """Calibrated log-odds of scores, (n,)."""
        return self.slope * scores + self.offset


def calibrate(scores: Floats, plausible: NDArray[np.bool_], weights: Floats) -> Calibration:
    """Fit by weighted maximum likelihood, with Platt's smoothed targets so that no probability becomes 0 or 1.

    The slope is at least a hundredth: the order of candidates is never turned round.
    """
    yes, no = float(weights[plausible].sum()), float(weights[~plausible].sum())
    target = np.where(plausible, (yes + 1.0) / (yes + 2.0), 1.0 / (no + 2.0))

    def loss(parameters: Floats) -> tuple[float, Floats]:
        log_odds = parameters[0] * scores + parameters[1]
        error = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -60.0, 60.0))) - target
        value = float(weights @ (np.logaddexp(0.0, log_odds) - target * log_odds))
        return value, np.array([weights @ (error * scores), weights @ error])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=[(0.01, None), (None, None)], method="L-BFGS-B").x
    return Calibration(float(found[0]), float(found[1]))


def folds_of(names: Sequence[str], folds: int) -> NDArray[np.int64]:
    """A fold for each example by its query's name, so that both lists of a query stay together; always the same."""
    queries = sorted({name.split("/", 1)[0] for name in names})
    places = {query: place % folds for place, query in enumerate(queries)}
    return np.array([places[name.split("/", 1)[0]] for name in names], dtype=np.int64)
