from __future__ import annotations

import pytest
from flask import Flask

from jobs import wording as terminal
from jobs import words
from matching.ranking import LISTS, load_model
from matching.types import Band, Code, Contribution, Counterfactual, Criterion, Judgement, Verdict
from web.explaining import outcome
from web.labels import BANDS, CRITERIA, FEATURES, OUTCOMES, PARTNER_TYPES, STAGES, VERDICTS
from web.lifting import BECOMES, lift_sentence
from web.presentation import is_shouted
from web.quotes import pieces
from web.sums import feature_label, in_ten, meanings, sums
from web.words import capitalised

LIFTED = ("competence", "partner_type", "country", "stage", "evidence")


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("rivestimenti", "Rivestimenti"),
        ("stampa 3D di metalli", "Stampa 3D di metalli"),
        ("èlite", "Èlite"),
        ("pH e sali", "pH e sali"),
        ("mRNA", "mRNA"),
        ("e-health", "E-health"),
        ("Materials Technology", "Materials Technology"),
        ("", ""),
    ],
)
def test_labels_begin_alike(label: str, shown: str) -> None:
    assert capitalised(label) == shown


def test_every_verdict_of_every_criterion_has_words(app: Flask) -> None:
    assert OUTCOMES.keys() == CRITERIA.keys() == {criterion.value for criterion in Criterion}
    with app.test_request_context("/"):
        for criterion in Criterion:
            said = [outcome(Judgement(criterion, verdict)) for verdict in Verdict]
            nothing = outcome(Judgement(criterion, Verdict.UNKNOWN, known=False))
            assert len({said[0], said[1], nothing}) == 3
            assert all(said)


@pytest.mark.parametrize(
    ("name", "shouted"), [("CNRS", False), ("UNIVERSITY OF WARWICK", True), ("Acme S.p.A.", False)]
)
def test_long_names_in_capitals_are_known(name: str, shouted: bool) -> None:
    assert is_shouted(name) is shouted


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_feature_of_the_shipped_weights_has_a_label_in_both_languages(app: Flask, language: str) -> None:
    features = {feature for name in LISTS for feature in load_model(name).weights}
    assert features <= FEATURES.keys()
    with app.test_request_context(f"/?lang={language}"):
        assert all(feature_label(feature) != capitalised(feature.replace("_", " ")) for feature in features - SAME)


SAME = {"country"}
"""Features whose English label is their name."""


def test_a_feature_without_a_label_is_called_by_its_words(app: Flask) -> None:
    with app.test_request_context("/"):
        assert feature_label("brand_new_fit") == "Brand new fit"


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_terminal_says_the_same_as_the_pages(app: Flask, language: str) -> None:
    outcomes = {f"{name}:{verdict}": label for name, said in OUTCOMES.items() for verdict, label in said.items()}
    tables = {
        "BANDS": BANDS,
        "BECOMES": BECOMES,
        "VERDICTS": VERDICTS,
        "OUTCOMES": outcomes,
        "FEATURES": FEATURES,
        "PARTNER_TYPES": PARTNER_TYPES,
        "STAGES": STAGES,
    }
    with app.test_request_context(f"/?lang={language}"):
        for name, labels in tables.items():
            assert getattr(words, name)[language] == {key: str(label) for key, label in labels.items()}


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("criterion", [item for item in Criterion if item.value in LIFTED])
def test_what_would_lift_a_match_reads_alike(app: Flask, language: str, stated: bool, criterion: Criterion) -> None:
    wanted = {"country": ("DE", "IT"), "partner_type": ("University",), "stage": ("Lab tested",)}
    code = Code("competence", "coatings", "rivestimenti", "coatings")
    lift = Counterfactual(criterion, Band.GOOD, (), stated, wanted.get(criterion.value, ()), code)
    with app.test_request_context(f"/?lang={language}"):
        said = lift_sentence(lift)
    assert said
    assert "%" not in said
    assert said == terminal.lift_sentence(lift, language)


def test_what_the_bands_mean_is_said_in_tenths() -> None:
    bands = {Band.STRONG: 0.58, Band.GOOD: 0.35, Band.POSSIBLE: 0.15}
    found = {meaning.band: (meaning.least, meaning.most) for meaning in meanings(bands)}
    assert found == {Band.STRONG: (6, 10), Band.GOOD: (4, 6), Band.POSSIBLE: (2, 4)}
    assert (in_ten(0.0), in_ten(0.449), in_ten(1.0)) == (0, 4, 10)


def test_the_calculation_is_grouped_by_criterion_and_still_adds_up(app: Flask) -> None:
    parts = (
        Contribution("baseline", None, 1.0, -1.0),
        Contribution("need_fit", 0.9, 2.0, 0.4),
        Contribution("title_fit", 0.9, 2.0, 0.8),
        Contribution("evidence", 0.0, 5.0, -2.0),
        Contribution("stage", 0.5, 0.0, 0.0),
        Contribution("xyzzy", 0.5, 1.0, 0.1),
    )
    with app.test_request_context("/?lang=en"):
        found = sums(parts)
    assert [item.label for item in found] == [
        "Starting value of every candidate",
        "Documented experience",
        "What is needed",
        "Xyzzy",
    ]
    assert sum(item.points for item in found) == pytest.approx(sum(part.points for part in parts))
    assert [len(item.parts) for item in found] == [1, 1, 2, 1]


def test_marks_survive_the_cut_of_a_long_quotation() -> None:
    text = "abc def ghi jkl"
    whole = pieces(text, ((4, 7), (12, 15)))
    assert [(piece.text, piece.marked) for piece in whole] == [
        ("abc ", False),
        ("def", True),
        (" ghi ", False),
        ("jkl", True),
    ]
    cut = pieces(text, ((4, 7), (12, 15)), 13)
    assert "".join(piece.text for piece in cut) == "abc def ghi …"
    assert [piece.text for piece in cut if piece.marked] == ["def"]
