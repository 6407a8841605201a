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
from matching.candidates import STAGES
from matching.collection import Collection
from matching.counterfactual import open_to_change
from matching.criteria import by_criterion
from matching.explanation import (
    MOST_PAIRS,
    MOST_THEMES,
    Passage,
    Readable,
    best_pair,
    best_pairs,
    counts,
    judge,
    shared_codes,
)
from matching.features import meets_wanted_types
from matching.marking import Marker
from matching.possibilities import Facts, Possibilities, types
from matching.query import Query, Side, Weighted
from matching.ranking import RankingModel, probability
from matching.readings import MOST_PASSAGES, Key, Readings, organisation_reading, proposal_reading
from matching.rules import SEEKING
from matching.types import Band, Code, Contribution, Criterion, Explanation, Match, SentencePair, Target

_MOST_WANTED = 6

Known = dict[Criterion, tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its place, before its record is read; `row` is its row in the table of candidates.

    `model` is what ranked it; without one nothing is said of what would lift it.
    """

    id: int
    row: int
    rank: int
    score: float
    features: Mapping[str, float]
    contributions: tuple[Contribution, ...]
    band: Band
    model: RankingModel | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """What all candidates of one list are explained with."""

    query: Query
    wanted: Mapping[Criterion, tuple[str, ...]]
    rarity: NDArray[np.float32]
    possible: Possibilities


class Presenter:
    """Turns ranked candidates into matches."""

    def __init__(self, collection: Collection, encoder: Encoder) -> None:
        self._collection = collection
        self._readings = Readings(encoder)
        self._marker = Marker(encoder)

    def organisations(self, session: Session, query: Query, ranked: Sequence[Ranked]) -> tuple[Match, ...]:
        """Matches of the list of organisations; one that is no longer stored is left out and the ranks close up."""
        cards = organisation_cards(session, [item.id for item in ranked])
        present = [item for item in ranked if item.id in cards]
        ordered = {item.id: cards[item.id] for item in present}
        readings = self._read_organisations(session, query, ordered, [item.row for item in present])
        pairs = self._pairs(query, query.sought, readings)
        table = self._collection.organisations
        shared = self._list(query, self._collection.organisation_rarity)
        matches = []
        for rank, (item, pair) in enumerate(zip(present, pairs, strict=True), start=1):
            facts = Facts(table.codes.row(item.row), int(table.partner_type[item.row]), table.country.at(item.row))
            matches.append(
                _organisation_match(cards[item.id], item, rank, self._explanation(shared, item, facts, pair))
            )
        return tuple(matches)

    def proposals(self, session: Session, query: Query, ranked: Sequence[Ranked]) -> tuple[Match, ...]:
        """Matches of the list of counterpart proposals; one that is no longer stored is left out.

        For one who seeks, my need is compared with their offer; for one who offers, my offer with their need.
        """
        cards = proposal_cards(session, [item.id for item in ranked])
        present = [item for item in ranked if item.id in cards]
        seeks = query.kind in SEEKING
        readings = self._read_proposals(session, query, {item.id: cards[item.id] for item in present})
        pairs = self._pairs(query, query.sought if seeks else query.offered, readings, candidate_seeks=not seeks)
        shared = self._list(query, self._collection.proposal_rarity)
        matches = []
        for rank, (item, pair) in enumerate(zip(present, pairs, strict=True), start=1):
            facts = self._facts_of_proposal(query, item.row)
            matches.append(_proposal_match(cards[item.id], item, rank, self._explanation(shared, item, facts, pair)))
        return tuple(matches)

    def pairs(
        self, session: Session, query: Query, target: Target, candidate_id: int, most: int = MOST_PAIRS
    ) -> tuple[SentencePair, ...]:
        """All pairs of sentences of the query and one candidate that fit well, the best first, words marked.

        Empty where the candidate is no longer stored or nothing fits; it need not be among the suggestions.
        """
        to_organisations = target is Target.ORGANISATIONS
        if to_organisations:
            found = organisation_cards(session, [candidate_id])
            rows = np.flatnonzero(self._collection.organisations.ids == candidate_id).tolist()
            readings = self._read_organisations(session, query, found, rows)
        else:
            readings = self._read_proposals(session, query, proposal_cards(session, [candidate_id]))
        seeks = to_organisations or query.kind in SEEKING
        side = query.sought if seeks else query.offered
        own, mine = self._readings.of_query(side.text, query.language, Role.SOUGHT if seeks else Role.OFFERED)
        pairs = [
            pair
            for reading in readings
            for pair in best_pairs(own, mine, reading, side.vector, candidate_seeks=not seeks, most=most)
        ]
        return tuple(pair for pair in self._marker.marked(pairs) if pair is not None)

    def _read_organisations(
        self, session: Session, query: Query, cards: Mapping[int, OrganisationCard], rows: Sequence[int]
    ) -> list[Readable]:
        """What the organisations say, in the order of `cards`; `rows` are theirs in the table, none if not indexed."""
        places = self._nearest_passages(query.sought, rows) or [None] * len(cards)
        keys = [
            Key("organisation", number, card.updated_at, Role.OFFERED, place)
            for (number, card), place in zip(cards.items(), places, strict=True)
        ]
        return self._readings.of(keys, lambda missing: _read_organisations(session, missing))

    def _read_proposals(self, session: Session, query: Query, cards: Mapping[int, ProposalCard]) -> list[Readable]:
        """What the proposals offer to one who seeks, or seek from one who offers, in the order of `cards`."""
        role = Role.OFFERED if query.kind in SEEKING else Role.SOUGHT
        keys = [Key("proposal", number, card.updated_at, role) for number, card in cards.items()]
        return self._readings.of(keys, lambda missing: _read_proposals(session, missing))

    def _facts_of_proposal(self, query: Query, row: int) -> Facts:
        table = self._collection.proposals
        return Facts(
            codes=table.codes.row(row),
            types=int(table.partner_type[row]),
            country=table.country.at(row),
            stage=int(table.stage[row]),
            welcome=float(meets_wanted_types(query.partner_type, table.wanted_types[row : row + 1])[0]),
        )

    def _list(self, query: Query, rarity: NDArray[np.float32]) -> _List:
        wanted = {
            Criterion.COMPETENCE: self._names(query.competences),
            Criterion.THEME: self._names(query.themes),
        }
        return _List(query, wanted, rarity, Possibilities(query, self._collection.concepts, rarity))

    def _explanation(self, shared: _List, item: Ranked, facts: Facts, pair: SentencePair | None) -> Explanation:
        query, concepts = shared.query, self._collection.concepts
        groups = by_criterion(item.contributions)
        found = tuple(zip(facts.codes[0].tolist(), facts.codes[1].tolist(), strict=True))
        competences: tuple[Code, ...] = ()
        themes: tuple[Code, ...] = ()
        if counts(groups, Criterion.COMPETENCE):
            competences = shared_codes(query.competences, found, concepts, shared.rarity)
        if counts(groups, Criterion.THEME):
            themes = shared_codes(query.themes, found, concepts, shared.rarity, MOST_THEMES)
        judgements = judge(groups, _known(query, shared.wanted, facts), competences, themes)
        lift = None
        if item.model is not None:
            about = open_to_change(judgements)
            lift = shared.possible.lift(item.model, item.score, item.features, facts, about)
        return Explanation(item.contributions, judgements, competences, themes, pair, lift)

    def _names(self, weighted: Weighted) -> tuple[str, ...]:
        strongest = sorted(weighted, key=lambda item: -item[1])[:_MOST_WANTED]
        codes = [self._collection.concepts.code(number) for number, _ in strongest]
        return tuple(f"{code.tree}:{code.code}" for code in codes)

    def _nearest_passages(self, side: Side, rows: Sequence[int]) -> list[tuple[int, ...] | None]:
        """Of each organisation with very many passages, the places of those nearest to the query; else None."""
        if not rows:
            return []
        section = self._collection.organisations_offered
        texts, starts = section.spans(np.array(rows, dtype=np.int64))
        found: list[tuple[int, ...] | None] = []
        for own in np.split(texts, starts[1:]):
            if len(own) <= MOST_PASSAGES:
                found.append(None)
                continue
            nearest = np.argsort(-section.similarity(side.vector, own), kind="stable")[:MOST_PASSAGES]
            found.append(tuple(sorted(nearest.tolist())))
        return found

    def _pairs(
        self, query: Query, side: Side, readings: Sequence[Readable], *, candidate_seeks: bool = False
    ) -> list[SentencePair | None]:
        """The best pair of sentences of the query and of each candidate, with the words in common marked."""
        role = Role.OFFERED if candidate_seeks else Role.SOUGHT
        own, mine = self._readings.of_query(side.text, query.language, role)
        pairs = [best_pair(own, mine, reading, side.vector, candidate_seeks=candidate_seeks) for reading in readings]
        return self._marker.marked(pairs)


def _read_organisations(session: Session, keys: Sequence[Key]) -> dict[Key, Sequence[Passage]]:
    records = {record.id: record for record in load_organisations(session, [key.id for key in keys], texts_only=True)}
    return {key: organisation_reading(records[key.id], key.places) if key.id in records else [] for key in keys}


def _read_proposals(session: Session, keys: Sequence[Key]) -> dict[Key, Sequence[Passage]]:
    records = {record.id: record for record in load_proposals(session, [key.id for key in keys], texts_only=True)}
    return {key: proposal_reading(records[key.id], key.role) if key.id in records else [] for key in keys}


def _known(query: Query, wanted: Mapping[Criterion, tuple[str, ...]], facts: Facts) -> Known:
    return {
        Criterion.COMPETENCE: (wanted[Criterion.COMPETENCE], ()),
        Criterion.THEME: (wanted[Criterion.THEME], ()),
        Criterion.PARTNER_TYPE: (types(query.wanted_types), types(facts.types)),
        Criterion.COUNTRY: (query.target_countries, (facts.country,) if facts.country else ()),
        Criterion.STAGE: (_stage(query.stage), _stage(facts.stage)),
    }


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
