import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.cache import CachedEncoder, VectorCache, cache_key
from embeddings.encoder import Encoder, Role, Vectors
from embeddings.errors import EmbeddingsError
from tests.contracts.encoder import TEXTS, EncoderContract
from tests.embeddings.encoders import HashingEncoder


class CountingEncoder(HashingEncoder):
    def __init__(self, salt: str = "") -> None:
        super().__init__(salt=salt)
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], role: Role = Role.PLAIN) -> Vectors:
        self.encoded.extend(texts)
        return super().encode(texts, role)


@pytest.fixture
def cache(tmp_path: Path) -> VectorCache:
    return VectorCache(tmp_path / "vectors.db")


class TestCachedEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self, cache: VectorCache) -> Encoder:
        return CachedEncoder(HashingEncoder(), cache)


def test_only_what_is_missing_is_encoded_and_each_text_once(cache: VectorCache) -> None:
    behind = CountingEncoder()
    encoder = CachedEncoder(behind, cache, batch=2)
    first = encoder.encode(["a", "b", "a", "c", "a"])
    assert behind.encoded == ["a", "b", "c"]
    again = encoder.encode(["c", "d", "a"])
    assert behind.encoded == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(again[[2, 0]], first[[0, 3]])
    np.testing.assert_array_equal(first, HashingEncoder().encode(["a", "b", "a", "c", "a"]))


def test_roles_and_models_are_kept_apart(cache: VectorCache) -> None:
    one, other = CountingEncoder("one"), CountingEncoder("other")
    CachedEncoder(one, cache).encode(["a"], Role.SOUGHT)
    CachedEncoder(one, cache).encode(["a"], Role.OFFERED)
    CachedEncoder(other, cache).encode(["a"], Role.SOUGHT)
    assert one.encoded == ["a", "a"]
    assert other.encoded == ["a"]


def test_vectors_of_models_no_longer_used_are_pruned(cache: VectorCache) -> None:
    one, other = HashingEncoder(salt="one"), HashingEncoder(salt="other")
    CachedEncoder(one, cache).encode(["a", "b"])
    CachedEncoder(other, cache).encode(["a"])
    assert cache.prune([other.fingerprint]) == 2
    assert len(cache) == 1


def test_many_keys_are_asked_and_kept_at_once(cache: VectorCache) -> None:
    texts = [f"text {i}" for i in range(2_500)]
    encoder = CachedEncoder(HashingEncoder(), cache)
    made = encoder.encode(texts)
    vectors, found = cache.get([cache_key(text, Role.PLAIN, encoder.fingerprint) for text in texts], encoder.dimension)
    assert found.all()
    np.testing.assert_array_equal(vectors, made)


def test_a_vector_of_another_width_is_not_taken(cache: VectorCache) -> None:
    cache.put([b"key"], np.ones((1, 3), np.float32), "f")
    assert not cache.get([b"key"], 4)[1].any()


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "vectors.db"
    path.write_bytes(b"this is no database " * 300)
    with pytest.raises(EmbeddingsError, match="remove the file"):
        CachedEncoder(HashingEncoder(), VectorCache(path)).encode(["a"])


def _fill(path: Path, number: int) -> None:
    encoder = CachedEncoder(HashingEncoder(), VectorCache(path), batch=5)
    encoder.encode([f"text {i}" for i in range(number, number + 60)])


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "vectors.db"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_fill, args=(path, 20 * number)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(VectorCache(path)) == 100


def _write_and_die(path: Path) -> None:
    cache = VectorCache(path)
    cache.put([b"kept"], np.ones((1, 2), np.float32), "f")
    with cache._connection() as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO vector VALUES (?, 'f', ?)", (b"lost", b"12345678"))
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_writer_leaves_what_was_there_before(tmp_path: Path) -> None:
    path = tmp_path / "vectors.db"
    worker = multiprocessing.get_context("spawn").Process(target=_write_and_die, args=(path,))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    found = VectorCache(path).get([b"kept", b"lost"], 2)[1]
    assert found.tolist() == [True, False]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_texts_of_the_contract_are_not_the_same_key() -> None:
    keys = {cache_key(text, role, "f") for text in TEXTS for role in Role}
    assert len(keys) == len(TEXTS) * len(Role)
