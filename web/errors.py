"""Errors to pages: one table from what went wrong to what the reader is told and can do."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from data.errors import DatabaseError, NotFoundError
from matching.errors import (
    AnotherPersonNeededError,
    ConflictError,
    CurationError,
    InterestRefusedError,
    LimitReachedError,
    MoveNotAllowedError,
    NotAllowedError,
    OrganisationNotVerifiedError,
)
from web.context import forget_person, person, read_anew
from web.labels import Label

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Explained:
    """What a page of an error says: what happened, and what to do."""

    status: int
    title: Label
    advice: Label


BAD_REQUEST = Explained(
    400,
    _l("This request cannot be understood"),
    _l("Something in the address or the form is missing or has an unknown value. Go back, check it and try again."),
)
STALE_FORM = Explained(
    400,
    _l("This form has been open for too long"),
    _l("For your safety it was not sent. Go back, reload the page and send it again; cookies must be allowed."),
)
FORBIDDEN = Explained(
    403,
    _l("This is not yours to do"),
    _l("Your account may not open this page or take this step. Sign in with another account, or ask your broker."),
)
TOO_MANY = Explained(
    429, _l("Too many requests"), _l("For everybody's safety, wait a few minutes before you try again.")
)
NOT_FOUND = Explained(
    404,
    _l("There is nothing at this address"),
    _l(
        "It may have been withdrawn, or the address may be mistyped."
        " Search the lists, or start again from the home page."
    ),
)
WRONG_METHOD = Explained(
    405, _l("This address cannot be used like that"), _l("Go back and use the buttons of the page, or start again.")
)
CONFLICT = Explained(
    409,
    _l("Somebody changed this in the meantime"),
    _l("Nothing of yours was stored. Reload the page, look at what changed, and decide again."),
)
NOT_ALLOWED = Explained(
    409,
    _l("This step is not possible now"),
    _l("The state of the proposal or suggestion does not allow it. Reload the page to see where it stands."),
)
NOT_VERIFIED = Explained(
    409,
    _l("The organisation must be verified first"),
    _l("A broker verifies an organisation once, on its page. After that its proposals can be published."),
)
ANOTHER_PERSON = Explained(
    409,
    _l("Another person must approve this"),
    _l("Two people approve a proposal before it is published, and neither of them wrote it. Ask a colleague."),
)
LIMIT_REACHED = Explained(
    409, _l("There are as many as there may be"), _l("Take one away first, then add the other one.")
)
TOO_LARGE = Explained(
    413, _l("This form is too large"), _l("Go back and shorten the texts; the limits stand next to each field.")
)
BROKEN = Explained(
    500,
    _l("Something went wrong on our side"),
    _l("Nothing was stored. Try again in a moment; if it happens again, tell whoever runs this service what you did."),
)
UNAVAILABLE = Explained(
    503,
    _l("The service is being prepared"),
    _l("The database cannot be used at the moment. Try again in a few minutes."),
)

BY_ERROR: dict[type[Exception], Explained] = {
    NotFoundError: NOT_FOUND,
    NotAllowedError: FORBIDDEN,
    ConflictError: CONFLICT,
    CurationError: NOT_ALLOWED,
    InterestRefusedError: NOT_ALLOWED,
    OrganisationNotVerifiedError: NOT_VERIFIED,
    AnotherPersonNeededError: ANOTHER_PERSON,
    LimitReachedError: LIMIT_REACHED,
    MoveNotAllowedError: NOT_ALLOWED,
    DatabaseError: UNAVAILABLE,
    CSRFError: STALE_FORM,
}
BY_STATUS: dict[int, Explained] = {
    explained.status: explained
    for explained in (
        BAD_REQUEST,
        FORBIDDEN,
        NOT_FOUND,
        TOO_MANY,
        WRONG_METHOD,
        CONFLICT,
        TOO_LARGE,
        BROKEN,
        UNAVAILABLE,
    )
}


_WRITTEN = ("text", "note", "reason")
"""Fields of forms into which people write sentences."""


def explained(error: Exception) -> Explained:
    """What to tell about an error; anything unforeseen is ours."""
    for kind, explanation in BY_ERROR.items():
        if isinstance(error, kind):
            return explanation
    if isinstance(error, HTTPException):
        fallback = BAD_REQUEST if (error.code or 500) < 500 else BROKEN
        return BY_STATUS.get(error.code or 500, fallback)
    return BROKEN


def show(error: Exception) -> Response:
    """The page of an error."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return make_response(error.get_response())
    if isinstance(error, SecurityError):  # a host that is not ours: no page of ours has an address there
        return make_response("Bad Request", 400, {"Content-Type": "text/plain"})
    explanation = explained(error)
    if explanation.status >= 500:
        _log.error("%s %s failed", request.method, request.path, exc_info=error)
        read_anew()
    if explanation.status == FORBIDDEN.status and (someone := person()) is not None:
        _log.warning("%s %s refused to %s", request.method, request.endpoint, someone.actor)
    try:
        return _page(explanation)
    except SQLAlchemyError:  # who is signed in is asked of a database that does not answer
        forget_person()
        return _page(explanation)


def _page(explanation: Explained) -> Response:
    """Where somebody was quicker, it gives back the words that were typed: browsers need not keep them."""
    typed = [request.form.get(name, "").strip() for name in _WRITTEN] if explanation.status == CONFLICT.status else []
    page = render_template("error.html", error=explanation, typed="\n\n".join(text for text in typed if text))
    return make_response(page, explanation.status)


def init_errors(app: Flask) -> None:
    """Answer every error of `app` with a page."""
    for kind in BY_ERROR:
        app.register_error_handler(kind, show)
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(Exception, show)
