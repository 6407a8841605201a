from __future__ import annotations

from typing import Any

import pytest

from jobs.wording import WORDS, lines
from matching.ranking import LISTS, load_model
from matching.types import Band, Explanation, Match, Suggestions, Target, Twin


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_feature_of_the_ranking_has_its_words(language: str) -> None:
    features = {feature for name in LISTS for feature in load_model(name).weights}
    assert features
    assert features <= WORDS[language].keys()


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["it"].keys() == WORDS["en"].keys()


@pytest.mark.parametrize(
    ("language", "words"), [("it", "non mostrata a nessuno"), ("en", "not shown to anybody in the four weeks")]
)
def test_the_one_to_be_noticed_and_the_folded_ones_are_named(language: str, words: str) -> None:
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
    marked = [place for place, line in enumerate(said) if words in line]
    assert len(marked) == 1
    assert said[marked[0] - 1].startswith("     b ")
    assert any(line.endswith(": a2") for line in said)
