"""Ranked candidates to matches with their explanation; records and sentences are read for the shown ones only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.corpus import load_organisations, load_proposals
from data.models import Organisation, Proposal
from embeddings.encoder import Encoder, Role, Vectors
from embeddings.sentences import split_sentences
from embeddings.text import offered, organisation_passages, sought
from matching.candidates import PARTNER_BITS, STAGES
from matching.code_rows import CodeRows
from matching.collection import Collection
from matching.explanation import MOST_THEMES, Passage, best_pair, explain, judge, shared_codes
from matching.query import Query, Side, Weighted
from matching.ranking import probability
from matching.reading import evidence_headings, organisation_fields, proposal_fields
from matching.rules import SEEKING
from matching.types import Band, Code, Contribution, Criterion, Explanation, Match, SentencePair, Target

MOST_SENTENCES = 40
"""Sentences of one candidate that are compared; longer texts are read from the start."""
_FEWEST_LETTERS = 25

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

    def organisations(self, session: Session, query: Query, ranked: Sequence[Ranked]) -> tuple[Match, ...]:
        """Matches of the list of organisations; one that is no longer stored is left out and the ranks close up."""
        records = {record.id: record for record in load_organisations(session, [item.id for item in ranked])}
        present = [item for item in ranked if item.id in records and records[item.id].withdrawn_at is None]
        passages = [_organisation_passages(records[item.id]) for item in present]
        pairs = self._pairs(query.sought, passages)
        table = self._collection.organisations
        return tuple(
            _organisation_match(
                records[item.id],
                item,
                rank,
                self._explanation(
                    query,
                    item,
                    table.codes,
                    self._collection.organisation_rarity,
                    pair,
                    self._known(query, table.partner_type[item.row], table.country[item.row], -1),
                ),
            )
            for rank, (item, pair) in enumerate(zip(present, pairs, strict=True), start=1)
        )

    def proposals(self, session: Session, query: Query, ranked: Sequence[Ranked]) -> tuple[Match, ...]:
        """Matches of the list of counterpart proposals; one that is no longer stored is left out."""
        records = {record.id: record for record in load_proposals(session, [item.id for item in ranked])}
        present = [item for item in ranked if item.id in records]
        pairs = self._proposal_pairs(query, [records[item.id] for item in present])
        table = self._collection.proposals
        return tuple(
            _proposal_match(
                records[item.id],
                item,
                rank,
                self._explanation(
                    query,
                    item,
                    table.codes,
                    self._collection.proposal_rarity,
                    pair,
                    self._known(query, table.partner_type[item.row], table.country[item.row], table.stage[item.row]),
                ),
            )
            for rank, (item, pair) in enumerate(zip(present, pairs, strict=True), start=1)
        )

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

    def _known(self, query: Query, types: int, country: str, stage: int) -> Known:
        return {
            Criterion.COMPETENCE: (_names(self._codes(query.competences)), ()),
            Criterion.THEME: (_names(self._codes(query.themes)), ()),
            Criterion.PARTNER_TYPE: (_types(query.wanted_types), _types(int(types))),
            Criterion.COUNTRY: (query.target_countries, (str(country),) if country else ()),
            Criterion.STAGE: (_stage(query.stage), _stage(int(stage))),
        }

    def _codes(self, weighted: Weighted) -> list[Code]:
        strongest = sorted(weighted, key=lambda item: -item[1])[:6]
        return [self._collection.concepts.code(number) for number, _ in strongest]

    def _proposal_pairs(self, query: Query, records: Sequence[Proposal]) -> list[SentencePair | None]:
        """For one who seeks: my need, their offer. For one who offers: their need, my offer."""
        if query.kind in SEEKING:
            passages = [(Passage(_sentences(offered(proposal_fields(record)))),) for record in records]
            return self._pairs(query.sought, passages)
        needs = [(Passage(_sentences(sought(proposal_fields(record)))),) for record in records]
        turned = self._pairs(query.offered, needs)
        return [None if pair is None else SentencePair(pair.offered, pair.sought, pair.similarity) for pair in turned]

    def _pairs(self, side: Side, candidates: Sequence[Sequence[Passage]]) -> list[SentencePair | None]:
        """The best pair of sentences of the query and of each candidate; all sentences are encoded in one go."""
        own = _sentences(side.text)
        flat = [sentence for passages in candidates for passage in passages for sentence in passage.sentences]
        if not own or not flat:
            return [None] * len(candidates)
        mine = self._encoder.encode(own, Role.SOUGHT)
        theirs = self._encoder.encode(flat, Role.OFFERED)
        pairs: list[SentencePair | None] = []
        start = 0
        for passages in candidates:
            count = sum(len(passage.sentences) for passage in passages)
            vectors: Vectors = theirs[start : start + count]
            pairs.append(best_pair(own, mine, passages, vectors, side.vector))
            start += count
        return pairs


def _sentences(text: str) -> tuple[str, ...]:
    sentences = [sentence for sentence in split_sentences(text) if len(sentence) >= _FEWEST_LETTERS]
    return tuple(sentences[:MOST_SENTENCES]) or ((text.strip(),) if text.strip() else ())


def _organisation_passages(record: Organisation) -> list[Passage]:
    headings = evidence_headings(record)
    passages = []
    room = MOST_SENTENCES
    for passage in organisation_passages(organisation_fields(record)):
        sentences = _sentences(passage.text)[:room]
        room -= len(sentences)
        title, year = (None, None) if passage.evidence is None else headings[passage.evidence]
        passages.append(Passage(sentences, title, year))
    return passages


def _names(codes: Sequence[Code]) -> tuple[str, ...]:
    return tuple(f"{code.tree}:{code.code}" for code in codes)


def _types(bits: int) -> tuple[str, ...]:
    return tuple(name for name, bit in PARTNER_BITS.items() if bits & bit)


def _stage(stage: int) -> tuple[str, ...]:
    return (STAGES[stage],) if stage >= 0 else ()


def _organisation_match(record: Organisation, item: Ranked, rank: int, explanation: Explanation) -> Match:
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


def _proposal_match(record: Proposal, item: Ranked, rank: int, explanation: Explanation) -> Match:
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
        organisation=record.organisation.name if record.organisation else None,
    )
