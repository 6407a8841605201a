"""What could realistically be otherwise of a candidate, prepared for one query and one list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.candidates import PARTNER_BITS, STAGES
from matching.code_rows import Wanted
from matching.concepts import ConceptIndex
from matching.counterfactual import Change, lacking, missing_code, more_evidence, smallest_lift
from matching.features import code_parts
from matching.query import ORGANISATION, Query
from matching.ranking import RankingModel
from matching.theme import VOCABULARY
from matching.types import Counterfactual, Criterion

SURELY_WANTED = 0.6
"""Weight from which a code is surely wanted: declared, or named in the text by more than a single word."""
_OwnCodes = tuple[NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a candidate: bits and places as in candidates.py, concept numbers with weights.

    `welcome` is how far the candidate wants one of the asker's type, NaN where that does not matter.
    """

    codes: _OwnCodes
    types: int = 0
    country: str = ""
    stage: int = -1
    welcome: float = field(default=float("nan"))


class Possibilities:
    """The changes of a candidate that one query would reward.

    Themes are not among them: they follow from what a candidate does, and nobody can act upon them.
    """

    def __init__(self, query: Query, concepts: ConceptIndex, rarity: NDArray[np.float32]) -> None:
        self._query = query
        self._parts = {
            feature: Wanted.of(part, related=[concepts.related(number) for number, _ in part], rarity=rarity)
            for feature, part in code_parts("competence", query.competences, query.stated)
        }
        self._numbers = np.array([number for number, _ in query.competences], dtype=np.int64)
        self._codes = [concepts.code(number) for number, _ in query.competences]
        surely = [weight >= SURELY_WANTED for _, weight in query.competences]
        in_words = [sure and code.tree == VOCABULARY for sure, code in zip(surely, self._codes, strict=True)]
        # A competence says more than a keyword of a network, as long as there is one.
        self._surely = np.array(in_words if any(in_words) else surely, dtype=np.bool_)

    def lift(
        self,
        model: RankingModel,
        score: float,
        features: Mapping[str, float],
        facts: Facts,
        about: Collection[Criterion],
    ) -> Counterfactual | None:
        """What would lift a candidate with these features into a better band, of the criteria `about`.

        Nothing for an organisation that looks for proposals: those will not be rewritten for it.
        """
        needed = lacking(model, score)
        if needed is None or self._query.kind == ORGANISATION:
            return None
        return smallest_lift(model, score, features, self._changes(model, needed, features, facts, about))

    def _changes(
        self,
        model: RankingModel,
        needed: float,
        features: Mapping[str, float],
        facts: Facts,
        about: Collection[Criterion],
    ) -> list[Change]:
        changes = self._stated(facts)
        if Criterion.COMPETENCE in about:
            would_be = {name: part.coverage_with(*facts.codes, self._numbers) for name, part in self._parts.items()}
            codes, weights = facts.codes
            lacking_it = self._surely & ~np.isin(self._numbers, codes[weights >= 1.0])
            changes += missing_code(model, needed, features, would_be, self._codes, lacking_it)
        if "evidence" in features:
            changes.append(more_evidence(features["evidence"]))
        return [change for change in changes if change.criterion in about]

    def _stated(self, facts: Facts) -> list[Change]:
        """Its country, its type and its stage as they are wanted."""
        query = self._query
        changes = []
        if query.target_countries:
            stated = bool(facts.country)
            changes.append(Change(Criterion.COUNTRY, (("country", 1.0),), stated, query.target_countries))
        if query.wanted_types:
            fit = 1.0 if np.isnan(facts.welcome) else min(1.0, facts.welcome)
            stated = facts.types != 0 and not facts.types & query.wanted_types
            changes.append(Change(Criterion.PARTNER_TYPE, (("partner_type", fit),), stated, types(query.wanted_types)))
        if query.stage >= 0:
            stated = facts.stage >= 0
            changes.append(Change(Criterion.STAGE, (("stage", 1.0),), stated, (STAGES[query.stage],)))
        return changes


def types(bits: int) -> tuple[str, ...]:
    """The types of partner that are set among `bits`."""
    return tuple(name for name, bit in PARTNER_BITS.items() if bits & bit)
