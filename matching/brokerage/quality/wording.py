"""How a proposal is written: its language, what it says twice, its title, and words that only praise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from data.models.vocabulary import QualityRule
from embeddings.language import LANGUAGES, detect, words_of
from embeddings.roles import content_words
from embeddings.stopwords import ENGLISH, ITALIAN
from matching.brokerage.quality.findings import SEVERITIES, Finding, Span, Text

_FEWEST_WORDS: Final = 8
"""Words of a sentence from which its language can be told surely."""
_FEWEST_FUNCTION_WORDS: Final = 2
_ITALIAN_ONLY: Final = ITALIAN - ENGLISH
_ENGLISH_ONLY: Final = ENGLISH - ITALIAN
_FOREIGN_SHARE: Final = 0.15
"""Share of a text in another language from which it is mixed: less is a quotation."""

_SHINGLE: Final = 5
_REPEATED_SHARE: Final = 0.8
"""Share of a field's runs of five words that another field has, too, from which it only repeats it."""
_FEWEST_REPEATED: Final = 15

_TELLING_TITLE: Final = 2
"""Words that tell something, fewer of which make a title too general."""
_CAPITAL_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_FEWEST_CAPITAL_WORDS: Final = 3
_FULL_STOP: Final = re.compile(r"[^\s.]*[^\W\d_]{3,}[)\"”»]?\.$")
_NO_FULL_STOP: Final = re.compile(r"(?i)\b(?:ecc|etc|inc|ltd|corp|approx)\.$")

PRAISE: Final = re.compile(
    r"""(?ix)\b(?:
    leader\s(?:(?:indiscuss[oa]|assolut[oa]|mondiale|europeo|italiano|nazionale)\s)?(?:di|del|nel|sul)\s
        (?:\w+\s)?(?:mercato|settore)
    | azienda\sleader | leader\s(?:mondiale|indiscuss[oa]|assolut[oa])
    | numero\suno | n\.?\s?°?\s?1\s(?:in|nel|al)\b | (?:il|i)\smiglior[ei]\s(?:sul|del|al|in)
    | senza\s(?:eguali|rivali|paragoni) | unic[oai]\s(?:al\smondo|nel\ssuo\sgenere|sul\smercato) | rivoluzionari[oae]
    | (?:qualità|prestazioni|risultati)\s(?:eccezional[ei]|straordinari[ae]|incredibil[ei])
    | imbattibil[ei] | altissima\squalità | qualità\ssuprema
    | (?:world(?:'s|’s)?|market|global|industry)[\s-]lead(?:er|ing) | world[\s-]class | best[\s-]in[\s-]class
    | best\son\sthe\smarket | number\sone | no\.?\s?1\s(?:in|on) | second\sto\snone | unrivall?ed | unparalleled
    | unbeatable | revolutionary | one[\s-]of[\s-]a[\s-]kind | game[\s-]chang(?:er|ing) | amazing | incredible
    | outstanding\s(?:quality|performance|results?) | the\sbest\s(?:in|on|of|quality|product|solution|company)
    )\b"""
)
_SHOUTED: Final = re.compile(r"[!?]*![!?]+")
_LOUD_LETTERS: Final = 40
_LOUD_WORDS: Final = 6


def language_findings(text: Text) -> Iterator[Finding]:
    """Whether a text is in the language that is declared, and in that alone. Other languages than ours pass unread."""
    if text.language not in LANGUAGES:
        return
    told = [(start, end, language) for start, end, words in text.sentences if (language := _language(words))]
    if not told:
        return
    foreign = [(start, end) for start, end, language in told if language != text.language]
    share = sum(end - start for start, end in foreign) / sum(end - start for start, end, _ in told)
    if share > 0.5:
        yield text.finding(Span(QualityRule.WRONG_LANGUAGE, *foreign[0]))
    elif share >= _FOREIGN_SHARE:
        yield text.finding(Span(QualityRule.MIXED_LANGUAGES, *foreign[0]))


def _language(sentence: str) -> str | None:
    """The language of a sentence by its function words; None where it is too short or they do not tell."""
    words = words_of(sentence)
    if len(words) < _FEWEST_WORDS:
        return None
    italian, english = (sum(word in only for word in words) for only in (_ITALIAN_ONLY, _ENGLISH_ONLY))
    if max(italian, english) < max(_FEWEST_FUNCTION_WORDS, 2 * min(italian, english)):
        return None
    language = "it" if italian > english else "en"
    return language if detect(sentence) == language else None  # a foreign name has function words, too


def repeated_findings(texts: Sequence[Text]) -> Iterator[Finding]:
    """Fields that only repeat another one, told at the later field."""
    runs = [(text, _runs(text.text)) for text in texts if text.running and text.field != "title"]
    for (one, first), (other, second) in combinations(runs, 2):
        fewest = min(len(first), len(second))
        if fewest >= _FEWEST_REPEATED and len(first & second) >= _REPEATED_SHARE * fewest:
            again = next((s for s in other.sentences if (mine := _runs(s[2])) and mine <= first), None)
            span = Span(QualityRule.REPEATED, *((again[0], again[1]) if again else (0, len(other.text))))
            found = other.finding(span)
            yield Finding(
                SEVERITIES[found.rule], found.rule, other.field, found.sentence, one.field, None, found.start, found.end
            )


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = words_of(text)
    return frozenset(tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


def title_findings(title: Text) -> Iterator[Finding]:
    """A title that could stand over many proposals, that is in capitals, or that ends like a sentence."""
    words = title.text.strip()
    if not words:
        return
    start = title.text.index(words)
    whole = (start, start + len(words))
    if content_words(words, detect(words)) < _TELLING_TITLE:
        yield title.finding(Span(QualityRule.TITLE_GENERAL, *whole))
    long_words = _CAPITAL_WORD.findall(words)
    if len(long_words) >= _FEWEST_CAPITAL_WORDS and sum(map(str.isupper, long_words)) * 5 >= len(long_words) * 4:
        yield title.finding(Span(QualityRule.TITLE_CAPITALS, *whole))
    if _FULL_STOP.search(words) and not _NO_FULL_STOP.search(words):
        yield title.finding(Span(QualityRule.TITLE_FULL_STOP, *whole))


def tone_spans(text: Text) -> Iterator[Span]:
    """Words that praise instead of telling, double exclamation marks, whole sentences in capitals."""
    yield from (Span(QualityRule.PROMOTIONAL, *found.span()) for found in PRAISE.finditer(text.text))
    yield from (Span(QualityRule.SHOUTING, *found.span()) for found in _SHOUTED.finditer(text.text))
    if text.field.endswith("title"):
        return  # capitals of a title have a rule of their own
    for start, end, sentence in text.sentences:
        long_words = _CAPITAL_WORD.findall(sentence)
        if len(sentence) >= _LOUD_LETTERS and len(long_words) >= _LOUD_WORDS and all(map(str.isupper, long_words)):
            yield Span(QualityRule.SHOUTING, start, end)
