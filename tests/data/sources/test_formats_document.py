"""The document describes what the program reads: every key stands in it, and its examples are valid."""

import json
import re
from pathlib import Path

import pytest

from data.sources.fields import Reading
from data.sources.profiles_csv import read_csv
from data.sources.records import (
    CallRecord,
    EvidenceRecord,
    OrganisationRecord,
    ProposalRecord,
    Record,
    parse_organisation,
    parse_proposal,
)
from tests.data.sources.factories import only_member, values_of

DOCUMENT = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.S)


@pytest.mark.parametrize("record", [OrganisationRecord, ProposalRecord, EvidenceRecord, CallRecord])
def test_every_key_is_described(record: type[Record]) -> None:
    assert [name for name in record.model_fields if f"`{name}`" not in DOCUMENT] == []


def test_the_json_examples_are_valid() -> None:
    organisation, proposal = map(json.loads, blocks("json"))
    how = Reading()
    assert parse_organisation(organisation, how).id == proposal["organisation"]
    assert parse_proposal(proposal, how).keywords == ["sensori", "serre"]
    assert how.notices.collected() == ()


def test_the_csv_example_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "example.csv"
    path.write_text(blocks("csv")[0], encoding="utf-8")
    [values] = values_of(read_csv(only_member(path), "example.csv"))
    record = parse_proposal(values, Reading())
    assert record.title == "Partner per un bando; batterie"
    assert record.summary == 'Si cerca un "test bed".'
    assert record.call is not None
    assert record.call.weeks == 156
