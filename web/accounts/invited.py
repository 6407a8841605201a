"""The page of an invitation: it says for what, and takes a name and a password, or joins the account that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import Organisation
from matching.brokerage import invitations
from matching.brokerage.accounts import account_by_id, entry_problems
from matching.brokerage.consents import NOTICE_VERSION, accepted_notice
from matching.brokerage.invitations import Standing
from matching.errors import AccountMoveError, InvalidEntryError
from web.access import Audience, open_to
from web.accounts.wording import REASONS, worded
from web.context import application, person, reading
from web.language import translate

pages = Blueprint("invitation", __name__, url_prefix="/invitation")


@pages.get("/<token>")
@open_to(Audience.PUBLIC)
def show(token: str) -> str | tuple[str, int]:
    """Who invites to what."""
    return _page(token, {}, {})


@pages.post("/<token>")
@open_to(Audience.PUBLIC)
def accept(token: str) -> Response | str | tuple[str, int]:
    """Make the account, or join the one that is signed in."""
    given = request.form.to_dict()
    someone = person()
    try:
        with unit_of_work(application().sessions) as session:
            if someone is not None:
                invitations.join(session, token, someone.account_id)
            else:
                _require(given)
                account = invitations.accept(
                    session, token, name=given["name"], password=given["password"], language=given.get("language")
                )
                accepted_notice(session, account, NOTICE_VERSION)
    except AccountMoveError as error:
        flash(str(REASONS[error.reason]), "error")
        return redirect(url_for("invitation.show", token=token))
    except InvalidEntryError as error:
        return _page(token, given, worded(error.problems), status=422)
    if someone is not None:
        flash(translate("You belong to the organisation now."), "success")
        return redirect(url_for("membership.show"))
    flash(translate("The account is ready. You can sign in now."), "success")
    return redirect(url_for("security.login"))


def _require(given: Mapping[str, str]) -> None:
    problems = entry_problems(given.get("name", ""), given.get("password", ""))
    if not given.get("notice") or given.get("notice_version") != NOTICE_VERSION:
        problems["notice"] = "missing"
    if problems:
        raise InvalidEntryError(problems)


def _page(
    token: str, given: Mapping[str, Any], problems: Mapping[str, list[str]], status: int = 200
) -> str | tuple[str, int]:
    session = reading()
    invitation = invitations.invitation_by_token(session, token)
    standing = invitations.standing_of(invitation)
    someone = person()
    own = account_by_id(session, someone.account_id) if someone is not None else None
    place = session.get(Organisation, invitation.organisation_id) if invitation.organisation_id is not None else None
    page = render_template(
        "accounts/invitation.html",
        invitation=invitation,
        token=token,
        why_not=None if standing is Standing.OPEN else REASONS[standing.value],
        organisation=place,
        own=own,
        has_account=invitations.has_account(session, invitation),
        given=given,
        problems=problems,
        notice_version=NOTICE_VERSION,
    )
    return page, (status if standing is Standing.OPEN else 410)
