"""My data: what is stored of me as a file, and the erasure of my account; by an administrator, of another's."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import logout_user
from flask_security.utils import verify_password
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Account
from matching.brokerage.consents import consents_of
from matching.brokerage.lockout import count_failure, is_locked
from matching.brokerage.privacy.erasing import Erased, erase, require_erasable, sole_organisation
from matching.brokerage.privacy.errors import ErasureRefusedError
from matching.brokerage.privacy.exporting import export_of
from web.access import Audience, open_to
from web.accounts.messages import LOCKED
from web.context import application, reading, someone
from web.labels import Label
from web.language import translate

pages = Blueprint("privacy", __name__)

REFUSED: Mapping[str, Label] = {
    "last_administrator": _l("This is the last administrator: make another one first."),
    "open_cases": _l("There are open cases: hand them over to a colleague first."),
    "not_theirs": _l("This account is another person's."),
}


def _account(number: int) -> Account:
    found = reading().get(Account, number)
    if found is None or found.erased_at is not None:
        raise NotFoundError(f"no account has the number {number}")
    return found


@pages.get("/account/data")
@open_to(Audience.SIGNED_IN)
def show() -> str:
    """What is kept of me, what I accepted, and the two things that I can do."""
    return _page(_account(someone().account_id))


@pages.post("/account/data/export")
@open_to(Audience.SIGNED_IN)
def export() -> Response:
    """All of it as a file."""
    found = export_of(reading(), _account(someone().account_id))
    answer = make_response(json.dumps(found, ensure_ascii=False, indent=2))
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = "attachment; filename=abbina-data.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.post("/account/data/erase")
@open_to(Audience.SIGNED_IN)
def erase_own() -> Response | tuple[str, int]:
    """Erase my account, after the password and a tick."""
    account = _account(someone().account_id)
    problems = {}
    if not request.form.get("sure"):
        problems["sure"] = translate("Tick this to confirm.")
    if (fault := _password_fault(account)) is not None:
        problems["password"] = fault
    if problems:
        return _page(account, problems), 422
    try:
        _erase(account.id, with_organisation=bool(request.form.get("organisation")))
    except ErasureRefusedError as error:
        return _page(account, {"sure": str(REFUSED[error.reason])}), 409
    logout_user()
    session.clear()
    flash(translate("Your account and your personal data are erased."), "success")
    return redirect(url_for("home.start"))


def _password_fault(account: Account) -> str | None:
    """What is wrong with the password that was sent; wrong ones count towards the lock-out of the account."""
    if is_locked(account):
        return str(LOCKED)
    if account.password is not None and verify_password(request.form.get("password", ""), account.password):
        return None
    with unit_of_work(application().sessions) as session_:
        count_failure(session_, account.id)
    return translate("This is not the password of your account.")


@pages.get("/admin/accounts/<int:number>/erase")
@open_to(Audience.ADMINISTRATOR)
def ask_erasure(number: int) -> str:
    """What erasing another's account would do."""
    return _page(_account(number), others=True)


@pages.post("/admin/accounts/<int:number>/erase")
@open_to(Audience.ADMINISTRATOR)
def erase_other(number: int) -> Response | tuple[str, int]:
    """Erase another's account."""
    account = _account(number)
    if not request.form.get("sure"):
        return _page(account, {"sure": translate("Tick this to confirm.")}, others=True), 422
    try:
        _erase(number, with_organisation=bool(request.form.get("organisation")))
    except ErasureRefusedError as error:
        return _page(account, {"sure": str(REFUSED[error.reason])}, others=True), 409
    flash(translate("The account and its personal data are erased."), "success")
    return redirect(url_for("administration.index"))


def _erase(number: int, *, with_organisation: bool) -> Erased:
    with unit_of_work(application().sessions) as session_:
        done = erase(session_, number, someone(), with_organisation=with_organisation)
    application().forget(done.texts, done.gone)
    return done


def _page(account: Account, problems: dict[str, str] | None = None, *, others: bool = False) -> str:
    try:
        require_erasable(reading(), account, someone())
        refused = None
    except ErasureRefusedError as error:
        refused = REFUSED[error.reason]
    return render_template(
        "activities/data.html",
        account=account,
        organisation=sole_organisation(reading(), account),
        consents=consents_of(reading(), account.id),
        problems=problems or {},
        refused=refused,
        others=others,
    )
