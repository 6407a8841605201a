"""Lexical search: BM25 (Robertson and Zaragoza 2009, Lucene's variant) by bm25s over rows of analysed tokens.

The score matrix is computed here by array operations, in bm25s' own format and equal to what its `index` gives:
bm25s works row by row in Python, which alone takes longer than a re-index may.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import bm25s
import numpy as np
from numpy.typing import NDArray

from embeddings.errors import GenerationError, VectorShapeError
from embeddings.index import Hits, IdMap, Ids, Mask, best_first, check_ids
from embeddings.language import LANGUAGES, token_language
from embeddings.tokens import TokenRows

if TYPE_CHECKING:
    from embeddings.bridge import Alternatives

K1: Final = 1.5
B: Final = 0.75
LONGEST_QUERY: Final = 64
"""Distinct terms of a query that count; of more, the rarest are taken."""

_NO_HITS: Final = Hits(np.empty(0, np.int64), np.empty(0, np.float32))
_ARRAYS: Final = ("data", "indices", "indptr")
_ROWS_AT_ONCE: Final = 50_000


class _Answer(NamedTuple):
    """A term of the index that may stand for a word of a query."""

    term: int
    weight: float
    language: str
    most: float
    """What it could add at most to a row's score."""


class LexicalIndex:
    """BM25 over rows by id. Immutable, safe from several threads."""

    def __init__(self, scores: dict[str, Any], vocabulary: dict[str, int], ids: Ids) -> None:
        self._bm25 = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
        self._bm25.scores = scores
        self._bm25.vocab_dict = vocabulary
        self._bm25.nonoccurrence_array = None
        self._frequencies = np.diff(scores["indptr"])
        self._inverse = _inverse_frequencies(self._frequencies, len(ids))
        self._map = IdMap(ids)

    @classmethod
    def build(cls, rows: TokenRows, ids: Ids | None = None) -> Self:
        """An index of `rows` under `ids` (n,), by default their positions. Raises VectorShapeError on wrong ids."""
        count = len(rows)
        own = np.arange(count, dtype=np.int64) if ids is None else check_ids(ids, count)
        return cls(score_matrix(rows), rows.positions, own)

    @property
    def ids(self) -> Ids:
        """The ids by position, (n,) int64."""
        return self._map.ids

    def __len__(self) -> int:
        return len(self._map)

    def search(self, tokens: Sequence[str], k: int, allowed: Mask | Ids | None = None) -> Hits:
        """The `k` best rows for `tokens`, among the allowed ones (mask by position, or ids); none with a zero score.

        A token counts as often as it is given; of more than 64 distinct ones, the rarest 64 count.
        """
        if k < 1:
            raise VectorShapeError(f"k={k}: ask for at least one hit.")
        terms = self._terms(tokens)
        if not terms:
            return _NO_HITS
        scores = self._bm25.get_scores_from_ids(terms)
        if allowed is not None:
            scores[~self._map.mask(allowed)] = 0.0
        return self.best(scores, k)

    def best(self, scores: NDArray[np.float32], k: int) -> Hits:
        """The `k` best rows by scores of all rows, (n,); none with a score of zero or less."""
        positions = np.flatnonzero(scores > 0)
        if len(positions) > k:
            threshold = np.partition(scores[positions], len(positions) - k)[len(positions) - k]
            positions = positions[scores[positions] >= threshold]
        return best_first(self._map.ids[positions], scores[positions], positions, k)

    def shares_by_meaning(self, words: Sequence[Alternatives]) -> tuple[NDArray[np.float32], dict[str, float]]:
        """BM25 of all rows, (n,), and what a row of each language could score at most with every word answered.

        Each word of a query is answered by the best of its alternatives in the row; an alternative scores its own BM25
        times its weight. Of more than 64 words, those that could add most count.
        """
        answered = self._answered(words)
        scores = np.zeros(len(self), np.float32)
        best = np.zeros(len(self), np.float32)
        data, rows, ends = self._bm25.scores["data"], self._bm25.scores["indices"], self._bm25.scores["indptr"]
        for word in answered:
            spans = [(slice(ends[answer.term], ends[answer.term + 1]), answer.weight) for answer in word]
            if len(spans) == 1:
                [(span, weight)] = spans
                scores[rows[span]] += data[span] * np.float32(weight)
                continue
            for span, weight in spans:
                own = rows[span]
                best[own] = np.maximum(best[own], data[span] * np.float32(weight))
            for span, _ in spans:
                own = rows[span]
                scores[own] += best[own]
                best[own] = 0.0
        return scores, _attainable(answered)

    def _answered(self, words: Sequence[Alternatives]) -> list[list[_Answer]]:
        """The words that some row answers; of too many, those that could add most."""
        found = [
            [
                _Answer(known, weight, token_language(term), weight * float(self._inverse[known]))
                for term, weight in word
                if (known := self._bm25.vocab_dict.get(term, -1)) >= 0 and self._frequencies[known]
            ]
            for word in words
        ]
        found = [word for word in found if word]
        if len(found) > LONGEST_QUERY:
            found.sort(key=lambda word: -max(answer.most for answer in word))
        return found[:LONGEST_QUERY]

    def scores_of(self, tokens: Sequence[str], ids: Ids) -> NDArray[np.float32]:
        """BM25 scores (m,) of the rows `ids` for `tokens`. Raises KeyError on an unknown id."""
        positions = self._map.known(ids)
        terms = self._terms(tokens)
        if not terms:
            return np.zeros(len(positions), np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(terms)[positions], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the score matrix, the vocabulary and the ids into `folder` (npy and JSON, no pickle)."""
        folder.mkdir(parents=True, exist_ok=True)
        save_scores(self._bm25.scores, folder)
        (folder / "vocabulary.json").write_text(json.dumps(list(self._bm25.vocab_dict), ensure_ascii=False), "utf-8")
        np.save(folder / "ids.npy", self.ids, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote, its matrix mapped. Raises GenerationError where it is missing or damaged."""
        try:
            ids = np.load(folder / "ids.npy", allow_pickle=False)
            tokens = json.loads((folder / "vocabulary.json").read_text("utf-8"))
            return cls(load_scores(folder, len(ids)), {token: i for i, token in enumerate(tokens)}, ids)
        except (OSError, ValueError, EOFError) as error:
            raise GenerationError(f"lexical index in {folder}: {error}; build it again with `abbina index`.") from error

    def _terms(self, tokens: Sequence[str]) -> list[int]:
        """The terms of the query that some row has, the 64 rarest, each as often as the query says it."""
        known = self._bm25.vocab_dict
        counts = Counter(known[token] for token in tokens if token in known)
        found = [term for term in counts if self._frequencies[term]]
        if len(found) > LONGEST_QUERY:
            found = sorted(found, key=lambda term: (self._frequencies[term], term))[:LONGEST_QUERY]
        return [term for term in found for _ in range(counts[term])]


def _attainable(answered: Sequence[Sequence[_Answer]]) -> dict[str, float]:
    sums: dict[str, float] = dict.fromkeys(LANGUAGES, 0.0)
    for word in answered:
        for language in sums:
            sums[language] += max((answer.most for answer in word if answer.language == language), default=0.0)
    return sums


def _inverse_frequencies(frequencies: NDArray[Any], count: int) -> NDArray[np.float32]:
    return np.log1p((count - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)


def score_matrix(rows: TokenRows) -> dict[str, Any]:
    """BM25 of each term in each row, as bm25s keeps it: CSC `data` float32, `indices` int32, `indptr`, `num_docs`."""
    from scipy.sparse import csr_matrix

    count, width = len(rows), len(rows.vocabulary)
    frequencies = np.bincount(rows.terms, minlength=width)
    inverse = _inverse_frequencies(frequencies, count)
    lengths = rows.lengths.astype(np.float32)
    average = float(lengths.mean(dtype=np.float64)) if count else 1.0
    norms = np.float32(K1) * ((1 - np.float32(B)) + np.float32(B) * lengths / np.float32(average or 1.0))
    data = np.empty(len(rows.terms), np.float32)
    for start in range(0, count, _ROWS_AT_ONCE):  # bounds the memory that the intermediate arrays take
        ends = rows.indptr[start : start + _ROWS_AT_ONCE + 1]
        part = slice(int(ends[0]), int(ends[-1]))
        often = rows.counts[part].astype(np.float32)
        row_norms = np.repeat(norms[start : start + _ROWS_AT_ONCE], np.diff(ends))
        data[part] = inverse[rows.terms[part]] * (often / (row_norms + often))
    matrix = csr_matrix((data, rows.terms, rows.indptr), (count, width)).tocsc()
    return {
        "data": matrix.data,
        "indices": matrix.indices.astype(np.int32, copy=False),
        "indptr": matrix.indptr.astype(np.int64),
        "num_docs": count,
    }


def save_scores(scores: dict[str, Any], folder: Path) -> None:
    """Write the arrays of a score matrix as bm25_<name>.npy."""
    for name in _ARRAYS:
        np.save(folder / f"bm25_{name}.npy", scores[name], allow_pickle=False)


def load_scores(folder: Path, count: int) -> dict[str, Any]:
    """Map what `save_scores` wrote, for `count` rows. Raises OSError or ValueError where it is missing or damaged."""
    data, indices = (
        np.asarray(np.load(folder / f"bm25_{name}.npy", mmap_mode="r", allow_pickle=False)) for name in _ARRAYS[:2]
    )
    indptr = np.load(folder / "bm25_indptr.npy", allow_pickle=False)
    if not len(data) == len(indices) == int(indptr[-1]):
        raise ValueError(f"{len(data)} scores for {len(indices)} rows of terms, {int(indptr[-1])} expected")
    return {"data": data, "indices": indices, "indptr": indptr, "num_docs": count}
