"""`abbina benchmark ranking` end to end: on the demo region, and on a small made-up folder of development files."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from jobs import benchmark_ranking
from jobs.benchmark_ranking import as_json, measure_ranking
from jobs.errors import JobError
from jobs.ranking_misses import lines
from jobs.ranking_plots import draw
from jobs.ranking_sets import collections_of, judged_sets
from jobs.ranking_text import text
from matching.evaluation import METRICS
from matching.judged_lists import SYSTEMS
from tests.jobs.commands import Run
from tests.jobs.night_region import rows

Report = dict[str, Any]


def jsonl(path: Path, *records: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")


def tsv(path: Path, *lines_: str) -> None:
    path.write_text("".join(line + "\n" for line in lines_), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Development files in miniature: a few organisations, requests and offers, and what joins them."""
    data = tmp_path_factory.mktemp("data")
    organisations = rows("organisations.jsonl", 6)
    jsonl(data / "cordis/organisations.jsonl", *organisations)
    ids = [record["id"] for record in organisations]
    search = {"kind": "RDR", "language": "en", "state": "published"}
    about = ("Sensors for greenhouses and vineyards", "Fermented food from vegetable leftovers", "Packaging of cheese")
    searches = [{**search, "reference": f"S{n}", "title": title, "summary": title} for n, title in enumerate(about)]
    jsonl(data / "cordis/proposals.jsonl", *searches)
    twins = [{**record, "reference": f"{record['reference']}-IT", "language": "it"} for record in searches]
    jsonl(data / "cordis/proposals.it.jsonl", *twins)
    joined = [(f"S{n}", ids[place]) for n in range(3) for place in (n, n + 2)]
    tsv(data / "cordis/qrels.tsv", *(f"{query} 0 {name} 1" for query, name in joined))
    tsv(data / "cordis/qrels.it.tsv", *(f"{query}-IT 0 {name} 1" for query, name in joined))
    profile = {"source": "een", "state": "published", "country": "DE"}
    offers = [
        {
            **profile,
            "reference": "O1",
            "kind": "TO",
            "language": "it",
            "title": "Sensori ottici per serre",
            "summary": "x",
        },
        {**profile, "reference": "O2", "kind": "TO", "language": "it", "title": "Lievito madre", "summary": "Pane"},
        {**profile, "reference": "R1", "kind": "RDR", "language": "it", "title": "Sensori", "summary": "Vigneti"},
    ]
    jsonl(data / "een/profiles.it.jsonl", *offers)
    need = {**profile, "kind": "TR", "language": "en"}
    requests = [
        {**need, "reference": "T1", "title": "Sensors for greenhouses", "description": "Optical sensors are sought."},
        {**need, "reference": "T2", "title": "Robots", "description": "Robots that weld hulls."},
    ]
    jsonl(data / "een/requests.en.jsonl", *requests)
    tsv(data / "een/qrels.dev.tsv", "T1 0 O1 3", "T1 0 O2 0", "T2 0 O1 0", "T2 0 O2 1", f"R1 0 {ids[0]} 2")
    return data


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    """All of the miniature, measured."""
    return measure_ranking(folder, ("cordis-en", "cordis-it", "een"), worst=2)


def one(report: Report, name: str) -> Report:
    return next(found for found in report["sets"] if found["name"] == name)


def test_every_table_has_every_system_with_every_metric_and_interval(report: Report) -> None:
    tables = [table for found in report["sets"] for table in found["tables"]]
    assert [table["name"] for table in tables] == ["cordis-en", "cordis-it", "een", "een within", "een across"]
    for table in tables:
        assert [line["system"] for line in table["systems"]] == list(SYSTEMS)
        for line in table["systems"]:
            assert set(line["metrics"]) == set(METRICS)
            for cell in line["metrics"].values():
                assert 0.0 <= cell["interval"][0] <= cell["mean"] + 1e-9
                assert cell["mean"] - 1e-9 <= cell["interval"][1] <= 1.0
            assert ("ours_better_by" in line) is (line["system"] != "ours")


def test_holm_stands_beside_the_plain_p(report: Report) -> None:
    for line in one(report, "cordis-en")["tables"][0]["systems"][:-1]:
        found = line["ours_better_by"]["ndcg@10"]
        assert 0.0 < found["p"] <= found["p_holm"] <= 1.0


def test_queries_without_a_plausible_candidate_are_left_out_and_counted(report: Report) -> None:
    een = one(report, "een")["tables"][0]
    assert (een["queries"], een["skipped"]) == (2, 1)
    assert one(report, "een")["by_kind"].keys() == {"TR", "RDR"}


def test_languages_are_told_apart_by_the_candidates(report: Report) -> None:
    across = next(table for table in one(report, "een")["tables"] if table["name"] == "een across")
    assert across["queries"] >= 1
    assert one(report, "een")["by_language"].keys() == {"en", "it"}


def test_every_feature_is_left_out_once(report: Report) -> None:
    for found in report["sets"]:
        for part in found["ablation"]:
            names = [line["feature"] for line in part["features"]]
            assert len(set(names)) == len(names) > 5
            for line in part["features"]:
                if line["weight"] == 0.0:
                    assert line["ndcg@10"]["difference"] == 0.0


def test_calibration_is_measured_on_graded_sets_only(report: Report) -> None:
    assert "calibration" not in one(report, "cordis-en")
    calibration = one(report, "een")["calibration"]
    judged = calibration["parts"]["all"]["judged"]
    assert (judged["pairs"], judged["plausible"]) == (5, 2)
    assert sum(band["pairs"] for band in judged["bands"].values()) == 5
    assert sum(point["count"] for point in judged["curve"]) == 5
    assert calibration["abstention"]["queries_without_partner"] == 1


def test_an_upper_bound_is_never_below_ours(report: Report) -> None:
    for found in report["sets"]:
        values = found["oracle"]["ndcg@10"]
        assert values["ours"]["mean"] <= values["ascended"]["mean"] + 1e-9 <= values["perfect_order"]["mean"] + 2e-9


def test_misses_tell_where_the_relevant_ones_went(report: Report) -> None:
    told = one(report, "cordis-en")["misses"]
    assert len(told) == 2
    assert told[0]["ndcg@10"] <= told[1]["ndcg@10"]
    for miss in told:
        assert len(miss["relevant"]) == miss["relevant_in_all"] == 2
        assert all(candidate["title"] and candidate["grade"] == 1 for candidate in miss["relevant"])
    assert told[0]["query"] in "\n".join(lines(told))


def test_the_text_names_every_set_and_system_and_the_json_is_json(report: Report) -> None:
    written = text(report)
    for found in report["sets"]:
        for table in found["tables"]:
            assert f"### {table['title']}" in written
    for system in ("tag overlap", "plain fusion", "**ours**", "upper bounds", "ever shipped"):
        assert system in written
    assert not re.search(r"\bnan\b", written)
    assert json.loads(as_json(report))["sets"][0]["name"] == "cordis-en"
    assert "NaN" not in as_json({"value": math.nan, "several": (1.0, math.inf)})


def test_the_text_starts_with_all_systems_on_all_sets(report: Report) -> None:
    head = text(report).split("### ")[1].splitlines()
    assert head[0] == "ndcg@10 of all systems"
    assert head[2] == "|  | lists | " + " | ".join(SYSTEMS) + " |"
    assert sum(line.startswith("| ") for line in head) == 1 + sum(len(found["tables"]) for found in report["sets"])


def test_every_plot_is_written_twice(report: Report, tmp_path: Path) -> None:
    written = draw(report, tmp_path / "new")
    names = {"ranking-systems", "ranking-ablation", "ranking-reliability", "ranking-risk-coverage"}
    assert {path.name for path in written} == {f"{name}{suffix}" for name in names for suffix in (".png", ".svg")}
    assert all(path.stat().st_size > 5000 for path in written)


def test_a_folder_that_cannot_be_written_is_named(report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(JobError, match="give --out another folder"):
        draw(report, tmp_path / "file")


@pytest.mark.slow
def test_the_demo_is_measured_from_the_command_line(
    abbina: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ABBINA_HOME", str(tmp_path / "untouched"))
    ended = abbina("benchmark", "ranking", "--no-ablation", "--json")
    assert ended.code == 0, ended.err
    [demo] = ended.json["sets"]
    ours, dense = (demo["tables"][0]["systems"][place]["metrics"]["ndcg@10"]["mean"] for place in (-1, -3))
    assert ours > dense > 0.5
    assert "ablation" not in demo
    assert not (tmp_path / "untouched").exists()
    assert "demo: importing" in ended.err


def test_a_missing_file_is_named_with_what_to_do(abbina: Run, tmp_path: Path) -> None:
    ended = abbina("benchmark", "ranking", "--data", tmp_path)
    assert ended.code == 1
    assert "cordis/qrels.tsv is missing" in ended.err
    assert "--only demo" in ended.err


def test_an_unknown_set_is_named_with_those_that_there_are(abbina: Run) -> None:
    ended = abbina("benchmark", "ranking", "--only", "een")
    assert ended.code == 1
    assert "known are demo" in ended.err
    assert "--data" in ended.err


def test_judgements_of_other_proposals_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark_ranking, "read_judgements", lambda _: {"NOT-THERE": {"O1": 3}})
    with pytest.raises(JobError, match="1 judged queries are not among the proposals"):
        measure_ranking(folder, ("cordis-en",))


def test_the_real_files_are_found_where_they_should_be(real_data: Path) -> None:
    for found in judged_sets(real_data):
        collection = collections_of(real_data)[found.collection]
        assert all(path.is_file() for path in (*found.qrels, *collection.organisations, *collection.proposals))
