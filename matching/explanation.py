"""Why a candidate stands where it stands: what is shared, fits, is missing. Says nothing that was not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from matching.concepts import ConceptIndex
from matching.query import Weighted
from matching.theme import VOCABULARY
from matching.types import Code, Contribution, Criterion, Explanation, Judgement, SentencePair, Verdict

MOST_SHARED = 5
MOST_THEMES = 3
_FEATURES: Mapping[Criterion, tuple[str, ...]] = {
    Criterion.NEED: ("need_fit", "offer_fit"),
    Criterion.COMPETENCE: ("competence",),
    Criterion.THEME: ("theme",),
    Criterion.PARTNER_TYPE: ("partner_type",),
    Criterion.COUNTRY: ("country",),
    Criterion.STAGE: ("stage",),
    Criterion.EVIDENCE: ("evidence",),
}
_THRESHOLDS: Mapping[Criterion, tuple[float, float]] = {
    Criterion.NEED: (0.72, 0.45),
    Criterion.COMPETENCE: (0.5, 0.1),
    Criterion.THEME: (0.5, 0.1),
    Criterion.PARTNER_TYPE: (0.9, 0.1),
    Criterion.COUNTRY: (0.5, 0.5),
    Criterion.STAGE: (0.7, 0.3),
    Criterion.EVIDENCE: (0.35, 0.05),
}
"""Feature value from which a criterion is a MATCH, and below which it is a GAP; between them it is UNKNOWN."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a candidate with its sentences; evidence passages carry the title and year of the evidence."""

    sentences: tuple[str, ...]
    evidence_title: str | None = None
    evidence_year: int | None = None


def judge(
    features: Mapping[str, float], known: Mapping[Criterion, tuple[tuple[str, ...], tuple[str, ...]]]
) -> tuple[Judgement, ...]:
    """One judgement for each criterion that this kind of list has; `known` gives what is wanted and what was found."""
    judgements = []
    for criterion, names in _FEATURES.items():
        values = [features[name] for name in names if name in features]
        if not values:
            continue
        stated = [value for value in values if not np.isnan(value)]
        wanted, found = known.get(criterion, ((), ()))
        judgements.append(Judgement(criterion, _verdict(criterion, stated), wanted, found, known=bool(stated)))
    return tuple(judgements)


def _verdict(criterion: Criterion, values: Sequence[float]) -> Verdict:
    if not values:
        return Verdict.UNKNOWN
    match, gap = _THRESHOLDS[criterion]
    best = max(values)
    if best >= match:
        return Verdict.MATCH
    return Verdict.GAP if best < gap else Verdict.UNKNOWN


def shared_codes(
    wanted: Weighted, found: Weighted, concepts: ConceptIndex, rarity: NDArray[np.float32], most: int = MOST_SHARED
) -> tuple[Code, ...]:
    """Wanted concepts that the candidate has itself, the rarest and weightiest first.

    Those of the competence vocabulary, which say most, stand before the keywords of networks.
    """
    have = {number for number, weight in found if weight > 0.0}
    shared = [(weight * float(rarity[number]), number) for number, weight in wanted if number in have]
    said = [(concepts.code(number), worth, number) for worth, number in shared]
    said.sort(key=lambda item: (item[0].tree != VOCABULARY, -item[1], item[2]))
    return tuple(code for code, _, _ in said[:most])


@dataclass(frozen=True, slots=True)
class Readable:
    """Passages of a candidate and the vectors of all their sentences, in order: (sentences, dim), unit or zero rows."""

    passages: tuple[Passage, ...]
    vectors: Vectors


def best_pair(
    own: Sequence[str], own_vectors: Vectors, candidate: Readable, whole: Vectors, *, candidate_seeks: bool = False
) -> SentencePair | None:
    """The pair of one of our sentences and one of the candidate's that fit best; vectors are (sentences, dim).

    `whole` (dim,) is our whole text: a candidate's sentence must be about the matter as a whole, so that phrases
    that everybody writes are no evidence. `candidate_seeks` says that ours is the offer and theirs the need.
    """
    if not len(own_vectors) or not len(candidate.vectors):
        return None
    similarity = own_vectors @ candidate.vectors.T
    row, column = np.unravel_index(int(np.argmax(similarity + candidate.vectors @ whole)), similarity.shape)
    value = float(similarity[row, column])
    if value <= 0.0:
        return None
    ours = own[int(row)]
    theirs, passage = _sentence(candidate.passages, int(column))
    need, offer = (theirs, ours) if candidate_seeks else (ours, theirs)
    return SentencePair(need, offer, value, candidate_seeks, passage.evidence_title, passage.evidence_year)


def _sentence(passages: Sequence[Passage], place: int) -> tuple[str, Passage]:
    for passage in passages:
        if place < len(passage.sentences):
            return passage.sentences[place], passage
        place -= len(passage.sentences)
    raise IndexError(f"sentence {place} lies beyond the passages")


def explain(
    contributions: tuple[Contribution, ...],
    judgements: tuple[Judgement, ...],
    competences: tuple[Code, ...],
    themes: tuple[Code, ...],
    sentences: SentencePair | None,
) -> Explanation:
    """Put the parts together. Where something is in common, however little, there is no gap."""
    shared = {Criterion.COMPETENCE: competences, Criterion.THEME: themes}
    judgements = tuple(
        replace(item, verdict=Verdict.UNKNOWN) if item.verdict is Verdict.GAP and shared.get(item.criterion) else item
        for item in judgements
    )
    return Explanation(contributions, judgements, competences, themes, sentences)
