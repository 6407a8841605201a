"""Fitting the curves: how often people gave the code that has a score, on texts that the classifier did not learn.

Platt's method, twice: whether a text is about anything (the demo region's texts and the subjects against everyday
sentences and made-up words), and whether it has a code, given that it is. The constants ship with the weights.
"""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from embeddings.encoder import Encoder, Vectors
from embeddings.language import Language
from matching.competence import CompetenceTagger
from matching.concepts import ConceptIndex
from matching.tagging.groups import Group
from matching.tagging.material import Told, demo, everyday, subjects
from matching.tagging.prototypes import ROLE
from matching.tagging.scoring import Matrix, Scorer
from matching.tagging.weights import About, Curve, Curves

_MADE_UP = 60
_SEED = 2026
_THRESHOLDS = np.arange(0.06, 0.96, 0.02)
_LOOSE = 10.0
_LOST = 0.02
"""Share of the texts about something that may be left without a code."""


def fit_curves(scorer: Scorer, encoder: Encoder, concepts: ConceptIndex) -> Curves:
    """The curves of a scorer: one for "about anything", one for each group that the demo's texts have codes of."""
    told = demo()
    centred, votes = _read(scorer, encoder, concepts, told)
    leads = scorer.leads(centred, votes)
    curves = {}
    for group, part, _ in scorer.curves():
        rows, right = _right(group, concepts, told)
        if right.any():
            curves[group.name] = _curve(leads[rows][:, part], right)
    return Curves(_about(scorer, encoder, concepts), curves)


def _read(scorer: Scorer, encoder: Encoder, concepts: ConceptIndex, told: Sequence[Told]) -> tuple[Vectors, Matrix]:
    """Vectors from the middle, and votes."""
    vectors = encoder.encode([item.text for item in told], ROLE)
    tagger = CompetenceTagger(concepts)
    votes = scorer.votes([tagger.tag(item.text, item.language) for item in told])
    return scorer.prototypes.centred(vectors, [item.language for item in told]), votes


def _about(scorer: Scorer, encoder: Encoder, concepts: ConceptIndex) -> About:
    """The threshold leaves all but a few of the texts about something; half at most."""
    something, nothing = [*demo(), *subjects()], [*everyday(), *_made_up()]
    signs = scorer.signs(*_read(scorer, encoder, concepts, [*something, *nothing])).astype(np.float64)
    labels = np.arange(len(signs)) < len(something)
    model = LogisticRegression(C=_LOOSE, class_weight="balanced", max_iter=1000).fit(signs, labels)
    sure = model.predict_proba(signs)[:, 1]
    return About(
        signs=tuple(round(float(value), 4) for value in model.coef_[0]),
        constant=round(float(model.intercept_[0]), 4),
        least=round(min(float(np.quantile(sure[labels], _LOST)), 0.5), 2),
    )


def _right(group: Group, concepts: ConceptIndex, told: Sequence[Told]) -> tuple[list[int], NDArray[np.bool_]]:
    """The texts that tell of the group, and which codes they have: (texts, codes)."""
    rows = [row for row, item in enumerate(told) if item.codes.get(group.tree)]
    codes = [concepts.concepts[number].code for number in group.numbers]
    return rows, np.array([[code in told[row].codes[group.tree] for code in codes] for row in rows], np.bool_)


def _curve(leads: Matrix, right: NDArray[np.bool_]) -> Curve:
    flat, labels = leads.reshape(-1, 1).astype(np.float64), right.ravel()
    model = LogisticRegression(C=_LOOSE, max_iter=1000).fit(flat, labels)
    sure = model.predict_proba(flat)[:, 1].reshape(right.shape)
    lead, constant = float(model.coef_[0, 0]), float(model.intercept_[0])
    return Curve(lead=round(lead, 4), constant=round(constant, 4), further=_further(sure, right))


def _further(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The threshold for codes after the first with the best F1 over all pairs of text and code."""
    first = np.zeros_like(right)
    first[np.arange(len(sure)), sure.argmax(axis=1)] = True
    scores = []
    for at in _THRESHOLDS:
        given = (sure >= at) | first
        scores.append(2.0 * float((given & right).sum()) / float(given.sum() + right.sum()))
    return round(float(_THRESHOLDS[int(np.argmax(scores))]), 2)


def _made_up() -> list[Told]:
    """Words that no language has, the same at every call."""
    chance = random.Random(_SEED)  # noqa: S311 - repeatable, nothing secret
    found = []
    for number in range(_MADE_UP):
        language: Language = "it" if number % 2 else "en"
        count = chance.randint(1, 12)
        words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 9))) for _ in range(count)]
        found.append(Told(" ".join(words), language, {}))
    return found
