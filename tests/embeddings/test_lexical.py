import math
from collections import Counter
from pathlib import Path

import bm25s
import numpy as np
import pytest

from embeddings.errors import GenerationError, VectorShapeError
from embeddings.language import analyse
from embeddings.lexical import LONGEST_QUERY, LexicalIndex, score_matrix
from embeddings.tokens import TokenRows


def random_rows(count: int = 120, words: int = 60, seed: int = 0) -> list[list[str]]:
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, words + 1)
    return [
        [f"it:w{i}" for i in random.choice(words, size=random.integers(0, 40), p=weights / weights.sum())]
        for _ in range(count)
    ]


def plain_bm25(rows: list[list[str]], query: list[str], k1: float = 1.5, b: float = 0.75) -> list[float]:
    """Lucene's variant (Kamphuis et al. 2020), written out."""
    average = sum(map(len, rows)) / len(rows)
    scores = []
    for row in rows:
        counts, score = Counter(row), 0.0
        for term in query:
            frequency = sum(term in other for other in rows)
            inverse = math.log(1 + (len(rows) - frequency + 0.5) / (frequency + 0.5))
            score += inverse * counts[term] / (counts[term] + k1 * (1 - b + b * len(row) / average))
        scores.append(score)
    return scores


@pytest.fixture
def rows() -> list[list[str]]:
    return random_rows()


@pytest.fixture
def index(rows: list[list[str]]) -> LexicalIndex:
    return LexicalIndex.build(TokenRows.from_tokens(rows))


def test_scores_are_those_of_bm25_written_out(rows: list[list[str]], index: LexicalIndex) -> None:
    query = ["it:w0", "it:w7", "it:w31", "it:unknown", "it:w7"]
    expected = plain_bm25(rows, query)
    np.testing.assert_allclose(index.scores_of(query, np.arange(len(rows))), expected, rtol=1e-5, atol=1e-6)
    hits = index.search(query, len(rows))
    np.testing.assert_allclose(hits.scores, sorted(filter(None, expected), reverse=True), rtol=1e-5)
    assert set(hits.ids.tolist()) == {p for p, score in enumerate(expected) if score > 0}


def test_the_score_matrix_equals_the_one_that_bm25s_builds(rows: list[list[str]]) -> None:
    tokens = TokenRows.from_tokens(rows)
    ours = score_matrix(tokens)
    theirs = bm25s.BM25(k1=1.5, b=0.75, method="lucene", backend="numpy")
    theirs.index([[tokens.positions[token] for token in row] for row in rows], show_progress=False)
    columns = [theirs.vocab_dict[term] for term in range(len(tokens.vocabulary))]
    for term, column in enumerate(columns):
        our_part = slice(ours["indptr"][term], ours["indptr"][term + 1])
        their_part = slice(theirs.scores["indptr"][column], theirs.scores["indptr"][column + 1])
        np.testing.assert_array_equal(ours["indices"][our_part], theirs.scores["indices"][their_part])
        np.testing.assert_allclose(ours["data"][our_part], theirs.scores["data"][their_part], rtol=1e-5)


def test_only_allowed_rows_are_ranked_and_the_cut_comes_after(rows: list[list[str]], index: LexicalIndex) -> None:
    best = index.search(["it:w0"], 10).ids
    mask = np.ones(len(rows), bool)
    mask[best] = False
    below = index.search(["it:w0"], 10, mask)
    assert len(below) == 10
    assert not set(below.ids.tolist()) & set(best.tolist())
    assert below.ids.tolist() == index.search(["it:w0"], 20).ids[10:].tolist()
    assert index.search(["it:w0"], 10, best[:3]).ids.tolist() == best[:3].tolist()


def test_rows_without_a_common_word_are_no_hits(index: LexicalIndex) -> None:
    assert len(index.search(["it:unknown"], 5)) == 0
    assert len(index.search([], 5)) == 0
    assert index.scores_of(["it:unknown"], np.array([0, 1])).tolist() == [0, 0]


def test_a_query_meets_only_documents_of_its_language() -> None:
    texts = [("it", "Controllo di processo"), ("en", "Process control"), ("it", "Motori elettrici")]
    index = LexicalIndex.build(TokenRows.from_tokens(analyse(text, language) for language, text in texts))
    assert index.search(analyse("controllo", "it"), 3).ids.tolist() == [0]
    assert index.search(analyse("control", "en"), 3).ids.tolist() == [1]


def test_of_a_long_query_the_rarest_terms_count() -> None:
    common = [f"en:c{i}" for i in range(LONGEST_QUERY)]
    rows = [[*common, f"en:r{i}"] for i in range(5)] + [common]
    index = LexicalIndex.build(TokenRows.from_tokens(rows))
    assert index.search([*common, "en:r3"], 1).ids.tolist() == [3]
    bounded = [*common[: LONGEST_QUERY - 1], "en:r3"]
    cut, whole = (index.scores_of(query, np.array([3])) for query in ([*common, "en:r3"], bounded))
    np.testing.assert_allclose(cut, whole, rtol=1e-5)
    assert cut < plain_bm25(rows, [*common, "en:r3"])[3] - 0.01


def test_ids_may_be_any_and_equal_scores_come_by_position() -> None:
    tokens = TokenRows.from_tokens([["it:a"], ["it:a"], ["it:b"]])
    index = LexicalIndex.build(tokens, np.array([30, 20, 10]))
    assert index.search(["it:a"], 2).ids.tolist() == [30, 20]
    assert index.search(["it:a"], 2, np.array([20, 999])).ids.tolist() == [20]
    with pytest.raises(KeyError, match="999"):
        index.scores_of(["it:a"], np.array([999]))
    with pytest.raises(VectorShapeError, match="unique"):
        LexicalIndex.build(tokens, np.array([1, 1, 2]))
    with pytest.raises(VectorShapeError, match="k=0"):
        index.search(["it:a"], 0)


def test_no_row_reaches_more_than_what_is_called_possible(rows: list[list[str]], index: LexicalIndex) -> None:
    for row in rows[:20]:
        if row:
            _, most = index.shares_by_meaning([((token, 1.0),) for token in row])
            assert index.search(row, 1).scores[0] <= most["it"]
    assert index.shares_by_meaning([(("it:unknown", 1.0),)])[1]["it"] == 0


def test_an_index_of_nothing_finds_nothing() -> None:
    assert len(LexicalIndex.build(TokenRows.from_tokens([])).search(["it:a"], 3)) == 0
    assert len(LexicalIndex.build(TokenRows.from_tokens([[], []])).search(["it:a"], 3)) == 0


def test_what_was_saved_is_loaded(tmp_path: Path, rows: list[list[str]], index: LexicalIndex) -> None:
    index.save(tmp_path / "lexical")
    loaded = LexicalIndex.load(tmp_path / "lexical")
    for row in rows[:10]:
        assert loaded.search(row, 9).ids.tolist() == index.search(row, 9).ids.tolist()
    (tmp_path / "lexical" / "bm25_indptr.npy").unlink()
    with pytest.raises(GenerationError, match="build it again"):
        LexicalIndex.load(tmp_path / "lexical")


def by_meaning(rows: list[list[str]], words: list[list[tuple[str, float]]]) -> list[float]:
    """Each word answered by the best of its alternatives, written out."""
    each = [
        [[plain_bm25(rows, [term])[row] * weight for term, weight in word] for word in words]
        for row in range(len(rows))
    ]
    return [sum(max(answers, default=0.0) for answers in row) for row in each]


MEANT = [
    [("it:w0", 1.0), ("it:w7", 0.5)],
    [("it:w31", 2.0)],
    [("it:unknown", 1.0), ("it:w3", 0.7)],
    [("it:nothing", 1.0)],
]


def test_a_word_is_answered_by_the_best_of_its_alternatives(rows: list[list[str]], index: LexicalIndex) -> None:
    words = [tuple(word) for word in MEANT]
    np.testing.assert_allclose(index.shares_by_meaning(words)[0], by_meaning(rows, MEANT), rtol=1e-5, atol=1e-6)


def test_without_alternatives_meaning_is_plain_bm25(rows: list[list[str]], index: LexicalIndex) -> None:
    words = [(("it:w0", 1.0),), (("it:w7", 1.0),)]
    np.testing.assert_allclose(
        index.shares_by_meaning(words)[0], index.scores_of(["it:w0", "it:w7"], np.arange(len(rows))), rtol=1e-6
    )


def test_no_row_scores_more_than_its_language_can_attain() -> None:
    rows = [["it:acqua", "it:fang"], ["en:water", "en:sludg"], ["en:water"], ["it:pane"]]
    index = LexicalIndex.build(TokenRows.from_tokens(rows))
    words = [(("it:acqua", 1.0), ("en:water", 0.8)), (("it:fang", 1.0), ("en:sludg", 0.6))]
    scores, most = index.shares_by_meaning(words)
    assert 0 < scores[0] <= most["it"]
    assert 0 < scores[1] <= most["en"] < most["it"]
    assert scores[1] > scores[2] > scores[3] == 0


def test_of_too_many_words_those_that_could_add_most_count() -> None:
    rows = [[f"it:w{i}"] for i in range(LONGEST_QUERY + 10)] + [["it:w0"]] * 5
    index = LexicalIndex.build(TokenRows.from_tokens(rows))
    scores, _ = index.shares_by_meaning([((f"it:w{i}", 1.0),) for i in range(LONGEST_QUERY + 10)])
    assert scores[0] == 0, "the most frequent word could add least"
    assert np.count_nonzero(scores) == LONGEST_QUERY


def test_the_best_rows_by_given_scores_leave_out_those_without_any(index: LexicalIndex) -> None:
    scores = np.zeros(len(index), np.float32)
    scores[[5, 9, 11]] = [1.0, 3.0, 2.0]
    hits = index.best(scores, 2)
    assert hits.ids.tolist() == [9, 11]
    assert len(index.best(np.zeros(len(index), np.float32), 2)) == 0
