from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobs.benchmark_exposure import arrangements
from tests.jobs.commands import Run
from tests.jobs.night_region import rows, yesterday


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """A folder with a few organisations, proposals and judgements."""
    yesterday(tmp_path / "cordis")
    first, second = (row["id"] for row in rows("organisations.jsonl", 2))
    [need] = (row["reference"] for row in rows("proposals.jsonl", 1))
    lines = [f"{need}\t0\t{first}\t2", f"{need}\t0\t{second}\t0"]
    (tmp_path / "cordis" / "qrels.tsv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_every_arrangement_is_measured_and_drawn(abbina: Run, region: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = abbina("benchmark", "exposure", "--data", region, "--rounds", "2", "--out", out, "--json")
    assert ended.code == 0
    assert ended.json == json.loads((out / "exposure.json").read_text(encoding="utf-8"))
    found = ended.json["lists"]["organisations"]
    assert (found["candidates"], found["relevant"]) == (8, 1)
    assert list(found["arrangements"]) == list(arrangements())
    plain = found["arrangements"]["plain"]
    assert 0 <= plain["gini"] <= 1
    assert 0 < plain["coverage"] <= 1
    assert 0 <= plain["ndcg@10"] <= 1
    assert plain["ndcg_change"] == 0
    for ending, start in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        for name in ended.json["lists"]:
            assert (out / f"exposure-{name}.{ending}").read_bytes().startswith(start)


def test_the_table_has_a_line_for_each_arrangement(abbina: Run, region: Path) -> None:
    out = abbina("benchmark", "exposure", "--data", region, "--rounds", "1").out
    for name in arrangements():
        assert f"\n  {name:<12}" in out


def test_a_missing_file_is_named(abbina: Run, region: Path) -> None:
    (region / "cordis" / "qrels.tsv").unlink()
    ended = abbina("benchmark", "exposure", "--data", region)
    assert ended.code == 1
    assert "qrels.tsv is missing" in ended.err
