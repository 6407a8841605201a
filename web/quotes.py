"""Quoted sentences as a page shows them: cut where they are long, the words in common marked."""

from __future__ import annotations

from dataclasses import dataclass

from matching.types import SentencePair, Spans

QUOTE_LENGTH = 240
CUT = " …"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence; `marked` where it is a word that both sentences have."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """The two sentences that fit best, whole, and the candidate's in short."""

    pair: SentencePair
    sought: tuple[Piece, ...]
    offered: tuple[Piece, ...]
    short: tuple[Piece, ...]


def quote_of(pair: SentencePair | None) -> Quote | None:
    """The pair as it is shown."""
    if pair is None:
        return None
    return Quote(
        pair,
        pieces(pair.sought, pair.sought_marks),
        pieces(pair.offered, pair.offered_marks),
        pieces(pair.candidates, pair.candidates_marks, QUOTE_LENGTH),
    )


def pieces(text: str, marks: Spans, length: int | None = None) -> tuple[Piece, ...]:
    """A text, cut at a word after `length` characters, as marked and unmarked parts in order."""
    shown = text if length is None else shortened(text, length)
    end = len(shown.removesuffix(CUT)) if shown != text else len(text)
    found: list[Piece] = []
    place = 0
    for start, stop in marks:
        if stop > end:
            break
        found += [Piece(shown[place:start]), Piece(shown[start:stop], marked=True)]
        place = stop
    return tuple(piece for piece in (*found, Piece(shown[place:])) if piece.text)


def shortened(text: str, length: int = QUOTE_LENGTH) -> str:
    """A text cut at a word, with an ellipsis where something is left out."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(" ,;:") + CUT
