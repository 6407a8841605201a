"""Who may open which address: every view says it, and an application with a view that does not say it will not start.

The audience is the first gate, by role. What one may do with a given object is asked of
`matching.brokerage.permissions` inside the view.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from matching.brokerage.people import Person
from matching.errors import NotAllowedError
from web.context import person

View = TypeVar("View", bound=Callable[..., Any])
_AUDIENCE = "abbina_audience"


class Audience(StrEnum):
    """Whom an address is for. A person of a later audience is part of the earlier ones."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


BY_ENDPOINT: dict[str, Audience] = {
    "static": Audience.PUBLIC,
    "bootstrap.static": Audience.PUBLIC,
    "security.static": Audience.PUBLIC,
}
"""Audiences of views that libraries bring; the account pages join in `web.accounts`."""


def open_to(audience: Audience) -> Callable[[View], View]:
    """Say whom a view is for. Stands between the route and the function."""

    def marked(view: View) -> View:
        setattr(view, _AUDIENCE, audience)
        return view

    return marked


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """Whom an endpoint is for, None where nobody said it."""
    given = BY_ENDPOINT.get(endpoint)
    return given or getattr(app.view_functions.get(endpoint), _AUDIENCE, None)


def admits(audience: Audience, someone: Person | None) -> bool:
    """Whether a person (None is a stranger) belongs to an audience."""
    if audience is Audience.PUBLIC:
        return True
    if someone is None:
        return False
    if audience is Audience.SIGNED_IN:
        return True
    return someone.is_staff if audience is Audience.STAFF else someone.is_administrator


def require_audiences(app: Flask) -> None:
    """Raises RuntimeError for every endpoint that says not whom it is for."""
    silent = sorted({rule.endpoint for rule in app.url_map.iter_rules() if audience_of(app, rule.endpoint) is None})
    if silent:
        raise RuntimeError(f"views without an audience (web.access.open_to): {', '.join(silent)}")


def _gate() -> Response | None:
    from flask import current_app  # noqa: PLC0415 - bound to the request

    if request.endpoint is None:
        return None
    audience = audience_of(current_app, request.endpoint) or Audience.ADMINISTRATOR
    someone = person()
    if admits(audience, someone):
        return None
    if someone is None:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("security.login", next=back))
    raise NotAllowedError(f"{request.endpoint} is for {audience.value}")


def init_access(app: Flask) -> None:
    """Guard every address of `app`."""
    app.before_request(_gate)
