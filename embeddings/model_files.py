"""The files of a static model on disk: read, checked against their checksums, and written, as data only (never pickle).

A model is a folder with `weights.safetensors` (`tokens`: (vocabulary, dimension) int8, `scales`: (vocabulary,) float32,
`document_weights`: (vocabulary,) float16), `tokenizer.json`, `config.json` and `SHA256SUMS` as sha256sum(1) writes it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors
from tokenizers import Tokenizer

from embeddings.encoder import Vectors
from embeddings.errors import ModelError

WEIGHTS, TOKENIZER, CONFIG, SUMS = "weights.safetensors", "tokenizer.json", "config.json", "SHA256SUMS"
CHECKED = (WEIGHTS, TOKENIZER, CONFIG)
SHIPPED_MODEL = Path(__file__).parent / "model"


@dataclass(frozen=True)
class ModelConfig:
    """What a model says of itself; round-trips through config.json."""

    name: str
    version: str
    dimension: int
    vocabulary: int


@dataclass(frozen=True)
class ModelFiles:
    """A model as read: int8 rows with one scale each, so that row i is `scales[i] * tokens[i]`.

    `document_weights`, (vocabulary,) in (0, 1], say how much a token counts in a long text: common words little.
    """

    config: ModelConfig
    tokens: NDArray[np.int8]
    scales: NDArray[np.float32]
    document_weights: NDArray[np.float32]
    tokenizer: Tokenizer
    checksums: dict[str, str]

    def rows(self) -> Vectors:
        """All token vectors, (vocabulary, dimension) float32."""
        rows: Vectors = self.tokens.astype(np.float32)
        rows *= self.scales[:, None]
        return rows


def quantise(rows: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round each row to 255 steps: (n, dim) int8 and (n,) float32 scales; the error is at most half a scale."""
    scales = (np.abs(rows).max(axis=1) / 127.0).astype(np.float32)
    divisors = np.where(scales > 0, scales, 1.0)[:, None]
    return np.rint(rows / divisors).astype(np.int8), scales


def read_model(folder: Path) -> ModelFiles:
    """Read and check a model folder.

    Raises `ModelError` where a file is missing, differs from its checksum, or does not fit the others.
    """
    checksums = _read_checksums(folder)
    contents = {name: _read_checked(folder / name, checksums.get(name)) for name in CHECKED}
    try:
        config = ModelConfig(**json.loads(contents[CONFIG]))
        tensors = load_tensors(contents[WEIGHTS])
        tokenizer = Tokenizer.from_str(contents[TOKENIZER].decode("utf-8"))
        tokens, scales = tensors["tokens"], tensors["scales"]
        weights = tensors["document_weights"].astype(np.float32)
    except (ValueError, TypeError, KeyError, SafetensorError) as error:
        raise ModelError(f"{folder}: not a model of this format ({error}); restore the folder or train anew") from error
    shapes = (tokens.shape, scales.shape, weights.shape)
    if shapes != ((config.vocabulary, config.dimension), (config.vocabulary,), (config.vocabulary,)):
        raise ModelError(
            f"{folder}: {CONFIG} says {config.vocabulary} x {config.dimension}, {WEIGHTS} holds {shapes}; "
            "restore the folder or train anew"
        )
    if tokenizer.get_vocab_size() != config.vocabulary:
        raise ModelError(
            f"{folder}: {TOKENIZER} knows {tokenizer.get_vocab_size()} tokens, {CONFIG} says {config.vocabulary}; "
            "restore the folder or train anew"
        )
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return ModelFiles(config, tokens, scales, weights, tokenizer, {name: checksums[name] for name in CHECKED})


@cache
def shipped_model() -> ModelFiles:
    """The model that ships, read once in a process. Raises `ModelError` where it is damaged."""
    return read_model(SHIPPED_MODEL)


def write_model(
    folder: Path,
    rows: Vectors,
    document_weights: NDArray[np.float32],
    tokenizer: Tokenizer,
    name: str,
    version: str,
) -> ModelConfig:
    """Write a model folder from float token vectors (vocabulary, dimension); SHA256SUMS comes last."""
    if not len(rows) == len(document_weights) == tokenizer.get_vocab_size():
        raise ModelError(
            f"{len(rows)} token vectors and {len(document_weights)} weights for {tokenizer.get_vocab_size()} tokens: "
            "they must be as many"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SUMS).unlink(missing_ok=True)
    config = ModelConfig(name, version, rows.shape[1], len(rows))
    tokens, scales = quantise(rows)
    contents = {
        WEIGHTS: save_tensors(
            {"tokens": tokens, "scales": scales, "document_weights": document_weights.astype(np.float16)}
        ),
        TOKENIZER: tokenizer.to_str().encode("utf-8"),
        CONFIG: (json.dumps(asdict(config), indent=2) + "\n").encode("utf-8"),
    }
    for file, content in contents.items():
        (folder / file).write_bytes(content)
    lines = [f"{hashlib.sha256(content).hexdigest()}  {file}\n" for file, content in contents.items()]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return config


def _read_checksums(folder: Path) -> dict[str, str]:
    path = folder / SUMS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); is {folder} the folder of a model?") from error
    pairs: list[Any] = [line.split() for line in lines if line.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise ModelError(f"{path}: each line must be a sha256 and a file name, as sha256sum writes them")
    return {name: digest for digest, name in pairs}


def _read_checked(path: Path, expected: str | None) -> bytes:
    if expected is None:
        raise ModelError(f"{path.parent / SUMS}: has no checksum of {path.name}; restore the folder or train anew")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); restore the model's folder") from error
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ModelError(
            f"{path}: damaged or changed (sha256 {found[:12]}…, expected {expected[:12]}…); restore the file"
        )
    return content
