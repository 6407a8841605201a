"""The stored taxonomies as a ConceptIndex."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from data import models
from matching.concepts import Concept, ConceptIndex


def load_concepts(session: Session, today: date | None = None) -> ConceptIndex:
    """All concepts with the links between trees: current are those of each tree's newest version in force `today`.

    A version whose validity has not begun is not in force yet. Codes that only other versions have are there too.
    """
    rows = session.scalars(select(models.Concept).order_by(models.Concept.tree, models.Concept.id)).all()
    by_tree: dict[str, list[models.Concept]] = defaultdict(list)
    for row in rows:
        by_tree[row.tree].append(row)
    codes = {row.id: row.code for row in rows}
    concepts = [
        _concept(row, codes, current=row.version == versions[0])
        for tree_rows in by_tree.values()
        for versions in (_versions(tree_rows, today or datetime.now(UTC).date()),)
        for row in _one_for_each_code(tree_rows, versions)
    ]
    return ConceptIndex(concepts, _links(session))


def _versions(rows: Iterable[models.Concept], today: date) -> list[str]:
    """Versions of a tree: those in force before those to come, the newest first."""
    begun: dict[str, bool] = defaultdict(bool)
    for row in rows:
        begun[row.version] |= row.valid_from is None or row.valid_from <= today
    return sorted(begun, key=lambda version: (begun[version], _in_order(version)), reverse=True)


def _in_order(version: str) -> list[tuple[int, str]]:
    """`version` so that numbers in it count as such: 2.10 comes after 2.9."""
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", version)]


def _one_for_each_code(rows: Sequence[models.Concept], versions: Sequence[str]) -> list[models.Concept]:
    chosen: dict[str, models.Concept] = {}
    for version in versions:
        for row in rows:
            if row.version == version:
                chosen.setdefault(row.code, row)
    return sorted(chosen.values(), key=lambda row: row.id)


def _concept(row: models.Concept, codes: dict[int, str], *, current: bool) -> Concept:
    return Concept(
        tree=row.tree,
        code=row.code,
        label_it=row.label_it,
        label_en=row.label_en,
        parent=None if row.parent_id is None else codes.get(row.parent_id),
        synonyms_it=tuple(row.synonyms_it),
        synonyms_en=tuple(row.synonyms_en),
        description_it=row.description_it,
        description_en=row.description_en,
        current=current,
    )


def _links(session: Session) -> dict[tuple[str, str], list[tuple[str, str, float]]]:
    start, end = aliased(models.Concept), aliased(models.Concept)
    query = (
        select(start.tree, start.code, end.tree, end.code, models.Crosswalk.weight)
        .join(start, start.id == models.Crosswalk.from_id)
        .join(end, end.id == models.Crosswalk.to_id)
    )
    links: dict[tuple[str, str], list[tuple[str, str, float]]] = defaultdict(list)
    for tree, code, other_tree, other_code, weight in session.execute(query):
        links[tree, code].append((other_tree, other_code, weight))
    return links
