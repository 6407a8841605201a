"""How a score adds up, as a table: the features under the criterion that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.criteria import criterion_of
from matching.ranking import BASELINE
from matching.types import Band, Contribution
from web.labels import CRITERIA, FEATURES, named
from web.words import capitalised


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the calculation. `value` is in hundredths, or None where it is not known."""

    label: str
    value: int | None
    weight: float
    points: float
    is_baseline: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """The lines of one criterion with what they add together."""

    label: str
    points: float
    parts: tuple[Part, ...]


def feature_label(feature: str) -> str:
    """What a feature is called; one that has no name yet is called by its words."""
    return named(FEATURES, feature) if feature in FEATURES else capitalised(feature.replace("_", " "))


def sums(contributions: Sequence[Contribution]) -> tuple[Sum, ...]:
    """The calculation by criterion, the starting value first, then what moves the score most.

    Features without a weight add nothing, whatever their value, and are left out.
    """
    groups: dict[str, list[Contribution]] = {}
    for item in contributions:
        if item.feature != BASELINE and item.weight == 0.0:
            continue
        criterion = criterion_of(item.feature)
        groups.setdefault(item.feature if criterion is None else criterion.value, []).append(item)
    made = [_sum(name, items) for name, items in groups.items()]
    return tuple(sorted(made, key=lambda item: (not item.parts[0].is_baseline, -abs(item.points))))


def _sum(name: str, items: Sequence[Contribution]) -> Sum:
    parts = tuple(_part(item) for item in items)
    label = capitalised(named(CRITERIA, name)) if name in CRITERIA else parts[0].label
    return Sum(label, sum(part.points for part in parts), parts)


def _part(contribution: Contribution) -> Part:
    value = contribution.value
    return Part(
        label=feature_label(contribution.feature),
        value=None if value is None else round(value * 100),
        weight=contribution.weight,
        points=contribution.points,
        is_baseline=contribution.feature == BASELINE,
    )


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a band means: of ten such suggestions, from `least` to `most` are expected to be plausible."""

    band: Band
    least: int
    most: int


def in_ten(probability: float) -> int:
    """A probability as so many of ten."""
    return min(10, max(0, int(probability * 10 + 0.5)))


def meanings(bands: Mapping[Band, float]) -> tuple[Meaning, ...]:
    """What the bands of a list mean, the best first; `bands` has the least probability of each."""
    upper = 1.0
    found = []
    for band in (Band.STRONG, Band.GOOD, Band.POSSIBLE):
        found.append(Meaning(band, in_ten(bands[band]), in_ten(upper)))
        upper = bands[band]
    return tuple(found)
