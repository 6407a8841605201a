"""Commands as people and scripts use them: what they print, and how they end."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.db import make_engine
from jobs.cli import COMMANDS
from jobs.locks import job_lock
from tests.data.sources.factories import jsonl, organisation, proposal
from tests.data.sources.service import KEY, een_service
from tests.jobs.commands import Run

ROOT = Path(__file__).parents[2]


class TestHelp:
    def test_every_command_is_listed_and_explains_itself(self, abbina: Run) -> None:
        listed = abbina("--help")
        assert listed.code == 0
        for name in COMMANDS:
            assert f"  {name} " in listed.out
            assert "Usage: abbina" in abbina(name, "--help").out

    def test_help_imports_neither_models_nor_the_database(self) -> None:
        code = "import sys; import jobs.cli as c; c.cli.main(['--help'], standalone_mode=False); print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        loaded = set(done.stdout.split())
        assert not loaded & {"torch", "numpy", "sqlalchemy", "faiss", "sklearn", "pydantic"}

    @pytest.mark.parametrize(
        "arguments",
        [
            ("no-such-command",),
            ("match",),
            ("match", "--text", "sensori"),
            ("match", "--proposal", "A", "--organisation", "B"),
            ("match", "--proposal", "A", "--top", "0"),
            ("index", "--full", "--rollback"),
            ("import", "een"),
            ("import", "organisations", "/no/such/file"),
        ],
    )
    def test_wrong_usage_is_exit_code_2(self, abbina: Run, empty_home: Path, arguments: tuple[str, ...]) -> None:
        assert abbina(*arguments).code == 2

    def test_an_unknown_setting_is_not_passed_over(self, abbina: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ABBINA_HOEM", "somewhere")
        ended = abbina("index", "--list")
        assert ended.code == 1
        assert "ABBINA_HOEM" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("match", "--proposal", "X"),
        ("index",),
        ("evaluate",),
        ("nightly",),
        ("serve",),
        ("import", "organisations", __file__),
    ],
)
def test_a_database_that_is_not_there_is_named_with_what_to_do(
    abbina: Run, empty_home: Path, arguments: tuple[str, ...]
) -> None:
    ended = abbina(*arguments)
    assert ended.code == 1
    assert "abbina init" in ended.err
    assert "Traceback" not in ended.err


def test_a_home_that_cannot_be_made_is_named(abbina: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ABBINA_HOME", str(tmp_path / "file" / "home"))
    for arguments in (("init",), ("match", "--proposal", "X")):
        ended = abbina(*arguments)
        assert ended.code == 1
        assert "ABBINA_HOME" in ended.err


class TestInit:
    def test_it_can_be_run_again(self, abbina: Run, empty_home: Path) -> None:
        assert abbina("init").code == 0
        assert abbina("init").code == 0
        assert (empty_home / "abbina.db").is_file()

    def test_without_an_index_a_match_says_what_to_do(self, abbina: Run, empty_home: Path) -> None:
        abbina("init")
        ended = abbina("match", "--text", "sensori", "--kind", "TR")
        assert ended.code == 1
        assert "abbina index" in ended.err


class TestMatch:
    def test_two_lists_with_their_reasons(self, abbina: Run, home: Path) -> None:
        ended = abbina("match", "--proposal", "VF-AGR-001", "--top", "3", "--explain")
        assert ended.code == 0
        assert "Organizzazioni" in ended.out
        assert "Proposte di altri" in ended.out
        assert "Valore di partenza" in ended.out

    def test_as_json(self, abbina: Run, home: Path) -> None:
        found = abbina("match", "--proposal", "VF-AGR-001", "--top", "3", "--json").json
        assert set(found) == {"query", "generation", "organisations", "proposals", "considered"}
        assert [match["rank"] for match in found["organisations"]] == [1, 2, 3]
        first = found["organisations"][0]
        parts = [part["points"] for part in first["explanation"]["contributions"]]
        assert sum(parts) == pytest.approx(first["score"], abs=1e-6)

    def test_an_organisation_and_a_text(self, abbina: Run, home: Path) -> None:
        assert abbina("match", "--organisation", "demo:agrifood-01", "--json").json["proposals"]
        text = abbina("match", "--text", "sensors for vineyards", "--kind", "TR", "--language", "en")
        assert "Organisations" in text.out

    @pytest.mark.parametrize("arguments", [("--proposal", "X9"), ("--organisation", "x:9")])
    def test_what_is_not_stored_is_named(self, abbina: Run, home: Path, arguments: tuple[str, str]) -> None:
        ended = abbina("match", *arguments)
        assert ended.code == 1
        assert arguments[1] in ended.err

    def test_a_text_without_words_is_refused(self, abbina: Run, home: Path) -> None:
        assert abbina("match", "--text", "  ", "--kind", "TR").code == 1


class TestIndex:
    def test_what_is_up_to_date_is_left(self, abbina: Run, home: Path) -> None:
        assert abbina("index", "--json").json["built"] is False

    def test_a_full_index_and_the_way_back(self, abbina: Run, home: Path) -> None:
        assert abbina("index", "--rollback").code == 1
        assert abbina("index", "--full", "--json").json["generation"] == "000002"
        assert [item["serves"] for item in abbina("index", "--list", "--json").json] == [False, True]
        assert abbina("index", "--rollback", "--json").json == {"generation": "000001"}

    def test_an_index_of_another_model_is_refused(
        self, abbina: Run, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ABBINA_MODEL", "tfidf-svd")
        ended = abbina("match", "--proposal", "VF-AGR-001")
        assert ended.code == 1
        assert "abbina index" in ended.err
        assert abbina("index").code == 0
        assert abbina("match", "--proposal", "VF-AGR-001").code == 0

    def test_a_damaged_index_is_named_and_mended(self, abbina: Run, home: Path) -> None:
        vectors = sorted((home / "index").rglob("vectors.npy"))[0]
        vectors.write_bytes(vectors.read_bytes()[:-100])
        ended = abbina("match", "--proposal", "VF-AGR-001")
        assert ended.code == 1
        assert "abbina index --full" in ended.err
        assert abbina("doctor").code == 1
        assert abbina("index", "--full").code == 0
        assert abbina("match", "--proposal", "VF-AGR-001").code == 0

    def test_a_bit_that_flipped_is_found_by_the_doctor(self, abbina: Run, home: Path) -> None:
        path = sorted((home / "index").rglob("vectors.npy"))[0]
        content = bytearray(path.read_bytes())
        content[-7] ^= 64
        path.write_bytes(bytes(content))
        ended = abbina("doctor", "--json")
        assert ended.code == 1
        wrong = [finding for finding in ended.json if finding["health"] == "wrong"]
        assert [finding["check"] for finding in wrong] == ["index"]
        assert wrong[0]["mend"] == "abbina index --full"

    def test_another_run_is_exit_code_4(self, abbina: Run, home: Path) -> None:
        engine = make_engine(f"sqlite:///{home / 'abbina.db'}")
        for name, arguments in (
            ("index", ("index",)),
            ("nightly", ("nightly",)),
            ("import", ("import", "organisations", __file__)),
        ):
            with job_lock(engine, home, name):
                assert abbina(*arguments).code == 4
        engine.dispose()


class TestImport:
    def test_bad_rows_do_not_stop_good_ones(self, abbina: Run, home: Path, tmp_path: Path) -> None:
        bad: list[Mapping[str, Any] | str]
        bad = ["{broken", proposal(2, kind="XX"), proposal(3, title=""), {"reference": "R4"}, proposal(5, unknown=1)]
        rows: list[Mapping[str, Any] | str] = [proposal(1), *bad, proposal(6)]
        path = jsonl(tmp_path / "p.jsonl", rows)
        ended = abbina("import", "proposals", path, "--json")
        assert ended.code == 3
        [report] = ended.json
        assert (report["added"], len(report["rejected"])) == (2, 5)
        assert all(row["position"] and row["reason"] for row in report["rejected"])
        again = abbina("import", "proposals", path)
        assert again.code == 3
        assert "0 added, 0 updated, 2 unchanged" in again.out

    def test_a_trial_changes_nothing(self, abbina: Run, home: Path, tmp_path: Path) -> None:
        path = jsonl(tmp_path / "o.jsonl", [organisation(1)])
        trial = abbina("import", "organisations", path, "--dry-run")
        assert (trial.code, "1 added" in trial.out) == (0, True)
        assert abbina("import", "organisations", path, "--json").json[0]["added"] == 1

    @pytest.mark.parametrize("terminal", [True, False])
    def test_a_bar_is_shown_to_people_only(
        self, abbina: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool
    ) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
        path = jsonl(tmp_path / "o.jsonl", [organisation(1)])
        assert ("1 rows" in abbina("import", "organisations", path).err) == terminal
        assert "rows" not in abbina("import", "organisations", path, "--json").err

    def test_a_file_in_another_encoding_is_read_or_named(self, abbina: Run, home: Path, tmp_path: Path) -> None:
        path = tmp_path / "o.csv"
        path.write_bytes("id,name,kind\nt:1,Società Perché,company\n".encode("cp1252"))
        ended = abbina("import", "organisations", path, "--json")
        [report] = ended.json
        assert "Traceback" not in ended.err
        assert report["added"] == 1 or report["rejected"]

    def test_the_live_service_by_hand(
        self, abbina: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "ABBINA_EEN_URL" in abbina("import", "een", "--live").err
        key = tmp_path / "key"
        key.write_text(KEY)
        monkeypatch.setenv("ABBINA_EEN_KEY_FILE", str(key))
        with een_service() as service:
            monkeypatch.setenv("ABBINA_EEN_URL", service.url)
            ended = abbina("import", "een", "--live", "--json")
        assert (ended.code, ended.json[0]["read"]) == (0, 0)
        assert service.requests

    def test_the_demo_needs_no_network_and_a_second_run_changes_nothing(self, abbina: Run, empty_home: Path) -> None:
        first = abbina("demo")
        assert first.code == 0
        assert "1. " in first.out
        second = abbina("demo")
        assert second.code == 0
        assert abbina("index", "--json").json["generation"] == "000001"


class TestEmbed:
    def test_a_line_a_vector(self, abbina: Run, empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"un sensore\na sensor\n")))
        ended = abbina("embed", "-")
        rows = [json.loads(line) for line in ended.out.splitlines()]
        assert len(rows) == 2
        assert np.linalg.norm(rows[0]) == pytest.approx(1, abs=1e-3)

    def test_to_a_file(self, abbina: Run, empty_home: Path, tmp_path: Path) -> None:
        (tmp_path / "texts").write_text("un\u2028sen\x85so\x0cre\n\na sensor\n", encoding="utf-8")
        ended = abbina("embed", tmp_path / "texts", "--role", "sought", "--out", tmp_path / "v.npy")
        assert ended.code == 0
        vectors = np.load(tmp_path / "v.npy")
        assert (vectors.shape[0], vectors.dtype) == (3, np.float32)
        assert not vectors[1].any()

    def test_other_encodings_are_named(self, abbina: Run, empty_home: Path, tmp_path: Path) -> None:
        (tmp_path / "texts").write_bytes("società".encode("cp1252"))
        ended = abbina("embed", tmp_path / "texts")
        assert ended.code == 1
        assert "UTF-8" in ended.err

    def test_a_model_that_is_not_there_is_named(
        self, abbina: Run, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ABBINA_MODEL", str(tmp_path / "no-model"))
        (tmp_path / "texts").write_text("x\n", encoding="utf-8")
        ended = abbina("embed", tmp_path / "texts")
        assert ended.code == 1
        assert "no-model" in ended.err


class TestEvaluate:
    @pytest.fixture
    def qrels(self, tmp_path: Path) -> Path:
        path = tmp_path / "qrels.tsv"
        path.write_text("VF-AGR-001\t0\tdemo:agrifood-03\t2\nVF-AGR-001\t0\tdemo:agrifood-01\t0\n", encoding="utf-8")
        return path

    def test_figures_and_a_run_file(self, abbina: Run, home: Path, qrels: Path, tmp_path: Path) -> None:
        found = abbina("evaluate", "--qrels", qrels, "--json", "--run", tmp_path / "run.txt").json
        assert {"queries", "skipped", "ndcg@10", "recall@50", "mrr", "map", "judged@10", "intervals"} <= set(found)
        assert found["queries"] == 1
        first = (tmp_path / "run.txt").read_text(encoding="utf-8").splitlines()[0].split()
        assert (first[0], first[1], first[3]) == ("VF-AGR-001", "Q0", "1")

    def test_judgements_that_cannot_be_read_are_named(self, abbina: Run, home: Path, tmp_path: Path) -> None:
        path = tmp_path / "qrels.tsv"
        path.write_text("VF-AGR-001\t0\tdemo:agrifood-03\tmuch\n", encoding="utf-8")
        ended = abbina("evaluate", "--qrels", path)
        assert ended.code == 1
        assert "qrels.tsv" in ended.err
        assert "1" in ended.err


class TestDoctor:
    def test_nothing_yet(self, abbina: Run, empty_home: Path) -> None:
        ended = abbina("doctor")
        assert ended.code == 1
        assert "abbina init" in ended.out

    def test_all_well(self, abbina: Run, home: Path, tmp_path: Path) -> None:
        (tmp_path / "password").write_text("tre gatti sul tetto", encoding="utf-8")
        account = ("ada@example.org", "--role", "administrator", "--name", "Ada")
        assert abbina("user", "create", *account, "--password-file", tmp_path / "password").code == 0
        abbina("nightly")
        ended = abbina("doctor", "--json")
        assert ended.code == 0
        healths = {finding["check"]: finding["health"] for finding in ended.json}
        assert set(healths.values()) == {"ok"}
        assert set(healths) == {
            "settings",
            "home",
            "database",
            "accounts",
            "model",
            "index",
            "ranking",
            "nightly",
            "letters",
        }

    def test_what_is_not_indexed_yet_is_noted(self, abbina: Run, home: Path, tmp_path: Path) -> None:
        abbina("import", "organisations", jsonl(tmp_path / "o.jsonl", [organisation(1)]))
        index = next(finding for finding in abbina("doctor", "--json").json if finding["check"] == "index")
        assert (index["health"], index["mend"]) == ("note", "abbina index")

    def test_a_database_that_cannot_be_reached(
        self, abbina: Run, empty_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ABBINA_DATABASE_URL", "postgresql://nobody:hidden@127.0.0.1:9/none")
        ended = abbina("doctor")
        assert ended.code == 1
        assert "cannot be reached" in ended.out
        assert "hidden" not in ended.out

    def test_a_damaged_database_is_a_finding(self, abbina: Run, home: Path) -> None:
        (home / "abbina.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 8192)
        ended = abbina("doctor", "--json")
        assert ended.code == 1
        wrong = [finding for finding in ended.json if finding["health"] == "wrong"]
        assert [finding["check"] for finding in wrong] == ["database"]
        assert "backup" in wrong[0]["mend"]

    def test_a_wrong_setting(self, abbina: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ABBINA_PORT", "many")
        ended = abbina("doctor")
        assert ended.code == 1
        assert "ABBINA_PORT" in ended.out


class TestServe:
    def test_other_addresses_than_this_machine_are_refused(self, abbina: Run, home: Path) -> None:
        ended = abbina("serve", "--host", "0.0.0.0")
        assert ended.code == 1
        assert "127.0.0.1" in ended.err

    def test_the_pages_answer(self, home: Path) -> None:
        import httpx

        with _served(home) as address:
            found = httpx.get(address, timeout=20)
        assert found.status_code == 200
        assert "Abbina" in found.text


def _served(home: Path) -> _Server:
    return _Server(home)


class _Server:
    """`abbina serve` on a free port, until the end of the block."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __enter__(self) -> str:
        import socket
        import time

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {**os.environ, "ABBINA_HOME": str(self._home)}
        command = [sys.executable, "-c", "from jobs.cli import main; main()", "serve", "--port", str(port)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        return f"http://127.0.0.1:{port}/"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
