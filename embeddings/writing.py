"""Writing a section's files: arrays put together from kept and new rows, hashed on their way to the disk."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, Vectors
from embeddings.errors import GenerationError, VectorShapeError
from embeddings.index import check_vectors
from embeddings.language import LANGUAGES, analyse
from embeddings.lexical import score_matrix
from embeddings.plan import SectionPlan, text_hashes
from embeddings.section import ATTRIBUTES, Section
from embeddings.tokens import VOCABULARY_FILE, TokenRows

Progress = Callable[[int], None]
"""Called with the number of texts just encoded."""

_ENCODED_AT_ONCE: Final = 1024
_UNIT_TOLERANCE: Final = 1e-3
_BLOCK: Final = 1 << 20
_SYNCED_AT_ONCE: Final = 8


class FolderWriter:
    """Writes files under `root` and remembers their size and sha256."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, dict[str, Any]] = {}

    def array(self, name: str, array: NDArray[Any]) -> None:
        """Write `array` as npy. Raises GenerationError on an array of Python objects."""
        if array.dtype.hasobject:
            raise GenerationError(f"{name}: an array of Python objects cannot be saved; give numbers or strings.")
        with _HashedFile(self.root / name) as file:
            np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
        self.files[name] = file.record

    def json(self, name: str, value: object) -> None:
        """Write `value` as JSON."""
        with _HashedFile(self.root / name) as file:
            file.write(json.dumps(value, ensure_ascii=False).encode("utf-8"))
        self.files[name] = file.record

    def sync(self) -> None:
        """Wait until all files are on disk; in parallel, as each waits for the disk and not for the processor."""
        with ThreadPoolExecutor(_SYNCED_AT_ONCE) as pool:
            list(pool.map(sync, [self.root / name for name in self.files]))


def sync(path: Path) -> None:
    """Wait until the file or folder `path` is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _HashedFile:
    """A file that hashes what is written, so that what is on disk can be compared with what was meant."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("xb")
        self._hash = hashlib.sha256()
        self._size = 0

    def __enter__(self) -> _HashedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self._size += len(data)
        return self._file.write(data)

    @property
    def record(self) -> dict[str, Any]:
        return {"bytes": self._size, "sha256": self._hash.hexdigest()}


def file_record(path: Path) -> dict[str, Any]:
    """Size and sha256 of a file as it is on disk."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def write_section(
    writer: FolderWriter, plan: SectionPlan, encoder: Encoder, previous: Section | None, progress: Progress | None
) -> dict[str, Any]:
    """Write the files of `plan` under <name>/; return its entry of the manifest."""
    kept = _check(plan, previous)
    owners = _joined(previous, "owners", kept, np.array([row.owner for row in plan.new], np.int64))
    hashes = _joined(previous, "text_hashes", kept, text_hashes(row.text for row in plan.new))
    spoken = np.array([_language_number(row.language) for row in plan.new], np.uint8)
    languages = _joined(previous, "languages", kept, spoken)
    vectors = _joined(previous, "vectors", kept, _encoded(plan, encoder, progress))
    tokens = _tokens(plan, previous, kept)
    arrays: dict[str, NDArray[Any]] = {
        "owners": owners,
        "text_hashes": hashes,
        "languages": languages,
        "vectors": vectors,
        **tokens.arrays(),
    }
    scores = score_matrix(tokens)
    arrays.update({f"bm25_{name}": scores[name] for name in ("data", "indices", "indptr")})
    arrays.update({f"{ATTRIBUTES}/{name}": array for name, array in plan.attributes.items()})
    for name, array in arrays.items():
        writer.array(f"{plan.name}/{name}.npy", array)
    writer.json(f"{plan.name}/{VOCABULARY_FILE}", tokens.vocabulary)
    return {
        "role": str(plan.role),
        "rows": len(owners),
        "owners": len(np.unique(owners)),
        "terms": len(tokens.vocabulary),
        "wordless": int(np.count_nonzero(~vectors.any(axis=1))),
        "encoded": len(plan.new),
        "attributes": sorted(plan.attributes),
    }


def _check(plan: SectionPlan, previous: Section | None) -> NDArray[np.int64]:
    kept = np.asarray(plan.kept, dtype=np.int64)
    held = 0 if previous is None else len(previous)
    if len(kept) and (kept.min() < 0 or kept.max() >= held or len(np.unique(kept)) != len(kept)):
        raise GenerationError(f"section {plan.name}: rows to keep must be different ones of the {held} that there are.")
    for name, array in plan.attributes.items():
        if len(array) != len(plan):
            raise GenerationError(f"section {plan.name}, attribute {name}: {len(array)} entries for {len(plan)} rows.")
    return kept


def _joined(previous: Section | None, name: str, kept: NDArray[np.int64], new: NDArray[Any]) -> NDArray[Any]:
    if previous is None or not len(kept):
        return new
    old = getattr(previous, name)
    joined = np.empty((len(kept) + len(new), *new.shape[1:]), new.dtype)
    np.take(old, kept, axis=0, out=joined[: len(kept)], mode="clip")  # "clip" writes straight into `out`
    joined[len(kept) :] = new
    return joined


def _language_number(language: str) -> int:
    for number, known in enumerate(LANGUAGES):
        if known == language:
            return number
    raise GenerationError(f"language {language!r} of a row: use one of {', '.join(LANGUAGES)}.")


def _encoded(plan: SectionPlan, encoder: Encoder, progress: Progress | None) -> Vectors:
    vectors = np.empty((len(plan.new), encoder.dimension), np.float32)
    for start in range(0, len(plan.new), _ENCODED_AT_ONCE):
        texts = [row.text for row in plan.new[start : start + _ENCODED_AT_ONCE]]
        made = check_vectors(encoder.encode(texts, plan.role), encoder.dimension, f"vectors by {encoder.name}")
        lengths = np.linalg.norm(made, axis=1)
        if len(made) != len(texts) or ((lengths > 0) & (np.abs(lengths - 1) > _UNIT_TOLERANCE)).any():
            raise VectorShapeError(
                f"{encoder.name} gave {len(made)} rows, or not of unit length, for {len(texts)} texts."
            )
        vectors[start : start + len(texts)] = made
        if progress is not None:
            progress(len(texts))
    return vectors


def _tokens(plan: SectionPlan, previous: Section | None, kept: NDArray[np.int64]) -> TokenRows:
    analysed = (analyse(row.text, row.language) for row in plan.new)
    if previous is None or not len(kept):
        return TokenRows.from_tokens(analysed)
    old = previous.tokens
    new = TokenRows.from_tokens(analysed, old.vocabulary)
    joined = old.take(kept).followed_by(new)
    return joined.compact(0) if plan.tidy else joined.compact()
