"""A query as the ranking sees it, whoever asks: a stored proposal, a draft, an organisation or a bare text."""

from __future__ import annotations

from dataclasses import dataclass, field

from embeddings.bridge import Alternatives
from embeddings.encoder import Vectors
from embeddings.language import Language

ORGANISATION = "ORG"
"""Kind of a query that an organisation asks: what it offers is known, what it needs is not."""

Weighted = tuple[tuple[int, float], ...]
"""Concept numbers with weights."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a text: what is sought or what is offered, as vector (dimension,) and language-tagged tokens.

    `words` has for each different token the terms of the collection that may stand for it, in either language.
    """

    text: str
    vector: Vectors
    tokens: tuple[str, ...]
    words: tuple[Alternatives, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that retrieval and ranking use of the one who asks. Bits and ordinals as in candidates.py."""

    label: str
    kind: str
    language: Language
    sought: Side
    offered: Side
    competences: Weighted = ()
    themes: Weighted = ()
    stated: frozenset[int] = frozenset()
    """Of the concepts those that somebody declared or confirmed; the others were read out of the text."""
    proposal_id: int | None = None
    organisation_id: int | None = None
    country: str = ""
    partner_type: int = 0
    wanted_types: int = 0
    target_countries: tuple[str, ...] = ()
    stage: int = -1
    excluded_organisations: frozenset[int] = field(default_factory=frozenset)
    excluded_proposals: frozenset[int] = field(default_factory=frozenset)
