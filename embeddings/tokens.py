"""Analysed texts as arrays: for each row its distinct terms and how often each occurs, over one vocabulary.

The arrays can be cut, joined and saved without touching a text again, which is what makes re-indexing cheap.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

VOCABULARY_FILE: Final = "vocabulary.json"
_UNUSED_SHARE: Final = 0.1  # of a vocabulary, above which it is worth writing anew


@dataclass(frozen=True)
class TokenRows:
    """Rows of terms in CSR form.

    `indptr` (n + 1,) int64; `terms` (nnz,) int32, positions in `vocabulary`, rising within a row; `counts` (nnz,)
    int32; `vocabulary`: the tokens, each once.
    """

    indptr: NDArray[np.int64]
    terms: NDArray[np.int32]
    counts: NDArray[np.int32]
    vocabulary: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def positions(self) -> dict[str, int]:
        """Token to its position in the vocabulary."""
        return {token: position for position, token in enumerate(self.vocabulary)}

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each row, repetitions counted, (n,)."""
        from scipy.sparse import csr_matrix

        matrix = csr_matrix((self.counts, self.terms, self.indptr), (len(self), len(self.vocabulary)))
        return np.asarray(matrix @ np.ones(len(self.vocabulary), np.int32), dtype=np.int64)

    @classmethod
    def from_tokens(cls, rows: Iterable[Sequence[str]], vocabulary: Sequence[str] = ()) -> Self:
        """Rows of tokens, in any order and with repetitions; new tokens are put after those of `vocabulary`."""
        from scipy.sparse import csr_matrix

        positions = {token: position for position, token in enumerate(vocabulary)}
        flat = array("i")
        ends = array("q", [0])
        for row in rows:
            flat.extend([positions.setdefault(token, len(positions)) for token in row])
            ends.append(len(flat))
        terms, indptr = np.frombuffer(flat, np.int32), np.frombuffer(ends, np.int64)
        matrix = csr_matrix(
            (np.ones(len(terms), np.int32), terms.copy(), indptr.copy()), (len(indptr) - 1, len(positions))
        )
        matrix.sum_duplicates()  # sorts each row's terms, too
        return cls._of(matrix, tuple(positions))

    @classmethod
    def _of(cls, matrix: object, vocabulary: tuple[str, ...]) -> Self:
        indptr, terms, counts = matrix.indptr, matrix.indices, matrix.data  # type: ignore[attr-defined]
        return cls(indptr.astype(np.int64), terms.astype(np.int32), counts.astype(np.int32), vocabulary)

    def take(self, rows: NDArray[np.int64]) -> TokenRows:
        """The rows at these positions, in this order, over the same vocabulary."""
        starts, sizes = self.indptr[rows], self.indptr[rows + 1] - self.indptr[rows]
        indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        if len(rows) and (np.diff(rows) == 1).all():  # a run of rows: one slice
            part = slice(int(starts[0]), int(starts[0] + indptr[-1]))
            return TokenRows(indptr, np.asarray(self.terms[part]), np.asarray(self.counts[part]), self.vocabulary)
        chosen = np.repeat(starts - indptr[:-1], sizes) + np.arange(indptr[-1])
        return TokenRows(indptr, self.terms[chosen], self.counts[chosen], self.vocabulary)

    def followed_by(self, other: TokenRows) -> TokenRows:
        """These rows, then those of `other`, whose vocabulary begins with this one."""
        if other.vocabulary[: len(self.vocabulary)] != self.vocabulary:
            raise ValueError("the second rows' vocabulary does not begin with the first rows' one.")
        return TokenRows(
            np.concatenate([self.indptr, self.indptr[-1] + other.indptr[1:]]),
            np.concatenate([self.terms, other.terms]),
            np.concatenate([self.counts, other.counts]),
            other.vocabulary,
        )

    def compact(self, tolerated: float = _UNUSED_SHARE) -> TokenRows:
        """Without the tokens that no row has, once these are more than `tolerated` of the vocabulary."""
        used = np.zeros(len(self.vocabulary), np.bool_)
        used[self.terms] = True
        if np.count_nonzero(~used) <= tolerated * len(used):
            return self
        moved = np.cumsum(used, dtype=np.int32) - np.int32(1)
        kept = tuple(token for token, keep in zip(self.vocabulary, used.tolist(), strict=True) if keep)
        return TokenRows(self.indptr, moved[self.terms], self.counts, kept)

    def arrays(self) -> dict[str, NDArray[np.int64] | NDArray[np.int32]]:
        """The arrays by name, to be written as <name>.npy beside vocabulary.json (a list of the tokens)."""
        return {"indptr": self.indptr, "terms": self.terms, "counts": self.counts}

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what was written of `arrays`; they are mapped, not read. Raises OSError or ValueError when damaged."""
        indptr = np.load(folder / "indptr.npy", allow_pickle=False)
        terms, counts = (
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ("terms", "counts")
        )
        vocabulary = tuple(json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8")))
        if int(indptr[-1]) != len(terms) or len(terms) != len(counts):
            raise ValueError(f"{folder}: {len(terms)} terms and {len(counts)} counts, {int(indptr[-1])} expected.")
        return cls(indptr, terms, counts, vocabulary)
