"""Fusion of ranked lists by rank alone, so that lists of different scales can be joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RANK_CONSTANT = 60
"""The constant k of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


def reciprocal_rank_fusion(
    rankings: Sequence[NDArray[np.int64]], *, weights: Sequence[float] | None = None, top: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Fuse rankings of ids, best first, into the `top` ids and their fused scores, best first.

    An id's score is the sum over the rankings of weight / (k + rank), ranks from 1; equal scores are ordered by id, so
    that the outcome does not depend on the order of the lists.
    """
    weights = [1.0] * len(rankings) if weights is None else weights
    ids = np.unique(np.concatenate([np.asarray(ranking, dtype=np.int64) for ranking in rankings] or [_none()]))
    scores = np.zeros(len(ids))
    for ranking, weight in zip(rankings, weights, strict=True):
        places = np.searchsorted(ids, ranking)
        np.add.at(scores, places, weight / (RANK_CONSTANT + np.arange(1, len(ranking) + 1)))
    order = np.lexsort((ids, -scores))[:top]
    return ids[order], scores[order]


def _none() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)
