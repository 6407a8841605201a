"""`TextTagger`: any text, Italian or English, to codes of all taxonomies with confidence and words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.models.vocabulary import Tree
from embeddings.encoder import Encoder, Vectors
from embeddings.language import Language
from matching.competence import LEAST_CONFIDENCE, MOST_TAGS, CompetenceTagger, Tag
from matching.concepts import ConceptIndex
from matching.tagging.prototypes import ROLE, make_prototypes, unit
from matching.tagging.scoring import Matrix, Scorer
from matching.tagging.speaking import WordVectors, read_words, speaking
from matching.tagging.weights import TagWeights, shipped
from matching.types import Code

CODE_VERSION = "1"  # raise when the same text, vocabulary and weights would give other tags
MOST_NEAR = 3
"""Competences that a text gets without naming them."""
_NEAR_SURE, _NEAR_STEEP, _NEAR_MOST = 4.5, 1.5, 0.6
"""A competence that is near but not named is as likely as not at so many spreads, and never surer than the last."""

Weighted = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class TextTag:
    """A code given to a text, a confidence in [0, 1] and the words of the text that speak for it."""

    concept: int
    code: Code
    confidence: float
    words: tuple[str, ...]


class TextTagger:
    """Tags texts with one state of the taxonomies, one encoder and one state of what was learnt. Thread-safe."""

    def __init__(self, concepts: ConceptIndex, encoder: Encoder, weights: TagWeights | None = None) -> None:
        """`weights` that belong to another encoder only lend the curves for prototypes alone; default: the shipped."""
        self._concepts = concepts
        self._encoder = encoder
        self._weights = weights or shipped()
        self.learnt = self._weights.fingerprint == encoder.fingerprint
        self._prototypes = make_prototypes(encoder, concepts, self._weights.means if self.learnt else None)
        self._scorer = Scorer(self._prototypes, concepts, self._weights, learnt=self.learnt)
        self._phrases = CompetenceTagger(concepts)
        self._numbers = np.array(self._prototypes.numbers, np.int64)

    def rests_on(self, concepts: ConceptIndex, encoder: Encoder, weights: TagWeights) -> bool:
        """Whether these are the taxonomies, the encoder and the weights that it was made with."""
        same = self._concepts is concepts and self._encoder.fingerprint == encoder.fingerprint
        return same and self._weights.digest == weights.digest

    @property
    def learning(self) -> str:
        """Digest of what was learnt: tags of the same text and vocabulary may differ where this does."""
        return hashlib.sha256(f"{CODE_VERSION} {self._weights.digest} {self.learnt}".encode()).hexdigest()

    @property
    def scorer(self) -> Scorer:
        """The scores behind the confidences."""
        return self._scorer

    def phrases(self, text: str, language: Language) -> list[Tag]:
        """Competences that the text names, as `CompetenceTagger.tag`, less sure where people often removed them."""
        tags = self._phrases.tag(text, language)
        reliability: Mapping[str, float] = self._weights.reliability
        if not reliability:
            return tags
        moved = [
            Tag(tag.concept, round(tag.confidence * reliability.get(self._code(tag.concept), 1.0), 4), tag.words)
            for tag in tags
        ]
        return [tag for tag in moved if tag.confidence >= LEAST_CONFIDENCE]

    def derive(
        self, vectors: Vectors, languages: Sequence[str], phrases: Sequence[Sequence[Tag]]
    ) -> list[tuple[Weighted, Weighted]]:
        """Competences and other codes of many texts, each as (concept, confidence), surest first.

        `vectors` (n, dimension) unit rows by this tagger's encoder; `phrases` as `phrases` gives them.
        """
        centred = self._prototypes.centred(np.asarray(vectors, np.float32), languages)
        votes = self._scorer.votes(phrases)
        confidences = self._scorer.confidences(centred, votes)
        about = self._scorer.about(centred, votes) >= self._scorer.least_about
        near = self._near(centred) * about[:, None]
        return [
            (self._competences(phrases[row], near[row]), self._chosen(confidences[row]) if about[row] else [])
            for row in range(len(vectors))
        ]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Texts as `derive` takes them: (n, dimension)."""
        return self._encoder.encode(texts, ROLE)

    def tag(self, text: str, language: Language) -> list[TextTag]:
        """All tags of a text with the words that speak for each, by tree in the order of the groups, surest first."""
        phrases = self.phrases(text, language)
        [(competences, codes)] = self.derive(self.encode([text]), [language], [phrases])
        words = read_words(text, language, self._encoder, self._prototypes)
        named = {tag.concept: tag.words for tag in phrases}
        tags = [self._told(number, sure, self._words(number, words, phrases)) for number, sure in codes]
        for number, sure in competences:
            own = named.get(number) or self._words_near(number, words)
            tags.append(self._told(number, sure, own))
        return tags

    def reasons(
        self, text: str, language: Language, keys: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[str, ...]]:
        """The words of a text that speak for the given (tree, code) pairs, whether or not it would get them now."""
        phrases = self.phrases(text, language)
        named = {tag.concept: tag.words for tag in phrases}
        words = read_words(text, language, self._encoder, self._prototypes)
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for key in keys:
            number = self._concepts.number(*key)
            if number is not None:
                near = self._words_near if key[0] == Tree.COMPETENCE.value else None
                found[key] = named.get(number) or (near(number, words) if near else self._words(number, words, phrases))
        return found

    def _told(self, number: int, confidence: float, words: tuple[str, ...]) -> TextTag:
        return TextTag(number, self._concepts.code(number), confidence, words)

    def _code(self, number: int) -> str:
        return self._concepts.concepts[number].code

    def _chosen(self, confidences: Matrix) -> Weighted:
        chosen: Weighted = []
        for group, part, curve in self._scorer.curves():
            own = confidences[part]
            order = np.argsort(-own, kind="stable")[: group.most].tolist()
            given = [
                place
                for rank, place in enumerate(order)
                if place not in group.hidden and (not rank or own[place] >= curve.further)
            ]
            chosen += [(group.numbers[place], round(float(own[place]), 4)) for place in given]
        return chosen

    def _near(self, centred: Vectors) -> Matrix:
        """How sure each competence is by nearness alone: (texts, competences)."""
        if not len(self._prototypes.vocabulary):
            return np.zeros((len(centred), 0), np.float32)
        distance = unit(centred) @ self._prototypes.competences.T / np.float32(self._prototypes.competence_spread)
        sure = 1.0 / (1.0 + np.exp(_NEAR_STEEP * (_NEAR_SURE - distance)))
        return np.asarray(np.minimum(sure, _NEAR_MOST), dtype=np.float32)

    def _competences(self, phrases: Sequence[Tag], near: Matrix) -> Weighted:
        best = {tag.concept: tag.confidence for tag in phrases}
        if len(near):
            order = np.argsort(-near, kind="stable")[:MOST_NEAR].tolist()
            for place in order:
                number, sure = self._prototypes.vocabulary[place], round(float(near[place]), 4)
                if sure >= LEAST_CONFIDENCE:
                    best[number] = max(sure, best.get(number, 0.0))
        return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:MOST_TAGS]

    def _words(self, number: int, words: WordVectors, phrases: Sequence[Tag]) -> tuple[str, ...]:
        spoken = [
            word
            for tag in phrases
            if any(other == number for other, _ in self._concepts.linked(tag.concept))
            for word in tag.words
        ]
        for group, part in self._prototypes.slices():
            if number in group.numbers:
                columns = self._scorer.columns[part]
                return speaking(words, columns[group.numbers.index(number)], columns, spoken)
        return tuple(spoken)

    def _words_near(self, number: int, words: WordVectors) -> tuple[str, ...]:
        if number not in self._prototypes.vocabulary:
            return ()
        rows = self._prototypes.competences
        return speaking(words, rows[self._prototypes.vocabulary.index(number)], rows, ())
