"""A process that dies in the middle of an import leaves nothing of the file, and the next import is whole."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.models import Proposal
from data.sources.files import import_file
from tests.data.sources.factories import jsonl, proposal

IMPORT = """
import sys, time
from pathlib import Path
from data.db import make_engine, session_factory
from data.sources.files import import_file

taken = 0
def progress(count):
    global taken
    taken += count
    if taken == 1200:  # two batches are written, none is committed
        print("half way", flush=True)
        time.sleep(60)

import_file(session_factory(make_engine(sys.argv[1])), Path(sys.argv[2]), progress=progress)
"""


def test_a_killed_import_leaves_nothing(sessions: sessionmaker[Session], database_url: str, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "rows.jsonl", [proposal(number) for number in range(1, 2001)])
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, database_url, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    with process, process.stdout:
        assert process.stdout.readline().strip() == "half way"
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(timeout=10) == -signal.SIGKILL
    assert _stored(sessions) == 0
    report = _once_unlocked(sessions, path)
    assert (report, _stored(sessions)) == (2000, 2000)


def _stored(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Proposal)) or 0


def _once_unlocked(sessions: sessionmaker[Session], path: Path) -> int:
    time.sleep(0.1)  # PostgreSQL notices a dead client when it next writes to it
    return import_file(sessions, path).added
