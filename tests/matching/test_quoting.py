from __future__ import annotations

import pytest

from embeddings.language import Language
from matching.quoting import is_quotable, quotable_sentences

TELLING = "Trattiamo le acque reflue delle cartiere con membrane a fibra cava."


@pytest.mark.parametrize(
    "sentence",
    [
        "Scrivete a prova@esempio.it per le membrane a fibra cava.",
        "Per le prove su membrane chiamare il +39 02 1234567.",
        "Laboratorio membrane, tel. 02 1234567, aperto il lunedì.",
        "Laboratorio di membrane e filtri: 02 12345678.",
        "Responsabile del laboratorio membrane: Dott.ssa Anna Provetta.",
        "Referente: Mario Collaudo, reparto filtrazione e membrane.",
        "Contact person: John Sample, membrane filtration unit.",
        "The filtration group of Prof. Sample works on hollow fibres.",
        "Per informazioni: Anna Provetta, ufficio membrane.",
    ],
)
def test_nothing_is_quoted_that_names_or_reaches_a_person(sentence: str) -> None:
    assert not is_quotable(sentence, "it")
    assert not is_quotable(sentence, "en")
    assert quotable_sentences(sentence, "it") == ()


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        (TELLING, "it"),
        ("Misura senza contatto di superfici speculari, con errore di 0,02 mm.", "it"),
        ("Non-contact measurement of mirror-like surfaces up to 20000 points per second.", "en"),
        ("Materiali a contatto con alimenti secondo il regolamento 10/2011.", "it"),
        ("Ultrasonic inspection between 20 kHz and 300 kHz of welded tanks.", "en"),
        ("Since 2003 2500000 valves have been tested on our benches.", "en"),
    ],
)
def test_what_tells_something_is_quoted(sentence: str, language: Language) -> None:
    assert quotable_sentences(sentence, language) == (sentence,)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("L'azienda cerca partner per un accordo di cooperazione commerciale.", "it"),
        ("The company is looking for partners for a commercial agreement.", "en"),
        ("Siamo interessati a nuove collaborazioni internazionali.", "it"),
    ],
)
def test_what_every_profile_says_is_not_quoted(sentence: str, language: Language) -> None:
    assert quotable_sentences(f"{sentence} {TELLING}", language) == (TELLING,)


def test_a_long_text_is_read_to_its_end() -> None:
    text = " ".join(f"La prova numero {number} riguarda una membrana ceramica diversa." for number in range(200))
    assert len(quotable_sentences(text, "it")) == 200
