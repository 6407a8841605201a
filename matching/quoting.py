"""Which sentences may be quoted as evidence: those that tell something, and nothing that reaches a person."""

from __future__ import annotations

import re

from embeddings.language import Language
from embeddings.roles import content_words
from embeddings.sentences import split_sentences

FEWEST_LETTERS = 25
_FEWEST_WORDS = 2
_SURELY_TELLING = 120
"""Characters of a sentence that is not mere boilerplate, without looking."""
_NAME = r"[A-ZÀ-Ý](?:\.|[\w'’-]*[a-zà-ý])"
_TITLE = (
    r"(?:Dott(?:\.ssa|oressa|ore|or)?|Prof(?:\.ssa|essoressa|essore|essor)?|Ing|Sig(?:\.ra|nora|nor)?"
    r"|Arch|Avv|Geom|Mr|Mrs|Ms|Dr)"
)
_CUE = (
    r"(?:[Cc]ontatt(?:o|i|are|ate|ateci)|[Rr]eferent[ei]|[Cc]ontact(?: person| point)?|[Rr]ivolgersi a|[Rr]esponsabile"
    r"|[Pp]ersona di riferimento|[Pp]er (?:maggiori |ulteriori )?informazioni|[Ff]or (?:more |further )?information)"
)
_REACHES_A_PERSON = re.compile(
    r"\S@\S"  # an address of mail
    r"|\b(?i:tel|telefono|phone|cell|cellulare|mobile|fax|e-?mail|pec)\b\.?\s*:?\s*[+(]?\d"
    r"|(?<!\w)(?:\+|00)\d[\d ./()-]{6,}\d"  # a number with its country
    r"|(?<![\w.,])0\d{1,3}[ ./-]?\d{5,8}(?![\w,])|(?<![\w.,])3\d{2}[ ./-]?\d{3}[ ./-]?\d{3,4}(?![\w,])"  # Italian ones
    rf"|\b{_TITLE}\b\.?\s+(?:{_NAME}\s+)?{_NAME}"
    rf"|\b{_CUE}\s*[:\-–,]?\s*(?:{_TITLE}\.?\s+)?{_NAME}\s+{_NAME}"
)
_LONG_NUMBER = re.compile(r"\d[\d ./()-]{3}")
_TWO_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w.'’]*\s+[A-ZÀ-Ý]")


def quotable_sentences(text: str, language: Language) -> tuple[str, ...]:
    """All sentences of a text that may be quoted, in order; of a text of one short sentence, that one if it may.

    Left out: what every profile says, sentences too short to tell anything, and whatever names or reaches a person.
    """
    sentences = split_sentences(text)
    if len(sentences) > 1:
        sentences = tuple(sentence for sentence in sentences if len(sentence) >= FEWEST_LETTERS) or sentences
    return tuple(sentence for sentence in sentences if is_quotable(sentence, language))


def is_quotable(sentence: str, language: Language) -> bool:
    """Whether a sentence tells something of its subject and neither names nor reaches a person."""
    if reaches_a_person(sentence):
        return False
    return len(sentence) >= _SURELY_TELLING or content_words(sentence, language) >= _FEWEST_WORDS


def reaches_a_person(text: str) -> bool:
    """Whether a text holds an address of mail, a telephone number or the name of a contact."""
    # Most sentences have neither a long number nor two capitalised words in a row: that is quicker to see.
    if "@" not in text and not _LONG_NUMBER.search(text) and not _TWO_CAPITALS.search(text):
        return False
    return _REACHES_A_PERSON.search(text) is not None
