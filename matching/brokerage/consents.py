"""The privacy notice: which version somebody accepted, and when."""

from __future__ import annotations

from sqlalchemy.orm import Session

from data.models import Account
from data.models.vocabulary import CaseKind
from matching.brokerage.events import record
from matching.brokerage.people import actor_of

NOTICE_VERSION = "2026-01"
"""The version of the privacy notice that forms show now."""


def accepted_notice(session: Session, account: Account, version: str) -> None:
    """Note that the person accepted a version of the notice; the caller commits."""
    actor = actor_of(account.id)
    record(session, CaseKind.ACCOUNT, account.id, "notice_accepted", actor=actor, detail={"version": version})
