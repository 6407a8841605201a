"""Vectors once made are kept in an SQLite file, keyed by text, role and model.

Worth it for a transformer (milliseconds a text); a static model encodes faster than a file is read, so `loading` puts
no cache before one.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import numpy as np

from embeddings.encoder import Encoder, Role, Vectors
from embeddings.errors import EmbeddingsError

_ASKED_AT_ONCE: Final = 500  # below SQLite's limit of variables in a statement
_BUSY_SECONDS: Final = 60.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS vector (
    key BLOB PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    value BLOB NOT NULL
) WITHOUT ROWID
"""


class VectorCache:
    """Vectors by key in one file; several processes and threads may read and write it at once.

    Writes are transactions in SQLite's write-ahead log: a writer that is killed leaves what was there before. Each
    thread of each process has a connection of its own (SQLite's may not cross a fork).
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._local = threading.local()

    def get(self, keys: Sequence[bytes], dimension: int) -> tuple[Vectors, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """The vectors of `keys`, (n, dimension) float32, and which were found, (n,) bool; the others' rows are zero."""
        vectors = np.zeros((len(keys), dimension), np.float32)
        found = np.zeros(len(keys), np.bool_)
        with self._connection() as connection:
            held: dict[bytes, bytes] = {}
            for start in range(0, len(keys), _ASKED_AT_ONCE):
                asked = keys[start : start + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(asked))
                held.update(connection.execute(f"SELECT key, value FROM vector WHERE key IN ({marks})", asked))  # noqa: S608 - marks only
        for row, key in enumerate(keys):
            value = held.get(key)
            if value is not None and len(value) == 4 * dimension:
                vectors[row] = np.frombuffer(value, "<f4")
                found[row] = True
        return vectors, found

    def put(self, keys: Sequence[bytes], vectors: Vectors, fingerprint: str) -> None:
        """Keep `vectors` (n, dimension) under `keys`, in one transaction; a key that is held is left as it is."""
        values = (row.tobytes() for row in np.ascontiguousarray(vectors, "<f4"))
        with self._connection() as connection, connection:
            connection.executemany(
                "INSERT OR IGNORE INTO vector (key, fingerprint, value) VALUES (?, ?, ?)",
                zip(keys, (fingerprint for _ in keys), values, strict=False),
            )

    def prune(self, keep: Iterable[str]) -> int:
        """Remove the vectors of all models but those with these fingerprints; return how many went."""
        kept = list(keep)
        marks = ",".join("?" * len(kept))
        with self._connection() as connection:
            with connection:
                removed = connection.execute(f"DELETE FROM vector WHERE fingerprint NOT IN ({marks})", kept).rowcount  # noqa: S608 - marks only
            if removed:
                with suppress(sqlite3.OperationalError):  # others are reading: the space is reused, not given back
                    connection.execute("VACUUM")
        return int(removed)

    def forget(self, texts: Iterable[str]) -> int:
        """Remove the vectors of these texts, of every role and model, and overwrite where they lay; how many went."""
        with self._connection() as connection:
            models = [row[0] for row in connection.execute("SELECT DISTINCT fingerprint FROM vector")]
            keys = [(cache_key(text, role, model),) for text in texts for role in Role for model in models]
            connection.execute("PRAGMA secure_delete=ON")
            with connection:
                before = connection.total_changes
                connection.executemany("DELETE FROM vector WHERE key = ?", keys)
            removed = connection.total_changes - before
            with suppress(sqlite3.OperationalError):  # a reader keeps the log busy: the next checkpoint empties it
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return removed

    def __len__(self) -> int:
        with self._connection() as connection:
            return int(connection.execute("SELECT count(*) FROM vector").fetchone()[0])

    def close(self) -> None:
        """Close this thread's connection; the next use opens it again."""
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            held[1].close()
        self._local.held = None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            held = getattr(self._local, "held", None)
            if held is None or held[0] != os.getpid():
                held = (os.getpid(), self._open())
                self._local.held = held
            yield held[1]
        except sqlite3.DatabaseError as error:
            self.close()
            raise EmbeddingsError(
                f"vector cache {self.path}: {error}; it only saves time: remove the file and its -wal and -shm files."
            ) from error

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddingsError(f"vector cache {self.path}: {error.strerror}; make its folder writable.") from error
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
        try:
            with closing(connection.execute("PRAGMA journal_mode=WAL")):
                connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection


class CachedEncoder:
    """An `Encoder` that asks the cache first and encodes only what is missing, each text once."""

    def __init__(self, encoder: Encoder, cache: VectorCache, batch: int = 512) -> None:
        self._encoder = encoder
        self._cache = cache
        self._batch = batch

    @property
    def name(self) -> str:
        """The name of the encoder behind."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the encoder behind: a cache changes no vector."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str], role: Role = Role.PLAIN) -> Vectors:
        """As the encoder behind; what was made is kept after each batch, so that a killed run loses one batch."""
        keys = [cache_key(text, role, self.fingerprint) for text in texts]
        vectors, found = self._cache.get(keys, self.dimension)
        missing: dict[bytes, list[int]] = {}
        for row in np.flatnonzero(~found).tolist():
            missing.setdefault(keys[row], []).append(row)
        wanted = list(missing)
        for start in range(0, len(wanted), self._batch):
            batch = wanted[start : start + self._batch]
            made = self._encoder.encode([texts[missing[key][0]] for key in batch], role)
            self._cache.put(batch, made, self.fingerprint)
            for key, vector in zip(batch, made, strict=True):
                vectors[missing[key]] = vector
        return vectors


def cache_key(text: str, role: Role, fingerprint: str) -> bytes:
    """sha256 over the text's own sha256, the role and the model's fingerprint; 32 bytes."""
    own = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return hashlib.sha256(own + role.value.encode("ascii") + b"\0" + fingerprint.encode("utf-8")).digest()
