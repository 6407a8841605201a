"""From a query to its candidates with features, not yet ordered: where ranking, learning and benchmarks start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Mask
from matching.collection import Collection as Corpus
from matching.features import CodeContext, organisation_features, proposal_features
from matching.query import ORGANISATION, Query, Side
from matching.ranking import OPPORTUNITIES, ORGANISATIONS, PROPOSALS, FeatureTable, RankingModel
from matching.retrieval import (
    Rows,
    Search,
    Section,
    allowed_for_organisation,
    allowed_organisations,
    allowed_proposals,
    best_supported,
    organisation_fits,
    pool,
    proposal_fits,
)
from matching.rules import SEEKING
from matching.types import Target

_SCATTER = np.uint64(2654435761)
"""Knuth's multiplicative constant: equals are put in an order that favours nobody, and always the same one."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """One list's candidates before they are ordered.

    `ids` (n,) of the records, `rows` (n,) their rows in the table of candidates, `features` (n, features); `ties` are
    columns (n,) by which equals are ordered, greatest first, the last column first; `considered` is how many passed
    the rules. `weights` names the ranking model of the list.
    """

    weights: str
    ids: NDArray[np.int64]
    rows: Rows
    features: FeatureTable
    ties: tuple[NDArray[np.int32], ...]
    considered: int

    def __len__(self) -> int:
        return len(self.ids)

    def order(self, scores: NDArray[np.float64]) -> Rows:
        """Places of the candidates by score (n,), best first; equals as a broker would order them, then by nothing."""
        scatter = (self.ids.astype(np.uint64) * _SCATTER) % np.uint64(2**32)
        return np.lexsort((scatter, *(-key for key in self.ties), -np.round(scores, 6)))

    def ranked(self, model: RankingModel) -> Rows:
        """Places of the candidates in the order of a model."""
        return self.order(model.scores(self.features))


def gather(corpus: Corpus, query: Query, target: Target, today: date, also: Collection[int] = ()) -> Candidates:
    """The candidates of one list of a query, with their features.

    `also` names records that are wanted beside what retrieval finds, where the rules allow them at all.
    """
    if target is Target.ORGANISATIONS:
        return _organisations(corpus, query, today, also)
    return _proposals(corpus, query, today, also)


def allowed(corpus: Corpus, query: Query, target: Target, today: date) -> Mask:
    """Which rows of the list's table of candidates the rules let through: (candidates,)."""
    if target is Target.ORGANISATIONS:
        return allowed_organisations(query, corpus.organisations)
    rule = allowed_for_organisation if query.kind == ORGANISATION else allowed_proposals
    return rule(query, corpus.proposals, today.toordinal())


def sides(corpus: Corpus, query: Query, target: Target) -> list[tuple[Section, Side]]:
    """What is searched for in which texts, for one list: my need in their offers, my offer in their needs."""
    if target is Target.ORGANISATIONS:
        section = corpus.organisations_offered
        both = [(section, query.sought)]
        if query.kind not in SEEKING:
            both.append((section, query.offered))
        return both
    both = [(corpus.proposals_sought, query.offered)]
    if query.kind != ORGANISATION:  # an organisation offers what it can do; what it needs is not known
        both.append((corpus.proposals_offered, query.sought))
    return both


def searches(corpus: Corpus, query: Query, target: Target) -> list[Search]:
    """The sides of one list, each looked at by words once."""
    return [Search.of(section, side) for section, side in sides(corpus, query, target)]


def _organisations(corpus: Corpus, query: Query, today: date, also: Collection[int]) -> Candidates:
    mask = allowed(corpus, query, Target.ORGANISATIONS, today)
    table, found = corpus.organisations, searches(corpus, query, Target.ORGANISATIONS)
    support = corpus.network.support(found[0].nearness(corpus.network.text))
    rows = _with(pool(found, mask, [best_supported(support, mask)]), table.ids, mask, also)
    context = CodeContext(corpus.concepts, corpus.organisation_rarity, today.year)
    features = _features(
        rows,
        lambda: organisation_features(query, table, rows, organisation_fits(found, support, rows), context),
    )
    ties = (table.last_year[rows], table.evidence[rows])
    return Candidates(ORGANISATIONS, table.ids[rows], rows, features, ties, int(mask.sum()))


def _proposals(corpus: Corpus, query: Query, today: date, also: Collection[int]) -> Candidates:
    mask = allowed(corpus, query, Target.PROPOSALS, today)
    table, found = corpus.proposals, searches(corpus, query, Target.PROPOSALS)
    rows = _with(pool(found, mask), table.ids, mask, also)
    context = CodeContext(corpus.concepts, corpus.proposal_rarity, today.year)
    features = _features(
        rows,
        lambda: proposal_features(query, table, rows, proposal_fits(found, rows), context),
    )
    name = OPPORTUNITIES if query.kind == ORGANISATION else PROPOSALS
    return Candidates(name, table.ids[rows], rows, features, (table.published[rows],), int(mask.sum()))


def _features(rows: Rows, compute: Callable[[], FeatureTable]) -> FeatureTable:
    return compute() if len(rows) else FeatureTable((), np.empty((0, 0), np.float32))


def _with(rows: Rows, ids: NDArray[np.int64], mask: Mask, also: Sequence[int] | Collection[int]) -> Rows:
    """The rows, and after them those of the records `also` that are allowed and not among them."""
    if not also:
        return rows
    wanted = np.flatnonzero(np.isin(ids, list(also)) & mask)
    return np.concatenate([rows, wanted[~np.isin(wanted, rows)]]).astype(np.int64)
