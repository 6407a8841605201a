"""What weights are learnt from: lists of candidates with their features and grades."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.evaluation import Unit
from matching.gathering import Candidates
from matching.ranking import FeatureTable
from matching.service import MatchService
from matching.types import Target

UNJUDGED_TRUST = 0.3
"""What it counts that a candidate nobody judged is ranked below a relevant one: it may be good all the same."""


@dataclass(frozen=True, slots=True)
class Example:
    """One list of one query: `features`, and for each candidate its grade and how far the grade is to be trusted."""

    name: str
    source: str
    weights: str
    features: FeatureTable
    grades: NDArray[np.int64]
    trust: NDArray[np.float32]


def judged_examples(service: MatchService, units: Iterable[Unit], source: str) -> Iterator[Example]:
    """One example for each judged list that has a candidate at all and one of grade 1 or more."""
    for unit in units:
        numbers = service.ids_of(unit.target, list(unit.grades))
        found = service.candidates_of(unit.query, unit.target, also=numbers.values())
        if found is None or not len(found[1]):
            continue
        grades = {numbers[name]: grade for name, grade in unit.grades.items() if name in numbers}
        example = _example(unit.name, source, found[1], grades)
        if example.grades.max() > 0:
            yield example


def opportunity_examples(service: MatchService, units: Iterable[Unit], source: str) -> Iterator[Example]:
    """The same judgements asked the other way round: for each judged organisation, who looks for it?"""
    asked: dict[str, dict[str, int]] = defaultdict(dict)
    for unit in units:
        if unit.target is Target.ORGANISATIONS:
            for name, grade in unit.grades.items():
                asked[name][unit.query] = grade
    for organisation, grades in sorted(asked.items()):
        numbers = service.ids_of(Target.PROPOSALS, list(grades))
        found = service.opportunities_of(organisation, also=numbers.values())
        if found is not None and len(found[1]):
            example = _example(organisation, source, found[1], {numbers[q]: grades[q] for q in numbers})
            if example.grades.max() > 0:
                yield example


def _example(name: str, source: str, candidates: Candidates, grades: Mapping[int, int]) -> Example:
    ids = candidates.ids.tolist()
    return Example(
        name=name,
        source=source,
        weights=candidates.weights,
        features=candidates.features,
        grades=np.array([grades.get(number, 0) for number in ids], dtype=np.int64),
        trust=np.array([1.0 if number in grades else UNJUDGED_TRUST for number in ids], dtype=np.float32),
    )
