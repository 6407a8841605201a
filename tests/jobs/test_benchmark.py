from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data.migrate import upgrade
from data.models import Evidence, Organisation, Proposal, ProposalCode
from data.settings import load_settings
from jobs.benchmark import _target
from jobs.benchmark_corpus import Size, areas, fill
from jobs.importing import import_taxonomy
from matching.bootstrap import Application, build_application
from tests.jobs.commands import Run


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with build_application(load_settings(home=tmp_path)) as opened:
        upgrade(opened.engine)
        import_taxonomy(opened.sessions)
        yield opened


def texts(application: Application) -> list[tuple[str, str | None]]:
    with application.sessions() as session:
        return [(row.reference, row.description) for row in session.scalars(select(Proposal).order_by(Proposal.id))]


def test_the_corpus_has_the_size_that_was_asked_for(application: Application) -> None:
    fill(application.sessions, Size(40, 10))
    with application.sessions() as session:
        counts = {table: session.scalar(select(func.count()).select_from(table)) for table in (Proposal, Organisation)}
        languages = set(session.scalars(select(Proposal.language)))
        pieces = session.scalar(select(func.count()).select_from(Evidence)) or 0
        codes = session.scalar(select(func.count()).select_from(ProposalCode))
    assert (counts[Proposal], counts[Organisation], codes) == (40, 10, 120)
    assert 10 <= pieces <= 40
    assert languages == {"it", "en"}


def test_the_same_seed_makes_the_same_corpus(application: Application, tmp_path: Path) -> None:
    fill(application.sessions, Size(20, 5), seed=3)
    with build_application(load_settings(home=tmp_path / "other")) as other:
        upgrade(other.engine)
        import_taxonomy(other.sessions)
        fill(other.sessions, Size(20, 5), seed=3)
        assert texts(other) == texts(application)


def test_every_area_speaks_both_languages() -> None:
    assert {area.language for area in areas()} == {"it", "en"}
    assert all(area.titles and area.sentences for area in areas())


def test_a_target_is_said_to_be_kept_or_not() -> None:
    report = {"targets": {"match_p95_ms": 30.0}, "match_p95_ms": 31.0}
    assert "NOT KEPT" in _target(report, "match_p95_ms", "{:.1f} ms")
    assert "NOT KEPT" not in _target(report | {"match_p95_ms": 29.0}, "match_p95_ms", "{:.1f} ms")
    assert _target(report, "resident_mib", "{:.0f}") == ""


@pytest.mark.slow
def test_speed_is_measured_end_to_end(abbina: Run) -> None:
    ended = abbina(
        "benchmark", "speed", "--proposals", "300", "--organisations", "100", "--model", "tfidf-svd", "--json"
    )
    assert ended.code == 0
    [report] = ended.json
    assert report["queries"] == 240
    assert 0 < report["match_p50_ms"] <= report["match_p95_ms"]
    assert 0 < report["reindex_seconds"] < report["index_seconds"]
    assert report["reindex_texts"] < 30
    assert report["resident_mib"] > 50


def test_start_up_is_measured(abbina: Run) -> None:
    [report] = abbina("benchmark", "startup", "--runs", "1", "--json").json
    assert 0 < report["help_seconds"] < 30


def test_the_desk_is_measured_over_work_of_every_kind() -> None:
    from jobs.benchmark_desk import measure

    report = measure(items=120, rounds=6)
    assert (report["items"], report["rounds"]) == (120, 6)
    assert 0.0 < report["desk_p50_ms"] <= report["desk_p95_ms"]
