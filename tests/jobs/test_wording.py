from __future__ import annotations

import pytest

from jobs.wording import WORDS
from matching.ranking import LISTS, load_model


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_feature_of_the_ranking_has_its_words(language: str) -> None:
    features = {feature for name in LISTS for feature in load_model(name).weights}
    assert features
    assert features <= WORDS[language].keys()


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["it"].keys() == WORDS["en"].keys()
