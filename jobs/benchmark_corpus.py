"""A made-up corpus of any size for measurements: sentences of the demo region, in both languages, mixed by area.

Plausible in what counts for speed: lengths, vocabulary, codes, kinds, countries. It says nothing about quality.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from data.corpus import chunks
from data.db import unit_of_work
from data.demo import FOLDER
from data.models import Concept, Evidence, Organisation, Proposal, ProposalCode
from data.models.vocabulary import OrganisationKind, PartnerType, Tree
from embeddings.sentences import split_sentences

_KINDS: Final = ("TO", "TO", "TR", "TR", "BO", "BR", "RDR")
_COUNTRIES: Final = ("IT", "DE", "FR", "ES", "PL", "NL", "SE", "TR", "UA", "PT")
_TEXTS: Final = ("summary", "description", "advantages", "expertise_sought", "partner_role")
_CHUNK: Final = 2000
_CODES: Final = 3
_PLATFORM_SHARE: Final = 0.02
"""Of all proposals, those of the platform itself: the others are a network's."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make: records, and sentences of a long text."""

    proposals: int
    organisations: int
    sentences: tuple[int, int] = (6, 12)


@dataclass(frozen=True, slots=True)
class Area:
    """The sentences and titles of one area in one language."""

    language: str
    titles: tuple[str, ...]
    sentences: tuple[str, ...]


def areas() -> list[Area]:
    """What the demo region says, by area and language; areas that say little in a language are left out."""
    found = []
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        rows = [row for name in ("proposals", "profiles", "organisations") for row in _rows(folder / f"{name}.jsonl")]
        for language in ("it", "en"):
            own = [row for row in rows if row.get("language") == language]
            titles = tuple(row["title"] for row in own if row.get("title"))
            texts = [str(row[name]) for row in own for name in _TEXTS if row.get(name)]
            sentences = tuple(sentence for text in texts for sentence in split_sentences(text))
            if titles and sentences:
                found.append(Area(language, titles, sentences))
    return found


def _rows(path: Any) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def fill(sessions: sessionmaker[Session], size: Size, seed: int = 2026) -> None:
    """Insert the corpus into an empty, migrated database that has its taxonomies; the same seed gives the same."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    said = areas()
    with sessions() as session:
        codes = [(row.tree, row.code) for row in session.query(Concept.tree, Concept.code) if row.tree in _CODED]
    for numbers in chunks(range(1, size.organisations + 1), _CHUNK):
        made = [_organisation(number, said, chance) for number in numbers]
        evidence = [piece for number in numbers for piece in _evidence(number, said, chance)]
        with unit_of_work(sessions) as session:
            session.execute(insert(Organisation), made)
            session.execute(insert(Evidence), evidence)
    for numbers in chunks(range(1, size.proposals + 1), _CHUNK):
        proposals = [_proposal(number, said, size, chance) for number in numbers]
        with unit_of_work(sessions) as session:
            session.execute(insert(Proposal), proposals)
            session.execute(insert(ProposalCode), list(_codes(numbers, codes, chance)))


_CODED: Final = (Tree.EEN_TECHNOLOGY.value, Tree.EEN_MARKET.value, Tree.SDG.value)


def _organisation(number: int, said: Sequence[Area], chance: random.Random) -> dict[str, Any]:
    area = chance.choice(said)
    return {
        "id": number,
        "reference": f"made-up:{number}",
        "name": f"Organisation {number}",
        "kind": chance.choice(list(OrganisationKind)).value,
        "size": chance.choice(list(PartnerType)).value,
        "country": chance.choice(_COUNTRIES),
        "description": " ".join(chance.choices(area.sentences, k=chance.randint(2, 5))),
        "language": area.language,
    }


def _evidence(number: int, said: Sequence[Area], chance: random.Random) -> Iterator[dict[str, Any]]:
    area = chance.choice(said)
    for position in range(chance.randint(1, 4)):
        yield {
            "organisation_id": number,
            "position": position,
            "kind": "project",
            "title": chance.choice(area.titles),
            "text": " ".join(chance.choices(area.sentences, k=3)),
            "year": chance.randint(2008, 2025),
            "language": area.language,
        }


def _proposal(number: int, said: Sequence[Area], size: Size, chance: random.Random) -> dict[str, Any]:
    area = chance.choice(said)
    short = area.language == "it"  # Italian ones are short, as people see them; English ones are a network's full texts
    sentences = chance.choices(area.sentences, k=chance.randint(2, 4) if short else chance.randint(*size.sentences))
    kind = chance.choice(_KINDS)
    middle = max(1, len(sentences) // 2)
    return {
        "id": number,
        "reference": f"{kind}-{number:08d}",
        "kind": kind,
        "source": "platform" if chance.random() < _PLATFORM_SHARE else "een",
        "state": "published",
        "language": area.language,
        "country": chance.choice(_COUNTRIES),
        "title": f"{chance.choice(area.titles)} {number}"[:250],
        "summary": sentences[0],
        "description": " ".join(sentences[:middle]),
        "expertise_sought": " ".join(sentences[middle:]),
        "partner_types": [item.value for item in chance.sample(list(PartnerType), k=2)],
        "target_countries": chance.sample(_COUNTRIES, k=3) if chance.random() < 0.2 else [],
        "published": date(2026, 1, 1 + number % 28),
    }


def _codes(numbers: Sequence[int], codes: Sequence[tuple[str, str]], chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in numbers:
        for tree, code in chance.sample(codes, k=_CODES):
            yield {"proposal_id": number, "tree": tree, "code": code}
