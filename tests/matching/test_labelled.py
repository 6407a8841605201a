from __future__ import annotations

import numpy as np

from matching.labelled import Labels
from matching.retrieval import welcomes


def test_rows_keep_their_texts() -> None:
    labels = Labels.of(["TO", "TR", "TO", ""])
    assert [labels.at(row) for row in range(len(labels))] == ["TO", "TR", "TO", ""]
    assert labels.take(np.array([3, 1])).where(bool).tolist() == [False, True]


def test_a_condition_is_asked_once_for_each_different_text() -> None:
    asked: list[str] = []
    labels = Labels.of(["a", "b", "a", "a"])
    found = labels.where(lambda text: bool([asked.append(text)]) and text == "a")  # type: ignore[func-returns-value]
    assert found.tolist() == [True, False, True, True]
    assert asked == ["a", "b"]


def test_no_rows_are_no_rows() -> None:
    assert Labels.of([]).where(bool).tolist() == []


def test_a_list_of_wanted_countries_welcomes_its_own_and_an_empty_one_all() -> None:
    assert welcomes(Labels.of(["", "FR|IT", "DE"]), "IT").tolist() == [True, True, False]
