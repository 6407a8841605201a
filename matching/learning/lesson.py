"""One list's lesson: refit, compare on decisions that were held back, say whether to promote and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from matching.learning.comparison import Comparison, compare
from matching.learning.fitting import calibrate, outcomes, refit
from matching.learning.preferences import Material, preferences, spread
from matching.ranking import RankingModel


class Verdict(StrEnum):
    """What became of a lesson."""

    NOTHING = "nothing"
    """No decision prefers one candidate over another."""
    TOO_FEW = "too_few"
    """Too few queries to compare on."""
    NOT_BETTER = "not_better"
    BETTER = "better"


@dataclass(frozen=True, slots=True)
class Lesson:
    """The refitted model (None without any preference), what it was made from, how its recipe compares."""

    verdict: Verdict
    pairs: int
    queries: int
    decisions: int
    model: RankingModel | None = None
    comparison: Comparison | None = None
    calibrated: bool = False


def learn(shipped: RankingModel, in_force: RankingModel, materials: Sequence[Material]) -> Lesson:
    """Refit near the shipped weights, and compare with the model in force on queries while they are held back."""
    found = preferences(shipped, materials)
    decisions = sum(example.said and example.strength != 0 for item in materials for example in item.known)
    if not len(found):
        return Lesson(Verdict.NOTHING, 0, 0, decisions)
    distances = spread(shipped, materials)
    told = outcomes(shipped, materials)
    compared = compare(in_force, lambda training: refit(shipped, preferences(shipped, training), distances), materials)
    return Lesson(
        verdict=_judge(compared),
        pairs=len(found),
        queries=len(found.present),
        decisions=decisions,
        model=calibrate(shipped, refit(shipped, found, distances), told),
        comparison=compared,
        calibrated=told.enough,
    )


def _judge(compared: Comparison) -> Verdict:
    if not compared.enough:
        return Verdict.TOO_FEW
    return Verdict.BETTER if compared.better else Verdict.NOT_BETTER
