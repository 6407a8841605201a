"""`abbina import …`: files into the database, with a report of what was taken and what was not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from data.models.vocabulary import Tree
from data.settings import load_settings
from jobs.cli import EXIT_REJECTED

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker
    from tqdm import tqdm

    from data.sources.report import ImportReport
    from data.sources.upsert import Progress

    Take = Callable[[sessionmaker[Session], Progress], Sequence[ImportReport]]

_SHOWN = 20
_PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON, every rejected row included.")


@click.group(name="import")
def import_group() -> None:
    """Import files or whole folders; docs/formats.md describes the formats.

    A bad row never stops the good ones: it is reported with file, position, field and reason (exit code 3).
    """


def _run(take: Take, *, as_json: bool, dry_run: bool) -> None:
    from tqdm import tqdm

    from data.db import make_engine, session_factory
    from data.migrate import require_current
    from jobs.importing import LOCK
    from jobs.locks import job_lock

    settings = load_settings()
    engine = make_engine(settings.database)
    try:
        require_current(engine)
        with (
            nullcontext() if dry_run else job_lock(engine, settings.home, LOCK),
            tqdm(unit=" rows", disable=True if as_json else None) as bar,
        ):
            reports = take(session_factory(engine), lambda rows: _move(bar, rows))
    finally:
        engine.dispose()
    show(reports, as_json=as_json, dry_run=dry_run)
    if any(report.rejected for report in reports):
        sys.exit(EXIT_REJECTED)


def _move(bar: tqdm[Any], rows: int) -> None:
    bar.update(rows)


def show(reports: Sequence[ImportReport], *, as_json: bool, dry_run: bool) -> None:
    """Print the reports: a line a file, then the first rejected rows and what deserves a look."""
    if as_json:
        click.echo(json.dumps([report.as_dict() for report in reports], ensure_ascii=False, indent=2))
        return
    for report in reports:
        click.echo(f"{'(dry run) ' if dry_run else ''}{summary(report)}")
        for row in report.rejected[:_SHOWN]:
            click.echo(f"  rejected: {row}", err=True)
        if len(report.rejected) > _SHOWN:
            click.echo(f"  … and {len(report.rejected) - _SHOWN} more: --json lists all", err=True)
        for notice in report.warnings[:_SHOWN]:
            click.echo(f"  note: {notice}", err=True)


def summary(report: ImportReport) -> str:
    """One line: the file and its counts."""
    counts = f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {report.closed} closed"
    return f"{report.file} ({report.format}): {report.read} read: {counts}, {len(report.rejected)} rejected"


@import_group.command()
@_PATHS
@_DRY_RUN
@_JSON
def organisations(paths: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Organisations as JSONL or CSV."""
    from jobs.importing import import_organisations

    _run(
        lambda sessions, progress: import_organisations(sessions, paths, dry_run=dry_run, progress=progress),
        as_json=as_json,
        dry_run=dry_run,
    )


@import_group.command()
@_PATHS
@_DRY_RUN
@_JSON
def proposals(paths: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Proposals as JSONL or CSV."""
    from jobs.importing import import_proposals

    _run(
        lambda sessions, progress: import_proposals(sessions, paths, dry_run=dry_run, progress=progress),
        as_json=as_json,
        dry_run=dry_run,
    )


@import_group.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--live", is_flag=True, help="Read what changed at the service of ABBINA_EEN_URL since the last success.")
@_DRY_RUN
@_JSON
def een(paths: tuple[Path, ...], live: bool, dry_run: bool, as_json: bool) -> None:
    """EEN profiles: POD XML, or pages of the web service's JSON, from files or from the service itself."""
    from jobs.importing import import_een, import_een_live

    if live == bool(paths):
        raise click.UsageError("give files or folders, or --live")
    settings = load_settings()
    if live and settings.een_url is None:
        raise click.ClickException("ABBINA_EEN_URL is not set: name the web service (ABBINA_EEN_KEY_FILE its key)")
    _run(
        lambda sessions, progress: (
            import_een_live(sessions, settings, dry_run=dry_run, progress=progress)
            if live
            else import_een(sessions, paths, dry_run=dry_run, progress=progress)
        ),
        as_json=as_json,
        dry_run=dry_run,
    )


@import_group.command()
@_PATHS
@_DRY_RUN
@_JSON
@click.option("--tree", type=click.Choice([tree.value for tree in Tree]), help="Tree of the list (else by file name).")
@click.option("--version", help="Version of the list (else the current one of that tree).")
def taxonomy(paths: tuple[Path, ...], dry_run: bool, as_json: bool, tree: str | None, version: str | None) -> None:
    """A full official list, as CSV (code, label, …)."""
    from jobs.importing import import_taxonomy

    chosen = None if tree is None else Tree(tree)
    _run(
        lambda sessions, _: import_taxonomy(sessions, paths, tree=chosen, version=version, dry_run=dry_run),
        as_json=as_json,
        dry_run=dry_run,
    )
