"""How long one stays signed in: two hours without a click, twelve in all; a new session at each sign-in.

Sessions live in signed cookies. What such a cookie cannot do by itself, dying when its person signs out, a list of
ended sessions does. OWASP ASVS 3.2, 3.3.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_login import current_user
from flask_security.core import _user_loader
from flask_security.proxies import _datastore
from flask_security.signals import user_authenticated
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as WerkzeugResponse

from data.models import EndedSession, now
from matching.brokerage.lockout import end_lock
from web.accounts.users import Accounts, User

IDLE = timedelta(hours=2)
WHOLE = timedelta(hours=12)
_NOTED_EVERY = 60.0
"""Seconds between two notes of when a session was last used: not every answer needs a new cookie."""
_log = logging.getLogger(__name__)
_STARTED, _SEEN, _ID = "abbina_started", "abbina_seen", "abbina_id"
_WITHOUT_SECOND_FACTOR = frozenset(
    {"two_factor_setup", "two_factor_setup_validate", "two_factor_token_validation", "verify", "logout", "static"}
)

_SECRET = frozenset({"security.reset_password", "security.two_factor_setup"})
"""Pages before the sign-in that show a secret: the token of a letter, the key of a second factor."""


def is_in_force(moment: float) -> bool:
    """Whether the session at hand still counts at `moment` (seconds since 1970); notes that it was used."""
    started = session.get(_STARTED) or session.get("fs_paa") or 0.0
    seen = session.get(_SEEN) or moment
    if moment - started > WHOLE.total_seconds() or moment - seen > IDLE.total_seconds():
        return False
    if _ID in session and _store().get(EndedSession, _hash(session[_ID])) is not None:
        return False
    if _SEEN not in session or moment - seen > _NOTED_EVERY:
        session[_SEEN] = moment
    return True


def end_this() -> None:
    """Remember that the session at hand was ended, so that a copy of its cookie is worth nothing; tidy up old ones."""
    if _ID not in session:
        return
    store = _store()
    store.execute(delete(EndedSession).where(EndedSession.until < now()))
    store.merge(EndedSession(session_hash=_hash(session[_ID]), until=now() + WHOLE))
    store.commit()


def _store() -> Session:
    """The session that the library works with: when signing in or out it holds the lock of SQLite already."""
    return cast(Session, cast(Accounts, _datastore).db.session)


def _hash(identifier: str) -> str:
    return hashlib.sha256(identifier.encode()).hexdigest()


def _load(user_id: str) -> User | None:
    if not is_in_force(time.time()):
        return None
    return cast("User | None", _user_loader(user_id))  # type: ignore[no-untyped-call]


def _begin(_app: Flask, user: User, **_given: Any) -> None:
    """A new session: nothing that a stranger may have put into the cookie before stays (no session fixation)."""
    kept = {
        name: session[name] for name in ("_user_id", "_fresh", "_id", "fs_cc", "fs_paa", "_flashes") if name in session
    }
    session.clear()
    session.update(kept)
    g.pop("csrf_token", None)
    session[_ID] = secrets.token_urlsafe(16)
    session[_STARTED] = session[_SEEN] = time.time()
    end_lock(user)
    user.last_seen_at = now()
    cast(Accounts, _datastore).put(user)  # type: ignore[no-untyped-call]
    _log.info("signed in: account:%d", user.id)


def _refuse_odd_ways_back() -> None:
    """A way back with a backslash or a control character is none of ours: browsers read it as another host."""
    for given in (*request.args.getlist("next"), *request.form.getlist("next")):
        if "\\" in given or any(ord(letter) < 32 for letter in given):
            raise BadRequest("no way back of ours")


def _want_second_factor() -> WerkzeugResponse | None:
    """Staff that must have a second factor comes nowhere before it is set up."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if endpoint in _WITHOUT_SECOND_FACTOR or not current_user.is_authenticated:
        return None
    return redirect(url_for("security.two_factor_setup")) if current_user.needs_second_factor else None


def _keep_nowhere(response: Response) -> Response:
    """Pages of somebody signed in, or who is about to, stay in no cache: "back" after signing out shows nothing."""
    if request.endpoint in ("static", "bootstrap.static", "security.static"):
        return response
    if request.endpoint in _SECRET or (current_user and current_user.is_authenticated):
        response.headers["Cache-Control"] = "no-store, private"
    return response


def init_sessions(app: Flask) -> None:
    """Hold the sessions of `app` to their rules."""
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined]
    user_authenticated.connect(_begin, app)
    sign_out = app.view_functions["security.logout"]

    def logout() -> Any:
        end_this()
        return sign_out()

    app.view_functions["security.logout"] = logout
    app.before_request(_refuse_odd_ways_back)
    app.before_request(_want_second_factor)
    app.after_request(_keep_nowhere)
