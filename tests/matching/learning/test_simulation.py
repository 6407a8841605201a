from __future__ import annotations

import numpy as np
import pytest

from matching.gathering import Candidates
from matching.learning.simulation import SHOWN, Broker, Pool, Step, Variant, World, curve
from matching.ranking import FeatureTable
from tests.matching.learning.made_up import NAMES, SHIPPED

STEPS = (0, 10, 100, 250)


@pytest.fixture(scope="module")
def pools() -> list[Pool]:
    chance = np.random.default_rng(5)
    return [
        Pool(
            f"Q-{number}",
            Candidates(
                weights="organisations",
                ids=np.arange(100, 140, dtype=np.int64),
                rows=np.arange(40, dtype=np.int64),
                features=FeatureTable(NAMES, chance.random((40, 3)).astype(np.float32)),
                ties=(),
                considered=40,
            ),
        )
        for number in range(150)
    ]


@pytest.fixture(scope="module")
def curves(pools: list[Pool]) -> list[list[Step]]:
    return [curve(SHIPPED, pools, seed, steps=STEPS) for seed in range(4)]


def mean(curves: list[list[Step]], place: int, variant: Variant) -> float:
    return float(np.mean([steps[place].agreement[variant].ndcg for steps in curves]))


def test_the_same_seed_tells_the_same_story(pools: list[Pool], curves: list[list[Step]]) -> None:
    assert curve(SHIPPED, pools, 0, steps=STEPS) == curves[0]
    assert curve(SHIPPED, pools, 1, steps=STEPS) != curves[0]


def test_without_decisions_all_variants_are_the_shipped_one(curves: list[list[Step]]) -> None:
    for steps in curves:
        assert len(set(steps[0].agreement.values())) == 1


def test_decisions_bring_the_refit_near_the_hidden_preference(curves: list[list[Step]]) -> None:
    assert mean(curves, 3, Variant.REFITTED) > mean(curves, 0, Variant.SHIPPED) + 0.02
    assert mean(curves, 3, Variant.REFITTED) > mean(curves, 1, Variant.REFITTED)


def test_taking_the_unseen_for_rejected_learns_less(curves: list[list[Step]]) -> None:
    assert mean(curves, 3, Variant.REFITTED) > mean(curves, 3, Variant.UNSEEN_REJECTED)


def test_leaning_on_the_shipped_weights_keeps_bad_decisions_from_doing_harm(pools: list[Pool]) -> None:
    last = [curve(SHIPPED, pools, seed, broker=Broker.RANDOM, steps=(0, 10))[-1] for seed in range(6)]
    leaning, free = (np.mean([step.kept[name] for step in last]) for name in (Variant.REFITTED, Variant.FREE))
    assert leaning > free + 0.02


@pytest.mark.parametrize("broker", [Broker.RANDOM, Broker.HOSTILE])
def test_ten_bad_decisions_are_not_promoted(pools: list[Pool], broker: Broker) -> None:
    for seed in range(4):
        last = curve(SHIPPED, pools, seed, broker=broker, steps=(0, 10))[-1]
        assert not last.promoted
        assert last.kept[Variant.IN_FORCE] == 1.0
        assert last.kept[Variant.REFITTED] > 0.85


def test_brokers_decide_only_about_what_they_are_shown(pools: list[Pool]) -> None:
    world = World(SHIPPED, pools, 1)
    world.decide(120)
    assert sum(item.said for known in world.materials() for item in known.known) == 120
    for material in world.materials():
        assert len(material.known) <= SHOWN


def test_the_queries_that_are_measured_on_are_never_decided_about(pools: list[Pool]) -> None:
    world = World(SHIPPED, pools, 1)
    world.decide(400)
    assert not {pool.name for pool in world._tested} & {material.name for material in world.materials()}
