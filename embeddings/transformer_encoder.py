"""Any sentence-transformers model behind the encoder contract; the only file that imports it, and that on first use."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from embeddings.encoder import Role, Vectors
from embeddings.errors import ModelError

CODE_VERSION: Final = "1"  # raise when the same files would give other vectors
_HASHED_SUFFIXES: Final = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})
_WEIGHTS: Final = frozenset({".safetensors", ".bin"})
_E5_PROMPTS: Final = {Role.SOUGHT: "query: ", Role.OFFERED: "passage: ", Role.PLAIN: "query: "}
# The names by which models that carry prompts of their own call the two sides.
_QUERY_NAMES: Final = ("query", "s2p_query", "retrieval.query", "search_query")
_PASSAGE_NAMES: Final = ("passage", "document", "corpus", "retrieval.passage", "search_document")
_NO_PROMPTS: Final = dict.fromkeys(Role, "")


class TransformerEncoder:
    """A sentence-transformers model by name or folder. Texts longer than the model's window are cut by it."""

    def __init__(
        self,
        model: str,
        *,
        device: str = "cpu",
        batch_size: int = 64,
        download: bool = False,
        hash_cache: Path | None = None,
    ) -> None:
        """Load `model`, a folder or a name; a name is only looked for on this machine unless `download`.

        `hash_cache`: a JSON file that remembers the digest of big weights by path, size and time of change.
        Raises ModelError where the model is missing, or cannot be loaded, saying what to do.
        """
        self._name = model
        self._batch_size = batch_size
        folder = _folder_of(model, download)
        self._model = _load(model, folder, device)
        self._lock = threading.Lock()
        self._prompts = _prompts_of(model, getattr(self._model, "prompts", None) or {})
        dimension = self._model.get_embedding_dimension()
        if not dimension:
            raise ModelError(f"model {model} does not say how long its vectors are: choose another (ABBINA_MODEL).")
        self._dimension = int(dimension)
        self._fingerprint = _fingerprint(folder, self._prompts, hash_cache)

    @property
    def name(self) -> str:
        """The name or folder as it was given."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Hex digest of the model's files, the prompts and this code's version."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self._dimension

    @property
    def prompts(self) -> Mapping[Role, str]:
        """What is put before a text, by role."""
        return self._prompts

    def encode(self, texts: Sequence[str], role: Role = Role.PLAIN) -> Vectors:
        """Encode `texts` as (n, dimension) float32, rows of unit length; an empty text is a zero row.

        SOUGHT gets the model's query prompt, OFFERED its passage prompt, where it has them.
        """
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if not rows:
            return vectors
        with self._lock:
            made = self._model.encode(
                [texts[row] for row in rows],
                prompt=self._prompts[role],
                batch_size=self._batch_size,
                convert_to_numpy=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        vectors[rows] = np.asarray(made, np.float32)
        return vectors


def _folder_of(model: str, download: bool) -> Path:
    if Path(model).is_dir():
        return Path(model)
    if model.startswith((".", "/", "~")) or model.count("/") > 1:
        raise ModelError(f"model folder {model} does not exist: correct ABBINA_MODEL.")
    from huggingface_hub import snapshot_download

    name = model if "/" in model else f"sentence-transformers/{model}"
    try:
        return Path(snapshot_download(name, local_files_only=not download))
    except Exception as error:  # the hub's client raises its own, requests' and the system's errors
        advice = (
            "check the name and the connection"
            if download
            else "allow fetching it once (ABBINA_MODEL_DOWNLOAD=true), or give the folder of a copy as ABBINA_MODEL"
        )
        raise ModelError(f"model {model} is not on this machine: {advice}. ({type(error).__name__})") from error


def _load(model: str, folder: Path, device: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelError(f"model {model} needs the package sentence-transformers: {error}.") from error
    try:
        return SentenceTransformer(str(folder), device=device, local_files_only=True)
    except Exception as error:  # whatever the libraries below raise for a damaged folder or an absent device
        raise ModelError(f"model {model} cannot be loaded from {folder} on {device}: {error}") from error


def _prompts_of(model: str, own: Mapping[str, str]) -> dict[Role, str]:
    query = next((own[name] for name in _QUERY_NAMES if own.get(name)), "")
    passage = next((own[name] for name in _PASSAGE_NAMES if own.get(name)), "")
    if query or passage:
        return {Role.SOUGHT: query, Role.OFFERED: passage, Role.PLAIN: query}
    if "e5" in Path(model).name.lower().replace("_", "-").split("-"):
        return dict(_E5_PROMPTS)
    return dict(_NO_PROMPTS)


def _fingerprint(folder: Path, prompts: Mapping[Role, str], hash_cache: Path | None) -> str:
    known = _read_hashes(hash_cache)
    parts = [CODE_VERSION, json.dumps({role.value: prompt for role, prompt in prompts.items()}, sort_keys=True)]
    changed = False
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix not in _HASHED_SUFFIXES:
            continue
        status = path.stat()
        key = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"
        if path.suffix in _WEIGHTS and key in known:
            digest = known[key]
        else:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            known[key], changed = digest, changed or path.suffix in _WEIGHTS
        parts.append(f"{path.relative_to(folder).as_posix()}={digest}")
    if changed and hash_cache is not None:
        _write_hashes(hash_cache, known)
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def _read_hashes(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # it only saves time: absent or damaged, it is made again
    return {str(key): str(value) for key, value in held.items()} if isinstance(held, dict) else {}


def _write_hashes(path: Path, hashes: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.new")
    aside.write_text(json.dumps(dict(hashes)), encoding="utf-8")
    aside.replace(path)
