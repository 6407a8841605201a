"""A model's folder: written, read, and refused where it does not fit together."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from embeddings.errors import ModelError
from embeddings.model_files import CONFIG, SUMS, quantise, read_model, write_model


def word_tokenizer(*words: str) -> Tokenizer:
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(("[UNK]", *words))}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return tokenizer


def reseal(folder: Path, name: str, content: bytes) -> None:
    """Change a file and its checksum, as somebody would who edits it on purpose."""
    old = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / name).write_bytes(content)
    sums = (folder / SUMS).read_text(encoding="utf-8").replace(old, hashlib.sha256(content).hexdigest())
    (folder / SUMS).write_text(sums, encoding="utf-8")


def test_rounding_errs_by_half_a_step_at_most() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
    tokens, scales = quantise(rows)
    assert np.abs(tokens * scales[:, None] - rows).max() <= scales.max() / 2 + 1e-6
    assert (np.abs(tokens * scales[:, None] - rows) <= scales[:, None] / 2 + 1e-6).all()


def test_a_row_of_zeros_stays_zero() -> None:
    tokens, scales = quantise(np.zeros((1, 4), dtype=np.float32))
    assert not (tokens * scales[:, None]).any()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    rows = np.array([[0, 0], [1.27, 0], [0.5, -0.25]], dtype=np.float32)
    weights = np.array([1, 0.5, 0.25], dtype=np.float32)
    written = write_model(tmp_path, rows, weights, word_tokenizer("acqua", "water"), "small", "0.1")
    files = read_model(tmp_path)
    assert files.config == written
    np.testing.assert_allclose(files.rows(), rows, atol=0.005)
    np.testing.assert_array_equal(files.document_weights, weights)
    assert files.tokenizer.encode("acqua water").ids == [1, 2]


def test_vectors_and_tokens_must_be_as_many(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="3 token vectors and 3 weights for 2 tokens"):
        write_model(tmp_path, np.ones((3, 2), np.float32), np.ones(3, np.float32), word_tokenizer("a"), "x", "1")


def test_a_config_that_does_not_fit_the_weights_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path, np.ones((2, 2), np.float32), np.ones(2, np.float32), word_tokenizer("a"), "x", "1")
    config = json.loads((tmp_path / CONFIG).read_text(encoding="utf-8")) | {"dimension": 3}
    reseal(tmp_path, CONFIG, json.dumps(config).encode())
    with pytest.raises(ModelError, match="says 2 x 3"):
        read_model(tmp_path)


def test_a_config_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path, np.ones((2, 2), np.float32), np.ones(2, np.float32), word_tokenizer("a"), "x", "1")
    reseal(tmp_path, CONFIG, b'{"nome": "x"}')
    with pytest.raises(ModelError, match="not a model of this format"):
        read_model(tmp_path)
