"""Candidates' texts cut into sentences and encoded, kept for the candidates that were shown last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from data.models import Organisation, Proposal
from embeddings.encoder import Encoder, Role
from embeddings.sentences import split_sentences
from embeddings.text import offered, organisation_passages, sought
from matching.explanation import Passage, Readable
from matching.reading import evidence_headings, organisation_fields, proposal_fields

MOST_SENTENCES = 40
"""Sentences of one candidate that are compared; longer texts are read from the start."""
KEPT = 4000
"""Candidates whose sentences are kept: about 60 MB with 256 dimensions."""
_FEWEST_LETTERS = 25


@dataclass(frozen=True, slots=True)
class Key:
    """Which text: a record of a table as it was at a moment, on one side."""

    table: str
    id: int
    changed: datetime
    role: Role


class Readings:
    """Reads candidates as they are asked for and remembers the last ones. Safe from several threads."""

    def __init__(self, encoder: Encoder, kept: int = KEPT) -> None:
        self._encoder = encoder
        self._kept = kept
        self._known: OrderedDict[Key, Readable] = OrderedDict()
        self._lock = threading.Lock()

    def of(
        self, keys: Sequence[Key], read: Callable[[Sequence[Key]], Mapping[Key, Sequence[Passage]]]
    ) -> list[Readable]:
        """Readings of the keys, in order; `read` is asked for the passages of those that are not known."""
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        missing = [key for key in keys if key not in found]
        if missing:
            found |= self._encode(read(missing))
        with self._lock:
            for key in keys:
                self._known[key] = found[key]
                self._known.move_to_end(key)
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        return [found[key] for key in keys]

    def _encode(self, passages: Mapping[Key, Sequence[Passage]]) -> dict[Key, Readable]:
        """All sentences in one go: an encoder is quicker over many than over few at a time."""
        flat = [text for found in passages.values() for passage in found for text in passage.sentences]
        role = next(iter(passages)).role
        vectors = self._encoder.encode(flat, role) if flat else np.empty((0, self._encoder.dimension), np.float32)
        readings: dict[Key, Readable] = {}
        start = 0
        for key, found in passages.items():
            count = sum(len(passage.sentences) for passage in found)
            readings[key] = Readable(tuple(found), vectors[start : start + count].copy())
            start += count
        return readings


def sentences_of(text: str) -> tuple[str, ...]:
    """The telling sentences of a text; a text of one short sentence is that sentence."""
    sentences = [sentence for sentence in split_sentences(text) if len(sentence) >= _FEWEST_LETTERS]
    return tuple(sentences[:MOST_SENTENCES]) or ((text.strip(),) if text.strip() else ())


def proposal_reading(record: Proposal, role: Role) -> list[Passage]:
    """What a proposal offers, or seeks, as one passage."""
    fields = proposal_fields(record)
    return [Passage(sentences_of(sought(fields) if role is Role.SOUGHT else offered(fields)))]


def organisation_reading(record: Organisation) -> list[Passage]:
    """An organisation's profile and evidence, a passage each, MOST_SENTENCES in all."""
    headings = evidence_headings(record)
    passages = []
    room = MOST_SENTENCES
    for passage in organisation_passages(organisation_fields(record)):
        sentences = sentences_of(passage.text)[:room]
        room -= len(sentences)
        title, year = (None, None) if passage.evidence is None else headings[passage.evidence]
        passages.append(Passage(sentences, title, year))
    return passages
