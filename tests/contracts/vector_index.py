"""What every vector index must do, against brute force; a test class inherits this and names its `index_class`."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.encoder import Vectors
from embeddings.errors import GenerationError, VectorShapeError
from embeddings.index import VectorIndex

DIMENSION = 24


def unit_vectors(count: int, seed: int = 0, dimension: int = DIMENSION) -> Vectors:
    made = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def brute_force(vectors: Vectors, query: Vectors, k: int, allowed: np.ndarray[Any, Any] | None = None) -> list[int]:
    scores = vectors @ query
    positions = [p for p in range(len(vectors)) if allowed is None or allowed[p]]
    return sorted(positions, key=lambda p: (-scores[p], p))[:k]


class VectorIndexContract:
    index_class: Any

    def made(self, vectors: Vectors, ids: Any = None) -> VectorIndex:
        index: VectorIndex = self.index_class(vectors.shape[1])
        index.add(vectors, ids)
        return index

    def test_it_is_a_vector_index(self) -> None:
        assert isinstance(self.index_class(DIMENSION), VectorIndex)

    def test_it_finds_what_brute_force_finds(self) -> None:
        vectors, queries = unit_vectors(500), unit_vectors(30, seed=1)
        for query, hits in zip(queries, self.made(vectors).search(queries, 17), strict=True):
            assert hits.ids.tolist() == brute_force(vectors, query, 17)
            np.testing.assert_allclose(hits.scores, (vectors @ query)[hits.ids], atol=1e-5)

    @pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 0.999])
    def test_a_mask_is_applied_before_the_search(self, share: float) -> None:
        vectors, queries = unit_vectors(1000), unit_vectors(10, seed=1)
        mask = np.random.default_rng(2).random(1000) < share
        mask[7] = True
        for query, hits in zip(queries, self.made(vectors).search(queries, 20, mask), strict=True):
            assert hits.ids.tolist() == brute_force(vectors, query, 20, mask)

    def test_allowed_ids_mean_the_same_as_a_mask_and_unknown_ones_are_passed_over(self) -> None:
        vectors, queries = unit_vectors(200), unit_vectors(5, seed=1)
        ids = np.random.default_rng(3).permutation(10_000)[:200]
        index = self.made(vectors, ids)
        chosen = np.array([3, 50, 199, 12])
        mask = np.zeros(200, bool)
        mask[chosen] = True
        by_ids = index.search(queries, 9, np.append(ids[chosen], 123_456))
        for ours, theirs in zip(by_ids, index.search(queries, 9, mask), strict=True):
            assert ours.ids.tolist() == theirs.ids.tolist()
            assert set(ours.ids.tolist()) == set(ids[chosen].tolist())

    def test_hits_carry_the_ids_given(self) -> None:
        vectors = unit_vectors(50)
        ids = np.arange(50)[::-1] * 7 + 1
        index = self.made(vectors, ids)
        assert [int(hits.ids[0]) for hits in index.search(vectors, 1)] == ids.tolist()
        assert index.ids.tolist() == ids.tolist()

    def test_fewer_hits_come_back_than_asked_where_fewer_are_allowed_and_never_padding(self) -> None:
        index = self.made(unit_vectors(10))
        mask = np.zeros(10, bool)
        mask[4] = True
        assert index.search(unit_vectors(1, seed=1), 5, mask)[0].ids.tolist() == [4]
        assert len(index.search(unit_vectors(1, seed=1), 50)[0]) == 10
        assert len(index.search(unit_vectors(1, seed=1), 5, np.zeros(10, bool))[0]) == 0
        assert len(index.search(unit_vectors(1, seed=1), 5, np.empty(0, np.int64))[0]) == 0

    def test_an_empty_index_finds_nothing(self) -> None:
        index = self.index_class(DIMENSION)
        assert len(index) == 0
        assert len(index.search(unit_vectors(1), 3)[0]) == 0
        assert len(index.search(unit_vectors(1), 3, np.array([5]))[0]) == 0

    def test_zero_rows_are_kept_and_never_found_and_a_zero_query_finds_nothing(self) -> None:
        vectors = unit_vectors(6)
        vectors[2] = 0
        index = self.made(vectors)
        assert len(index) == 6
        opposite = -vectors[:1]
        assert sorted(index.search(opposite, 6)[0].ids.tolist()) == [0, 1, 3, 4, 5]
        assert len(index.search(np.zeros((1, DIMENSION), np.float32), 3)[0]) == 0

    def test_equal_scores_come_by_position(self) -> None:
        vectors = np.repeat(unit_vectors(1), 8, axis=0)
        assert self.made(vectors).search(vectors[:1], 8)[0].ids.tolist() == list(range(8))

    def test_rows_added_later_are_found(self) -> None:
        vectors = unit_vectors(40)
        index = self.made(vectors[:25])
        index.add(vectors[25:])
        assert [int(hits.ids[0]) for hits in index.search(vectors, 1)] == list(range(40))

    def test_repeated_ids_are_refused_and_nothing_is_added(self) -> None:
        index = self.made(unit_vectors(3), np.array([1, 2, 3]))
        with pytest.raises(VectorShapeError, match="id 9 is given 2 times"):
            index.add(unit_vectors(2), np.array([9, 9]))
        with pytest.raises(VectorShapeError, match="id 2 is given 2 times"):
            index.add(unit_vectors(2), np.array([2, 9]))
        assert len(index) == 3

    @pytest.mark.parametrize(
        ("vectors", "message"),
        [
            (np.ones((2, DIMENSION + 1), np.float32), rf"\(n, {DIMENSION}\) is needed"),
            (np.ones(DIMENSION, np.float32), rf"\(n, {DIMENSION}\) is needed"),
            (np.full((2, DIMENSION), np.nan, np.float32), "row 0 has NaN"),
            (np.array([[0.0] * DIMENSION, [np.inf] * DIMENSION], np.float32), "row 1 has NaN or infinite"),
        ],
    )
    def test_vectors_of_another_width_or_not_finite_are_refused(self, vectors: Any, message: str) -> None:
        index = self.made(unit_vectors(3))
        with pytest.raises(VectorShapeError, match=message):
            index.add(vectors)
        with pytest.raises(VectorShapeError, match=message):
            index.search(vectors, 1)
        assert len(index) == 3

    def test_a_mask_of_another_length_or_no_hits_asked_are_refused(self) -> None:
        index = self.made(unit_vectors(3))
        with pytest.raises(VectorShapeError, match="for 3 rows"):
            index.search(unit_vectors(1), 1, np.ones(4, bool))
        with pytest.raises(VectorShapeError, match="k=0"):
            index.search(unit_vectors(1), 0)

    def test_stored_vectors_come_back_by_id(self) -> None:
        vectors, ids = unit_vectors(20), np.arange(20) + 100
        index = self.made(vectors, ids)
        np.testing.assert_array_equal(index.vectors(), vectors)
        np.testing.assert_array_equal(index.vectors(np.array([119, 100])), vectors[[19, 0]])
        with pytest.raises(KeyError, match="5"):
            index.vectors(np.array([5]))

    def test_what_was_saved_is_loaded(self, tmp_path: Path) -> None:
        vectors, ids = unit_vectors(30), np.arange(30) * 3
        self.made(vectors, ids).save(tmp_path / "index")
        loaded = self.index_class.load(tmp_path / "index")
        assert [int(hits.ids[0]) for hits in loaded.search(vectors, 1)] == ids.tolist()

    def test_a_missing_or_damaged_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(GenerationError, match="nowhere"):
            self.index_class.load(tmp_path / "nowhere")
        self.made(unit_vectors(30)).save(tmp_path / "index")
        largest = max((tmp_path / "index").iterdir(), key=lambda path: path.stat().st_size)
        largest.write_bytes(largest.read_bytes()[:100])
        with pytest.raises(GenerationError, match="build it again"):
            self.index_class.load(tmp_path / "index")
