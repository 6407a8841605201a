"""Sentences of Italian and English running text: for evidence shown to people and for reading a text by role."""

from __future__ import annotations

import re
from typing import Final

LONGEST_SENTENCE: Final = 400
"""Characters; what is longer is cut in windows at the last comma or space before."""

_BULLET = re.compile(r"[•▪●◦‣■\uf0b7][ \t]*")
_DASH = re.compile(r"(?:^|(?<=[.:;,])[ \t]+)[-–—*][ \t]+|[ \t]+-[ \t]+(?=[A-ZÀ-Ý])")
_NUMBERED = re.compile(r"(?:^|[ \t]+)\(?[1-9]{1,2}[.)][ \t]+(?=[A-ZÀ-Ý])")
_SPLITS: Final = (
    (_BULLET, re.compile(r"[•▪●◦‣■\uf0b7]")),
    (_DASH, re.compile(r"[-–—*][ \t]")),
    (_NUMBERED, re.compile(r"\d[.)][ \t]")),
)
# An end mark, closing quotes, space, then a capital, a digit or an opening quote: a sentence's likely end. Also a full
# stop glued between two words ("market.The").
_END = re.compile(
    r"[.!?…;][.!?…]*[\"'”’»)\]]*(?:\s+(?=[\"'“‘«(\[]*[A-ZÀ-Ý0-9])|(?<=[a-zà-ý]{3}\.)(?=[A-ZÀ-Ý][a-zà-ý]{2}))"
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]+$")
_ABBREVIATIONS: Final = frozenset(
    """
    art artt avv cap cfr dott dr dra ecc es fig geom gen ing lett max min n nr num oss pag pagg par pp prof proff rag
    sig sigg spett tab tel vol vs approx assoc al ca cf co corp dept ed eds eg e.g etc eq eqs esp est et fax i.e ie inc
    incl jr ltd mr mrs ms no nos p ph.d phd ref refs resp sect sr st univ viz s.r.l s.p.a srl spa s.r.l s.n.c s.a.s
    p.es ad.es c.d d.lgs lgs d.p.r d.m u.s u.k a.c d.c gmbh b.v n.v mln mld c.a p.iva
    """.split()  # noqa: SIM905 - a list of words reads best as text
)
_MOSTLY_CLOSED: Final = frozenset({"ecc", "etc", "co", "inc", "ltd", "srl", "spa", "s.r.l", "s.p.a", "gmbh", "corp"})
_HEADING = re.compile(r"^[A-ZÀ-Ý][A-ZÀ-Ý &/'’-]{5,60}(?=\s+[A-ZÀ-Ý][a-zà-ý])")


def split_sentences(text: str, longest: int = LONGEST_SENTENCE) -> tuple[str, ...]:
    """The sentences of `text` in order, white space tidied, none empty, none longer than `longest` characters.

    Line breaks, bullets and numbered points end a sentence, as do headings in capitals; abbreviations (`es.`, `dott.`,
    `S.r.l.`, `e.g.`), initials and decimals do not. The same text always gives the same sentences.
    """
    if longest < 20:
        raise ValueError(f"longest={longest}: a sentence needs room for at least 20 characters.")
    found: list[str] = []
    for block in _blocks(text):
        for sentence in _split_block(" ".join(block.split())):
            found.extend(_windows(sentence, longest))
    return tuple(found)


def _blocks(text: str) -> list[str]:
    blocks = text.splitlines()
    for splits, sign in _SPLITS:
        if sign.search(text):  # quick, where most texts have no list
            blocks = [piece for block in blocks for piece in splits.split(block)]
    return blocks


def _split_block(block: str) -> list[str]:
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(block):
        if _is_abbreviation(block, start, match):
            continue
        sentences.extend(_without_heading(block[start : match.end()].strip()))
        start = match.end()
    sentences.extend(_without_heading(block[start:].strip()))
    return [sentence for sentence in sentences if any(map(str.isalnum, sentence))]


def _without_heading(sentence: str) -> list[str]:
    heading = _HEADING.match(sentence)
    if heading is None:
        return [sentence]
    return [heading.group().strip(), sentence[heading.end() :].strip()]


def _is_abbreviation(block: str, start: int, match: re.Match[str]) -> bool:
    if not match.group().startswith(".") or match.group().startswith(".."):
        return False
    word_match = _LAST_WORD.search(block, start, match.start())
    if word_match is None:
        return False
    word = word_match.group().lower()
    if len(word) == 1 and word.isalpha():
        return True  # an initial: "J. Smith"
    if word in _MOSTLY_CLOSED:
        return block[match.end() : match.end() + 1].islower()
    return word in _ABBREVIATIONS


def _windows(sentence: str, longest: int) -> list[str]:
    pieces: list[str] = []
    while len(sentence) > longest:
        cut = max(sentence.rfind(mark, longest // 2, longest) for mark in (", ", "; ", ": "))
        cut = cut + 1 if cut > 0 else sentence.rfind(" ", 1, longest)
        cut = cut if cut > 0 else longest
        pieces.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    if sentence:
        pieces.append(sentence)
    return pieces
