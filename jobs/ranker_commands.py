"""`abbina ranker …`: the rankings learnt from decisions, which one serves, and how to change that."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from data.settings import load_settings
from matching.learning.versions import SHIPPED
from matching.ranking import LISTS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from data.models import RankerVersion
    from matching.bootstrap import Application

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_LIST = click.option("--list", "ranking", type=click.Choice(LISTS), help="Only this list.")
_REASON = click.option("--reason", metavar="TEXT", default="by hand", help="Why; kept in the log of changes.")
_AFTERWARDS = "pages follow within seconds, stored suggestions at the next `abbina nightly`"


@click.group()
def ranker() -> None:
    """Rankings learnt from what brokers decided: every night a refit, promoted only if it is better on held-back ones.

    A list that was rolled back learns on but promotes nothing by itself until somebody promotes a version again.
    """


@ranker.command(name="list")
@_LIST
@_JSON
def list_versions(ranking: str | None, as_json: bool) -> None:
    """Show the versions of each list and which one serves."""
    from jobs.opening import open_application

    with open_application() as application, application.sessions() as session:
        rows = [row for name in LISTS if ranking in (None, name) for row in _rows(application, session, name)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(_line(row))


def _rows(application: Application, session: Session, ranking: str) -> Iterator[dict[str, Any]]:
    from matching.learning.versions import last_changes, usable, versions

    shipped, change = application.rankings.shipped[ranking], last_changes(session).get(ranking)
    chosen = change.version_id if change is not None else None
    unusable = ranking in application.rankings.unusable
    yield {"list": ranking, "version": SHIPPED, "serves": chosen is None or unusable, "name": shipped.version}
    for stored in versions(session, ranking):
        yield {
            "list": ranking,
            "version": stored.version,
            "serves": stored.id == chosen and not unusable,
            "usable": usable(stored, shipped) is not None,
            "created_at": stored.created_at.isoformat(timespec="seconds"),
            "parent": stored.parent or SHIPPED,
            "made_from": stored.made_from,
            "figures": stored.figures,
        }


def _line(row: dict[str, Any]) -> str:
    start = f"{'*' if row['serves'] else ' '} {row['list']:<14}{row['version']:<20}"
    if row["version"] == SHIPPED:
        return f"{start}{row['name']}"
    note = "" if row["usable"] else "  cannot serve: other features than the program has now"
    made, figures = row["made_from"], row["figures"]
    gain = f"gain over {row['parent']} {figures['gain']:+.3f} on {figures['queries']} queries"
    how = f"{made['decisions']} decisions, {gain}"
    return f"{start}{row['created_at'][:16].replace('T', ' ')}  {how}{note}"


@ranker.command()
@click.argument("version")
@_LIST
@_JSON
def show(version: str, ranking: str | None, as_json: bool) -> None:
    """Show the weights of VERSION beside the shipped ones, what it was made from, and when it served.

    VERSION may be `shipped` together with --list.
    """
    from jobs.opening import open_application
    from matching.learning.versions import as_json as weights_of
    from matching.learning.versions import changes

    with open_application() as application, application.sessions() as session:
        stored, name = _chosen(session, version, ranking)
        shipped = application.rankings.shipped[name]
        weights = stored.weights if stored else weights_of(shipped, "shipped with the program")
        number = stored.id if stored else None
        log = [
            {
                "at": row.created_at.isoformat(timespec="seconds"),
                "action": row.action,
                "by": row.actor,
                "why": row.reason,
            }
            for row in changes(session, name)
            if row.version_id == number
        ]
        report = {"weights": weights, "made_from": stored.made_from if stored else {}, "changes": log}
        report["figures"] = stored.figures if stored else {}
        beside = {feature: item.weight for feature, item in shipped.weights.items()}
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for line in _shown(report, beside, shipped.intercept):
        click.echo(line)


def _shown(report: dict[str, Any], shipped: dict[str, float], intercept: float) -> Iterator[str]:
    weights = report["weights"]
    yield f"{weights['version']} ({weights['name']}): {weights['source']}"
    yield f"  {'':<24}{'weight':>10}{'shipped':>10}"
    yield f"  {'baseline':<24}{weights['intercept']:>10.3f}{intercept:>10.3f}"
    for name, item in weights["features"].items():
        known = f"{shipped[name]:>10.3f}" if name in shipped else f"{'unknown':>10}"
        yield f"  {name:<24}{item['weight']:>10.3f}{known}"
    for name, value in (report["made_from"] | report["figures"]).items():
        yield f"  {name}: {value}"
    for row in report["changes"]:
        yield f"  {row['at']} {row['action']} by {row['by']}: {row['why']}"


def _chosen(session: Session, version: str, ranking: str | None) -> tuple[RankerVersion | None, str]:
    """The stored version (None for the shipped one) and its list."""
    from matching.learning.versions import find

    if version == SHIPPED:
        if ranking is None:
            raise click.UsageError("`shipped` needs --list: every list has its own")
        return None, ranking
    stored = find(session, version)
    if ranking not in (None, stored.ranking):
        raise click.UsageError(f"{version} is a version of {stored.ranking}, not of {ranking}")
    return stored, stored.ranking


@ranker.command()
@click.argument("version")
@_LIST
@_REASON
def promote(version: str, ranking: str | None, reason: str) -> None:
    """Let VERSION serve from now on; `shipped` together with --list lets the shipped weights serve."""
    from data.db import unit_of_work
    from jobs.locks import job_lock
    from jobs.opening import open_application
    from matching.learning.refitting import LOCK
    from matching.learning.versions import promote as promote_version

    with (
        open_application() as application,
        job_lock(application.engine, application.settings.home, LOCK),
        unit_of_work(application.sessions) as session,
    ):
        stored, name = _chosen(session, version, ranking)
        shipped = application.rankings.shipped[name]
        changed = promote_version(session, shipped, stored, actor=_who(), reason=reason)
    click.echo(f"{name}: {version} serves; {_AFTERWARDS}" if changed else f"{name}: {version} serves already")


@ranker.command()
@_LIST
@_REASON
def rollback(ranking: str | None, reason: str) -> None:
    """Let the version that served before serve again, of the list changed last unless --list names one."""
    from data.db import unit_of_work
    from jobs.locks import job_lock
    from jobs.opening import open_application
    from matching.learning.refitting import LOCK
    from matching.learning.versions import roll_back, served_by

    with (
        open_application() as application,
        job_lock(application.engine, application.settings.home, LOCK),
        unit_of_work(application.sessions) as session,
    ):
        change = roll_back(session, ranking, actor=_who(), reason=reason)
        name, version = change.ranking, served_by(session, change)
    click.echo(f"{name}: {version} serves again; {_AFTERWARDS}")
    click.echo("nights promote nothing for this list until you promote a version (`abbina ranker promote`)")


@ranker.command()
@click.option("--promote", "force", is_flag=True, help="Promote what comes out even if it is not shown to be better.")
@_JSON
def fit(force: bool, as_json: bool) -> None:
    """Learn now, from all decisions, and promote what is better on held-back ones."""
    from jobs.learning import learn_from_decisions, learning_lines
    from jobs.opening import open_application

    settings = load_settings()
    with open_application(settings) as application:
        report = learn_from_decisions(application, actor=_who(), force=force).as_dict()
    if as_json:
        click.echo(json.dumps(report, indent=2))
        return
    for line in learning_lines(report, settings.language):
        click.echo(line)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "command line"
