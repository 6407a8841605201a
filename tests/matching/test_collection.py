from __future__ import annotations

import numpy as np
import pytest

from matching.collection import background


def test_the_background_does_not_depend_on_the_order_of_the_rows() -> None:
    generator = np.random.default_rng(1)
    vectors = generator.normal(size=(500, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    shuffled = generator.permutation(500)
    straight = background(vectors, np.arange(500))
    assert background(vectors[shuffled], np.argsort(shuffled)) == straight
    assert straight.mean == pytest.approx(0.0, abs=0.02)
    assert straight.deviation == pytest.approx(1 / np.sqrt(16), abs=0.03)


def test_a_handful_of_texts_has_no_background_of_its_own() -> None:
    one = np.ones((1, 4), dtype=np.float32)
    assert background(one, np.arange(1)).deviation > 0
