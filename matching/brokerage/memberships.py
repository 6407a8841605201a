"""Who belongs to which organisation, and which organisation is what it says.

A member founds an organisation (hidden from lists and matches until a broker verifies it) or claims one that is
there (pending until a confirmed member or a broker confirms). The caller commits; a move that raises changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.models import Account, Organisation, now
from data.models.vocabulary import CaseKind, Membership, NoticeKind
from data.queries import today
from matching.brokerage.accounts import account_by_id, take_invitations_back
from matching.brokerage.events import events_of, record
from matching.brokerage.membership_rules import OrganisationFields, plain_tax_code, problems_of
from matching.brokerage.outbox import notify
from matching.brokerage.people import Person, active_staff, members_of
from matching.brokerage.permissions import require_acting_for, require_staff
from matching.brokerage.references import new_token, reference_of
from matching.errors import AccountMoveError, ConflictError, InvalidEntryError, NotAllowedError

OWN_PAGE = "/account/organisation"
DESK_PAGE = "/desk/organisations"
FOUNDED = "AO-"
"""What the reference of an organisation begins with that a member founded here."""
MOST_CLAIMS_A_DAY = 3
"""Of one account on one organisation."""


class Wait(StrEnum):
    """What an organisation waits for."""

    VERIFICATION = "verification"
    MEMBERSHIP = "membership"


@dataclass(frozen=True, slots=True)
class WaitingOrganisation:
    """One thing to do for the staff; `account_id` is given for a membership."""

    id: int
    reference: str
    name: str
    wait: Wait
    since: datetime
    account_id: int | None = None


def organisation_by_id(session: Session, organisation_id: int, *, hold: bool = False) -> Organisation:
    """An organisation, hidden or not. Raises NotFoundError."""
    query = select(Organisation).where(Organisation.id == organisation_id)
    found = session.scalar(query.with_for_update(of=Organisation) if hold else query)
    if found is None:
        raise NotFoundError(f"no organisation has the id {organisation_id}")
    return found


def establish(session: Session, person: Person, fields: OrganisationFields, countries: frozenset[str]) -> Organisation:
    """Make a new organisation with the person as its first confirmed member; the staff is told to verify it.

    Raises NotAllowedError for the staff, InvalidEntryError (`known` for a tax code that an organisation has),
    AccountMoveError for who belongs to one.
    """
    account = _free(session, person)
    _refuse(problems_of(fields, countries))
    organisation = Organisation(reference=FOUNDED + reference_of(new_token(today())).removeprefix("AB-"), name="")
    organisation.withdrawn_at = now()
    _write(organisation, fields)
    _store(session, organisation)
    account.organisation_id, account.membership = organisation.id, Membership.CONFIRMED.value
    record(session, CaseKind.ORGANISATION, organisation.id, "founded", actor=person.actor)
    values = {"organisation": organisation.name}
    key = f"organisation:{organisation.id}:founded"
    notify(session, active_staff(session), NoticeKind.DESK, "organisation.founded", path=DESK_PAGE, key=key, **values)
    return organisation


def claim(session: Session, person: Person, organisation_id: int) -> Organisation:
    """Say that one belongs to an organisation; its confirmed members are told, else the staff.

    Raises NotAllowedError for the staff, NotFoundError, AccountMoveError for who belongs to one already or asks too
    often (`enough_claims`).
    """
    account = _free(session, person)
    organisation = organisation_by_id(session, organisation_id)
    if organisation.withdrawn_at is not None:
        raise NotFoundError(f"no organisation has the id {organisation_id}")
    _require_fewer_claims(session, account, organisation)
    account.organisation_id, account.membership = organisation.id, Membership.PENDING.value
    account.updated_at = now()
    event = _record_membership(session, account, organisation.id, "claimed", actor=person.actor)
    members = members_of(session, organisation.id)
    notify(
        session,
        members or active_staff(session),
        NoticeKind.ACCOUNT if members else NoticeKind.DESK,
        "membership.claimed",
        path=OWN_PAGE if members else DESK_PAGE,
        key=f"membership:{account.id}:claimed:{event}",
        organisation=organisation.name,
    )
    return organisation


def confirm(session: Session, person: Person, account_id: int, organisation_id: int) -> Account:
    """Confirm a claim, as a confirmed member of the organisation or as staff.

    Raises NotFoundError where the account never asked to join it, ConflictError if the claim is gone.
    """
    account, organisation = _claimed(session, person, account_id, organisation_id)
    account.membership = Membership.CONFIRMED.value
    event = _record_membership(session, account, organisation.id, "confirmed", actor=person.actor)
    key = f"membership:{account.id}:confirmed:{event}"
    values = {"organisation": organisation.name}
    notify(session, [account], NoticeKind.ACCOUNT, "membership.confirmed", path=OWN_PAGE, key=key, **values)
    return account


def decline(session: Session, person: Person, account_id: int, organisation_id: int, reason: str) -> Account:
    """Decline a claim with a reason. Raises ConflictError if it is gone, InvalidEntryError without a reason."""
    account, organisation = _claimed(session, person, account_id, organisation_id)
    if not reason.strip():
        raise InvalidEntryError({"reason": "missing"})
    _leave(account)
    event = _record_membership(session, account, organisation.id, "declined", actor=person.actor, note=reason)
    key = f"membership:{account.id}:declined:{event}"
    values = {"organisation": organisation.name, "reason": reason.strip()}
    notify(session, [account], NoticeKind.ACCOUNT, "membership.declined", path=OWN_PAGE, key=key, **values)
    return account


def withdraw_claim(session: Session, person: Person) -> None:
    """Take one's own claim back; one that was decided meanwhile stays decided."""
    account = account_by_id(session, person.account_id, hold=True)
    if account.membership == Membership.PENDING.value and account.organisation_id is not None:
        _record_membership(session, account, account.organisation_id, "claim_withdrawn", actor=person.actor)
        _leave(account)


def end_membership(session: Session, account_id: int, *, actor: str) -> Account:
    """Take an account out of its organisation, by an administrator."""
    account = account_by_id(session, account_id, hold=True)
    if account.organisation_id is not None:
        _record_membership(session, account, account.organisation_id, "membership_ended", actor=actor)
        take_invitations_back(session, account.id, actor=actor)
        _leave(account)
    return account


def update(
    session: Session,
    person: Person,
    organisation_id: int,
    fields: OrganisationFields,
    countries: frozenset[str],
    *,
    seen: str,
) -> Organisation:
    """Change what an organisation says of itself. `seen` is the version that the person saw: raises ConflictError.

    Raises NotAllowedError for who does not act for it, InvalidEntryError. Another name or tax code of a verified
    organisation has to be verified anew: its verification is withdrawn.
    """
    require_acting_for(person, organisation_id)
    organisation = organisation_by_id(session, organisation_id, hold=True)
    session.refresh(organisation)
    if version_of(organisation) != seen:
        raise ConflictError(f"organisation {organisation.reference} was changed meanwhile")
    _refuse(problems_of(fields, countries))
    before = (organisation.name, organisation.tax_code)
    _write(organisation, fields)
    _store(session, organisation)
    record(session, CaseKind.ORGANISATION, organisation.id, "updated", actor=person.actor)
    another = before != (organisation.name, organisation.tax_code)
    if another and organisation.verified_at is not None and not person.is_staff:
        _unverify(session, organisation, "identity_changed", actor=person.actor)
    return organisation


def verify(session: Session, person: Person, organisation_id: int) -> Organisation:
    """Find an organisation to be what it says: it is listed and matched, its members may publish and are told."""
    require_staff(person)
    organisation = organisation_by_id(session, organisation_id, hold=True)
    if organisation.verified_at is not None:
        return organisation
    organisation.verified_at, organisation.verified_by = now(), person.actor
    if organisation.reference.startswith(FOUNDED):
        organisation.withdrawn_at, organisation.updated_at = None, now()
    event = record(session, CaseKind.ORGANISATION, organisation.id, "verified", actor=person.actor)
    _tell_members(session, organisation, "organisation.verified", event.id)
    return organisation


def withdraw_verification(session: Session, person: Person, organisation_id: int, reason: str) -> Organisation:
    """Take a verification back with a reason; members cannot publish any more and are told.

    Raises InvalidEntryError without a reason, ConflictError where it is not verified.
    """
    require_staff(person)
    organisation = organisation_by_id(session, organisation_id, hold=True)
    if organisation.verified_at is None:
        raise ConflictError(f"organisation {organisation.reference} is not verified")
    if not reason.strip():
        raise InvalidEntryError({"reason": "missing"})
    event = _unverify(session, organisation, "verification_withdrawn", actor=person.actor, note=reason)
    _tell_members(session, organisation, "organisation.unverified", event, reason=reason.strip())
    return organisation


def version_of(organisation: Organisation) -> str:
    """The version of an organisation, for finding out whether somebody else changed it."""
    return organisation.updated_at.isoformat()


def pending_of(session: Session, organisation_id: int) -> list[Account]:
    """Who claims to belong to an organisation, the longest waiting first."""
    query = select(Account).where(
        Account.organisation_id == organisation_id,
        Account.membership == Membership.PENDING.value,
        Account.active.is_(True),
    )
    return list(session.scalars(query.order_by(Account.updated_at, Account.id)))


def waiting_organisations(session: Session) -> list[WaitingOrganisation]:
    """What the staff has to decide about organisations, the longest waiting first.

    To verify: unverified ones with a confirmed member. To confirm: claims on organisations without one.
    """
    with_member = select(Account.organisation_id).where(
        Account.membership == Membership.CONFIRMED.value, Account.active.is_(True), Account.organisation_id.is_not(None)
    )
    unverified = select(Organisation).where(Organisation.verified_at.is_(None), Organisation.id.in_(with_member))
    rows = [
        WaitingOrganisation(item.id, item.reference, item.name, Wait.VERIFICATION, item.updated_at)
        for item in session.scalars(unverified)
    ]
    claims = (
        select(Account.id, Account.updated_at, Organisation.id, Organisation.reference, Organisation.name)
        .join(Organisation, Organisation.id == Account.organisation_id)
        .where(
            Account.membership == Membership.PENDING.value,
            Account.active.is_(True),
            Organisation.id.not_in(with_member),
        )
    )
    rows += [
        WaitingOrganisation(number, reference, name, Wait.MEMBERSHIP, since, account_id)
        for account_id, since, number, reference, name in session.execute(claims)
    ]
    return sorted(rows, key=lambda row: (row.since, row.id))


def _free(session: Session, person: Person) -> Account:
    if person.is_staff:  # who verifies organisations belongs to none
        raise NotAllowedError("only members found or join an organisation")
    account = account_by_id(session, person.account_id, hold=True)
    if account.membership != Membership.NONE.value:
        raise AccountMoveError("belongs_already", f"account {account.id} is {account.membership} already")
    return account


def _require_fewer_claims(session: Session, account: Account, organisation: Organisation) -> None:
    """Each claim writes to all members: who asks and takes it back again and again would flood them."""
    lately, about = now() - timedelta(days=1), {"organisation": organisation.id}
    events = [event for event in events_of(session, CaseKind.ACCOUNT, account.id) if event.created_at > lately]
    if sum(event.action == "claimed" and event.detail == about for event in events) >= MOST_CLAIMS_A_DAY:
        raise AccountMoveError(
            "enough_claims", f"account {account.id} asked too often to join {organisation.reference}"
        )


def _claimed(session: Session, person: Person, account_id: int, organisation_id: int) -> tuple[Account, Organisation]:
    require_acting_for(person, organisation_id)
    account = account_by_id(session, account_id, hold=True)
    if not person.is_staff and not _ever_claimed(session, account, organisation_id):
        raise NotFoundError(f"account {account_id} never asked to join organisation {organisation_id}")
    if account.membership != Membership.PENDING.value or account.organisation_id != organisation_id:
        raise ConflictError(f"account {account_id} does not wait for organisation {organisation_id} any more")
    return account, organisation_by_id(session, organisation_id)


def _ever_claimed(session: Session, account: Account, organisation_id: int) -> bool:
    about = {"organisation": organisation_id}
    events = events_of(session, CaseKind.ACCOUNT, account.id)
    return account.organisation_id == organisation_id or any(
        event.action == "claimed" and event.detail == about for event in events
    )


def _leave(account: Account) -> None:
    account.organisation_id, account.membership = None, Membership.NONE.value


def _write(organisation: Organisation, fields: OrganisationFields) -> None:
    organisation.name = " ".join(fields.name.split())
    organisation.kind = fields.kind
    organisation.size = fields.size or None
    organisation.country = fields.country
    organisation.tax_code = plain_tax_code(fields.tax_code) or None
    for name in ("region", "city", "website", "description"):
        setattr(organisation, name, getattr(fields, name).strip() or None)
    organisation.updated_at = now()


def _store(session: Session, organisation: Organisation) -> None:
    same = select(Organisation.id).where(Organisation.tax_code == organisation.tax_code)
    with session.no_autoflush:
        known = session.scalar(same.where(Organisation.id != (organisation.id or 0)))
    if organisation.tax_code is not None and known is not None:
        raise InvalidEntryError({"tax_code": "known"})
    try:
        with session.begin_nested():
            session.add(organisation)
    except IntegrityError:  # somebody founded the same at the same moment
        raise InvalidEntryError({"tax_code": "known"}) from None


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise InvalidEntryError(problems)


def _unverify(session: Session, organisation: Organisation, action: str, *, actor: str, note: str = "") -> int:
    organisation.verified_at = organisation.verified_by = None
    if organisation.reference.startswith(FOUNDED):
        organisation.withdrawn_at = now()
    return record(session, CaseKind.ORGANISATION, organisation.id, action, actor=actor, note=note).id


def _record_membership(
    session: Session, account: Account, organisation_id: int, action: str, *, actor: str, note: str = ""
) -> int:
    detail = {"organisation": organisation_id}
    return record(session, CaseKind.ACCOUNT, account.id, action, actor=actor, note=note, detail=detail).id


def _tell_members(session: Session, organisation: Organisation, template: str, event: int, **values: str) -> None:
    key = f"organisation:{organisation.id}:{event}"
    told = members_of(session, organisation.id)
    own = {"organisation": organisation.name, **values}
    notify(session, told, NoticeKind.ACCOUNT, template, path=OWN_PAGE, key=key, **own)
