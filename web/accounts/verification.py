"""The desk's page of organisations: which to verify, which claims to confirm, and one organisation's members."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models.vocabulary import CaseKind
from data.queries import proposals_of
from matching.brokerage import memberships
from matching.brokerage.events import events_of
from matching.brokerage.people import account_of, members_of, names_of_accounts
from matching.errors import InvalidEntryError
from web.access import Audience, open_to
from web.accounts.wording import worded
from web.context import application, reading, someone
from web.language import translate

pages = Blueprint("verification", __name__, url_prefix="/desk/organisations")


@pages.get("/")
@open_to(Audience.STAFF)
def index() -> str:
    """What waits, the longest waiting first."""
    return render_template("accounts/waiting.html", rows=memberships.waiting_organisations(reading()))


@pages.get("/<int:number>")
@open_to(Audience.STAFF)
def show(number: int) -> str:
    """One organisation: what it says, its members, who asks to join, what was done."""
    session = reading()
    organisation = memberships.organisation_by_id(session, number)
    events = events_of(session, CaseKind.ORGANISATION, number)
    people = {account for event in events if (account := account_of(event.actor)) is not None}
    return render_template(
        "accounts/verify_organisation.html",
        organisation=organisation,
        members=members_of(session, number),
        pending=memberships.pending_of(session, number),
        proposals=proposals_of(session, number),
        events=events,
        names=names_of_accounts(session, people),
        account_of=account_of,
    )


@pages.post("/<int:number>/verify")
@open_to(Audience.STAFF)
def verify(number: int) -> Response:
    """Verify the organisation."""
    with unit_of_work(application().sessions) as session:
        memberships.verify(session, someone(), number)
    flash(translate("The organisation is verified; its members are told."), "success")
    return redirect(url_for("verification.show", number=number))


@pages.post("/<int:number>/withdraw")
@open_to(Audience.STAFF)
def withdraw(number: int) -> Response:
    """Withdraw the verification, with a reason."""
    try:
        with unit_of_work(application().sessions) as session:
            memberships.withdraw_verification(session, someone(), number, request.form.get("reason", ""))
    except InvalidEntryError as error:
        flash(worded(error.problems)["reason"][0], "error")
    else:
        flash(translate("The verification is withdrawn; the members are told why."), "success")
    return redirect(url_for("verification.show", number=number))


@pages.post("/<int:number>/members/<int:account>/confirm")
@open_to(Audience.STAFF)
def confirm(number: int, account: int) -> Response:
    """Confirm that somebody belongs to the organisation."""
    with unit_of_work(application().sessions) as session:
        memberships.confirm(session, someone(), account, number)
    flash(translate("The colleague is confirmed."), "success")
    return redirect(url_for("verification.show", number=number))


@pages.post("/<int:number>/members/<int:account>/decline")
@open_to(Audience.STAFF)
def decline(number: int, account: int) -> Response:
    """Decline a request to join, with a reason."""
    try:
        with unit_of_work(application().sessions) as session:
            memberships.decline(session, someone(), account, number, request.form.get("reason", ""))
    except InvalidEntryError as error:
        flash(worded(error.problems)["reason"][0], "error")
    else:
        flash(translate("The request is declined; the person is told why."), "success")
    return redirect(url_for("verification.show", number=number))
