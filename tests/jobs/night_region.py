"""A small corpus in two states, yesterday's and today's, so that a night has something to do in every step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data.demo import FOLDER

_AREA = FOLDER / "agrifood"
_FAR = "2100-01-01"


def rows(name: str, count: int) -> list[dict[str, Any]]:
    """The first rows of one of the demo region's files, as they are."""
    with (_AREA / name).open(encoding="utf-8") as file:
        return [json.loads(next(file)) for _ in range(count)]


def yesterday(folder: Path) -> None:
    """Organisations and proposals, none of which expires soon."""
    _write(folder, rows("organisations.jsonl", 8), [_open(row) for row in _proposals()])


def today(folder: Path) -> None:
    """An organisation is new, another says something else; a proposal is new, one is changed, one withdrawn."""
    organisations = rows("organisations.jsonl", 9)
    organisations[2]["description"] = "Sensori ottici per serre e vigneti, con modelli di previsione delle malattie."
    proposals = [_open(row) for row in _proposals()]
    proposals[1]["description"] = "Cerchiamo un metodo per misurare lo zucchero nell'uva senza raccoglierla."
    proposals[2]["state"] = "withdrawn"
    proposals.append(proposals[0] | {"reference": "VF-AGR-900", "title": "Allerta precoce della grandine"})
    _write(folder, organisations, proposals)


def _proposals() -> list[dict[str, Any]]:
    return [*rows("proposals.jsonl", 7), *rows("profiles.jsonl", 8)]


def _open(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"state": "published", "expires": _FAR}


def _write(folder: Path, organisations: list[dict[str, Any]], proposals: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in (("organisations.jsonl", organisations), ("proposals.jsonl", proposals)):
        text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in records)
        (folder / name).write_text(text, encoding="utf-8")
