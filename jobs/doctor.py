"""`abbina doctor`: what is wrong with this installation, and the command that mends it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum

import click

from data.errors import DataError
from data.models import now
from data.models.vocabulary import RunState
from data.settings import Settings, load_settings
from embeddings.errors import EmbeddingsError
from matching.errors import MatchingError

_STALE = timedelta(days=2)
_RESTORE = "bring the database back from a backup (docs/operations.md)"


class Health(StrEnum):
    """Outcome of a check; a note is not wrong, but good to know."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it stands, and how to mend it."""

    check: str
    health: Health
    detail: str
    mend: str = ""


def examine() -> Iterator[Finding]:
    """Run all checks in order; a check that cannot run because an earlier one failed is left out."""
    try:
        settings = load_settings()
    except DataError as error:
        yield Finding("settings", Health.WRONG, str(error), "correct or unset the variable")
        return
    yield Finding("settings", Health.OK, f"home {settings.home.resolve()}, model {settings.model}")
    yield _home(settings)
    database = list(_guarded("database", lambda: _database(settings), "abbina init"))
    yield from database
    if any(finding.health is Health.WRONG for finding in database):
        return
    yield from _guarded("accounts", lambda: [_accounts(settings)], "abbina user list")
    yield from _guarded("model", lambda: _model(settings), "check ABBINA_MODEL, or unset it for the shipped model")
    yield from _guarded("index", lambda: _index(settings), "abbina index --full")
    yield from _guarded("ranking", lambda: [_ranking(settings)], "abbina ranker list")
    yield from _guarded("letters", lambda: [_letters(settings)], "abbina deliver")
    yield from _guarded("nightly", lambda: [_night(settings)], "abbina nightly")


def _guarded(check: str, steps: Callable[[], list[Finding]], mend: str) -> Iterator[Finding]:
    from sqlalchemy.exc import DBAPIError

    from jobs.runs import describe

    try:
        yield from steps()
    except (DataError, EmbeddingsError, MatchingError) as error:
        yield Finding(check, Health.WRONG, str(error), mend)
    except DBAPIError as error:
        yield Finding(check, Health.WRONG, describe(error), _RESTORE)


def _home(settings: Settings) -> Finding:
    folder = settings.home
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        detail = f"{folder} cannot be written ({error.strerror})"
        return Finding("home", Health.WRONG, detail, "set ABBINA_HOME to a folder of your own")
    return Finding("home", Health.OK, f"{folder.resolve()} can be written")


def _database(settings: Settings) -> list[Finding]:
    from sqlalchemy import func, select

    from data import migrate
    from data.db import make_engine
    from data.models import Concept, Organisation, Proposal

    engine = make_engine(settings.database)
    try:
        migrate.require_current(engine)
        with engine.connect() as connection:
            counts = {
                table.__tablename__: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (Organisation, Proposal, Concept)
            }
    finally:
        engine.dispose()
    shown = ", ".join(f"{count} {name}s" for name, count in counts.items())
    findings = [
        Finding("database", Health.OK, f"{engine.url.render_as_string()} at {migrate.head_revision()}: {shown}")
    ]
    if not counts["concept"]:
        findings.append(Finding("taxonomies", Health.WRONG, "no taxonomy is loaded", "abbina init"))
    if not counts["organisation"] and not counts["proposal"]:
        mend = "abbina demo, or abbina import organisations FILE"
        findings.append(Finding("records", Health.NOTE, "nothing is stored yet", mend))
    return findings


def _accounts(settings: Settings) -> Finding:
    from data.db import make_engine, session_factory
    from matching.brokerage.accounts import demo_accounts, has_administrator

    engine = make_engine(settings.database)
    try:
        with session_factory(engine)() as session:
            shown, led = len(demo_accounts(session)), has_administrator(session)
    finally:
        engine.dispose()
    if shown and settings.is_public:
        mend = "start on a database of your own (another ABBINA_HOME or ABBINA_DATABASE_URL)"
        return Finding("accounts", Health.WRONG, f"{shown} demo accounts at {settings.public_url}", mend)
    if not led:
        mend = "abbina user create EMAIL --role administrator"
        return Finding("accounts", Health.NOTE, "there is no administrator yet", mend)
    return Finding("accounts", Health.OK, f"{shown} demo accounts, on this machine" if shown else "an administrator")


def _model(settings: Settings) -> list[Finding]:
    from matching.bootstrap import build_application

    with build_application(settings) as application:
        encoder = application.encoder()
        vector = encoder.encode(["prova di una frase", "trial of a sentence"])
    return [
        Finding(
            "model", Health.OK, f"{encoder.name}, {vector.shape[1]} dimensions, fingerprint {encoder.fingerprint[:12]}"
        ),
        *_learnt(settings),
    ]


def _learnt(settings: Settings) -> list[Finding]:
    """What is wrong with what the tagger learnt here; nothing where it learnt nothing."""
    from matching.errors import TaggingError
    from matching.tagging.weights import FILE, TagWeights

    if (settings.home / FILE).exists():
        try:
            TagWeights.load(settings.home / FILE)
        except TaggingError as error:
            return [Finding("model", Health.WRONG, str(error), "abbina learn-tags --force")]
    return []


def _index(settings: Settings) -> list[Finding]:
    from matching.bootstrap import build_application

    with build_application(settings) as application:
        standing = application.index_standing()
        if not standing.missing:
            application.store.verify(standing.generation)
    if standing.missing:
        return [Finding("index", Health.WRONG, "there is no index yet", "abbina index")]
    detail = f"generation {standing.generation}: {standing.organisations} organisations, {standing.proposals} proposals"
    if standing.behind:
        return [Finding("index", Health.NOTE, f"{detail}; {standing.behind} changes are not in it", "abbina index")]
    return [Finding("index", Health.OK, detail)]


def _ranking(settings: Settings) -> Finding:
    from matching.bootstrap import build_application

    with build_application(settings) as application:
        unusable = dict(application.rankings.unusable)
        serving = {model.version for model in application.rankings.values()}
    if unusable:
        detail = f"{', '.join(unusable.values())} was learnt with other features than the program has now: "
        return Finding("ranking", Health.NOTE, f"{detail}the shipped weights serve instead", "abbina ranker fit")
    return Finding("ranking", Health.OK, ", ".join(sorted(serving)))


def _letters(settings: Settings) -> Finding:
    from data.db import make_engine, session_factory
    from matching.brokerage.delivery import carrier_of, standing

    carrier_of(settings)
    engine = make_engine(settings.database)
    try:
        found = standing(session_factory(engine), now())
    finally:
        engine.dispose()
    where = "a mail server" if settings.smtp_url else f"files in {settings.letters_dir}"
    detail = (
        f"to {where}; {found.waiting} waiting, {found.failed} refused or given up, {found.uncertain} of unknown fate"
    )
    if found.overdue:
        return Finding("letters", Health.WRONG, f"{detail}; {found.overdue} overdue for a day", "abbina deliver")
    if found.uncertain:
        return Finding("letters", Health.NOTE, detail, "abbina deliver --retry-uncertain sends them again")
    return Finding("letters", Health.OK, detail)


def _night(settings: Settings) -> Finding:
    from jobs.nightly import last_night
    from matching.bootstrap import build_application

    with build_application(settings) as application:
        run = last_night(application)
    if run is None:
        return Finding("nightly", Health.NOTE, "has never run", "abbina nightly, every night (docs/operations.md)")
    when = f"{run.started_at:%Y-%m-%d %H:%M} UTC"
    if run.state == RunState.RUNNING.value:
        return Finding("nightly", Health.NOTE, f"started {when} and is under way, or was killed", "abbina nightly")
    if run.state != RunState.DONE.value:
        return Finding("nightly", Health.WRONG, f"{run.state} on {when}: {run.error}", "abbina nightly")
    if now() - run.started_at > _STALE:
        return Finding("nightly", Health.NOTE, f"has not run since {when}", "check the timer that starts it")
    return Finding("nightly", Health.OK, f"done on {when}")


_MARKS = {Health.OK: "ok   ", Health.NOTE: "note ", Health.WRONG: "WRONG"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Say what is wrong with this installation and how to mend it. Exit code 1 if anything is."""
    findings = list(examine())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            mend = f"\n        -> {finding.mend}" if finding.mend and finding.health is not Health.OK else ""
            click.echo(f"{_MARKS[finding.health]} {finding.check}: {finding.detail}{mend}")
    if any(finding.health is Health.WRONG for finding in findings):
        sys.exit(1)
