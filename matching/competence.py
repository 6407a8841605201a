"""Reading competences out of a text: which concepts of the vocabulary it names, how clearly, and by which words."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from embeddings.language import Language, fold
from embeddings.stopwords import STOP_WORDS
from matching.concepts import ConceptIndex

MOST_TAGS = 12
LEAST_CONFIDENCE = 0.25
_SINGLE_WORD = 0.7
"""A concept named by one word is less sure than one named by two: single words mean several things more often."""

_WORD = re.compile(r"[^\W_]+(?:[.-]\d+)*")
_ELISION = re.compile(r"\b(?:l|d|un|dell|all|nell|sull|dall|quell|coll)['’]", re.IGNORECASE)
_ACRONYM = 5
"""Longest word that is an acronym when written in capitals."""
_HEADLINE = 20
"""Longer texts all in capitals are shouted: their short words are no acronyms."""
_SHORTEST_STEM = 4


@dataclass(frozen=True, slots=True)
class Tag:
    """A concept found in a text, a confidence in [0, 1] and the words that speak for it."""

    concept: int
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it is compared and as it was written."""

    key: str
    surface: str


def words_of(text: str, language: Language) -> list[_Word]:
    """The words of a text without function words, each under a key that singular and plural share.

    Search's stemmer joins too much here ("pubblicità" and "pubblico" are one stem), so only endings of number and
    gender are cut. Acronyms are compared in capitals: "AI" is not the Italian "ai".
    """
    found = []
    shouted = text.isupper() and len(text) > _HEADLINE
    for surface in _WORD.findall(_ELISION.sub("", text)):
        if surface.isupper() and 1 < len(surface) <= _ACRONYM and not shouted:
            found.append(_Word(surface, surface))
        elif (folded := fold(surface)) not in STOP_WORDS[language]:
            found.append(_Word(f"{language}:{_key(folded, language)}", surface))
    return found


@lru_cache(maxsize=100_000)
def _key(word: str, language: Language) -> str:
    if len(word) < _SHORTEST_STEM:
        return word
    if language == "en":
        if word.endswith("ies"):
            return f"{word[:-3]}y"
        return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    stem = word[:-1] if word[-1] in "aeio" else word
    if stem.endswith(("ch", "gh")):
        stem = stem[:-1]
    return stem[:-1] if stem.endswith("i") and len(stem) > _SHORTEST_STEM else stem


class CompetenceTagger:
    """Finds the labels and synonyms of the competence vocabulary in text of either language."""

    def __init__(self, concepts: ConceptIndex) -> None:
        self._phrases: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for number in concepts.in_tree("competence"):
            concept = concepts.concepts[number]
            texts: list[tuple[str, Language]] = [(text, "it") for text in (concept.label_it, *concept.synonyms_it)]
            texts += [(text, "en") for text in (concept.label_en, *concept.synonyms_en)]
            for phrase in {_phrase(text, language) for text, language in texts} - {()}:
                self._phrases[phrase[0]].append((phrase, number))
        for candidates in self._phrases.values():
            candidates.sort(key=lambda item: -len(item[0]))

    def tag(self, text: str, language: Language) -> list[Tag]:
        """Concepts named in the text, surest first, at most MOST_TAGS.

        The longest phrase at a place wins, so that "water treatment" is not also "water". Confidence grows with the
        number of mentions and is less for single words.
        """
        words = words_of(text, language)
        mentions: dict[int, list[tuple[str, ...]]] = defaultdict(list)
        place = 0
        while place < len(words):
            place += self._match_at(words, place, mentions)
        tags = [_to_tag(concept, phrases) for concept, phrases in mentions.items()]
        sure = [tag for tag in tags if tag.confidence >= LEAST_CONFIDENCE]
        return sorted(sure, key=lambda tag: (-tag.confidence, tag.concept))[:MOST_TAGS]

    def _match_at(self, words: Sequence[_Word], place: int, mentions: dict[int, list[tuple[str, ...]]]) -> int:
        longest = 0
        for phrase, concept in self._phrases.get(words[place].key, ()):
            if len(phrase) < longest:
                break
            part = words[place : place + len(phrase)]
            if len(part) == len(phrase) and all(word.key == key for word, key in zip(part, phrase, strict=True)):
                mentions[concept].append(tuple(word.surface for word in part))
                longest = len(phrase)
        return max(longest, 1)


def _phrase(text: str, language: Language) -> tuple[str, ...]:
    """Keys of a label or synonym; none where dropping function words leaves one word of several ("design for all")."""
    phrase = tuple(word.key for word in words_of(text, language))
    return () if len(phrase) == 1 and len(text.split()) > 1 else phrase


def _to_tag(concept: int, phrases: list[tuple[str, ...]]) -> Tag:
    weight = sum(_SINGLE_WORD if len(phrase) == 1 else 1.0 for phrase in phrases)
    words = tuple(sorted({" ".join(phrase) for phrase in phrases}))
    return Tag(concept, round(1.0 - math.exp(-weight), 4), words)
