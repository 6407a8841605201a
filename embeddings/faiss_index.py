"""Exact inner-product search by FAISS: a flat index, filtered before the search.

Its traps are guarded here: repeated ids (accepted silently), missing hits (-1), a wrong width (an empty assertion).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np

from embeddings.encoder import Vectors
from embeddings.errors import GenerationError, VectorShapeError
from embeddings.index import Hits, IdMap, Ids, Mask, best_first, check_ids, check_vectors

_faiss: Any = faiss  # its stubs know the C++ signatures, not the Python ones laid over them
_VECTORS = "vectors.npy"
_IDS = "ids.npy"
_ADDED_AT_ONCE = 16_384


class FaissIndex:
    """`VectorIndex` over faiss.IndexFlatIP. Reading is safe from several threads, adding is not."""

    def __init__(self, dimension: int) -> None:
        if dimension < 1:
            raise VectorShapeError(f"dimension {dimension}: at least 1 is needed.")
        self._flat: Any = _faiss.IndexFlatIP(dimension)
        self._map = IdMap(np.empty(0, np.int64))
        self._searchable: Mask = np.empty(0, np.bool_)

    @classmethod
    def build(cls, vectors: Vectors, ids: Ids | None = None) -> Self:
        """An index of `vectors` (n, dimension); errors as in `add`."""
        if vectors.ndim != 2:
            raise VectorShapeError(f"vectors of shape {vectors.shape}: (n, dimension) is needed.")
        index = cls(vectors.shape[1])
        index.add(vectors, ids)
        return index

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return int(self._flat.d)

    @property
    def ids(self) -> Ids:
        """The ids by position, (n,) int64."""
        return self._map.ids

    def __len__(self) -> int:
        return int(self._flat.ntotal)

    def add(self, vectors: Vectors, ids: Ids | None = None) -> None:
        """Append vectors; see `VectorIndex.add`. Nothing is added when anything is wrong."""
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            check_vectors(vectors, self.dimension, "vectors to add")
        count, held = len(vectors), len(self)
        new_ids = np.arange(held, held + count, dtype=np.int64) if ids is None else check_ids(ids, count)
        all_ids = np.concatenate([self.ids, new_ids])
        if held:
            check_ids(all_ids, held + count)
        searchable = np.empty(count, np.bool_)
        for start in range(0, count, _ADDED_AT_ONCE):  # in slices, so that a mapped file is never copied whole
            part = check_vectors(vectors[start : start + _ADDED_AT_ONCE], self.dimension, "vectors to add")
            searchable[start : start + len(part)] = part.any(axis=1)
        for start in range(0, count, _ADDED_AT_ONCE):
            self._flat.add(np.ascontiguousarray(vectors[start : start + _ADDED_AT_ONCE], dtype=np.float32))
        self._map = IdMap(all_ids)
        self._searchable = np.concatenate([self._searchable, searchable])

    def search(self, queries: Vectors, k: int, allowed: Mask | Ids | None = None) -> tuple[Hits, ...]:
        """The `k` nearest allowed of each query; see `VectorIndex.search`."""
        queries = check_vectors(queries, self.dimension, "queries")
        if k < 1:
            raise VectorShapeError(f"k={k}: ask for at least one hit.")
        mask = self._mask(allowed)
        wanted = min(k, int(np.count_nonzero(mask)))
        if wanted == 0 or not len(queries):
            return tuple(Hits(np.empty(0, np.int64), np.empty(0, np.float32)) for _ in queries)
        parameters = None
        if wanted < len(self) and not mask.all():
            bits = np.packbits(mask, bitorder="little")
            parameters = _faiss.SearchParameters(sel=_faiss.IDSelectorBitmap(bits))
        scores, positions = self._flat.search(queries, wanted, params=parameters)
        return tuple(
            self._hits(query, score, position, wanted)
            for query, score, position in zip(queries, scores, positions, strict=True)
        )

    def vectors(self, ids: Ids | None = None) -> Vectors:
        """The stored vectors: a read-only view of all, or a copy of those of `ids`."""
        view: Vectors = _faiss.rev_swig_ptr(self._flat.get_xb(), len(self) * self.dimension)
        view = view.reshape(len(self), self.dimension)
        view.flags.writeable = False
        if ids is None:
            return view
        return view[self._map.known(ids)].copy()

    def save(self, folder: Path) -> None:
        """Write vectors.npy and ids.npy into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / _VECTORS, self.vectors(), allow_pickle=False)
        np.save(folder / _IDS, self.ids, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises GenerationError where it is missing or damaged."""
        try:
            vectors = np.load(folder / _VECTORS, mmap_mode="r", allow_pickle=False)
            ids = np.load(folder / _IDS, allow_pickle=False)
            return cls.build(vectors, ids)
        except (OSError, ValueError, EOFError, VectorShapeError) as error:
            raise GenerationError(f"vector index in {folder}: {error}; build it again with `abbina index`.") from error

    def _mask(self, allowed: Mask | Ids | None) -> Mask:
        return self._searchable if allowed is None else self._map.mask(allowed) & self._searchable

    def _hits(self, query: Vectors, scores: Vectors, positions: Ids, k: int) -> Hits:
        real = positions >= 0
        if not query.any():
            real[:] = False
        return best_first(self.ids[positions[real]], scores[real], positions[real], k)
