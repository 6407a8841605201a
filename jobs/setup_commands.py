"""`abbina init`, `abbina demo` and `abbina serve`: from nothing to pages on this machine."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from data.settings import LOOPBACK, Settings, load_settings
from jobs.errors import JobError

if TYPE_CHECKING:
    from matching.bootstrap import Application

DEMO_PROPOSAL = "VF-ADV-001"


@click.command()
def init() -> None:
    """Create or upgrade the database and load the shipped taxonomies; safe to run again."""
    settings = load_settings()
    prepare(settings)
    click.echo(f"ready: {settings.home.resolve()}")


def prepare(settings: Settings) -> None:
    """Folders, database at the newest revision, shipped taxonomies."""
    from data.db import make_engine, session_factory
    from data.migrate import upgrade
    from jobs.importing import LOCK, import_taxonomy
    from jobs.locks import job_lock

    try:
        settings.log_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JobError(f"{settings.home}: {error.strerror}; set ABBINA_HOME to a place that can be written") from error
    engine = make_engine(settings.database)
    try:
        with job_lock(engine, settings.home, LOCK):
            upgrade(engine)
            import_taxonomy(session_factory(engine))
    finally:
        engine.dispose()


@click.command()
@click.option("--proposal", metavar="REF", default=DEMO_PROPOSAL, show_default=True, help="Whose partners to show.")
def demo(proposal: str) -> None:
    """Load the fictional demo region, index it, and show the best partners of one of its proposals."""
    from data.db import unit_of_work
    from jobs.demo_accounts import addresses, demo_file, ensure_demo_accounts, require_private
    from jobs.demo_casework import ensure_demo_casework
    from jobs.importing import LOCK, import_demo
    from jobs.locks import job_lock
    from jobs.wording import lines
    from matching.bootstrap import build_application

    settings = load_settings()
    require_private(settings)
    prepare(settings)
    with build_application(settings) as application:
        with job_lock(application.engine, settings.home, LOCK):
            reports = import_demo(application.sessions)
            with unit_of_work(application.sessions) as session:
                password = ensure_demo_accounts(session, settings, DEMO_PROPOSAL)
        taken = sum(report.added + report.updated + report.unchanged for report in reports)
        rejected = [row for report in reports for row in report.rejected]
        click.echo(f"demo region: {taken} records")
        for row in rejected:
            click.echo(f"  rejected: {row}", err=True)
        with job_lock(application.engine, settings.home, "index"):
            application.update_index()
        ensure_demo_casework(application)
        found = application.service.match_proposal(proposal, top=5)
    click.echo(f"\n{found.query}")
    for line in lines(found, settings.language, explain=False):
        click.echo(line)
    click.echo(f"\nTo sign in at {settings.address}/login (also in {demo_file(settings)}):")
    for email, role in addresses():
        click.echo(f"  {email}  ({role})")
    click.echo(f"  password: {password}")
    if rejected:
        sys.exit(1)


@click.command()
@click.option("--host", help="Address to listen on (default: ABBINA_HOST).")
@click.option("--port", type=int, help="Port to listen on (default: ABBINA_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Serve the pages: on this machine, or where ABBINA_PUBLIC_URL is https and no demo account exists, for all."""
    from jobs.opening import open_application

    settings = load_settings()
    address, number = host or settings.host, settings.port if port is None else port
    with open_application(settings) as application:  # a database that is not ready is said here, not on every page
        if address not in LOOPBACK:
            _require_ready_for_all(address, settings, application)
    click.echo(f"Abbina: http://{address}:{number}/  (stop with Ctrl-C)")
    arguments = ["gunicorn", "--bind", f"{address}:{number}", "--workers", "1", "--threads", "4"]
    arguments += ["--log-level", "warning", "web.wsgi:create()"]
    from gunicorn.app.wsgiapp import run

    os.environ |= {"ABBINA_HOST": address, "ABBINA_PORT": str(number)}  # links in letters lead here
    sys.argv = arguments
    run()


def _require_ready_for_all(address: str, settings: Settings, application: Application) -> None:
    """Raises ClickException where passwords would travel in the clear, or where a demo password opens the door."""
    from matching.brokerage.accounts import demo_accounts

    if not (settings.public_url and settings.secure):
        raise click.ClickException(
            f"{address} can be reached from outside: set ABBINA_PUBLIC_URL to the https:// address of the web server "
            f"in front, or use one of {', '.join(LOOPBACK)}"
        )
    with application.sessions() as session:
        shown = [account.email for account in demo_accounts(session)]
    if shown:
        raise click.ClickException(
            f"{address} can be reached from outside and the demo accounts are here ({', '.join(shown)}): "
            "start on a database of your own (another ABBINA_HOME or ABBINA_DATABASE_URL)"
        )
