"""The training loop: Adam on the rows that a batch touches, with checkpoints to go on from."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from embeddings.encoder import Vectors
from embeddings.errors import TrainingDataError
from embeddings.training.batches import batch_count, batches, epoch_order
from embeddings.training.objective import BatchVectors, batch_loss
from embeddings.training.recipe import Recipe
from embeddings.training.vocabulary import Bags, Integers

FIRST_DECAY, SECOND_DECAY, TINY = 0.9, 0.999, 1e-8  # Adam's usual constants (Kingma and Ba 2015)
CHECKPOINT_STEPS = 500


@dataclass(frozen=True)
class TrainingSet:
    """Everything that the loop reads. Items 0…pairs-1 are pairs, the others single English sentences."""

    italian: Bags
    english: Bags
    single: Bags
    teacher: NDArray[np.float32]
    single_teacher: NDArray[np.float32]
    weights: NDArray[np.float64]
    clusters: Integers

    @property
    def pairs(self) -> int:
        """Number of pairs."""
        return len(self.italian)


@dataclass
class State:
    """Token vectors, Adam's two moments, and the steps done."""

    rows: Tensor
    first: Tensor
    second: Tensor
    step: int = 0

    def save(self, path: Path, recipe_digest: str) -> None:
        """Write aside, then put in place: a crash leaves the earlier checkpoint."""
        half_done = path.with_suffix(".part")
        tensors = {"rows": self.rows, "first": self.first, "second": self.second}
        save_file(tensors, half_done, {"step": str(self.step), "recipe": recipe_digest})
        half_done.replace(path)


def start_state(vocabulary: int, recipe: Recipe, checkpoint: Path, run_digest: str) -> State:
    """The checkpoint's state if there is one, else small random rows.

    Raises `TrainingDataError` where the checkpoint belongs to another recipe or other data.
    """
    if not checkpoint.exists():
        generator = torch.Generator().manual_seed(recipe.seed)
        rows = torch.randn(vocabulary, recipe.dimension, generator=generator) * recipe.initial_spread
        return State(rows, torch.zeros_like(rows), torch.zeros_like(rows))
    with safe_open(checkpoint, "pt") as file:
        metadata = file.metadata()
    if metadata["recipe"] != run_digest:
        raise TrainingDataError(f"{checkpoint}: made by another recipe or from other data; remove it to start anew")
    return State(**load_file(checkpoint), step=int(metadata["step"]))


def train(data: TrainingSet, vocabulary: int, recipe: Recipe, checkpoint: Path, run_digest: str) -> Vectors:
    """Train to the end, from `checkpoint` where it exists; returns (vocabulary, dimension) float32."""
    torch.set_num_threads(recipe.threads)
    state = start_state(vocabulary, recipe, checkpoint, run_digest)
    per_epoch = batch_count(int(data.weights.sum()), recipe.batch)
    total = recipe.epochs * per_epoch
    with _quiet(), tqdm(total=total, initial=state.step, desc="training", unit="batch") as progress:
        while state.step < total:
            epoch, done = divmod(state.step, per_epoch)
            order = epoch_order(data.weights, data.clusters, recipe, epoch)
            for number, chosen in enumerate(batches(order, recipe.batch)):
                if number < done or number >= per_epoch:
                    continue
                loss = training_step(data, state, chosen, recipe, recipe.learning_rate * (1 - state.step / total))
                progress.set_postfix(loss=f"{loss:.3f}", refresh=False)
                progress.update()
                if state.step % CHECKPOINT_STEPS == 0:
                    state.save(checkpoint, run_digest)
            state.step = max(state.step, min((epoch + 1) * per_epoch, total))
    state.save(checkpoint, run_digest)
    vectors: Vectors = state.rows.numpy()
    return vectors


@contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's notice, once a process, that its sparse matrices are young; the tests hold what is used here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta", category=UserWarning)
        yield


def training_step(data: TrainingSet, state: State, chosen: Integers, recipe: Recipe, rate: float) -> float:
    """One batch: forward, backward, Adam on the rows touched. Returns the loss."""
    pairs, single = chosen[chosen < data.pairs], chosen[chosen >= data.pairs] - data.pairs
    taken = [data.italian.take(pairs), data.english.take(pairs), data.single.take(single)]
    touched, positions = np.unique(np.concatenate([ids for ids, _ in taken]), return_inverse=True)
    rows = torch.tensor(touched)
    local = state.rows[rows].requires_grad_(True)
    means = functional.normalize(
        torch.sparse.mm(_averaging(positions, np.concatenate([n for _, n in taken]), len(touched)), local), dim=1
    )
    italian, english, alone = torch.split(means, [len(pairs), len(pairs), len(single)])
    teacher, single_teacher = torch.from_numpy(data.teacher[pairs]), torch.from_numpy(data.single_teacher[single])
    loss = batch_loss(BatchVectors(italian, english, teacher, alone, single_teacher), recipe)
    loss.backward()  # type: ignore[no-untyped-call]
    assert local.grad is not None
    state.step += 1
    _adam(state, rows, local.grad, rate)
    return float(loss.detach())


def _averaging(positions: Integers, counts: Integers, width: int) -> Tensor:
    """Sparse (texts, touched tokens) matrix that takes the mean of each text's tokens."""
    starts = np.concatenate([[0], np.cumsum(counts)])
    shares = np.repeat(1.0 / np.maximum(counts, 1), counts).astype(np.float32)
    return torch.sparse_csr_tensor(
        torch.from_numpy(starts),
        torch.from_numpy(positions),
        torch.from_numpy(shares),
        size=(len(counts), width),
        check_invariants=False,
    )


def _adam(state: State, rows: Tensor, gradient: Tensor, rate: float) -> None:
    first = state.first[rows] * FIRST_DECAY + gradient * (1 - FIRST_DECAY)
    second = state.second[rows] * SECOND_DECAY + gradient.square() * (1 - SECOND_DECAY)
    state.first[rows], state.second[rows] = first, second
    step = first / (1 - FIRST_DECAY**state.step)
    state.rows[rows] -= rate * step / ((second / (1 - SECOND_DECAY**state.step)).sqrt() + TINY)
