"""Italian or English: telling them apart, and the words by which each is searched.

A token carries its language (`it:motor`), so that one lexical index holds both and a query meets only the documents
of its own language.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from typing import TYPE_CHECKING, Final, Literal

import Stemmer

from embeddings.stopwords import ENGLISH, ITALIAN, STOP_WORDS

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Language = Literal["it", "en"]
LANGUAGES: Final[tuple[Language, Language]] = ("it", "en")
ANALYSER_VERSION: Final = "1"  # raise it when `analyse` gives other tokens: indexes are then rebuilt

_VOTING_CHARACTERS: Final = 600
_SURE_BY_VOTES: Final = 3
_SURE_BY_ENDINGS: Final = 2
_CACHED_WORDS: Final = 200_000
_LONGEST_TOKEN: Final = 40

_COMBINING = re.compile(r"[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+(?:\.\d+)*")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_THOUSANDS = {"it": re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))"), "en": re.compile(r"(?<=\d),(?=\d{3}(?!\d))")}
# "ISO 9001" and "ISO9001" are one code, as are "TRL 6" and "TRL6".
_SPACED_CODE = re.compile(r"\b(iso|iec|din|astm|trl|pm|ipc|reach) ?[-/]? ?(?=\d)")

_ITALIAN_ONLY = ITALIAN - ENGLISH - {"i", "ad", "de", "od", "sole", "state", "sta", "dove", "fare", "male"}
_ENGLISH_ONLY = ENGLISH - ITALIAN - {"am", "due", "me", "no", "see", "come", "per", "re", "via", "ago", "till"}
_ITALIAN_ENDING = re.compile(r"(?:[aeio]|zion[ei]|[ae]re|gli)$")
_ENGLISH_ENDING = re.compile(r"(?:ing|tion|ed|ly|ty|s|th|er|al|[bcdfghjkmpqtvwxy])$")
_ENGLISH_LETTERS = re.compile(r"[kwxyj]|th|sh|oo|ee|ght|ck")
_ITALIAN_LETTERS = re.compile(r"gli|zz|cch|ggi|cci|ghe|chi|che|[àèéìòù]|(?:ll|nn|tt|ss|pp)[aeio]$")


def fold(text: str) -> str:
    """Lower-case `text`, accents and compatibility forms (CO₂, ﬁ) written plainly."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    return _COMBINING.sub("", unicodedata.normalize("NFKD", lowered))


def detect(text: str, default: Language = "it") -> Language:
    """The language of `text`, Italian or English; `default` where nothing tells (an empty text, a code, a name).

    Function words vote first (exact on running text and fast); word endings and letters decide for titles without any;
    py3langid is asked only where these tie.
    """
    words = _WORD.findall(fold(text[:_VOTING_CHARACTERS]))
    votes = sum(word in _ITALIAN_ONLY for word in words) - sum(word in _ENGLISH_ONLY for word in words)
    if abs(votes) >= _SURE_BY_VOTES:
        return "it" if votes > 0 else "en"
    leaning = 2 * votes + sum(_leaning(word) for word in text[:_VOTING_CHARACTERS].lower().split())
    if abs(leaning) >= _SURE_BY_ENDINGS:
        return "it" if leaning > 0 else "en"
    if not any(len(word) > 2 and not word.isdigit() for word in words):
        return default
    return _ask_library(text, default if not leaning else ("it" if leaning > 0 else "en"))


def _leaning(raw: str) -> int:
    word = raw.strip(".,;:!?()[]\"'«»“”’")
    if len(word) < 4 or not word.isalpha():
        return 0
    score = 0
    if _ITALIAN_ENDING.search(word) or _ITALIAN_LETTERS.search(word):
        score += 1
    if _ENGLISH_ENDING.search(word):
        score -= 1
    if _ENGLISH_LETTERS.search(word):
        score -= 1
    return score


@functools.cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # its model takes 0.4 s to load

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def _ask_library(text: str, default: Language) -> Language:
    (best, best_score), (_, other_score) = _identifier().rank(text)[:2]
    if best_score == other_score:
        return default
    return "it" if best == "it" else "en"


class _Terms(dict[str, str]):
    """Word (folded) to tagged stem, "" for one that is not searched; fills itself, and empties when large."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._stop_words = STOP_WORDS[language]
        self._stemmer = Stemmer.Stemmer("italian" if language == "it" else "english", 0)
        self._lock = threading.Lock()  # a PyStemmer object is not for two threads at once

    def __missing__(self, word: str) -> str:
        with self._lock:
            if len(self) >= _CACHED_WORDS:
                self.clear()
            term = self._term(word)
            self[word] = term
        return term

    def _term(self, word: str) -> str:
        if word in self._stop_words or (len(word) == 1 and not word.isdigit()):
            return ""
        if len(word) > _LONGEST_TOKEN:
            word = word[:_LONGEST_TOKEN]
        if any(map(str.isdigit, word)):
            return f"{self._language}:{word}"
        if self._language == "it" and len(word) > 4 and word.endswith("ita"):
            word = word[:-1] + "à"  # the stemmer knows the ending -ità by its accent only
        return f"{self._language}:{fold(self._stemmer.stemWord(word))}"


_TERMS: Final[dict[str, _Terms]] = {language: _Terms(language) for language in LANGUAGES}


def analyse(text: str, language: str) -> list[str]:
    """The searchable tokens of `text`, in order and with repetitions, each as `language:stem`.

    Lower-cased, accents folded, elided articles and stop words left out, stemmed (Snowball); numbers and codes such as
    PM2.5, 5G, H2 or ISO 9001 are kept whole. Raises ValueError for a language that is neither "it" nor "en".
    """
    terms = _TERMS.get(language)
    if terms is None:
        raise ValueError(f"No analyser for language {language!r}: use one of {', '.join(LANGUAGES)}.")
    folded = _DECIMAL_COMMA.sub(".", _THOUSANDS[language].sub("", fold(text)))
    folded = _SPACED_CODE.sub(r"\1", folded)
    return [term for word in _WORD.findall(folded) if (term := terms[word])]


def words_of(text: str) -> list[str]:
    """The words of `text`, folded, whatever the language: no stop words taken out, no stems."""
    return _WORD.findall(fold(text))


def token_language(token: str) -> str:
    """The language tag of a token made by `analyse`."""
    return token.partition(":")[0]
