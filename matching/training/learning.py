"""From examples to a list's ranking model: weights fitted, scores calibrated, and what was measured on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.evaluation import NDCG_DEPTH, gains
from matching.ranking import FeatureWeight, RankingModel
from matching.training.calibration import PLAUSIBLE, Calibration, calibrate, folds_of
from matching.training.examples import Example
from matching.training.fit import Recipe, fit, prepare, typical_values
from matching.types import Band

BANDS: Mapping[Band, float] = {Band.STRONG: 0.6, Band.GOOD: 0.35, Band.POSSIBLE: 0.15}
"""Least probability of each band: more likely than not by a margin, about one in two, worth a look."""
FOLDS = 5
_DIGITS = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model, and how the same recipe did on queries held back: nDCG@10 by source, calibration's sample."""

    model: RankingModel
    held_back: Mapping[str, float]
    calibration: Calibration
    calibrated_on: int


def learn(
    name: str,
    version: str,
    examples: Sequence[Example],
    recipe: Recipe,
    prior: Mapping[str, float],
    graded: Mapping[str, float],
) -> Learnt:
    """Fit and calibrate the weights of one list. `prior` are weights to be drawn to; missing ones are 0.

    `graded` names the sources whose grades a person gave, with what each source counts in the calibration.
    """
    names = examples[0].features.names
    typical = typical_values(examples, names)
    start = np.array([prior.get(feature, 0.0) for feature in names])
    folds = folds_of([example.name for example in examples], FOLDS)
    scores: list[Floats] = [np.empty(0)] * len(examples)
    for fold in range(FOLDS):
        seen = [example for example, own in zip(examples, folds, strict=True) if own != fold]
        weights = fit(prepare(seen, typical, recipe), names, start, recipe)
        for place in np.flatnonzero(folds == fold).tolist():
            scores[place] = _scores(examples[place], typical, weights)
    found, judged = _calibrate(examples, scores, graded)
    weights = fit(prepare(examples, typical, recipe), names, start, recipe) * found.slope
    model = RankingModel(
        name=name,
        version=version,
        intercept=round(found.offset, _DIGITS),
        weights={
            feature: FeatureWeight(round(float(weight), _DIGITS), round(float(usual), _DIGITS))
            for feature, weight, usual in zip(names, weights, typical, strict=True)
        },
        bands=dict(BANDS),
    )
    return Learnt(model, _quality(examples, scores), found, judged)


def _scores(example: Example, typical: Floats, weights: Floats) -> Floats:
    scores: Floats = np.nan_to_num(example.features.values.astype(np.float64) - typical) @ weights
    return scores


def _calibrate(
    examples: Sequence[Example], scores: Sequence[Floats], graded: Mapping[str, float]
) -> tuple[Calibration, int]:
    """Fit on candidates that a person judged, each source counting in all what `graded` says."""
    parts: list[tuple[Floats, NDArray[np.bool_], Floats]] = []
    judged = dict.fromkeys(graded, 0)
    for example, own in zip(examples, scores, strict=True):
        if example.source in graded:
            known = example.trust >= 1.0
            judged[example.source] += int(known.sum())
            weight = np.full(int(known.sum()), graded[example.source])
            parts.append((own[known], example.grades[known] >= PLAUSIBLE, weight))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return calibrate(columns[0], columns[1].astype(np.bool_), columns[2]), sum(judged.values())


def _quality(examples: Sequence[Example], scores: Sequence[Floats]) -> dict[str, float]:
    """Mean nDCG@10 by source, of what the candidates at hand allow."""
    found: dict[str, list[float]] = defaultdict(list)
    for example, own in zip(examples, scores, strict=True):
        discount = 1.0 / np.log2(np.arange(2, NDCG_DEPTH + 2))
        gain = gains(example.grades)
        got, best = gain[np.argsort(-own, kind="stable")][:NDCG_DEPTH], np.sort(gain)[::-1][:NDCG_DEPTH]
        found[example.source].append(float(got @ discount[: len(got)]) / float(best @ discount[: len(best)]))
    return {source: round(float(np.mean(values)), 4) for source, values in found.items()}


def as_json(learnt: Learnt, source: str, made_by: Mapping[str, Any]) -> dict[str, Any]:
    """The model as its file is written, with what it was made of and by which command."""
    model = learnt.model
    return {
        "name": model.name,
        "version": model.version,
        "source": source,
        "made_by": {
            **made_by,
            "held_back_ndcg@10": dict(learnt.held_back),
            "calibrated_on": learnt.calibrated_on,
        },
        "intercept": model.intercept,
        "features": {
            feature: {"weight": item.weight, "typical": item.typical} for feature, item in model.weights.items()
        },
        "bands": {band.value: least for band, least in model.bands.items()},
    }
