from __future__ import annotations

import numpy as np
import pytest

from matching import diversity
from matching.diversity import NEAR, NEAR_SHARE, SAFE, SHOWN, Contenders

CASES = range(60)


def contenders(seed: int, *, decided: float = 0.1) -> Contenders:
    """Contenders of a made-up list, in the order of the ranking; some of them decided for."""
    chance = np.random.default_rng(seed)
    count = int(chance.integers(1, 41))
    probability = np.sort(chance.uniform(0.02, 0.95, count))[::-1]
    vectors = chance.normal(size=(count, 6))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    exposure = np.where(chance.random(count) < 0.3, 0.0, chance.gamma(1.0, 20.0, count))
    return Contenders(
        probability=probability,
        band=np.searchsorted([0.15, 0.35, 0.6], probability, side="right").astype(np.int64),
        similarity=np.clip(vectors @ vectors.T, 0.0, 1.0),
        free=chance.random(count) >= decided,
        exposure=exposure,
        lot=diversity.lots(str(seed), np.arange(count)),
    )


def everyone(who: Contenders) -> np.ndarray:
    return np.arange(len(who))


def suggested(*probabilities: float, exposure: list[float] | None = None, free: list[bool] | None = None) -> Contenders:
    """Contenders of one band that have nothing in common."""
    count = len(probabilities)
    return Contenders(
        probability=np.array(probabilities),
        band=np.full(count, 2),
        similarity=np.eye(count),
        free=np.array(free or [True] * count),
        exposure=np.array(exposure or [0.0] * count),
        lot=np.arange(count),
    )


@pytest.mark.parametrize("seed", CASES)
def test_every_stage_keeps_everybody_once_and_moves_nobody_decided_for(seed: int) -> None:
    who = contenders(seed)
    before = everyone(who)
    for after in (
        diversity.diversify(before, who),
        diversity.give_way(before, who, 5.0),
        diversity.explore(before, who)[0],
    ):
        assert sorted(after.tolist()) == before.tolist()
    for after in (diversity.diversify(before, who), diversity.give_way(before, who, 5.0)):
        assert (after == before)[~who.free].all()
    explored, _ = diversity.explore(before, who)
    assert (explored == before)[:SHOWN][~who.free[:SHOWN]].all()


@pytest.mark.parametrize("seed", CASES)
def test_variety_never_lifts_anybody_above_a_better_band_and_leaves_weak_ones_alone(seed: int) -> None:
    who = contenders(seed, decided=0.0)
    after = diversity.diversify(everyone(who), who)
    assert (np.diff(who.band[after]) <= 0).all()
    weak = np.flatnonzero(who.band == 0)
    assert [one for one in after.tolist() if who.band[one] == 0] == weak.tolist()
    assert after[0] == 0


@pytest.mark.parametrize("seed", CASES)
def test_more_variety_means_a_list_that_is_less_alike(seed: int) -> None:
    who = contenders(seed, decided=0.0)
    who = Contenders(who.probability, np.full(len(who), 3), who.similarity, who.free, who.exposure, who.lot)
    head = diversity.diversify(everyone(who), who, variety=0.999)[:2]
    if len(head) == 2:
        assert who.similarity[head[0], head[1]] == who.similarity[0, 1:].min()


def test_without_variety_the_order_is_that_of_the_ranking() -> None:
    who = contenders(3, decided=0.0)
    assert diversity.diversify(everyone(who), who, variety=0.0).tolist() == list(range(len(who)))


def test_of_two_alike_the_second_gives_way_to_one_that_says_something_else() -> None:
    who = suggested(0.8, 0.79, 0.75)
    alike = who.similarity.copy()
    alike[0, 1] = alike[1, 0] = 0.95
    who = Contenders(who.probability, who.band, alike, who.free, who.exposure, who.lot)
    assert diversity.diversify(np.arange(3), who).tolist() == [0, 2, 1]


@pytest.mark.parametrize("seed", CASES)
def test_fairness_only_swaps_nearly_equals_of_one_band(seed: int) -> None:
    who = contenders(seed)
    before = diversity.diversify(everyone(who), who)
    after = diversity.give_way(before, who, 5.0)
    for place in np.flatnonzero(before != after).tolist():
        old, new = int(before[place]), int(after[place])
        assert after[np.flatnonzero(before == new)[0]] == old, "they changed places, and nobody else came between"
        gap = abs(who.probability[old] - who.probability[new])
        assert gap < NEAR
        assert gap < NEAR_SHARE * max(who.probability[old], who.probability[new])
        assert who.band[old] == who.band[new] > 0
        exposed = sorted((who.exposure[old], who.exposure[new]))
        assert exposed[0] < exposed[1] / 2


def test_fairness_has_something_to_do_in_these_cases() -> None:
    cases = [contenders(seed) for seed in CASES]
    assert sum((diversity.give_way(everyone(who), who, 5.0) != everyone(who)).any() for who in cases) > 10


@pytest.mark.parametrize("seed", CASES)
def test_nobody_falls_out_of_the_first_three_for_fairness_or_exploration(seed: int) -> None:
    who = contenders(seed)
    before = everyone(who)
    fair = diversity.give_way(before, who, 1.0)
    explored, _ = diversity.explore(fair, who)
    assert set(explored[:SAFE].tolist()) == set(before[:SAFE].tolist())


def test_the_overexposed_gives_way_to_the_one_that_was_hardly_shown() -> None:
    level = [0.9, 0.9, 0.9, 0.5, 0.495, 0.4]
    who = suggested(*level, exposure=[0, 0, 0, 90.0, 1.0, 0.0])
    assert diversity.give_way(np.arange(6), who, 10.0).tolist() == [0, 1, 2, 4, 3, 5]
    alike = np.eye(6)
    alike[3, 4] = alike[4, 3] = 0.2
    alike[3, 5] = alike[5, 3] = 0.9
    near = [*level[:4], 0.49, 0.485]
    who = suggested(*near, exposure=[0, 0, 0, 90.0, 1.0, 0.0])
    who = Contenders(who.probability, who.band, alike, who.free, who.exposure, who.lot)
    assert diversity.give_way(np.arange(6), who, 10.0).tolist() == [0, 1, 2, 5, 4, 3], "the most alike passes"
    calm = suggested(*level, exposure=[0, 0, 0, 12.0, 1.0, 0.0])
    assert diversity.give_way(np.arange(6), calm, 10.0).tolist() == list(range(6)), "a little more is nobody's fault"
    start = suggested(*level, exposure=[0, 0, 0, 4.0, 0.0, 0.0])
    assert diversity.give_way(np.arange(6), start, 0.1).tolist() == list(range(6)), "too little was seen to tell"


def test_one_never_shown_gets_the_last_place() -> None:
    who = suggested(*np.linspace(0.9, 0.5, 14), exposure=[3.0] * 11 + [0.0] * 3)
    order, chosen = diversity.explore(np.arange(14), who)
    assert chosen == 11, "the lot falls on the first of three"
    assert order.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 9, 10, 12, 13]


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (suggested(*[0.5] * 9), "fewer than ten are shown"),
        (suggested(*[0.5] * 10), "nobody waits"),
        (suggested(*[0.5] * 11, exposure=[1.0] * 11), "everybody was shown"),
        (suggested(*[0.5] * 12), "the one at the last place was not shown either"),
        (suggested(*[0.5] * 10, 0.2, exposure=[1.0] * 10 + [0.0]), "half as probable at least"),
        (
            suggested(*[0.5] * 12, exposure=[1.0] * 10 + [0.0] * 2, free=[False] * 10 + [True] * 2),
            "all places were decided",
        ),
    ],
)
def test_nobody_is_tried_out_where(who: Contenders, why: str) -> None:
    order, chosen = diversity.explore(np.arange(len(who)), who)
    assert chosen is None, why
    assert order.tolist() == list(range(len(who)))


def test_a_weak_one_is_never_tried_out() -> None:
    who = suggested(*[0.16] * 10, 0.14, exposure=[1.0] * 10 + [0.0])
    weak = Contenders(who.probability, np.array([1] * 10 + [0]), who.similarity, who.free, who.exposure, who.lot)
    assert diversity.explore(np.arange(11), weak)[1] is None


def test_the_place_for_trying_out_passes_over_who_was_decided_for() -> None:
    who = suggested(*[0.5] * 12, exposure=[1.0] * 11 + [0.0], free=[True] * 9 + [False] + [True] * 2)
    order, chosen = diversity.explore(np.arange(12), who)
    assert chosen == 11
    assert order[8:11].tolist() == [11, 9, 8]


def test_pinned_stand_first_and_late_accepted_ones_among_the_last_shown() -> None:
    free = np.ones(15, dtype=np.bool_)
    free[[6, 12, 14]] = False
    pinned = np.zeros(15, dtype=np.bool_)
    pinned[12] = True
    order = diversity.decided_first(np.arange(15), pinned, free).tolist()
    assert order[0] == 12
    assert order[7] == 6, "its place is that of the ranking, after the pinned one"
    assert order[9] == 14
    assert sorted(order) == list(range(15))


@pytest.mark.parametrize("seed", CASES)
def test_whatever_was_decided_for_is_shown_as_long_as_there_is_room(seed: int) -> None:
    who = contenders(seed, decided=0.2)
    pinned = ~who.free & (np.random.default_rng(seed).random(len(who)) < 0.5)
    order = diversity.decided_first(everyone(who), pinned, who.free)
    decided = set(np.flatnonzero(~who.free).tolist())
    assert sorted(order.tolist()) == everyone(who).tolist()
    assert set(order[: pinned.sum()].tolist()) == set(np.flatnonzero(pinned).tolist())
    if len(decided) <= SHOWN:
        assert decided <= set(order[:SHOWN].tolist())


def test_of_near_duplicates_the_better_stands_unless_the_other_was_decided_for() -> None:
    twins = np.zeros((5, 5), dtype=np.bool_)
    for one, other in ((0, 2), (2, 0), (1, 3), (3, 1)):
        twins[one, other] = True
    free = np.array([True, True, True, False, True])
    assert diversity.fold(twins, free).tolist() == [0, 3, 0, 3, 4]


def test_duplicates_of_a_folded_one_are_not_folded_under_it() -> None:
    chain = np.array([[False, True, False], [True, False, True], [False, True, False]])
    assert diversity.fold(chain, np.ones(3, dtype=np.bool_)).tolist() == [0, 0, 2]


def test_the_same_day_draws_the_same_and_another_day_another() -> None:
    ids = np.arange(1, 60)
    assert (diversity.lots("7/2026-01-01", ids) == diversity.lots("7/2026-01-01", ids)).all()
    assert diversity.lots("7/2026-01-01", ids[5:9]).tolist() == diversity.lots("7/2026-01-01", ids)[5:9].tolist()
    winners = {int(ids[np.argmin(diversity.lots(f"7/day {day}", ids))]) for day in range(20)}
    assert len(winners) > 10
