"""Rows and files for the tests of the sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from data.sources.inputs import Member, members
from data.sources.rows import Items


def proposal(number: int = 1, **values: Any) -> dict[str, Any]:
    """A valid proposal with the reference of `number`."""
    row = {
        "reference": f"TRIT20260101{number:03d}",
        "kind": "TR",
        "title": f"Ricerca di sensori numero {number}",
        "summary": "Un'impresa cerca sensori di umidità per serre.",
        "country": "IT",
        "language": "it",
        "state": "published",
    }
    return row | values


def organisation(number: int = 1, **values: Any) -> dict[str, Any]:
    """A valid organisation with the id of `number`."""
    row: dict[str, Any] = {
        "id": f"test:{number}",
        "name": f"Officina Prova {number}",
        "kind": "company",
        "country": "IT",
        "description": "Lavorazioni meccaniche di precisione.",
        "competences": ["tornitura"],
        "evidence": [{"kind": "project", "title": f"Progetto {number}", "year": 2020, "language": "it"}],
    }
    return row | values


def jsonl(path: Path, rows: Iterable[Mapping[str, Any] | str]) -> Path:
    """A JSONL file; rows that are texts are written as they are."""
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def only_member(path: Path) -> Member:
    """The one document of a plain file."""
    with members(path) as documents:
        return documents[0]


def pod(*profiles: str, declaration: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    """A POD document of profiles."""
    return f"{declaration}\n<pod>{''.join(profiles)}</pod>"


def pod_profile(number: int = 1, title: str = "Sensors for greenhouses", more: str = "", kind: str = "TO") -> str:
    """A profile of a POD document."""
    return f"""
    <profile><reference><type>{kind}</type><external>{kind}DE20260101{number:03d}</external></reference>
      <datum><submit>2026-01-01T00:00:00</submit><update>2026-01-02T10:00:00</update>
        <deadline>2027-01-01T00:00:00</deadline></datum>
      <content><title>{title}</title><summary>Short text</summary><description>Long text</description></content>
      <company><country><key>DE</key><label>Germany</label></country></company>{more}</profile>"""


def values_of(items: Items) -> list[dict[str, Any]]:
    """The values of rows, all of which must be rows."""
    return [dict(item.values) for item in items]  # type: ignore[union-attr]
