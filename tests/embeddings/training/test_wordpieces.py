"""Learning a vocabulary of word pieces."""

from __future__ import annotations

import random

from embeddings.training.wordpieces import learn_pieces

WORDS = {"casa": 9, "case": 5, "rosa": 4, "cane": 3, "roseo": 1}


def test_frequent_words_become_one_piece() -> None:
    pieces = learn_pieces(WORDS, 30, ["[UNK]"], 100)
    assert pieces[0] == "[UNK]"
    assert "casa" in pieces
    assert "roseo" not in pieces


def test_the_most_frequent_pair_is_merged_first() -> None:
    pieces = learn_pieces(WORDS, 100, [], 100)
    merged = [piece for piece in pieces if len(piece.removeprefix("##")) > 1]
    assert merged[:3] == ["ca", "cas", "casa"]  # 9 + 5 + 3, 9 + 5, 9 times


def test_the_order_in_which_words_come_does_not_matter() -> None:
    shuffled = list(WORDS.items())
    random.Random(1).shuffle(shuffled)
    assert learn_pieces(dict(shuffled), 25, ["[UNK]"], 100) == learn_pieces(WORDS, 25, ["[UNK]"], 100)


def test_the_vocabulary_keeps_to_its_size_and_ends_where_nothing_repeats() -> None:
    assert len(learn_pieces(WORDS, 15, ["[UNK]"], 100)) == 15
    assert len(learn_pieces({"ab": 1}, 100, ["[UNK]"], 100)) == 3


def test_words_with_rare_characters_are_left_out() -> None:
    pieces = learn_pieces(WORDS | {"ж": 1}, 100, [], 7)
    assert "ж" not in pieces


def test_a_repeated_letter_is_merged_from_the_left() -> None:
    assert "aaa" in learn_pieces({"aaa": 5}, 10, [], 10)
