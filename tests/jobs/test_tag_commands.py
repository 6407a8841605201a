from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from data.models import Proposal, ProposalCode
from data.settings import load_settings
from matching.bootstrap import build_application
from matching.tagging.weights import FILE, TagWeights
from tests.jobs.commands import Run

WATER = "Impianto per la depurazione delle acque reflue di una cartiera"


def test_a_text_is_tagged_with_confidence_and_words(abbina: Run, home: Path) -> None:
    ended = abbina("tag", WATER)
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "s3_2014"
    assert lines[1].split()[1:] == ["ECO_INDUSTRY", "Eco-industria"]
    assert "depurazione acque" in lines[2]


def test_as_json_from_a_file(abbina: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(WATER, encoding="utf-8")
    found = abbina("tag", "--file", str(tmp_path / "text.txt"), "--language", "it", "--json").json
    first = found[0]
    assert (first["tree"], first["code"], first["label_en"]) == ("s3_2014", "ECO_INDUSTRY", "Eco-industry")
    assert 0.5 < first["confidence"] <= 1.0
    assert first["words"]


def test_a_stored_proposal_is_tagged_by_its_text(abbina: Run, home: Path) -> None:
    found = abbina("tag", "--proposal", "VF-AGR-001", "--json").json
    assert "AGRIFOOD" in {item["code"] for item in found}
    assert "no proposal has the reference" in abbina("tag", "--proposal", "NOPE").err


def test_nothing_is_said_of_what_is_about_nothing(abbina: Run, home: Path) -> None:
    assert abbina("tag", "xkqz brlf").out.startswith("Nessun codice")


@pytest.mark.parametrize("arguments", [(), ("testo", "--proposal", "A"), ("testo", "--language", "fr")])
def test_wrong_usage_is_exit_code_2(abbina: Run, home: Path, arguments: tuple[str, ...]) -> None:
    assert abbina("tag", *arguments).code == 2


def test_another_encoding_is_named(abbina: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes("perché".encode("latin-1"))
    ended = abbina("tag", "--file", str(tmp_path / "text.txt"))
    assert ended.code == 1
    assert "not UTF-8 at byte 5" in ended.err


def test_learning_by_hand_and_forgetting(abbina: Run, home: Path) -> None:
    with build_application(load_settings(home=home)) as application, application.sessions.begin() as session:
        for row in session.scalars(select(ProposalCode).where(ProposalCode.origin == "derived")).all()[:6]:
            row.origin = "confirmed"
            session.get_one(Proposal, row.proposal_id).keywords = []
    ended = abbina("learn-tags")
    assert ended.code == 0
    assert "learnt (6 decisions" in ended.out
    assert TagWeights.load(home / FILE).about["decided"] == 6
    assert "too little is new" in abbina("learn-tags").out
    assert abbina("learn-tags", "--forget").out.strip() == "back to the shipped weights"
    assert not (home / FILE).exists()


def test_damaged_learning_is_a_finding_of_the_doctor(abbina: Run, home: Path) -> None:
    (home / FILE).write_bytes(b"damaged")
    ended = abbina("doctor", "--json")
    [finding] = [item for item in ended.json if item["check"] == "model" and item["health"] != "ok"]
    assert "remove it" in finding["detail"]
    assert abbina("tag", WATER).code == 0


def test_the_night_learns(abbina: Run, home: Path) -> None:
    with build_application(load_settings(home=home)) as application, application.sessions.begin() as session:
        for row in session.scalars(select(ProposalCode).where(ProposalCode.origin == "derived")).all()[:6]:
            row.origin = "confirmed"
    night = json.loads(abbina("nightly", "--json").out)
    assert night["steps"]["tagging"]["outcome"] == "learnt"
    assert night["steps"]["index"]["retagged"] > 0
    again = json.loads(abbina("nightly", "--json").out)
    assert (again["steps"]["tagging"]["outcome"], again["steps"]["index"]["built"]) == ("not_due", False)
