"""Loads taxonomies into the database: the ones that ship, and full official lists. Loading twice changes nothing.

Concepts are added and updated, never removed: what records refer to stays known. A list that replaces another one
gets its own version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import false, select, update
from sqlalchemy.orm import Session, sessionmaker

from data.models import Concept, Crosswalk
from data.models.vocabulary import Tree
from data.sources.codes import fold
from data.sources.report import ImportReport, Notices, Rejected
from data.taxonomies.tables import (
    BadRow,
    ConceptRow,
    CrosswalkRow,
    Layout,
    concept_rows,
    crosswalk_rows,
    read_table,
    tree_of,
)

FOLDER = Path(__file__).parent
SHIPPED = ("s3_2014", "s3_2021", "sdg", "een_technology", "een_market", "competences", "crosswalk_s3")
"""In the order of loading: links point to trees loaded before."""
_FIRST_VERSION = "1"
_FORMAT = "taxonomy"


def load_shipped_taxonomies(sessions: sessionmaker[Session], *, dry_run: bool = False) -> list[ImportReport]:
    """Load all taxonomies that ship, in one transaction; one report a file."""
    with sessions() as session, session.begin() as transaction:
        reports = [_load(session, FOLDER / f"{name}.csv", None, None, dry_run) for name in SHIPPED]
        if dry_run:
            transaction.rollback()
    return reports


def load_taxonomy_file(
    sessions: sessionmaker[Session],
    path: Path,
    tree: Tree | None = None,
    version: str | None = None,
    *,
    dry_run: bool = False,
) -> ImportReport:
    """Load one taxonomy file in one transaction. Raises SourceError on a file that is none.

    `tree` is told by the file's name when not given (`technology.csv`, `sdg.csv`, …); `version` defaults to the tree's
    newest one. Lists with English labels only keep the Italian labels that are there.
    """
    with sessions() as session, session.begin() as transaction:
        report = _load(session, path, tree, version, dry_run)
        if dry_run:
            transaction.rollback()
    return report


def _load(session: Session, path: Path, tree: Tree | None, version: str | None, dry_run: bool) -> ImportReport:
    table = read_table(path)
    # On SQLite a transaction that starts by reading cannot wait for another writer; this one starts by writing.
    session.execute(update(Concept).where(false()).values(code=Concept.code))
    loading = _Loading(session, str(path))
    if table.layout is Layout.CROSSWALK:
        loading.crosswalk(crosswalk_rows(table))
    else:
        loading.concepts(tree_of(path, tree), concept_rows(table), version)
    return loading.report(dry_run)


class _Loading:
    """One file on its way into the database."""

    def __init__(self, session: Session, file: str) -> None:
        self._session = session
        self._file = file
        self._notices = Notices()
        self._rejected: list[Rejected] = []
        self._counts = {"added": 0, "updated": 0, "unchanged": 0}

    def report(self, dry_run: bool) -> ImportReport:
        """What was loaded."""
        read = sum(self._counts.values()) + len(self._rejected)
        rejected = tuple(self._rejected)
        warnings = self._notices.collected()
        return ImportReport(
            self._file, _FORMAT, read=read, rejected=rejected, warnings=warnings, dry_run=dry_run, **self._counts
        )

    def concepts(self, tree: Tree, rows: Iterable[ConceptRow | BadRow], version: str | None) -> None:
        """Add or update the concepts of a tree, then their parents and links."""
        known = list(self._session.scalars(select(Concept).where(Concept.tree == tree.value).order_by(Concept.version)))
        default = version or (known[-1].version if known else _FIRST_VERSION)
        stored = {(concept.version, concept.code): concept for concept in known}
        italian = {(concept.code, fold(concept.label_en)): concept.label_it for concept in known}
        good = [row for row in rows if not self._is_bad(row)]
        placed: list[tuple[ConceptRow, Concept, bool]] = []
        for row in good:
            assert isinstance(row, ConceptRow)
            key = (version or row.version or default, row.code)
            fresh = key not in stored
            if fresh:
                stored[key] = Concept(tree=tree.value, version=key[0], code=row.code)
                self._session.add(stored[key])
            changed = _fill(stored[key], row, italian)
            placed.append((row, stored[key], changed or fresh or row.derived))
            self._count(row, fresh, changed)
        self._session.flush()
        self._parents(placed, stored)
        self._links(placed)

    def _is_bad(self, row: ConceptRow | CrosswalkRow | BadRow) -> bool:
        if isinstance(row, BadRow):
            self._rejected.append(Rejected(self._file, row.position, row.code, row.field, row.reason))
        return isinstance(row, BadRow)

    def _count(self, row: ConceptRow, added: bool, changed: bool) -> None:
        if not row.derived:
            self._counts["added" if added else "updated" if changed else "unchanged"] += 1
        elif added:
            self._notices.position = row.position
            self._notices.add(
                row.position, None, "groups named by the list added, each with its members' prefix as code"
            )

    def _parents(
        self, placed: Sequence[tuple[ConceptRow, Concept, bool]], stored: dict[tuple[str, str], Concept]
    ) -> None:
        for row, concept, counted in placed:
            parent = stored.get((concept.version, row.parent)) if row.parent else None
            if row.parent and parent is None:
                self._notices.position = row.position
                self._notices.add("parent", row.parent, "is not in the taxonomy, left out")
            number = parent.id if parent is not None and parent is not concept else None
            if number != concept.parent_id and (row.parent or not row.derived):
                concept.parent_id = number
                if not counted:
                    self._counts["unchanged"] -= 1
                    self._counts["updated"] += 1
        self._session.flush()

    def _links(self, placed: Sequence[tuple[ConceptRow, Concept, bool]]) -> None:
        linked = [(row, concept) for row, concept, _ in placed if row.links]
        if not linked:
            return
        targets = self._newest({tree for row, _ in linked for tree, _ in row.links})
        wanted: dict[tuple[int, int], float] = {}
        for row, concept in linked:
            self._notices.position = row.position
            for tree, code in row.links:
                if (tree.value, code) in targets:
                    wanted[concept.id, targets[tree.value, code]] = 1.0
                else:
                    self._notices.add(tree.value, code, "is in no loaded taxonomy, link left out")
        self._write_links(wanted, {concept.id for _, concept in linked})

    def _newest(self, trees: Iterable[Tree]) -> dict[tuple[str, str], int]:
        """Id of the newest version of each concept of `trees`, by tree and code."""
        names = [tree.value for tree in trees]
        columns = select(Concept.tree, Concept.code, Concept.id).where(Concept.tree.in_(names))
        rows = self._session.execute(columns.order_by(Concept.version)).all()
        return {(tree, code): number for tree, code, number in rows}

    def crosswalk(self, rows: Iterable[CrosswalkRow | BadRow]) -> None:
        """Add or update links between trees."""
        good = [row for row in rows if isinstance(row, CrosswalkRow) or self._is_bad(row)]
        links = [row for row in good if isinstance(row, CrosswalkRow)]
        ids = self._newest({tree for row in links for tree in (row.from_tree, row.to_tree)})
        wanted: dict[tuple[int, int], float] = {}
        for row in links:
            ends = [(row.from_tree.value, row.from_code), (row.to_tree.value, row.to_code)]
            missing = next((end for end in ends if end not in ids), None)
            if missing is not None:
                reason = f"{missing[0]}:{missing[1]} is in no loaded taxonomy: load it first"
                self._rejected.append(Rejected(self._file, row.position, missing[1], "code", reason))
                continue
            wanted[ids[ends[0]], ids[ends[1]]] = row.weight
        before = {**self._counts}
        self._write_links(wanted, set())
        self._counts["unchanged"] += len(wanted) - (sum(self._counts.values()) - sum(before.values()))

    def _write_links(self, wanted: dict[tuple[int, int], float], owned: set[int]) -> None:
        """Make `wanted` true; links from concepts in `owned` that are not wanted any more go."""
        starts = {start for start, _ in wanted} | owned
        stored = {
            (link.from_id, link.to_id): link
            for link in self._session.scalars(select(Crosswalk).where(Crosswalk.from_id.in_(starts)))
        }
        for (start, end), weight in wanted.items():
            link = stored.get((start, end))
            if link is None:
                self._session.add(Crosswalk(from_id=start, to_id=end, weight=weight))
            else:
                link.weight = weight
        for pair, link in stored.items():
            if pair[0] in owned and pair not in wanted:
                self._session.delete(link)
        self._session.flush()


def _fill(concept: Concept, row: ConceptRow, italian: dict[tuple[str, str], str]) -> bool:
    """Copy the row into the concept; whether anything changed."""
    values: dict[str, Any] = {"label_en": row.label_en}
    if row.label_it is not None:
        values |= {"label_it": row.label_it, **row.texts, **row.synonyms}
        values |= {"valid_from": row.valid_from, "valid_to": row.valid_to}
    elif row.derived and concept.label_en is not None:
        return False  # a group's name in a list of its members says less than the concept that is there
    elif concept.label_it is None or concept.label_it == concept.label_en:
        values["label_it"] = italian.get((row.code, fold(row.label_en)), row.label_en)
    changed = {name: value for name, value in values.items() if getattr(concept, name) != value}
    for name, value in changed.items():
        setattr(concept, name, value)
    return bool(changed)
