"""Fitting the curves: what share of the codes at a score people gave, on texts that the classifier was not taught with.

The demo region's texts with their codes, everyday sentences and made-up words that deserve none (Platt's method over
three features; the constants ship with the weights).
"""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from embeddings.encoder import Encoder
from embeddings.language import Language
from matching.competence import CompetenceTagger
from matching.concepts import ConceptIndex
from matching.tagging.groups import Group
from matching.tagging.material import Told, demo, everyday
from matching.tagging.prototypes import ROLE
from matching.tagging.scoring import Scorer
from matching.tagging.weights import Curve

_MADE_UP = 60
_SEED = 2026
_LEAST = np.arange(0.10, 0.61, 0.02)


def fit_curves(scorer: Scorer, encoder: Encoder, concepts: ConceptIndex) -> dict[str, Curve]:
    """A curve for each group that the demo region's texts have codes of."""
    told = [*demo(), *everyday(), *_made_up()]
    vectors = encoder.encode([item.text for item in told], ROLE)
    centred = scorer.prototypes.centred(vectors, [item.language for item in told])
    tagger = CompetenceTagger(concepts)
    votes = scorer.votes([tagger.tag(item.text, item.language) for item in told])
    features = np.stack(scorer.features(centred, votes), axis=2)
    curves = {}
    for group, part, _ in scorer.curves():
        rows, right = _right(group, concepts, told)
        if right.any():
            curves[group.name] = _curve(features[rows][:, part], right)
    return curves


def _right(group: Group, concepts: ConceptIndex, told: Sequence[Told]) -> tuple[list[int], NDArray[np.bool_]]:
    """The texts that tell of the group (or deserve no code at all), and which codes they have: (texts, codes)."""
    rows = [row for row, item in enumerate(told) if item.codes.get(group.tree) or not item.codes]
    codes = [concepts.concepts[number].code for number in group.numbers]
    return rows, np.array([[code in told[row].codes.get(group.tree, ()) for code in codes] for row in rows], np.bool_)


def _curve(features: NDArray[np.float32], right: NDArray[np.bool_]) -> Curve:
    flat, labels = features.reshape(-1, features.shape[2]).astype(np.float64), right.ravel()
    model = LogisticRegression(C=10.0, max_iter=1000).fit(flat, labels)
    lead, nearness, vote = (float(value) for value in model.coef_[0])
    sure = model.predict_proba(flat)[:, 1].reshape(right.shape)
    return Curve(
        lead=round(lead, 4),
        nearness=round(nearness, 4),
        vote=round(vote, 4),
        constant=round(float(model.intercept_[0]), 4),
        least=_best_least(sure, right),
    )


def _best_least(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The threshold with the best F1 over all pairs of text and code."""
    scores = []
    for least in _LEAST:
        given = sure >= least
        scores.append(2.0 * float((given & right).sum()) / max(float(given.sum() + right.sum()), 1.0))
    return round(float(_LEAST[int(np.argmax(scores))]), 2)


def _made_up() -> list[Told]:
    """Words that no language has: key-mashing and invented syllables, the same at every call."""
    chance = random.Random(_SEED)  # noqa: S311 - repeatable, nothing secret
    found = []
    for number in range(_MADE_UP):
        language: Language = "it" if number % 2 else "en"
        words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 9))) for _ in range(chance.randint(1, 12))]
        found.append(Told(" ".join(words), language, {}))
    return found
