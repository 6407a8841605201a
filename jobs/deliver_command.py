"""`abbina deliver`: notifications that are wanted at once become letters, and letters that wait are sent."""

from __future__ import annotations

import json
import signal
import threading

import click

from data.settings import load_settings


@click.command()
@click.option("--every", type=click.FloatRange(min=1), metavar="SECONDS", help="Go on, with a round each so often.")
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Send at most N letters a round.")
@click.option("--retry-uncertain", is_flag=True, help="Send again what may have been sent when a delivery died.")
@click.option("--json", "as_json", is_flag=True, help="Print each round's figures as JSON.")
def deliver(every: float | None, most: int | None, retry_uncertain: bool, as_json: bool) -> None:
    """Write letters for notifications that are wanted at once, then send what waits.

    To the mail server of ABBINA_SMTP_URL, else as files into ABBINA_MAIL_DIR. What cannot go out now is tried again
    later, ten times over two days. Several may run at once; none sends what another has taken.
    """
    from jobs.follow_up import send_letters, write_letters
    from jobs.opening import open_application
    from matching.brokerage import delivery

    stopping = threading.Event()
    with open_application(load_settings()) as application:
        if retry_uncertain:
            again = delivery.retry_uncertain(application.sessions)
            click.echo(f"waiting again: {again}", err=as_json)
        if every is not None:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_given: stopping.set())
        while True:
            found = write_letters(application, digests=False)
            counts = {"written": found["letters"], **send_letters(application, most=most)}
            found = {**counts, "accounts_failed": found["failed"]}
            if as_json:
                click.echo(json.dumps(found))
            elif every is None or any(found.values()):
                click.echo(", ".join(f"{name} {count}" for name, count in found.items()))
            if every is None or stopping.wait(every):
                return
