"""What a request works with: the application, a database session that lives as long as the request, the actor."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, g
from flask_login import current_user
from sqlalchemy.orm import Session

from data.models import Account
from matching.brokerage.people import Person, person_of
from matching.errors import NotAllowedError

if TYPE_CHECKING:
    from matching.bootstrap import Application

EXTENSION = "abbina"


def application() -> Application:
    """The application that the pages stand on."""
    return cast("Application", current_app.extensions[EXTENSION])


def reading() -> Session:
    """The request's session, for reading; what is to be stored goes through `data.db.unit_of_work`."""
    if "session" not in g:
        g.session = application().sessions()
    return cast(Session, g.session)


def person() -> Person | None:
    """Who is signed in, as the rules see them; None for a stranger."""
    if "person" not in g:
        # The account that Flask-Login loaded for this request, by the session's key: one reading for both.
        found = current_user._get_current_object() if current_user.is_authenticated else None
        there = isinstance(found, Account) and found.active and found.erased_at is None
        g.person = person_of(cast(Account, found)) if there else None
    return cast("Person | None", g.person)


def read_anew() -> None:
    """Read with another session from now on: an error leaves PostgreSQL's unable to answer anything."""
    _close(None)


def forget_person() -> None:
    """Take whoever is signed in for a stranger until the end of the request: their account cannot be read."""
    read_anew()
    g.person = None
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def someone() -> Person:
    """Who is signed in. Raises NotAllowedError for a stranger, whom the gate of `web.access` should have kept out."""
    found = person()
    if found is None:
        raise NotAllowedError("nobody is signed in")
    return found


def actor() -> str:
    """How logs name whoever is signed in."""
    return someone().actor


def _close(_error: BaseException | None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()


def attach(app: Flask, application: Application) -> None:
    """Make `application` known to the pages of `app`."""
    app.extensions[EXTENSION] = application
    app.teardown_appcontext(_close)
