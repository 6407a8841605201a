"""`abbina nightly`: the night's work, from a timer or by hand."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from data.settings import load_settings
from jobs.cli import EXIT_REJECTED


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def nightly(as_json: bool) -> None:
    """Import, expire, re-index, recompute suggestions, look for saved searches, report; one run at a time.

    Reads the folder of ABBINA_IMPORT_DIR and the service of ABBINA_EEN_URL where they are set. Killed at any moment, it
    leaves everything usable, and the next run completes the work. The report lies in the log folder, in Italian,
    English and JSON. Exit codes: 0 done; 1 failed; 3 done, but some rows were rejected; 4 another run is under way.
    """
    from jobs.night_report import as_json as report_as_json
    from jobs.night_report import step_lines
    from jobs.nightly import Night
    from jobs.opening import open_application

    settings = load_settings()

    def told(step: str, found: dict[str, Any] | None) -> None:
        if found is not None and not as_json:
            for line in step_lines(step, found, settings.language):
                click.echo(line)

    with open_application(settings) as application:
        night = Night(application, told)
        try:
            report = night.run()
        finally:
            if as_json and night.report.state != "running":
                click.echo(json.dumps(report_as_json(night.report), ensure_ascii=False, indent=2))
    if not as_json:
        click.echo(report.files[0])
    if report.rejected_rows:
        sys.exit(EXIT_REJECTED)
