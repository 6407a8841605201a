"""Measurements of indexing and matching over a made-up corpus, in a process and a home folder of their own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from jobs.benchmark_corpus import Size, areas, fill
from jobs.errors import JobError

if TYPE_CHECKING:
    from data.models import Organisation, Proposal
    from matching.bootstrap import Application

QUERIES: Final = 240
_WARM_UP: Final = 20
_CHANGED: Final = 0.01
_SEED: Final = 7
_MIB: Final = 2**20
Report = dict[str, Any]


def measure(model: str, size: Size, *, reindex: bool) -> Report:
    """Run the measurements in a fresh process, so that its memory is its own. Raises JobError where that fails."""
    with tempfile.TemporaryDirectory(prefix="abbina-benchmark-") as folder:
        wanted = {"model": model, "size": asdict(size), "reindex": reindex, "home": folder}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ABBINA_")}
        done = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, "-m", "jobs.benchmark_speed", json.dumps(wanted)],
            stdout=subprocess.PIPE,
            text=True,
            env=kept,
            cwd=Path(__file__).resolve().parents[1],
            check=False,
        )
    if done.returncode:
        raise JobError(f"the measurement of {model} ended with exit code {done.returncode}: see the message above")
    report: Report = json.loads(done.stdout)
    return report


def main(wanted: Report) -> Report:
    """All figures of one model; times in seconds and milliseconds, memory in MiB."""
    from data.settings import load_settings
    from jobs.setup_commands import prepare
    from matching.bootstrap import build_application

    size = Size(**{**wanted["size"], "sentences": tuple(wanted["size"]["sentences"])})
    settings = load_settings(home=Path(wanted["home"]), model=wanted["model"])
    prepare(settings)
    with build_application(settings) as application:
        fill(application.sessions, size)
    report: Report = {"model": wanted["model"], "proposals": size.proposals, "organisations": size.organisations}
    with build_application(settings) as application:
        report["index_seconds"], _ = _timed_index(application)
    if wanted["reindex"]:
        with build_application(settings) as application:
            _change(application, size)
            report["reindex_seconds"], report["reindex_texts"] = _timed_index(application)
        report["reindex_share"] = report["reindex_seconds"] / report["index_seconds"]
    report |= _in_a_child(settings.home, wanted["model"], size)
    return report


def _in_a_child(home: Path, model: str, size: Size) -> Report:
    """Matching in yet another process: building an index takes memory that a server does not need."""
    wanted = json.dumps({"home": str(home), "model": model, "proposals": size.proposals})
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", "jobs.benchmark_speed", "--match", wanted],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    report: Report = json.loads(done.stdout)
    return report


def _timed_index(application: Application) -> tuple[float, int]:
    start = time.perf_counter()
    report = application.update_index()
    return time.perf_counter() - start, report.encoded


def _change(application: Application, size: Size) -> None:
    """Let one in a hundred records say something else."""
    from data.corpus import load_organisations, load_proposals
    from data.db import unit_of_work

    chance = random.Random(_SEED)  # noqa: S311 - repeatable, nothing secret
    said = areas()
    with unit_of_work(application.sessions) as session:
        records: list[Proposal | Organisation] = []
        records += load_proposals(session, _some(size.proposals, chance))
        records += load_organisations(session, _some(size.organisations, chance))
        for record in records:
            record.description = " ".join(chance.choices(chance.choice(said).sentences, k=5))


def _some(count: int, chance: random.Random) -> list[int]:
    return chance.sample(range(1, count + 1), k=max(1, int(_CHANGED * count)))


def matching(wanted: Report) -> Report:
    """Latency of matching stored proposals, at first and again; resident memory at the end.

    At first sight of a candidate its sentences are read and encoded; they are remembered then.
    """
    from data.models import Proposal
    from data.settings import load_settings
    from matching.bootstrap import build_application

    chance = random.Random(_SEED)  # noqa: S311 - repeatable, nothing secret
    ids = chance.sample(range(1, wanted["proposals"] + 1), k=min(QUERIES + _WARM_UP, wanted["proposals"]))
    with build_application(load_settings(home=Path(wanted["home"]), model=wanted["model"])) as application:
        with application.sessions() as session:
            references = [session.get_one(Proposal, number).reference for number in ids]
        start = time.perf_counter()
        application.service.match_proposal(references[0])
        first = time.perf_counter() - start
        p50, p95 = _milliseconds(application, references)
        again = _milliseconds(application, references)
    return {
        "queries": len(references) - _WARM_UP,
        "first_match_seconds": first,
        "match_p50_ms": p50,
        "match_p95_ms": p95,
        "again_p50_ms": again[0],
        "again_p95_ms": again[1],
        "resident_mib": _resident_mib(),
    }


def _milliseconds(application: Application, references: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile of a match, those to warm up left out."""
    seconds = []
    for reference in references:
        start = time.perf_counter()
        application.service.match_proposal(reference)
        seconds.append(time.perf_counter() - start)
    p50, p95 = np.percentile(np.array(seconds[_WARM_UP:]) * 1000, (50, 95))
    return float(p50), float(p95)


def _resident_mib() -> float:
    """Resident memory of this process, pages of mapped files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


if __name__ == "__main__":
    if sys.argv[1] == "--match":
        sys.stdout.write(json.dumps(matching(json.loads(sys.argv[2]))))
    else:
        sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
