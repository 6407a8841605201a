import json
from pathlib import Path
from typing import Any

import pytest

from data.errors import SourceError
from data.models.vocabulary import ProposalState
from data.sources.een_api import api_item, read_api_json
from data.sources.fields import Reading
from data.sources.records import ProposalRecord, parse_proposal
from data.sources.report import Rejected
from data.sources.rows import Closure, RawRow
from tests.data.sources.factories import only_member


def profile(**values: Any) -> dict[str, Any]:
    record = {
        "id": 7,
        "reference": "RDRDE20260101001",
        "created": "2026-01-01T08:00:00Z",
        "lastModified": "2026-02-01T08:00:00.1234567Z",
        "title": "Partners for a call on batteries",
        "profileType": "RDR",
        "partnerOrganisationCountry": {"code": "DE", "name": "Germany"},
        "shortSummary": "Short",
        "description": "<p>Long &amp; full</p>",
        "profileStatus": {"id": 9, "name": "PUBLISHED"},
        "publicationDate": "2026-01-02T00:00:00Z",
        "expirationDate": "2027-01-02T00:00:00Z",
        "stageOfDevelopment": "Lab tested",
        "typesOfPartnership": ["Research and development cooperation agreement"],
        "typesAndSizes": [{"name": "SME 11-49"}, {"name": "University"}],
        "technologyKeywords": [{"code": "04001", "name": "Storage"}],
        "marketKeywords": {"code": "6010", "name": "Energy"},
        "sdgKeywords": ["Goal 7: Affordable and clean energy"],
        "targetedCountries": ["Italy", "FR"],
        "openForEOI": True,
        "callTitleAndIdentifier": "HORIZON-EXAMPLE-1",
        "projectDurationInWeeks": "156 weeks",
        "deadlineOfTheCall": "2026-09-01",
        "coordinatorRequired": "Yes",
        "anticipatedProjectBudget": "N/A",
        "attachments": [{"id": 1, "url": "https://example.org/a.pdf"}],
    }
    return record | values


def parsed(record: dict[str, Any]) -> ProposalRecord:
    item = api_item(record, "profile 1", "f.json")
    assert isinstance(item, RawRow), item
    return parse_proposal(item.values, Reading(lenient=True))


def test_a_profile_is_read_with_all_its_fields() -> None:
    record = parsed(profile())
    assert (record.reference, record.kind, record.country, record.state) == (
        "RDRDE20260101001",
        "RDR",
        "DE",
        "published",
    )
    assert record.description == "Long & full"
    assert record.partner_types == ["SME 11-49", "University"]
    assert (record.technology_keywords, record.market_keywords) == (["04001"], ["6010"])
    assert record.sdg == ["Goal 7: Affordable and clean energy"]
    assert record.target_countries == ["IT", "FR"]
    assert record.open_for_eoi is True
    assert record.call is not None
    assert (record.call.title, record.call.weeks, record.call.budget) == ("HORIZON-EXAMPLE-1", 156, None)
    assert record.call.coordinator_required is True


def test_single_values_may_come_as_lists_and_lists_as_single_values() -> None:
    record = parsed(profile(title=["Only one"], typesOfPartnership="Investment agreement", profileStatus="PUBLISHED"))
    assert record.title == "Only one"
    assert record.partnership_types == ["Investment agreement"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("EXPIRED", ProposalState.EXPIRED),
        ("ARCHIVED", ProposalState.ARCHIVED),
        ("ON_HOLD", ProposalState.WITHDRAWN),
        ("UNDER_REVIEW", ProposalState.TO_VALIDATE),
        ("REJECTED", ProposalState.REFUSED),
        ("SOMETHING_NEW", ProposalState.WITHDRAWN),
        (None, ProposalState.WITHDRAWN),
        ("PUBLISHED", None),
    ],
)
@pytest.mark.parametrize("absent", [None, "N/A"])
def test_limited_records_only_close(status: str | None, state: ProposalState | None, absent: str | None) -> None:
    record = dict.fromkeys(profile(), absent) | {"reference": "RDRDE20260101001", "profileStatus": {"name": status}}
    assert api_item(record, "profile 1", "f.json") == Closure("profile 1", "RDRDE20260101001", state)


def test_a_limited_record_without_reference_is_no_error() -> None:
    assert api_item({"id": 1, "reference": "N/A", "title": None}, "p", "f") == Closure(
        "p", None, ProposalState.WITHDRAWN
    )


def test_a_full_record_that_is_not_published_keeps_its_texts() -> None:
    record = parsed(profile(profileStatus={"name": "EXPIRED"}))
    assert (record.state, record.summary) == ("expired", "Short")


@pytest.mark.parametrize(
    "shape",
    [
        lambda rows: {"profiles": rows, "hasNext": False, "pageIndex": 1},
        lambda rows: {"items": rows, "hasNext": True},
        lambda rows: rows,
    ],
)
def test_pages_have_several_shapes(tmp_path: Path, shape: Any) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps(shape([profile(), profile(reference="RDRDE20260101002")]), indent=1))
    items = list(read_api_json(only_member(path), "page.json"))
    assert [item.values["reference"] for item in items if isinstance(item, RawRow)] == [
        "RDRDE20260101001",
        "RDRDE20260101002",
    ]


def test_a_file_may_hold_one_document_after_another(tmp_path: Path) -> None:
    path = tmp_path / "pages.json"
    path.write_text(
        "\n".join(json.dumps(page) for page in ({"items": [profile()]}, profile(reference="B"), {"items": None}))
    )
    assert len(list(read_api_json(only_member(path), "f"))) == 2


def test_records_that_are_no_objects_are_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"items": [profile(), 5, "x", profile(title={"deep": {"er": 1}})]}))
    items = list(read_api_json(only_member(path), "page.json"))
    assert isinstance(items[0], RawRow)
    assert [item.position for item in items if isinstance(item, Rejected)][:2] == ["profile 2", "profile 3"]


@pytest.mark.parametrize("content", ['{"items": [', "[" * 100_000, '{"nothing": 1}', "plain"])
def test_files_that_are_no_pages_are_errors(tmp_path: Path, content: str) -> None:
    path = tmp_path / "page.json"
    path.write_text(content)
    with pytest.raises(SourceError, match=r"page\.json"):
        list(read_api_json(only_member(path), "f"))
