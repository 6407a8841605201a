"""Candidates' texts cut into sentences and encoded, kept for the candidates that were shown last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from data.models import Organisation, Proposal
from embeddings.encoder import Encoder, Role, Vectors
from embeddings.language import Language, detect
from embeddings.text import offered, organisation_passages, sought
from matching.explanation import Passage, Readable
from matching.quoting import quotable_sentences, reaches_a_person
from matching.reading import evidence_headings, organisation_fields, proposal_fields

MOST_PASSAGES = 100
"""Passages of one candidate that are read; of more, those nearest to the query by the index."""
KEPT = 4000
"""Candidates whose sentences are kept: about 60 MB with 256 dimensions."""
KEPT_QUERIES = 500


@dataclass(frozen=True, slots=True)
class Key:
    """Which text: a record of a table as it was at a moment, on one side.

    `places` are those of the passages that are read, of a candidate that has too many; None means all.
    """

    table: str
    id: int
    changed: datetime
    role: Role
    places: tuple[int, ...] | None = None


class Readings:
    """Reads candidates as they are asked for and remembers the last ones. Safe from several threads."""

    def __init__(self, encoder: Encoder, kept: int = KEPT) -> None:
        self._encoder = encoder
        self._kept = kept
        self._known: OrderedDict[Key, Readable] = OrderedDict()
        self._own: OrderedDict[tuple[str, Role], tuple[tuple[str, ...], Vectors]] = OrderedDict()
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

    def of_query(self, text: str, language: Language, role: Role) -> tuple[tuple[str, ...], Vectors]:
        """All sentences of the one who asks that may be quoted, and their vectors: (sentences, dim)."""
        with self._lock:
            found = self._own.get((text, role))
        if found is None:
            sentences = quotable_sentences(text, language)
            found = sentences, self._vectors(sentences, role)
        with self._lock:
            self._own[text, role] = found
            self._own.move_to_end((text, role))
            while len(self._own) > KEPT_QUERIES:
                self._own.popitem(last=False)
        return found

    def _vectors(self, sentences: Sequence[str], role: Role) -> Vectors:
        if not sentences:
            return np.empty((0, self._encoder.dimension), np.float32)
        return self._encoder.encode(sentences, role)

    def _encode(self, passages: Mapping[Key, Sequence[Passage]]) -> dict[Key, Readable]:
        """All sentences in one go: an encoder is quicker over many than over few at a time."""
        flat = [text for found in passages.values() for passage in found for text in passage.sentences]
        vectors = self._vectors(flat, next(iter(passages)).role)
        readings: dict[Key, Readable] = {}
        start = 0
        for key, found in passages.items():
            count = sum(len(passage.sentences) for passage in found)
            readings[key] = Readable(tuple(found), vectors[start : start + count].copy())
            start += count
        return readings


def proposal_reading(record: Proposal, role: Role) -> list[Passage]:
    """What a proposal offers, or seeks, as one passage."""
    fields = proposal_fields(record)
    text = sought(fields) if role is Role.SOUGHT else offered(fields)
    return [Passage(quotable_sentences(text, fields.language or detect(text)))]


def organisation_reading(record: Organisation, places: Sequence[int] | None = None) -> list[Passage]:
    """An organisation's profile and evidence, a passage each; of `places`, where given, those only.

    Its bare name is no evidence.
    """
    headings = evidence_headings(record)
    passages = organisation_passages(organisation_fields(record))
    chosen = passages if places is None else [passages[place] for place in places if place < len(passages)]
    found = []
    for passage in chosen:
        sentences = quotable_sentences(passage.text, passage.language)
        title, year = (None, None) if passage.evidence is None else headings[passage.evidence]
        title = None if title is None or reaches_a_person(title) else title
        found.append(Passage(tuple(text for text in sentences if text != record.name), title, year))
    return found
