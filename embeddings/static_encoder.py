"""The bilingual model that ships: a table of token vectors, no neural network at run time.

A plain text's vector is the mean of its tokens' vectors, scaled to unit length (`StaticEmbedding` of
sentence-transformers does the same with an exported copy); how much a token counts is learnt and folded into the
length of its vector. A text with a role in a match, which may be pages long, is the mean weighted once more by each
token's rarity, so that boilerplate ("the company is looking for a partner…") counts little.
Needs numpy, tokenizers and safetensors only, so that a web worker starts fast and small.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings.encoder import Role, Vectors
from embeddings.model_files import SHIPPED_MODEL, read_model

CODE_VERSION = "2"  # raise when the same files would give other vectors
BATCH = 2048


class StaticEncoder:
    """An `Encoder` over a static model's folder; the shipped one by default. Any length of text gives one vector."""

    def __init__(self, folder: Path = SHIPPED_MODEL) -> None:
        """Load and verify the model in `folder`; raises `ModelError` where it is missing or damaged."""
        files = read_model(folder)
        self._config = files.config
        self._tokenizer = files.tokenizer
        self._rows = files.rows()
        self._document_weights = files.document_weights
        parts = [CODE_VERSION, *(f"{name}={digest}" for name, digest in sorted(files.checksums.items()))]
        self._fingerprint = hashlib.sha256("\n".join(parts).encode("ascii")).hexdigest()

    @property
    def name(self) -> str:
        """The model's name and version."""
        return f"{self._config.name} {self._config.version}"

    @property
    def fingerprint(self) -> str:
        """Hex digest of weights, tokenizer, configuration and this code's version."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self._config.dimension

    def encode(self, texts: Sequence[str], role: Role = Role.PLAIN) -> Vectors:
        """Encode `texts` as (n, dimension) float32, rows of unit length; a text without any token is a zero row.

        OFFERED and SOUGHT give the same vector (the model is symmetric) and damp common words; PLAIN does not.
        """
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            encodings = self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            for position, encoding in enumerate(encodings, start):
                if encoding.ids:
                    vectors[position] = self._pool(encoding.ids, role)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def _pool(self, ids: list[int], role: Role) -> Vectors:
        rows = self._rows[ids]
        weights = np.ones(len(ids), dtype=np.float32) if role is Role.PLAIN else self._document_weights[ids]
        pooled: Vectors = weights @ rows / np.float32(len(ids))
        return pooled
