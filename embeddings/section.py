"""A section of a generation: rows of one role, with their owners, vectors and tokens, mapped from disk."""

from __future__ import annotations

import mmap
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Role, Vectors
from embeddings.errors import GenerationError
from embeddings.index import Ids, Mask
from embeddings.plan import TextHashes
from embeddings.tokens import TokenRows

if TYPE_CHECKING:
    from embeddings.index import VectorIndex
    from embeddings.lexical import LexicalIndex

ROW_ARRAYS: Final = ("owners", "text_hashes", "languages", "vectors")
ATTRIBUTES: Final = "attributes"


@dataclass(frozen=True)
class Section:
    """Rows by position 0 … n - 1, which are also their ids in both indexes.

    `owners` (n,) int64, an owner may have many rows; `text_hashes` (n, 32) uint8, sha256; `languages` (n,) uint8,
    positions in `LANGUAGES`; `vectors` (n, dimension) float32, mapped; `tokens`; `attributes` of the caller, (n, …).
    """

    name: str
    role: Role
    folder: Path
    owners: Ids
    text_hashes: TextHashes
    languages: NDArray[np.uint8]
    vectors: Vectors
    tokens: TokenRows
    attributes: Mapping[str, NDArray[Any]]
    _built: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def vector_index(self) -> VectorIndex:
        """The rows' vectors in an index whose ids are the positions; read into memory on first use."""
        with self._lock:
            if "vectors" not in self._built:
                from embeddings.faiss_index import FaissIndex

                self._built["vectors"] = FaissIndex.build(self.vectors)
                _forget(self.vectors)
            index: VectorIndex = self._built["vectors"]
        return index

    @property
    def lexical_index(self) -> LexicalIndex:
        """The rows' tokens in an index whose ids are the positions; its matrix is mapped from disk."""
        with self._lock:
            if "tokens" not in self._built:
                from embeddings.lexical import LexicalIndex, load_scores

                try:
                    scores = load_scores(self.folder, len(self))
                except (OSError, ValueError) as error:
                    raise GenerationError(f"{self.folder}: {error}; run `abbina index --full`.") from error
                ids = np.arange(len(self), dtype=np.int64)
                self._built["tokens"] = LexicalIndex(scores, self.tokens.positions, ids)
            index: LexicalIndex = self._built["tokens"]
        return index

    def is_of(self, owners: Ids) -> Mask:
        """(n,) bool: whether the row belongs to one of `owners`. The mask that `search` takes as `allowed`."""
        return np.isin(self.owners, np.asarray(owners, dtype=np.int64))

    def rows_of(self, owners: Ids) -> Ids:
        """Positions of the rows of these owners, rising."""
        return np.flatnonzero(self.is_of(owners)).astype(np.int64)

    def rows_without(self, owners: Ids) -> Ids:
        """Positions of all other rows, rising: what to keep when these owners changed or went."""
        return np.flatnonzero(~self.is_of(owners)).astype(np.int64)

    @classmethod
    def open(cls, folder: Path, name: str, role: Role, attributes: list[str]) -> Self:
        """Map the arrays of a section. Raises GenerationError where one is missing, damaged or of another length."""
        try:
            owners, hashes, languages, vectors = (_array(folder / f"{array}.npy") for array in ROW_ARRAYS)
            own = {attribute: _array(folder / ATTRIBUTES / f"{attribute}.npy") for attribute in attributes}
            tokens = TokenRows.load(folder)
        except (OSError, ValueError, EOFError) as error:
            raise GenerationError(f"index section {name} in {folder}: {error}; run `abbina index --full`.") from error
        section = cls(name, role, folder, owners, hashes, languages, vectors, tokens, own)
        lengths = {len(array) for array in (hashes, languages, vectors, *own.values())}
        if lengths | {len(tokens)} != {len(owners)}:
            raise GenerationError(f"index section {name}: arrays of different lengths; run `abbina index --full`.")
        return section


def _array(path: Path) -> NDArray[Any]:
    mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return np.asarray(mapped)  # plain arrays are sliced faster than np.memmap


def _forget(array: NDArray[Any]) -> None:
    """Give back the pages of a mapped array that has been copied; they are read again if needed."""
    mapping = getattr(array.base, "_mmap", None)
    if isinstance(mapping, mmap.mmap):
        mapping.madvise(mmap.MADV_DONTNEED)
