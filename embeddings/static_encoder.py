"""The bilingual model that ships: a table of token vectors, no neural network at run time.

A plain text's vector is the mean of its tokens' vectors, scaled to unit length (`StaticEmbedding` of
sentence-transformers does the same with an exported copy); how much a token counts is learnt and folded into the
length of its vector. A text with a role in a match, which may be pages long, is the mean weighted once more by each
token's rarity, so that boilerplate ("the company is looking for a partner…") counts little.
Needs numpy, tokenizers and safetensors only, so that a web worker starts fast and small.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from embeddings.encoder import Role, Vectors
from embeddings.model_files import SHIPPED_MODEL, read_model, shipped_model

CODE_VERSION = "2"  # raise when the same files would give other vectors
BATCH = 2048
CACHED_WORDS = 200_000
LONGEST_CACHED = 40
# str.split parts at these, while the tokenizer drops them and joins what stands on both sides.
_JOINING = re.compile("[\x1c-\x1f\x85]")


class StaticEncoder:
    """An `Encoder` over a static model's folder; the shipped one by default. Any length of text gives one vector."""

    def __init__(self, folder: Path = SHIPPED_MODEL) -> None:
        """Load and verify the model in `folder`; raises `ModelError` where it is missing or damaged."""
        files = shipped_model() if folder == SHIPPED_MODEL else read_model(folder)
        self._config = files.config
        self._tokenizer = files.tokenizer
        self._rows = files.rows()
        self._document_weights = files.document_weights
        self._words: dict[str, tuple[int, ...]] = {}
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
            for position, ids in enumerate(self._token_ids(texts[start : start + BATCH]), start):
                if ids:
                    vectors[position] = self._pool(ids, role)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text. No token crosses a blank, so each word is tokenised once and remembered."""
        split = [[text] if _JOINING.search(text) else text.split() for text in texts]
        known = self._words
        unseen = list(dict.fromkeys(word for words in split for word in words if word not in known))
        encodings = self._tokenizer.encode_batch_fast(unseen, add_special_tokens=False)
        fresh = {word: tuple(encoding.ids) for word, encoding in zip(unseen, encodings, strict=True)}
        ids = [list(chain.from_iterable(known[w] if w in known else fresh[w] for w in words)) for words in split]
        known.update((word, pieces) for word, pieces in fresh.items() if len(word) <= LONGEST_CACHED)
        if len(known) > CACHED_WORDS:
            self._words = {}  # another thread may still read the old one
        return ids

    def _pool(self, ids: list[int], role: Role) -> Vectors:
        chosen = np.array(ids)
        rows = self._rows.take(chosen, axis=0)
        weights = np.ones(len(ids), dtype=np.float32) if role is Role.PLAIN else self._document_weights[chosen]
        pooled: Vectors = weights @ rows / np.float32(len(ids))
        return pooled
