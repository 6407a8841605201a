"""Fitting the classifier: a multinomial logistic regression for each group, over anchors and what people decided.

A text with several codes counts for each with its share. A text that people took a code away from counts for the other
codes as the classifier without it would share them out: it says what it is not, and nothing of what it is.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from embeddings.encoder import Encoder, Vectors
from matching.concepts import ConceptIndex
from matching.tagging.anchors import Anchors, Shares, even_share, make_anchors, middles, read_sources
from matching.tagging.groups import Group, groups_of
from matching.tagging.prototypes import unit
from matching.tagging.weights import Curves, TagWeights

Key = tuple[str, str]
_LOOSENESS = 1.0
"""Inverse strength of the pull towards zero (C): 0.3 to 3 differ by less than 0.02 on the demo region."""
_STEPS, _TOLERANCE = 200, 1e-3
_MOST_SHARE = 0.5
"""Examples together never outweigh this share of the anchors."""
_MOST_REMEMBERED = 500
DECLARED, DECIDED = 1.0, 10.0
"""What a declared code of a text counts, and what a decision about one: somebody looked at just that."""
_SURE = 3.0
"""Patience of a competence's reliability: so many confirmations are taken for granted."""


@dataclass(frozen=True, slots=True)
class Example:
    """What people say of a text: codes it has, each with how much that counts, and codes that were taken away."""

    given: Mapping[Key, float]
    taken: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Examples:
    """Examples with their texts' vectors, (n, dimension) seen from the middle."""

    vectors: Vectors
    items: tuple[Example, ...] = ()
    decisions: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Competence to how often it was confirmed and how often removed."""

    def __len__(self) -> int:
        return len(self.items)


def fit_weights(
    encoder: Encoder,
    concepts: ConceptIndex,
    curves: tuple[Curves, Curves],
    examples: Examples | None = None,
    means: Vectors | None = None,
) -> TagWeights:
    """Weights for an encoder. The same input gives the same weights on the same machine.

    `curves` with the classifier and alone are taken as they are. `means` default to those of the demo region's texts.
    """
    groups = [group for group in groups_of(concepts) if "/" not in group.name]
    sources = read_sources(encoder, concepts, groups)
    coefficients, constants, keys = [], [], []
    for group in groups:
        anchors = make_anchors(group, concepts, sources)
        rows, offsets = _fit(group, concepts, anchors, examples)
        coefficients.append(rows)
        constants.append(offsets)
        keys += [(group.tree, concepts.concepts[number].code) for number in group.numbers]
    return TagWeights(
        fingerprint=encoder.fingerprint,
        keys=tuple(keys),
        coefficients=np.vstack(coefficients) if coefficients else np.zeros((0, encoder.dimension), np.float32),
        constants=np.concatenate(constants) if constants else np.zeros(0, np.float32),
        means=(middles(encoder) if means is None else means).astype(np.float32),
        remembered=_remembered(encoder, examples),
        curves=curves[0],
        curves_alone=curves[1],
        reliability=_reliability(examples),
    )


def _fit(
    group: Group, concepts: ConceptIndex, anchors: Anchors, examples: Examples | None
) -> tuple[Vectors, NDArray[np.float32]]:
    weights = np.ones(len(anchors.vectors), np.float32)
    first = _regression(anchors.vectors, anchors.shares, weights)
    own = _of_group(group, concepts, examples, first)
    if own is None:
        return first
    vectors, shares, importance = own
    importance *= min(1.0, _MOST_SHARE * len(weights) / float(importance.sum()))
    return _regression(
        np.vstack([anchors.vectors, vectors]),
        np.vstack([anchors.shares, shares]),
        np.concatenate([weights, importance.astype(np.float32)]),
        balance=_balance(anchors.shares, weights),
    )


def _of_group(
    group: Group, concepts: ConceptIndex, examples: Examples | None, first: tuple[Vectors, NDArray[np.float32]]
) -> tuple[Vectors, Shares, NDArray[np.float64]] | None:
    """Vectors, shares and importance of the examples that say something of the group; None where none does."""
    places = {(group.tree, concepts.concepts[number].code): place for place, number in enumerate(group.numbers)}
    rows, shares, importance = [], [], []
    for row, example in enumerate(() if examples is None else examples.items):
        given = [places[key] for key in example.given if key in places]
        taken = [places[key] for key in example.taken if key in places]
        share = even_share(given, len(group))
        if share is None and taken:
            assert examples is not None
            share = _without(taken, first, examples.vectors[row])
        if share is not None:
            rows.append(row)
            shares.append(share)
            counts = [weight for key, weight in example.given.items() if key in places]
            importance.append(max(counts, default=DECIDED))
    if examples is None or not rows:
        return None
    return examples.vectors[rows], np.array(shares, np.float32), np.array(importance, np.float64)


def _without(taken: Sequence[int], first: tuple[Vectors, NDArray[np.float32]], vector: Vectors) -> Shares:
    scores = first[0] @ vector + first[1]
    scores[list(taken)] = -np.inf
    shares = np.exp(scores - scores.max())
    return np.asarray(shares / shares.sum(), dtype=np.float32)


def _balance(shares: Shares, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each code's texts must weigh for all codes to weigh the same."""
    mass = np.maximum((shares * weights[:, None]).sum(axis=0), 1e-6)
    return np.asarray(mass.sum() / (len(mass) * mass), dtype=np.float32)


def _regression(
    vectors: Vectors, shares: Shares, weights: NDArray[np.float32], balance: NDArray[np.float32] | None = None
) -> tuple[Vectors, NDArray[np.float32]]:
    """Coefficients (codes, dimension) and constants (codes,)."""
    codes = shares.shape[1]
    rows, places = np.nonzero(shares > 1e-3)
    if codes < 2 or len(np.unique(places)) < codes:
        return np.zeros((codes, vectors.shape[1]), np.float32), np.zeros(codes, np.float32)
    balance = _balance(shares, weights) if balance is None else balance
    model = LogisticRegression(C=_LOOSENESS, max_iter=_STEPS, tol=_TOLERANCE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(vectors[rows], places, sample_weight=shares[rows, places] * weights[rows] * balance[places])
    coefficients, constants = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
    if codes == 2:  # one row that tells the second from the first
        coefficients = np.vstack([-coefficients, coefficients]) / np.float32(2)
        constants = np.concatenate([-constants, constants]) / np.float32(2)
    return coefficients, constants


def _remembered(encoder: Encoder, examples: Examples | None) -> Vectors:
    """Texts with a confirmed code, the first ones: (texts, dimension)."""
    if examples is None:
        return np.zeros((0, encoder.dimension), np.float32)
    rows = [row for row, item in enumerate(examples.items) if max(item.given.values(), default=0.0) >= DECIDED]
    return unit(examples.vectors[rows[:_MOST_REMEMBERED]])


def _reliability(examples: Examples | None) -> dict[str, float]:
    decisions = {} if examples is None else examples.decisions
    found = {code: (yes + _SURE) / (yes + no + _SURE) for code, (yes, no) in sorted(decisions.items())}
    return {code: round(share, 4) for code, share in found.items() if share < 1.0}
