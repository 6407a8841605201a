"""The order of training."""

from __future__ import annotations

import numpy as np

from embeddings.training.batches import batch_count, batches, epoch_order, topics
from embeddings.training.recipe import Recipe

RECIPE = Recipe(seed=5, cluster_run=4, cluster_share=0.5)
CLUSTERS = np.arange(300) % 10


def test_an_item_is_seen_as_often_as_it_weighs() -> None:
    weights = np.concatenate([np.zeros(100), np.ones(100), np.full(100, 2.5)])
    seen = np.bincount(epoch_order(weights, CLUSTERS, RECIPE, 0), minlength=300)
    assert not seen[:100].any()
    assert (seen[100:200] == 1).all()
    assert set(seen[200:]) == {2, 3}


def test_the_same_seed_and_epoch_give_the_same_order_and_another_epoch_another() -> None:
    weights = np.ones(300)
    first = epoch_order(weights, CLUSTERS, RECIPE, 0)
    np.testing.assert_array_equal(first, epoch_order(weights, CLUSTERS, RECIPE, 0))
    assert (first != epoch_order(weights, CLUSTERS, RECIPE, 1)).any()


def test_neighbours_share_a_topic_more_often_than_by_chance() -> None:
    order = epoch_order(np.ones(300), CLUSTERS, RECIPE, 0)
    assert (CLUSTERS[order[1:]] == CLUSTERS[order[:-1]]).mean() > 0.25  # by chance 0.1


def test_without_topics_the_order_is_a_plain_shuffle() -> None:
    order = epoch_order(np.ones(300), CLUSTERS, Recipe(cluster_share=0.0), 0)
    assert sorted(order.tolist()) == list(range(300))


def test_batches_are_full_except_where_one_would_be_none() -> None:
    assert [len(batch) for batch in batches(np.arange(10), 4)] == [4, 4]
    assert [len(batch) for batch in batches(np.arange(3), 4)] == [3]
    assert (batch_count(10, 4), batch_count(3, 4)) == (2, 1)


def test_topics_part_what_lies_apart() -> None:
    draw = np.random.default_rng(0)
    centres = np.eye(8, dtype=np.float32)[:2]
    vectors = np.repeat(centres, 40, axis=0) + draw.normal(0, 0.01, (80, 8)).astype(np.float32)
    found = topics(vectors, Recipe(clusters=2))
    assert len(set(found[:40])) == len(set(found[40:])) == 1
    assert found[0] != found[40]
