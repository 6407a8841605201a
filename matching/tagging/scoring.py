"""Vectors and phrases' votes to a confidence for each code: two matrix products for any number of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from matching.competence import Tag
from matching.concepts import ConceptIndex
from matching.tagging.groups import SECOND, Group
from matching.tagging.prototypes import Prototypes, unit
from matching.tagging.weights import Curve, Curves, TagWeights

Matrix = NDArray[np.float32]
PULL = 0.5
"""How much a prototype's similarity, in spreads, adds to the classifier's score: 0.3 to 1 did as well on the demo."""
ALONE = 2.0
"""The same where there is no classifier."""
VOTE = 1.0
"""What a sure phrase whose competence is linked to a code adds to the code's score."""
_MOST_VOTE = 2.0
_LIKE = 0.5
"""Cosine around the middle from which on a text is like another."""
_STAND_IN = "een_technology"
"""The group whose curve serves groups that none was fitted for."""
_SURELY_NONE = 1e-9


class Scorer:
    """Scores of the codes of all groups, in the order of `prototypes.numbers`."""

    def __init__(self, prototypes: Prototypes, concepts: ConceptIndex, weights: TagWeights, *, learnt: bool) -> None:
        """`learnt`: whether the weights belong to the encoder that made the prototypes."""
        self.prototypes = prototypes
        own_curves = weights.curves if learnt else weights.curves_alone
        self._about = own_curves.about
        self._remembered = weights.remembered if learnt else weights.remembered[:0]
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
            self._curves.append((group, part, _curve(own_curves if known else weights.curves_alone, group)))

    def curves(self) -> Sequence[tuple[Group, slice, Curve]]:
        """Each group with its columns and its curve."""
        return self._curves

    @property
    def least_about(self) -> float:
        """How surely a text must be about anything to get codes."""
        return self._about.least

    def votes(self, phrases: Sequence[Sequence[Tag]]) -> Matrix:
        """What the phrases of each text say through their links: (texts, codes)."""
        votes = np.zeros((len(phrases), len(self.prototypes.numbers)), np.float32)
        for row, tags in enumerate(phrases):
            for tag in tags:
                for place, strength in self._links.get(tag.concept, ()):
                    votes[row, place] += tag.confidence * strength
        return votes

    def leads(self, centred: Vectors, votes: Matrix) -> Matrix:
        """Log odds of each code within its group: (texts, codes)."""
        scores = centred @ self.columns.T + self._constants + np.float32(VOTE) * votes
        found = np.zeros_like(scores)
        for _, part in self.prototypes.slices():
            found[:, part] = _log_odds(scores[:, part])
        return found

    def signs(self, centred: Vectors, votes: Matrix) -> Matrix:
        """Signs that a text is about anything at all: (texts, 3), its nearness to the nearest code and competence, in
        spreads, and the greatest vote of a phrase."""
        own = self.prototypes
        code = _nearest(centred, own.codes) / np.float32(own.spread)
        competence = _nearest(unit(centred), own.competences) / np.float32(own.competence_spread)
        return np.stack(
            [
                code,
                competence if len(own.vocabulary) else code,
                np.minimum(votes.max(axis=1, initial=0.0), np.float32(_MOST_VOTE)),
            ],
            axis=1,
        )

    def about(self, centred: Vectors, votes: Matrix) -> Matrix:
        """How surely each text is about anything that the taxonomies have: (texts,) in [0, 1]."""
        known = self.signs(centred, votes) @ np.array(self._about.signs, np.float32) + self._about.constant
        found = _logistic(known)
        if len(self._remembered):
            found[(unit(centred) @ self._remembered.T).max(axis=1) >= _LIKE] = 1.0
        found[~centred.any(axis=1)] = 0.0
        return found

    def confidences(self, centred: Vectors, votes: Matrix) -> Matrix:
        """Confidence of each code for each text: (texts, codes) in [0, 1]; all 0 for a text without a known word.

        A code of a lower level is never surer than its parent.
        """
        leads, about = self.leads(centred, votes), self.about(centred, votes)[:, None]
        found = np.zeros_like(leads)
        for group, part, curve in self._curves:
            found[:, part] = about * _logistic(curve.lead * leads[:, part] + curve.constant)
            parents = self._parents[part]
            if group.level == SECOND and (parents >= 0).all():
                found[:, part] = np.minimum(found[:, part], found[:, parents])
        return found


def _logistic(values: Matrix) -> Matrix:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0))), dtype=np.float32)


def _nearest(centred: Vectors, rows: Vectors) -> Matrix:
    return (centred @ rows.T).max(axis=1) if len(rows) else np.zeros(len(centred), np.float32)


def _log_odds(scores: Matrix) -> Matrix:
    """Log odds of each column's share in the softmax of its row."""
    if scores.shape[1] < 2:
        return np.zeros_like(scores)
    moved = np.exp(scores - scores.max(axis=1, keepdims=True)).astype(np.float64)
    shares = np.clip(moved / moved.sum(axis=1, keepdims=True), _SURELY_NONE, 1.0 - _SURELY_NONE)
    return np.asarray(np.log(shares) - np.log1p(-shares), dtype=np.float32)


def _curve(curves: Curves, group: Group) -> Curve:
    return curves.codes[group.name] if group.name in curves.codes else curves.codes[_STAND_IN]


def _links(
    concepts: ConceptIndex, vocabulary: Sequence[int], places: Mapping[int, int]
) -> dict[int, list[tuple[int, float]]]:
    return {
        number: [(places[other], strength) for other, strength in concepts.linked(number) if other in places]
        for number in vocabulary
    }
