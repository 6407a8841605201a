"""From the name of a model to its encoder. Arguments are plain values: settings are read elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from embeddings.encoder import Encoder
from embeddings.errors import ModelError

SHIPPED: Final = "abbina-bilingual"
FALLBACK: Final = "tfidf-svd"


def load_encoder(
    model: str,
    *,
    fitted: Path | None = None,
    cache: Path | None = None,
    device: str = "cpu",
    batch_size: int = 64,
    download: bool = False,
) -> Encoder:
    """The encoder that `model` names.

    "abbina-bilingual": the model that ships. "tfidf-svd": the fallback, read from the folder `fitted` where
    `TfidfEncoder.fit(...).save(folder)` put it. Anything else: a sentence-transformers model by name or folder (a
    folder of the shipped kind is read without torch), with its vectors kept in the file `cache`; the first two encode
    faster than a cache is read and get none. Raises ModelError that says what to do.
    """
    if model == SHIPPED:
        from embeddings.static_encoder import StaticEncoder

        return StaticEncoder()
    if model == FALLBACK:
        return _fallback(fitted)
    if (Path(model) / "SHA256SUMS").is_file():
        from embeddings.static_encoder import StaticEncoder

        return StaticEncoder(Path(model))
    return _transformer(model, cache, device=device, batch_size=batch_size, download=download)


def _fallback(fitted: Path | None) -> Encoder:
    if fitted is None:
        raise ModelError(f"{FALLBACK} is fitted on the stored texts: run `abbina index --full` first.")
    from embeddings.tfidf_encoder import TfidfEncoder

    return TfidfEncoder.load(fitted)


def _transformer(model: str, cache: Path | None, *, device: str, batch_size: int, download: bool) -> Encoder:
    from embeddings.transformer_encoder import TransformerEncoder

    hashes = None if cache is None else cache.with_name("model-digests.json")
    encoder = TransformerEncoder(model, device=device, batch_size=batch_size, download=download, hash_cache=hashes)
    if cache is None:
        return encoder
    from embeddings.cache import CachedEncoder, VectorCache

    return CachedEncoder(encoder, VectorCache(cache))
