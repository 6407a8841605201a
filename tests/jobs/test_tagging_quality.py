from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from jobs.tagging_quality import LABELS, PROFILES, TWINS, interval
from tests.jobs.commands import Run

AREAS = {
    "ECO": ("Depurazione delle acque reflue", "ECO_INDUSTRY", "SUSTAINABILITY", "10004"),
    "AIR": ("Droni e satelliti per rilievo", "AEROSPACE", "CONNECTIVITY_INFORMATION", "02011"),
}


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Two labelled profiles, one without a technology, and the English twin of one."""
    profiles = [{"reference": name, "title": row[0], "summary": row[0]} for name, row in AREAS.items()]
    labels = [
        {"id": name, "s3_2014": [row[1]], "s3_2021": [row[2]], "tech": [row[3]] if name == "ECO" else []}
        for name, row in AREAS.items()
    ]
    twins = [{"reference": "ECO-EN", "title": "Wastewater treatment", "summary": "Treatment of waste water"}]
    for name, rows in ((PROFILES, profiles), (LABELS, labels), (TWINS, twins)):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path / "data"


def test_first_codes_abstention_and_twins_are_measured(abbina: Run, labelled: Path) -> None:
    report = abbina("benchmark", "tagging", "--data", str(labelled), "--json").json
    areas, technology = report["trees"]["s3_2014"], report["trees"]["een_technology"]
    assert (areas["ours"]["first"], areas["ours"]["labelled"], areas["ours"]["answered"]) == (1.0, 2, 1.0)
    assert (technology["ours"]["labelled"], technology["ours"]["unlabelled"]) == (1, 1)
    assert technology["nearest"]["abstained"] == 0.0
    assert report["twins"]["pairs"] == 1
    assert report["learnt"] is True


def test_the_table_names_every_tree(abbina: Run, labelled: Path) -> None:
    out = abbina("benchmark", "tagging", "--data", str(labelled)).out
    assert out.count("nearest prototype") == 3
    assert "same first code in Italian and English, 1 profiles" in out


def test_missing_files_are_named(abbina: Run, tmp_path: Path) -> None:
    ended = abbina("benchmark", "tagging", "--data", str(tmp_path))
    assert ended.code == 1
    assert "profiles.it.jsonl" in ended.err


def test_the_interval_holds_the_share_and_narrows_with_more_texts() -> None:
    few, many = (interval(np.tile([True, False], count)) for count in (10, 1000))
    assert few[0] < 0.5 < few[1]
    assert many[1] - many[0] < few[1] - few[0]
