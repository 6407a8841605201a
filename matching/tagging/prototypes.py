"""Prototypes: where a concept's own words lie in the space of an encoder, seen from the middle of all texts.

The texts of a language share a direction (what every profile says). It is taken off before anything is compared:
cosines around the middle tell subjects apart far better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from data.models.vocabulary import Tree
from embeddings.encoder import Encoder, Role, Vectors
from embeddings.language import LANGUAGES, Language
from matching.concepts import Concept, ConceptIndex
from matching.tagging.groups import Group, groups_of

ROLE = Role.OFFERED
"""Tagged texts may be long: they are read with common words damped."""


@dataclass(frozen=True, slots=True)
class Prototypes:
    """Unit rows around the middle: `codes` of the groups one after the other, `competences` of the vocabulary.

    `codes` (codes, dimension), `competences` (competences, dimension), `means` (2, dimension) by place in LANGUAGES.
    `spread` and `competence_spread` are standard deviations of chance similarities: what a similarity is measured in.
    """

    groups: tuple[Group, ...]
    codes: Vectors
    vocabulary: tuple[int, ...]
    competences: Vectors
    means: Vectors
    spread: float
    competence_spread: float

    @property
    def numbers(self) -> tuple[int, ...]:
        """Concept numbers of the rows of `codes`."""
        return tuple(chain.from_iterable(group.numbers for group in self.groups))

    def slices(self) -> list[tuple[Group, slice]]:
        """Each group with its rows of `codes`."""
        found, start = [], 0
        for group in self.groups:
            found.append((group, slice(start, start + len(group))))
            start += len(group)
        return found

    def centred(self, vectors: Vectors, languages: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) seen from the middle of their language; a zero row (no known word) stays zero."""
        places = [LANGUAGES.index("it" if language == "it" else "en") for language in languages]
        moved = vectors - self.means[np.array(places, dtype=np.int64)]
        moved[~vectors.any(axis=1)] = 0.0
        return np.asarray(moved, dtype=np.float32)


def make_prototypes(encoder: Encoder, concepts: ConceptIndex, means: Vectors | None = None) -> Prototypes:
    """Encode the concepts. `means` are the middles of each language's texts; of the descriptions where not given."""
    groups = groups_of(concepts)
    numbers = list(chain.from_iterable(group.numbers for group in groups))
    told = [encoder.encode([described(concepts.concepts[n], lang) for n in numbers], ROLE) for lang in LANGUAGES]
    vocabulary = tuple(concepts.in_tree(Tree.COMPETENCE.value))
    named = [encoder.encode([_names(concepts.concepts[n], lang) for n in vocabulary], ROLE) for lang in LANGUAGES]
    if means is None:
        shown = told if numbers else named
        means = np.stack([_mean(vectors, encoder.dimension) for vectors in shown])
    codes = _by_group(unit(told[0] + told[1]), groups)
    competences = _around_mean(unit(named[0] + named[1]))
    centred = [vectors - mean for vectors, mean in zip(told, means, strict=True)]
    return Prototypes(
        groups=groups,
        codes=codes,
        vocabulary=vocabulary,
        competences=competences,
        means=means.astype(np.float32),
        spread=_spread(centred, codes),
        competence_spread=_spread([unit(vectors) for vectors in centred], competences),
    )


def described(concept: Concept, language: Language) -> str:
    """What a concept is about, in one language: label, synonyms and description."""
    label, description = (
        (concept.label_it, concept.description_it) if language == "it" else (concept.label_en, concept.description_en)
    )
    return f"{label}. {description}" if description else _names(concept, language)


def _names(concept: Concept, language: Language) -> str:
    names = (concept.label_it, *concept.synonyms_it) if language == "it" else (concept.label_en, *concept.synonyms_en)
    return ", ".join(names)


def _by_group(vectors: Vectors, groups: Sequence[Group]) -> Vectors:
    parts, start = [vectors[:0]], 0
    for group in groups:
        parts.append(_around_mean(vectors[start : start + len(group)]))
        start += len(group)
    return np.vstack(parts)


def _around_mean(vectors: Vectors) -> Vectors:
    return unit(vectors - vectors.mean(axis=0)) if len(vectors) > 1 else vectors


def _mean(vectors: Vectors, dimension: int) -> NDArray[np.float32]:
    mean: NDArray[np.float32] = vectors.mean(axis=0) if len(vectors) else np.zeros(dimension, np.float32)
    return mean


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; zero rows stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0), dtype=np.float32)


def _spread(centred: Sequence[Vectors], rows: Vectors) -> float:
    similarity = np.vstack(centred) @ rows.T
    return max(float(similarity.std()), 1e-3) if similarity.size else 1.0
