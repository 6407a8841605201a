"""A small deterministic encoder for tests: each word has a fixed random vector, a text is their mean."""

import hashlib
from collections.abc import Sequence

import numpy as np

from embeddings.encoder import Role, Vectors
from embeddings.language import words_of


class HashingEncoder:
    def __init__(self, dimension: int = 32, salt: str = "") -> None:
        self._dimension = dimension
        self._salt = salt

    @property
    def name(self) -> str:
        return f"hashing {self._salt}"

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"hashing {self._dimension} {self._salt}".encode()).hexdigest()

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str], role: Role = Role.PLAIN) -> Vectors:
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        for row, text in enumerate(texts):
            for word in words_of(text):
                seed = hashlib.sha256(f"{self._salt}{role}{word}".encode()).digest()[:8]
                vectors[row] += np.random.default_rng(int.from_bytes(seed)).standard_normal(self._dimension)
            length = np.linalg.norm(vectors[row])
            if length:
                vectors[row] /= length
        return vectors
