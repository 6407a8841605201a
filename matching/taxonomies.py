"""The stored taxonomies as a ConceptIndex."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from data import models
from matching.concepts import Concept, ConceptIndex


def load_concepts(session: Session) -> ConceptIndex:
    """All concepts in force: of each tree the newest version, with the links between trees."""
    rows = session.scalars(select(models.Concept).order_by(models.Concept.tree, models.Concept.id)).all()
    newest: dict[str, str] = {}
    for row in rows:
        newest[row.tree] = max(row.version, newest.get(row.tree, ""))
    current = [row for row in rows if row.version == newest[row.tree]]
    codes = {row.id: row.code for row in rows}
    concepts = [
        Concept(
            tree=row.tree,
            code=row.code,
            label_it=row.label_it,
            label_en=row.label_en,
            parent=None if row.parent_id is None else codes.get(row.parent_id),
            synonyms_it=tuple(row.synonyms_it),
            synonyms_en=tuple(row.synonyms_en),
            description_it=row.description_it,
            description_en=row.description_en,
        )
        for row in current
    ]
    return ConceptIndex(concepts, _links(session))


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
