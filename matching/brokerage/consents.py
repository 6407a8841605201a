"""Consents: which version of which notice somebody accepted, and when; kept with its day even when withdrawn."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, Consent, now
from data.models.vocabulary import CaseKind
from matching.brokerage.events import record
from matching.brokerage.notices import NOTICE_VERSION
from matching.brokerage.people import actor_of

__all__ = ["NOTICE_VERSION", "PRIVACY", "accepted_notice", "consents_of", "withdraw_all"]

PRIVACY = "privacy"
"""The notice that everybody accepts who registers."""


def accepted_notice(session: Session, account: Account, version: str, notice: str = PRIVACY) -> None:
    """Note that the person accepted a version of a notice; accepting it again changes nothing. The caller commits."""
    in_force = Consent.account_id == account.id, Consent.notice == notice, Consent.withdrawn_at.is_(None)
    if session.scalar(select(Consent.id).where(*in_force, Consent.version == version)) is not None:
        return
    session.add(Consent(account_id=account.id, notice=notice, version=version))
    detail = {"notice": notice, "version": version}
    record(session, CaseKind.ACCOUNT, account.id, "notice_accepted", actor=actor_of(account.id), detail=detail)


def consents_of(session: Session, account_id: int) -> list[Consent]:
    """All that an account accepted, oldest first."""
    return list(session.scalars(select(Consent).where(Consent.account_id == account_id).order_by(Consent.id)))


def withdraw_all(session: Session, account_id: int) -> int:
    """Note that the person takes everything back; returns how many consents that ends."""
    open_ones = [consent for consent in consents_of(session, account_id) if consent.withdrawn_at is None]
    for consent in open_ones:
        consent.withdrawn_at = now()
    return len(open_ones)
