"""The vector index contract: unit vectors with ids in, the nearest of those allowed out.

One adapter file for each engine; `tests/contracts/vector_index.py` holds what every one of them must do. Search is
exact: scores are inner products, highest first, equal ones by position. A zero row (a text without any known word) is
kept, counted and never found.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from embeddings.errors import VectorShapeError

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hits:
    """What one query found: `ids` (m,) int64 and `scores` (m,) float32, m <= k, best first; never padded."""

    ids: Ids
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)


@runtime_checkable
class VectorIndex(Protocol):
    """Unit vectors by id. Built once; a change makes the next generation, not a patch of this one."""

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        ...

    @property
    def ids(self) -> Ids:
        """The ids by position, (n,) int64."""
        ...

    def __len__(self) -> int: ...

    def add(self, vectors: Vectors, ids: Ids | None = None) -> None:
        """Append `vectors` (n, dimension) float32 under `ids` (n,), by default the next positions.

        Raises VectorShapeError for another width, NaN or infinite values, ids repeated or held already.
        """
        ...

    def search(self, queries: Vectors, k: int, allowed: Mask | Ids | None = None) -> tuple[Hits, ...]:
        """For each row of `queries` (q, dimension) the `k` best, looked for among the allowed only.

        `allowed` is a mask by position, (n,) bool, or an array of ids (unknown ones are passed over). Fewer than `k`
        hits come back where fewer are allowed; a zero query finds nothing.
        """
        ...

    def vectors(self, ids: Ids | None = None) -> Vectors:
        """The stored vectors of `ids`, (m, dimension), by default all by position. Raises KeyError on an unknown id."""
        ...

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises GenerationError where it is missing or damaged."""
        ...


def check_vectors(vectors: Vectors, dimension: int, what: str) -> Vectors:
    """`vectors` as contiguous (n, dimension) float32. Raises VectorShapeError on another shape, NaN or infinity."""
    array = np.ascontiguousarray(vectors, dtype=np.float32)
    if array.ndim != 2 or array.shape[1] != dimension:
        raise VectorShapeError(
            f"{what} of shape {array.shape}: (n, {dimension}) is needed; encode with the model that built the index."
        )
    if not np.isfinite(array).all():
        bad = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
        raise VectorShapeError(f"{what}: row {bad} has NaN or infinite values; encode its text again.")
    return array


def check_ids(ids: Ids, count: int) -> Ids:
    """`ids` as (count,) int64. Raises VectorShapeError on another length, a negative or a repeated id."""
    array = np.ascontiguousarray(ids, dtype=np.int64)
    if array.shape != (count,):
        raise VectorShapeError(f"{array.size} ids for {count} vectors: each row needs its own id.")
    if count and array.min() < 0:
        raise VectorShapeError(f"id {array.min()} is negative: ids count from 0.")
    values, times = np.unique(array, return_counts=True)
    if len(values) != count:
        raise VectorShapeError(f"id {values[times > 1][0]} is given {times.max()} times: ids are unique.")
    return array


class IdMap:
    """Ids by position and back, and the masks that `allowed` means."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self._plain = bool((ids == np.arange(len(ids))).all())  # id == position, the usual case
        self._order = None if self._plain else np.argsort(ids, kind="stable")

    def __len__(self) -> int:
        return len(self.ids)

    def positions(self, ids: Ids) -> tuple[Ids, Mask]:
        """Position of each of `ids`, and whether it is known (the position of an unknown one means nothing)."""
        ids = np.asarray(ids, dtype=np.int64)
        if not len(self):
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.bool_)
        if self._order is None:
            return ids, (ids >= 0) & (ids < len(self))
        found = np.searchsorted(self.ids, ids, sorter=self._order).clip(max=len(self) - 1)
        positions = self._order[found]
        return positions, self.ids[positions] == ids

    def known(self, ids: Ids) -> Ids:
        """Position of each of `ids`. Raises KeyError on an unknown one."""
        positions, known = self.positions(ids)
        if not known.all():
            raise KeyError(f"id {np.asarray(ids)[~known][0]} is not in the index.")
        return positions

    def mask(self, allowed: Mask | Ids) -> Mask:
        """`allowed` (a mask by position, or ids) as a mask. Raises VectorShapeError on a mask of another length."""
        array: NDArray[Any] = np.asarray(allowed)
        if array.dtype == np.bool_:
            if array.shape != (len(self),):
                raise VectorShapeError(f"mask of shape {array.shape} for {len(self)} rows: one flag a row is needed.")
            return array
        positions, known = self.positions(array)
        mask = np.zeros(len(self), np.bool_)
        mask[positions[known]] = True
        return mask


def best_first(ids: Ids, scores: NDArray[np.float32], positions: Ids, k: int) -> Hits:
    """The `k` highest of `scores` as hits, equal scores by position."""
    order = np.lexsort((positions, -scores))[:k]
    return Hits(ids[order], scores[order].astype(np.float32, copy=False))
