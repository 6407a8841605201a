"""Ranking quality against judgements: nDCG, recall, MRR, MAP with bootstrap intervals; TREC files in and out.

nDCG as in Järvelin and Kekäläinen (TOIS 2002) with gains 2^grade - 1; a candidate without a judgement counts 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.errors import MatchingError
from matching.significance import mean_interval
from matching.types import Target

Qrels = dict[str, dict[str, int]]
"""Query reference to candidate reference to grade."""

PLAUSIBLE = 2
"""Least grade that a broker would follow up."""
METRICS = ("ndcg@10", "recall@50", "mrr", "map", "judged@10")
NDCG_DEPTH = 10
_RECALL_DEPTH = 50
_QRELS_FIELDS = 4


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean of each metric over the queries, and 95 % bootstrap intervals over queries."""

    queries: int
    skipped: int
    metrics: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    by_query: Mapping[str, Mapping[str, float]]

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "queries": self.queries,
            "skipped": self.skipped,
            **{name: round(value, 4) for name, value in self.metrics.items()},
            "intervals": {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()},
        }


def read_qrels(path: Path) -> Qrels:
    """Read TREC judgements (query, 0, candidate, grade; blanks or tabs). Raises MatchingError naming a bad line."""
    qrels: Qrels = {}
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MatchingError(f"judgements {path} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        parts = line.split()
        if len(parts) != _QRELS_FIELDS or not parts[3].lstrip("-").isdigit():
            raise MatchingError(f"{path}, line {number}: expected `query 0 candidate grade`, found {line[:80]!r}")
        qrels.setdefault(parts[0], {})[parts[2]] = int(parts[3])
    return qrels


def read_judgements(paths: Iterable[Path]) -> Qrels:
    """The judgements of several files together. Raises MatchingError naming a bad line."""
    judged: Qrels = {}
    for path in paths:
        for query, grades in read_qrels(path).items():
            judged.setdefault(query, {}).update(grades)
    return judged


@dataclass(frozen=True, slots=True)
class Unit:
    """What is measured: one list of one query, with the grades of that list's candidates."""

    name: str
    query: str
    target: Target
    grades: Mapping[str, int]


def split_by_list(qrels: Qrels, lists: Mapping[str, Target]) -> list[Unit]:
    """One unit for each list that a query has judged candidates in; candidates that are not stored stay with the first.

    A unit is named by its query, and by its list too where the query has two.
    """
    units: list[Unit] = []
    for query, grades in qrels.items():
        present = sorted({lists[name] for name in grades if name in lists}) or [Target.ORGANISATIONS]
        for target in present:
            own = {name: grade for name, grade in grades.items() if lists.get(name, present[0]) is target}
            name = query if len(present) == 1 else f"{query}/{target.value}"
            units.append(Unit(name, query, target, own))
    return units


def measure(ranking: Sequence[str], grades: Mapping[str, int], relevant: int = 1) -> dict[str, float]:
    """All metrics of one query's ranking, best first; `relevant` is the least grade that counts as relevant."""
    wanted = {candidate for candidate, grade in grades.items() if grade >= relevant}
    hits = [position for position, candidate in enumerate(ranking, start=1) if candidate in wanted]
    top = ranking[:NDCG_DEPTH]
    return {
        "ndcg@10": _ndcg(top, grades),
        "recall@50": sum(position <= _RECALL_DEPTH for position in hits) / len(wanted) if wanted else 0.0,
        "mrr": 1.0 / hits[0] if hits else 0.0,
        "map": sum(found / position for found, position in enumerate(hits, start=1)) / len(wanted) if wanted else 0.0,
        "judged@10": sum(candidate in grades for candidate in top) / len(top) if top else 0.0,
    }


def _ndcg(top: Sequence[str], grades: Mapping[str, int]) -> float:
    ideal = ideal_gain(list(grades.values()))
    return discounted_gain([grades.get(candidate, 0) for candidate in top]) / ideal if ideal else 0.0


def gains(grades: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
    """What candidates of these grades are worth: 2^grade - 1, nothing below grade 0."""
    worth: NDArray[np.float64] = np.exp2(np.maximum(np.asarray(grades, dtype=np.float64), 0.0)) - 1.0
    return worth


def ideal_gain(grades: Sequence[int] | NDArray[np.int64]) -> float:
    """The discounted gain of the best ten of these grades in the best order."""
    return discounted_gain(np.sort(np.asarray(grades, dtype=np.int64))[::-1][:NDCG_DEPTH])


def discounted_gain(grades: Sequence[int] | NDArray[np.int64]) -> float:
    """What grades are worth in the order given, the first most (DCG)."""
    return float((gains(grades) / np.log2(np.arange(2, len(grades) + 2))).sum())


def evaluate(rankings: Mapping[str, Sequence[str]], qrels: Qrels, *, relevant: int = 1) -> Evaluation:
    """Evaluate the rankings of all judged queries; those without a relevant candidate are skipped and counted."""
    scored = {
        query: measure(rankings.get(query, ()), grades, relevant)
        for query, grades in qrels.items()
        if any(grade >= relevant for grade in grades.values())
    }
    values = np.array([[scores[name] for name in METRICS] for scores in scored.values()]).reshape(-1, len(METRICS))
    means = values.mean(axis=0) if len(values) else np.zeros(len(METRICS))
    return Evaluation(
        queries=len(scored),
        skipped=len(qrels) - len(scored),
        metrics=dict(zip(METRICS, means.tolist(), strict=True)),
        intervals={name: mean_interval(values[:, place]) for place, name in enumerate(METRICS)},
        by_query=scored,
    )


def run_lines(query: str, ranking: Sequence[tuple[str, float]], tag: str) -> list[str]:
    """One query's lines of a TREC run file: query Q0 candidate rank score tag."""
    return [f"{query} Q0 {candidate} {rank} {score:.6f} {tag}" for rank, (candidate, score) in enumerate(ranking, 1)]
