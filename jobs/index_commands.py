"""`abbina index`: bring the index up to date, or go back to an earlier one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from data.settings import load_settings


@click.command()
@click.option("--full", is_flag=True, help="Build everything anew, also what did not change.")
@click.option("--rollback", is_flag=True, help="Let the index that served before serve again.")
@click.option("--list", "list_them", is_flag=True, help="Show the indexes on disk.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def index(full: bool, rollback: bool, list_them: bool, as_json: bool) -> None:
    """Encode what changed, build the next index aside, verify it, and switch to it.

    Pages and commands go on with the old index meanwhile. Killed at any moment, it leaves the old one serving.
    """
    if sum((full, rollback, list_them)) > 1:
        raise click.UsageError("--full, --rollback and --list exclude each other")
    from jobs.locks import job_lock
    from jobs.opening import open_application

    settings = load_settings()
    with open_application(settings) as application:
        if list_them:
            current = application.store.current_id()
            known = [{"generation": number, "serves": number == current} for number in application.store.ids()]
            lines = [f"{item['generation']}{'  serves' if item['serves'] else ''}" for item in known]
            _print(known, lines or ["no index yet: run `abbina index`"], as_json)
            return
        with job_lock(application.engine, settings.home, "index"):
            if rollback:
                number = application.store.rollback()
                _print({"generation": number}, [f"generation {number} serves again"], as_json)
                return
            report = application.update_index(full=full, progress=bars(quiet=as_json))
    _print(asdict(report), [summary(asdict(report))], as_json)


def summary(report: dict[str, Any]) -> str:
    """One line about a run of the indexer."""
    what = f"{report['organisations']} organisations, {report['proposals']} proposals"
    if not report["built"]:
        return f"generation {report['generation']} is up to date: {what}"
    return f"generation {report['generation']} serves: {what}; {report['encoded']} texts encoded, {report['kept']} kept"


def bars(*, quiet: bool) -> Callable[[str, int], None]:
    """Progress on the terminal, one bar for each kind of work; silent where the output is no terminal."""
    from tqdm import tqdm

    shown: dict[str, Any] = {}

    def progress(what: str, count: int) -> None:
        if what not in shown:
            shown[what] = tqdm(desc=what, unit="", disable=True if quiet else None, leave=False)
        shown[what].update(count)

    return progress


def _print(value: object, lines: list[str], as_json: bool) -> None:
    click.echo(json.dumps(value, indent=2) if as_json else "\n".join(lines))
