from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from data.db import unit_of_work
from data.exposures import Showing, count_showings
from data.migrate import upgrade
from data.models import Exposure, Organisation, Proposal, Run, SavedSearch, Suggestion, now
from data.models.vocabulary import DecisionAction, RejectReason
from data.settings import Settings, load_settings
from embeddings import generations
from embeddings.errors import GenerationError
from jobs.cli import cli
from jobs.errors import BusyError
from jobs.importing import import_taxonomy
from jobs.locks import job_lock
from jobs.night_report import LANGUAGES, lines
from jobs.nightly import JOB, STEPS, Night, last_night
from matching.bootstrap import Application, build_application
from matching.brokerage.curation import decide
from matching.learning import lesson
from matching.learning.versions import roll_back
from matching.types import Band, Target
from tests.jobs import night_region


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    night_region.yesterday(tmp_path / "incoming")
    return load_settings(home=tmp_path / "var", import_dir=tmp_path / "incoming")


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


@pytest.fixture
def application(settings: Settings) -> Iterator[Application]:
    with build_application(settings) as opened:
        upgrade(opened.engine)
        yield opened


def last_state(application: Application) -> tuple[str, str | None]:
    run = last_night(application)
    assert run is not None
    return run.state, run.error


def stored(application: Application) -> dict[str, datetime]:
    """When the suggestions of each proposal were computed."""
    with application.sessions() as session:
        rows = session.execute(
            select(Proposal.reference, func.max(Suggestion.created_at))
            .join(Suggestion, Suggestion.proposal_id == Proposal.id)
            .group_by(Proposal.reference)
        )
        return {row[0]: row[1] for row in rows}


def test_the_first_night_does_everything_and_says_so(application: Application, settings: Settings) -> None:
    report = Night(application).run()
    assert list(report.steps) == [
        "import",
        "expire",
        "tagging",
        "index",
        "learn",
        "suggestions",
        "searches",
        "digest",
        "deliver",
        "retention",
        "report",
    ]
    assert (report.steps["import"]["read"], report.steps["import"]["added"]) == (23, 23)
    assert report.steps["suggestions"]["recomputed"] == report.steps["suggestions"]["proposals"] == 7
    assert last_state(application) == ("done", None)
    names = sorted(path.name.split(".", 1)[1] for path in settings.log_dir.glob("night-*"))
    assert names == ["en.txt", "it.txt", "json"]
    assert set(stored(application)) == {f"VF-AGR-00{number}" for number in range(1, 7)}  # 007 wants other countries


def test_a_night_without_news_changes_nothing(application: Application) -> None:
    Night(application).run()
    before = stored(application)
    report = Night(application).run()
    assert (report.steps["index"]["built"], report.steps["suggestions"]["recomputed"]) == (False, 0)
    assert stored(application) == before


def test_what_changed_and_what_it_reaches_is_computed_again(application: Application, incoming: Path) -> None:
    Night(application).run()
    before = stored(application)
    night_region.today(incoming)
    report = Night(application).run()
    after = stored(application)
    assert not report.steps["suggestions"]["everything"]
    assert report.steps["index"]["changed"] == 5  # a new organisation brings its proposal with it
    assert after["VF-AGR-900"] > max(before.values())
    assert after["VF-AGR-002"] > before["VF-AGR-002"]
    assert "VF-AGR-003" not in after  # withdrawn


def test_saved_searches_are_looked_after_and_counted(application: Application, settings: Settings) -> None:
    Night(application).run()
    with unit_of_work(application.sessions) as session:
        for reference in ("VF-AGR-001", "VF-AGR-006"):
            record = session.scalars(select(Proposal).where(Proposal.reference == reference)).one()
            session.add(SavedSearch(proposal_id=record.id, target="organisations", language="it", actor="desk"))
        record.expires = datetime.now(UTC).date()
    report = Night(application).run()
    found = report.steps["searches"]
    assert (found["searches"], found["ended"]) == (1, 1)
    with application.sessions() as session:
        row = session.scalars(select(SavedSearch).order_by(SavedSearch.id)).first()
        assert row is not None
        assert row.looked_at is not None
        fitting = application.service.match_proposal("VF-AGR-001", top=20).organisations
        assert len(row.hits) == found["hits"] == sum(match.band is not Band.WEAK for match in fitting)
    said = {language: "\n".join(lines(report, language)) for language in LANGUAGES}
    assert f"Ricerche salvate: 1 esaminate, {found['hits']} nuovi" in said["it"]
    assert f"Saved searches: 1 looked at, {found['hits']} new" in said["en"]
    assert Night(application).run().steps["searches"]["hits"] == 0


def test_proposals_expire_in_the_database(application: Application) -> None:
    Night(application).run()
    day = datetime.now(UTC).date()
    with unit_of_work(application.sessions) as session:
        for reference, expires in (("VF-AGR-006", day), ("VF-AGR-007", day + timedelta(days=1))):
            session.execute(update(Proposal).where(Proposal.reference == reference).values(expires=expires))
    report = Night(application).run()
    assert report.steps["expire"]["expired"] == 1
    with application.sessions() as session:
        states = {row.reference: row.state for row in session.scalars(select(Proposal))}
    assert (states["VF-AGR-006"], states["VF-AGR-007"]) == ("expired", "published")
    assert "VF-AGR-006" not in stored(application)


def test_what_was_shown_long_ago_is_forgotten(application: Application) -> None:
    Night(application).run()
    today = application.today()
    with application.sessions() as session:
        need, partner = session.scalars(select(Proposal.id)).first(), session.scalars(select(Organisation.id)).first()
    assert need is not None
    assert partner is not None
    for days in (1, application.settings.exposure_days, application.settings.exposure_days + 1):
        day = today - timedelta(days=days)
        count_showings(application.sessions, need, day, organisations=[Showing(partner, 1)])
    report = Night(application).run()
    assert report.steps["expire"]["exposure_forgotten"] == 1
    with application.sessions() as session:
        assert session.scalar(select(func.min(Exposure.day))) == today - timedelta(
            days=application.settings.exposure_days
        )


def test_stored_suggestions_stand_in_the_order_of_the_page(application: Application) -> None:
    Night(application).run()
    with unit_of_work(application.sessions) as session:
        found = session.execute(
            select(Proposal.reference, Suggestion.candidate_organisation_id)
            .join(Suggestion, Suggestion.proposal_id == Proposal.id)
            .where(Suggestion.rank == 3, Suggestion.candidate_organisation_id.is_not(None))
        ).first()
        assert found is not None
        need = session.scalars(select(Proposal).where(Proposal.reference == found[0])).one()
        pinned: dict[str, Any] = {"target": Target.ORGANISATIONS, "candidate_id": found[1], "actor": "desk"}
        decide(session, proposal_id=need.id, action=DecisionAction.PIN, **pinned)
        need.updated_at = now()
    Night(application).run()
    page = application.service.match_proposal(found[0], top=20).organisations
    assert page[0].candidate_id == found[1]
    with application.sessions() as session:
        rows = session.execute(
            select(Suggestion.candidate_organisation_id, Suggestion.rank)
            .join(Proposal, Suggestion.proposal_id == Proposal.id)
            .where(Proposal.reference == found[0], Suggestion.candidate_organisation_id.is_not(None))
        )
        ranks = {row[0]: row[1] for row in rows}
    assert {match.candidate_id: match.rank for match in page[1:]} == {
        number: rank for number, rank in ranks.items() if number != found[1]
    }


def test_a_failing_index_leaves_the_old_one_serving_and_says_what_to_do(
    application: Application, settings: Settings, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Night(application).run()
    serving = application.store.current_id()
    night_region.today(incoming)

    def damaged(folder: Path) -> None:
        raise GenerationError(f"{folder} is not whole; run `abbina index --full`.")

    night = Night(application)
    with monkeypatch.context() as patch:
        patch.setattr(generations, "_verify", damaged)
        with pytest.raises(GenerationError):
            night.run()
    assert application.store.current_id() == serving
    assert application.service.match_proposal("VF-AGR-001").organisations
    state, error = last_state(application)
    assert (state, night.report.failed_step) == ("failed", "index")
    assert "abbina index --full" in (error or "")
    for language in LANGUAGES:
        text = "\n".join(lines(night.report, language))
        assert "abbina index --full" in text
        assert "abbina nightly" in text
    assert Night(application).run().steps["index"]["built"]


def test_a_service_that_is_set_up_wrongly_does_not_stop_the_night(settings: Settings) -> None:
    wrong = load_settings(home=settings.home, import_dir=settings.import_dir, een_url="https://localhost:1/v1")
    with build_application(wrong) as application:
        upgrade(application.engine)
        report = Night(application).run()
    assert report.rejected_rows == 1
    assert "ABBINA_EEN_KEY_FILE" in report.rejected[0]["reason"]
    assert report.steps["suggestions"]["stored"] > 0


def test_one_night_at_a_time(application: Application, settings: Settings) -> None:
    with job_lock(application.engine, settings.home, JOB), pytest.raises(BusyError):
        Night(application).run()
    assert last_night(application) is None


def test_new_taxonomies_make_all_suggestions_out_of_date(application: Application) -> None:
    Night(application).run()
    import_taxonomy(application.sessions)
    report = Night(application).run()
    assert report.steps["suggestions"]["everything"]


class TestLearning:
    @pytest.fixture
    def decided(self, application: Application) -> Application:
        """A night, and then a broker who takes the second organisation of a list and rejects the first."""
        Night(application).run()
        with unit_of_work(application.sessions) as session:
            need = session.scalars(select(Proposal).where(Proposal.reference == "VF-AGR-001")).one()
            for rank, action in ((1, DecisionAction.REJECT), (2, DecisionAction.ACCEPT)):
                row = session.scalars(
                    select(Suggestion).where(
                        Suggestion.proposal_id == need.id,
                        Suggestion.rank == rank,
                        Suggestion.candidate_organisation_id.is_not(None),
                    )
                ).one()
                assert row.candidate_organisation_id is not None
                decide(
                    session,
                    proposal_id=need.id,
                    target=Target.ORGANISATIONS,
                    candidate_id=row.candidate_organisation_id,
                    action=action,
                    reason=RejectReason.WRONG_THEME if action is DecisionAction.REJECT else None,
                    actor="broker",
                )
        return application

    def test_two_decisions_are_learnt_from_but_promote_nothing(self, decided: Application) -> None:
        report = Night(decided).run()
        learnt = report.steps["learn"]
        assert learnt["promoted"] == 0
        assert [item["outcome"] for item in learnt["lists"]] == ["too_few", "nothing", "nothing"]
        assert not report.steps["suggestions"]["everything"]
        for language, words in (("it", "troppo poche"), ("en", "too few")):
            assert words in "\n".join(lines(report, language))

    def test_the_night_after_has_nothing_to_learn(self, decided: Application) -> None:
        Night(decided).run()
        report = Night(decided).run()
        assert report.steps["learn"]["news"] is False
        assert "no new decision" in "\n".join(lines(report, "en"))

    def test_a_promotion_orders_all_stored_suggestions_anew_the_same_night(
        self, decided: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = stored(decided)
        monkeypatch.setattr(lesson, "_judge", lambda _: lesson.Verdict.BETTER)
        report = Night(decided).run()
        assert report.steps["learn"]["promoted"] == 1
        assert report.steps["suggestions"]["everything"]
        assert stored(decided)["VF-AGR-002"] > before["VF-AGR-002"]
        assert "organisations-1 serves from now on" in "\n".join(lines(report, "en"))
        after = Night(decided).run()
        assert after.steps["learn"]["news"] is False
        assert after.steps["suggestions"]["recomputed"] == 0

    def test_a_roll_back_does_so_the_next_night(self, decided: Application, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lesson, "_judge", lambda _: lesson.Verdict.BETTER)
        Night(decided).run()
        with unit_of_work(decided.sessions) as session:
            roll_back(session, None, actor="test", reason="worse")
        report = Night(decided).run()
        assert report.steps["learn"]["lists"][0]["outcome"] == "held"
        assert report.steps["suggestions"]["everything"]
        assert "abbina ranker promote" in "\n".join(lines(report, "it"))


def test_the_log_has_no_text_of_the_records(application: Application, settings: Settings, incoming: Path) -> None:
    with (incoming / "proposals.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"reference": "X1", "kind": "TR", "title": "Segretissimo", "contact": "Anna Prova"}\n')
    Night(application).run()
    log = (settings.log_dir / "nightly.jsonl").read_text(encoding="utf-8")
    events = [json.loads(line) for line in log.splitlines()]
    assert [event["event"] for event in events] == ["started", *["step done"] * len(STEPS), "done"]
    assert "Segretissimo" not in log
    assert "Anna" not in log


class TestCommand:
    @pytest.fixture
    def run(self, application: Application, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setenv("ABBINA_HOME", str(settings.home))
        monkeypatch.setenv("ABBINA_IMPORT_DIR", str(settings.import_dir))
        return lambda *arguments: CliRunner().invoke(cli, ["nightly", *arguments])

    def test_it_prints_a_line_a_step_and_where_the_report_is(self, run: Any) -> None:
        result = run()
        assert result.exit_code == 0
        *steps, report = result.output.splitlines()
        assert [line.split(":")[0].strip() for line in steps if line[0] != " "] == [
            "Importazione",
            "Scadenze",
            "Temi e competenze",
            "Indice",
            "Apprendimento",
            "Suggerimenti",
            "Ricerche salvate",
            "Messaggi",
            "Posta",
            "Conservazione",
        ]
        assert json.loads(Path(report).read_text(encoding="utf-8"))["state"] == "done"

    def test_rejected_rows_are_exit_code_3(self, run: Any, incoming: Path) -> None:
        with (incoming / "proposals.jsonl").open("a", encoding="utf-8") as file:
            file.write("{broken\n")
        result = run("--json")
        assert result.exit_code == 3
        report = json.loads(result.output)
        assert (report["state"], report["steps"]["import"]["rejected"]) == ("done", 1)
        assert report["rejected"][0]["position"] == "line 16"

    def test_an_import_folder_that_is_not_there_is_reported(
        self, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("ABBINA_IMPORT_DIR", str(tmp_path / "nowhere"))
        result = run("--json")
        assert result.exit_code == 3
        assert "no such file or folder" in json.loads(result.output)["rejected"][0]["reason"]

    def test_runs_found_dead_are_marked(self, run: Any, application: Application) -> None:
        with unit_of_work(application.sessions) as session:
            session.add_all([Run(job=JOB, step="index"), Run(job="import")])
        assert run().exit_code == 0
        with application.sessions() as session:
            runs = [(row.job, row.state) for row in session.scalars(select(Run).order_by(Run.id))]
        assert runs == [(JOB, "interrupted"), ("import", "interrupted"), (JOB, "done"), ("import", "done")]
