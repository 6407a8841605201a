from __future__ import annotations

from embeddings.static_encoder import StaticEncoder
from matching.marking import Marker
from matching.types import SentencePair, Spans

MARKER = Marker(StaticEncoder())


def words(text: str, marks: Spans) -> list[str]:
    return [text[start:end] for start, end in marks]


def marked(sought: str, offered: str) -> tuple[list[str], list[str]]:
    [pair] = MARKER.marked([SentencePair(sought, offered, 0.5)])
    assert pair is not None
    return words(pair.sought, pair.sought_marks), words(pair.offered, pair.offered_marks)


def test_words_of_the_same_stem_are_marked_in_both_sentences() -> None:
    left, right = marked(
        "Cerchiamo membrane per depurare le acque reflue della cartiera.",
        "La membrana depura le acque delle tintorie.",
    )
    assert left == ["membrane", "depurare", "acque"]
    assert right == ["membrana", "depura", "acque"]


def test_translations_are_marked_across_languages() -> None:
    left, right = marked(
        "Serve un rivestimento resistente all'usura per stampi in alluminio.",
        "We deposit a wear resistant coating on dies for casting.",
    )
    assert {"rivestimento", "usura"} <= set(left)
    assert {"coating", "wear"} <= set(right)
    assert "alluminio" not in left


def test_what_every_profile_says_is_not_marked() -> None:
    left, right = marked("L'azienda cerca partner per forni.", "L'azienda offre servizi ai partner del vetro.")
    assert left == right == []


def test_pairs_without_sentences_stay_as_they_are() -> None:
    assert MARKER.marked([None]) == [None]
    assert marked("", "Parole diverse.") == ([], [])
