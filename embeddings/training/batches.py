"""The order in which training sees the texts: weighted by source, and partly gathered by topic.

A batch of texts drawn at random has only far-apart texts, which teach little. So a share of each epoch is laid out in
short runs of one topic (a k-means cluster of the teacher's vectors), and the rest is strewn between them.
"""

from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.training.recipe import Recipe
from embeddings.training.vocabulary import Integers

POINTS_PER_CLUSTER = 64
ITERATIONS = 8


def topics(vectors: NDArray[np.float32], recipe: Recipe) -> Integers:
    """Cluster of each row, by spherical k-means seeded by the recipe."""
    means = faiss.Kmeans(
        vectors.shape[1],
        min(recipe.clusters, max(1, len(vectors) // 4)),
        niter=ITERATIONS,
        seed=recipe.seed,
        spherical=True,
        min_points_per_centroid=1,
        max_points_per_centroid=POINTS_PER_CLUSTER,
    )
    means.train(vectors)
    nearest: Integers = means.index.search(vectors, 1)[1][:, 0]
    return nearest


def epoch_order(weights: NDArray[np.float64], clusters: Integers, recipe: Recipe, epoch: int) -> Integers:
    """Items of one epoch in the order of training; the same seed and epoch give the same order.

    An item of weight 2.5 occurs two or three times.
    """
    draw = np.random.default_rng((recipe.seed, epoch))
    whole = np.floor(weights)
    times = (whole + (draw.random(len(weights)) < weights - whole)).astype(np.int64)
    order = draw.permutation(np.repeat(np.arange(len(weights)), times))
    strewn = draw.random(len(order)) >= recipe.cluster_share
    gathered = order[~strewn]
    gathered = gathered[np.argsort(clusters[gathered], kind="stable")]
    runs = [gathered[at : at + recipe.cluster_run] for at in range(0, len(gathered), recipe.cluster_run)]
    if not runs:
        return order
    between = np.array_split(order[strewn], len(runs))
    turn = draw.permutation(len(runs))
    return np.concatenate([part for i, run in zip(turn, between, strict=True) for part in (runs[i], run)])


def batches(order: Integers, size: int) -> Iterator[Integers]:
    """Full batches of `size`; a remainder is left out (another epoch draws it elsewhere). Never none at all."""
    if len(order) < size:
        yield order
        return
    for start in range(0, len(order) - size + 1, size):
        yield order[start : start + size]


def batch_count(items: int, size: int) -> int:
    """Number of batches that `batches` yields."""
    return max(1, items // size)
