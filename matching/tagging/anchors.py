"""What holds the classifier: made-up texts about each code, from the concepts' own words and the shipped subjects.

Each is the vector of a few phrases about one subject with the vector of some other sentence mixed in, as a profile
mixes its subject with much else. Confirmed tags are learnt beside them, so that a few odd ones cannot move the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.models.vocabulary import Tree
from embeddings.encoder import Encoder, Vectors
from embeddings.sentences import split_sentences
from matching.concepts import Concept, ConceptIndex
from matching.tagging.groups import Group
from matching.tagging.material import Told, abstracts, demo, small_talk, subjects
from matching.tagging.prototypes import ROLE, described, unit

_TEXTS_OF_COMPETENCE, _TEXTS_OF_SUBJECT, _TEXTS_OF_CODE = 12, 20, 30
_MOST_PHRASES = 4
_NOISE = (0.3, 1.0)
_USUAL = 0.6
"""Of the sentences mixed in, the share of those that every profile has."""
_SEED = 2026

Shares = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sources:
    """Vectors that made-up texts are mixed from: phrases by competence, descriptions by code, subjects, sentences."""

    phrases: dict[int, Vectors]
    descriptions: dict[int, Vectors]
    subjects: Vectors
    told: tuple[Told, ...]
    sentences: Vectors


@dataclass(frozen=True, slots=True)
class Anchors:
    """Made-up texts of one group: `vectors` (n, dimension) around their middle, `shares` (n, codes), rows sum to 1."""

    vectors: Vectors
    shares: Shares


def read_sources(encoder: Encoder, concepts: ConceptIndex, groups: Iterable[Group]) -> Sources:
    """Encode everything once."""
    phrases = {n: encoder.encode(_phrases(concepts.concepts[n]), ROLE) for n in concepts.in_tree(Tree.COMPETENCE.value)}
    descriptions = {
        n: encoder.encode([described(concepts.concepts[n], "it"), described(concepts.concepts[n], "en")], ROLE)
        for group in groups
        for n in group.numbers
    }
    told = tuple(subjects())
    other = [part for item in demo() for part in split_sentences(item.text)]
    usual = [sentence for sentences in small_talk().values() for sentence in sentences]
    times = round(len(other) * _USUAL / (1.0 - _USUAL) / len(usual))
    sentences = np.vstack([encoder.encode(other, ROLE), np.tile(encoder.encode(usual, ROLE), (times, 1))])
    return Sources(
        phrases={n: vectors[vectors.any(axis=1)] for n, vectors in phrases.items()},
        descriptions=descriptions,
        subjects=encoder.encode([item.text for item in told], ROLE),
        told=told,
        sentences=sentences[sentences.any(axis=1)],
    )


def middles(encoder: Encoder) -> Vectors:
    """The middle of each language's texts, whole ones and abstracts of the demo: (2, dimension), Italian first."""
    found = []
    for told in (demo(), abstracts()):
        vectors = encoder.encode([item.text for item in told], ROLE)
        italian = np.array([item.language == "it" for item in told])
        found.append(np.stack([vectors[italian].mean(axis=0), vectors[~italian].mean(axis=0)]))
    return np.asarray((found[0] + found[1]) / 2.0, dtype=np.float32)


def make_anchors(group: Group, concepts: ConceptIndex, sources: Sources) -> Anchors:
    """Made-up texts about the codes of a group; the same ones at every call."""
    chance = np.random.default_rng(_SEED)
    vectors: list[Vectors] = []
    shares: list[Shares] = []
    for vector, share in _said(group, concepts, sources, chance):
        noise = sources.sentences[chance.integers(len(sources.sentences))]
        vectors.append(vector + np.float32(chance.uniform(*_NOISE)) * noise)
        shares.append(share)
    if not vectors:
        return Anchors(np.zeros((0, sources.subjects.shape[1]), np.float32), np.zeros((0, len(group)), np.float32))
    made = unit(np.array(vectors, dtype=np.float32))
    return Anchors(made - made.mean(axis=0), np.array(shares, dtype=np.float32))


def _said(
    group: Group, concepts: ConceptIndex, sources: Sources, chance: np.random.Generator
) -> Iterator[tuple[Vectors, Shares]]:
    places = {number: place for place, number in enumerate(group.numbers)}
    for competence, own in sources.phrases.items():
        share = even_share(
            [places[n] for n, strength in concepts.linked(competence) if n in places and strength], len(group)
        )
        if share is not None and len(own):
            for _ in range(_TEXTS_OF_COMPETENCE):
                count = min(int(chance.integers(1, _MOST_PHRASES + 1)), len(own))
                chosen = own[chance.choice(len(own), count, replace=False)].sum(axis=0)
                yield unit(chosen[None])[0], share
    codes = {concepts.concepts[number].code: place for place, number in enumerate(group.numbers)}
    for vector, told in zip(sources.subjects, sources.told, strict=True):
        share = even_share([codes[code] for code in told.codes.get(group.tree, ()) if code in codes], len(group))
        if share is not None:
            yield from ((vector, share) for _ in range(_TEXTS_OF_SUBJECT))
    for place, number in enumerate(group.numbers):
        share = np.zeros(len(group), np.float32)
        share[place] = 1.0
        vector = unit(sources.descriptions[number].sum(axis=0)[None])[0]
        yield from ((vector, share) for _ in range(_TEXTS_OF_CODE))


def even_share(places: Sequence[int], width: int) -> Shares | None:
    """A row of `width` that gives each of the places the same; None where there is none."""
    if not places:
        return None
    share = np.zeros(width, np.float32)
    share[list(places)] = 1.0 / len(set(places))
    return share


def _phrases(concept: Concept) -> list[str]:
    return [concept.label_it, concept.label_en, *concept.synonyms_it, *concept.synonyms_en]
