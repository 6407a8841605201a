"""The jobs of following up: notifications to letters, letters on their way, what is kept too long removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from data.models import now
from data.uploads import FileStore
from matching.brokerage import delivery
from matching.brokerage.digest import Mailing, write_all_due
from matching.brokerage.opting_out import OptOut
from matching.brokerage.privacy import retention

if TYPE_CHECKING:
    from matching.bootstrap import Application


def write_letters(application: Application, *, digests: bool) -> dict[str, Any]:
    """Turn notifications that are wanted at once into letters, with `digests` the daily and weekly ones; counts."""
    settings = application.settings
    mailing = Mailing(settings.address, OptOut(settings.secret_key), settings.language)
    return asdict(write_all_due(application.sessions, now(), mailing, digests=digests))


def send_letters(application: Application, *, most: int | None = None) -> dict[str, Any]:
    """Send what waits; counts by what became of it. Raises SettingsError where a password is wanted and missing."""
    settings = application.settings
    carrier = delivery.carrier_of(settings)
    return asdict(delivery.deliver(application.sessions, carrier, sender=settings.mail_from, most=most))


def apply_retention(application: Application, *, dry_run: bool = False) -> dict[str, Any]:
    """Remove what is kept for longer than the settings say; counts by what it was."""
    settings = application.settings
    found = retention.apply(application.sessions, retention.periods_of(settings), now(), dry_run=dry_run)
    if not dry_run:
        retention.discard_files(application.sessions, FileStore(settings.upload_dir))
    return found
