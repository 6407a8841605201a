"""From a query to a pool of candidates: rules as a mask, vectors and words on each side, fused by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.bridge import Alternatives
from embeddings.encoder import Vectors
from embeddings.index import Hits, Mask, VectorIndex
from embeddings.language import LANGUAGES
from matching.candidates import OrganisationTable, ProposalTable
from matching.features import Background, Floats, TextFits, lexical_fit, log_sum_exp, relevant_evidence
from matching.fusion import reciprocal_rank_fusion
from matching.labelled import Labels
from matching.query import Query, Side
from matching.rules import counterpart_kinds

Rows = NDArray[np.int64]
POOL = 300
"""Candidates of a list that are ranked with all features."""
_DEPTH = 400
"""Hits taken from each ranking before the fusion."""
WORDS_SHARE = 0.35
"""What words count beside vectors in how near a text is."""
_LEAST_SPREAD = 1e-3


class Lexical(Protocol):
    """The lexical index of a section, by row position."""

    def search(self, tokens: Sequence[str], k: int, allowed: Mask | None = None) -> Hits:
        """Best rows among the allowed, by equal words."""
        ...

    def scores_of(self, tokens: Sequence[str], rows: Rows) -> Floats:
        """BM25 of the given rows, by equal words."""
        ...

    def best(self, scores: Floats, k: int) -> Hits:
        """Best rows by scores of all rows."""
        ...

    def shares_by_meaning(self, words: Sequence[Alternatives]) -> tuple[Floats, dict[str, float]]:
        """BM25 of all rows, whatever the language, and what a row of each language could score at most."""
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

    def without(self, texts: Rows) -> Section:
        """The same section with these texts belonging to nobody."""
        place = self.place.copy()
        place[texts] = -1
        order = np.argsort(place, kind="stable")
        return replace(self, place=place, order=order, sorted_place=place[order])


@dataclass(frozen=True, slots=True)
class Search:
    """One side of a query against the texts of one section.

    `words` (texts,) is each text's share in [0, 1] of the BM25 that it could attain in its language, NaN where the
    query has no word that the language's texts could answer.
    """

    section: Section
    side: Side
    words: Floats

    @classmethod
    def of(cls, section: Section, side: Side) -> Search:
        """Look at the words of all texts once."""
        scores, attainable = section.lexical.shares_by_meaning(side.words)
        most = np.array([attainable[language] for language in LANGUAGES], dtype=np.float32)
        most[most <= 0.0] = np.nan
        return cls(section, side, scores / most[section.languages])

    def similarity(self, texts: Rows) -> Floats:
        """Inner products of the texts' vectors with the side's."""
        return self.section.similarity(self.side.vector, texts)

    def nearness(self, texts: Rows) -> Floats:
        """How near texts are in standard deviations above what texts have by chance, by vectors and by words."""
        dense = self.section.background.standardise(self.similarity(texts))
        own = self.words[np.isfinite(self.words)]
        if not len(own) or not own.any():
            return dense
        lexical = (np.nan_to_num(self.words[texts]) - own.mean()) / max(float(own.std()), _LEAST_SPREAD)
        near: Floats = ((1.0 - WORDS_SHARE) * dense + WORDS_SHARE * lexical).astype(np.float32)
        return near


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


def pool(searches: Sequence[Search], allowed: Mask, also: Sequence[Rows] = (), size: int = POOL) -> Rows:
    """Table rows of the best candidates over all sides, by vectors and by words, fused by rank; at most `size`.

    `also` are further rankings of allowed rows, best first.
    """
    rankings: list[Rows] = list(also)
    for search in searches:
        section = search.section
        mask = section.mask(allowed)
        if not mask.any():
            continue
        words = np.where(mask, np.nan_to_num(search.words), np.float32(0.0)).astype(np.float32)
        for hits in (
            section.vectors.search(search.side.vector[None, :], _DEPTH, mask)[0],
            section.lexical.best(words, _DEPTH),
        ):
            rankings.append(_first_of_each(section.place[hits.ids]))
    if not rankings:
        return np.empty(0, dtype=np.int64)
    rows, _ = reciprocal_rank_fusion(rankings, top=size)
    return rows


def best_supported(support: Floats, allowed: Mask) -> Rows:
    """Rows of the allowed candidates that the network supports, best first."""
    known = np.flatnonzero(allowed & (np.nan_to_num(support) > 0.0))
    ranked: Rows = known[np.argsort(-support[known], kind="stable")][:_DEPTH]
    return ranked


def _first_of_each(rows: Rows) -> Rows:
    _, first = np.unique(rows, return_index=True)
    ranked: Rows = rows[np.sort(first)]
    return ranked


def organisation_fits(searches: Sequence[Search], support: Floats, candidates: Rows) -> TextFits:
    """How the passages of organisations fit the query, one number each: the best passage dominates.

    `searches` has what is sought first, and what is offered second where the query offers something; `support` is
    the network's of all candidates.
    """
    need, *offers = searches
    rows, starts = need.section.spans(candidates)
    similarity = need.similarity(rows)
    background = need.section.background
    offer = np.full(len(candidates), np.nan, dtype=np.float32)
    for search in offers:  # who already works on what is offered may use it
        offer = background.fit(log_sum_exp(search.similarity(rows), starts))
    return TextFits(
        need=background.fit(log_sum_exp(similarity, starts)),
        offer=offer,
        lexical=lexical_fit(np.maximum.reduceat(need.words[rows], starts)),
        evidence=relevant_evidence(similarity, starts, background),
        network=support[candidates],
    )


def proposal_fits(searches: Sequence[Search], candidates: Rows) -> TextFits:
    """How proposals fit the query: their need to my offer, and my need to their offer where mine is known.

    `searches` has what is offered in their needs first, and what is sought in their offers second.
    """
    offer, *needs = searches
    unknown = np.full(len(candidates), np.nan, dtype=np.float32)
    offer_rows, _ = offer.section.spans(candidates)
    need, words = unknown, offer.words[offer_rows]
    for search in needs:
        rows, _ = search.section.spans(candidates)
        words = np.fmax(words, search.words[rows])
        need = search.section.background.fit(search.similarity(rows))
    return TextFits(
        need=need,
        offer=offer.section.background.fit(offer.similarity(offer_rows)),
        lexical=lexical_fit(words),
        evidence=unknown,
        network=unknown,
    )
