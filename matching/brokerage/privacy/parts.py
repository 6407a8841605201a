"""All parts of personal data. A table that names accounts belongs into one of them; a test holds it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from sqlalchemy import Text, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from data.models import (
    Account,
    CaseEvent,
    Consent,
    CurationDecision,
    Invitation,
    Notification,
    NotificationPreference,
    Organisation,
    OutboxMessage,
    Proposal,
    RankerChange,
    SavedFilter,
    SavedSearch,
    TagDecision,
    now,
)
from data.models.vocabulary import CaseKind, Membership
from matching.brokerage.consents import withdraw_all
from matching.brokerage.letters import written
from matching.brokerage.people import actor_of
from matching.brokerage.privacy.casework import CASEWORK
from matching.brokerage.privacy.interest_parts import INTEREST_PARTS
from matching.brokerage.privacy.registry import Part, removed, row, rows_of

ERASED = "erased.invalid"
"""Domain of the addresses of erased accounts: never anybody's (RFC 2606)."""
_SECRETS = ("password", "fs_uniquifier", "tf_totp_secret", "mf_recovery_codes")


def _account(_session: Session, account: Account) -> Any:
    name = account.organisation.name if account.organisation is not None else None
    return row(account, _SECRETS) | {"organisation": name}


def empty(_session: Session, account: Account) -> int:
    """Take everything of the person out of an account. Its number stays, so that logs stay whole."""
    moment = now()
    account.email = f"erased-{account.id}@{ERASED}"
    account.name = ""
    account.language = account.password = None
    account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = None
    account.organisation_id, account.membership = None, Membership.NONE.value
    account.active = False
    account.confirmed_at = account.locked_until = account.last_seen_at = None
    account.failed_logins = 0
    account.fs_uniquifier = uuid.uuid4().hex
    account.erased_at = account.updated_at = moment
    return 1


def _invitations(session: Session, account: Account) -> Any:
    own = or_(Invitation.email == account.email, Invitation.actor == actor_of(account.id))
    found = session.scalars(select(Invitation).where(own).order_by(Invitation.id))
    hidden = ("token_hash",)
    return [row(item, hidden if item.email == account.email else (*hidden, "email")) for item in found]


def _erase_invitations(session: Session, account: Account) -> int:
    return _count(session.execute(delete(Invitation).where(Invitation.email == account.email)))


def _letters(session: Session, account: Account) -> Any:
    own = or_(OutboxMessage.account_id == account.id, OutboxMessage.address == account.email)
    hidden = ("claimed_by", "claimed_at", "unsubscribe_url")
    return [row(item, hidden) for item in session.scalars(select(OutboxMessage).where(own).order_by(OutboxMessage.id))]


def _erase_letters(session: Session, account: Account) -> int:
    """Letters to the person, and letters to others that quote their address."""
    own = [OutboxMessage.account_id == account.id, OutboxMessage.address == account.email]
    quoting = OutboxMessage.body.contains(account.email, autoescape=True)
    return _count(session.execute(delete(OutboxMessage).where(or_(*own, quoting))))


def _notifications(session: Session, account: Account) -> Any:
    own = select(Notification).where(Notification.account_id == account.id).order_by(Notification.id)
    language = account.language or "it"
    return [
        row(item, ("values",)) | {"text": written(item.template, language, **item.values).subject}
        for item in session.scalars(own)
    ]


def _erase_notifications(session: Session, account: Account) -> int:
    """Notifications of the person, and those of others that quote their address or full name."""
    said = cast(Notification.values, Text)
    quoted = [json.dumps(text)[1:-1] for text in (account.email, account.name) if text.strip() and len(text) > 4]
    others = [said.contains(text, autoescape=True) for text in quoted]
    return _count(session.execute(delete(Notification).where(or_(Notification.account_id == account.id, *others))))


def _events(session: Session, account: Account) -> Any:
    about = (CaseEvent.kind == CaseKind.ACCOUNT.value) & (CaseEvent.object_id == account.id)
    query = select(CaseEvent).where(or_(CaseEvent.actor == actor_of(account.id), about)).order_by(CaseEvent.id)
    return [row(event) for event in session.scalars(query)]


def _empty_notes(session: Session, account: Account) -> int:
    """The log stays; what the person wrote into it, or others wrote about the account, goes."""
    about = (CaseEvent.kind == CaseKind.ACCOUNT.value) & (CaseEvent.object_id == account.id)
    noted = or_(CaseEvent.actor == actor_of(account.id), about), CaseEvent.note.is_not(None)
    return _count(session.execute(update(CaseEvent).where(*noted).values(note=None)))


def _proposals(session: Session, account: Account) -> Any:
    own = select(Proposal).where(Proposal.author_id == account.id).order_by(Proposal.id)
    accompanied = select(Proposal.reference).where(Proposal.facilitator_id == account.id).order_by(Proposal.id)
    return {
        "authored": [row(item, ("content_hash",)) for item in session.scalars(own)],
        "accompanied": list(session.scalars(accompanied)),
    }


def _verified(session: Session, account: Account) -> Any:
    own = Organisation.verified_by == actor_of(account.id)
    return list(session.scalars(select(Organisation.reference).where(own).order_by(Organisation.id)))


def _withdraw_consents(session: Session, account: Account) -> int:
    return withdraw_all(session, account.id)


def _count(result: Any) -> int:
    return int(result.rowcount)


PARTS: tuple[Part, ...] = (
    *CASEWORK,
    Part("consents", ("consent",), rows_of(Consent.account_id), _withdraw_consents),
    Part("invitations", ("invitation",), _invitations, _erase_invitations),
    Part("letters", ("outbox_message",), _letters, _erase_letters),
    Part("notifications", ("notification",), _notifications, _erase_notifications),
    Part(
        "preferences",
        ("notification_preference",),
        rows_of(NotificationPreference.account_id),
        removed(NotificationPreference.account_id),
    ),
    Part("followed_lists", ("saved_filter",), rows_of(SavedFilter.account_id), removed(SavedFilter.account_id)),
    Part("saved_searches", ("saved_search",), rows_of(SavedSearch.actor, by_actor=True)),
    Part("proposals", ("proposal",), _proposals),
    *INTEREST_PARTS,
    Part("verified_organisations", ("organisation",), _verified),
    Part("decisions", ("curation_decision",), rows_of(CurationDecision.actor, by_actor=True)),
    Part("decisions_about_themes", ("tag_decision",), rows_of(TagDecision.actor, by_actor=True)),
    Part("rankings", ("ranker_change",), rows_of(RankerChange.actor, by_actor=True)),
    Part("events", ("case_event",), _events, _empty_notes),
    Part("account", ("account",), _account, empty),
)
"""In the order of erasure: the account itself goes last, since the others are found by its address."""
