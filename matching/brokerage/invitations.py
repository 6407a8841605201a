"""Invitations: a colleague into one's organisation, or anybody with a role by an administrator.

The token stands in the letter only; what is stored is its hash. An invitation holds for two weeks and is used once.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Select, String, cast, func, literal, select
from sqlalchemy.orm import Session

from data.db import hold_name
from data.errors import NotFoundError
from data.models import Account, Invitation, Organisation, OutboxMessage, now
from data.models.vocabulary import CaseKind, Membership, Role
from matching.brokerage.accounts import (
    LANGUAGES,
    account_by_email,
    account_by_id,
    create_account,
    is_open_invitation,
    normal_email,
)
from matching.brokerage.events import record
from matching.brokerage.letters import Letter, written
from matching.brokerage.outbox import LetterLimits, has_enough, send
from matching.brokerage.people import actor_of
from matching.errors import AccountMoveError, InvalidEntryError, NotAllowedError

_log = logging.getLogger(__name__)

LIFETIME = timedelta(days=14)
MOST_A_DAY = 20
"""Invitations of one member."""
_AS_WHOM = {
    "it": {
        "colleague": ", come collega di {organisation}",
        Role.MEMBER.value: "",
        Role.BROKER.value: ", come facilitatore dell'agenzia",
        Role.ADMINISTRATOR.value: ", come amministratore",
    },
    "en": {
        "colleague": " as a colleague of {organisation}",
        Role.MEMBER.value: "",
        Role.BROKER.value: " as a broker of the agency",
        Role.ADMINISTRATOR.value: " as an administrator",
    },
}


class Standing(StrEnum):
    """How an invitation stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


def standing_of(invitation: Invitation) -> Standing:
    """Whether it can be accepted now, and why not."""
    if invitation.accepted_at is not None:
        return Standing.ACCEPTED
    if invitation.revoked_at is not None:
        return Standing.REVOKED
    return Standing.EXPIRED if invitation.expires_at <= now() else Standing.OPEN


def invite(
    session: Session,
    *,
    email: str,
    role: Role,
    language: str,
    actor: str,
    address: str,
    organisation: Organisation | None = None,
    most: LetterLimits | None = None,
) -> tuple[Invitation, str]:
    """Invite somebody: stores the invitation and its letter, gives both it and the address to accept it at.

    `address` is where the pages are. Earlier open invitations of the same person to the same place are revoked. The
    letter is in the language of the account that the address has already, else in `language`. `most` limits how many
    invitations an address is sent; without it the inviter is trusted.
    Raises InvalidEntryError for what is no address, AccountMoveError beyond the limits (`enough_letters` for what the
    address was sent, `enough_invitations` for what the account sent).
    """
    to = normal_email(email)
    hold_name(session, f"invite {to}")  # of two at once the second revokes the first
    if most is not None:
        _require_fewer_by(session, actor)
        _require_fewer(session, to, most, actor=actor)
    known = account_by_email(session, to)
    wished = known.language if known is not None and known.language else language
    spoken = wished if wished in LANGUAGES else LANGUAGES[0]
    place = organisation.id if organisation is not None else None
    for earlier in session.scalars(_open_of(place).where(Invitation.email == to)):
        earlier.revoked_at = now()
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=to,
        role=role.value,
        organisation_id=place,
        language=spoken,
        token_hash=_hash(token),
        actor=actor,
        expires_at=now() + LIFETIME,
    )
    session.add(invitation)
    session.flush()
    url = f"{address}/invitation/{token}"
    letter = _letter(invitation, organisation, url)
    send(session, letter, key=f"invitation:{invitation.id}", address=to, language=spoken)
    _record(session, invitation, "invited", actor=actor)
    return invitation, url


def _require_fewer_by(session: Session, actor: str) -> None:
    """Anybody can register and found an organisation: the agency's letters must not carry its name to the world."""
    lately = Invitation.actor == actor, Invitation.created_at > now() - timedelta(days=1)
    if (session.scalar(select(func.count(Invitation.id)).where(*lately)) or 0) >= MOST_A_DAY:
        _log.warning("letter held back: invitation by %s", actor)
        raise AccountMoveError("enough_invitations", f"{actor} sent as many invitations as are allowed")


def _require_fewer(session: Session, to: str, most: LetterLimits, *, actor: str) -> None:
    """Raises AccountMoveError where the address was sent enough invitations, whoever asked for them."""
    keys = select(literal("invitation:") + cast(Invitation.id, String)).where(Invitation.email == to)
    if has_enough(session, OutboxMessage.key.in_(keys), most):
        _log.warning("letter held back: invitation by %s", actor)
        raise AccountMoveError("enough_letters", "an address was sent as many invitations as are allowed")


def revoke(session: Session, number: int, *, actor: str, organisation_id: int | None = None) -> Invitation:
    """Take an open invitation back; with `organisation_id` only one of that organisation.

    Raises NotFoundError, AccountMoveError where it was accepted already.
    """
    invitation = session.scalar(select(Invitation).where(Invitation.id == number).with_for_update())
    if invitation is None or (organisation_id is not None and invitation.organisation_id != organisation_id):
        raise NotFoundError(f"no invitation has the number {number}")
    if invitation.accepted_at is not None:
        raise AccountMoveError("already_accepted", f"invitation {number} was accepted before")
    if invitation.revoked_at is None:
        invitation.revoked_at = now()
        _record(session, invitation, "invitation_revoked", actor=actor)
    return invitation


def invitation_by_token(session: Session, token: str, *, hold: bool = False) -> Invitation:
    """The invitation of a letter, however it stands. Raises NotFoundError."""
    query = select(Invitation).where(Invitation.token_hash == _hash(token))
    found = session.scalar(query.with_for_update() if hold else query)
    if found is None:
        raise NotFoundError("no invitation has this token")
    return found


def open_invitations(session: Session, organisation_id: int) -> list[Invitation]:
    """The open invitations into an organisation, latest first."""
    return list(session.scalars(_open_of(organisation_id).order_by(Invitation.id.desc())))


def all_open_invitations(session: Session) -> list[Invitation]:
    """All open invitations, latest first."""
    return list(session.scalars(_open().order_by(Invitation.id.desc())))


def accept(session: Session, token: str, *, name: str, password: str, language: str | None) -> Account:
    """Make the account that an open invitation promises; its address counts as confirmed by the letter.

    Raises NotFoundError, AccountMoveError with how it stands, InvalidEntryError (`taken` where there is an account).
    """
    invitation = _held_open(session, token)
    organisation = _organisation_of(session, invitation)
    account = create_account(
        session,
        email=invitation.email,
        name=name,
        role=Role(invitation.role),
        password=password,
        actor=invitation.actor,
        language=language or invitation.language,
        organisation=organisation,
    )
    _close(session, invitation, account)
    return account


def join(session: Session, token: str, account_id: int) -> Account:
    """Accept an invitation into an organisation with the account that the address has already.

    Raises NotFoundError, and AccountMoveError where it is another's, not open, or the person belongs elsewhere,
    NotAllowedError for the staff, which belongs to no organisation.
    """
    invitation = _held_open(session, token)
    account = account_by_id(session, account_id, hold=True)
    organisation = _organisation_of(session, invitation)
    if account.email != invitation.email or organisation is None:
        raise AccountMoveError("another_address", f"invitation {invitation.id} is for another account")
    if account.role != Role.MEMBER.value:
        raise NotAllowedError("only members join an organisation")
    elsewhere = account.membership == Membership.CONFIRMED.value and account.organisation_id != organisation.id
    if elsewhere:
        raise AccountMoveError("belongs_elsewhere", f"account {account_id} belongs to another organisation")
    account.organisation_id, account.membership = organisation.id, Membership.CONFIRMED.value
    _close(session, invitation, account)
    return account


def has_account(session: Session, invitation: Invitation) -> bool:
    """Whether the address that was invited has an account."""
    return account_by_email(session, invitation.email) is not None


def require_no_account(session: Session, email: str) -> None:
    """Raises InvalidEntryError where the address has an account: an administrator changes its role instead."""
    if account_by_email(session, normal_email(email)) is not None:
        raise InvalidEntryError({"email": "taken"})


def _letter(invitation: Invitation, organisation: Organisation | None, url: str) -> Letter:
    whom = _AS_WHOM[invitation.language]["colleague" if organisation is not None else invitation.role]
    return written(
        "account.invited",
        invitation.language,
        as_whom=whom.format(organisation=organisation.name if organisation is not None else ""),
        day=invitation.expires_at.date().isoformat(),
        url=url,
    )


def _held_open(session: Session, token: str) -> Invitation:
    invitation = invitation_by_token(session, token, hold=True)
    standing = standing_of(invitation)
    if standing is not Standing.OPEN:
        raise AccountMoveError(standing.value, f"invitation {invitation.id} is {standing.value}")
    return invitation


def _close(session: Session, invitation: Invitation, account: Account) -> None:
    invitation.accepted_at = now()
    detail = {"invitation": invitation.id, "organisation": invitation.organisation_id}
    actor = actor_of(account.id)
    record(session, CaseKind.ACCOUNT, account.id, "invitation_accepted", actor=actor, detail=detail)


def _organisation_of(session: Session, invitation: Invitation) -> Organisation | None:
    return session.get(Organisation, invitation.organisation_id) if invitation.organisation_id is not None else None


def _open_of(organisation_id: int | None) -> Select[Invitation]:
    if organisation_id is None:
        return _open().where(Invitation.organisation_id.is_(None))
    return _open().where(Invitation.organisation_id == organisation_id)


def _open() -> Select[Invitation]:
    return select(Invitation).where(is_open_invitation())


def _record(session: Session, invitation: Invitation, action: str, *, actor: str) -> None:
    """An invitation has no account yet: it is logged with its organisation, else with whoever invited."""
    detail = {"invitation": invitation.id, "role": invitation.role}
    if invitation.organisation_id is not None:
        record(session, CaseKind.ORGANISATION, invitation.organisation_id, action, actor=actor, detail=detail)
    else:
        kind, _, number = actor.partition(":")
        about = int(number) if kind == "account" and number.isdigit() else 0
        record(session, CaseKind.ACCOUNT, about, action, actor=actor, detail=detail)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
