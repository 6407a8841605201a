"""Names of organisations in a text: whose they are, and when a word is no name."""

from __future__ import annotations

import time

import pytest

from matching.brokerage.known_names import ordinary_words
from matching.brokerage.quality.names import KnownName, NameBook

OWN = 1
NAMES = (
    KnownName(OWN, "Cartiera Zorbini S.r.l.", ("Lecco", "Lombardia")),
    KnownName(2, "TECNOVERDE IMPIANTI SPA"),
    KnownName(3, "Orange SA"),
    KnownName(4, "Smart Materials Institute"),
    KnownName(5, "Università degli Studi di Valfinta"),
    KnownName(6, "Regione Lombardia", ("Milano", "Lombardia"), True),
    KnownName(7, "FEMTOZORB AB"),
    KnownName(8, "PVD"),
    KnownName(10, "Direct Current BV"),
    KnownName(11, "University of Verdania"),
    KnownName(12, "Pastificio Bianchi"),
    KnownName(13, "Sartoria Bianchi"),
    KnownName(14, "Consorzio RAEE Bianchi"),
    KnownName(9, "Laboratorio Materiali Lecco", ("Lecco",)),
)
ORDINARY = frozenset(
    {"cartiera", "impianti", "orange", "smart", "materials", "institute", "universita", "studi", "laboratorio"}
    | {"materiali", "direct", "current", "university", "bianchi", "consorzio"}
)
BOOK = NameBook.of(NAMES, ORDINARY)


def named(text: str, own: int | None = None) -> list[tuple[int, str]]:
    return [(found.organisation, text[found.start : found.end]) for found in BOOK.mentions(text, own)]


@pytest.mark.parametrize(
    ("text", "who", "words"),
    [
        ("Il progetto nasce con Tecnoverde Impianti S.p.A. di Milano.", 2, "Tecnoverde Impianti"),
        ("The unit was tested at the Università di Valfinta.", None, ""),
        ("La prova è stata fatta all'Università degli Studi di Valfinta.", 5, "Università degli Studi di Valfinta"),
        ("The coating was tested at the Smart Materials Institute in two runs.", 4, "Smart Materials Institute"),
        ("We work with Femtozorb on this coating.", 7, "Femtozorb"),
        ("Prove svolte presso FEMTOZORB lo scorso anno.", 7, "FEMTOZORB"),
    ],
)
def test_other_organisations_are_found_by_their_whole_name(text: str, who: int | None, words: str) -> None:
    assert named(text) == ([] if who is None else [(who, words)])


@pytest.mark.parametrize(
    "text",
    [
        "Un colorante orange per la carta; Orange is the colour.",
        "Rivestimento PVD su acciaio.",
        "Smart Materials Institute Wanted for Joint Research on Surfaces",
        "We need smart materials; institute staff will help.",
        "La Regione Lombardia sostiene il progetto.",
        "Servono impianti di tecnoverde.",
        "Femtozorb layers are thin; a femtozorb is hard.",
        "Tecnoverde. Impianti di depurazione.",
        "The grid is based on Direct Current (DC) in buildings.",
        "She studied at the Giorgio Bruno University, Verdania, and came back.",
    ],
)
def test_ordinary_words_headings_and_public_bodies_are_no_names(text: str) -> None:
    assert named(text) == []


def test_the_own_organisation_is_found_by_its_telling_word_alone() -> None:
    assert named("La Zorbini cerca un impianto.", OWN) == [(OWN, "Zorbini")]
    assert named("La Cartiera Zorbini cerca un impianto.", OWN) == [(OWN, "Cartiera Zorbini")]
    assert named("Una cartiera di Lecco cerca un impianto.", OWN) == []
    assert named("La Zorbini cerca un impianto.") == []
    assert named("Zorbini cerca un impianto.", OWN) == [(OWN, "Zorbini")]


def test_a_word_of_the_own_name_that_says_the_trade_does_not_give_it_away() -> None:
    assert named("Pastificio artigianale acquista farine di riso.", 12) == []
    assert named("Si cercano partner. Sartoria su misura, in centro.", 13) == []
    assert named("terre rare, magneti, RAEE, biolisciviazione", 14) == []
    assert named("Da anni il Pastificio Bianchi acquista farine di riso.", 12) == [(12, "Pastificio Bianchi")]


def test_an_own_name_of_ordinary_words_counts_where_it_is_written_as_a_name() -> None:
    assert named("La tecnologia di Orange è pronta per le prove.", 3) == [(3, "Orange")]
    assert named("Un colorante orange per la carta.", 3) == []
    assert named("Il campione va al Laboratorio Materiali Lecco domani.", 9) == [(9, "Laboratorio Materiali Lecco")]
    assert named("A Lecco un laboratorio prova i materiali.", 9) == []


def test_a_public_body_may_not_name_itself() -> None:
    assert named("La Regione Lombardia cerca un fornitore.", 6) == [(6, "Regione Lombardia")]


def test_twenty_thousand_names_are_looked_for_quickly() -> None:
    words = sorted(word for word in ordinary_words() if len(word) > 5)[::2]
    names = [
        KnownName(n, f"{words[n % 9000]} {words[(n * 7) % 8999]} {words[(n * 13) % 8887]} srl".title())
        for n in range(20_000)
    ]
    book = NameBook.of(names, ordinary_words())
    text = " ".join(f"Il sistema di {names[n].name} usa {words[n * 3]} e {words[n * 5]}." for n in range(120))
    assert len(text) > 5000
    best = min(_seconds(book, text) for _ in range(5))
    assert {found.organisation for found in book.mentions(text)} >= {3, 50, 119}
    assert best < 0.02


def _seconds(book: NameBook, text: str) -> float:
    start = time.perf_counter()
    list(book.mentions(text))
    return time.perf_counter() - start
