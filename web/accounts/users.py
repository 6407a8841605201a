"""Accounts as Flask-Security sees them: users with one role, kept in a session of the request."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, g, request
from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import SQLAlchemySessionUserDatastore
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from data.db import begin_writing
from data.models import Account
from data.models.vocabulary import Role
from web.context import application


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


class Accounts(SQLAlchemySessionUserDatastore):
    """The library's store of users over the application's database."""

    def find_role(self, role: str) -> UserRole | None:
        """A role by its name."""
        return UserRole(role) if role in {item.value for item in Role} else None

    def create_user(self, **given: Any) -> User:
        """A new account; without a role it is a member."""
        given.setdefault("fs_uniquifier", uuid.uuid4().hex)
        given["email"] = given["email"].lower()
        return cast(User, super().create_user(**given))


def _session() -> Session:
    session = application().sessions()
    if request and request.method == "POST" and request.blueprint == "security":  # other views write by themselves
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
