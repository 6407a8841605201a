"""Codes of many candidates in one compressed table, and how well they cover the codes of a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CodeRows:
    """Row i has the concept numbers `codes[starts[i]:starts[i + 1]]` with their weights in [0, 1]."""

    starts: NDArray[np.int64]
    codes: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, rows: Sequence[Sequence[tuple[int, float]]]) -> CodeRows:
        """Build from (concept number, weight) pairs of each row."""
        lengths = [len(row) for row in rows]
        flat = [pair for row in rows for pair in row]
        return cls(
            starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            codes=np.array([code for code, _ in flat], dtype=np.int32),
            weights=np.array([weight for _, weight in flat], dtype=np.float32),
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, index: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Concept numbers and weights of one row."""
        span = slice(self.starts[index], self.starts[index + 1])
        return self.codes[span], self.weights[span]

    def take(self, rows: NDArray[np.int64]) -> CodeRows:
        """The chosen rows, in the order given."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.repeat(self.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
        return CodeRows(starts, self.codes[places], self.weights[places])


def coverage(
    wanted: Sequence[tuple[int, float]],
    candidates: CodeRows,
    *,
    related: Sequence[Mapping[int, float]],
    rarity: NDArray[np.float32],
) -> NDArray[np.float32]:
    """How well each candidate covers the wanted codes: (n,) in [0, 1], NaN where either side has no codes.

    Each wanted code counts by its weight and rarity; a candidate's best related code answers it, by how related it is
    (`related[i]` maps concept numbers to a relatedness in [0, 1] for wanted code i). `rarity` is by concept.
    """
    result = np.full(len(candidates), np.nan, dtype=np.float32)
    lengths = np.diff(candidates.starts)
    filled = lengths > 0
    if not wanted or not filled.any():
        return result
    relatedness = np.zeros((len(wanted), len(rarity)), dtype=np.float32)
    for i, mapping in enumerate(related):
        relatedness[i, list(mapping.keys())] = list(mapping.values())
    answers = relatedness[:, candidates.codes] * candidates.weights
    best = np.maximum.reduceat(answers, candidates.starts[:-1][filled], axis=1)
    importance = np.array([weight * rarity[code] for code, weight in wanted], dtype=np.float32)
    result[filled] = np.clip(importance @ best / importance.sum(), 0.0, 1.0)
    return result


@dataclass(frozen=True, slots=True)
class Wanted:
    """The codes of one query, prepared for asking of many candidates what one code more would do.

    `numbers` (k,) concepts, `importance` (k,) weight times rarity, `relatedness` (k, concepts) in [0, 1].
    """

    numbers: NDArray[np.int64]
    importance: NDArray[np.float32]
    relatedness: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        wanted: Sequence[tuple[int, float]],
        *,
        related: Sequence[Mapping[int, float]],
        rarity: NDArray[np.float32],
    ) -> Wanted:
        """The same arguments as `coverage` takes."""
        relatedness = np.zeros((len(wanted), len(rarity)), dtype=np.float32)
        for i, mapping in enumerate(related):
            relatedness[i, list(mapping.keys())] = list(mapping.values())
        numbers = np.array([code for code, _ in wanted], dtype=np.int64)
        importance = np.array([weight * rarity[code] for code, weight in wanted], dtype=np.float32)
        return cls(numbers, importance, relatedness)

    def coverage_with(
        self, codes: NDArray[np.int32], weights: NDArray[np.float32], added: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The coverage by a candidate with these codes and, in full, one of `added` (m,) more: (m,), for each of them.

        NaN where nothing is wanted.
        """
        if not len(self.numbers):
            return np.full(len(added), np.nan, dtype=np.float32)
        best = (self.relatedness[:, codes] * weights).max(axis=1, initial=0.0)
        with_each = np.maximum(best[:, None], self.relatedness[:, added])
        covered = np.clip(self.importance @ with_each / self.importance.sum(), 0.0, 1.0)
        values: NDArray[np.float32] = covered.astype(np.float32)
        return values
