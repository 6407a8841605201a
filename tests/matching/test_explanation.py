from __future__ import annotations

import numpy as np
import pytest

from matching.concepts import Concept, ConceptIndex
from matching.explanation import explain, judge, shared_codes
from matching.types import Code, Criterion, Explanation, Verdict

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


def verdicts(explanation: Explanation) -> dict[Criterion, Verdict]:
    return {item.criterion: item.verdict for item in explanation.judgements}


def test_competences_stand_before_the_keywords_of_networks() -> None:
    shared = [code.code for code in shared_codes(ALL, ALL, CONCEPTS, RARITY)]
    assert shared == ["welding", "coatings", "02007", "08"]
    assert [code.code for code in shared_codes(ALL, ALL, CONCEPTS, RARITY, most=2)] == ["welding", "coatings"]
    assert shared_codes(ALL, ((1, 0.0), (2, 0.5)), CONCEPTS, RARITY) == (CONCEPTS.code(2),)


@pytest.mark.parametrize(
    ("value", "verdict"), [(1.0, Verdict.MATCH), (0.75, Verdict.UNKNOWN), (0.0, Verdict.GAP), (np.nan, Verdict.UNKNOWN)]
)
def test_a_type_of_partner_that_only_may_fit_is_to_be_checked(value: float, verdict: Verdict) -> None:
    [judgement] = judge({"partner_type": value}, {})
    assert judgement.verdict is verdict
    assert judgement.known is not np.isnan(value)


def test_little_in_common_is_no_gap() -> None:
    judgements = judge({"competence": 0.05, "theme": 0.05}, {})
    common = (Code("competence", "coatings", "rivestimenti", "coatings"),)
    assert set(verdicts(explain((), judgements, (), (), None)).values()) == {Verdict.GAP}
    said = verdicts(explain((), judgements, common, (), None))
    assert said == {Criterion.COMPETENCE: Verdict.UNKNOWN, Criterion.THEME: Verdict.GAP}
