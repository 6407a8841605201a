"""The whole way from text to a model folder, with a teacher that knows four topics."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import Role
from embeddings.errors import TrainingDataError
from embeddings.static_encoder import StaticEncoder
from embeddings.training import pipeline
from embeddings.training.pipeline import train_encoder
from embeddings.training.recipe import Recipe
from tests.embeddings.training.test_corpus import write, write_pairs

RECIPE = Recipe(vocabulary=300, dimension=8, epochs=30, batch=32, clusters=4, cluster_run=4, learning_rate=0.05)
TOPICS = {
    "acqua": ("water", "pulita", "clean"),
    "energia": ("energy", "solare", "solar"),
    "salute": ("health", "pubblica", "public"),
    "macchina": ("machine", "utensile", "tool"),
}


def topic_vectors(texts: list[str], folder: Path, cache: Path) -> np.ndarray:
    """Each topic its own direction, with a little of the text's own."""
    vectors = np.zeros((len(texts), 12), dtype=np.float32)
    for row, text in enumerate(texts):
        for column, (noun, _, adjective) in enumerate(TOPICS.values()):
            vectors[row, column] = (noun in text) + 0.5 * (adjective in text)
        vectors[row, 4 + int(hashlib.sha256(text.encode()).hexdigest(), 16) % 8] += 0.3
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pipeline, "find_teacher", lambda folder: tmp_path)
    monkeypatch.setattr(pipeline, "teacher_vectors", topic_vectors)
    folder = tmp_path / "pairs"
    sentences = [
        f"{noun} {adjective} numero {i}\t{other} {more} number {i}\tmade"
        for noun, (other, adjective, more) in TOPICS.items()
        for i in range(30)
    ]
    write_pairs(folder, sentences, [f"{noun}\t{other}\tterms" for noun, (other, _, _) in TOPICS.items()])
    write(folder / "english" / "sentences.tsv.gz", "en\tsource", *[f"solar energy {i}\tx" for i in range(20)])
    return folder


def test_a_model_is_made_that_finds_a_topic_across_languages(pairs: Path, tmp_path: Path) -> None:
    config = train_encoder(pairs, pairs / "english", tmp_path / "out", RECIPE, None)
    encoder = StaticEncoder(tmp_path / "out")
    assert (config.dimension, encoder.dimension) == (8, 8)
    italian, english = encoder.encode(list(TOPICS)), encoder.encode([other for other, _, _ in TOPICS.values()])
    assert ((italian @ english.T).argmax(axis=1) == np.arange(len(TOPICS))).all()
    assert json.loads((tmp_path / "out" / "recipe.json").read_text(encoding="utf-8"))["epochs"] == 30


def test_the_same_seed_gives_the_same_files(pairs: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        train_encoder(pairs, None, tmp_path / name, RECIPE, None)
    sums = [(tmp_path / name / "SHA256SUMS").read_text(encoding="utf-8") for name in ("one", "two")]
    assert sums[0] == sums[1]


def test_frequent_words_and_boilerplate_weigh_little_in_a_text_with_a_role(pairs: Path, tmp_path: Path) -> None:
    train_encoder(pairs, None, tmp_path / "out", RECIPE, None)
    encoder = StaticEncoder(tmp_path / "out")
    rare, frequent = "salute", "numero " * 3
    plain, role = (encoder.encode([rare, rare + " " + frequent], r) for r in (Role.PLAIN, Role.SOUGHT))
    assert role[0] @ role[1] >= plain[0] @ plain[1]


def test_no_pairs_are_said_so(pairs: Path, tmp_path: Path) -> None:
    write_pairs(pairs, [], [])
    with pytest.raises(TrainingDataError, match="holds no pair"):
        train_encoder(pairs, None, tmp_path / "out", RECIPE, None)
