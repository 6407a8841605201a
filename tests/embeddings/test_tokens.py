import numpy as np
import pytest

from embeddings.tokens import TokenRows


def spelled(rows: TokenRows) -> list[dict[str, int]]:
    return [
        {
            rows.vocabulary[term]: int(count)
            for term, count in zip(rows.terms[start:end], rows.counts[start:end], strict=True)
        }
        for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    ]


def test_rows_keep_each_token_with_its_count() -> None:
    rows = TokenRows.from_tokens([["b", "a", "b"], [], ["a", "c"]])
    assert spelled(rows) == [{"b": 2, "a": 1}, {}, {"a": 1, "c": 1}]
    assert rows.lengths.tolist() == [3, 0, 2]


def test_rows_are_taken_in_the_order_asked() -> None:
    rows = TokenRows.from_tokens([["a"], ["b", "b"], [], ["c", "a"]])
    for wanted in ([3, 0], [1, 2, 3], [2], [], [0, 2]):
        taken = rows.take(np.array(wanted, np.int64))
        assert spelled(taken) == [spelled(rows)[position] for position in wanted]


def test_new_rows_follow_kept_ones_over_one_vocabulary() -> None:
    old = TokenRows.from_tokens([["a", "b"], ["c"]])
    new = TokenRows.from_tokens([["c", "d", "d"]], old.vocabulary)
    joined = old.take(np.array([1])).followed_by(new)
    assert spelled(joined) == [{"c": 1}, {"c": 1, "d": 2}]
    with pytest.raises(ValueError, match="vocabulary"):
        new.followed_by(old)


def test_tokens_that_no_row_has_are_dropped_once_they_are_many() -> None:
    rows = TokenRows.from_tokens([["a", "b"], ["c", "d"]]).take(np.array([1]))
    assert rows.compact(tolerated=0.6) is rows
    compact = rows.compact()
    assert compact.vocabulary == ("c", "d")
    assert spelled(compact) == spelled(rows)
