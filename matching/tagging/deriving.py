"""Codes that follow from the texts of many records at once, as the index stores them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.models import Organisation, Proposal
from embeddings.encoder import Encoder, Role, Vectors
from embeddings.language import Language
from embeddings.text import offered, organisation_passages, sought
from matching.competence import MOST_TAGS, Tag
from matching.concepts import ConceptIndex
from matching.reading import CodeTriple, organisation_fields, proposal_fields
from matching.tagging.prototypes import unit
from matching.tagging.tagger import TextTagger


@dataclass(frozen=True, slots=True)
class Part:
    """A text of a record as the index reads it."""

    text: str
    language: Language
    role: Role


def proposal_parts(record: Proposal) -> list[Part]:
    """What is sought and what is offered, as the index reads it."""
    fields = proposal_fields(record)
    language = fields.language or "it"
    return [Part(sought(fields), language, Role.SOUGHT), Part(offered(fields), language, Role.OFFERED)]


def organisation_parts(record: Organisation) -> list[Part]:
    """The profile and each piece of evidence, as the index reads them."""
    passages = organisation_passages(organisation_fields(record))
    return [Part(passage.text, passage.language, Role.OFFERED) for passage in passages]


def derive_codes(
    records: Sequence[Sequence[Part]], tagger: TextTagger, encoder: Encoder, concepts: ConceptIndex
) -> list[list[CodeTriple]]:
    """Codes (tree, code, confidence) of each record, which is one or more parts: competences first, surest first.

    A record's vector is the mean of its parts'. Texts are encoded by their roles, as the index does: an encoder that
    remembers them encodes them once.
    """
    vectors = mean_vectors(records, encoder)
    languages = [main_language(parts) for parts in records]
    phrases = [_phrases(parts, tagger) for parts in records]
    return [
        [
            (concepts.concepts[number].tree, concepts.concepts[number].code, confidence)
            for number, confidence in [*competences, *codes]
        ]
        for competences, codes in tagger.derive(vectors, languages, phrases)
    ]


def mean_vectors(records: Sequence[Sequence[Part]], encoder: Encoder) -> Vectors:
    """The mean of the vectors of each record's parts, unit rows: (records, dimension)."""
    owners = np.array([owner for owner, parts in enumerate(records) for _ in parts], np.int64)
    flat = [part for parts in records for part in parts]
    sums = np.zeros((len(records), encoder.dimension), np.float32)
    for role in sorted({part.role for part in flat}):
        rows = [row for row, part in enumerate(flat) if part.role is role]
        np.add.at(sums, owners[rows], encoder.encode([flat[row].text for row in rows], role))
    return unit(sums)


def main_language(parts: Sequence[Part]) -> Language:
    """The language of most parts."""
    counted = Counter(part.language for part in parts)
    return "en" if counted["en"] > counted["it"] else "it"


def _phrases(parts: Sequence[Part], tagger: TextTagger) -> list[Tag]:
    """What any of the parts names, as clearly as it is named in one of them."""
    best: dict[int, Tag] = {}
    for part in parts:
        for tag in tagger.phrases(part.text, part.language):
            known = best.get(tag.concept)
            if known is None or tag.confidence > known.confidence:
                best[tag.concept] = tag
    return sorted(best.values(), key=lambda tag: (-tag.confidence, tag.concept))[:MOST_TAGS]
