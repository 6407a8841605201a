"""What a request works with: the application, a database session that lives as long as the request, the actor."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from matching.bootstrap import Application

EXTENSION = "abbina"
ACTOR = "desk"
"""Who decides until people have accounts."""


def application() -> Application:
    """The application that the pages stand on."""
    return cast("Application", current_app.extensions[EXTENSION])


def reading() -> Session:
    """The request's session, for reading; what is to be stored goes through `data.db.unit_of_work`."""
    if "session" not in g:
        g.session = application().sessions()
    return cast(Session, g.session)


def _close(_error: BaseException | None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()


def attach(app: Flask, application: Application) -> None:
    """Make `application` known to the pages of `app`."""
    app.extensions[EXTENSION] = application
    app.teardown_appcontext(_close)
