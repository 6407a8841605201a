import numpy as np
import pytest

from matching.network import Network


def network(texts: list[tuple[int, int]], candidates: int) -> Network:
    """From (candidate, text) pairs, equal numbers being equal texts; -1 is a candidate that is not in the table."""
    hashes = np.zeros((len(texts), 32), np.uint8)
    for row, (_, text) in enumerate(texts):
        hashes[row, :8] = np.frombuffer(np.int64(text).tobytes(), np.uint8)
    return Network.of(np.array([candidate for candidate, _ in texts]), hashes, candidates)


# 0 and 1 share piece 10; 1 and 2 share piece 11; 3 has a piece of its own; 4 and 5 share piece 12.
REGION = [(0, 10), (1, 10), (1, 11), (2, 11), (3, 20), (4, 12), (5, 12)]


def support_from(piece_of: int, region: list[tuple[int, int]] = REGION, count: int = 6) -> np.ndarray:
    built = network(region, count)
    near = np.full(len(built.text), -2.0, np.float32)
    near[[region[row][1] == piece_of for row in built.text.tolist()]] = 3.0
    return built.support(near)


def test_only_shared_pieces_join() -> None:
    built = network(REGION, 6)
    assert sorted(REGION[row][1] for row in built.text.tolist()) == [10, 11, 12]


def test_one_who_shares_nothing_is_unknown_not_far() -> None:
    assert np.isnan(support_from(10)[3])


def test_participants_come_first_then_those_who_worked_with_them_then_strangers() -> None:
    support = support_from(10)
    assert support[0] > support[2] > support[4]
    assert support[4] == support[5]


def test_all_support_lies_between_nought_and_one() -> None:
    for near in (-50.0, 0.0, 50.0):
        built = network(REGION, 6)
        support = built.support(np.full(len(built.text), near, np.float32))
        known = support[np.isfinite(support)]
        assert ((known >= 0) & (known <= 1)).all()


def test_a_large_consortium_supports_each_participant_less() -> None:
    small, large = [(0, 1), (1, 1)], [(i, 1) for i in range(10)]
    assert support_from(1, small, 2)[0] > support_from(1, large, 10)[0]


def test_one_who_has_the_same_text_twice_counts_once() -> None:
    once = support_from(10)
    twice = support_from(10, [*REGION, (0, 10)])
    np.testing.assert_allclose(once, twice)


def test_texts_of_candidates_that_are_not_in_the_table_are_passed_over() -> None:
    np.testing.assert_allclose(support_from(10, [(-1, 10), *REGION]), support_from(10))


def test_no_texts_make_an_empty_network() -> None:
    built = network([], 3)
    assert np.isnan(built.support(np.empty(0, np.float32))).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_walk_is_the_sum_written_out(seed: int) -> None:
    from matching.network import ONWARD, SHARPNESS, STEPS

    random = np.random.default_rng(seed)
    members = random.random((8, 5)) < 0.5
    members[:2] = True  # every piece is shared
    texts = [(int(c), int(p)) for c, p in zip(*np.nonzero(members), strict=True)]
    built = network(texts, 8)
    near = random.normal(size=5).astype(np.float32)
    order = [texts[row][1] for row in built.text.tolist()]
    m = members[:, order].astype(float)
    piece, reached = np.exp(SHARPNESS * near.astype(float)), np.zeros(8)
    for step in range(STEPS):
        here = (m / m.sum(axis=0)) @ piece
        reached += ONWARD**step * here
        piece = (m / np.maximum(m.sum(axis=1, keepdims=True), 1)).T @ here
    expected = np.clip((np.log(reached) / SHARPNESS + 2.5) / 7.0, 0, 1)
    np.testing.assert_allclose(built.support(near), np.where(m.any(axis=1), expected, np.nan), rtol=1e-5)
