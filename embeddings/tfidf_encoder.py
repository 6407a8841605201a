"""The fallback that needs no weights: TF-IDF over words and their character 4-grams, reduced by SVD (LSA), fitted here.

Character n-grams stand in for stems and let cognates meet across the two languages (tecnologia, technology). As a
text's weights are sums over its words, each word's vector is computed once and kept: encoding is adding up.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Role, Vectors
from embeddings.errors import ModelError
from embeddings.language import words_of
from embeddings.stopwords import ENGLISH, ITALIAN

CODE_VERSION: Final = "1"  # raise when the same files would give other vectors
DIMENSION: Final = 256
_FITTED_TEXTS: Final = 4_000  # spread evenly over the corpus: more cost time and change little
_FEATURES: Final = 40_000
_GRAM: Final = 4
_LEAST_DOCUMENTS: Final = 2
_POWER_ITERATIONS: Final = 3
_ENCODED_AT_ONCE: Final = 1024
_CACHED_WORDS: Final = 100_000
_CONFIG, _FEATURE_FILE, _WEIGHTS = "config.json", "features.json", "projection.safetensors"
_STOP_WORDS: Final = ITALIAN | ENGLISH


class TfidfEncoder:
    """An `Encoder` made by `fit` or `load`. Roles make no difference to it."""

    def __init__(self, features: Sequence[str], projection: NDArray[np.float32]) -> None:
        """`projection` (features, dimension): the vector that each feature adds, idf included."""
        self._features = tuple(features)
        self._positions = {feature: position for position, feature in enumerate(features)}
        self._projection = np.ascontiguousarray(projection, np.float32)
        self._words: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()
        digest = hashlib.sha256(f"{CODE_VERSION}\n{json.dumps(self._features)}\n".encode())
        digest.update(self._projection.tobytes())
        self._fingerprint = digest.hexdigest()

    @classmethod
    def fit(cls, texts: Iterable[str], dimension: int = DIMENSION, seed: int = 0) -> Self:
        """Fit on a corpus, of which at most 4,000 texts are used. The same texts and seed give the same encoder.

        The dimension is smaller where the corpus is. Raises ModelError on texts without two words in common.
        """
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfTransformer

        bags = [bag for bag in map(_bag, _spread(list(texts))) if bag]
        features, counts = _feature_counts(bags)
        size = min(dimension, len(features), len(bags))
        if size < 2:
            raise ModelError(f"{len(bags)} texts with words are too few to fit the fallback model: import more first.")
        weighting = TfidfTransformer(norm="l2").fit(counts)
        reduction = TruncatedSVD(size, n_iter=_POWER_ITERATIONS, random_state=seed).fit(weighting.transform(counts))
        return cls(features, weighting.idf_[:, None] * reduction.components_.T)

    @property
    def name(self) -> str:
        """The name by which settings choose it."""
        return "tfidf-svd"

    @property
    def fingerprint(self) -> str:
        """Hex digest of the features, their vectors and this code's version."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return int(self._projection.shape[1])

    def encode(self, texts: Sequence[str], role: Role = Role.PLAIN) -> Vectors:
        """Encode `texts` as (n, dimension) float32, rows of unit length; without any known word a zero row."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), _ENCODED_AT_ONCE):
            part = self._sums([_bag(text) for text in texts[start : start + _ENCODED_AT_ONCE]])
            lengths = np.linalg.norm(part, axis=1, keepdims=True)
            np.divide(part, lengths, out=vectors[start : start + len(part)], where=lengths > 0)
        return vectors

    def save(self, folder: Path) -> None:
        """Write config.json, features.json and projection.safetensors into `folder`; the config, last, seals them."""
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        (folder / _CONFIG).unlink(missing_ok=True)
        (folder / _FEATURE_FILE).write_text(json.dumps(self._features), encoding="utf-8")
        save_file({"projection": self._projection}, folder / _WEIGHTS)
        config = {"code_version": CODE_VERSION, "dimension": self.dimension, "fingerprint": self.fingerprint}
        aside = folder / f"{_CONFIG}.new"
        aside.write_text(json.dumps(config), encoding="utf-8")
        aside.replace(folder / _CONFIG)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises ModelError where it is missing, damaged or of another version."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
            features = json.loads((folder / _FEATURE_FILE).read_text(encoding="utf-8"))
            encoder = cls(features, load_file(folder / _WEIGHTS)["projection"])
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelError(f"fallback model in {folder}: {error}; fit it by `abbina index --full`.") from error
        if config.get("fingerprint") != encoder.fingerprint:
            raise ModelError(f"fallback model in {folder} is damaged or of another version; run `abbina index --full`.")
        return encoder

    def _sums(self, bags: list[Counter[str]]) -> Vectors:
        """For each bag the sum of its words' vectors, each by 1 + log of its count."""
        from scipy.sparse import csr_matrix

        columns: dict[str, int] = {}
        indices = [columns.setdefault(word, len(columns)) for bag in bags for word in bag]
        if not columns:
            return np.zeros((len(bags), self.dimension), np.float32)
        counts = np.array([count for bag in bags for count in bag.values()], np.float32)
        ends = np.concatenate([[0], np.cumsum([len(bag) for bag in bags])])
        weights = csr_matrix((1 + np.log(counts), indices, ends), (len(bags), len(columns)))
        with self._lock:
            table = np.stack(
                [self._words[word] if word in self._words else self._word_vector(word) for word in columns]
            )
        return np.asarray(weights @ table, np.float32)

    def _word_vector(self, word: str) -> NDArray[np.float32]:
        positions = [self._positions[feature] for feature in _features_of(word) if feature in self._positions]
        vector: NDArray[np.float32] = self._projection[positions].sum(axis=0)
        if len(self._words) >= _CACHED_WORDS:
            self._words.clear()
        self._words[word] = vector
        return vector


def _spread(texts: list[str]) -> list[str]:
    if len(texts) <= _FITTED_TEXTS:
        return texts
    return [texts[position] for position in np.linspace(0, len(texts) - 1, _FITTED_TEXTS).astype(int)]


def _bag(text: str) -> Counter[str]:
    return Counter(word for word in words_of(text) if len(word) > 1 and word not in _STOP_WORDS)


def _features_of(word: str) -> list[str]:
    """The word itself, marked, and its character 4-grams with the word's ends."""
    framed = f"<{word}>"
    return [f"={word}", *dict.fromkeys(framed[at : at + _GRAM] for at in range(max(1, len(framed) - _GRAM + 1)))]


def _feature_counts(bags: list[Counter[str]]) -> tuple[list[str], Any]:
    """The features worth keeping, and how much each text has of each: sparse (texts, features)."""
    from scipy.sparse import csr_matrix

    words: dict[str, int] = {}
    features: dict[str, int] = {}
    rows = [
        (row, words.setdefault(word, len(words)), 1 + np.log(n))
        for row, bag in enumerate(bags)
        for word, n in bag.items()
    ]
    links = [
        (number, features.setdefault(feature, len(features)))
        for word, number in words.items()
        for feature in _features_of(word)
    ]
    if not rows:
        return [], None
    text_rows, word_columns, amounts = (np.array(column) for column in zip(*rows, strict=True))
    word_rows, feature_columns = (np.array(column) for column in zip(*links, strict=True))
    by_word = csr_matrix((amounts, (text_rows, word_columns)), (len(bags), len(words)))
    of_words = csr_matrix((np.ones(len(links)), (word_rows, feature_columns)), (len(words), len(features)))
    counts = (by_word @ of_words).tocsr()
    documents = np.bincount(counts.indices, minlength=len(features))
    ranked = np.lexsort((np.arange(len(features)), -documents))
    kept = np.sort(ranked[: min(_FEATURES, int(np.count_nonzero(documents >= _LEAST_DOCUMENTS)))])
    names = list(features)
    return [names[column] for column in kept], counts[:, kept]
