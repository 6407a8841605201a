from __future__ import annotations

import re
import socket
from dataclasses import fields, replace
from datetime import date
from io import BytesIO

import pytest

from data.uploads import UploadLimits, read_upload
from matching.brokerage.interest_pdf import render
from matching.brokerage.interest_sheet import InBoth, InterestedParty, InterestSheet, PlatformTexts, ProfileTexts
from matching.brokerage.interest_words import ENGLISH, ITALIAN, MONTHS, InterestKind
from tests.matching.pdf_text import pages_of

SHEET = InterestSheet(
    reference="EOI-2026-00017",
    kind=InterestKind.FULL,
    proposal_reference="TRLT20260720004",
    title=InBoth(en="Sensors sought for greenhouses", it="Si cercano sensori per serre"),
    party=InterestedParty(
        organisation="Società L’Orto Più",
        sector="Ortaggi in serra",
        address="Via Roma 1\n20100 Milano",
        website="https://example.org/orto",
        contact="Anna Però",
        phone="+39 02 0000000",
        email="anna@example.org",
    ),
    texts=ProfileTexts(
        technology_interest="Costa 5 €, è più di ½ µm: Żółć, Ελλάδα, Šiauliai, Îles, ß, ‘così’.",
        information_requested="Quali sensori servono?",
        presentation="Coltiviamo basilico.",
    ),
    sent=date(2026, 10, 1),
    state=InBoth(en="Taken over", it="Presa in carico"),
    progress=InBoth(en="First contact", it="Primo contatto stabilito"),
    privacy_version="2026-09",
    privacy_accepted=date(2026, 9, 30),
    language="it",
    expert="Marco Neri",
    office="Milano",
)


def pages(sheet: InterestSheet) -> list[str]:
    return pages_of(render(sheet, compress=False))


def test_the_english_part_comes_first_then_the_italian_one_each_in_its_own_words() -> None:
    english, italian = pages(SHEET)
    for page, words in ((english, ENGLISH), (italian, ITALIAN)):
        lines = page.splitlines()
        assert lines[0] == words.part
        assert words.kinds[InterestKind.FULL] in lines
        assert set(words.sections.values()) <= set(lines)
    assert {"Taken over", "First contact", "Sensors sought for greenhouses"} <= set(english.splitlines())
    assert {"Presa in carico", "Primo contatto stabilito", "Si cercano sensori per serre"} <= set(italian.splitlines())
    assert "version 2026-09, accepted on 30 September 2026" in english
    assert "versione 2026-09, accettata in data 30 settembre 2026" in italian


def test_every_value_of_the_form_stands_in_both_parts_as_it_was_written() -> None:
    values = [getattr(part, field.name) for part in (SHEET.party, SHEET.texts) for field in fields(part)]
    for page in pages(SHEET):
        for value in [*values, SHEET.reference, SHEET.proposal_reference, "Marco Neri", "Milano"]:
            assert value in page


def test_texts_in_the_other_language_carry_a_note() -> None:
    english, italian = pages(SHEET)
    assert "as they were written, in Italian." in english
    assert "in italiano." not in italian
    english, italian = pages(replace(SHEET, language="en"))
    assert "as they were written" not in english
    assert "come sono stati scritti, in inglese." in italian


def test_every_page_says_which_of_how_many_it_is_and_of_what() -> None:
    long = replace(SHEET, texts=ProfileTexts(presentation="Coltiviamo basilico e lo vendiamo. " * 400))
    found = pages(long)
    assert len(found) > 4
    assert len(found) % 2 == 0
    for number, page in enumerate(found, start=1):
        first = number <= len(found) // 2
        day = "1 October 2026" if first else "1º ottobre 2026"
        assert f"EOI-2026-00017 · {day}" in page
        assert (ENGLISH if first else ITALIAN).page.format(page=number, pages=len(found)) in page
    assert sum(page.count("basilico") for page in found) == 800


def test_markup_of_a_person_comes_out_as_it_was_typed_and_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr("urllib.request.urlopen", refused)
    for typed in (
        "<b>unclosed & <i>",
        "<img src='http://127.0.0.1:9/x.png' width='1' height='1'/>",
        "</para><para>",
        "&lt; &#60; &nbsp;",
        '<a href="javascript:x">{day}</a>',
        "%s %(x)s <!-- <?php ?> <![CDATA[",
        "<font name='nowhere'>",
    ):
        party = InterestedParty(**{field.name: typed for field in fields(InterestedParty)})
        sheet = replace(SHEET, party=party, texts=ProfileTexts(typed, typed, typed), expert=typed, reference=typed)
        for page in pages(replace(sheet, title=InBoth(typed, typed), language=typed)):
            assert "".join(page.split()).count("".join(typed.split())) >= 14


def test_control_characters_and_empty_values_do_no_harm() -> None:
    sheet = replace(SHEET, texts=ProfileTexts("a\0b\x0cc\u202ed\ud800e\te"), expert="", party=InterestedParty("Orto"))
    english, italian = pages(sheet)
    assert "abcde e" in english
    assert english.count(ENGLISH.not_given) == italian.count(ITALIAN.not_given) == 9


def test_texts_longer_than_a_page_without_a_space_or_in_a_cell_are_printed_to_their_end() -> None:
    sheet = replace(SHEET, title=InBoth(en="parola " * 1500), texts=ProfileTexts("x" * 9000))
    whole = "\n".join(pages(sheet))
    assert whole.count("parola") == 3000
    assert sum(len(line) for line in whole.splitlines() if set(line) == {"x"}) == 18000


def test_an_interest_in_a_proposal_of_the_platform_has_its_own_fields() -> None:
    texts = PlatformTexts("Una licenza", "Siamo in tre", "Entro quando?")
    english, italian = pages(replace(SHEET, kind=InterestKind.PLATFORM, texts=texts))
    assert {"Partnership offered", "Una licenza", "Clarifications asked for"} <= set(english.splitlines())
    assert {"Collaborazione offerta", "Siamo in tre", "Entro quando?"} <= set(italian.splitlines())
    assert "Interest in the technology" not in english
    with pytest.raises(ValueError, match="platform"):
        replace(SHEET, kind=InterestKind.PLATFORM)


def test_the_same_sheet_gives_the_same_bytes_with_its_fonts_inside_and_its_data_told() -> None:
    content = render(SHEET)
    assert content == render(SHEET)
    assert content != render(replace(SHEET, reference="EOI-2026-00018"))
    plain = render(SHEET, compress=False)
    assert b"/Lang (en)" in plain
    assert b"EOI-2026-00017" in plain[plain.index(b"/Title (Expression") :][:120]
    assert plain.count(b"/FontFile2") == 2
    destinations = re.findall(rb"/Dest \[ (\d+) 0 R", plain)
    assert len(set(destinations)) == 2, "each part has its entry in the outline"


def test_what_is_printed_could_be_attached() -> None:
    assert read_upload(BytesIO(render(SHEET)), "eoi.pdf", limits=UploadLimits()).media_type == "application/pdf"


def test_both_parts_have_words_for_the_same_things() -> None:
    for name in ("kinds", "fields", "sections"):
        assert getattr(ENGLISH, name).keys() == getattr(ITALIAN, name).keys()
    assert set(ENGLISH.kinds) == set(InterestKind)
    assert {len(months) for months in MONTHS.values()} == {12}
