"""Pairs of candidates of one query of which one was preferred, weighed against the pull of the places. Pure.

Who stands high up is looked at more, whatever it is. So a choice counts by the inverse of how probably its place was
looked at (Joachims, Swaminathan and Schnabel, WSDM 2017), clipped. For a candidate that was passed over, that inverse
and the probability that it was looked at at all cancel each other out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.learning.opinions import Example
from matching.ranking import FeatureTable, RankingModel

MOST_PROPENSITY = 4.0
"""No choice counts more than so many times, however far down it stood: few such choices would decide everything."""
_LEAST_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Material:
    """One query with what is known of its candidates. `name` is its reference: by it queries are held back.

    `ids` (n,) are the candidates and `features` (n, features) theirs.
    """

    name: str
    ids: NDArray[np.int64]
    features: FeatureTable
    known: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Preferences:
    """Pairs of all queries.

    `differences` (pairs, features): what the preferred one has more of, in values away from typical; `weights`
    (pairs,) in decisions; `queries` (pairs,) numbers in `names`.
    """

    features: tuple[str, ...]
    differences: NDArray[np.float64]
    weights: NDArray[np.float64]
    queries: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def present(self) -> tuple[str, ...]:
        """Names of the queries that have pairs."""
        return tuple(self.names[number] for number in np.unique(self.queries))


def preferences(model: RankingModel, materials: Sequence[Material], *, by_place: bool = True) -> Preferences:
    """The pairs of all queries; `by_place=False` leaves the places out of account (to see what that is worth).

    A query weighs as many as decisions were taken about it, however many pairs they make.
    """
    names = tuple(model.weights)
    differences, weights, queries, plain = [np.empty((0, len(names)))], [np.empty(0)], [np.empty(0, np.int64)], 0.0
    for number, material in enumerate(materials):
        places = {int(number): place for place, number in enumerate(material.ids)}
        found = _pairs(material.known, places, by_place)
        if found is None:
            continue
        better, worse, weight, decisions = found
        away = aligned(model, material.features)
        differences.append(away[better] - away[worse])
        weights.append(weight)
        queries.append(np.full(len(weight), number, np.int64))
        plain += decisions
    weight = np.concatenate(weights)
    if weight.sum() > 0:  # self-normalised (Swaminathan and Joachims, NIPS 2015): the places shift weight, add none
        weight *= plain / weight.sum()
    return Preferences(
        names, np.concatenate(differences), weight, np.concatenate(queries), tuple(item.name for item in materials)
    )


def spread(model: RankingModel, materials: Iterable[Material]) -> NDArray[np.float64]:
    """How far candidates of one query lie apart in each feature: (features,), the standard deviation.

    At least 0.1: a feature that is zero for most has a small deviation, but moves those far that it is not zero for.
    """
    variances = [aligned(model, item.features).var(axis=0) for item in materials if len(item.ids) > 1]
    found = np.sqrt(np.mean(variances, axis=0)) if variances else np.zeros(len(model.weights))
    return np.maximum(found, _LEAST_SPREAD)


def aligned(model: RankingModel, features: FeatureTable) -> NDArray[np.float64]:
    """What each weight is multiplied with: (candidates, weights), values away from typical, 0 where unknown.

    Columns are in the order of the model's weights; a feature that the table lacks counts as unknown.
    """
    columns: Mapping[str, int] = {name: place for place, name in enumerate(features.names)}
    whole = np.zeros((len(features.values), len(model.weights)))
    for place, (name, weight) in enumerate(model.weights.items()):
        if name in columns:
            whole[:, place] = np.nan_to_num(features.values[:, columns[name]].astype(np.float64) - weight.typical)
    return whole


_Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], float]


def _pairs(known: Iterable[Example], places: Mapping[int, int], by_place: bool) -> _Pairs | None:
    """Rows of the better and the worse (pairs,), their weights (pairs,), and how much was decided; None without any."""
    usable = [example for example in known if example.candidate in places]
    chosen = [example for example in usable if example.strength > 0]
    others = [example for example in usable if example.strength < 0]
    pairs = [
        (places[better.candidate], places[worse.candidate], better.strength * -worse.strength * _place(better, worse))
        if by_place
        else (places[better.candidate], places[worse.candidate], better.strength * -worse.strength)
        for better in chosen
        for worse in others
        if worse.said or worse.since <= better.since
    ]
    if not pairs:
        return None
    better_rows, worse_rows, weights = zip(*pairs, strict=True)
    decided = sum(abs(example.strength) for example in usable if example.said)
    share = decided / len(pairs)
    return np.array(better_rows), np.array(worse_rows), np.array(weights) * share, decided


def _place(better: Example, worse: Example) -> float:
    """What the pull of the two places is made up for with."""
    seen = better.attention * (worse.attention if worse.said else 1.0)
    return min(1.0 / seen, MOST_PROPENSITY)
