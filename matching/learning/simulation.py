"""Simulated brokers with a hidden preference: how soon learning comes near it, and what each of its parts is worth.

Pure, and the same for the same seed. Brokers see the first places of the list as the shipped weights order it, look at
a place with probability 1 / log2(1 + rank), take what they find good enough, reject some of the rest, and err.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matching.gathering import Candidates
from matching.learning.fitting import LEANING, refit
from matching.learning.lesson import Verdict, learn
from matching.learning.opinions import Opinion, Sighting, Signal, attention, examples
from matching.learning.preferences import Material, preferences, spread
from matching.ranking import FeatureWeight, RankingModel
from matching.types import Target

SHOWN = 10
STEPS = (0, 10, 25, 50, 100, 200, 300, 400, 500)
"""Decisions after which the models are compared with the hidden preference."""
_DAY = date(2026, 1, 1)
_TASTE = 0.8
"""How far a broker's weights are drawn from the shipped ones: standard deviation of their logarithm."""
_IGNORED = 0.25
"""Probability that a broker does not care about a feature."""
_GOOD = 5
"""So many of a query's candidates are good enough on average."""
_NOISE = 0.35
"""Logistic noise of each judgement, in standard deviations of the utility among the candidates of one query.

A broker who judges the same list twice then agrees with himself on 77 % of it (kappa 0.53).
"""
_SAYS_NO = 0.4
"""Probability that what is looked at and not good enough is rejected rather than passed over."""
_TESTED = 0.35
"""Share of the queries that no decision is taken about: there the models are measured."""


class Broker(StrEnum):
    """How the decisions come about."""

    HONEST = "honest"
    RANDOM = "random"
    """Takes and rejects by the toss of a coin."""
    HOSTILE = "hostile"
    """Takes the worst of what is shown and rejects the best."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One query's candidates; `name` is its reference."""

    name: str
    candidates: Candidates


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well an order agrees with the hidden preference, over queries that no decision was about."""

    ndcg: float
    accuracy: float


class Variant(StrEnum):
    """What is compared."""

    SHIPPED = "shipped"
    REFITTED = "refitted"
    NO_POSITIONS = "without position correction"
    UNSEEN_REJECTED = "unseen counted as rejected"
    FREE = "unregularised"
    IN_FORCE = "in force (promoted only if better)"


@dataclass(frozen=True, slots=True)
class Step:
    """All variants after so many decisions.

    `kept` is how well each agrees with the order of the shipped weights (nDCG@10); `promoted` whether the comparison on
    held-back decisions let the refit serve.
    """

    decisions: int
    agreement: dict[Variant, Agreement]
    kept: dict[Variant, float]
    promoted: bool


class World:
    """One hidden preference over the pools, and the decisions that its broker takes one after another."""

    def __init__(self, shipped: RankingModel, pools: Sequence[Pool], seed: int, broker: Broker = Broker.HONEST) -> None:
        self.shipped = shipped
        self._chance = np.random.default_rng(seed)
        self._broker = broker
        self.hidden = self._taste()
        self._pools = [pool for pool in pools if len(pool.candidates) > SHOWN]
        self._tested = [pool for pool in self._pools if _tested(pool.name)]
        self._asked = [pool for pool in self._pools if not _tested(pool.name)]
        self._utility = {pool.name: self.hidden.scores(pool.candidates.features) for pool in self._pools}
        self._order = {pool.name: pool.candidates.ranked(shipped) for pool in self._pools}
        self._enough = float(np.mean([np.sort(values)[-_GOOD] for values in self._utility.values()]))
        self._opinions: list[Opinion] = []

    def _taste(self) -> RankingModel:
        factors = np.exp(self._chance.normal(0.0, _TASTE, len(self.shipped.weights)))
        factors[self._chance.random(len(factors)) < _IGNORED] = 0.0
        weights = {
            name: FeatureWeight(item.weight * float(factor), item.typical)
            for (name, item), factor in zip(self.shipped.weights.items(), factors, strict=True)
        }
        return replace(self.shipped, version="hidden", weights=weights)

    def decide(self, count: int) -> None:
        """Go on until so many decisions were taken in all; fewer where nothing is left to decide about."""
        rounds = 0
        while len(self._opinions) < count and rounds < 10:
            for number in self._chance.permutation(len(self._asked)).tolist():
                self._opinions += self._sitting(number)
                if len(self._opinions) >= count:
                    break
            rounds += 1
        del self._opinions[max(count, 0) :]

    def _sitting(self, number: int) -> list[Opinion]:
        """What a broker decides, looking once at the list of one query."""
        pool = self._asked[number]
        decided = {opinion.candidate for opinion in self._opinions if opinion.query == number}
        taken = []
        for rank, place in enumerate(self._order[pool.name][:SHOWN].tolist(), start=1):
            candidate = int(pool.candidates.ids[place])
            looked_at, noise, says_no = self._chance.random(3)
            if candidate in decided or looked_at > attention(rank):
                continue
            signal = self._judge(pool.name, place, noise, says_no)
            if signal is not None:
                reason = "wrong_competence" if signal is Signal.REJECT else None
                taken.append(Opinion(number, Target.ORGANISATIONS, candidate, signal, _DAY, reason, rank))
        return taken

    def _judge(self, name: str, place: int, noise: float, says_no: float) -> Signal | None:
        utility = self._utility[name]
        if self._broker is Broker.RANDOM:
            return Signal.ACCEPT if noise < 0.5 else Signal.REJECT
        shown = utility[self._order[name][:SHOWN]]
        if self._broker is Broker.HOSTILE:
            return Signal.ACCEPT if utility[place] < np.median(shown) else Signal.REJECT
        error = _NOISE * float(utility.std()) * float(np.log(noise / (1.0 - noise)))
        if utility[place] + error > self._enough:
            return Signal.ACCEPT
        return Signal.REJECT if says_no < _SAYS_NO else None

    def materials(self, *, unseen: bool = False) -> list[Material]:
        """What learning gets; with `unseen` all candidates count as shown."""
        depth = None if unseen else SHOWN
        sightings = [
            Sighting(number, Target.ORGANISATIONS, int(pool.candidates.ids[place]), _DAY, rank)
            for number, pool in enumerate(self._asked)
            for rank, place in enumerate(self._order[pool.name][:depth].tolist(), start=1)
        ]
        return [
            Material(
                self._asked[number].name,
                self._asked[number].candidates.ids,
                self._asked[number].candidates.features,
                known,
            )
            for (number, _), known in examples(self._opinions, sightings).items()
        ]

    def agreement(self, model: RankingModel) -> Agreement:
        """How well a model agrees with the hidden preference."""
        found = [_agreement(pool.candidates, model, self._utility[pool.name]) for pool in self._tested]
        ndcg, accuracy = np.mean(found, axis=0)
        return Agreement(float(ndcg), float(accuracy))

    def kept(self, model: RankingModel) -> float:
        """How well a model agrees with the shipped order (nDCG@10): 1 where its best ten are the same."""
        pools = [pool.candidates for pool in self._tested]
        return float(np.mean([_agreement(pool, model, self.shipped.scores(pool.features))[0] for pool in pools]))


def _tested(name: str) -> bool:
    digest = hashlib.sha256(f"tested: {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 1000 < _TESTED * 1000


def _agreement(candidates: Candidates, model: RankingModel, utility: NDArray[np.float64]) -> tuple[float, float]:
    """NDCG@10 with grades 3, 2, 1 for the 3, 5, 12 best by utility; share of pairs (one of the 10 best, another)."""
    scores = model.scores(candidates.features)
    best = np.argsort(-utility, kind="stable")
    gains = np.zeros(len(utility))
    for grade, places in ((3, best[:3]), (2, best[3:8]), (1, best[8:20])):
        gains[places] = 2.0**grade - 1.0
    discounts = 1.0 / np.log2(np.arange(2, SHOWN + 2))
    found = gains[candidates.order(scores)[:SHOWN]] @ discounts
    margin = scores[best[:SHOWN], None] - scores[None, best[SHOWN:]]
    right = (margin > 0) + 0.5 * (margin == 0)
    return float(found / (np.sort(gains)[::-1][:SHOWN] @ discounts)), float(right.mean())


def curve(
    shipped: RankingModel,
    pools: Sequence[Pool],
    seed: int,
    *,
    broker: Broker = Broker.HONEST,
    steps: Sequence[int] = STEPS,
    leaning: float = LEANING,
) -> list[Step]:
    """All variants after each number of decisions, for one hidden preference."""
    world = World(shipped, pools, seed, broker)
    in_force, found = shipped, []
    for count in steps:
        world.decide(count)
        materials = world.materials()
        lesson = learn(shipped, in_force, materials)
        if lesson.verdict is Verdict.BETTER and lesson.model is not None:
            in_force = lesson.model
        models = {
            Variant.SHIPPED: shipped,
            Variant.REFITTED: _refitted(shipped, materials, leaning),
            Variant.NO_POSITIONS: _refitted(shipped, materials, leaning, by_place=False),
            Variant.UNSEEN_REJECTED: _refitted(shipped, world.materials(unseen=True), leaning),
            Variant.FREE: _refitted(shipped, materials, 0.0),
            Variant.IN_FORCE: in_force,
        }
        agreement = {variant: world.agreement(model) for variant, model in models.items()}
        kept = {variant: world.kept(model) for variant, model in models.items()}
        found.append(Step(count, agreement, kept, lesson.verdict is Verdict.BETTER))
    return found


def _refitted(
    shipped: RankingModel, materials: Sequence[Material], leaning: float, *, by_place: bool = True
) -> RankingModel:
    found = preferences(shipped, materials, by_place=by_place)
    return refit(shipped, found, spread(shipped, materials), leaning=leaning) if len(found) else shipped
