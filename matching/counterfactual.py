"""What would lift a candidate into a better band: the score with one criterion as it would be, by the same model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.features import one_more_on_the_point
from matching.ranking import RankingModel
from matching.types import Band, Code, Counterfactual, Criterion, Judgement, Verdict

_RISING = (Band.WEAK, Band.POSSIBLE, Band.GOOD, Band.STRONG)
_LEAST_GAIN = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """One criterion as it would be: new values of its features, each in [0, 1]; see `Counterfactual` for the rest."""

    criterion: Criterion
    features: tuple[tuple[str, float], ...]
    stated: bool = False
    wanted: tuple[str, ...] = ()
    code: Code | None = None


def gain(model: RankingModel, features: Mapping[str, float], change: Change) -> float:
    """Log-odds that a change adds. An unknown feature added nothing before; one without a weight never does."""
    total = 0.0
    for name, value in change.features:
        item = model.weights.get(name)
        if item is None or name not in features:
            continue
        before = features[name]
        total += item.weight * (value - (item.typical if np.isnan(before) else before))
    return total


def lacking(model: RankingModel, score: float) -> float | None:
    """Log-odds that a score lacks to the next better band; None in the best one."""
    now = model.band(score)
    if now is Band.STRONG:
        return None
    least = model.bands[_RISING[_RISING.index(now) + 1]]
    return math.log(least / (1.0 - least)) - score


def smallest_lift(
    model: RankingModel, score: float, features: Mapping[str, float], changes: Iterable[Change]
) -> Counterfactual | None:
    """The change that adds least among those that reach a better band; None where no single one does."""
    needed = lacking(model, score)
    if needed is None:
        return None
    gains = [(gain(model, features, change), place, change) for place, change in enumerate(changes)]
    enough = [item for item in gains if item[0] >= max(needed, _LEAST_GAIN)]
    if not enough:
        return None
    added, _, change = min(enough)
    band = model.band(score + added)
    return Counterfactual(change.criterion, band, change.features, change.stated, change.wanted, change.code)


def open_to_change(judgements: Iterable[Judgement]) -> frozenset[Criterion]:
    """The criteria that do not speak for a candidate yet: those of a GAP or an UNKNOWN."""
    return frozenset(item.criterion for item in judgements if item.verdict is not Verdict.MATCH)


def missing_code(
    model: RankingModel,
    needed: float,
    features: Mapping[str, float],
    would_be: Mapping[str, NDArray[np.float32]],
    codes: Sequence[Code],
    eligible: NDArray[np.bool_],
) -> list[Change]:
    """The competence that adds least and yet adds `needed`; none where none does.

    `codes` are k wanted ones as they are shown, `eligible` (k,) those that may be named, and `would_be` has of each
    feature of codes its value with each of them, (k,).
    """
    gains = np.zeros(len(codes))
    for name, values in would_be.items():
        item = model.weights.get(name)
        if item is not None and name in features:
            before = item.typical if np.isnan(features[name]) else features[name]
            gains += np.nan_to_num(item.weight * (values.astype(np.float64) - before), nan=0.0)
    enough = np.flatnonzero((gains >= max(needed, _LEAST_GAIN)) & eligible)
    if not len(enough):
        return []
    place = int(enough[np.argmin(gains[enough])])
    new = tuple((name, float(column[place])) for name, column in would_be.items() if not np.isnan(column[place]))
    return [Change(Criterion.COMPETENCE, new, code=codes[place])]


def more_evidence(value: float) -> Change:
    """One more piece of evidence that is fully on the point; `value` is the feature as it is."""
    return Change(Criterion.EVIDENCE, (("evidence", one_more_on_the_point(value)),))
