"""`abbina ranker`, what the doctor says about it, and the plots of the simulation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from data.db import unit_of_work
from data.models import Organisation, Proposal, RankerVersion
from data.models.vocabulary import DecisionAction, RejectReason
from data.settings import load_settings
from jobs.benchmark_learning import table
from jobs.learning_plots import plot
from matching.bootstrap import build_application
from matching.brokerage.curation import decide
from matching.types import Target
from tests.jobs.commands import Run


@pytest.fixture
def decided(home: Path) -> Path:
    """A region in which a broker took one organisation and rejected another."""
    with build_application(load_settings(home=home)) as application, unit_of_work(application.sessions) as session:
        need = session.scalars(select(Proposal.id).where(Proposal.reference == "VF-AGR-001")).one()
        first, second = session.scalars(select(Organisation.id).order_by(Organisation.id).limit(2))
        about: dict[str, Any] = {"proposal_id": need, "target": Target.ORGANISATIONS, "actor": "broker"}
        decide(session, candidate_id=first, action=DecisionAction.ACCEPT, **about)
        reason = RejectReason.WRONG_COMPETENCE
        decide(session, candidate_id=second, action=DecisionAction.REJECT, reason=reason, **about)
    return home


def serving(abbina: Run) -> dict[str, str]:
    return {row["list"]: row["version"] for row in abbina("ranker", "list", "--json").json if row["serves"]}


def test_without_decisions_the_shipped_weights_serve(abbina: Run, home: Path) -> None:
    assert set(serving(abbina).values()) == {"shipped"}
    ended = abbina("ranker", "fit")
    assert (ended.code, "nessuna nuova decisione" in ended.out) == (0, True)
    assert abbina("ranker", "rollback").code == 1


@pytest.mark.usefixtures("decided")
def test_a_version_is_fitted_promoted_and_taken_back(abbina: Run) -> None:
    [organisations, *_] = abbina("ranker", "fit", "--json").json["lists"]
    assert (organisations["outcome"], organisations["version"]) == ("too_few", "organisations-1")
    assert serving(abbina)["organisations"] == "shipped"
    assert abbina("ranker", "promote", "organisations-1", "--reason", "tried by hand").code == 0
    assert serving(abbina)["organisations"] == "organisations-1"
    assert "organisations-1" in abbina("doctor").out
    assert "serves already" in abbina("ranker", "promote", "organisations-1").out
    ended = abbina("ranker", "rollback", "--list", "organisations")
    assert "shipped serves again" in ended.out
    assert serving(abbina)["organisations"] == "shipped"
    shown = abbina("ranker", "show", "organisations-1", "--json").json
    assert [(change["action"], change["why"]) for change in shown["changes"]] == [("promote", "tried by hand")]
    assert shown["made_from"]["decisions"] == 2


@pytest.mark.usefixtures("decided")
def test_fit_promotes_on_demand(abbina: Run) -> None:
    ended = abbina("ranker", "fit", "--promote")
    assert "organisations-1" in ended.out
    assert serving(abbina)["organisations"] == "organisations-1"


@pytest.mark.usefixtures("decided")
def test_a_version_reads_beside_the_shipped_weights(abbina: Run) -> None:
    abbina("ranker", "fit")
    out = abbina("ranker", "show", "organisations-1").out
    assert "shipped" in out.splitlines()[1]
    with build_application(load_settings()) as application:
        for feature in application.rankings.shipped["organisations"].weights:
            assert feature in out
    assert "organisations-1" in abbina("ranker", "list").out


@pytest.mark.usefixtures("home")
def test_names_that_mean_nothing_are_refused(abbina: Run) -> None:
    assert (abbina("ranker", "promote", "organisations-9").code, abbina("ranker", "promote", "shipped").code) == (1, 2)
    assert abbina("ranker", "show", "shipped", "--list", "proposals").code == 0


def test_a_version_with_other_features_does_not_serve_and_is_named(abbina: Run, decided: Path) -> None:
    abbina("ranker", "fit", "--promote")
    with build_application(load_settings(home=decided)) as application, unit_of_work(application.sessions) as session:
        stored = session.scalars(select(RankerVersion)).one()
        features = dict(list(stored.weights["features"].items())[1:])
        stored.weights = {**stored.weights, "features": features}
    ended = abbina("doctor")
    assert "organisations-1 was learnt with other features" in ended.out
    assert "abbina ranker fit" in ended.out
    assert "cannot serve" in abbina("ranker", "list").out
    assert serving(abbina)["organisations"] == "shipped"
    assert abbina("match", "--proposal", "VF-AGR-001").code == 0


class TestPlots:
    @pytest.fixture
    def report(self) -> dict[str, Any]:
        names = ("shipped", "refitted", "without position correction", "unseen counted as rejected", "unregularised")
        variants = (*names, "in force (promoted only if better)")
        rows = [
            {
                "decisions": count,
                "promoted": count // 100,
                "variants": {
                    name: {"ndcg@10": 0.8 + count / 5000, "standard_error": 0.01, "pairs_in_order": 0.9}
                    for name in variants
                },
            }
            for count in (0, 100, 500)
        ]
        bad = {"decisions": 10, "promoted": 0, "shipped": 1.0, "if_promoted": 0.95}
        bad |= {"if_promoted_worst": 0.9, "unregularised": 0.6}
        found = {"queries": 225, "curve": rows, "bad_start": {"random": bad, "hostile": bad}, "promoted_at_random": 0}
        return {"seed": 1, "brokers": 3, "lists": {"organisations": found}}

    def test_the_same_figures_make_the_same_files(self, report: dict[str, Any], tmp_path: Path) -> None:
        first, second = (plot(report, tmp_path / name) for name in ("one", "two"))
        assert [path.name for path in first] == ["learning-organisations.png", "learning-organisations.svg"]
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
        assert first[0].read_bytes().startswith(b"\x89PNG")

    def test_the_table_has_a_row_for_each_number_of_decisions(self, report: dict[str, Any]) -> None:
        lines = table(report).splitlines()
        assert [line.split()[0] for line in lines if line.strip()[:1].isdigit()][1:] == ["0", "100", "500"]
        assert json.dumps(report)


@pytest.mark.slow
def test_the_simulation_runs_on_the_demo_region(abbina: Run, tmp_path: Path) -> None:
    ended = abbina("benchmark", "learning", "--brokers", "1", "--out", tmp_path, "--json")
    assert ended.code == 0
    curve = ended.json["lists"]["organisations"]["curve"]
    assert [row["decisions"] for row in curve] == [0, 10, 25, 50, 100, 200, 300, 400, 500]
    assert curve[-1]["variants"]["refitted"]["ndcg@10"] > curve[0]["variants"]["shipped"]["ndcg@10"]
    assert len(list(tmp_path.glob("learning-*"))) == 4
