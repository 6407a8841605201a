"""A column of texts of which few differ, as small numbers: telling 200,000 texts apart at every query is slow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Labels:
    """`places` (rows,) int32 are positions in `values`, the different texts."""

    values: tuple[str, ...]
    places: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Labels:
        """The texts of all rows, in order."""
        positions: dict[str, int] = {}
        places = [positions.setdefault(text, len(positions)) for text in texts]
        return cls(tuple(positions), np.array(places, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.places)

    def where(self, holds: Callable[[str], bool]) -> Mask:
        """Rows whose text fulfils a condition, asked once for each different text: (rows,)."""
        if not self.values:
            return np.empty(0, dtype=np.bool_)
        return np.array([holds(value) for value in self.values], dtype=np.bool_)[self.places]

    def take(self, rows: NDArray[np.int64]) -> Labels:
        """The chosen rows, in the order given."""
        return Labels(self.values, self.places[rows])

    def at(self, row: int) -> str:
        """The text of one row."""
        return self.values[int(self.places[row])]
