import math

import numpy as np
import pytest

from embeddings.bridge import LEAST_SIMILARITY, MOST_ALTERNATIVES, TermBridge, TermVectors, shipped_term_vectors
from embeddings.language import analyse


@pytest.fixture(scope="module")
def vectors() -> TermVectors:
    return shipped_term_vectors()


@pytest.fixture
def bridge(vectors: TermVectors) -> TermBridge:
    english = analyse("sludge wastewater membrane welding bakery tomatoes packaging insurance 9001", "en")
    italian = analyse("saldatura forno pomodori fanghi", "it")
    return TermBridge(vectors, [*english, *italian])


def test_terms_have_unit_vectors_and_numbers_stand_for_themselves(vectors: TermVectors) -> None:
    found = vectors.of([*analyse("membrane", "en"), "en:9001", "it:x5g"])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1.0, 0.0, 0.0], atol=1e-6)


@pytest.mark.parametrize(
    ("word", "language", "meant"),
    [
        ("fanghi", "it", "sludge"),
        ("saldature", "it", "welding"),
        ("membrana", "it", "membrane"),
        ("welded", "en", "saldatura"),
    ],
)
def test_a_word_is_answered_by_its_translation(bridge: TermBridge, word: str, language: str, meant: str) -> None:
    [term] = analyse(word, language)
    [alternatives] = bridge.alternatives([term])
    assert alternatives[0] == (term, 1.0)
    assert alternatives[1][0] == analyse(meant, "en" if language == "it" else "it")[0]


def test_alternatives_are_of_the_other_language_only_and_near(bridge: TermBridge) -> None:
    for own, *others in bridge.alternatives(analyse("fanghi saldatura depurazione imballaggio", "it")):
        assert own[0].startswith("it:")
        assert len(others) <= MOST_ALTERNATIVES
        for term, weight in others:
            assert term.startswith("en:")
            assert LEAST_SIMILARITY**2 <= weight <= 1.0


def test_a_word_said_often_weighs_more_but_not_in_proportion(bridge: TermBridge) -> None:
    once = bridge.alternatives(["it:fang"])[0]
    thrice = bridge.alternatives(["it:fang", "it:fang", "it:fang"])[0]
    for (term, weight), (same, more) in zip(once, thrice, strict=True):
        assert term == same
        assert more == pytest.approx(weight * (1 + math.log(3)))


def test_an_unknown_collection_leaves_each_word_to_itself(vectors: TermVectors) -> None:
    assert TermBridge(vectors, []).alternatives(["it:fang", "it:9001"]) == ((("it:fang", 1.0),), (("it:9001", 1.0),))


def test_the_order_of_the_vocabulary_does_not_matter(vectors: TermVectors) -> None:
    words = analyse("sludge wastewater membrane welding purification water", "en")
    forwards, backwards = TermBridge(vectors, words), TermBridge(vectors, reversed(words))
    asked = analyse("depurazione delle acque con membrane", "it")
    assert forwards.alternatives(asked) == backwards.alternatives(asked)
