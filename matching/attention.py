"""How evenly attention is spread, and how alike what a list shows is: figures over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def gini(exposure: Floats) -> float:
    """Gini coefficient of exposures (n,): 0 where all have the same, near 1 where one has all; 0 without any."""
    total = float(exposure.sum())
    if not len(exposure) or total <= 0.0:
        return 0.0
    weights = 2 * np.arange(1, len(exposure) + 1) - len(exposure) - 1
    return float(weights @ np.sort(exposure) / (len(exposure) * total))


def lorenz(exposure: Floats) -> tuple[Floats, Floats]:
    """The Lorenz curve: share of the least exposed candidates, and their share of all exposure; (n + 1,) each."""
    summed = np.concatenate([[0.0], np.cumsum(np.sort(exposure))])
    return np.linspace(0.0, 1.0, len(summed)), summed / max(float(summed[-1]), 1e-12)


def covered(exposure: Floats) -> float:
    """Share of the candidates that were shown at all."""
    return float((exposure > 0.0).mean()) if len(exposure) else 0.0


def mean_likeness(similarity: Floats) -> float | None:
    """Mean similarity of the pairs of a list, (n, n) (Ziegler et al., WWW 2005); None for less than two."""
    count = len(similarity)
    if count < 2:
        return None
    return float((similarity.sum() - np.trace(similarity)) / (count * (count - 1)))
