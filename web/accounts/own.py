"""My account: name, language, password, second factor, signing out everywhere."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as web_session
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import Account
from data.models.vocabulary import Membership, Role
from matching.brokerage.accounts import account_by_id, end_sessions, update_own
from matching.errors import InvalidEntryError
from web.access import Audience, open_to
from web.accounts.wording import worded
from web.context import application, reading, someone
from web.language import CHOSEN, translate

pages = Blueprint("account", __name__, url_prefix="/account")


@pages.get("/")
@open_to(Audience.SIGNED_IN)
def show() -> str:
    """What is known of me, and what I can change."""
    own = account_by_id(reading(), someone().account_id)
    return _page(own, {"name": own.name, "language": own.language or ""}, {})


@pages.get("/arrive")
@open_to(Audience.SIGNED_IN)
def arrive() -> Response:
    """Where one comes after signing in: the staff to the desk, a member without organisation to the choice of one."""
    if someone().is_staff:
        return redirect(url_for("desk.index"))
    own = account_by_id(reading(), someone().account_id)
    alone = own.role == Role.MEMBER.value and own.membership == Membership.NONE.value
    return redirect(url_for("membership.show" if alone else "activities.index"))


@pages.post("/")
@open_to(Audience.SIGNED_IN)
def change() -> Response | tuple[str, int]:
    """Store name and language."""
    given = {name: request.form.get(name, "") for name in ("name", "language")}
    try:
        with unit_of_work(application().sessions) as session:
            update_own(session, someone().account_id, name=given["name"], language=given["language"] or None)
    except InvalidEntryError as error:
        own = account_by_id(reading(), someone().account_id)
        return _page(own, given, worded(error.problems)), 422
    web_session.pop(CHOSEN, None)
    flash(translate("Your account is stored."), "success")
    return redirect(url_for("account.show"))


@pages.post("/sessions")
@open_to(Audience.SIGNED_IN)
def sign_out_everywhere() -> Response:
    """End all sessions, this one too."""
    with unit_of_work(application().sessions) as session:
        end_sessions(session, account_by_id(session, someone().account_id, hold=True), actor=someone().actor)
    flash(translate("All your sessions have ended. Sign in again to go on."), "success")
    return redirect(url_for("security.login"))


def _page(own: Account, given: dict[str, Any], problems: dict[str, list[str]]) -> str:
    return render_template("accounts/own.html", own=own, given=given, problems=problems)
