"""The words of a text that speak for a tag: phrases first, then the words that pull its vector towards the code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, Vectors
from embeddings.language import Language
from embeddings.roles import content_words
from matching.competence import words_of
from matching.tagging.prototypes import ROLE, Prototypes

MOST_WORDS = 4
_MOST_READ = 200
"""Different words of a text that are looked at, from its start."""
_LEAST_PULL = 0.25
"""Words that pull less than this share of the strongest word's pull are left out."""


@dataclass(frozen=True, slots=True)
class WordVectors:
    """The telling words of a text, as written, with their vectors seen from the middle: (words, dimension)."""

    words: tuple[str, ...]
    vectors: Vectors


def read_words(text: str, language: Language, encoder: Encoder, prototypes: Prototypes) -> WordVectors:
    """Encode the different words of a text; function words and what every profile says are left out."""
    surfaces: dict[str, str] = {}
    for word in words_of(text, language):
        surfaces.setdefault(word.key, word.surface)
    telling = [word for word in surfaces.values() if not word.isdigit() and content_words(word, language)][:_MOST_READ]
    if not telling:
        return WordVectors((), np.zeros((0, encoder.dimension), np.float32))
    vectors = encoder.encode(telling, ROLE)
    return WordVectors(tuple(telling), prototypes.centred(vectors, [language] * len(telling)))


def speaking(words: WordVectors, column: Vectors, rivals: Vectors, phrases: Sequence[str]) -> tuple[str, ...]:
    """Up to MOST_WORDS words for a code: `phrases` that name it, then words nearer to its `column` (dimension,) than
    to `rivals` (codes, dimension) on average, the strongest first."""
    found = list(dict.fromkeys(phrases))[:MOST_WORDS]
    if len(words.words):
        pull: NDArray[np.float32] = words.vectors @ (column - rivals.mean(axis=0))
        order = np.argsort(-pull, kind="stable")
        strongest = float(pull[order[0]])
        said = " ".join(found).casefold()
        for place in order.tolist():
            if len(found) >= MOST_WORDS or pull[place] <= max(_LEAST_PULL * strongest, 0.0):
                break
            if words.words[place].casefold() not in said:
                found.append(words.words[place])
    return tuple(found)
