"""From a query to a pool of candidates: rules as a mask, vectors and words on each side, fused by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from embeddings.index import Hits, Mask, VectorIndex
from embeddings.language import LANGUAGES, Language
from matching.candidates import OrganisationTable, ProposalTable
from matching.features import Background, Floats, TextFits, lexical_fit, log_sum_exp, relevant_evidence
from matching.fusion import reciprocal_rank_fusion
from matching.labelled import Labels
from matching.query import ORGANISATION, Query, Side
from matching.rules import SEEKING, counterpart_kinds

Rows = NDArray[np.int64]
POOL = 300
"""Candidates of a list that are ranked with all features."""
_DEPTH = 400
"""Hits taken from each ranking before the fusion."""


class Lexical(Protocol):
    """The lexical index of a section, by row position."""

    def search(self, tokens: Sequence[str], k: int, allowed: Mask | None = None) -> Hits:
        """Best rows among the allowed."""
        ...

    def scores_of(self, tokens: Sequence[str], rows: Rows) -> Floats:
        """BM25 of the given rows."""
        ...

    def best_possible(self, tokens: Sequence[str]) -> float:
        """What a row with every token of the query could score at most."""
        ...


@dataclass(frozen=True, slots=True)
class Section:
    """Texts of one role, by position. `place` (texts,) is each text's row in the table of candidates, -1 for none.

    `order` (texts,) sorts the texts by place, `sorted_place` is that order's places; `languages` (texts,) are positions
    in `LANGUAGES`.
    """

    vectors: VectorIndex
    lexical: Lexical
    place: Rows
    order: Rows
    sorted_place: Rows
    languages: NDArray[np.uint8]
    background: Background

    @classmethod
    def of(
        cls,
        *,
        vectors: VectorIndex,
        lexical: Lexical,
        owners: Rows,
        ids: Rows,
        languages: NDArray[np.uint8],
        background: Background,
    ) -> Section:
        """Join texts by owner to a table of candidates with rising `ids`; owners that are not in it are passed over."""
        place = np.searchsorted(ids, owners).astype(np.int64)
        known = place < len(ids)
        known[known] = ids[place[known]] == owners[known]
        place[~known] = -1
        order = np.argsort(place, kind="stable")
        return cls(vectors, lexical, place, order, place[order], languages, background)

    def mask(self, allowed: Mask) -> Mask:
        """Candidates that are allowed, (candidates,), to texts that are, (texts,)."""
        return np.append(allowed, False)[self.place]

    def spans(self, candidates: Rows) -> tuple[Rows, Rows]:
        """Positions of the candidates' texts, and where each candidate's begin among them; each has at least one."""
        first = np.searchsorted(self.sorted_place, candidates, side="left")
        count = np.searchsorted(self.sorted_place, candidates, side="right") - first
        starts = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
        within = np.repeat(first - starts, count) + np.arange(int(count.sum()))
        return self.order[within], starts

    def similarity(self, vector: Vectors, rows: Rows) -> Floats:
        """Inner products of the texts at `rows` with a vector: (rows,)."""
        similarity: Floats = self.vectors.vectors()[rows] @ vector
        return similarity

    def words(self, side: Side, language: Language, rows: Rows) -> Floats:
        """Lexical fit of the texts at `rows`, unknown for those of another language."""
        scores = self.lexical.scores_of(side.tokens, rows)
        fit = lexical_fit(scores, self.lexical.best_possible(side.tokens))
        return np.where(self.languages[rows] == LANGUAGES.index(language), fit, np.nan).astype(np.float32)


def allowed_organisations(query: Query, table: OrganisationTable) -> Mask:
    """Who may be suggested: not one's own organisation, not an excluded one, in a wanted country if any is named."""
    allowed = np.ones(len(table), dtype=np.bool_)
    if query.target_countries:
        allowed &= table.country.where(("", *query.target_countries).__contains__)
    excluded = set(query.excluded_organisations)
    if query.organisation_id is not None:
        excluded.add(query.organisation_id)
    return allowed & ~np.isin(table.ids, list(excluded))


def allowed_proposals(query: Query, table: ProposalTable, today: int) -> Mask:
    """Who may be suggested: open, of the opposite direction, of another organisation, countries fitting both ways."""
    allowed = table.kind.where(counterpart_kinds(query.kind).__contains__) & (table.expires > today)
    if query.organisation_id is not None:
        allowed &= table.organisation_id != query.organisation_id
    if query.target_countries:
        allowed &= table.country.where(("", *query.target_countries).__contains__)
    if query.country:
        allowed &= welcomes(table.targets, query.country)
    excluded = set(query.excluded_proposals)
    if query.proposal_id is not None:
        excluded.add(query.proposal_id)
    return allowed & ~np.isin(table.ids, list(excluded))


def allowed_for_organisation(query: Query, table: ProposalTable, today: int) -> Mask:
    """Open proposals of others that an organisation may be suggested for: any kind, countries fitting."""
    allowed = table.expires > today
    if query.organisation_id is not None:
        allowed &= table.organisation_id != query.organisation_id
    if query.country:
        allowed &= welcomes(table.targets, query.country)
    return allowed & ~np.isin(table.ids, list(query.excluded_proposals))


def welcomes(targets: Labels, country: str) -> Mask:
    """Whether each list of wanted countries (joined by `|`, empty for any) has room for this one."""
    return targets.where(lambda wanted: not wanted or country in wanted.split("|"))


def pool(sides: Sequence[tuple[Section, Side]], allowed: Mask, size: int = POOL) -> Rows:
    """Table rows of the best candidates over all sides, by vectors and by words, fused by rank; at most `size`."""
    rankings: list[Rows] = []
    for section, side in sides:
        mask = section.mask(allowed)
        if not mask.any():
            continue
        for hits in (
            section.vectors.search(side.vector[None, :], _DEPTH, mask)[0],
            section.lexical.search(side.tokens, _DEPTH, mask),
        ):
            rankings.append(_first_of_each(section.place[hits.ids]))
    if not rankings:
        return np.empty(0, dtype=np.int64)
    rows, _ = reciprocal_rank_fusion(rankings, top=size)
    return rows


def _first_of_each(rows: Rows) -> Rows:
    _, first = np.unique(rows, return_index=True)
    ranked: Rows = rows[np.sort(first)]
    return ranked


def organisation_fits(query: Query, section: Section, candidates: Rows) -> TextFits:
    """How the passages of organisations fit the query, one number each: the best passage dominates."""
    rows, starts = section.spans(candidates)
    sought = section.similarity(query.sought.vector, rows)
    words = np.maximum.reduceat(np.nan_to_num(section.words(query.sought, query.language, rows), nan=-1.0), starts)
    offer = np.full(len(candidates), np.nan, dtype=np.float32)
    if query.kind not in SEEKING:  # who already works on what is offered may use it
        offer = section.background.fit(log_sum_exp(section.similarity(query.offered.vector, rows), starts))
    return TextFits(
        need=section.background.fit(log_sum_exp(sought, starts)),
        offer=offer,
        lexical=np.where(words < 0.0, np.nan, words).astype(np.float32),
        evidence=relevant_evidence(sought, starts, section.background),
    )


def proposal_fits(query: Query, offered: Section, sought: Section, candidates: Rows) -> TextFits:
    """How proposals fit the query: my need to their offer, and their need to my offer."""
    need_rows, _ = offered.spans(candidates)
    offer_rows, _ = sought.spans(candidates)
    words = sought.words(query.offered, query.language, offer_rows)
    need = np.full(len(candidates), np.nan, dtype=np.float32)
    if query.kind != ORGANISATION:
        words = np.fmax(words, offered.words(query.sought, query.language, need_rows))
        need = offered.background.fit(offered.similarity(query.sought.vector, need_rows))
    return TextFits(
        need=need,
        offer=sought.background.fit(sought.similarity(query.offered.vector, offer_rows)),
        lexical=words,
        evidence=np.full(len(candidates), np.nan, dtype=np.float32),
    )
