from __future__ import annotations

import math
from pathlib import Path

import pytest

from matching.errors import MatchingError
from matching.evaluation import evaluate, measure, read_qrels, run_lines


def test_a_perfect_ranking_has_ndcg_one() -> None:
    assert measure(["a", "b", "c"], {"a": 3, "b": 1, "c": 0})["ndcg@10"] == pytest.approx(1.0)


def test_ndcg_uses_exponential_gains() -> None:
    # by hand: gains 1 and 7 at ranks 1 and 2, ideal 7 and 1
    expected = (1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3))
    assert measure(["b", "a"], {"a": 3, "b": 1})["ndcg@10"] == pytest.approx(expected)


def test_only_grades_from_the_given_one_count_as_relevant() -> None:
    scores = measure(["a", "b"], {"a": 1, "b": 2}, relevant=2)
    assert scores["mrr"] == 0.5
    assert scores["map"] == 0.5
    assert scores["recall@50"] == 1.0


def test_recall_stops_at_fifty() -> None:
    ranking = [f"x{i}" for i in range(50)] + ["a"]
    assert measure(ranking, {"a": 1})["recall@50"] == 0.0


def test_map_divides_by_all_relevant_ones_even_unfound() -> None:
    assert measure(["a"], {"a": 1, "b": 1})["map"] == 0.5


def test_judged_says_how_much_of_the_top_was_judged() -> None:
    assert measure(["a", "x", "y", "b"], {"a": 0, "b": 1})["judged@10"] == 0.5


def test_queries_without_a_relevant_candidate_are_skipped_and_counted() -> None:
    result = evaluate({"q1": ["a"], "q2": ["a"]}, {"q1": {"a": 2}, "q2": {"a": 1}}, relevant=2)
    assert (result.queries, result.skipped) == (1, 1)
    assert set(result.by_query) == {"q1"}


def test_a_query_that_found_nothing_counts_zero() -> None:
    assert evaluate({}, {"q": {"a": 1}}).metrics["ndcg@10"] == 0.0


def test_intervals_hold_the_mean_and_repeat() -> None:
    qrels = {f"q{i}": {"a": 1} for i in range(20)}
    rankings = {f"q{i}": ["a"] if i % 2 else ["b", "a"] for i in range(20)}
    first, second = evaluate(rankings, qrels), evaluate(rankings, qrels)
    low, high = first.intervals["mrr"]
    assert low < first.metrics["mrr"] < high
    assert first.intervals == second.intervals


def test_no_judged_query_gives_zeros_not_an_error() -> None:
    assert evaluate({}, {}).as_dict()["ndcg@10"] == 0.0


def test_qrels_are_read_with_tabs_or_blanks(tmp_path: Path) -> None:
    path = tmp_path / "q.tsv"
    path.write_text("q1\t0\ta\t2\nq1 0 b 0\n\nq2 0 a 1\n", encoding="utf-8")
    assert read_qrels(path) == {"q1": {"a": 2, "b": 0}, "q2": {"a": 1}}


@pytest.mark.parametrize("line", ["q1 0 a", "q1 0 a good", "q1 0 a b 1"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.tsv"
    path.write_text("q1 0 a 1\n" + line + "\n", encoding="utf-8")
    with pytest.raises(MatchingError, match="line 2"):
        read_qrels(path)


def test_a_run_file_has_six_columns() -> None:
    assert run_lines("q", [("a", 0.5)], "abbina") == ["q Q0 a 1 0.500000 abbina"]
