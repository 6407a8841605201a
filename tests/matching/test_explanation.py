from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from matching.concepts import Concept, ConceptIndex
from matching.criteria import by_criterion, criterion_of
from matching.explanation import Passage, Readable, best_pair, best_pairs, counts, judge, shared_codes
from matching.types import Code, Contribution, Criterion, Judgement, Verdict

CONCEPTS = ConceptIndex(
    [
        Concept("een_technology", "02007", "Tecnologie dei materiali", "Materials Technology"),
        Concept("competence", "coatings", "rivestimenti", "coatings"),
        Concept("een_market", "08", "Prodotti industriali", "Industrial products"),
        Concept("competence", "welding", "saldatura", "welding"),
    ]
)
RARITY = np.array([5.0, 1.0, 4.0, 2.0], dtype=np.float32)
ALL = tuple((number, 1.0) for number in range(4))
COATINGS = (Code("competence", "coatings", "rivestimenti", "coatings"),)


def part(feature: str, value: float | None, weight: float = 2.0, typical: float = 0.5) -> Contribution:
    points = 0.0 if value is None else weight * (value - typical)
    return Contribution(feature, value, weight, points)


def judged(*parts: Contribution, competences: tuple[Code, ...] = ()) -> Mapping[Criterion, Judgement]:
    return {item.criterion: item for item in judge(by_criterion(parts), {}, competences)}


def test_competences_stand_before_the_keywords_of_networks() -> None:
    shared = [code.code for code in shared_codes(ALL, ALL, CONCEPTS, RARITY)]
    assert shared == ["welding", "coatings", "02007", "08"]
    assert [code.code for code in shared_codes(ALL, ALL, CONCEPTS, RARITY, most=2)] == ["welding", "coatings"]
    assert shared_codes(ALL, ((1, 0.0), (2, 0.5)), CONCEPTS, RARITY) == (CONCEPTS.code(2),)


@pytest.mark.parametrize(
    ("value", "verdict"), [(1.0, Verdict.MATCH), (0.75, Verdict.UNKNOWN), (0.0, Verdict.GAP), (None, Verdict.UNKNOWN)]
)
def test_a_type_of_partner_that_only_may_fit_is_to_be_checked(value: float | None, verdict: Verdict) -> None:
    judgement = judged(part("partner_type", value))[Criterion.PARTNER_TYPE]
    assert judgement.verdict is verdict
    assert judgement.known is (value is not None)


def test_little_in_common_is_no_gap() -> None:
    little = part("competence", 0.05)
    assert judged(little)[Criterion.COMPETENCE].verdict is Verdict.GAP
    assert judged(little, competences=COATINGS)[Criterion.COMPETENCE].verdict is Verdict.UNKNOWN


def test_what_has_no_weight_is_not_judged() -> None:
    parts = part("country", 1.0, weight=0.0), part("theme", 1.0)
    assert set(judged(*parts)) == {Criterion.THEME}
    assert not counts(by_criterion(parts), Criterion.COUNTRY)
    assert counts(by_criterion(parts), Criterion.THEME)


@pytest.mark.parametrize("weight", [-3.0, 0.1, 40.0])
@pytest.mark.parametrize("typical", [0.0, 0.3, 1.0])
def test_a_verdict_goes_with_the_sign_of_the_points_whatever_the_weights(weight: float, typical: float) -> None:
    for value in np.linspace(0.0, 1.0, 11):
        one = part("need_fit", float(value), weight, typical)
        verdict = judged(one)[Criterion.NEED].verdict
        assert verdict is not Verdict.MATCH or one.points > 0.0
        assert verdict is not Verdict.GAP or one.points < 0.0
        if weight > 0.0 and typical < 1.0 and value == 1.0:
            assert verdict is Verdict.MATCH


def test_features_of_one_criterion_are_judged_together() -> None:
    against = judged(part("need_fit", 1.0), part("offer_fit", 0.0, weight=6.0))
    assert against[Criterion.NEED].verdict is Verdict.GAP
    alone = judged(part("need_fit", 1.0), part("offer_fit", None, weight=6.0))
    assert alone[Criterion.NEED].verdict is Verdict.MATCH


@pytest.mark.parametrize(
    ("feature", "criterion"),
    [
        ("baseline", None),
        ("xyzzy", None),
        ("title_fit", Criterion.NEED),
        ("best_sentence", Criterion.NEED),
        ("lexical_translated", Criterion.WORDS),
        ("evidence_count", Criterion.EVIDENCE),
        ("project_network", Criterion.EVIDENCE),
    ],
)
def test_new_features_find_their_criterion_by_their_words(feature: str, criterion: Criterion | None) -> None:
    assert criterion_of(feature) is criterion


def test_the_pair_is_the_best_of_all_and_about_the_matter_as_a_whole() -> None:
    whole = np.array([1.0, 0.0], np.float32)
    own = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    theirs = np.array([[0.0, 1.0], [0.6, 0.8], [0.8, 0.6], [0.0, 0.0]], np.float32)
    passages = (Passage(("a", "b")), Passage(("c", "d"), "Evidence", 2020))
    pair = best_pair(("topic", "phrase"), own, Readable(passages, theirs), whole)
    assert pair is not None
    assert (pair.sought, pair.offered, pair.evidence_title) == ("topic", "c", "Evidence")
    assert best_pair((), own[:0], Readable(passages, theirs), whole) is None
    assert best_pair(("topic",), -own[:1], Readable(passages, theirs), whole) is None


def test_all_pairs_that_fit_are_told_best_first_and_no_sentence_twice() -> None:
    whole = np.array([1.0, 0.0, 0.0], np.float32)
    own = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], np.float32)
    theirs = np.array([[0.0, 0.8, 0.6], [0.9, 0.1, 0.0], [0.0, 0.3, 0.1]], np.float32)
    readable = Readable((Passage(("a", "b", "c")),), theirs)
    pairs = best_pairs(("x", "y", "z"), own, readable, whole, candidate_seeks=True)
    assert [(pair.offered, pair.sought) for pair in pairs] == [("x", "b"), ("y", "a")]
    assert pairs[1].similarity == pytest.approx(0.8)
    assert best_pairs(("x", "y", "z"), own, readable, whole, most=1)[0].offered == "b"
