"""Abbina's own CSV, for spreadsheet users: `,` or `;` or tab, list cells separated by `|`. See docs/formats.md."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from data.errors import SourceError
from data.sources.inputs import Member, text_of
from data.sources.records import CallRecord, OrganisationRecord, ProposalRecord
from data.sources.report import Rejected
from data.sources.rows import Items, RawRow

MAX_CELL = 1_000_000
_NESTED = ("call",)


def delimiter_of(header: str) -> str:
    """The separator of a header: the one that makes most columns."""
    return max(",;\t", key=header.count)


def read_csv(member: Member, file: str) -> Items:
    """The rows of a spreadsheet: empty cells are absent, `call.deadline` is a key of `call`, `evidence` is JSON.

    Raises SourceError where the header is missing, names a column twice or one that is unknown.
    """
    with member.open() as binary, text_of(binary) as text:
        header, line = _header(text)
        separator = delimiter_of(header)
        names = _names(header, separator, member.name)
        yield from _rows(text, separator, names, file, line)


def _header(text: io.TextIOWrapper) -> tuple[str, int]:
    """The header, and the number of the line after it."""
    header = text.readline(MAX_CELL)
    # Some spreadsheets write their separator as a line of its own before the header.
    return (text.readline(MAX_CELL), 3) if header.strip().casefold().startswith("sep=") else (header, 2)


def _names(header: str, separator: str, file: str) -> list[str]:
    names = [name.strip().casefold() for name in next(csv.reader([header], delimiter=separator), [])]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise SourceError(f"{file}: the first line must name the columns")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"{file}: the header names {', '.join(repr(name) for name in twice)} more than once")
    known = set(OrganisationRecord.model_fields if "id" in names else ProposalRecord.model_fields)
    known |= {f"call.{name}" for name in CallRecord.model_fields}
    unknown = [name for name in names if name not in known]
    if unknown:
        hints = [
            f"{name!r} (did you mean {near[0]!r}?)" for name in unknown if (near := get_close_matches(name, known))
        ]
        others = [repr(name) for name in unknown if not get_close_matches(name, known)]
        raise SourceError(f"{file}: the header names unknown columns: {', '.join([*hints, *others])}")
    return names


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_CELL):
        yield line


def _rows(text: io.TextIOWrapper, separator: str, names: list[str], file: str, first: int) -> Items:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    while True:
        start = reader.line_num + first
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            end = reader.line_num + first - 1
            lines = f"line {start}" if end <= start else f"lines {start} to {end}"
            yield Rejected(file, lines, None, None, f"is no CSV ({error}): is a quote open, or one inside not doubled?")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(cells, names, f"line {start}", file)


def _row(cells: list[str], names: list[str], position: str, file: str) -> RawRow | Rejected:
    extra = [cell for cell in cells[len(names) :] if cell.strip()]
    if extra:
        reason = f"{len(cells)} cells, but the header names {len(names)} columns: quote cells that hold the separator"
        return Rejected(file, position, cells[0][:200] or None, None, reason)
    given = {name: cell for name, cell in zip(names, cells, strict=False) if cell.strip()}
    values: dict[str, Any] = {}
    for name, cell in given.items():
        outer, _, inner = name.partition(".")
        if inner and outer in _NESTED:
            values.setdefault(outer, {})[inner] = cell
        elif name == "evidence":
            try:
                values[name] = json.loads(cell)
            except (ValueError, RecursionError) as error:
                return Rejected(file, position, cells[0][:200] or None, name, f"is not valid JSON ({error})")
        else:
            values[name] = cell
    return RawRow(position, values)
