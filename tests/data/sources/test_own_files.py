"""Abbina's own JSONL and CSV, and telling the formats apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.errors import SourceError
from data.sources.fields import Reading
from data.sources.formats import FormatName, detect
from data.sources.profiles_csv import read_csv
from data.sources.profiles_jsonl import read_jsonl
from data.sources.records import parse_organisation, parse_proposal
from data.sources.report import Rejected
from data.sources.rows import RawRow, RecordKind
from tests.data.sources.factories import jsonl, only_member, organisation, pod, pod_profile, proposal, values_of


def csv_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def rows(path: Path) -> list[Any]:
    return list(read_csv(only_member(path), path.name))


def test_broken_lines_are_rejected_alone(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "p.jsonl", [proposal(1), '{"reference": ', "", "[1]", '{"a": 1, "a": 2}', "[" * 9999, proposal(2)]
    )
    items = list(read_jsonl(only_member(path), "p.jsonl"))
    assert [item.position for item in items if isinstance(item, RawRow)] == ["line 1", "line 7"]
    assert [item.position for item in items if isinstance(item, Rejected)] == ["line 2", "line 4", "line 5", "line 6"]


def test_an_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.sources.profiles_jsonl.MAX_LINE", 1000)
    path = jsonl(tmp_path / "p.jsonl", [proposal(description="x" * 2000)])
    with pytest.raises(SourceError, match="line 1 is longer"):
        list(read_jsonl(only_member(path), "p"))


def test_every_row_of_the_real_files_is_valid(real_data: Path) -> None:
    for name in ("cordis/proposals.jsonl", "een/profiles.it.jsonl", "een/requests.en.jsonl"):
        for values in values_of(read_jsonl(only_member(real_data / name), name)):
            assert parse_proposal(values, Reading()).title


def test_a_spreadsheet_in_italian_is_read(tmp_path: Path) -> None:
    text = (
        "sep=;\r\nreference;kind;title;summary;keywords;technology_keywords;published;call.weeks;open_for_eoi;budget\r\n"
        'RDRIT20260101001;RDR;"Ricerca; con punto e virgola";"riga uno\r\nriga ""due""";'
        "uno|due;1001|02002;03/02/2026;1.000;sì;\r\n"
        ";;;;;;;;;\r\n"
    ).replace(";budget", ";call.budget")
    [row] = rows(csv_file(tmp_path / "f.csv", "\ufeff" + text))
    assert row.position == "line 3"
    record = parse_proposal(row.values, Reading())
    assert record.title == "Ricerca; con punto e virgola"
    assert record.summary == 'riga uno\nriga "due"'
    assert (record.keywords, record.technology_keywords) == (["uno", "due"], ["1001", "02002"])
    assert str(record.published) == "2026-02-03"
    assert record.call is not None
    assert (record.call.weeks, record.call.budget) == (1000, None)
    assert record.open_for_eoi is True


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_separators_and_encodings_are_told_by_the_content(tmp_path: Path, separator: str, encoding: str) -> None:
    cells = [
        ["id", "name", "kind", "competences", "external_ids"],
        ["a:1", "Società Prova", "impresa", "tornitura|CNC", "pic:1|vat:IT2"],
    ]
    path = csv_file(tmp_path / "o.csv", "\n".join(separator.join(row) for row in cells), encoding)
    assert detect(only_member(path)).kind is RecordKind.ORGANISATION
    record = parse_organisation(rows(path)[0].values, Reading())
    assert (record.name, record.kind, record.competences) == ("Società Prova", "company", ["tornitura", "CNC"])
    assert record.external_ids == {"pic": "1", "vat": "IT2"}


def test_evidence_is_json_in_its_cell(tmp_path: Path) -> None:
    evidence = json.dumps([{"kind": "patent", "title": "A lens"}]).replace('"', '""')
    path = csv_file(tmp_path / "o.csv", f'id,name,kind,evidence\n1,A,company,"{evidence}"\n2,B,company,broken\n')
    good, bad = rows(path)
    assert parse_organisation(good.values, Reading()).evidence[0].title == "A lens"
    assert (bad.field, bad.reference) == ("evidence", "2")


def test_rows_with_too_many_cells_are_rejected_alone(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "p.csv", "reference,kind,title\nA,TR,one, two\nB,TR,fine,\nC,TR\n")
    items = rows(path)
    assert isinstance(items[0], Rejected)
    assert "4 cells" in items[0].reason
    assert [item.position for item in items[1:]] == ["line 3", "line 4"]


def test_an_open_quote_is_reported_with_the_lines_it_swallowed(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "p.csv", 'reference,kind,title\nA,TR,one\nB,TR,"two\nC,TR,three\n')
    items = rows(path)
    assert isinstance(items[0], RawRow)
    assert isinstance(items[1], Rejected)
    assert items[1].position == "lines 3 to 4"


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("reference,kind,title,titel", "'titel' \\(did you mean 'title'"),
        ("reference,title,title", "'title' more than once"),
        ("", "must name the columns"),
    ],
)
def test_wrong_headers_are_errors(tmp_path: Path, header: str, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        rows(csv_file(tmp_path / "p.csv", f"{header}\nA,B,C\n"))


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (json.dumps(proposal()), FormatName.JSONL, RecordKind.PROPOSAL),
        (json.dumps(organisation()), FormatName.JSONL, RecordKind.ORGANISATION),
        ('{"broken\n' + json.dumps(organisation()), FormatName.JSONL, RecordKind.ORGANISATION),
        (json.dumps(organisation(description="x" * 100_000)), FormatName.JSONL, RecordKind.ORGANISATION),
        ('{"profiles": [], "hasNext": false}', FormatName.EEN_API, RecordKind.PROPOSAL),
        ('{\n  "profiles": []\n}', FormatName.EEN_API, RecordKind.PROPOSAL),
        ("[]", FormatName.EEN_API, RecordKind.PROPOSAL),
        (pod(pod_profile()), FormatName.EEN_XML, RecordKind.PROPOSAL),
        ("reference;kind;title", FormatName.CSV, RecordKind.PROPOSAL),
        ("id,name,kind", FormatName.CSV, RecordKind.ORGANISATION),
    ],
)
def test_formats_are_told_by_content(tmp_path: Path, content: str, name: FormatName, kind: RecordKind) -> None:
    path = csv_file(tmp_path / "file.bin", content)
    found = detect(only_member(path))
    assert (found.name, found.kind) == (name, kind)


@pytest.mark.parametrize(
    "content", ["", "  \n", "a,b\n1,2", "<html><body/></html>", '{"x": 1}', "\x89PNG\r\n\x1a\n\x00"]
)
def test_other_files_are_errors(tmp_path: Path, content: str) -> None:
    with pytest.raises(SourceError, match=r"file\.bin"):
        detect(only_member(csv_file(tmp_path / "file.bin", content)))
