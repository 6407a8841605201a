import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.errors import SettingsError
from data.models import Organisation, Proposal, RejectedRow, Run
from data.settings import load_settings
from data.sources.een_sync import last_success
from data.sources.formats import Format, read_items
from data.sources.inputs import Member
from data.sources.rows import Items
from jobs.importing import (
    import_demo,
    import_een,
    import_een_live,
    import_folder,
    import_organisations,
    import_proposals,
    import_taxonomy,
)
from tests.data.sources.factories import jsonl, organisation, pod, pod_profile, proposal
from tests.data.sources.service import KEY, een_service

Sessions = sessionmaker[Session]


def number_of(sessions: Sessions, model: type[Organisation | Proposal | Run | RejectedRow]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_import_is_logged_with_its_counts_and_rejected_rows(sessions: Sessions, tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "p.jsonl", [proposal(1), "{broken", proposal(2, kind="X"), proposal(3, reference="R" * 250)]
    )
    [report] = import_proposals(sessions, [path])
    assert (report.added, len(report.rejected)) == (1, 3)
    with sessions() as session:
        run = session.scalars(select(Run)).one()
        assert (run.job, run.state, run.error) == ("import proposals", "done", None)
        assert run.finished_at is not None
        assert (run.steps["files"][0]["added"], run.steps["files"][0]["rejected"]) == (1, 3)
        rows = [(row.position, row.field, row.file) for row in run.rejected]
    assert [row[:2] for row in rows] == [("line 2", None), ("line 3", "kind"), ("line 4", "reference")]
    assert all(row[2] == str(path) for row in rows)


def test_a_dry_run_logs_nothing(sessions: Sessions, tmp_path: Path) -> None:
    [report] = import_organisations(sessions, [jsonl(tmp_path / "o.jsonl", [organisation(1)])], dry_run=True)
    assert (report.added, report.dry_run) == (1, True)
    assert number_of(sessions, Organisation) == number_of(sessions, Run) == 0


def test_a_failing_import_is_logged_as_failed(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = jsonl(tmp_path / "a.jsonl", [proposal(1)])
    bad = jsonl(tmp_path / "b.jsonl", [proposal(2)])

    def failing(member: Member, form: Format, file: str) -> Items:
        yield from read_items(member, form, file)
        if file.endswith("b.jsonl"):
            raise MemoryError("too much")

    monkeypatch.setattr("data.sources.files.read_items", failing)
    with pytest.raises(MemoryError):
        import_proposals(sessions, [good, bad])
    with sessions() as session:
        run = session.scalars(select(Run)).one()
        assert (run.state, run.error) == ("failed", "MemoryError: too much")
        assert session.scalars(select(Proposal.reference)).all() == ["TRIT20260101001"]


def test_a_folder_is_walked_with_organisations_first(sessions: Sessions, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    jsonl(folder / "a.jsonl", [proposal(1, organisation="test:1")])
    jsonl(folder / "deep" / "organisations.jsonl", [organisation(1)])
    (folder / "een.xml").write_text(pod(pod_profile(1)))
    (folder / "notes.txt").write_text("not to be imported")
    (folder / ".hidden.jsonl").write_text("{")
    reports = import_folder(sessions, [folder])
    assert [Path(report.file).name for report in reports] == ["organisations.jsonl", "a.jsonl", "een.xml"]
    assert all(report.added == 1 and not report.rejected and not report.warnings for report in reports)


def test_files_that_cannot_be_read_do_not_stop_others(sessions: Sessions, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<!DOCTYPE x []><pod/>")
    (tmp_path / "b.json").write_text('{"items": [')
    good = jsonl(tmp_path / "c.jsonl", [proposal(1)])
    reports = import_een(sessions, [tmp_path / "missing", tmp_path / "a.xml", tmp_path / "b.json", good])
    assert [len(report.rejected) for report in reports] == [1, 1, 1, 0]
    assert [report.rejected[0].position for report in reports[:3]] == ["file"] * 3
    assert number_of(sessions, Proposal) == 1
    assert number_of(sessions, RejectedRow) == 3


def test_files_of_the_other_kind_are_refused_with_the_command_to_use(sessions: Sessions, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "o.jsonl", [organisation(1)])
    [report] = import_proposals(sessions, [path])
    assert "abbina import organisations" in report.rejected[0].reason
    assert number_of(sessions, Organisation) == 0


def test_the_documents_of_an_archive_are_one_transaction(sessions: Sessions, tmp_path: Path) -> None:
    archive = tmp_path / "een.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.xml", pod(pod_profile(1)))
        file.writestr("b.json", json.dumps([{"reference": "X", "profileType": "TO", "title": "t", "description": "d"}]))
        file.writestr("c.xml", pod(pod_profile(2), pod_profile(3, kind="??")))
    [report] = import_een(sessions, [archive])
    assert (report.read, report.added) == (4, 3)
    assert report.rejected[0].position == "c.xml: profile 2, line 8"
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as file:
        file.writestr("a.xml", pod(pod_profile(4)))
        file.writestr("b.xml", "<pod><profile>")
    [report] = import_een(sessions, [broken])
    assert report.rejected[0].position == "file"
    assert number_of(sessions, Proposal) == 3


def test_the_demo_loads_without_a_rejected_row_and_only_once(sessions: Sessions) -> None:
    import_taxonomy(sessions)
    reports = import_demo(sessions)
    assert [row for report in reports for row in report.rejected] == []
    assert [str(notice) for report in reports for notice in report.warnings if notice.field == "organisation"] == []
    assert number_of(sessions, Organisation) >= 120
    assert number_of(sessions, Proposal) >= 210
    assert sum(report.changed for report in import_demo(sessions)) == 0


def test_the_real_organisations_are_stored_whole(sessions: Sessions, real_data: Path) -> None:
    path = real_data / "cordis" / "organisations.jsonl"
    [report] = import_organisations(sessions, [path])
    assert (report.read, report.added, report.rejected) == (2368, 2368, ())
    with sessions() as session:
        name = session.scalar(select(Organisation.name).where(Organisation.name.contains("DEMOKRITOS")))
        countries = set(session.scalars(select(Organisation.country)))
    assert name == 'NATIONAL CENTER FOR SCIENTIFIC RESEARCH "DEMOKRITOS"'
    assert {"GR", "GB"} <= countries
    assert not {"EL", "UK"} & countries
    [again] = import_organisations(sessions, [path])
    assert again.unchanged == 2368


def test_a_taxonomy_file_that_is_none_is_reported(sessions: Sessions, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    [report] = import_taxonomy(sessions, [path])
    assert "columns must include" in report.rejected[0].reason


def test_the_live_service_is_read_with_the_key_of_its_file(
    sessions: Sessions, tmp_path: Path, database_url: str
) -> None:
    secret = tmp_path / "key"
    secret.write_text(f"{KEY}\n")
    with een_service() as service:
        service.profiles = [{"reference": "TOFR20260101001", "profileType": "TO", "title": "Offer", "description": "d"}]
        without_key = load_settings(home=tmp_path, database_url=database_url, een_url=service.url)
        with pytest.raises(SettingsError, match="ABBINA_EEN_KEY_FILE"):
            import_een_live(sessions, without_key)
        settings = load_settings(home=tmp_path, database_url=database_url, een_url=service.url, een_key_file=secret)
        [report] = import_een_live(sessions, settings)
    assert (report.added, report.rejected) == (1, ())
    assert last_success(sessions) is not None
    with sessions() as session:
        assert session.scalars(select(Run.job)).all() == ["import een live"]


def test_without_a_service_nothing_is_read(sessions: Sessions, tmp_path: Path) -> None:
    assert import_een_live(sessions, load_settings(home=tmp_path)) == []
    assert number_of(sessions, Run) == 0
