"""Abbina's own JSONL: one organisation or proposal a line. docs/formats.md describes the keys."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

from data.errors import SourceError
from data.sources.inputs import Member, text_of
from data.sources.report import Rejected
from data.sources.rows import Items, RawRow

MAX_LINE = 16 * 2**20
"""Most characters of a line: an organisation with thousands of projects stays far below."""


def read_jsonl(member: Member, file: str) -> Items:
    """The rows of a file; a line that is no JSON object is rejected alone. Raises SourceError on a line over 16 MiB."""
    with member.open() as binary, text_of(binary) as text:
        for number, line in _lines(text, member.name):
            if line.strip():
                yield _row(line, f"line {number}", file)


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[tuple[int, str]]:
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise SourceError(f"{name}: line {number} is longer than {MAX_LINE} characters: is it JSONL?")
        yield number, line


def _row(line: str, position: str, file: str) -> RawRow | Rejected:
    try:
        values = json.loads(line, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        return Rejected(file, position, None, None, f"is not valid JSON ({str(error) or 'nested too deeply'})")
    if not isinstance(values, dict):
        return Rejected(file, position, None, None, f"expected a JSON object, found {type(values).__name__}")
    return RawRow(position, values)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} occurs twice")
    return found
