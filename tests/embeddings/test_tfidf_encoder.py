from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import Encoder
from embeddings.errors import ModelError
from embeddings.loading import load_encoder
from embeddings.tfidf_encoder import TfidfEncoder
from tests.contracts.encoder import TEXTS, EncoderContract

CORPUS = [
    *TEXTS,
    "Motori elettrici per biciclette e carrelli",
    "Electric bicycles and their batteries",
    "Batterie per biciclette elettriche",
    "Yogurt cultures for dairies",
    "Colture per yogurt e formaggi",
    "Dairies and cheese with live cultures",
    "Motori e batterie",
]


@pytest.fixture(scope="module")
def fitted() -> TfidfEncoder:
    return TfidfEncoder.fit(CORPUS, dimension=8)


class TestTfidfEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self, fitted: TfidfEncoder) -> Encoder:
        return fitted


def test_texts_on_the_same_subject_are_nearer(fitted: TfidfEncoder) -> None:
    bicycle, motors, yogurt = fitted.encode(["biciclette elettriche", "motori per biciclette", "yogurt e formaggi"])
    assert bicycle @ motors > bicycle @ yogurt + 0.2


def test_cognates_meet_across_the_languages(fitted: TfidfEncoder) -> None:
    italian, english, other = fitted.encode(["batterie", "batteries", "colture"])
    assert italian @ english > italian @ other + 0.2


def test_a_text_without_any_known_word_is_a_zero_row(fitted: TfidfEncoder) -> None:
    assert not fitted.encode(["zqxj 77 wkvv", "!!!"]).any()


def test_the_same_corpus_gives_the_same_encoder(fitted: TfidfEncoder) -> None:
    again = TfidfEncoder.fit(CORPUS, dimension=8)
    assert again.fingerprint == fitted.fingerprint
    assert TfidfEncoder.fit(CORPUS, dimension=7).fingerprint != fitted.fingerprint


def test_the_dimension_is_no_larger_than_the_corpus() -> None:
    assert TfidfEncoder.fit(CORPUS).dimension <= len(CORPUS)


@pytest.mark.parametrize("texts", [[], [""], ["solo"], ["alfa", "42"]])
def test_too_little_to_fit_on_says_what_to_do(texts: list[str]) -> None:
    with pytest.raises(ModelError, match="import more"):
        TfidfEncoder.fit(texts)


def test_what_was_saved_is_loaded_without_pickle(tmp_path: Path, fitted: TfidfEncoder) -> None:
    fitted.save(tmp_path / "fallback")
    loaded = load_encoder("tfidf-svd", fitted=tmp_path / "fallback")
    assert loaded.fingerprint == fitted.fingerprint
    np.testing.assert_array_equal(loaded.encode(TEXTS), fitted.encode(TEXTS))
    assert {path.suffix for path in (tmp_path / "fallback").iterdir()} == {".json", ".safetensors"}


def test_a_missing_or_damaged_model_says_what_to_do(tmp_path: Path, fitted: TfidfEncoder) -> None:
    with pytest.raises(ModelError, match="abbina index --full"):
        load_encoder("tfidf-svd", fitted=tmp_path / "nowhere")
    with pytest.raises(ModelError, match="abbina index --full"):
        load_encoder("tfidf-svd")
    fitted.save(tmp_path / "fallback")
    path = tmp_path / "fallback" / "projection.safetensors"
    content = bytearray(path.read_bytes())
    content[-3] ^= 0x55
    path.write_bytes(bytes(content))
    with pytest.raises(ModelError, match="damaged"):
        TfidfEncoder.load(tmp_path / "fallback")
    path.write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="abbina index --full"):
        TfidfEncoder.load(tmp_path / "fallback")
