"""The training loop: it learns, the same seed gives the same model, and an interruption changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import TrainingDataError
from embeddings.training import trainer
from embeddings.training.recipe import Recipe
from embeddings.training.trainer import TrainingSet, train
from embeddings.training.vocabulary import Bags

VOCABULARY, PAIRS, SINGLE = 60, 96, 20
RECIPE = Recipe(seed=1, dimension=8, epochs=6, batch=16, clusters=4, cluster_run=4, learning_rate=0.05)


def bags(draw: np.random.Generator, count: int, first: int, last: int) -> Bags:
    lengths = draw.integers(1, 6, size=count)
    return Bags(draw.integers(first, last, size=int(lengths.sum())), np.concatenate([[0], np.cumsum(lengths)]))


def meanings(bag: Bags, truth: np.ndarray) -> np.ndarray:
    means = np.stack([truth[bag.take(np.array([i]))[0]].mean(axis=0) for i in range(len(bag))])
    return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def data() -> TrainingSet:
    draw = np.random.default_rng(0)
    truth = draw.normal(size=(VOCABULARY, 8))
    truth[30:] = truth[:30]  # token i + 30 is the Italian word for token i
    english, single = bags(draw, PAIRS, 0, 30), bags(draw, SINGLE, 0, 30)
    return TrainingSet(
        italian=Bags(english.ids + 30, english.starts),
        english=english,
        single=single,
        teacher=meanings(english, truth),
        single_teacher=meanings(single, truth),
        weights=np.ones(PAIRS + SINGLE),
        clusters=draw.integers(0, 4, size=PAIRS + SINGLE),
    )


def twins_found(data: TrainingSet, rows: np.ndarray) -> float:
    italian, english = meanings(data.italian, rows), meanings(data.english, rows)
    return float(((italian @ english.T).argmax(axis=1) == np.arange(PAIRS)).mean())


def test_it_learns_that_words_of_both_languages_mean_the_same(data: TrainingSet, tmp_path: Path) -> None:
    rows = train(data, VOCABULARY, Recipe(**{**vars(RECIPE), "epochs": 40}), tmp_path / "checkpoint", "run")
    cosines = (
        (rows[:30] * rows[30:]).sum(axis=1) / np.linalg.norm(rows[:30], axis=1) / np.linalg.norm(rows[30:], axis=1)
    )
    assert np.median(cosines) > 0.9
    untrained = train(data, VOCABULARY, Recipe(**{**vars(RECIPE), "learning_rate": 0.0}), tmp_path / "other", "run")
    assert twins_found(data, rows) > twins_found(data, untrained) + 0.3


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(data: TrainingSet, tmp_path: Path) -> None:
    first = train(data, VOCABULARY, RECIPE, tmp_path / "a", "run")
    second = train(data, VOCABULARY, RECIPE, tmp_path / "b", "run")
    np.testing.assert_array_equal(first, second)
    assert (first != train(data, VOCABULARY, Recipe(**{**vars(RECIPE), "seed": 2}), tmp_path / "c", "run")).any()


@pytest.mark.parametrize("stop_after", [5, 14, 29])
def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(
    data: TrainingSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    whole = train(data, VOCABULARY, RECIPE, tmp_path / "whole", "run")
    step = trainer.training_step

    def power_cut(data: TrainingSet, state: trainer.State, *rest: object) -> float:
        if state.step == stop_after:
            raise KeyboardInterrupt
        return step(data, state, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(trainer, "CHECKPOINT_STEPS", 4)
    with monkeypatch.context() as cut:
        cut.setattr(trainer, "training_step", power_cut)
        with pytest.raises(KeyboardInterrupt):
            train(data, VOCABULARY, RECIPE, tmp_path / "cut", "run")
    np.testing.assert_array_equal(train(data, VOCABULARY, RECIPE, tmp_path / "cut", "run"), whole)


def test_a_checkpoint_of_another_run_is_not_continued(data: TrainingSet, tmp_path: Path) -> None:
    train(data, VOCABULARY, RECIPE, tmp_path / "checkpoint", "run")
    with pytest.raises(TrainingDataError, match="another recipe"):
        train(data, VOCABULARY, RECIPE, tmp_path / "checkpoint", "another run")


def test_a_finished_run_is_not_trained_further(data: TrainingSet, tmp_path: Path) -> None:
    rows = train(data, VOCABULARY, RECIPE, tmp_path / "checkpoint", "run")
    np.testing.assert_array_equal(train(data, VOCABULARY, RECIPE, tmp_path / "checkpoint", "run"), rows)
