"""Reading competences out of a text: which concepts of the vocabulary it names, how clearly, and by which words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matching.concepts import ConceptIndex

Analyse = Callable[[str, str], Sequence[str]]
"""Text and language to language-tagged tokens (see embeddings.language)."""

MOST_TAGS = 12
LEAST_CONFIDENCE = 0.25
_LONGEST_PHRASE = 6
_SINGLE_WORD = 0.7
"""A concept named by one word is less sure than one named by two: single words mean several things more often."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A concept found in a text, a confidence in [0, 1] and the tokens that speak for it."""

    concept: int
    confidence: float
    words: tuple[str, ...]


class CompetenceTagger:
    """Finds the labels and synonyms of the competence vocabulary in analysed text of either language."""

    def __init__(self, concepts: ConceptIndex, analyse: Analyse) -> None:
        self._concepts = concepts
        self._phrases: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for number in concepts.in_tree("competence"):
            for phrase in self._phrases_of(number, analyse):
                self._phrases[phrase[0]].append((phrase, number))
        for candidates in self._phrases.values():
            candidates.sort(key=lambda item: -len(item[0]))

    def _phrases_of(self, number: int, analyse: Analyse) -> set[tuple[str, ...]]:
        concept = self._concepts.concepts[number]
        texts = [(text, "it") for text in (concept.label_it, *concept.synonyms_it)]
        texts += [(text, "en") for text in (concept.label_en, *concept.synonyms_en)]
        phrases = {tuple(analyse(text, language))[:_LONGEST_PHRASE] for text, language in texts}
        return {phrase for phrase in phrases if phrase}

    def tag(self, tokens: Sequence[str]) -> list[Tag]:
        """Concepts named in the tokens of one text, surest first, at most MOST_TAGS.

        The longest phrase at a place wins, so that "water treatment" is not also "water". Confidence grows with the
        number of mentions and is less for single words.
        """
        mentions: dict[int, list[tuple[str, ...]]] = defaultdict(list)
        place = 0
        while place < len(tokens):
            place += self._match_at(tokens, place, mentions)
        tags = [self._to_tag(concept, phrases) for concept, phrases in mentions.items()]
        sure = [tag for tag in tags if tag.confidence >= LEAST_CONFIDENCE]
        return sorted(sure, key=lambda tag: (-tag.confidence, tag.concept))[:MOST_TAGS]

    def _match_at(self, tokens: Sequence[str], place: int, mentions: dict[int, list[tuple[str, ...]]]) -> int:
        longest = 0
        for phrase, concept in self._phrases.get(tokens[place], ()):
            if len(phrase) < longest:
                break
            if tuple(tokens[place : place + len(phrase)]) == phrase:
                mentions[concept].append(phrase)
                longest = len(phrase)
        return max(longest, 1)

    @staticmethod
    def _to_tag(concept: int, phrases: list[tuple[str, ...]]) -> Tag:
        weight = sum(_SINGLE_WORD if len(phrase) == 1 else 1.0 for phrase in phrases)
        words = tuple(sorted({" ".join(token.split(":", 1)[-1] for token in phrase) for phrase in phrases}))
        return Tag(concept, round(1.0 - math.exp(-weight), 4), words)
