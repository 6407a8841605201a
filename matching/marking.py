"""Which words two sentences have in common: the same stem, or a translation by the model's own neighbourhood."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from embeddings.encoder import Encoder, Role, Vectors
from embeddings.language import Language, analyse, detect
from embeddings.roles import content_words
from matching.types import SentencePair, Spans

LEAST_LIKENESS = 0.5
"""Cosine from which two words of different languages count as translations of each other."""
_KEPT = 50_000
_WORD = re.compile(r"[^\W\d_][\w]*(?:[.-]\d+)*")
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class _Word:
    """A telling word of a sentence: where it stands, how it is searched, and how it is written in small letters."""

    span: tuple[int, int]
    stem: str
    plain: str


class Marker:
    """Marks the words that pairs of sentences share. Remembers words' vectors; safe from several threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}
        self._lock = threading.Lock()

    def marked(self, pairs: Sequence[SentencePair | None]) -> list[SentencePair | None]:
        """The same pairs with their marks."""
        read = [None if pair is None else (_words(pair.sought), _words(pair.offered)) for pair in pairs]
        foreign = [words for words in read if words is not None and _languages_differ(*words)]
        known = self._known(word.plain for both in foreign for words in both for word in words)
        marked: list[SentencePair | None] = []
        for pair, words in zip(pairs, read, strict=True):
            if pair is None or words is None:
                marked.append(pair)
                continue
            sought, offered = _common(*words, known) if _languages_differ(*words) else _same(*words)
            marked.append(replace(pair, sought_marks=sought, offered_marks=offered))
        return marked

    def _known(self, words: Iterable[str]) -> dict[str, Vectors]:
        """Vectors of the words; those not seen before are encoded in one go."""
        wanted = dict.fromkeys(words)
        with self._lock:
            unseen = [word for word in wanted if word not in self._vectors]
            if unseen:
                if len(self._vectors) > _KEPT:
                    self._vectors, unseen = {}, list(wanted)
                self._vectors.update(zip(unseen, self._encoder.encode(unseen, Role.PLAIN), strict=True))
            return {word: self._vectors[word] for word in wanted}


def _languages_differ(left: Sequence[_Word], right: Sequence[_Word]) -> bool:
    return bool(left) and bool(right) and left[0].stem[:2] != right[0].stem[:2]


def _same(left: Sequence[_Word], right: Sequence[_Word]) -> tuple[Spans, Spans]:
    common = {word.stem for word in left} & {word.stem for word in right}
    return tuple(w.span for w in left if w.stem in common), tuple(w.span for w in right if w.stem in common)


def _common(
    left: Sequence[_Word], right: Sequence[_Word], vectors: dict[str, Vectors]
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Words written alike, and words that are each other's nearest of the two sentences and near enough."""
    likeness = np.stack([vectors[word.plain] for word in left]) @ np.stack([vectors[word.plain] for word in right]).T
    nearest_right, nearest_left = likeness.argmax(axis=1), likeness.argmax(axis=0)
    best_left, best_right = likeness.max(axis=1), likeness.max(axis=0)
    shown_left = tuple(
        word.span
        for place, word in enumerate(left)
        if best_left[place] >= LEAST_LIKENESS and best_right[nearest_right[place]] - best_left[place] < _SAME
    )
    shown_right = tuple(
        word.span
        for place, word in enumerate(right)
        if best_right[place] >= LEAST_LIKENESS and best_left[nearest_left[place]] - best_right[place] < _SAME
    )
    return shown_left, shown_right


_SAME = 1e-4
"""Words that stand twice in a sentence are equally near."""


@lru_cache(maxsize=4096)
def _words(sentence: str) -> tuple[_Word, ...]:
    """The telling words of a sentence with their places."""
    language = detect(sentence)
    found = []
    for match in _WORD.finditer(sentence):
        stem = _stem(match.group(), language)
        if stem:
            found.append(_Word(match.span(), stem, match.group().lower()))
    return tuple(found)


@lru_cache(maxsize=50_000)
def _stem(word: str, language: Language) -> str:
    if len(word) < _SHORTEST or not content_words(word, language):
        return ""
    stems = analyse(word, language)
    return stems[0] if len(stems) == 1 else ""
