"""From examples to a list's ranking model: weights fitted, scores calibrated, and what was measured on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.evaluation import NDCG_DEPTH, PLAUSIBLE, discounted_gain, ideal_gain
from matching.ranking import FeatureWeight, RankingModel
from matching.training.ascent import Bank, ascend
from matching.training.calibration import Calibration, calibrate, folds_of
from matching.training.examples import Example
from matching.training.fit import Recipe, fit, prepare, typical_values
from matching.types import Band

BANDS: Mapping[Band, float] = {Band.STRONG: 0.6, Band.GOOD: 0.35, Band.POSSIBLE: 0.15}
"""Least probability of each band: more likely than not by a margin, about one in two, worth a look."""
FOLDS = 5
PAIRWISE, ASCENT = "pairwise", "ascent"
_DIGITS = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model, the way it was fitted, nDCG@10 of each way by source on queries held back, and the calibration."""

    model: RankingModel
    way: str
    held_back: Mapping[str, Mapping[str, float]]
    calibration: Calibration
    calibrated_on: int


def learn(name: str, version: str, examples: Sequence[Example], recipe: Recipe, graded: Mapping[str, float]) -> Learnt:
    """Fit and calibrate the weights of one list.

    The pairwise fit is polished by coordinate ascent where that is better on queries held back, beyond chance.
    `graded` names the sources whose grades a person gave, with what each source counts in the calibration.
    """
    names = examples[0].features.names
    typical = typical_values(examples, names)
    folds = folds_of([example.name for example in examples], FOLDS)
    ways: dict[str, list[Floats]] = {PAIRWISE: [np.empty(0)] * len(examples), ASCENT: [np.empty(0)] * len(examples)}
    for fold in range(FOLDS):
        seen = [example for example, own in zip(examples, folds, strict=True) if own != fold]
        for way, scores in ways.items():
            weights = _fit(way, seen, names, typical, recipe)
            for place in np.flatnonzero(folds == fold).tolist():
                scores[place] = _scores(examples[place], typical, weights)
    way = _better(examples, ways, recipe)
    found, judged = _calibrate(examples, ways[way], graded)
    weights = _fit(way, examples, names, typical, recipe) * found.slope
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
    quality = {each: _quality(examples, scores) for each, scores in ways.items()}
    return Learnt(model, way, quality, found, judged)


def _fit(way: str, examples: Sequence[Example], names: Sequence[str], typical: Floats, recipe: Recipe) -> Floats:
    if way == PAIRWISE:
        return fit(prepare(examples, typical, recipe), names, recipe)
    banks = {
        source: Bank.of([example for example in examples if example.source == source], typical)
        for source in recipe.sources
        if any(example.source == source for example in examples)
    }
    return ascend(banks, recipe.sources, recipe.start(names), recipe.movable(names))


def _better(examples: Sequence[Example], ways: Mapping[str, Sequence[Floats]], recipe: Recipe) -> str:
    """The ascent, if its mean gain in held-back nDCG@10 is over twice its standard error; else the pairwise fit."""
    gain, variance = 0.0, 0.0
    for source, count in recipe.sources.items():
        places = [place for place, example in enumerate(examples) if example.source == source]
        if places:
            pairs = [(ndcg(examples[p], ways[ASCENT][p]), ndcg(examples[p], ways[PAIRWISE][p])) for p in places]
            differences = np.array([ours - theirs for ours, theirs in pairs])
            gain += count * float(differences.mean())
            variance += count**2 * float(differences.var()) / len(differences)
    return ASCENT if gain > 2.0 * variance**0.5 else PAIRWISE


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


def ndcg(example: Example, scores: Floats) -> float:
    """NDCG@10 of an example's candidates in the order of scores, of what they allow."""
    shown = example.grades[np.argsort(-scores, kind="stable")][:NDCG_DEPTH]
    return discounted_gain(shown) / ideal_gain(example.grades)


def _quality(examples: Sequence[Example], scores: Sequence[Floats]) -> dict[str, float]:
    """Mean nDCG@10 by source."""
    found: dict[str, list[float]] = defaultdict(list)
    for example, own in zip(examples, scores, strict=True):
        found[example.source].append(ndcg(example, own))
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
            "fit": learnt.way,
            "held_back_ndcg@10": {way: dict(found) for way, found in learnt.held_back.items()},
            "calibrated_on": learnt.calibrated_on,
        },
        "intercept": model.intercept,
        "features": {
            feature: {"weight": item.weight, "typical": item.typical} for feature, item in model.weights.items()
        },
        "bands": {band.value: least for band, least in model.bands.items()},
    }
