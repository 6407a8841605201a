"""`abbina retention`: remove what has been kept for as long as the settings allow."""

from __future__ import annotations

import json

import click

from data.settings import load_settings


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def retention(dry_run: bool, as_json: bool) -> None:
    """Remove accounts nobody confirmed, old invitations, letters and notifications, as the ABBINA_…_DAYS settings say.

    The night does the same.
    """
    from jobs.follow_up import apply_retention
    from jobs.opening import open_application

    with open_application(load_settings()) as application:
        found = apply_retention(application, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, count in found.items():
        click.echo(f"{name.replace('_', ' ')}: {count}{' would go' if dry_run else ' removed'}")
