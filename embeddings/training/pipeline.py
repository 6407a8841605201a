"""From parallel text to a model folder, in steps that each can be taken up again after an interruption.

The work folder keeps the tokenizer, the teacher's vectors and a checkpoint; the same recipe on the same data and
machine gives the same model, interrupted or not.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.encoder import Vectors
from embeddings.errors import TrainingDataError
from embeddings.model_files import ModelConfig, write_model
from embeddings.training.batches import topics
from embeddings.training.corpus import Corpus, read_boilerplate, read_corpus, thinned
from embeddings.training.recipe import Recipe
from embeddings.training.teacher import find_teacher, project, teacher_vectors
from embeddings.training.trainer import TrainingSet, train
from embeddings.training.vocabulary import Bags, Integers, bags_of, train_tokenizer

MODEL_NAME, MODEL_VERSION = "abbina-bilingual", "1.0"
RECIPE = "recipe.json"
log = logging.getLogger(__name__)


def train_encoder(pairs: Path, english: Path | None, out: Path, recipe: Recipe, teacher: Path | None) -> ModelConfig:
    """Train a model from `pairs` (and `english`) into `out`; the work goes to `out`/work and may be removed after.

    Raises `TrainingDataError` for unusable text and `ModelError` where the teacher is missing.
    """
    teacher_folder = find_teacher(teacher)
    corpus = thinned(read_corpus(pairs, english), recipe.share, recipe.seed)
    if not corpus.italian:
        raise TrainingDataError(f"{pairs}: holds no pair to learn from")
    work = out / "work"
    work.mkdir(parents=True, exist_ok=True)
    run_digest = hashlib.sha256((recipe.digest() + corpus.digest).encode("ascii")).hexdigest()
    log.info("%d pairs, %d single sentences", len(corpus.italian), len(corpus.monolingual))
    tokenizer = _tokenizer(corpus, recipe, work / f"tokenizer-{run_digest[:16]}.json")
    data = _training_set(corpus, tokenizer, recipe, teacher_folder, work)
    rows = _mean_of_members(data, tokenizer.get_vocab_size(), recipe, work, run_digest)
    rows, weights = weigh(rows, [data.italian, data.english, data.single], tokenizer, recipe)
    config = write_model(out, rows, weights, tokenizer, MODEL_NAME, MODEL_VERSION)
    (out / RECIPE).write_text(json.dumps(asdict(recipe), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return config


def weigh(
    rows: Vectors, bags: Sequence[Bags], tokenizer: Tokenizer, recipe: Recipe
) -> tuple[Vectors, NDArray[np.float32]]:
    """Fold a mild rarity weight into the rows, and give the stronger weights that long texts use beside it.

    Long texts also count the boilerplate of partnering profiles, which is rare in the training text, as frequent.
    """
    vocabulary = tokenizer.get_vocab_size()
    counts: Integers = np.sum([np.bincount(bag.ids, minlength=vocabulary) for bag in bags], axis=0)
    boilerplate = np.bincount(bags_of(tokenizer, read_boilerplate()).ids, minlength=vocabulary)
    plain = rarity(counts, recipe.plain_pivot, recipe.plain_power)
    document = rarity(counts + recipe.boilerplate_repeats * boilerplate, recipe.document_pivot, recipe.document_power)
    return rows * plain[:, None], np.minimum(document / plain, 1.0)


def rarity(counts: Integers, pivot: float, power: float) -> NDArray[np.float32]:
    """Weight of each token by how often it occurs, (n,) in (0, 1]: (pivot / (pivot + share)) ** power.

    After the smooth inverse frequency of Arora, Liang and Ma (ICLR 2017), which has power 1.
    """
    shares = counts / max(1, int(counts.sum()))
    weights: NDArray[np.float32] = ((pivot / (pivot + shares)) ** power).astype(np.float32)
    return weights


def _mean_of_members(data: TrainingSet, vocabulary: int, recipe: Recipe, work: Path, run_digest: str) -> Vectors:
    """Train the members, which differ in their seed only, and average them: what chance did to one cancels out."""
    total = np.zeros((vocabulary, recipe.dimension), dtype=np.float32)
    for member in range(recipe.members):
        own = replace(recipe, seed=recipe.seed + member)
        total += train(data, vocabulary, own, work / f"checkpoint-{member}.safetensors", run_digest)
    total /= recipe.members
    return total


def _tokenizer(corpus: Corpus, recipe: Recipe, path: Path) -> Tokenizer:
    if not path.exists():
        tokenizer = train_tokenizer(corpus, recipe)
        half_done = path.with_suffix(".part")
        tokenizer.save(str(half_done))
        half_done.replace(path)
    return Tokenizer.from_file(str(path))


def _training_set(corpus: Corpus, tokenizer: Tokenizer, recipe: Recipe, teacher: Path, work: Path) -> TrainingSet:
    """Everything that the loop reads."""
    bags = [bags_of(tokenizer, texts) for texts in (corpus.italian, corpus.english, corpus.monolingual)]
    unique = list(dict.fromkeys([*corpus.english, *corpus.monolingual]))
    place = {text: number for number, text in enumerate(unique)}
    vectors = project(teacher_vectors(unique, teacher, work / "teacher"), recipe.dimension)
    clusters = topics(vectors, recipe)
    of_pairs = np.array([place[text] for text in corpus.english], dtype=np.int64)
    of_single = np.array([place[text] for text in corpus.monolingual], dtype=np.int64)
    return TrainingSet(
        italian=bags[0],
        english=bags[1],
        single=bags[2],
        teacher=vectors[of_pairs],
        single_teacher=vectors[of_single],
        weights=_weights(corpus, recipe, bags),
        clusters=clusters[np.concatenate([of_pairs, of_single])],
    )


def _weights(corpus: Corpus, recipe: Recipe, bags: list[Bags]) -> NDArray[np.float64]:
    """How often each item is seen in an epoch; a text without any token cannot be learnt from."""
    italian, english, single = (bag.lengths() > 0 for bag in bags)
    by_source = np.array([recipe.weight(source) for source in corpus.sources])
    return np.concatenate([by_source * (italian & english), single.astype(np.float64)])
