"""The calibration part of `abbina benchmark ranking`: probabilities, bands and abstention against graded judgements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.evaluation import PLAUSIBLE
from matching.judged_lists import OURS, JudgedList, Models
from matching.ranking import probability
from matching.reliability import (
    Floats,
    Mask,
    Places,
    brier_score,
    calibration_error,
    clustered_interval,
    mass_bins,
    reliability_curve,
    risk_coverage,
    separation,
    width_bins,
)
from matching.types import Band

Report = dict[str, Any]
BANDS: Final = (Band.STRONG, Band.GOOD, Band.POSSIBLE, Band.WEAK)
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Pairs:
    """Judged pairs of query and candidate: probability, place of its band in BANDS, whether it is plausible, query."""

    probability: Floats
    band: NDArray[np.int64]
    plausible: Mask
    group: Places
    shown: Mask

    def take(self, chosen: Mask | Places) -> Pairs:
        """Some of the pairs."""
        return Pairs(
            self.probability[chosen],
            self.band[chosen],
            self.plausible[chosen],
            self.group[chosen],
            self.shown[chosen],
        )


def judged_pairs(lists: Sequence[JudgedList], models: Models) -> Pairs:
    """All judged pairs that the rules allow, in the ranking's pool or not."""
    columns: list[tuple[float, int, bool, int, bool]] = []
    for number, found in enumerate(lists):
        if not len(found.judged):
            continue
        model = models[found.judged.weights]
        shown = set(found.rankings[OURS][:_SHOWN])
        for name, score in zip(found.judged_names, model.scores(found.judged.features).tolist(), strict=True):
            plausible = found.unit.grades[name] >= PLAUSIBLE
            columns.append((probability(score), BANDS.index(model.band(score)), plausible, number, name in shown))
    said, band, plausible_, group, shown_ = zip(*columns, strict=True) if columns else ((), (), (), (), ())
    return Pairs(
        np.array(said, dtype=np.float64),
        np.array(band, dtype=np.int64),
        np.array(plausible_, dtype=np.bool_),
        np.array(group, dtype=np.int64),
        np.array(shown_, dtype=np.bool_),
    )


def calibration(lists: Sequence[JudgedList], models: Models) -> Report:
    """Reliability, error and bands over all judged pairs and over the judged among the shown ten; abstention."""
    parts = {"all": list(lists)}
    names = sorted({found.pool.weights for found in lists if len(found.pool)})
    if len(names) > 1:
        parts |= {name: [found for found in lists if found.pool.weights == name] for name in names}
    report: Report = {"parts": {}, "abstention": abstention(lists, models)}
    for part, own in parts.items():
        pairs = judged_pairs(own, models)
        report["parts"][part] = {"judged": _of_pairs(pairs), "shown": _of_pairs(pairs.take(pairs.shown))}
    unscored = sum(len(found.unit.grades) - len(found.judged_names) for found in lists)
    return report | {"judged_but_not_allowed": unscored}


def _of_pairs(pairs: Pairs) -> Report:
    width, mass = width_bins(pairs.probability), mass_bins(pairs.probability)

    def measured(statistic: Callable[[Pairs], float]) -> Report:
        return {
            "value": statistic(pairs),
            "interval": clustered_interval(pairs.group, lambda drawn: statistic(pairs.take(drawn))),
        }

    return {
        "pairs": len(pairs.group),
        "queries": len(np.unique(pairs.group)),
        "plausible": int(pairs.plausible.sum()),
        "mean_probability": float(pairs.probability.mean()) if len(pairs.group) else None,
        "ece": measured(lambda own: calibration_error(own.probability, own.plausible, width_bins(own.probability))),
        "ece_equal_mass": measured(
            lambda own: calibration_error(own.probability, own.plausible, mass_bins(own.probability))
        ),
        "brier": measured(lambda own: brier_score(own.probability, own.plausible)),
        "auc": measured(lambda own: separation(own.probability, own.plausible)),
        "curve": [_point(one) for one in reliability_curve(pairs.probability, pairs.plausible, width)],
        "curve_equal_mass": [_point(one) for one in reliability_curve(pairs.probability, pairs.plausible, mass)],
        "bands": {band.value: _band(pairs, place, measured) for place, band in enumerate(BANDS)},
    }


def _point(one: Any) -> Report:
    return {"low": one.low, "high": one.high, "count": one.count, "said": one.said, "true": one.true}


def _band(pairs: Pairs, place: int, measured: Callable[[Callable[[Pairs], float]], Report]) -> Report:
    """Precision: the share of the band that is plausible. Coverage: the band's share of all pairs, and of the
    plausible ones."""
    inside = pairs.band == place
    return {
        "pairs": int(inside.sum()),
        "queries": len(np.unique(pairs.group[inside])),
        "precision": measured(lambda own: _mean(own.plausible[own.band == place])),
        "coverage": measured(lambda own: _mean(own.band == place)),
        "of_the_plausible": measured(lambda own: _mean((own.band == place)[own.plausible])),
    }


def _mean(values: Mask) -> float:
    return float(values.mean()) if len(values) else float("nan")


def abstention(lists: Sequence[JudgedList], models: Models) -> Report:
    """Whether the best match is less sure where no candidate is plausible: by band, and as an area under the curve.

    Where the rules leave nobody, nothing is suggested: the surest abstention there is.
    """
    best = [_best(found, models) for found in lists]
    surest = np.array([said for said, _, _ in best], dtype=np.float64)
    band = np.array([place for _, place, _ in best], dtype=np.int64)
    hit = np.array([holds for _, _, holds in best], dtype=np.bool_)
    with_partner = np.array([bool(found.relevant(PLAUSIBLE)) for found in lists], dtype=np.bool_)
    covered, risk = risk_coverage(surest, hit) if len(surest) else (surest, surest)
    return {
        "queries_without_partner": int((~with_partner).sum()),
        "queries_with_partner": int(with_partner.sum()),
        "best_below": {
            BANDS[place].value: {
                "without_partner": _or_none(band[~with_partner] > place),
                "with_partner": _or_none(band[with_partner] > place),
            }
            for place in range(len(BANDS) - 1)
        },
        "auc": {
            "value": separation(surest, with_partner),
            "interval": clustered_interval(
                np.arange(len(surest)), lambda drawn: separation(surest[drawn], with_partner[drawn])
            ),
        },
        "risk_coverage": {"answered": covered.tolist(), "risk": risk.tolist()},
    }


def _best(found: JudgedList, models: Models) -> tuple[float, int, bool]:
    """Of the best match: its probability, the place of its band in BANDS, whether it is plausible."""
    if not len(found.pool):
        return 0.0, len(BANDS) - 1, False
    model, first = models[found.pool.weights], found.rankings[OURS][0]
    score = float(model.scores(found.pool.features)[found.names.index(first)])
    return probability(score), BANDS.index(model.band(score)), found.unit.grades.get(first, 0) >= PLAUSIBLE


def _or_none(values: Mask) -> float | None:
    return float(values.mean()) if len(values) else None
