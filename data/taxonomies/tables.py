"""Taxonomy files -> rows: Abbina's own columns, full keyword lists (`code,label,…`) and crosswalks."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from data.errors import SourceError
from data.models.vocabulary import Tree
from data.sources.codes import fold
from data.sources.inputs import members, text_of
from data.sources.profiles_csv import delimiter_of
from data.sources.text import clean_line, clean_text

LINKS = {
    "s3_2014": Tree.S3_2014,
    "s3_2021": Tree.S3_2021,
    "een_technology": Tree.EEN_TECHNOLOGY,
    "een_market": Tree.EEN_MARKET,
    "sdg": Tree.SDG,
}
"""Columns of the competence vocabulary that link a concept to other trees."""

Name = TypeVar("Name", str, tuple[str, str])

_TREES_BY_STEM = {
    "technology": Tree.EEN_TECHNOLOGY,
    "technologies": Tree.EEN_TECHNOLOGY,
    "market": Tree.EEN_MARKET,
    "markets": Tree.EEN_MARKET,
    "competences": Tree.COMPETENCE,
} | {tree.value: tree for tree in Tree}


class Layout(StrEnum):
    """The kinds of taxonomy file, told by their columns."""

    CONCEPTS = "concepts"
    KEYWORDS = "keywords"
    CROSSWALK = "crosswalk"


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """A concept as a file gives it. `label_it` is None where the file has English labels only."""

    position: str
    code: str
    label_en: str
    label_it: str | None = None
    parent: str | None = None
    version: str | None = None
    texts: Mapping[str, str | None] = field(default_factory=dict)
    synonyms: Mapping[str, list[str]] = field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None
    links: tuple[tuple[Tree, str], ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """A link between concepts of two trees."""

    position: str
    from_tree: Tree
    from_code: str
    to_tree: Tree
    to_code: str
    weight: float


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a taxonomy file that cannot be taken."""

    position: str
    code: str | None
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """A taxonomy file: its layout, and its rows by column name."""

    layout: Layout
    rows: list[tuple[str, dict[str, str]]]


def read_table(path: Path) -> Table:
    """The rows of a taxonomy file. Raises SourceError on a file without the columns of any layout."""
    with members(path) as documents:
        if len(documents) != 1:
            raise SourceError(f"{path}: holds {len(documents)} files, expected one taxonomy")
        with documents[0].open() as binary, text_of(binary) as text:
            header = text.readline()
            names = [name.strip().casefold() for name in next(csv.reader([header], delimiter=delimiter_of(header)), [])]
            layout = _layout(path, set(names))
            reader = csv.reader(text, delimiter=delimiter_of(header), strict=True)
            try:
                rows = [
                    (f"line {reader.line_num + 1}", dict(zip(names, map(str.strip, cells), strict=False)))
                    for cells in reader
                    if any(cell.strip() for cell in cells)
                ]
            except csv.Error as error:
                raise SourceError(f"{path}: line {reader.line_num + 1} is no CSV ({error})") from error
    return Table(layout, rows)


def _layout(path: Path, names: set[str]) -> Layout:
    if {"from_tree", "from_code", "to_tree", "to_code"} <= names:
        return Layout.CROSSWALK
    if {"code", "label_it", "label_en"} <= names:
        return Layout.CONCEPTS
    if {"code", "label"} <= names:
        return Layout.KEYWORDS
    raise SourceError(
        f"{path}: no taxonomy: the columns must include code, label_it and label_en, or code and label, or from_tree, "
        "from_code, to_tree and to_code"
    )


def tree_of(path: Path, given: Tree | None) -> Tree:
    """The tree of a file: `given`, else told by its name. Raises SourceError where the name says nothing."""
    tree = given or _TREES_BY_STEM.get(path.name.split(".")[0].casefold())
    if tree is None:
        raise SourceError(f"{path}: which taxonomy is it? Name the tree: {', '.join(Tree)}")
    return tree


def concept_rows(table: Table) -> Iterator[ConceptRow | BadRow]:
    """The concepts of a file in either layout; bad rows in their place."""
    rows = keyword_rows(table) if table.layout is Layout.KEYWORDS else _own_rows(table)
    seen: dict[str, str] = {}
    for row in rows:
        if isinstance(row, ConceptRow):
            if row.code in seen:
                yield BadRow(row.position, row.code, "code", f"the code stands at {seen[row.code]} already")
                continue
            seen[row.code] = row.position
        yield row


def _own_rows(table: Table) -> Iterator[ConceptRow | BadRow]:
    for position, cells in table.rows:
        try:
            yield _own_row(position, cells)
        except ValueError as error:
            name, _, reason = str(error).partition(": ")
            yield BadRow(position, cells.get("code") or None, name, reason)


def _own_row(position: str, cells: Mapping[str, str]) -> ConceptRow:
    return ConceptRow(
        position=position,
        code=_code(cells.get("code", "")),
        label_en=_label(cells, "label_en"),
        label_it=_label(cells, "label_it"),
        parent=cells.get("parent") or None,
        version=cells.get("version") or None,
        texts={name: clean_text(cells.get(name) or "") or None for name in ("description_it", "description_en")},
        synonyms={name: _list(cells.get(name)) for name in ("synonyms_it", "synonyms_en")},
        valid_from=_day(cells, "valid_from"),
        valid_to=_day(cells, "valid_to"),
        links=tuple((tree, code) for name, tree in LINKS.items() for code in _list(cells.get(name))),
    )


def keyword_rows(table: Table) -> Iterator[ConceptRow | BadRow]:
    """Concepts of a full keyword list; groups that the list names but gives no code to get their codes' prefix.

    Legacy codes (`005001`) hang below the same groups as the others, told by the groups' names, never by the digits.
    """
    groups, branches = _prefixes(table)
    given = {cells.get("code", "") for _, cells in table.rows}
    for name, code in groups.items():
        if code not in given:
            given.add(code)
            yield ConceptRow("level1", code, _shown(name), derived=True)
    for (group, branch), code in branches.items():
        if code not in given:
            given.add(code)
            yield ConceptRow("level2", code, _shown(branch), parent=groups.get(group), derived=True)
    for position, cells in table.rows:
        group, branch = clean_line(cells.get("level1", "")), clean_line(cells.get("level2", ""))
        parent = branches.get((group, branch)) if branch else groups.get(group)
        try:
            code = _code(cells.get("code", ""))
            yield ConceptRow(position, code, _label(cells, "label"), parent=parent if parent != code else None)
        except ValueError as error:
            name, _, reason = str(error).partition(": ")
            yield BadRow(position, cells.get("code") or None, name, reason)


def _prefixes(table: Table) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Codes of the groups and branches that a list names: the prefix that most of their members share."""
    groups: Counter[tuple[str, str]] = Counter()
    branches: Counter[tuple[tuple[str, str], str]] = Counter()
    legacy: Counter[tuple[tuple[str, str], str]] = Counter()
    for _, cells in table.rows:
        code, group, branch = (clean_line(cells.get(name, "")) for name in ("code", "level1", "level2"))
        current = cells.get("legacy_code_form", "0") in ("", "0")
        width = len(code) % 3 or 3
        if group and current and len(code) > width:
            groups[group, code[:width]] += 1
        if branch and len(code) > width + 3:
            (branches if current else legacy)[(group, branch), code[:-3]] += 1
    ranked = [pair for pair, _ in [*branches.most_common(), *legacy.most_common()]]
    return _assigned([pair for pair, _ in groups.most_common()]), _assigned(ranked)


def _assigned(ranked: Sequence[tuple[Name, str]]) -> dict[Name, str]:
    """One code for each name, best first; names share a code only where they have no other."""
    found: dict[Name, str] = {}
    for name, code in ranked:
        if name not in found and code not in found.values():
            found[name] = code
    for name, code in ranked:
        found.setdefault(name, code)
    return found


def _shown(name: str) -> str:
    return name.capitalize() if name.isupper() else name


def crosswalk_rows(table: Table) -> Iterator[CrosswalkRow | BadRow]:
    """The links of a crosswalk file; bad rows in their place."""
    for position, cells in table.rows:
        try:
            trees = [Tree(cells[name]) for name in ("from_tree", "to_tree")]
            weight = float((cells.get("weight") or "1").replace(",", "."))
            if not 0 <= weight <= 1:
                raise ValueError(f"weight {weight} lies outside 0 to 1")
            yield CrosswalkRow(position, trees[0], cells["from_code"], trees[1], cells["to_code"], weight)
        except (ValueError, KeyError) as error:
            yield BadRow(position, cells.get("from_code"), "from_tree, to_tree or weight", str(error))


def _code(value: str) -> str:
    if not value or len(value) > 100:
        raise ValueError("code: is required, at most 100 characters")
    return value


def _label(cells: Mapping[str, str], name: str) -> str:
    label = clean_line(cells.get(name) or "")
    if not label or len(label) > 300:
        raise ValueError(f"{name}: is required, at most 300 characters")
    return label


def _list(cell: str | None) -> list[str]:
    unique = {fold(part): clean_line(part) for part in reversed((cell or "").split("|")) if part.strip()}
    return list(reversed(unique.values()))


def _day(cells: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(cells[name]) if cells.get(name) else None
    except ValueError as error:
        raise ValueError(f"{name}: {cells[name]!r} is no date: write yyyy-mm-dd") from error
