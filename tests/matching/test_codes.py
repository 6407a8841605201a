from __future__ import annotations

import numpy as np
import pytest

from embeddings.static_encoder import StaticEncoder
from matching.code_rows import CodeRows, coverage
from matching.competence import CompetenceTagger, Tag
from matching.concepts import PARENT_OR_CHILD, SIBLING, Concept, ConceptIndex
from matching.tagging.tagger import TextTagger

CONCEPTS = [
    Concept("competence", "water", "acqua", "water"),
    Concept(
        "competence", "water-treatment", "trattamento acque", "water treatment", "water", ("depurazione",), ("wwtp",)
    ),
    Concept("competence", "desalination", "dissalazione", "desalination", "water"),
    Concept("s3_2014", "ECO_INDUSTRY", "Eco-industria", "Eco-industry"),
    Concept("een_technology", "10", "Ambiente", "Environment"),
    Concept("een_technology", "10004", "Gestione acque", "Water management", "10"),
]
LINKS = {("competence", "water-treatment"): [("s3_2014", "ECO_INDUSTRY", 1.0), ("een_technology", "10004", 0.5)]}


@pytest.fixture
def concepts() -> ConceptIndex:
    return ConceptIndex(CONCEPTS, LINKS)


def test_parents_children_and_siblings_are_related(concepts: ConceptIndex) -> None:
    assert concepts.related(1) == {1: 1.0, 0: PARENT_OR_CHILD, 2: SIBLING}


def test_an_unloaded_een_code_stands_for_its_parent(concepts: ConceptIndex) -> None:
    assert concepts.number("een_technology", "10004001") == 5
    assert concepts.number("een_technology", "10009") == 4
    assert concepts.number("een_market", "10004") is None


def test_a_label_of_an_unknown_code_is_the_code(concepts: ConceptIndex) -> None:
    assert concepts.label("een_market", "42", "it") == "42"
    assert concepts.label("competence", "desalination", "it") == "dissalazione"


def test_the_longest_phrase_wins(concepts: ConceptIndex) -> None:
    tags = CompetenceTagger(concepts).tag("plant for water treatment", "en")
    assert [tag.concept for tag in tags] == [1]
    assert tags[0].words == ("water treatment",)


def test_both_languages_and_synonyms_are_found(concepts: ConceptIndex) -> None:
    tagger = CompetenceTagger(concepts)
    assert [tag.concept for tag in tagger.tag("impianto di depurazione", "it")] == [1]
    assert [tag.concept for tag in tagger.tag("a wwtp", "en")] == [1]
    assert tagger.tag("depurazione", "en") == []


def test_singular_and_plural_are_one(concepts: ConceptIndex) -> None:
    tagger = CompetenceTagger(concepts)
    assert [tag.concept for tag in tagger.tag("il trattamento delle acque reflue", "it")] == [1]
    assert [tag.concept for tag in tagger.tag("Trattamenti acqua", "it")] == [1]


def test_an_acronym_counts_in_capitals_only() -> None:
    concept = Concept("competence", "ai", "intelligenza artificiale", "artificial intelligence", None, ("AI",))
    ai = ConceptIndex([concept])
    tagger = CompetenceTagger(ai)
    assert tagger.tag("si rivolge ai produttori", "it") == []
    assert [tag.words for tag in tagger.tag("soluzioni di AI per produttori", "it")] == [("AI",)]


def test_a_phrase_that_loses_its_words_is_not_used() -> None:
    concept = Concept("competence", "access", "accessibilità", "accessibility", None, (), ("design for all",))
    concepts = ConceptIndex([concept])
    assert CompetenceTagger(concepts).tag("a design of chairs", "en") == []


def test_more_mentions_are_surer(concepts: ConceptIndex) -> None:
    tagger = CompetenceTagger(concepts)
    once, thrice = (tagger.tag(text, "en")[0].confidence for text in ("water", "water water water"))
    assert 0 < once < thrice <= 1


def themes_by_links(concepts: ConceptIndex, *competences: tuple[int, float]) -> list[tuple[int, float]]:
    """What competences say of other trees through their links."""
    scorer = TextTagger(concepts, StaticEncoder()).scorer
    [votes] = scorer.votes([[Tag(concept, confidence, ()) for concept, confidence in competences]]).tolist()
    said = [(number, round(vote, 4)) for number, vote in zip(scorer.prototypes.numbers, votes, strict=True) if vote]
    return sorted(said, key=lambda item: -item[1])


def test_themes_follow_the_links(concepts: ConceptIndex) -> None:
    assert themes_by_links(concepts, (1, 0.9)) == [(3, 0.9), (5, 0.45)]


def test_a_link_without_weight_speaks_for_nothing() -> None:
    concepts = ConceptIndex(CONCEPTS, {("competence", "water-treatment"): [("s3_2014", "ECO_INDUSTRY", 0.0)]})
    assert themes_by_links(concepts, (1, 0.8)) == []


def test_a_candidate_is_covered_by_related_codes() -> None:
    rows = CodeRows.of([[(0, 1.0)], [(1, 1.0), (2, 0.5)], []])
    rarity = np.ones(3, dtype=np.float32)
    found = coverage([(1, 1.0)], rows, related=[{1: 1.0, 0: 0.6}], rarity=rarity)
    assert found[:2] == pytest.approx([0.6, 1.0])
    assert np.isnan(found[2])


def test_without_wanted_codes_coverage_is_unknown() -> None:
    rows = CodeRows.of([[(0, 1.0)]])
    assert np.isnan(coverage([], rows, related=[], rarity=np.ones(1, dtype=np.float32))).all()


def test_rare_codes_weigh_more() -> None:
    rows = CodeRows.of([[(0, 1.0)], [(1, 1.0)]])
    rarity = np.array([1.0, 3.0], dtype=np.float32)
    found = coverage([(0, 1.0), (1, 1.0)], rows, related=[{0: 1.0}, {1: 1.0}], rarity=rarity)
    assert found == pytest.approx([0.25, 0.75])


def test_chosen_rows_keep_their_order_and_empty_rows() -> None:
    rows = CodeRows.of([[(0, 1.0)], [], [(2, 0.5), (1, 0.25)]]).take(np.array([2, 1, 0]))
    assert [rows.row(i)[0].tolist() for i in range(3)] == [[2, 1], [], [0]]
