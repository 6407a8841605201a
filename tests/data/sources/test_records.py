from datetime import date

import pytest

from data.sources.fields import Reading
from data.sources.records import ProposalRecord, RowError, parse_organisation, parse_proposal
from tests.data.sources.factories import organisation, proposal

STRICT = Reading()


def read(**values: object) -> ProposalRecord:
    return parse_proposal(proposal(**values), STRICT)  # type: ignore[arg-type]


def test_an_unknown_key_is_an_error_that_names_the_right_one() -> None:
    with pytest.raises(RowError, match="did you mean 'summary'") as error:
        read(sumary="x")
    assert error.value.field == "sumary"


def test_absent_keys_are_null_or_empty() -> None:
    record = read()
    assert record.description is None
    assert record.sdg == []
    assert record.call is None


@pytest.mark.parametrize("missing", ["reference", "kind", "title"])
def test_required_fields_are_required(missing: str) -> None:
    for absent in (None, "", "   "):
        with pytest.raises(RowError, match="required") as error:
            read(**{missing: absent})
        assert error.value.field == missing


def test_all_wrong_fields_of_a_row_are_named() -> None:
    with pytest.raises(RowError) as error:
        read(kind="XX", country="Atlantis", published="yesterday")
    assert error.value.field == "kind"
    assert "country: 'Atlantis'" in error.value.reason
    assert "published: 'yesterday'" in error.value.reason


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("sensors, optics", ["sensors", "optics"]),
        ("sensors; optics|sensors", ["sensors", "optics"]),
        (["sensors, optical", "x"], ["sensors, optical", "x"]),
        ("single", ["single"]),
        (None, []),
        (["a", None, " ", "a"], ["a"]),
    ],
)
def test_keywords_may_be_a_text_or_a_list(given: object, kept: list[str]) -> None:
    assert read(keywords=given).keywords == kept


def test_codes_given_as_numbers_become_texts() -> None:
    assert read(technology_keywords=[1001001, 2002.0, "03"]).technology_keywords == ["1001001", "2002", "03"]


@pytest.mark.parametrize(
    ("given", "code"), [("EL", "GR"), ("UK", "GB"), ("it", "IT"), ("Germania", "DE"), ("XK", "XK")]
)
def test_countries_become_iso_codes(given: str, code: str) -> None:
    assert read(country=given).country == code


@pytest.mark.parametrize(
    "given",
    [
        "2026-03-04",
        "04/03/2026",
        "4.3.2026",
        "2026-03-04T23:59:59Z",
        "2026-03-04 10:00",
        "2026-03-04+01:00",
        "2026-03-04Z",
    ],
)
def test_dates_of_several_habits_are_read(given: str) -> None:
    assert read(published=given).published == date(2026, 3, 4)


def test_values_of_closed_vocabularies_are_found_in_any_case_and_in_italian() -> None:
    record = read(
        stage="prototipo funzionale",
        ipr="PATENTS GRANTED",
        partner_types=["Università", "SME ≤10"],
        partnership_types="Supplier agreement",
    )
    assert record.stage == "Lab tested"
    assert record.ipr == "IPR granted"
    assert record.partner_types == ["University", "SME <=10"]
    assert record.partnership_types == ["Supplier agreement"]


def test_other_values_are_an_error_in_own_files_and_a_notice_in_those_of_networks() -> None:
    with pytest.raises(RowError, match="Concept stage"):
        read(stage="half ready")
    lenient = Reading(lenient=True)
    record = parse_proposal(proposal(stage="half ready", partnership_types=["Barter"]), lenient)
    assert record.stage is None
    assert record.partnership_types == ["Barter"]
    assert {notice.value for notice in lenient.notices.collected()} == {"half ready", "Barter"}


def test_a_kind_outside_the_vocabulary_is_an_error_everywhere() -> None:
    with pytest.raises(RowError, match="none of: TO; TR; BO; BR; RDR"):
        parse_proposal(proposal(kind="SALE"), Reading(lenient=True))


def test_texts_beyond_the_guidelines_are_kept_and_noted() -> None:
    how = Reading()
    record = parse_proposal(proposal(summary="parola " * 200, title="t" * 300), how)
    assert len(record.summary or "") > 1000
    assert len(record.title) == 300
    assert {notice.field for notice in how.notices.collected()} == {"summary", "title"}


def test_a_title_too_long_for_its_column_is_cut_and_kept_whole_in_the_description() -> None:
    long_title = "sensore " * 100
    record = read(title=long_title, description="Testo.")
    assert len(record.title) <= 500
    assert record.description == f"{long_title.strip()}\n\nTesto."


def test_an_evidence_without_title_gets_one_from_its_text() -> None:
    record = parse_organisation(
        organisation(evidence=[{"kind": "project", "title": "", "text": "Neutrinos " * 50}]), STRICT
    )
    assert record.evidence[0].title.startswith("Neutrinos")
    assert len(record.evidence[0].title) <= 100


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference", "x" * 201),
        ("title", ["a", "list"]),
        ("description", {"an": "object"}),
        ("description", "x" * 200_001),
        ("language", "italiese"),
        ("open_for_eoi", "maybe"),
        ("call", {"wrong": 1}),
        ("call", {"weeks": "many"}),
        ("published", "2026-02-30"),
        ("keywords", [["nested"]]),
        ("summary", float("nan")),
        ("published", "2026-03-04+1"),
    ],
)
def test_bad_values_name_their_field(field: str, value: object) -> None:
    with pytest.raises(RowError) as error:
        read(**{field: value})
    assert (error.value.field or "").split(".")[0] == field


@pytest.mark.parametrize(
    ("given", "kept"), [("IT 012.345.678-90", "01234567890"), ("rssmra80a01f205x", "RSSMRA80A01F205X"), ("", None)]
)
def test_tax_codes_have_one_form(given: str, kept: str | None) -> None:
    assert parse_organisation(organisation(tax_code=given), STRICT).tax_code == kept


def test_whole_numbers_as_spreadsheets_write_them() -> None:
    assert [read(call={"weeks": value}).call.weeks for value in ("52,0", "1.000", 104)] == [52, 1000, 104]  # type: ignore[union-attr]
