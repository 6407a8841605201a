"""Ranked candidates to matches with their explanation; records and sentences are read for the shown ones only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.corpus import (
    OrganisationCard,
    ProposalCard,
    load_organisations,
    load_proposals,
    organisation_cards,
    proposal_cards,
)
from embeddings.encoder import Encoder, Role
from matching.candidates import PARTNER_BITS, STAGES
from matching.code_rows import CodeRows
from matching.collection import Collection
from matching.explanation import MOST_THEMES, Passage, Readable, best_pair, explain, judge, shared_codes
from matching.query import Query, Side, Weighted
from matching.ranking import probability
from matching.readings import Key, Readings, organisation_reading, proposal_reading, sentences_of
from matching.rules import SEEKING
from matching.types import Band, Contribution, Criterion, Explanation, Match, SentencePair, Target

_MOST_WANTED = 6

Known = dict[Criterion, tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its place, before its record is read; `row` is its row in the table of candidates."""

    id: int
    row: int
    rank: int
    score: float
    features: Mapping[str, float]
    contributions: tuple[Contribution, ...]
    band: Band


class Presenter:
    """Turns ranked candidates into matches."""

    def __init__(self, collection: Collection, encoder: Encoder) -> None:
        self._collection = collection
        self._encoder = encoder
        self._readings = Readings(encoder)

    def organisations(self, session: Session, query: Query, ranked: Sequence[Ranked]) -> tuple[Match, ...]:
        """Matches of the list of organisations; one that is no longer stored is left out and the ranks close up."""
        cards = organisation_cards(session, [item.id for item in ranked])
        present = [item for item in ranked if item.id in cards]
        keys = [Key("organisation", item.id, cards[item.id].updated_at, Role.OFFERED) for item in present]
        readings = self._readings.of(keys, lambda missing: _read_organisations(session, missing))
        pairs = self._pairs(query.sought, readings)
        table, rarity = self._collection.organisations, self._collection.organisation_rarity
        wanted = self._wanted(query)
        matches = []
        for rank, (item, pair) in enumerate(zip(present, pairs, strict=True), start=1):
            known = _known(query, wanted, table.partner_type[item.row], table.country.at(item.row), -1)
            explanation = self._explanation(query, item, table.codes, rarity, pair, known)
            matches.append(_organisation_match(cards[item.id], item, rank, explanation))
        return tuple(matches)

    def proposals(self, session: Session, query: Query, ranked: Sequence[Ranked]) -> tuple[Match, ...]:
        """Matches of the list of counterpart proposals; one that is no longer stored is left out.

        For one who seeks, my need is compared with their offer; for one who offers, my offer with their need.
        """
        cards = proposal_cards(session, [item.id for item in ranked])
        present = [item for item in ranked if item.id in cards]
        seeks = query.kind in SEEKING
        role = Role.OFFERED if seeks else Role.SOUGHT
        keys = [Key("proposal", item.id, cards[item.id].updated_at, role) for item in present]
        readings = self._readings.of(keys, lambda missing: _read_proposals(session, missing))
        pairs = self._pairs(query.sought if seeks else query.offered, readings, candidate_seeks=not seeks)
        table, rarity = self._collection.proposals, self._collection.proposal_rarity
        wanted = self._wanted(query)
        matches = []
        for rank, (item, pair) in enumerate(zip(present, pairs, strict=True), start=1):
            stage = int(table.stage[item.row])
            known = _known(query, wanted, table.partner_type[item.row], table.country.at(item.row), stage)
            explanation = self._explanation(query, item, table.codes, rarity, pair, known)
            matches.append(_proposal_match(cards[item.id], item, rank, explanation))
        return tuple(matches)

    def _explanation(
        self,
        query: Query,
        item: Ranked,
        codes: CodeRows,
        rarity: NDArray[np.float32],
        pair: SentencePair | None,
        known: Known,
    ) -> Explanation:
        found = tuple((int(code), float(weight)) for code, weight in zip(*codes.row(item.row), strict=True))
        concepts = self._collection.concepts
        competences = shared_codes(query.competences, found, concepts, rarity)
        themes = shared_codes(query.themes, found, concepts, rarity, MOST_THEMES)
        return explain(item.contributions, judge(item.features, known), competences, themes, pair)

    def _wanted(self, query: Query) -> dict[Criterion, tuple[str, ...]]:
        """What the query asks for of each criterion with codes, strongest first."""
        return {
            Criterion.COMPETENCE: self._names(query.competences),
            Criterion.THEME: self._names(query.themes),
        }

    def _names(self, weighted: Weighted) -> tuple[str, ...]:
        strongest = sorted(weighted, key=lambda item: -item[1])[:_MOST_WANTED]
        codes = [self._collection.concepts.code(number) for number, _ in strongest]
        return tuple(f"{code.tree}:{code.code}" for code in codes)

    def _pairs(
        self, side: Side, readings: Sequence[Readable], *, candidate_seeks: bool = False
    ) -> list[SentencePair | None]:
        """The best pair of sentences of the query and of each candidate."""
        own = sentences_of(side.text)
        if not own:
            return [None] * len(readings)
        mine = self._encoder.encode(own, Role.OFFERED if candidate_seeks else Role.SOUGHT)
        return [best_pair(own, mine, reading, side.vector, candidate_seeks=candidate_seeks) for reading in readings]


def _read_organisations(session: Session, keys: Sequence[Key]) -> dict[Key, Sequence[Passage]]:
    records = {record.id: record for record in load_organisations(session, [key.id for key in keys], texts_only=True)}
    return {key: organisation_reading(records[key.id]) if key.id in records else [] for key in keys}


def _read_proposals(session: Session, keys: Sequence[Key]) -> dict[Key, Sequence[Passage]]:
    records = {record.id: record for record in load_proposals(session, [key.id for key in keys], texts_only=True)}
    return {key: proposal_reading(records[key.id], key.role) if key.id in records else [] for key in keys}


def _known(query: Query, wanted: dict[Criterion, tuple[str, ...]], types: int, country: str, stage: int) -> Known:
    return {
        Criterion.COMPETENCE: (wanted[Criterion.COMPETENCE], ()),
        Criterion.THEME: (wanted[Criterion.THEME], ()),
        Criterion.PARTNER_TYPE: (_types(query.wanted_types), _types(int(types))),
        Criterion.COUNTRY: (query.target_countries, (str(country),) if country else ()),
        Criterion.STAGE: (_stage(query.stage), _stage(stage)),
    }


def _types(bits: int) -> tuple[str, ...]:
    return tuple(name for name, bit in PARTNER_BITS.items() if bits & bit)


def _stage(stage: int) -> tuple[str, ...]:
    return (STAGES[stage],) if stage >= 0 else ()


def _organisation_match(record: OrganisationCard, item: Ranked, rank: int, explanation: Explanation) -> Match:
    return Match(
        target=Target.ORGANISATIONS,
        candidate_id=record.id,
        reference=record.reference,
        title=record.name,
        rank=rank,
        score=item.score,
        probability=probability(item.score),
        band=item.band,
        explanation=explanation,
        kind=record.kind,
        country=record.country,
        city=record.city,
        region=record.region,
        summary=record.description,
        language=record.language,
    )


def _proposal_match(record: ProposalCard, item: Ranked, rank: int, explanation: Explanation) -> Match:
    return Match(
        target=Target.PROPOSALS,
        candidate_id=record.id,
        reference=record.reference,
        title=record.title,
        rank=rank,
        score=item.score,
        probability=probability(item.score),
        band=item.band,
        explanation=explanation,
        kind=record.kind,
        country=record.country,
        summary=record.summary or record.description,
        language=record.language,
        organisation=record.organisation,
    )
