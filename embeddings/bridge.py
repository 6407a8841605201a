"""A bridge between languages for lexical search: the words of a collection that mean what a word of a query means.

BM25 meets only equal words, so that an Italian query ranks English texts by names and numbers. Here each word of a
query is given the collection's nearest words of the other language in the shipped model's space, with their nearness
as weight; in its own language a word stands for itself alone, since near words there are rarely the one that is meant.
The shipped model serves for this whatever encoder is set: it is the one with a vocabulary of whole words.
"""

from __future__ import annotations

import math
import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from embeddings.language import LANGUAGES, Language, analyse, token_language
from embeddings.model_files import ModelFiles, shipped_model

Alternatives = tuple[tuple[str, float], ...]
"""Terms that may stand for one word of a query, with weights: the word itself weighs most.

A word said n times weighs 1 + log n (Manning, Raghavan and Schütze 2008, §6.4); a translation that times its nearness.
"""

MOST_ALTERNATIVES: Final = 4
"""Terms of the other language that stand for a word."""
LEAST_SIMILARITY: Final = 0.5
"""Cosine from which a term of the other language may stand for a word."""
KEPT: Final = 20_000
"""Words whose alternatives are remembered."""
_PIECE: Final = "##"


class TermVectors:
    """Vectors of analysed terms (`it:motor`): the mean over the model's whole words that have this stem."""

    def __init__(self, files: ModelFiles) -> None:
        self._tokens, self._scales = files.tokens, files.scales
        self._tokenizer = files.tokenizer
        words: dict[str, list[int]] = defaultdict(list)
        for word, number in files.tokenizer.get_vocab().items():
            if not word.startswith(_PIECE) and word.isalpha():
                for language in LANGUAGES:
                    for term in analyse(word, language):
                        words[term].append(number)
        self._words = {term: tuple(numbers) for term, numbers in words.items()}

    def of(self, terms: Sequence[str]) -> Vectors:
        """(n, dimension) float32, unit rows; a zero row for numbers and codes, which stand for themselves only."""
        vectors = np.zeros((len(terms), self._tokens.shape[1]), dtype=np.float32)
        for place, term in enumerate(terms):
            numbers = self._numbers(term)
            if len(numbers):
                vectors[place] = self._scales[numbers] @ self._tokens[numbers].astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def _numbers(self, term: str) -> NDArray[np.int64]:
        known: Sequence[int] | None = self._words.get(term)
        if known is None:
            stem = term.partition(":")[2]
            known = () if any(map(str.isdigit, stem)) else self._tokenizer.encode(stem, add_special_tokens=False).ids
        return np.array(known, dtype=np.int64)


@cache
def shipped_term_vectors() -> TermVectors:
    """Those of the shipped model, made once in a process. Raises `ModelError` where the model is damaged."""
    return TermVectors(shipped_model())


class TermBridge:
    """Finds the terms of one collection that may stand for a query's terms. Safe from several threads."""

    def __init__(self, vectors: TermVectors, vocabulary: Iterable[str]) -> None:
        terms = sorted({term for term in vocabulary if not any(map(str.isdigit, term))})
        self._vectors = vectors
        self._known: OrderedDict[str, Alternatives] = OrderedDict()
        self._lock = threading.Lock()
        self._terms: dict[Language, list[str]] = {}
        self._matrix: dict[Language, Vectors] = {}
        for language in LANGUAGES:
            own = [term for term in terms if term.startswith(f"{language}:")]
            self._terms[language], self._matrix[language] = own, vectors.of(own)

    def alternatives(self, terms: Iterable[str]) -> tuple[Alternatives, ...]:
        """For each different term its alternatives, the term itself first, in the order of first mention."""
        counts = Counter(terms)
        with self._lock:
            found = {term: self._known[term] for term in counts if term in self._known}
        missing = [term for term in counts if term not in found]
        if missing:
            found |= dict(zip(missing, self._look_up(missing), strict=True))
        with self._lock:
            for term in counts:
                self._known[term] = found[term]
                self._known.move_to_end(term)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return tuple(_said(found[term], count) for term, count in counts.items())

    def _look_up(self, terms: Sequence[str]) -> list[Alternatives]:
        found: dict[str, Alternatives] = {}
        for own, other in (LANGUAGES, LANGUAGES[::-1]):
            asked = [term for term in terms if token_language(term) == own]
            found |= dict(zip(asked, self._translations(asked, other), strict=True))
        return [((term, 1.0), *found[term]) for term in terms]

    def _translations(self, terms: Sequence[str], language: Language) -> list[Alternatives]:
        """The terms of the collection in a language that are nearest to each of `terms`, the nearest first."""
        names, matrix = self._terms[language], self._matrix[language]
        if not terms or not names:
            return [()] * len(terms)
        similarity = self._vectors.of(terms) @ matrix.T
        width = min(MOST_ALTERNATIVES, len(names))
        places = np.argpartition(-similarity, width - 1, axis=1)[:, :width]
        return [
            tuple(
                sorted(
                    ((names[place], min(row[place], 1.0) ** 2) for place in near if row[place] >= LEAST_SIMILARITY),
                    key=lambda item: (-item[1], item[0]),
                )
            )
            for near, row in zip(places.tolist(), similarity.astype(np.float64), strict=True)
        ]


def _said(alternatives: Alternatives, times: int) -> Alternatives:
    return tuple((term, weight * (1.0 + math.log(times))) for term, weight in alternatives)
