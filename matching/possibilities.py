"""What could realistically be otherwise of a candidate, prepared for one query and one list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.candidates import PARTNER_BITS, STAGES
from matching.code_rows import Wanted
from matching.concepts import ConceptIndex
from matching.counterfactual import Change, lacking, least_value, missing_code, more_evidence, smallest_lift
from matching.query import ORGANISATION, Query, Weighted
from matching.ranking import RankingModel
from matching.types import Code, Counterfactual, Criterion

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
    """The changes of a candidate that one query would reward."""

    def __init__(self, query: Query, concepts: ConceptIndex, rarity: NDArray[np.float32]) -> None:
        self._query = query
        self._codes = [
            (criterion, criterion.value, *_prepared(wanted, concepts, rarity))
            for criterion, wanted in ((Criterion.COMPETENCE, query.competences), (Criterion.THEME, query.themes))
        ]

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
        for criterion, feature, wanted, codes in self._codes:
            if criterion in about and feature in features:
                least = least_value(model, feature, features[feature], needed)
                changes += missing_code(criterion, feature, wanted, facts.codes, codes, least)
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


def _prepared(wanted: Weighted, concepts: ConceptIndex, rarity: NDArray[np.float32]) -> tuple[Wanted, list[Code]]:
    related = [concepts.related(number) for number, _ in wanted]
    return Wanted.of(wanted, related=related, rarity=rarity), [concepts.code(number) for number, _ in wanted]


def types(bits: int) -> tuple[str, ...]:
    """The types of partner that are set among `bits`."""
    return tuple(name for name, bit in PARTNER_BITS.items() if bits & bit)
