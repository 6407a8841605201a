from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.migrate import upgrade
from data.settings import load_settings
from jobs.importing import import_folder, import_taxonomy
from matching.bootstrap import build_application
from tests.jobs import night_region
from tests.jobs.commands import Run, runner


@pytest.fixture
def abbina(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process."""
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="session")
def region_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a small region in it, indexed."""
    home = tmp_path_factory.mktemp("region") / "home"
    incoming = home.parent / "incoming"
    night_region.yesterday(incoming)
    with build_application(load_settings(home=home)) as application:
        upgrade(application.engine)
        import_taxonomy(application.sessions)
        import_folder(application.sessions, [incoming])
        application.update_index()
    return home


@pytest.fixture
def home(region_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, in which the commands of the test work."""
    shutil.copytree(region_home, tmp_path / "home")
    monkeypatch.setenv("ABBINA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder that does not exist yet."""
    monkeypatch.setenv("ABBINA_HOME", str(tmp_path / "new"))
    return tmp_path / "new"
