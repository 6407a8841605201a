"""Vectors and phrases' votes to a confidence for each code: two matrix products for any number of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from matching.competence import Tag
from matching.concepts import ConceptIndex
from matching.tagging.groups import SECOND, Group
from matching.tagging.prototypes import Prototypes
from matching.tagging.weights import Curve, TagWeights

Matrix = NDArray[np.float32]
PULL = 0.5
"""How much a prototype's similarity, in spreads, adds to the classifier's score: 0.3 to 1 did equally well on the demo."""
ALONE = 1.2
"""The same where there is no classifier."""
VOTE = 1.0
"""What a sure phrase whose competence is linked to a code adds to the code's score."""
_STAND_IN = "een_technology"
"""The group whose curve serves groups that none was fitted for."""
_SURELY_NONE = 1e-9


class Scorer:
    """Scores of the codes of all groups, in the order of `prototypes.numbers`."""

    def __init__(self, prototypes: Prototypes, concepts: ConceptIndex, weights: TagWeights, *, learnt: bool) -> None:
        """`learnt`: whether the weights belong to the encoder that made the prototypes."""
        self.prototypes = prototypes
        keys = {key: place for place, key in enumerate(weights.keys)} if learnt else {}
        numbers = prototypes.numbers
        self._places = {number: place for place, number in enumerate(numbers)}
        self._links = _links(concepts, prototypes.vocabulary, self._places)
        parents = [concepts.parent(number) for number in numbers]
        self._parents = np.array([-1 if up is None else self._places.get(up, -1) for up in parents], np.int64)
        self.columns = prototypes.codes * np.float32(ALONE / prototypes.spread)
        self._constants = np.zeros(len(numbers), np.float32)
        self._curves: list[tuple[Group, slice, Curve]] = []
        for group, part in prototypes.slices():
            own = [keys.get((group.tree, concepts.concepts[number].code)) for number in group.numbers]
            known = all(place is not None for place in own)
            if known:
                rows = [place for place in own if place is not None]
                pull = prototypes.codes[part] * np.float32(PULL / prototypes.spread)
                self.columns[part] = pull + weights.coefficients[rows]
                self._constants[part] = weights.constants[rows]
            self._curves.append((group, part, _curve(weights.curves if known else weights.curves_alone, group)))

    def curves(self) -> Sequence[tuple[Group, slice, Curve]]:
        """Each group with its columns and its curve."""
        return self._curves

    def votes(self, phrases: Sequence[Sequence[Tag]]) -> Matrix:
        """What the phrases of each text say through their links: (texts, codes)."""
        votes = np.zeros((len(phrases), len(self.prototypes.numbers)), np.float32)
        for row, tags in enumerate(phrases):
            for tag in tags:
                for place, strength in self._links.get(tag.concept, ()):
                    votes[row, place] += tag.confidence * strength
        return votes

    def features(self, centred: Vectors, votes: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """Lead of each code in its group (log odds), nearness to the nearest code, votes: each (texts, codes)."""
        scores = centred @ self.columns.T + self._constants + np.float32(VOTE) * votes
        nearness = np.zeros_like(scores)
        lead = np.zeros_like(scores)
        if scores.size:
            near = (centred @ self.prototypes.codes.T).max(axis=1, keepdims=True) / np.float32(self.prototypes.spread)
            nearness += near
        for _, part in self.prototypes.slices():
            lead[:, part] = _log_odds(scores[:, part])
        return lead, nearness, votes

    def confidences(self, centred: Vectors, votes: Matrix) -> Matrix:
        """Confidence of each code for each text: (texts, codes) in [0, 1]; all 0 for a text without a known word.

        A code of a lower level is never surer than its parent.
        """
        lead, nearness, votes = self.features(centred, votes)
        found = np.zeros_like(lead)
        for group, part, curve in self._curves:
            total = curve.lead * lead[:, part] + curve.nearness * nearness[:, part] + curve.constant
            found[:, part] = 1.0 / (1.0 + np.exp(-np.clip(total + curve.vote * votes[:, part], -30.0, 30.0)))
            parents = self._parents[part]
            if group.level == SECOND and (parents >= 0).all():
                found[:, part] = np.minimum(found[:, part], found[:, parents])
        found[~centred.any(axis=1)] = 0.0
        return found


def _log_odds(scores: Matrix) -> Matrix:
    """Log odds of each column's share in the softmax of its row."""
    if scores.shape[1] < 2:
        return np.zeros_like(scores)
    moved = np.exp(scores - scores.max(axis=1, keepdims=True)).astype(np.float64)
    shares = np.clip(moved / moved.sum(axis=1, keepdims=True), _SURELY_NONE, 1.0 - _SURELY_NONE)
    return np.asarray(np.log(shares) - np.log1p(-shares), dtype=np.float32)


def _curve(curves: Mapping[str, Curve], group: Group) -> Curve:
    return curves[group.name] if group.name in curves else curves[_STAND_IN]


def _links(
    concepts: ConceptIndex, vocabulary: Sequence[int], places: Mapping[int, int]
) -> dict[int, list[tuple[int, float]]]:
    return {
        number: [(places[other], strength) for other, strength in concepts.linked(number) if other in places]
        for number in vocabulary
    }
