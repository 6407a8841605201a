from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from data.models import Concept
from matching.taxonomies import load_concepts

TODAY = date(2026, 6, 1)


def concept(version: str, code: str, label: str, valid_from: date | None = None) -> Concept:
    return Concept(
        tree="s3_2021", version=version, code=f"T-{code}", label_it=label, label_en=label, valid_from=valid_from
    )


def labels(session: Session) -> dict[str, tuple[str, bool]]:
    concepts = load_concepts(session, TODAY).concepts
    return {item.code[2:]: (item.label_en, item.current) for item in concepts if item.code.startswith("T-")}


@pytest.fixture
def empty(session: Session) -> Session:
    session.query(Concept).filter(Concept.tree == "s3_2021").delete()
    return session


def test_the_newest_version_in_force_is_current_and_older_codes_stay_readable(empty: Session) -> None:
    empty.add_all([concept("9", "A", "old A"), concept("9", "B", "old B"), concept("10", "A", "new A")])
    assert labels(empty) == {"A": ("new A", True), "B": ("old B", False)}


def test_a_version_to_come_is_not_in_force_yet(empty: Session) -> None:
    empty.add_all([concept("2024", "A", "now"), concept("2027", "A", "then", date(2027, 1, 1))])
    empty.add(concept("2027", "C", "later", date(2027, 1, 1)))
    assert labels(empty) == {"A": ("now", True), "C": ("later", False)}


def test_only_current_concepts_are_offered(empty: Session) -> None:
    empty.add_all([concept("1", "A", "A"), concept("1", "B", "B"), concept("2", "A", "A")])
    concepts = load_concepts(empty, TODAY)
    assert [concepts.concepts[number].code for number in concepts.in_tree("s3_2021")] == ["T-A"]
    assert concepts.label("s3_2021", "T-B", "it") == "B"
