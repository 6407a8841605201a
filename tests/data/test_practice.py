"""The practice set: it imports, its judgements name its records, and many of its queries have no good candidate."""

import csv
import json
from collections import defaultdict

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Organisation, Proposal
from data.practice import FOLDER
from jobs.importing import import_organisations, import_proposals

COUNTERPARTS = {"TO": "TR", "TR": "TO", "BO": "BR", "BR": "BO"}
TAGS = ("technology_keywords", "market_keywords", "sdg", "themes", "keywords", "competences", "expires")

Judgements = dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def judgements() -> Judgements:
    """Grades by candidate by query, as the file has them."""
    found: Judgements = defaultdict(dict)
    with (FOLDER / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for query, _, candidate, grade in csv.reader(file, delimiter="\t"):
            assert candidate not in found[query], f"{query} judges {candidate} twice"
            found[query][candidate] = int(grade)
    return found


def _records(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def test_the_files_import_without_a_rejected_row(sessions: sessionmaker[Session]) -> None:
    reports = [
        *import_organisations(sessions, [FOLDER / "organisations.jsonl"]),
        *import_proposals(sessions, [FOLDER / "proposals.jsonl"]),
    ]

    assert [list(report.rejected) for report in reports] == [[], []]
    with sessions() as session:
        assert len(session.scalars(select(Organisation.id)).all()) == len(_records("organisations.jsonl"))
        assert len(session.scalars(select(Proposal.id)).all()) == len(_records("proposals.jsonl"))


def test_judgements_name_records_that_exist_with_grades_from_0_to_3(judgements: Judgements) -> None:
    proposals = {str(record["reference"]) for record in _records("proposals.jsonl")}
    organisations = {str(record["id"]) for record in _records("organisations.jsonl")}

    assert judgements.keys() <= proposals
    assert {candidate for grades in judgements.values() for candidate in grades} <= proposals | organisations
    assert {grade for grades in judgements.values() for grade in grades.values()} == {0, 1, 2, 3}


def test_proposals_are_judged_against_the_counterpart_kind_only(judgements: Judgements) -> None:
    kinds = {str(record["reference"]): str(record["kind"]) for record in _records("proposals.jsonl")}
    pairs = {(kinds[query], kinds[one]) for query, grades in judgements.items() for one in grades if one in kinds}

    assert pairs
    assert all(COUNTERPARTS.get(query) == candidate for query, candidate in pairs)


def test_about_half_of_the_queries_have_no_good_candidate(judgements: Judgements) -> None:
    without = sum(max(grades.values()) < 2 for grades in judgements.values())

    assert 0.35 <= without / len(judgements) <= 0.55
    assert all(15 <= len(grades) <= 25 for grades in judgements.values())
    assert all(sum(grade >= 2 for grade in grades.values()) <= 4 for grades in judgements.values())


def test_no_record_carries_a_tag_that_would_decide_in_place_of_the_text() -> None:
    records = [*_records("proposals.jsonl"), *_records("organisations.jsonl")]

    assert not [record for record in records for tag in TAGS if record.get(tag)]


def test_right_partners_are_found_within_a_language_and_across(judgements: Judgements) -> None:
    languages = {str(record["reference"]): record["language"] for record in _records("proposals.jsonl")}
    good = [(query, one) for query, grades in judgements.items() for one, grade in grades.items() if grade >= 2]
    same = [languages[query] == languages[one] for query, one in good if one in languages]

    assert 1 / 3 <= sum(same) / len(same) <= 2 / 3
