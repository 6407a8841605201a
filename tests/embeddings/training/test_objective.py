"""What training rewards."""

from __future__ import annotations

import torch
from torch.nn import functional

from embeddings.training.objective import BatchVectors, batch_loss
from embeddings.training.recipe import Recipe

ONLY_DISTANCE = Recipe(contrast=0, similarity=0)


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    return functional.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=1)


def batch(italian: torch.Tensor, english: torch.Tensor, teacher: torch.Tensor) -> BatchVectors:
    return BatchVectors(italian, english, teacher, teacher[:0], teacher[:0])


def test_a_student_equal_to_its_teacher_has_no_distance_and_no_difference_in_similarity() -> None:
    teacher = unit(16, 8)
    loss = batch_loss(batch(teacher, teacher, teacher), Recipe(contrast=0, similarity=1))
    assert abs(float(loss)) < 1e-5


def test_distance_grows_with_the_angle_and_counts_single_sentences() -> None:
    teacher = unit(16, 8)
    near, far = functional.normalize(teacher + 0.1 * unit(16, 8, seed=1), dim=1), unit(16, 8, seed=2)
    assert batch_loss(batch(near, near, teacher), ONLY_DISTANCE) < batch_loss(batch(far, far, teacher), ONLY_DISTANCE)
    single = BatchVectors(teacher, teacher, teacher, far[:4], teacher[:4])
    assert float(batch_loss(single, ONLY_DISTANCE)) > 0.05


def test_contrast_prefers_twins_over_shuffled_pairs() -> None:
    teacher = unit(16, 8)
    recipe = Recipe(contrast=1, similarity=0)
    shuffled = teacher.roll(1, dims=0)
    assert batch_loss(batch(teacher, teacher, teacher), recipe) < batch_loss(batch(shuffled, teacher, teacher), recipe)


def test_two_pairs_of_the_same_meaning_are_not_held_against_each_other() -> None:
    teacher = unit(8, 8)
    doubled = torch.cat([teacher, teacher])
    recipe = Recipe(contrast=1, similarity=0)
    once = batch_loss(batch(teacher, teacher, teacher), recipe)
    twice = batch_loss(batch(doubled, doubled, doubled), recipe)
    # Unmasked, each pair would split its probability with its double: ln 2 more.
    assert float(twice - once) < 0.1


def test_similarity_is_learnt_for_single_sentences_too() -> None:
    teacher, single = unit(8, 8), unit(4, 8, seed=3)
    recipe = Recipe(contrast=0, similarity=1)
    right = BatchVectors(teacher, teacher, teacher, single, single)
    wrong = BatchVectors(teacher, teacher, teacher, -single, single)
    distance = batch_loss(wrong, ONLY_DISTANCE) - batch_loss(right, ONLY_DISTANCE)
    assert float(batch_loss(wrong, recipe) - batch_loss(right, recipe)) > float(distance) + 0.01
