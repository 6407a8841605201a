"""From a ranking to the list that is shown: decisions first, then variety, fairness, a place for the unseen.

Knows no session: what was decided and how often whom was shown is handed in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto

import numpy as np
from numpy.typing import NDArray

from matching import diversity
from matching.collection import Collection as Corpus
from matching.diversity import Contenders
from matching.gathering import Candidates
from matching.identity import organisation_twins, proposal_twins, same_organisation
from matching.ranking import RankingModel, probability
from matching.retrieval import Rows, Section
from matching.types import Band, Target

Floats = NDArray[np.float64]

DEPTH = 40
"""Best candidates of a ranking that contend for the shown places."""
_SAME_ORGANISATION = 0.9
"""Least similarity of two proposals of one organisation."""
_LEVELS = {Band.WEAK: 0, Band.POSSIBLE: 1, Band.GOOD: 2, Band.STRONG: 3}


class Stage(Flag):
    """What is done to a ranking before it is shown."""

    PLAIN = 0
    VARIETY = auto()
    FAIRNESS = auto()
    EXPLORATION = auto()
    ALL = VARIETY | FAIRNESS | EXPLORATION


@dataclass(frozen=True, slots=True)
class Decided:
    """Ids of one list that a person decided for: `pinned` stand first, `kept` (accepted, added) stay in the list."""

    pinned: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()

    def __or__(self, other: Collection[int]) -> frozenset[int]:
        return self.pinned | self.kept | frozenset(other)


@dataclass(frozen=True, slots=True)
class Exposures:
    """Attention that candidates of one list got on the days behind us: `ids` rising, `discounts` of the same length."""

    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    discounts: Floats = field(default_factory=lambda: np.empty(0, np.float64))

    @classmethod
    def of(cls, discounts: Mapping[int, float]) -> Exposures:
        """From discounts by id."""
        ids = np.array(sorted(discounts), dtype=np.int64)
        return cls(ids, np.array([discounts[number] for number in ids.tolist()], dtype=np.float64))

    def for_ids(self, wanted: NDArray[np.int64]) -> Floats:
        """Discount of each wanted id, 0 for who was not shown."""
        if not len(self.ids):
            return np.zeros(len(wanted))
        places = np.searchsorted(self.ids, wanted).clip(max=len(self.ids) - 1)
        return np.where(self.ids[places] == wanted, self.discounts[places], 0.0)


@dataclass(frozen=True, slots=True)
class Arranged:
    """A list as it is shown. `places` are places of the candidates, in order; `explored` the one in the slot for those
    not shown lately; `folded` the near-duplicates that each stands for, by place."""

    places: Rows
    explored: int | None = None
    folded: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What beside relevance decides the order. Without a `seed` nobody is tried out."""

    decided: Decided = Decided()
    exposures: Exposures = field(default_factory=Exposures)
    seed: str | None = None
    stages: Stage = Stage.ALL


def arrange(
    corpus: Corpus,
    target: Target,
    candidates: Candidates,
    model: RankingModel,
    scores: Floats,
    around: Circumstances,
) -> Arranged:
    """The candidates with these scores (n,) in the order in which they are shown, near-duplicates left out."""
    ranked = candidates.order(scores)
    decided = np.isin(candidates.ids, list(around.decided.pinned | around.decided.kept))
    contending = np.unique(np.concatenate([np.arange(min(DEPTH, len(ranked))), np.flatnonzero(decided[ranked])]))
    places = ranked[contending]
    if not len(places):
        return Arranged(places)
    who, twins = _contenders(corpus, target, candidates, places, model, scores, around)
    leader = diversity.fold(twins, who.free) if around.stages & Stage.VARIETY else np.arange(len(places))
    order = np.flatnonzero(leader == np.arange(len(places)))
    pinned = np.isin(candidates.ids[places], list(around.decided.pinned))
    order = diversity.decided_first(order, pinned, who.free)
    order, explored = _staged(order, who, around, len(_table(corpus, target)))
    rest = np.delete(ranked, contending)
    folded: dict[int, list[int]] = defaultdict(list)
    for one, other in enumerate(leader.tolist()):
        if one != other:
            folded[int(places[other])].append(int(places[one]))
    return Arranged(
        places=np.concatenate([places[order], rest]),
        explored=None if explored is None else int(places[explored]),
        folded={place: tuple(others) for place, others in folded.items()},
    )


def _staged(order: Rows, who: Contenders, around: Circumstances, candidates: int) -> tuple[Rows, int | None]:
    if around.stages & Stage.VARIETY:
        order = diversity.diversify(order, who)
    if around.stages & Stage.FAIRNESS:
        order = diversity.give_way(order, who, float(around.exposures.discounts.sum()) / max(candidates, 1))
    if around.stages & Stage.EXPLORATION and around.seed is not None:
        return diversity.explore(order, who)
    return order, None


def _contenders(
    corpus: Corpus,
    target: Target,
    candidates: Candidates,
    places: Rows,
    model: RankingModel,
    scores: Floats,
    around: Circumstances,
) -> tuple[Contenders, NDArray[np.bool_]]:
    ids, rows = candidates.ids[places], candidates.rows[places]
    similarity = likeness(corpus, target, rows)
    if target is Target.ORGANISATIONS:
        twins = organisation_twins(corpus.identities, corpus.organisations, rows, similarity)
    else:
        twins = proposal_twins(corpus.proposals, rows, similarity)
        similarity = np.where(
            same_organisation(corpus.proposals, rows), np.maximum(similarity, _SAME_ORGANISATION), similarity
        )
    own = scores[places].tolist()
    who = Contenders(
        probability=np.array([probability(score) for score in own]),
        band=np.array([_LEVELS[model.band(score)] for score in own], dtype=np.int64),
        similarity=similarity,
        free=~np.isin(ids, list(around.decided.pinned | around.decided.kept)),
        exposure=around.exposures.for_ids(ids),
        lot=diversity.lots(around.seed or "", ids),
    )
    return who, twins


def likeness(corpus: Corpus, target: Target, rows: Rows) -> Floats:
    """How alike the candidates at `rows` are to each other, (rows, rows) in [0, 1]: cosine of what their texts say."""
    if target is Target.ORGANISATIONS:
        return _cosines(corpus.organisations_offered, rows)
    both: Floats = (_cosines(corpus.proposals_offered, rows) + _cosines(corpus.proposals_sought, rows)) / 2.0
    return both


def _cosines(section: Section, rows: Rows) -> Floats:
    if not len(rows):
        return np.zeros((0, 0))
    texts, starts = section.spans(rows)
    summed = np.add.reduceat(section.vectors.vectors()[texts], starts).astype(np.float64)
    unit = summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-9)
    return np.asarray(np.clip(unit @ unit.T, 0.0, 1.0))


def _table(corpus: Corpus, target: Target) -> NDArray[np.int64]:
    return corpus.organisations.ids if target is Target.ORGANISATIONS else corpus.proposals.ids
