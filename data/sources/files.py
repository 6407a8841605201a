"""One file into the database: open it, tell its format, read it, store its rows, report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from data.errors import SourceError
from data.sources.formats import Format, detect, read_items
from data.sources.inputs import Member, members
from data.sources.organisation_store import OrganisationStore
from data.sources.proposal_store import ProposalStore
from data.sources.report import ImportReport, storable, unreadable
from data.sources.rows import Items, RecordKind
from data.sources.upsert import Progress, Store, store_items

SUFFIXES = (".xml", ".json", ".jsonl", ".ndjson", ".csv", ".gz", ".zip")
_UNKNOWN = "unknown"


def store_of(kind: RecordKind) -> Store[Any]:
    """The store of a kind of record."""
    return OrganisationStore() if kind is RecordKind.ORGANISATION else ProposalStore()


def import_file(
    sessions: sessionmaker[Session],
    path: Path,
    expected: RecordKind | None = None,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import one file in one transaction. A file that cannot be read is a report with one rejected row, no error.

    `expected`: what the file must hold; None takes whatever it holds.
    """
    name = storable(str(path)) or ""
    found = _UNKNOWN
    try:
        with members(path) as documents:
            formats = [(member, detect(member, expected)) for member in documents]
            kind = _one_kind(name, [form for _, form in formats], expected)
            found = formats[0][1].name.value
            return store_items(
                sessions,
                store_of(kind),
                _all_items(formats, name),
                name,
                found,
                lenient=any(form.from_network for _, form in formats),
                dry_run=dry_run,
                progress=progress,
            )
    except SourceError as error:
        return replace(unreadable(name, found, str(error)), dry_run=dry_run)


def _one_kind(name: str, formats: list[Format], expected: RecordKind | None) -> RecordKind:
    kinds = {form.kind for form in formats}
    if not kinds:
        raise SourceError(f"{name}: the archive is empty")
    if len(kinds) > 1:
        raise SourceError(f"{name}: holds organisations and proposals: put them into two files")
    kind = kinds.pop()
    if expected is not None and kind is not expected:
        raise SourceError(f"{name}: holds {kind.value}s, expected {expected.value}s: use `abbina import {kind.value}s`")
    return kind


def _all_items(formats: list[tuple[Member, Format]], file: str) -> Items:
    for member, form in formats:
        items: Iterator[Any] = read_items(member, form, file)
        for item in items:
            yield item if len(formats) == 1 else replace(item, position=f"{member.name}: {item.position}"[:60])


def walk(path: Path) -> list[Path]:
    """The files that a path stands for: itself, or those below a folder that may be imported, in order of their names.

    Files of organisations come first, so that proposals find them. Raises SourceError where there is nothing.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise SourceError(f"{path}: no such file or folder")
    found = [file for file in path.rglob("*") if file.is_file() and file.suffix.casefold() in SUFFIXES]
    visible = [file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    if not visible:
        raise SourceError(f"{path}: no file to import ({', '.join(SUFFIXES)})")
    return sorted(visible, key=lambda file: ("organisation" not in file.name.casefold(), str(file)))
