from __future__ import annotations

import pytest

from embeddings.encoder import Encoder
from embeddings.language import Language
from embeddings.tfidf_encoder import TfidfEncoder
from matching.concepts import Concept, ConceptIndex
from matching.tagging.material import demo, subjects
from matching.tagging.tagger import TextTag, TextTagger

WATER_IT = "Cerchiamo un impianto per la depurazione delle acque reflue di una cartiera"
WATER_EN = "We are looking for a plant that treats the wastewater of a paper mill"


def first(tags: list[TextTag]) -> dict[str, str]:
    """The surest code of each tree."""
    found: dict[str, str] = {}
    for tag in tags:
        found.setdefault(tag.code.tree, tag.code.code)
    return found


@pytest.mark.parametrize(("text", "language"), [(WATER_IT, "it"), (WATER_EN, "en")])
def test_a_subject_is_read_alike_in_both_languages(tagger: TextTagger, text: str, language: Language) -> None:
    found = first(tagger.tag(text, language))
    assert found["s3_2014"] == "ECO_INDUSTRY"
    assert found["s3_2021"] == "SUSTAINABILITY"
    assert found["een_technology"] == "10004"
    assert found["sdg"] == "06"


def test_every_tag_has_a_confidence_and_words_of_the_text(tagger: TextTagger) -> None:
    tags = tagger.tag(WATER_IT, "it")
    assert {tag.code.tree for tag in tags} >= {"s3_2014", "s3_2021", "een_technology", "sdg", "competence"}
    for tag in tags:
        assert 0.0 < tag.confidence <= 1.0
        assert tag.words
    words = {word for tag in tags for phrase in tag.words for word in phrase.split()}
    assert words <= set(WATER_IT.split())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("asdf qwer zxcv uiop", "en"),
        ("xkqz brlf", "it"),
        ("", "it"),
        ("Ieri sera siamo andati al mare con gli zii", "it"),
        ("L'azienda cerca partner per un accordo commerciale", "it"),
    ],
)
def test_what_is_about_nothing_gets_no_theme(tagger: TextTagger, text: str, language: Language) -> None:
    assert {tag.code.tree for tag in tagger.tag(text, language)} <= {"competence"}


def test_a_code_that_says_other_is_never_given(tagger: TextTagger) -> None:
    texts = [item.text for item in subjects()]
    phrases = [tagger.phrases(text, "it") for text in texts]
    derived = tagger.derive(tagger.encode(texts), ["it"] * len(texts), phrases)
    given = {number for _, codes in derived for number, _ in codes}
    other = {
        number for group, _ in tagger.scorer.prototypes.slices() for number in (group.numbers[p] for p in group.hidden)
    }
    assert other
    assert not given & other


def test_texts_are_tagged_the_same_alone_and_together(tagger: TextTagger) -> None:
    told = demo()[:5]
    phrases = [tagger.phrases(item.text, item.language) for item in told]
    together = tagger.derive(tagger.encode([item.text for item in told]), [item.language for item in told], phrases)
    for item, (competences, codes) in zip(told, together, strict=True):
        alone = {tag.concept: tag.confidence for tag in tagger.tag(item.text, item.language)}
        assert alone == pytest.approx(dict([*competences, *codes]), abs=1e-3)


def test_most_demo_texts_get_a_right_code_first(tagger: TextTagger, shipped_concepts: ConceptIndex) -> None:
    told = demo()
    phrases = [tagger.phrases(item.text, item.language) for item in told]
    derived = tagger.derive(tagger.encode([item.text for item in told]), [item.language for item in told], phrases)
    for tree, least in (("s3_2014", 0.82), ("s3_2021", 0.78), ("een_technology", 0.65)):
        hits = []
        for item, (_, codes) in zip(told, derived, strict=True):
            given = [shipped_concepts.concepts[n].code for n, _ in codes if shipped_concepts.concepts[n].tree == tree]
            if item.codes.get(tree):
                hits.append(bool(given) and given[0] in item.codes[tree])
        assert sum(hits) / len(hits) >= least, tree


def test_another_encoder_tags_by_prototypes_alone(shipped_concepts: ConceptIndex) -> None:
    fitted = TfidfEncoder.fit([item.text for item in [*demo(), *subjects()]])
    tagger = TextTagger(shipped_concepts, fitted)
    assert not tagger.learnt
    found = first(tagger.tag(demo()[0].text, demo()[0].language))
    assert found["s3_2014"] == "ADVANCED_MANUFACTURING"


def test_taxonomies_without_codes_leave_the_phrases(shipped_encoder: Encoder) -> None:
    concepts = ConceptIndex([Concept("competence", "water", "acqua", "water")])
    [tag] = TextTagger(concepts, shipped_encoder).tag("impianto per acqua", "it")
    assert (tag.code.code, tag.words) == ("water", ("acqua",))


def test_level_two_of_the_markets_is_given_where_it_is_loaded(
    shipped_encoder: Encoder, shipped_concepts: ConceptIndex
) -> None:
    concepts = ConceptIndex(
        [
            *shipped_concepts.concepts,
            Concept("een_market", "05001", "Diagnostica medica", "Medical diagnostics", "05"),
            Concept("een_market", "05007", "Farmaci e terapie", "Drugs and therapies", "05"),
            Concept("een_market", "07003", "Vino e bevande", "Wine and drinks", "07"),
        ]
    )
    tags = TextTagger(concepts, shipped_encoder).tag("produttore di vino e bevande alcoliche, alimenti", "it")
    sure = {tag.code.code: tag.confidence for tag in tags if tag.code.tree == "een_market"}
    assert "07003" in sure
    assert sure["07003"] <= sure["07"]
