"""Imports as jobs: files and folders into the database, each job with its line in the job log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

import data
from data.db import unit_of_work
from data.errors import SourceError
from data.models import RejectedRow, Run, now
from data.models.vocabulary import RunState, Tree
from data.settings import Settings
from data.sources.files import import_file, walk
from data.sources.report import ImportReport, unreadable
from data.sources.rows import RecordKind
from data.sources.upsert import Progress
from data.taxonomies.loader import load_shipped_taxonomies, load_taxonomy_file

Sessions = sessionmaker[Session]
LOCK = "import"
"""Lock of jobs.locks that imports hold: one at a time."""
_MAX_STORED_ROWS = 10_000
DEMO = Path(data.__file__).parent / "demo"


@dataclass
class _Job:
    run_id: int | None
    reports: list[ImportReport] = field(default_factory=list)


@contextmanager
def _logged(sessions: Sessions, job: str, *, dry_run: bool) -> Iterator[_Job]:
    """A run in the job log; its reports and rejected rows are kept, also when the job fails. A dry run logs nothing."""
    if dry_run:
        yield _Job(None)
        return
    with unit_of_work(sessions) as session:
        run = Run(job=job)
        session.add(run)
        session.flush()
        current = _Job(run.id)
    try:
        yield current
    except BaseException as error:
        _finish(sessions, current, RunState.FAILED, f"{type(error).__name__}: {error}")
        raise
    _finish(sessions, current, RunState.DONE, None)


def _finish(sessions: Sessions, job: _Job, state: RunState, error: str | None) -> None:
    rejected = [row for report in job.reports for row in report.rejected][:_MAX_STORED_ROWS]
    with unit_of_work(sessions) as session:
        run = session.get_one(Run, job.run_id)
        run.state, run.error, run.finished_at = state.value, error, now()
        run.steps = {"files": [report.counts() for report in job.reports]}
        if rejected:
            session.execute(insert(RejectedRow), [_columns(run.id, report_row) for report_row in rejected])


def _columns(run_id: int, row: object) -> dict[str, object]:
    limits = {"file": 1000, "position": 60, "reference": 200, "field": 100, "reason": 2000}
    cut = {name: value[:limit] if (value := getattr(row, name)) else value for name, limit in limits.items()}
    return cut | {"run_id": run_id}


def _import(
    sessions: Sessions,
    job: str,
    paths: Iterable[Path],
    take: Callable[[Path], ImportReport],
    *,
    dry_run: bool,
) -> list[ImportReport]:
    with _logged(sessions, job, dry_run=dry_run) as current:
        for path in paths:
            try:
                files: Sequence[Path] = walk(Path(path))
            except SourceError as error:
                current.reports.append(unreadable(str(path), "unknown", str(error)))
                continue
            current.reports.extend(take(file) for file in files)
    return current.reports


def import_organisations(
    sessions: Sessions, paths: Iterable[Path], *, dry_run: bool = False, progress: Progress | None = None
) -> list[ImportReport]:
    """Import files or folders of organisations (JSONL or CSV); one report a file."""
    return _import_kind(
        sessions, "import organisations", paths, RecordKind.ORGANISATION, dry_run=dry_run, progress=progress
    )


def import_proposals(
    sessions: Sessions, paths: Iterable[Path], *, dry_run: bool = False, progress: Progress | None = None
) -> list[ImportReport]:
    """Import files or folders of proposals (JSONL, CSV, or a network's files); one report a file."""
    return _import_kind(sessions, "import proposals", paths, RecordKind.PROPOSAL, dry_run=dry_run, progress=progress)


def import_een(
    sessions: Sessions, paths: Iterable[Path], *, dry_run: bool = False, progress: Progress | None = None
) -> list[ImportReport]:
    """Import files or folders of EEN profiles (POD XML or web-service JSON); one report a file."""
    return _import_kind(sessions, "import een", paths, RecordKind.PROPOSAL, dry_run=dry_run, progress=progress)


def import_folder(
    sessions: Sessions, paths: Iterable[Path], *, dry_run: bool = False, progress: Progress | None = None
) -> list[ImportReport]:
    """Import whatever files or folders hold, organisations first; one report a file."""
    return _import_kind(sessions, "import", paths, None, dry_run=dry_run, progress=progress)


def _import_kind(
    sessions: Sessions,
    job: str,
    paths: Iterable[Path],
    kind: RecordKind | None,
    *,
    dry_run: bool,
    progress: Progress | None,
) -> list[ImportReport]:
    def take(file: Path) -> ImportReport:
        return import_file(sessions, file, kind, dry_run=dry_run, progress=progress)

    return _import(sessions, job, paths, take, dry_run=dry_run)


def import_een_live(
    sessions: Sessions, settings: Settings, *, dry_run: bool = False, progress: Progress | None = None
) -> list[ImportReport]:
    """Import what changed at the EEN web service since the last success; no report where no service is set.

    Raises SettingsError where the service is set without its key.
    """
    if settings.een_url is None:
        return []
    from data.sources.een_client import EenClient
    from data.sources.een_sync import synchronise

    with (
        EenClient(settings.een_url, settings.een_key) as client,
        _logged(sessions, "import een live", dry_run=dry_run) as current,
    ):
        current.reports.append(synchronise(sessions, client, dry_run=dry_run, progress=progress))
    return current.reports


def import_taxonomy(
    sessions: Sessions,
    paths: Iterable[Path] = (),
    *,
    tree: Tree | None = None,
    version: str | None = None,
    dry_run: bool = False,
) -> list[ImportReport]:
    """Load the taxonomies that ship when no path is given, else full lists; one report a file."""
    if not paths:
        with _logged(sessions, "import taxonomy", dry_run=dry_run) as current:
            current.reports.extend(load_shipped_taxonomies(sessions, dry_run=dry_run))
        return current.reports

    def take(file: Path) -> ImportReport:
        try:
            return load_taxonomy_file(sessions, file, tree, version, dry_run=dry_run)
        except SourceError as error:
            return unreadable(str(file), "taxonomy", str(error))

    return _import(sessions, "import taxonomy", paths, take, dry_run=dry_run)


def import_demo(sessions: Sessions, *, dry_run: bool = False, progress: Progress | None = None) -> list[ImportReport]:
    """Import the demo region: the organisations of all areas first, then their proposals and the network's profiles."""
    organisations = sorted(DEMO.glob("*/organisations.jsonl"))
    proposals = [*sorted(DEMO.glob("*/proposals.jsonl")), *sorted(DEMO.glob("*/profiles.jsonl"))]
    if not organisations or not proposals:
        raise SourceError(f"{DEMO}: the demo's files are missing: reinstall the program")
    first = import_organisations(sessions, organisations, dry_run=dry_run, progress=progress)
    return [*first, *import_proposals(sessions, proposals, dry_run=dry_run, progress=progress)]
