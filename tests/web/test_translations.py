from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[2] / "web"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "_l": None,
    "translate": None,
}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    name: {"extensions": "jinja2.ext.do", "silent": "false"} for name in ("templates/**.html", "templates/**.txt")
}
_PLACE = re.compile(r"%\(\w+\)s|%%|\{\w+\}")


def catalogue(language: str) -> Catalog:
    """The catalogue of a language, as it is written."""
    with (WEB / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def sources() -> set[str | tuple[str, ...]]:
    """Every text of the pages, in its source language."""
    found = extract_from_dir(WEB, METHODS, OPTIONS, KEYWORDS)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def texts(value: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ("",))


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_text_is_in_the_catalogue(language: str) -> None:
    known = {message.id for message in catalogue(language) if message.id}
    assert known == sources()


def test_pages_have_texts_to_translate() -> None:
    assert len(sources()) > 300


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_text_is_translated_with_the_same_places(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        wanted = sorted(_PLACE.findall(texts(message.id)[-1]))
        for number, translation in enumerate(texts(message.string)):
            assert translation.strip(), message.id
            if number == len(texts(message.string)) - 1:
                assert sorted(_PLACE.findall(translation)) == wanted, message.id


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    stored = (WEB / "translations" / language / "LC_MESSAGES" / "messages.mo").read_bytes()
    assert stored == compiled.getvalue(), "compile the catalogues (web/translations/README.md)"


def test_italian_texts_are_italian() -> None:
    same = {str(message.id) for message in catalogue("it") if message.id and message.id == message.string}
    assert same <= {"%(size)s kB", "Cluster", "Enterprise Europe Network", "No", "Password"}


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_header_that_keeps_compiled_catalogues_equal_is_there(language: str) -> None:
    text = (WEB / "translations" / language / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    assert text.startswith("# Texts of Abbina's pages.\n")
    assert '"POT-Creation-Date: 2026-01-01 00:00+0000\\n"' in text
