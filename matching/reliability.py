"""How far a probability can be trusted: reliability curve, calibration error, Brier score, bands, abstention.

All take `probability` (n,) in [0, 1] and `holds` (n,) bool. Expected calibration error as in Naeini, Cooper and
Hauskrecht (AAAI 2015): the gaps between said and true, weighted by how many fall into each bin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.significance import Interval, draws, percentile_interval

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

BINS = 10
_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of a reliability curve: how many fall into it, what was said on average, what share held."""

    low: float
    high: float
    count: int
    said: float
    true: float


def width_bins(probability: Floats, bins: int = BINS) -> Places:
    """The bin of each by equal width, the last one closed: (n,) in [0, bins)."""
    return np.minimum((probability * bins).astype(np.int64), bins - 1)


def mass_bins(probability: Floats, bins: int = BINS) -> Places:
    """The bin of each by equal mass, equal probabilities in the same bin: (n,) in [0, bins)."""
    ordered = np.sort(probability)
    middle = (np.searchsorted(ordered, probability, "left") + np.searchsorted(ordered, probability, "right") - 1) / 2
    return np.minimum((middle * bins / max(len(ordered), 1)).astype(np.int64), bins - 1)


def reliability_curve(probability: Floats, holds: Mask, places: Places) -> list[Bin]:
    """The filled bins, lowest first; `places` (n,) is the bin of each."""
    curve = []
    for place in np.unique(places):
        inside = places == place
        said = probability[inside]
        curve.append(
            Bin(float(said.min()), float(said.max()), len(said), float(said.mean()), float(holds[inside].mean()))
        )
    return curve


def calibration_error(probability: Floats, holds: Mask, places: Places) -> float:
    """Expected calibration error: gaps between said and true, weighted by bin; NaN of nothing."""
    if not len(probability):
        return float("nan")
    gaps = np.bincount(places, probability - holds)
    return float(np.abs(gaps).sum() / len(probability))


def brier_score(probability: Floats, holds: Mask) -> float:
    """Mean squared error of the probability (Brier 1950); NaN of nothing."""
    return float(np.mean((probability - holds) ** 2)) if len(probability) else float("nan")


def separation(scores: Floats, holds: Mask) -> float:
    """Area under the ROC curve: how often what holds scores above what does not, ties half; NaN without both."""
    positive, negative = scores[holds], np.sort(scores[~holds])
    if not len(positive) or not len(negative):
        return float("nan")
    below = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return float(below.mean() / 2 / len(negative))


def risk_coverage(confidence: Floats, holds: Mask) -> tuple[Floats, Floats]:
    """Answering the surest first: the share answered, and the share of those that are wrong, both (n,).

    Among equally sure ones the share that is wrong is spread evenly: no order among them is favoured.
    """
    order = np.argsort(-confidence, kind="stable")
    _, first, counts = np.unique(-confidence[order], return_index=True, return_counts=True)
    wrong = np.repeat(np.add.reduceat((~holds[order]).astype(np.float64), first) / counts, counts)
    answered = np.arange(1, len(order) + 1)
    return answered / len(order), np.cumsum(wrong) / answered


def clustered_interval(groups: Places, statistic: Callable[[Places], float], rounds: int = _ROUNDS) -> Interval:
    """95 % bootstrap interval of a statistic of places, drawing whole groups: pairs of one query are not independent.

    `groups` (n,) is the query of each pair; `statistic` takes the positions drawn.
    """
    names = np.unique(groups)
    members = [np.flatnonzero(groups == name) for name in names]
    if not members:
        return (float("nan"), float("nan"))
    values = [statistic(np.concatenate([members[i] for i in drawn])) for drawn in draws(len(members), rounds)]
    return percentile_interval(np.array(values, dtype=np.float64))
