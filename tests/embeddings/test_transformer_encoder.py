import json
import os
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

from embeddings.cache import CachedEncoder
from embeddings.encoder import Encoder, Role
from embeddings.errors import ModelError
from embeddings.loading import load_encoder
from embeddings.transformer_encoder import TransformerEncoder
from tests.contracts.encoder import TEXTS, EncoderContract

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _tiny_model(folder: Path, prompts: dict[str, str] | None = None) -> Path:
    """A real sentence-transformers model, a BERT of random weights over whole words, saved in `folder`."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast  # type: ignore[attr-defined]

    words = sorted({word.lower() for text in TEXTS for word in text.split()} | {"query", "passage", ":"})
    raw = folder.with_name(f"{folder.name}-raw")
    raw.mkdir(parents=True)
    (raw / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]), encoding="utf-8")
    BertTokenizerFast(vocab=str(raw / "vocab.txt"), do_lower_case=True).save_pretrained(raw)
    torch.manual_seed(0)
    shape = BertConfig(
        vocab_size=len(words) + 5,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    BertModel(shape).save_pretrained(raw)
    transformer = Transformer(str(raw))
    model = SentenceTransformer(modules=[transformer, Pooling(16)], prompts=prompts, device="cpu")
    model.save(str(folder), create_model_card=False)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _tiny_model(tmp_path_factory.mktemp("models") / "tiny")


class TestTransformerEncoder(EncoderContract):
    @pytest.fixture(scope="class")
    def encoder(self, folder: Path) -> Encoder:
        return TransformerEncoder(str(folder))


def test_a_model_without_prompts_sees_the_text_alone(folder: Path) -> None:
    encoder = TransformerEncoder(str(folder))
    assert set(encoder.prompts.values()) == {""}
    np.testing.assert_array_equal(encoder.encode(TEXTS, Role.SOUGHT), encoder.encode(TEXTS, Role.OFFERED))


def test_an_e5_model_gets_the_prompts_of_its_card(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "multilingual-e5-tiny")
    encoder, plain = TransformerEncoder(str(copy)), TransformerEncoder(str(folder))
    for role, prompt in ((Role.SOUGHT, "query: "), (Role.OFFERED, "passage: "), (Role.PLAIN, "query: ")):
        expected = plain.encode([prompt + text for text in TEXTS])
        np.testing.assert_allclose(encoder.encode(TEXTS, role), expected, atol=1e-5)
    assert encoder.fingerprint != plain.fingerprint


def test_prompts_in_the_models_own_configuration_come_first(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "own-e5")
    settings = json.loads((copy / "config_sentence_transformers.json").read_text())
    settings["prompts"] = {"query": "Q ", "document": "D "}
    (copy / "config_sentence_transformers.json").write_text(json.dumps(settings))
    assert TransformerEncoder(str(copy)).prompts == {Role.SOUGHT: "Q ", Role.OFFERED: "D ", Role.PLAIN: "Q "}


def test_other_weights_are_another_fingerprint_even_at_the_same_size(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "tiny")
    hashes = tmp_path / "digests.json"
    first = TransformerEncoder(str(copy), hash_cache=hashes).fingerprint
    assert (
        first
        == TransformerEncoder(str(folder)).fingerprint
        == TransformerEncoder(str(copy), hash_cache=hashes).fingerprint
    )
    weights = next(copy.rglob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-2] ^= 0x01
    weights.write_bytes(bytes(content))
    os.utime(weights, ns=(1, 1))
    assert TransformerEncoder(str(copy), hash_cache=hashes).fingerprint != first


def test_a_damaged_memory_of_digests_is_made_again(folder: Path, tmp_path: Path) -> None:
    hashes = tmp_path / "digests.json"
    hashes.write_text("nonsense")
    assert TransformerEncoder(str(folder), hash_cache=hashes).fingerprint == TransformerEncoder(str(folder)).fingerprint
    assert json.loads(hashes.read_text())


def test_a_model_that_is_not_there_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="ABBINA_MODEL_DOWNLOAD"):
        TransformerEncoder("nobody/never-there")
    with pytest.raises(ModelError, match="does not exist"):
        TransformerEncoder("./no/such/folder")


def test_a_folder_that_is_no_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        TransformerEncoder(str(tmp_path))


def test_loading_by_name_puts_the_cache_before_it(folder: Path, tmp_path: Path) -> None:
    encoder = load_encoder(str(folder), cache=tmp_path / "vectors.db")
    assert isinstance(encoder, CachedEncoder)
    np.testing.assert_array_equal(encoder.encode(TEXTS), encoder.encode(TEXTS))
    assert (tmp_path / "vectors.db").exists()
    assert isinstance(load_encoder(str(folder)), TransformerEncoder)
