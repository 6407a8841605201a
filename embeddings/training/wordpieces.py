"""A WordPiece vocabulary by merging the most frequent pair of pieces again and again (Sennrich et al., ACL 2016).

The tokenizers library trains the same way, but breaks ties in the order of a randomly seeded hash map, so that two runs
differ. Here ties go to the pair that comes first in the alphabet, and the same words give the same vocabulary.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

CONTINUATION: Final = "##"
Pair = tuple[str, str]


def learn_pieces(words: Mapping[str, int], size: int, special: Iterable[str], characters: int) -> list[str]:
    """Vocabulary of at most `size` pieces: `special`, the most frequent characters, then merges in their order.

    `words` counts each word; words with a rarer character are left out. A pair seen once is never merged.
    """
    alphabet = _alphabet(words, characters)
    kept = [(word, count) for word, count in sorted(words.items()) if alphabet.issuperset(word)]
    merging = _Merging([_split(word) for word, _ in kept], [count for _, count in kept])
    starts = {pieces[0] for pieces in merging.words} | {piece for pieces in merging.words for piece in pieces[1:]}
    vocabulary = dict.fromkeys([*special, *sorted(starts)])
    while len(vocabulary) < size:
        merged = merging.merge_best()
        if merged is None:
            break
        vocabulary.setdefault(merged)
    return list(vocabulary)


def _alphabet(words: Mapping[str, int], characters: int) -> set[str]:
    counts: Counter[str] = Counter()
    for word, count in words.items():
        for character in word:
            counts[character] += count
    ranked = sorted(counts, key=lambda character: (-counts[character], character))
    return set(ranked[:characters])


def _split(word: str) -> list[str]:
    return [word[0], *(CONTINUATION + character for character in word[1:])]


def _joined(pair: Pair) -> str:
    return pair[0] + pair[1].removeprefix(CONTINUATION)


class _Merging:
    """Words as pieces, how often each pair of neighbours occurs, and where."""

    def __init__(self, words: list[list[str]], counts: list[int]) -> None:
        self.words = words
        self._counts = counts
        self._pairs: Counter[Pair] = Counter()
        self._places: defaultdict[Pair, set[int]] = defaultdict(set)
        for place, pieces in enumerate(words):
            self._add(place, pieces, 1)
        self._heap = [(-count, pair) for pair, count in self._pairs.items()]
        heapq.heapify(self._heap)

    def merge_best(self) -> str | None:
        """Merge the most frequent pair everywhere and return the new piece; None where no pair is left."""
        while self._heap:
            count, pair = heapq.heappop(self._heap)
            if self._pairs[pair] != -count:
                continue  # an outdated entry; the pair stands in the heap with its present count too
            if -count < 2:
                return None
            self._merge(pair)
            return _joined(pair)
        return None

    def _merge(self, pair: Pair) -> None:
        touched: set[Pair] = set()
        for place in self._places.pop(pair):
            old = self.words[place]
            new = _merged(old, pair)
            touched |= self._add(place, old, -1) | self._add(place, new, 1)
            self.words[place] = new
        self._pairs.pop(pair, None)
        for other in touched - {pair}:
            if self._pairs[other] > 0:
                heapq.heappush(self._heap, (-self._pairs[other], other))

    def _add(self, place: int, pieces: list[str], sign: int) -> set[Pair]:
        pairs = list(pairwise(pieces))
        for pair in pairs:
            self._pairs[pair] += sign * self._counts[place]
            if sign > 0:
                self._places[pair].add(place)
        return set(pairs)


def _merged(pieces: list[str], pair: Pair) -> list[str]:
    merged: list[str] = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] = _joined(pair)
        else:
            merged.append(piece)
    return merged
