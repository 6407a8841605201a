"""Accounts as Flask-Security sees them: users with one role, kept in a session of the request."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, g, request
from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import SQLAlchemySessionUserDatastore
from flask_security.proxies import _datastore
from flask_security.totp import Totp
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, scoped_session, sessionmaker

from data.db import begin_writing
from data.models import Account
from data.models.vocabulary import Role
from matching.brokerage.lockout import count_failure, is_locked
from matching.brokerage.people import person_of
from web.accounts.told import note
from web.context import application

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class UserRole(RoleMixin):
    """A role as the library asks for it."""

    name: str

    def get_permissions(self) -> set[str]:
        """Rights are decided by the rules of brokerage, not by lists in a database."""
        return set()


class User(UserMixin, Account):
    """An account that signs in."""

    @property
    def roles(self) -> list[RoleMixin]:
        """The one role."""
        return [UserRole(self.role)]

    @roles.setter
    def roles(self, given: list[Any]) -> None:
        if given:
            self.role = Role(getattr(given[0], "name", given[0])).value

    @property
    def has_second_factor(self) -> bool:
        """Whether a second factor is set up."""
        return bool(self.tf_primary_method and self.tf_totp_secret)

    @property
    def needs_second_factor(self) -> bool:
        """Whether the account must set a second factor up before it can work."""
        wanted = application().settings.staff_second_factor and person_of(self).is_staff
        return wanted and not self.has_second_factor

    def check_tf_required(self, tf_setup_methods: Any, tf_fresh: bool) -> tuple[bool, Any]:
        """Whether signing in goes on with the second factor: where one is set up, and for staff by setting."""
        required, methods = super().check_tf_required(tf_setup_methods, tf_fresh)
        return bool(required or self.needs_second_factor), methods

    def check_tf_required_setup(self) -> bool:
        """Whether the second factor cannot be switched off."""
        return application().settings.staff_second_factor and person_of(self).is_staff

    def is_locked(self, form_error: Any = None) -> bool:
        """Whether there were too many wrong passwords or codes a moment ago."""
        locked = is_locked(self)
        if locked and form_error is not None:
            form_error.append("locked")  # shown as the same words as any other refusal
        return locked

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:
        """Count a wrong password or code towards the lock-out, stored at once."""
        _log.warning("wrong %s for account:%d", auth_type, self.id)
        session = cast("Accounts", _datastore).db.session
        count_failure(session, self.id)
        session.commit()
        session.refresh(self)


class OneTimeCodes(Totp):
    """Codes of an authenticator, each good once (OWASP ASVS 2.8.4)."""

    def get_last_counter(self, user: Any) -> int | None:
        """The latest code that was used."""
        return cast("int | None", user.tf_last_counter)

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Note the code that is used now."""
        user.tf_last_counter = tmatch.counter


class Accounts(SQLAlchemySessionUserDatastore):
    """The library's store of users over the application's database."""

    def find_role(self, role: str) -> UserRole | None:
        """A role by its name."""
        return UserRole(role) if role in {item.value for item in Role} else None

    def find_user(self, case_insensitive: bool = False, **given: Any) -> User | None:
        """The user of an address, a session or a token, with the organisation: all that a request asks of it.

        Addresses are stored in small letters, so that the index on them serves.
        """
        [(attribute, value)] = given.items()
        wanted = str(value).lower() if attribute == "email" else value
        query = select(User).options(joinedload(User.organisation)).where(getattr(User, attribute) == wanted)
        return cast("User | None", self.db.session.scalar(query))

    def create_user(self, **given: Any) -> User:
        """A new account; without a role it is a member."""
        given.setdefault("fs_uniquifier", uuid.uuid4().hex)
        given["email"] = given["email"].lower()
        return cast(User, super().create_user(**given))

    def mf_set_recovery_codes(self, user: Any, rcs: list[str] | None) -> None:
        """Store new recovery codes; the owner is told."""
        super().mf_set_recovery_codes(user, rcs)
        note(user, "recovery_codes_made")

    def mf_delete_recovery_code(self, user: Any, idx: int) -> bool:
        """Take a used recovery code off. The library's own changes the list in place, which is never stored."""
        codes = list(user.mf_recovery_codes or ())
        if not 0 <= idx < len(codes):
            return False
        user.mf_recovery_codes = codes[:idx] + codes[idx + 1 :]
        self.put(user)  # type: ignore[no-untyped-call]
        return True

    def hold(self, user: Any) -> None:
        """Nobody else uses a code of the account until this request is done: of two at once, one counts."""
        self.db.session.execute(select(Account.id).where(Account.id == user.id).with_for_update())
        self.db.session.refresh(self.db.session.get_one(User, user.id))


def _session() -> Session:
    session = application().sessions()
    writes = request and (request.method == "POST" or request.endpoint == "security.confirm_email")
    if writes and request.blueprint == "security":  # other views write by themselves
        begin_writing(session)
    return session


def accounts_of(app: Flask) -> Accounts:
    """The store of users, with one session for each request, ended with it."""
    made = cast("sessionmaker[Session]", _session)  # called without arguments, as the library does
    held: scoped_session[Session] = scoped_session(made, scopefunc=lambda: id(g._get_current_object()))

    def end(_error: BaseException | None) -> None:
        held.remove()

    app.teardown_appcontext(end)
    return Accounts(held, User, UserRole)
