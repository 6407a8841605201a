"""The life of an account: made, changed, suspended, reactivated. Each move checks its rule and is logged.

The caller commits. `actor` is whoever acts: `account:<id>`, or a command such as `job:user`. Who may act is the
audience of the page (administrators), or the right to run the command.
"""

from __future__ import annotations

import re
import uuid

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.models import Account, Invitation, Organisation, now
from data.models.vocabulary import CaseKind, Membership, NoticeKind, Role
from matching.brokerage.cases import open_cases
from matching.brokerage.events import record
from matching.brokerage.lockout import end_lock
from matching.brokerage.outbox import notify
from matching.brokerage.passwords import hash_of, password_problem
from matching.brokerage.people import actor_of
from matching.errors import AccountMoveError, ConflictError, InvalidEntryError

LONGEST_NAME = 200
LONGEST_EMAIL = 254
"""RFC 5321, with the brackets taken off."""
LANGUAGES = ("it", "en")
DEMO_DOMAIN = "abbina-demo.example"
"""Addresses of the demo accounts: the top-level domain is reserved (RFC 2606), no letter reaches anybody."""
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@.<>]+(\.[^\s@.<>]+)+")


def normal_email(email: str) -> str:
    """An address as it is stored. Raises InvalidEntryError for what is none."""
    text = email.strip().lower()
    if not _EMAIL.fullmatch(text) or len(text) > LONGEST_EMAIL:
        raise InvalidEntryError({"email": "invalid"})
    return text


def account_by_id(session: Session, account_id: int, *, hold: bool = False) -> Account:
    """An account that is not erased; with `hold` nobody else moves it until the commit. Raises NotFoundError."""
    query = select(Account).where(Account.id == account_id, Account.erased_at.is_(None))
    if hold:
        query = query.with_for_update(of=Account).execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFoundError(f"no account has the number {account_id}")
    return found


def account_by_email(session: Session, email: str) -> Account | None:
    """The account of an address."""
    query = select(Account).where(Account.email == email.strip().lower(), Account.erased_at.is_(None))
    return session.scalar(query)


def entry_problems(name: str, password: str | None = None) -> dict[str, str]:
    """What is wrong with a name and a password that somebody gives."""
    fits = bool(name.strip()) and len(name.strip()) <= LONGEST_NAME and "\0" not in name  # PostgreSQL stores no NUL
    problems = {} if fits else {"name": "missing"}
    fault = password_problem(password) if password is not None else None
    return problems | ({"password": fault} if fault else {})


def create_account(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    password: str,
    actor: str,
    language: str | None = None,
    organisation: Organisation | None = None,
) -> Account:
    """A new account that may sign in at once: whoever makes it vouches for the address.

    Raises InvalidEntryError, with `taken` where the address has an account.
    """
    address = normal_email(email)
    problems = entry_problems(name, password)
    if account_by_email(session, address) is not None:
        problems["email"] = "taken"
    if problems:
        raise InvalidEntryError(problems)
    account = Account(
        email=address,
        name=name.strip(),
        role=role.value,
        password=hash_of(password),
        language=language if language in LANGUAGES else None,
        confirmed_at=now(),
        fs_uniquifier=uuid.uuid4().hex,
        organisation_id=organisation.id if organisation else None,
        membership=Membership.CONFIRMED.value if organisation else Membership.NONE.value,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:  # the unique address decides, so that of two at once only one goes in
        raise InvalidEntryError({"email": "taken"}) from None
    record(session, CaseKind.ACCOUNT, account.id, "created", actor=actor, after=role.value)
    return account


def end_sessions(session: Session, account: Account, *, actor: str) -> None:
    """Sign the account out everywhere, at once."""
    account.fs_uniquifier = uuid.uuid4().hex
    record(session, CaseKind.ACCOUNT, account.id, "sessions_ended", actor=actor)


def update_own(session: Session, account_id: int, *, name: str, language: str | None) -> Account:
    """Change one's own name and language. Raises InvalidEntryError."""
    problems = entry_problems(name)
    if language not in (None, *LANGUAGES):
        problems["language"] = "unknown"
    if problems:
        raise InvalidEntryError(problems)
    account = account_by_id(session, account_id, hold=True)
    account.name, account.language = name.strip(), language
    return account


def change_role(session: Session, account_id: int, role: Role, *, seen: str, actor: str) -> Account:
    """Give an account another role; it has to sign in again, and who joins the staff leaves the organisation.

    `seen` is the role that the person saw.

    Raises ConflictError where it changed meanwhile, AccountMoveError for the last administrator or open cases.
    """
    _hold_administrators(session)
    account = account_by_id(session, account_id, hold=True)
    if account.role != seen:
        raise ConflictError(f"account {account_id} is {account.role} by now, not {seen}")
    if role.value == account.role:
        return account
    if role is not Role.ADMINISTRATOR:
        _require_another_administrator(session, account)
    if role is Role.MEMBER:
        _require_no_cases(session, account)
    account.role = role.value
    take_invitations_back(session, account.id, actor=actor)
    if role is not Role.MEMBER:  # the staff judges organisations, so that it belongs to none
        account.organisation_id, account.membership = None, Membership.NONE.value
    account.fs_uniquifier = uuid.uuid4().hex
    record(session, CaseKind.ACCOUNT, account.id, "role_changed", actor=actor, before=seen, after=role.value)
    return account


def suspend(session: Session, account_id: int, *, actor: str, reason: str = "") -> Account:
    """Stop an account: its sessions end at once. Raises AccountMoveError for the last administrator or open cases."""
    _hold_administrators(session)
    account = account_by_id(session, account_id, hold=True)
    if not account.active:
        return account
    _require_another_administrator(session, account)
    _require_no_cases(session, account)
    account.active = False
    account.fs_uniquifier = uuid.uuid4().hex
    take_invitations_back(session, account.id, actor=actor)
    record(session, CaseKind.ACCOUNT, account.id, "suspended", actor=actor, note=reason)
    return account


def is_open_invitation() -> ColumnElement[bool]:
    """Condition: the invitation can be accepted still."""
    return and_(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > now())


def take_invitations_back(session: Session, account_id: int, *, actor: str) -> None:
    """Let nobody come in by an open invitation of somebody who may not invite any more."""
    own = update(Invitation).where(Invitation.actor == actor_of(account_id), is_open_invitation())
    revoked = list(session.scalars(own.values(revoked_at=now()).returning(Invitation.id)))
    if revoked:
        detail = {"invitations": sorted(revoked)}
        record(session, CaseKind.ACCOUNT, account_id, "invitation_revoked", actor=actor, detail=detail)


def reactivate(session: Session, account_id: int, *, actor: str) -> Account:
    """Let a suspended account sign in again."""
    account = account_by_id(session, account_id, hold=True)
    if account.active:
        return account
    account.active = True
    end_lock(account)
    record(session, CaseKind.ACCOUNT, account.id, "reactivated", actor=actor)
    return account


def unlock(session: Session, account_id: int, *, actor: str) -> Account:
    """End a lock-out before its time."""
    account = account_by_id(session, account_id, hold=True)
    end_lock(account)
    record(session, CaseKind.ACCOUNT, account.id, "unlocked", actor=actor)
    return account


def reset_second_factor(session: Session, account_id: int, *, actor: str) -> Account:
    """Take the second factor and its recovery codes off, for whoever lost the device; sessions end, its owner is told.

    Raises AccountMoveError where there is none.
    """
    account = account_by_id(session, account_id, hold=True)
    if account.tf_primary_method is None:
        raise AccountMoveError("no_second_factor", f"account {account_id} has no second factor")
    account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = None
    account.fs_uniquifier = uuid.uuid4().hex
    event = record(session, CaseKind.ACCOUNT, account.id, "second_factor_reset", actor=actor)
    key = f"account:{account.id}:second-factor:{event.id}"
    notify(session, [account], NoticeKind.ACCOUNT, "account.second_factor_reset", path="/account", key=key)
    return account


def has_administrator(session: Session) -> bool:
    """Whether somebody can run the platform."""
    able = (Account.active.is_(True), Account.erased_at.is_(None), Account.role == Role.ADMINISTRATOR.value)
    return session.scalar(select(Account.id).where(*able).limit(1)) is not None


def demo_accounts(session: Session) -> list[Account]:
    """The accounts of the demo, whose password lies in a file: none of them may be there on a public address."""
    shown = select(Account).where(Account.email.endswith(f"@{DEMO_DOMAIN}"), Account.erased_at.is_(None))
    return list(session.scalars(shown.order_by(Account.id)))


def _hold_administrators(session: Session) -> None:
    """Of two administrators who stop each other at the same moment, the second waits and sees the first's outcome."""
    administrators = select(Account.id).where(Account.role == Role.ADMINISTRATOR.value)
    session.execute(administrators.order_by(Account.id).with_for_update())


def _require_another_administrator(session: Session, account: Account) -> None:
    if account.role != Role.ADMINISTRATOR.value or not account.active:
        return
    others = select(func.count(Account.id)).where(
        Account.role == Role.ADMINISTRATOR.value,
        Account.active.is_(True),
        Account.erased_at.is_(None),
        Account.confirmed_at.is_not(None),
        Account.id != account.id,
    )
    if not session.scalar(others):
        raise AccountMoveError("last_administrator", f"account {account.id} is the last active administrator")


def _require_no_cases(session: Session, account: Account) -> None:
    count = open_cases(session, account.id) if account.role != Role.MEMBER.value else 0
    if count:
        raise AccountMoveError("open_cases", f"account {account.id} has {count} open cases: hand them over first")
