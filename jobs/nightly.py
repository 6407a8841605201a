"""The night's work: import, expire, learn tags, index, learn the ranking, suggestions, searches, letters, report.

Each step may be killed and run again.

Nothing of a step's success is kept in memory only: an import commits file by file, expiry, each list that is learnt,
the suggestions and the saved search of each proposal are one transaction each, the index switches by one rename, and
the generation that the suggestions were brought up to date with is noted once all of them are. Learning comes before
the suggestions, so that a ranking that was promoted orders them the same night.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from data.db import unit_of_work
from data.errors import DataError
from data.exposures import forget_exposure
from data.models import Run, now
from data.sources.report import ImportReport, unreadable
from embeddings.errors import GenerationError, ModelError
from embeddings.generations import Generation
from jobs import importing
from jobs.follow_up import apply_retention, send_letters, write_letters
from jobs.learning import learn_from_decisions
from jobs.locks import job_lock
from jobs.logs import job_log
from jobs.night_report import write_report
from jobs.runs import describe, last_report, mark_interrupted, run_steps
from matching import suggestions
from matching.brokerage import saved_filters, searches
from matching.brokerage.expiry import archive_old, expire_due, notify_expiring
from matching.freshness import Seeker, basis, outdated
from matching.ranking import LISTS

if TYPE_CHECKING:
    from matching.bootstrap import Application

JOB = "nightly"
STEPS = (
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
)
IMPORT, EXPIRE, TAGGING, INDEX, LEARN, SUGGESTIONS, SEARCHES, DIGEST, DELIVER, RETENTION, REPORT = STEPS
_PATIENCE = 900.0
"""Seconds that a step waits for an import or an index run that someone started by hand."""
_AFTERLIFE = 2.0
"""Seconds that a database may take to notice that the process of the last run is dead."""
_MOST_ROWS = 500

Told = Callable[[str, dict[str, Any] | None], None]
"""Called with a step's name when it starts (None) and when it is done (its report)."""


@dataclass
class NightReport:
    """What a night did. `steps` maps each finished step to its report; `error` says why it ended early."""

    started_at: datetime
    finished_at: datetime | None = None
    state: str = "running"
    error: str | None = None
    failed_step: str | None = None
    interrupted_runs: list[int] = field(default_factory=list)
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def rejected_rows(self) -> int:
        """How many rows of the night's imports were not taken."""
        return int(self.steps.get(IMPORT, {}).get("rejected", 0))


class Night:
    """One run of the nightly job."""

    def __init__(self, application: Application, told: Told = lambda _step, _report: None) -> None:
        self._application = application
        self._settings = application.settings
        self._sessions = application.sessions
        self._told = told
        self.report = NightReport(now())

    def run(self) -> NightReport:
        """Do the night's work. Raises BusyError where another night is under way; any failing step's error.

        The report is written in either case.
        """
        with (
            job_lock(self._application.engine, self._settings.home, JOB, wait=_AFTERLIFE),
            job_log(self._settings, JOB) as log,
        ):
            self._log = log
            self.report.interrupted_runs = mark_interrupted(self._sessions, JOB)
            log.info("started", interrupted_runs=self.report.interrupted_runs)
            try:
                run_steps(self._sessions, JOB, self._steps())
            except Exception as error:
                self._fail(error)
                raise
            log.info("done")
        return self.report

    def _steps(self) -> dict[str, Callable[[], dict[str, Any]]]:
        work = {
            IMPORT: self._import,
            EXPIRE: self._expire,
            TAGGING: self._learn_tags,
            INDEX: self._index,
            LEARN: self._learn,
            SUGGESTIONS: self._suggest,
            SEARCHES: self._look,
            DIGEST: lambda: write_letters(self._application, digests=True),
            DELIVER: lambda: send_letters(self._application),
            RETENTION: lambda: apply_retention(self._application),
            REPORT: self._write_report,
        }
        return {name: self._step(name, step) for name, step in work.items()}

    def _step(self, name: str, step: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
        def logged() -> dict[str, Any]:
            self.report.failed_step = name
            self._told(name, None)
            started = now()
            found = step()
            found["seconds"] = round((now() - started).total_seconds(), 2)
            self.report.steps[name] = found
            self.report.failed_step = None
            self._log.info("step done", step=name, **{key: value for key, value in found.items() if key != "files"})
            self._told(name, found)
            return found

        return logged

    def _fail(self, error: Exception) -> None:
        self.report.state, self.report.error = "failed", describe(error)
        self.report.finished_at = now()
        self._log.error("failed", step=self.report.failed_step, error=self.report.error)
        write_report(self.report, self._settings.log_dir)

    def _import(self) -> dict[str, Any]:
        with job_lock(self._application.engine, self._settings.home, importing.LOCK, wait=_PATIENCE):
            mark_interrupted(self._sessions, "import%")
            reports = [*self._from_folder(), *self._from_service()]
        rejected = [row for report in reports for row in report.rejected]
        self.report.rejected = [
            {"file": row.file, "position": row.position, "field": row.field, "reason": row.reason}
            for row in rejected[:_MOST_ROWS]
        ]
        return {
            "files": [report.counts() for report in reports],
            **{name: sum(getattr(report, name) for report in reports) for name in _COUNTS},
            "rejected": len(rejected),
        }

    def _from_folder(self) -> Sequence[ImportReport]:
        folder = self._settings.import_dir
        return [] if folder is None else importing.import_folder(self._sessions, [folder])

    def _from_service(self) -> Sequence[ImportReport]:
        try:
            return importing.import_een_live(self._sessions, self._settings)
        except DataError as error:  # the service's settings are wrong: no reason to leave out the rest of the night
            return [unreadable("EEN web service", "een_api", str(error))]

    def _expire(self) -> dict[str, Any]:
        today = self._application.today()
        with unit_of_work(self._sessions) as session:
            expired = expire_due(session, today)
            expiring = notify_expiring(session, today)
            archived = archive_old(session, today)
        with unit_of_work(self._sessions) as session:
            forgotten = forget_exposure(session, today - timedelta(days=self._settings.exposure_days))
        return {
            "expired": expired,
            "expiring": expiring,
            "archived": archived,
            "exposure_forgotten": forgotten,
        }

    def _learn_tags(self) -> dict[str, Any]:
        try:
            report = self._application.learn_tags()
        except ModelError:  # a fallback model that nothing was indexed with yet: there is no encoder to learn with
            return {"outcome": "not_due", "decided": 0, "declared": 0}
        return {"outcome": report.outcome, "decided": report.decided, "declared": report.declared}

    def _index(self) -> dict[str, Any]:
        with job_lock(self._application.engine, self._settings.home, INDEX, wait=_PATIENCE):
            report = self._application.update_index()
        names = ("generation", "built", "organisations", "proposals", "encoded", "kept")
        counts: dict[str, Any] = {name: getattr(report, name) for name in names}
        counts["retagged"] = report.retagged
        counts["changed"] = len(report.changed_organisations) + len(report.changed_proposals)
        return counts

    def _learn(self) -> dict[str, Any]:
        last = last_report(self._sessions, JOB, LEARN) or {}
        report = learn_from_decisions(self._application, actor=JOB, last_mark=last.get("mark"), wait=_PATIENCE)
        return report.as_dict()

    def _suggest(self) -> dict[str, Any]:
        application, today, started = self._application, self._application.today(), now()
        generation = application.store.current()
        ground = basis((application.rankings[name] for name in LISTS), application.concepts)
        with unit_of_work(self._sessions) as session:
            dropped = suggestions.drop_closed(session, today)
        with self._sessions() as session:
            seekers = suggestions.open_seekers(session, today)
            old, since = self._last_basis(ground)
            stale, everything = outdated(session, seekers, generation, old, today, since)
        stored = self._recompute(stale)
        return {
            "generation": generation.id,
            "basis": ground,
            "started": started.isoformat(),
            "proposals": len(seekers),
            "recomputed": len(stale),
            "everything": everything,
            "stored": stored,
            "dropped": dropped,
        }

    def _recompute(self, stale: Iterable[Seeker]) -> int:
        matcher = self._application.service.match_proposal
        return sum(
            suggestions.store(
                self._sessions, seeker.reference, lambda reference: matcher(reference, top=suggestions.STORED)
            )
            for seeker in stale
        )

    def _look(self) -> dict[str, Any]:
        """Who is new to the saved searches."""
        matcher = self._application.service.match_proposal
        found = searches.look(
            self._sessions,
            lambda reference: matcher(reference, top=suggestions.STORED),
            self._application.today(),
            show_uncurated=self._settings.show_uncurated,
        )
        lists = saved_filters.look(self._sessions, self._application.today())
        return asdict(found) | {"lists": lists.filters, "new_in_lists": lists.new}

    def _last_basis(self, ground: str) -> tuple[Generation | None, datetime | None]:
        """The generation that all suggestions were last brought up to date with, and when that began.

        The generation is None where it no longer tells what changed, the moment where it is not known.
        """
        last = last_report(self._sessions, JOB, SUGGESTIONS)
        if last is None or last.get("basis") != ground:
            return None, None
        since = datetime.fromisoformat(last["started"]) if "started" in last else None
        try:
            return self._application.store.open(last["generation"]), since
        except GenerationError:
            return None, None

    def _write_report(self) -> dict[str, Any]:
        self.report.state, self.report.finished_at = "done", now()
        files = write_report(self.report, self._settings.log_dir)
        self.report.files = [str(file) for file in files]
        return {"files": self.report.files}


_COUNTS = ("read", "added", "updated", "unchanged", "closed")


def last_night(application: Application) -> Run | None:
    """The latest run of the nightly job, whatever became of it."""
    from sqlalchemy import select

    with application.sessions() as session:
        return session.scalars(select(Run).where(Run.job == JOB).order_by(Run.id.desc()).limit(1)).first()
