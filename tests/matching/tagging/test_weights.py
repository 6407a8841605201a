from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import Encoder
from matching.concepts import ConceptIndex
from matching.errors import TaggingError
from matching.tagging.teaching import teach
from matching.tagging.weights import FILE, TagWeights, shipped, weights_for


def test_the_shipped_weights_belong_to_the_shipped_model(shipped_encoder: Encoder) -> None:
    assert shipped().fingerprint == shipped_encoder.fingerprint


@pytest.mark.slow
def test_the_shipped_weights_can_be_made_again(shipped_encoder: Encoder, shipped_concepts: ConceptIndex) -> None:
    made = teach(shipped_encoder, shipped_concepts)
    assert made.keys == shipped().keys
    assert np.abs(made.coefficients - shipped().coefficients).max() < 0.05
    assert made.curves.about.signs == pytest.approx(shipped().curves.about.signs, abs=0.05)


def test_weights_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    own = replace(shipped(), reliability={"coatings": 0.5}, about={"decided": 3})
    own.save(tmp_path / FILE)
    read = TagWeights.load(tmp_path / FILE)
    assert (read.digest, read.about) == (own.digest, {"decided": 3})
    assert read.digest != shipped().digest
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE]


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_damaged_file_is_told_and_not_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(TaggingError, match="remove it"):
        TagWeights.load(tmp_path / FILE)
    assert weights_for(tmp_path, shipped().fingerprint) is shipped()


def test_weights_of_another_encoder_are_not_used(tmp_path: Path) -> None:
    replace(shipped(), fingerprint="another", reliability={"coatings": 0.5}).save(tmp_path / FILE)
    assert weights_for(tmp_path, shipped().fingerprint) is shipped()
    assert weights_for(tmp_path, "another").reliability == {"coatings": 0.5}
