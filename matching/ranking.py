"""The additive ranking: features in [0, 1] or unknown, weighed and added up; the parts are the explanation."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.errors import MatchingError
from matching.types import Band, Contribution

WEIGHTS_FOLDER = Path(__file__).parent / "weights"
ORGANISATIONS, PROPOSALS, OPPORTUNITIES = "organisations", "proposals", "opportunities"
"""The lists: organisations and counterparts of a proposal, and the proposals that look for an organisation."""
LISTS = (ORGANISATIONS, PROPOSALS, OPPORTUNITIES)
BASELINE = "baseline"
"""Name of the contribution that every candidate starts from."""


@dataclass(frozen=True, slots=True)
class FeatureWeight:
    """`weight` is log-odds for the whole way from 0 to 1; at the value `typical` a feature adds nothing."""

    weight: float
    typical: float


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """`values` is (candidates, features) float32 in [0, 1], NaN where a feature is unknown."""

    names: tuple[str, ...]
    values: NDArray[np.float32]

    def column(self, name: str) -> NDArray[np.float32]:
        """One feature of all candidates."""
        column: NDArray[np.float32] = self.values[:, self.names.index(name)]
        return column


@dataclass(frozen=True, slots=True)
class RankingModel:
    """Weights of one list. The score is log-odds; its logistic is the probability that a broker finds it plausible."""

    name: str
    version: str
    intercept: float
    weights: Mapping[str, FeatureWeight]
    bands: Mapping[Band, float]
    """Least probability of each band above `weak`."""

    def points(self, features: FeatureTable) -> NDArray[np.float64]:
        """What each feature adds: (candidates, features). An unknown feature adds nothing: unknown is not zero."""
        chosen = [self.weights[name] for name in features.names]
        weight = np.array([item.weight for item in chosen])
        typical = np.array([item.typical for item in chosen])
        points: NDArray[np.float64] = np.nan_to_num(weight * (features.values.astype(np.float64) - typical), nan=0.0)
        return points

    def scores(self, features: FeatureTable) -> NDArray[np.float64]:
        """Score of each candidate: the intercept and the points added up."""
        scores: NDArray[np.float64] = self.intercept + self.points(features).sum(axis=1)
        return scores

    def contributions(self, features: FeatureTable, row: int) -> tuple[Contribution, ...]:
        """The parts of one candidate's score, the baseline first, then the weightiest; they sum to the score."""
        return self.parts(features, row, self.points(features))

    def parts(self, features: FeatureTable, row: int, points: NDArray[np.float64]) -> tuple[Contribution, ...]:
        """The same from the points of all candidates, (candidates, features), where they are known already."""
        parts = [
            Contribution(
                feature=name,
                value=None if np.isnan(value) else round(float(value), 4),
                weight=self.weights[name].weight,
                points=float(point),
            )
            for name, value, point in zip(features.names, features.values[row], points[row], strict=True)
        ]
        parts.sort(key=lambda part: -abs(part.points))
        return (Contribution(BASELINE, None, 1.0, self.intercept), *parts)

    def band(self, score: float) -> Band:
        """The band that a score falls into."""
        for band in (Band.STRONG, Band.GOOD, Band.POSSIBLE):
            if probability(score) >= self.bands[band]:
                return band
        return Band.WEAK


def probability(score: float) -> float:
    """Log-odds to probability."""
    return 1.0 / (1.0 + math.exp(-min(max(score, -60.0), 60.0)))


def load_model(name: str, folder: Path = WEIGHTS_FOLDER) -> RankingModel:
    """Read the weights of one list. Raises MatchingError where the file is missing or damaged."""
    path = folder / f"{name}.json"
    try:
        return model_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MatchingError(f"ranking weights {path} cannot be used ({error!r}): reinstall the program") from error


def model_of(raw: Mapping[str, Any]) -> RankingModel:
    """The model that a JSON object describes. Raises ValueError, KeyError or TypeError where it has another form."""
    return RankingModel(
        name=raw["name"],
        version=raw["version"],
        intercept=float(raw["intercept"]),
        weights={
            name: FeatureWeight(float(item["weight"]), float(item["typical"])) for name, item in raw["features"].items()
        },
        bands={Band(name): float(least) for name, least in raw["bands"].items()},
    )
