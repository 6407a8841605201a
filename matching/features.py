"""Features of candidates for a query: each in [0, 1], or NaN where it is unknown. Pure arrays in, pure arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.candidates import OrganisationTable, ProposalTable
from matching.code_rows import CodeRows, coverage
from matching.concepts import ConceptIndex
from matching.labelled import Labels
from matching.query import ORGANISATION, Query, Weighted
from matching.ranking import FeatureTable
from matching.rules import SEEKING

Floats = NDArray[np.float32]

SHARPNESS = 12.0
"""Inverse temperature of the log-sum-exp over an organisation's passages: more pieces add a little to the best."""
FIT_SCALE = 2.0
"""Standard deviations above the background at which a semantic fit reaches 1 - 1/e."""
LEXICAL_SCALE = 0.12
"""Share of a query's attainable BM25 at which lexical fit reaches 1 - 1/e."""
EVIDENCE_SCALE = 2.0
RECENT_YEARS = 12.0
LONG_RECORD = 20.0
_RELEVANT = 2.0
"""Standard deviations above the background from which a piece of evidence counts as on the point."""


@dataclass(frozen=True, slots=True)
class Background:
    """Mean and standard deviation of the similarity of texts that have nothing to do with each other."""

    mean: float
    deviation: float

    def standardise(self, similarity: Floats) -> Floats:
        """Similarities in standard deviations above the background."""
        return ((similarity - self.mean) / self.deviation).astype(np.float32)

    def fit(self, similarity: Floats) -> Floats:
        """Similarity to a fit in [0, 1]: 0 at the background, never quite 1, so that the best stay apart."""
        return (1.0 - np.exp(-np.maximum(self.standardise(similarity), 0.0) / FIT_SCALE)).astype(np.float32)


def log_sum_exp(similarity: Floats, starts: NDArray[np.int64]) -> Floats:
    """One similarity for each organisation from those of its passages: (passages,) to (organisations,).

    `starts` are the places where each organisation's passages begin. The best passage dominates; others add a little.
    """
    best = np.maximum.reduceat(similarity, starts)
    lengths = np.diff(np.append(starts, len(similarity)))
    shifted = np.exp(SHARPNESS * (similarity - np.repeat(best, lengths)))
    summed: Floats = np.add.reduceat(shifted, starts)
    similarity_of_each: Floats = (best + np.log(summed) / SHARPNESS).astype(np.float32)
    return similarity_of_each


def lexical_fit(shares: Floats) -> Floats:
    """Shares of the BM25 that the query could attain to [0, 1); NaN stays unknown."""
    fit: Floats = 1.0 - np.exp(-shares / LEXICAL_SCALE)
    return fit.astype(np.float32)


def relevant_evidence(similarity: Floats, starts: NDArray[np.int64], background: Background) -> Floats:
    """How many passages are on the point, saturating: (passages,) to (organisations,) in [0, 1]."""
    on_the_point = np.clip(background.standardise(similarity) - _RELEVANT, 0.0, 1.0)
    return (1.0 - np.exp(-np.add.reduceat(on_the_point, starts) / EVIDENCE_SCALE)).astype(np.float32)


def one_more_on_the_point(value: float) -> float:
    """What `relevant_evidence` would be with one more piece that is fully on the point; unknown counts as none."""
    before = 0.0 if np.isnan(value) else min(value, 1.0)
    return float(1.0 - (1.0 - before) * np.exp(-1.0 / EVIDENCE_SCALE))


def track_record(evidence: NDArray[np.int32]) -> Floats:
    """How many pieces of evidence there are at all: 0 for one, 1 from LONG_RECORD; unknown without any."""
    record = np.log(np.maximum(evidence, 1)) / np.log(LONG_RECORD)
    return np.where(evidence > 0, np.minimum(record, 1.0), np.nan).astype(np.float32)


def recency(last_year: NDArray[np.int32], this_year: int) -> Floats:
    """1 for evidence of this year, falling to 0 over RECENT_YEARS; unknown without a year."""
    age = np.maximum(this_year - last_year, 0)
    return np.where(last_year > 0, np.maximum(1.0 - age / RECENT_YEARS, 0.0), np.nan).astype(np.float32)


def code_fits(query: Query, codes: CodeRows, context: CodeContext) -> dict[str, Floats]:
    """Taxonomy-aware coverage of the wanted codes by each candidate's; rare codes weigh more.

    What somebody stated and what was read out of the text are features apart: the one is surer than the other.
    """
    fits = {}
    for name, wanted in (("competence", query.competences), ("theme", query.themes)):
        for feature, part in code_parts(name, wanted, query.stated):
            related = [context.concepts.related(number) for number, _ in part]
            fits[feature] = coverage(part, codes, related=related, rarity=context.rarity)
    return fits


def code_parts(name: str, wanted: Weighted, stated: frozenset[int]) -> tuple[tuple[str, Weighted], ...]:
    """The features of one sort of codes with the wanted codes that each is about: the stated, and those read."""
    own = tuple(pair for pair in wanted if pair[0] in stated)
    read = tuple(pair for pair in wanted if pair[0] not in stated)
    return (name, own), (f"{name}_read", read)


def wanted_type_fit(wanted: int, types: NDArray[np.int32]) -> Floats:
    """1 where a candidate is surely of a wanted type, 0.75 where it may be, 0 where not; NaN if either is unknown."""
    surely = (types & ~wanted) == 0
    maybe = (types & wanted) != 0
    fit = np.where(maybe, np.where(surely, 1.0, 0.75), 0.0)
    return np.where((wanted == 0) | (types == 0), np.nan, fit).astype(np.float32)


def meets_wanted_types(own: int, wanted: NDArray[np.int32]) -> Floats:
    """The same the other way round: whether the one who asks is of a type that each candidate wants."""
    maybe = (wanted & own) != 0
    surely = (own & ~wanted) == 0
    fit = np.where(maybe, np.where(surely, 1.0, 0.75), 0.0)
    return np.where((wanted == 0) | (own == 0), np.nan, fit).astype(np.float32)


def country_fit(targets: tuple[str, ...], countries: Labels) -> Floats:
    """1 in a wanted country; unknown where none is wanted or the candidate's is not stated."""
    known = countries.where(bool)
    inside = countries.where(targets.__contains__)
    return np.where(known & bool(targets), inside, np.nan).astype(np.float32)


def stage_fit(own: int, stages: NDArray[np.int32]) -> Floats:
    """How near two stages of development are; unknown where either is not stated."""
    nearness = 1.0 - np.abs(stages - own) / 4.0
    return np.where((stages < 0) | (own < 0), np.nan, nearness).astype(np.float32)


@dataclass(frozen=True, slots=True)
class TextFits:
    """Fits of texts, computed by retrieval for the same candidates: each (candidates,), NaN where unknown."""

    need: Floats
    offer: Floats
    lexical: Floats
    evidence: Floats
    network: Floats


def organisation_features(
    query: Query,
    table: OrganisationTable,
    rows: NDArray[np.int64],
    fits: TextFits,
    context: CodeContext,
) -> FeatureTable:
    """Features of the organisations at `rows` of the table."""
    codes = table.codes.take(rows)
    columns = {
        "need_fit": fits.need,
        "offer_fit": fits.offer,
        "lexical": fits.lexical,
        **code_fits(query, codes, context),
        "partner_type": wanted_type_fit(query.wanted_types, table.partner_type[rows]),
        "country": country_fit(query.target_countries, table.country.take(rows)),
        "evidence": fits.evidence,
        "network": fits.network,
        "track_record": track_record(table.evidence[rows]),
        "recency": recency(table.last_year[rows], context.this_year),
    }
    return FeatureTable(tuple(columns), np.column_stack(list(columns.values())).astype(np.float32))


def proposal_features(
    query: Query,
    table: ProposalTable,
    rows: NDArray[np.int64],
    fits: TextFits,
    context: CodeContext,
) -> FeatureTable:
    """Features of the proposals at `rows` of the table.

    To an organisation a request of its competence is worth more than an offer that it might use: that is `asks`.
    """
    codes = table.codes.take(rows)
    wanted = wanted_type_fit(query.wanted_types, table.partner_type[rows])
    welcome = meets_wanted_types(query.partner_type, table.wanted_types[rows])
    asks = table.kind.take(rows).where(SEEKING.__contains__).astype(np.float32)
    columns = {
        "need_fit": fits.need,
        "offer_fit": fits.offer,
        "asks": asks if query.kind == ORGANISATION else np.full(len(rows), np.nan, dtype=np.float32),
        "lexical": fits.lexical,
        **code_fits(query, codes, context),
        "partner_type": np.fmin(wanted, welcome),
        "country": country_fit(query.target_countries, table.country.take(rows)),
        "stage": stage_fit(query.stage, table.stage[rows]),
    }
    return FeatureTable(tuple(columns), np.column_stack(list(columns.values())).astype(np.float32))


@dataclass(frozen=True, slots=True)
class CodeContext:
    """What code features need beside the query: the taxonomies, the rarity of each concept (concepts,), the year."""

    concepts: ConceptIndex
    rarity: Floats
    this_year: int
