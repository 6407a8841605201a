"""What the tagger is first taught with, all written for this project.

Subjects with their codes; everyday sentences that deserve no code; and codes of the demo region's texts, which are kept
out of the teaching: choices are made and confidences calibrated on them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.demo import FOLDER as DEMO
from embeddings import training
from embeddings.language import Language

FOLDER = Path(__file__).parent
BOILERPLATE = Path(training.__file__).parent / "boilerplate.tsv"
_TREES = ("s3_2014", "s3_2021", "een_technology")
_TEXTS = ("title", "summary", "description", "expertise_sought")
_DECLARED = {"een_technology": "technology_keywords", "een_market": "market_keywords", "sdg": "sdg"}

Codes = dict[str, tuple[str, ...]]
"""Codes by tree, the main one first; a tree that is missing says nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text with the codes that people gave it."""

    text: str
    language: Language
    codes: Codes


def subjects() -> list[Told]:
    """Short subjects of all areas with their codes: what belongs where, by example."""
    return [
        Told(row["text"], _language(row["language"]), {tree: _list(row[tree]) for tree in _TREES})
        for row in _rows("subjects.csv")
    ]


def everyday() -> list[Told]:
    """Sentences about nothing that a taxonomy has, and what every profile says."""
    own = [Told(row["text"], _language(row["language"]), {}) for row in _rows("everyday.csv")]
    return own + [Told(text, language, {}) for language, texts in small_talk().items() for text in texts]


def demo() -> list[Told]:
    """The demo's proposals and profiles with the codes that they declare and the areas that were given by hand."""
    given = {row["reference"]: row for row in _rows("demo.csv")}
    found = []
    for record in _records():
        codes: Codes = {tree: tuple(record[name]) for tree, name in _DECLARED.items() if record.get(name)}
        codes |= {tree: _list(given[record["reference"]][tree]) for tree in ("s3_2014", "s3_2021")}
        text = "\n".join(record[name] for name in _TEXTS if record.get(name))
        found.append(Told(text, _language(record["language"]), codes))
    return found


def small_talk() -> dict[Language, tuple[str, ...]]:
    """What profiles say whatever their subject, by language."""
    with BOILERPLATE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {"it": tuple(row["it"] for row in rows), "en": tuple(row["en"] for row in rows)}


def abstracts() -> list[Told]:
    """The demo region's texts as a network shows them: title and summary, with a sentence that every profile has."""
    said, found = small_talk(), []
    for number, record in enumerate(_records()):
        language = _language(record["language"])
        sentences = said[language]
        text = "\n".join((record["title"], record["summary"], sentences[number % len(sentences)]))
        found.append(Told(text, language, {}))
    return found


def _records() -> Iterator[dict[str, Any]]:
    for path in sorted(DEMO.glob("*/p*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _language(code: str) -> Language:
    return "en" if code == "en" else "it"
