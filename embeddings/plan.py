"""What the next generation is to hold: rows kept from the one before, and new ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Role
from embeddings.index import Ids
from embeddings.language import LANGUAGES

if TYPE_CHECKING:
    from embeddings.section import Section

TextHashes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class NewRow:
    """A text to be encoded and analysed: `owner` is the id of what it belongs to, `language` "it" or "en"."""

    owner: int
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """The rows of a section, kept ones first, then the new ones.

    `kept`: positions of rows in the previous generation's section of this name, copied without touching their texts;
    `attributes`: arrays of the caller's own, each with one entry a row in that same order (numbers or fixed-width
    strings), saved and handed back by `Section.attributes`. With `tidy` every word that no row has any more leaves the
    vocabulary at once; else some stay until they are many.
    """

    name: str
    role: Role
    new: Sequence[NewRow] = ()
    kept: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    attributes: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    tidy: bool = False

    def __len__(self) -> int:
        return len(self.kept) + len(self.new)


def text_hashes(texts: Iterable[str]) -> TextHashes:
    """sha256 of each text, (n, 32) uint8."""
    digests = b"".join(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts)
    return np.frombuffer(digests, np.uint8).reshape(-1, 32)


def split_unchanged(previous: Section | None, rows: Sequence[NewRow]) -> tuple[Ids, list[NewRow]]:
    """Of all rows that are wanted: positions of those that `previous` has already, and those that are new.

    The same row means the same owner, text and language. A caller that knows what changed need not make the other
    texts at all: `Section.rows_without(owners)` gives what to keep.
    """
    if previous is None or not len(previous):
        return np.empty(0, np.int64), list(rows)
    held: dict[tuple[int, bytes, int], list[int]] = {}
    hashes = previous.text_hashes.tobytes()
    for position, (owner, language) in enumerate(
        zip(previous.owners.tolist(), previous.languages.tolist(), strict=True)
    ):
        held.setdefault((owner, hashes[32 * position : 32 * position + 32], language), []).append(position)
    wanted = text_hashes(row.text for row in rows).tobytes()
    kept: list[int] = []
    new: list[NewRow] = []
    for number, row in enumerate(rows):
        language = LANGUAGES.index(row.language) if row.language in LANGUAGES else -1
        positions = held.get((row.owner, wanted[32 * number : 32 * number + 32], language))
        if positions:
            kept.append(positions.pop())
        else:
            new.append(row)
    return np.sort(np.array(kept, np.int64)), new
