"""Bring the catalogues of the pages up to date: `python scripts/translations.py [TEXTS.json …] [--also OTHER.po …]`.

Reads every text out of web/, keeps the translations there are, takes new ones from JSON files ({"English": "italiano"};
of a text with a plural {"singular": ["uno", "%(num)s molti"]}) or from another version's Italian catalogue, drops texts
that nothing uses any more, writes and compiles both catalogues, and lists what is still to be translated.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parents[1] / "web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    name: {"extensions": "jinja2.ext.do", "silent": "false"} for name in ("templates/**.html", "templates/**.txt")
}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "_l": None, "translate": None}


def place(language: str) -> Path:
    """The written catalogue of a language."""
    return WEB / "translations" / language / "LC_MESSAGES" / "messages.po"


def read(path: Path, language: str) -> Catalog:
    """A catalogue as it is written."""
    with path.open("rb") as file:
        return read_po(file, locale=language)


def sources() -> list[str | tuple[str, ...]]:
    """Every text of the pages, in English."""
    found = extract_from_dir(WEB, METHODS, OPTIONS, KEYWORDS)
    return sorted({text if isinstance(text, str) else tuple(text) for _, _, text, _, _ in found}, key=str)


def given(paths: list[str]) -> dict[str, str | tuple[str, ...]]:
    """New translations, by the English text (its singular)."""
    found: dict[str, str | tuple[str, ...]] = {}
    for path in paths:
        if path.endswith(".json"):
            for text, translation in json.loads(Path(path).read_text(encoding="utf-8")).items():
                found[text] = tuple(translation) if isinstance(translation, list) else translation
        else:
            for message in read(Path(path), "it"):
                if message.id and all(message.string if isinstance(message.string, tuple) else (message.string,)):
                    found[message.id if isinstance(message.id, str) else message.id[0]] = message.string
    return found


def updated(language: str, texts: list[str | tuple[str, ...]], new: dict[str, str | tuple[str, ...]]) -> Catalog:
    """The catalogue of a language with just these texts."""
    old = read(place(language), language)
    catalog = Catalog(locale=language)
    for text in texts:
        singular = text if isinstance(text, str) else text[0]
        before = old.get(singular)
        translation: str | tuple[str, ...] = before.string if before is not None and before.id == text else ""
        translation = new.get(singular, translation) if language == "it" else text
        empty = "" if isinstance(text, str) else ("", "")
        catalog.add(text, translation or empty, flags=before.flags if before is not None else ())
    return catalog


def store(language: str, catalog: Catalog) -> None:
    """Write and compile a catalogue under its header of always."""
    path = place(language)
    header = path.read_text(encoding="utf-8").split("\n\n", 1)[0]
    with path.open("wb") as file:
        write_po(file, catalog, sort_output=True, omit_header=True, width=120)
    path.write_text(f"{header}\n\n{path.read_text(encoding='utf-8').lstrip()}", encoding="utf-8")
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read(path, language))


def main(paths: list[str]) -> int:
    """Both catalogues, then what is missing in Italian."""
    texts, new = sources(), given(paths)
    for language in ("it", "en"):
        store(language, updated(language, texts, new))
    missing = [
        message.id
        for message in read(place("it"), "it")
        if message.id and not all(message.string if isinstance(message.string, tuple) else (message.string,))
    ]
    for text in missing:
        print(json.dumps(text, ensure_ascii=False))  # noqa: T201
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
