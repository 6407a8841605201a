"""Why a candidate stands where it stands: what is shared, fits, is missing. Says nothing that was not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Vectors
from matching.concepts import ConceptIndex
from matching.query import Weighted
from matching.theme import VOCABULARY
from matching.types import (
    Code,
    Contribution,
    Criterion,
    Judgement,
    SentencePair,
    Verdict,
)

MOST_SHARED = 5
MOST_THEMES = 3
MOST_PAIRS = 5
LEAST_SIMILAR = 0.4
"""Cosine from which a further pair is marked: below it, most pairs of the demo region have a mere word in common."""
_SHARE = 0.3
"""Share of what a criterion's features could add (or take away) at most, from which it is a MATCH (or a GAP)."""
_FACTS: Mapping[Criterion, tuple[str, float, float]] = {
    Criterion.PARTNER_TYPE: ("partner_type", 0.9, 0.1),
    Criterion.COUNTRY: ("country", 0.5, 0.5),
    Criterion.STAGE: ("stage", 0.7, 0.3),
    Criterion.EVIDENCE: ("evidence", 0.0, 0.05),
}
"""Features that state a fact: the value from which it may be called a MATCH, and below which a GAP."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a candidate with its sentences; evidence passages carry the title and year of the evidence."""

    sentences: tuple[str, ...]
    evidence_title: str | None = None
    evidence_year: int | None = None


Groups = Mapping[Criterion, Sequence[Contribution]]
"""The contributions of each criterion."""


def judge(
    groups: Groups,
    known: Mapping[Criterion, tuple[tuple[str, ...], tuple[str, ...]]],
    competences: Sequence[Code] = (),
    themes: Sequence[Code] = (),
) -> tuple[Judgement, ...]:
    """One judgement for each criterion that counts in this list; `known` gives what is wanted and what was found.

    A criterion none of whose features has a weight is not judged: the calculation does not use it. Where something is
    in common (`competences`, `themes`), however little, there is no gap.
    """
    common = {Criterion.COMPETENCE: competences, Criterion.THEME: themes}
    judgements = []
    for criterion in Criterion:
        counting = [part for part in groups.get(criterion, ()) if part.weight != 0.0]
        if not counting:
            continue
        stated = [part for part in counting if part.value is not None]
        verdict = _verdict(criterion, stated)
        if verdict is Verdict.GAP and common.get(criterion):
            verdict = Verdict.UNKNOWN
        wanted, found = known.get(criterion, ((), ()))
        judgements.append(Judgement(criterion, verdict, wanted, found, known=bool(stated)))
    return tuple(judgements)


def counts(groups: Groups, criterion: Criterion) -> bool:
    """Whether a criterion adds to the score or takes from it."""
    return any(part.points != 0.0 for part in groups.get(criterion, ()))


def _verdict(criterion: Criterion, stated: Sequence[Contribution]) -> Verdict:
    """By the criterion's points, so that a word in favour always goes with points in favour, whatever the weights."""
    if not stated:
        return Verdict.UNKNOWN
    points = least = most = 0.0
    name, match, gap = _FACTS.get(criterion, ("", 0.0, 1.0))
    fact = None
    for part in stated:
        assert part.value is not None
        points += part.points
        at_nought = part.points - part.weight * part.value
        least += min(0.0, at_nought, at_nought + part.weight)
        most += max(0.0, at_nought, at_nought + part.weight)
        fact = part.value if part.feature == name else fact
    if points > 0.0 and points >= _SHARE * most and (fact is None or fact >= match):
        return Verdict.MATCH
    against = points < 0.0 and points <= _SHARE * least and (fact is None or fact < gap)
    return Verdict.GAP if against else Verdict.UNKNOWN


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
    """The first of `best_pairs`; None where nothing fits."""
    found = best_pairs(own, own_vectors, candidate, whole, candidate_seeks=candidate_seeks, most=1)
    return found[0] if found else None


def best_pairs(
    own: Sequence[str],
    own_vectors: Vectors,
    candidate: Readable,
    whole: Vectors,
    *,
    candidate_seeks: bool = False,
    most: int = MOST_PAIRS,
) -> tuple[SentencePair, ...]:
    """Pairs of one of our sentences and one of the candidate's, the best first, no sentence in two of them.

    Vectors are (sentences, dim). `whole` (dim,) is our whole text: a candidate's sentence must be about the matter as a
    whole, so that phrases that everybody writes are no evidence. The best pair needs a similarity above zero, others
    at least LEAST_SIMILAR. `candidate_seeks` says that ours is the offer and theirs the need.
    """
    if not len(own_vectors) or not len(candidate.vectors):
        return ()
    similarity = own_vectors @ candidate.vectors.T
    worth = similarity + candidate.vectors @ whole
    pairs: list[SentencePair] = []
    for _ in range(min(most, *similarity.shape)):
        row, column = np.unravel_index(int(np.argmax(worth)), worth.shape)
        value = float(similarity[row, column])
        if value <= 0.0 or (pairs and value < LEAST_SIMILAR):
            break
        pairs.append(_pair(own[int(row)], _sentence(candidate.passages, int(column)), value, candidate_seeks))
        worth[row, :] = worth[:, column] = -np.inf
    return tuple(pairs)


def _pair(ours: str, found: tuple[str, Passage], similarity: float, candidate_seeks: bool) -> SentencePair:
    theirs, passage = found
    need, offer = (theirs, ours) if candidate_seeks else (ours, theirs)
    return SentencePair(need, offer, similarity, candidate_seeks, passage.evidence_title, passage.evidence_year)


def _sentence(passages: Sequence[Passage], place: int) -> tuple[str, Passage]:
    for passage in passages:
        if place < len(passage.sentences):
            return passage.sentences[place], passage
        place -= len(passage.sentences)
    raise IndexError(f"sentence {place} lies beyond the passages")
