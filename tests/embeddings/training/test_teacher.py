"""The teacher's vectors: computed, kept, projected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from embeddings.errors import ModelError
from embeddings.training import teacher
from embeddings.training.teacher import Teacher, find_teacher, project, teacher_vectors

TEXTS = ["acqua", "acqua pulita per tutti", "sole", "acqua pulita", "vento forte"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny transformer with random weights, in the teacher's format."""
    path = tmp_path_factory.mktemp("teacher")
    torch.manual_seed(0)
    config = BertConfig(vocab_size=10, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertModel(config).save_pretrained(path)
    words = ["[UNK]", "acqua", "pulita", "per", "tutti", "sole", "vento", "forte"]
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    return path


def test_vectors_come_in_the_order_of_the_texts_whatever_their_lengths(folder: Path) -> None:
    together = Teacher(folder).encode(TEXTS).astype(np.float32)
    alone = np.concatenate([Teacher(folder).encode([text]) for text in TEXTS]).astype(np.float32)
    np.testing.assert_allclose(together, alone, atol=0.02)  # bfloat16
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=0.01)
    assert together[0] @ together[2] < 0.99


def test_kept_vectors_are_not_computed_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher, "SHARD", 2)
    first = teacher_vectors(TEXTS, folder, tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    monkeypatch.setattr(teacher, "Teacher", None)
    np.testing.assert_array_equal(teacher_vectors(TEXTS, folder, tmp_path), first)


def test_another_model_is_not_taken_for_the_teacher(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="it is not all-MiniLM-L6-v2"):
        find_teacher(folder)
    with pytest.raises(ModelError, match=r"model\.safetensors: missing"):
        find_teacher(tmp_path)


def test_without_its_package_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher, "PACKAGE", "no_such_package_here")
    with pytest.raises(ModelError, match=r"requirements-training\.txt"):
        find_teacher()


def test_projection_keeps_cosines_of_vectors_in_a_plane() -> None:
    draw = np.random.default_rng(0)
    plane = draw.normal(size=(40, 3)) @ draw.normal(size=(3, 12))
    vectors = (plane / np.linalg.norm(plane, axis=1, keepdims=True)).astype(np.float32)
    projected = project(vectors, 3)
    assert projected.shape == (40, 3)
    np.testing.assert_allclose(projected @ projected.T, vectors @ vectors.T, atol=1e-4)


def test_a_projection_to_no_fewer_dimensions_changes_nothing() -> None:
    vectors = np.eye(4, dtype=np.float32)
    np.testing.assert_array_equal(project(vectors, 4), vectors)
