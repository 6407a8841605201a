from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jobs import words
from jobs.wording import feature_label, lift_sentence, lines
from matching.ranking import LISTS, load_model
from matching.types import (
    Band,
    Code,
    Contribution,
    Counterfactual,
    Criterion,
    Explanation,
    Judgement,
    Match,
    Suggestions,
    Target,
    Twin,
    Verdict,
)

TABLES = {name: table for name, table in vars(words).items() if name.isupper()}
FEATURES = {feature for name in LISTS for feature in load_model(name).weights}
WEAK = Match(
    target=Target.ORGANISATIONS,
    candidate_id=1,
    reference="o-1",
    title="Officina di prova",
    rank=1,
    score=-2.0,
    probability=0.12,
    band=Band.WEAK,
    explanation=Explanation(
        contributions=(
            Contribution("baseline", None, 1.0, -1.0),
            Contribution("country", 0.0, 1.0, -0.5),
            Contribution("brand_new", 0.0, 1.0, -0.5),
            Contribution("theme", 0.3, 0.0, 0.0),
        ),
        judgements=(
            Judgement(Criterion.COUNTRY, Verdict.GAP, ("DE",), ("IT",)),
            Judgement(Criterion.STAGE, Verdict.UNKNOWN, known=False),
        ),
        counterfactual=Counterfactual(Criterion.COUNTRY, Band.GOOD, (("country", 1.0),), stated=True, wanted=("DE",)),
    ),
    kind="company",
)


def shown(language: str, *matches: Match) -> str:
    found = Suggestions("P-1", "g", organisations=matches, considered={"organisations": 3})
    return "\n".join(lines(found, language, explain=True))


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_feature_of_the_ranking_has_its_words(language: str) -> None:
    assert FEATURES
    assert words.FEATURES[language].keys() >= FEATURES


@pytest.mark.parametrize("name", TABLES)
def test_both_languages_have_the_same_words(name: str) -> None:
    assert TABLES[name]["it"].keys() == TABLES[name]["en"].keys()


def test_a_feature_without_a_name_is_called_by_its_words() -> None:
    assert feature_label("brand_new", "it") == "brand new"


def test_a_gap_is_worded_as_on_the_pages() -> None:
    said = shown("it", WEAK)
    assert "a sfavore: paese non tra quelli cercati" in said
    assert "manca" not in said
    assert "against: country not among those wanted" in shown("en", WEAK)


def test_what_nobody_asked_for_and_what_has_no_weight_is_not_said() -> None:
    said = shown("it", WEAK)
    assert "stadio" not in said
    assert "Temi" not in said


def test_where_nobody_fits_it_is_said_before_those_who_come_nearest() -> None:
    said = shown("en", WEAK)
    assert said.index("No good partner yet; what comes nearest:") < said.index("Officina di prova")
    assert "No good partner yet" not in shown("en", replace(WEAK, band=Band.POSSIBLE))
    assert shown("it").strip().endswith("Nessun partner adatto per ora")


@pytest.mark.parametrize(
    ("lift", "sentence"),
    [
        (WEAK.explanation.counterfactual, "With a site in a country wanted (Germany) this would be a good match."),
        (
            Counterfactual(Criterion.STAGE, Band.STRONG, (), wanted=("Lab tested",)),
            "If its stage of development is yours (Tested in the laboratory), this would be a strong match.",
        ),
        (
            Counterfactual(Criterion.COMPETENCE, Band.POSSIBLE, (), code=Code("competence", "c", "colle", "glues")),
            "With the competence “glues” this would be a possible match.",
        ),
        (None, ""),
    ],
)
def test_what_would_lift_a_match_is_one_sentence(lift: Counterfactual | None, sentence: str) -> None:
    assert lift_sentence(lift, "en") == sentence
    assert bool(lift_sentence(lift, "it")) is bool(sentence)


@pytest.mark.parametrize(
    ("language", "noticed"), [("it", "non mostrata a nessuno"), ("en", "not shown to anybody in the four weeks")]
)
def test_the_one_to_be_noticed_and_the_folded_ones_are_named(language: str, noticed: str) -> None:
    common: dict[str, Any] = {
        "target": Target.ORGANISATIONS,
        "score": 0.0,
        "probability": 0.5,
        "band": Band.GOOD,
        "kind": "company",
    }
    explained: dict[str, Any] = {"explanation": Explanation((), ()), **common}
    first = Match(candidate_id=1, reference="a", title="A", rank=1, twins=(Twin("a2", "A2"),), **explained)
    tried = Match(candidate_id=2, reference="b", title="B", rank=2, exploratory=True, **explained)
    said = list(lines(Suggestions("q", "g", (first, tried), considered={"organisations": 2}), language, explain=False))
    marked = [place for place, line in enumerate(said) if noticed in line]
    assert len(marked) == 1
    assert said[marked[0] - 1].startswith("     b ")
    assert any(line.endswith(": a2") for line in said)
