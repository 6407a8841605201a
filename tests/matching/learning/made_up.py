"""A small world for lessons: three features, queries with twenty candidates, decisions as a taste dictates them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from matching.learning.opinions import Example
from matching.learning.preferences import Material
from matching.ranking import FeatureTable, FeatureWeight, RankingModel
from matching.types import Band

DAY = date(2026, 3, 1)
NAMES = ("fit", "theme", "distance")
SHIPPED = RankingModel(
    "organisations",
    "shipped-1",
    -1.0,
    {"fit": FeatureWeight(4.0, 0.5), "theme": FeatureWeight(1.0, 0.2), "distance": FeatureWeight(-1.0, 0.5)},
    {Band.STRONG: 0.6, Band.GOOD: 0.35, Band.POSSIBLE: 0.15},
)


def example(candidate: int, strength: float, *, attention: float = 1.0, said: bool = True) -> Example:
    """What is known of a candidate, on one day."""
    return Example(candidate, strength, attention, DAY, said)


def material(name: str, values: Sequence[tuple[float, ...]], *known: Example) -> Material:
    """A query whose candidates are numbered from 0."""
    features = FeatureTable(NAMES, np.array(values, dtype=np.float32))
    return Material(name, np.arange(len(values), dtype=np.int64), features, known)


Taste = Callable[[np.ndarray], np.ndarray]
"""Features (candidates, 3) to how much they are liked (candidates,)."""


def decided(queries: int, taste: Taste, *, seed: int = 7, each: int = 3, noise: float = 0.1) -> list[Material]:
    """Queries about each of which somebody took the best of ten shown and rejected the worst ones."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(queries):
        values = chance.random((20, 3))
        liked = taste(values[:10]) + chance.normal(0.0, noise, 10)
        order = np.argsort(-liked)
        known = [example(int(order[0]), 1.0), *(example(int(place), -1.0) for place in order[1 - each :])]
        found.append(material(f"Q-{number}", [tuple(row) for row in values.tolist()], *known))
    return found


def as_shipped(values: np.ndarray) -> np.ndarray:
    """The taste of the shipped weights."""
    return values @ np.array([4.0, 1.0, -1.0])


def theme_first(values: np.ndarray) -> np.ndarray:
    """A taste for themes."""
    return values @ np.array([1.0, 4.0, -1.0])


def upside_down(values: np.ndarray) -> np.ndarray:
    """The contrary of the shipped weights."""
    return -as_shipped(values)


def by_chance(values: np.ndarray) -> np.ndarray:
    """No taste at all: only noise decides."""
    return np.zeros(len(values))
