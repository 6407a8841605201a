"""What a batch is scored by: nearness to the teacher, the teacher's similarities, and finding the twin."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from embeddings.training.recipe import Recipe

SAME_MEANING = 0.9
"""Two texts this close for the teacher are not held against each other as negatives."""
MASKED = -1e4


@dataclass(frozen=True)
class BatchVectors:
    """Unit vectors of one batch: (n, dim) for the pairs and their teacher, (m, dim) for single English sentences."""

    italian: Tensor
    english: Tensor
    teacher: Tensor
    single: Tensor
    single_teacher: Tensor


def batch_loss(batch: BatchVectors, recipe: Recipe) -> Tensor:
    """Weighted sum of the three terms; a scalar."""
    similarities = batch.teacher @ batch.teacher.T
    loss = _distance(batch)
    if recipe.contrast:
        loss = loss + recipe.contrast * _contrast(batch, similarities, recipe.temperature)
    if recipe.similarity:
        loss = loss + recipe.similarity * _similarity(batch, similarities)
    return loss


def _distance(batch: BatchVectors) -> Tensor:
    """Cosine distance of both languages to the teacher's vector of the English side."""
    pairs = max(1, len(batch.teacher))
    distance = 2 * len(batch.teacher) - ((batch.italian + batch.english) * batch.teacher).sum()
    single = len(batch.single) - (batch.single * batch.single_teacher).sum()
    return (distance + single) / pairs


def _contrast(batch: BatchVectors, similarities: Tensor, temperature: float) -> Tensor:
    """InfoNCE in both directions (van den Oord et al. 2018), without negatives that mean the same."""
    logits = batch.italian @ batch.english.T / temperature
    same = similarities > SAME_MEANING
    same.fill_diagonal_(False)
    logits = logits.masked_fill(same, MASKED)
    right = torch.arange(len(logits))
    return (functional.cross_entropy(logits, right) + functional.cross_entropy(logits.T, right)) / 2


def _similarity(batch: BatchVectors, similarities: Tensor) -> Tensor:
    """Squared difference to the teacher's similarities, across and within the languages."""
    italian, english = batch.italian, batch.english
    loss = (italian @ english.T - similarities).square().mean()
    loss = loss + (italian @ italian.T - similarities).square().mean()
    loss = loss + (english @ english.T - similarities).square().mean()
    if len(batch.single):
        loss = loss + (batch.single @ english.T - batch.single_teacher @ batch.teacher.T).square().mean()
    return loss
