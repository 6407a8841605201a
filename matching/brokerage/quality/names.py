"""Names of known organisations in a text, found by their rarest word: quick, however many there are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from embeddings.language import fold
from matching.identity import GRAMMAR, name_words

_WORD: Final = re.compile(r"[^\W_]+")
_BREAK: Final = re.compile(r"[;:!?,\n]|\.\s|[.]$")
_STARTS: Final = frozenset('.!?:;•\n-–—("“«')
_LEAST_LETTERS: Final = 4
_LEAST_OWN_LETTERS: Final = 3
_AROUND: Final = 8
"""Words on both sides of a name that are looked at to see whether capitals mean anything there."""
_INSTITUTIONS: Final = frozenset(
    "university universita politecnico college institute istituto foundation fondazione consorzio consortium".split()  # noqa: SIM905
)
_TRADE: Final = re.compile(
    r"(?:ifici[oi]|eri[ae]|tori[ae]|tric[ei]|tor[ei]|zion[ei]|aggio|ment[oi]|istic[aoi]|logi[ae]|iche|ing|ers|logy|tions?)$"
)
"""Endings of what somebody does, which a sentence may begin with: "Pastificio", "Sartoria", "Coating"."""
_ABBREVIATION: Final = 5
"""Letters of a word in capitals that may be an abbreviation of the trade: "RAEE"."""
_HEADING: Final = 0.6
"""Share of words with a capital from which a text is a heading, where capitals tell nothing."""
_LONG_ENOUGH: Final = 3


class KnownName(NamedTuple):
    """An organisation by name; `places` are its city, region and the like, which tell nothing of it.

    `public` marks public bodies: they are named as surroundings, so that only their own proposals may not name them.
    """

    id: int
    name: str
    places: tuple[str, ...] = ()
    public: bool = False


class Word(NamedTuple):
    """A word of a text, folded, with its place."""

    folded: str
    start: int
    end: int
    capital: bool


class Mention(NamedTuple):
    """Where a text names an organisation: from `start` up to `end`, in characters."""

    organisation: int
    start: int
    end: int


class _Entry(NamedTuple):
    words: tuple[str, ...]
    place: int
    organisation: int
    telling: bool
    """Whether some word of it is no ordinary one."""


@dataclass(frozen=True, slots=True)
class NameBook:
    """The names of all known organisations. `ordinary` holds words, folded, that are no names by themselves.

    A name of one word is looked for only where it is no ordinary word and has at least four letters. A name whose words
    are all ordinary needs three, or one that says what it is (university, institute), and a text that writes them with
    capitals inside a sentence; a heading's capitals tell nothing.
    """

    ordinary: Set[str]
    names: Mapping[int, KnownName]
    index: Mapping[str, Sequence[_Entry]]

    @classmethod
    def of(cls, names: Iterable[KnownName], ordinary: Set[str] = frozenset()) -> NameBook:
        """From the organisations' names."""
        known = {name.id: name for name in names}
        words = {number: name_words(name.name) for number, name in known.items() if not name.public}
        rarity = Counter(word for each in words.values() for word in set(each))
        index: dict[str, list[_Entry]] = defaultdict(list)
        for number, each in words.items():
            telling = any(_is_telling(word, ordinary) for word in each)
            if not each or not (telling or _says_what_it_is(each)):
                continue
            place = min(range(len(each)), key=lambda at: rarity[each[at]])
            index[each[place]].append(_Entry(each, place, number, telling))
        return cls(ordinary, known, dict(index))

    def is_ordinary(self, word: str) -> bool:
        """Whether a word is no name by itself."""
        return fold(word) in self.ordinary

    def mentions(self, text: str, own: int | None = None) -> Iterator[Mention]:
        """Where `text` names organisations, its `own` one first, by whole name or by a word that only it has."""
        words = content_words_of(text)
        lower = {word.folded for word in words if not word.capital}
        if own is not None and own in self.names:
            yield from self._own_mentions(text, words, lower, own)
        for at, word in enumerate(words):
            for entry in self.index.get(word.folded, ()):
                run = _run(text, words, at - entry.place, entry.words)
                if run and entry.organisation != own and self._is_name(text, words, lower, at - entry.place, entry):
                    yield Mention(entry.organisation, run[0].start, run[-1].end)

    def _own_mentions(self, text: str, words: list[Word], lower: Set[str], own: int) -> Iterator[Mention]:
        name = self.names[own]
        whole = name_words(name.name)
        places = {word for place in name.places for word in name_words(place)}
        telling = {word for word in whole if _is_telling(word, self.ordinary)} - places
        if len(whole) == 1 and len(whole[0]) >= _LEAST_OWN_LETTERS:
            for at, word in enumerate(words):
                if word.folded == whole[0] and (whole[0] in telling or _stands_out(text, words, lower, at)):
                    yield Mention(own, word.start, word.end)
            return
        end = 0
        for at, word in enumerate(words):
            run = _run(text, words, at, whole)
            if not (run and all(one.capital for one in run)):
                alone = word.folded in telling and word.start >= end and _gives_away(text, words, lower, at)
                run = [word] if alone else []
            if run:
                end = run[-1].end
                yield Mention(own, run[0].start, end)

    def _is_name(self, text: str, words: list[Word], lower: Set[str], first: int, entry: _Entry) -> bool:
        """Whether a run of words that spells a name is meant as one."""
        run = words[first : first + len(entry.words)]
        if not all(word.capital for word in run):
            return False
        if len(run) == 1:
            return _stands_out(text, words, lower, first)
        if entry.telling and len(run) >= _LONG_ENOUGH:
            return True
        around = words[max(first - _AROUND, 0) : first] + words[first + len(run) : first + len(run) + _AROUND]
        return bool(around) and sum(word.capital for word in around) < _HEADING * len(around)


def content_words_of(text: str) -> list[Word]:
    """The words of a text with their places, but for articles and prepositions."""
    found = []
    for match in _WORD.finditer(text):
        folded = fold(match.group()).encode("ascii", "ignore").decode()  # as `name_words` writes it
        if folded not in GRAMMAR:
            first = match.group()[0]
            found.append(Word(folded, match.start(), match.end(), first.isupper() or first.isdigit()))
    return found


def _says_what_it_is(words: tuple[str, ...]) -> bool:
    """Whether a name of ordinary words alone can be told from those words: "Direct Current" cannot."""
    return len(words) >= _LONG_ENOUGH or (len(words) > 1 and not _INSTITUTIONS.isdisjoint(words))


def _is_telling(word: str, ordinary: Set[str]) -> bool:
    return word not in ordinary and len(word) >= _LEAST_LETTERS and not word.isdigit()


def _run(text: str, words: list[Word], first: int, wanted: tuple[str, ...]) -> list[Word]:
    """The words from `first` on, where they are the wanted ones and no sentence ends between them."""
    if first < 0:
        return []
    run = words[first : first + len(wanted)]
    if tuple(word.folded for word in run) != wanted or _BREAK.search(text[run[0].start : run[-1].end]):
        return []
    return run


def _gives_away(text: str, words: list[Word], lower: Set[str], at: int) -> bool:
    """Whether a telling word of a name stands for it: "Zorbini", but not "Pastificio" at the head of a sentence."""
    word = words[at]
    if text[word.start : word.end].isupper() and word.end - word.start <= _ABBREVIATION:
        return False
    starts = not text[: word.start].rstrip(" \t") or text[: word.start].rstrip(" \t")[-1] in _STARTS
    if not starts:
        return _stands_out(text, words, lower, at)
    return word.capital and word.folded not in lower and not _TRADE.search(word.folded)


def _stands_out(text: str, words: list[Word], lower: Set[str], at: int) -> bool:
    """Whether a single word is written as a name: with a capital inside a sentence, and nowhere without one."""
    word = words[at]
    before = text[: word.start].rstrip(" \t")
    if not word.capital or word.folded in lower or not before or before[-1] in _STARTS:
        return False
    around = words[max(at - _AROUND, 0) : at] + words[at + 1 : at + 1 + _AROUND]
    return sum(one.capital for one in around) < _HEADING * max(len(around), 1)
