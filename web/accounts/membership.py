"""My organisation: found one, ask to join one, change what it says, decide about colleagues, invite them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.lists import OrganisationFilter, list_organisations
from data.models import Account, Organisation
from data.models.vocabulary import Membership, OrganisationKind, PartnerType, Role
from data.queries import organisation_by_reference
from data.sources.countries import country_codes
from matching.brokerage import invitations, memberships
from matching.brokerage.accounts import account_by_id
from matching.brokerage.membership_rules import LIMITS, OrganisationFields
from matching.brokerage.people import members_of
from matching.errors import AccountMoveError, InvalidEntryError, NotAllowedError
from web.access import Audience, open_to
from web.accounts.mail import limits_of_letters
from web.accounts.wording import REASONS, worded
from web.context import application, reading, someone
from web.labels import ORGANISATION_KINDS, PARTNER_TYPES
from web.language import current_language, translate
from web.places import NETWORK_COUNTRIES, country_choices
from web.typed import typed

pages = Blueprint("membership", __name__, url_prefix="/account/organisation")
COUNTRIES = frozenset(country_codes())
_FOUND_AT_MOST = 10
_NAMES = tuple(field.name for field in fields(OrganisationFields))


@pages.get("/")
@open_to(Audience.SIGNED_IN)
def show() -> str:
    """The organisation, the claim that waits, or how to get one."""
    return _page()


@pages.post("/")
@open_to(Audience.SIGNED_IN)
def establish() -> Response | tuple[str, int]:
    """Found a new organisation."""
    given = fields_given()
    try:
        with unit_of_work(application().sessions) as session:
            memberships.establish(session, someone(), given, COUNTRIES)
    except InvalidEntryError as error:
        return _page(given=asdict(given), problems=worded(error.problems)), 422
    except AccountMoveError as error:
        return _refused(error)
    flash(translate("The organisation is registered. The agency verifies it before its proposals go out."), "success")
    return redirect(url_for("membership.show"))


@pages.post("/claim")
@open_to(Audience.SIGNED_IN)
def claim() -> Response:
    """Ask to join an organisation that is there."""
    try:
        with unit_of_work(application().sessions) as session:
            chosen = organisation_by_reference(session, typed("organisation"))
            memberships.claim(session, someone(), chosen.id)
    except AccountMoveError as error:
        return _refused(error)
    flash(translate("The request is sent. A colleague or the agency confirms it."), "success")
    return redirect(url_for("membership.show"))


@pages.post("/claim/withdraw")
@open_to(Audience.SIGNED_IN)
def withdraw_claim() -> Response:
    """Take one's request to join back."""
    with unit_of_work(application().sessions) as session:
        memberships.withdraw_claim(session, someone())
    return redirect(url_for("membership.show"))


@pages.get("/edit")
@open_to(Audience.SIGNED_IN)
def edit() -> str:
    """The form of what the organisation says of itself."""
    organisation = memberships.organisation_by_id(reading(), _own())
    return _edit_page(memberships.version_of(organisation), asdict(written_of(organisation)))


@pages.post("/edit")
@open_to(Audience.SIGNED_IN)
def update() -> Response | tuple[str, int]:
    """Store what the organisation says of itself."""
    given, seen = fields_given(), request.form.get("version", "")
    try:
        with unit_of_work(application().sessions) as session:
            memberships.update(session, someone(), _own(), given, COUNTRIES, seen=seen)
    except InvalidEntryError as error:
        return _edit_page(seen, asdict(given), worded(error.problems)), 422
    flash(translate("What the organisation says is stored."), "success")
    return redirect(url_for("membership.show"))


@pages.post("/members/<int:number>/confirm")
@open_to(Audience.SIGNED_IN)
def confirm(number: int) -> Response:
    """Confirm that a colleague is one."""
    with unit_of_work(application().sessions) as session:
        memberships.confirm(session, someone(), number, _own())
    flash(translate("The colleague is confirmed."), "success")
    return redirect(url_for("membership.show"))


@pages.post("/members/<int:number>/decline")
@open_to(Audience.SIGNED_IN)
def decline(number: int) -> Response:
    """Decline a request to join, with a reason."""
    try:
        with unit_of_work(application().sessions) as session:
            memberships.decline(session, someone(), number, _own(), request.form.get("reason", ""))
    except InvalidEntryError as error:
        flash(worded(error.problems)["reason"][0], "error")
    else:
        flash(translate("The request is declined; the person is told why."), "success")
    return redirect(url_for("membership.show"))


@pages.post("/invitations")
@open_to(Audience.SIGNED_IN)
def invite() -> Response | tuple[str, int]:
    """Invite a colleague by letter."""
    email = request.form.get("email", "")
    try:
        with unit_of_work(application().sessions) as session:
            invitations.invite(
                session,
                email=email,
                role=Role.MEMBER,
                language=request.form.get("language") or current_language(),
                actor=someone().actor,
                address=application().settings.address,
                organisation=memberships.organisation_by_id(session, _own()),
                most=limits_of_letters(),
            )
    except AccountMoveError as error:
        return _refused(error)
    except InvalidEntryError as error:
        return _page(given={"email": email}, problems=worded(error.problems)), 422
    flash(translate("The invitation is on its way; it holds for two weeks."), "success")
    return redirect(url_for("membership.show"))


@pages.post("/invitations/<int:number>/revoke")
@open_to(Audience.SIGNED_IN)
def revoke(number: int) -> Response:
    """Take an invitation of one's organisation back."""
    try:
        with unit_of_work(application().sessions) as session:
            invitations.revoke(session, number, actor=someone().actor, organisation_id=_own())
    except AccountMoveError as error:
        return _refused(error)
    flash(translate("The invitation is taken back."), "success")
    return redirect(url_for("membership.show"))


def fields_given() -> OrganisationFields:
    """The form of an organisation, as it was sent."""
    return OrganisationFields(**{name: request.form.get(name, "").replace("\0", "") for name in _NAMES})


def written_of(organisation: Organisation) -> OrganisationFields:
    """What a stored organisation says, as its form shows it."""
    return OrganisationFields(**{name: getattr(organisation, name) or "" for name in _NAMES})


def form_choices() -> dict[str, Any]:
    """The choices of an organisation's form."""
    return {
        "kinds": [(kind.value, ORGANISATION_KINDS[kind.value]) for kind in OrganisationKind],
        "sizes": [(size.value, PARTNER_TYPES[size.value]) for size in PartnerType],
        "countries": country_choices(COUNTRIES.intersection(NETWORK_COUNTRIES)),
        "limits": LIMITS,
    }


def _own() -> int:
    own = someone().organisation_id
    if own is None:
        raise NotAllowedError("only a confirmed member acts for an organisation")
    return own


def _refused(error: AccountMoveError) -> Response:
    flash(str(REASONS[error.reason]), "error")
    return redirect(url_for("membership.show"))


def _page(given: Mapping[str, Any] | None = None, problems: Mapping[str, list[str]] | None = None) -> str:
    session = reading()
    account = account_by_id(session, someone().account_id)
    shared = {"given": given or {"country": "IT"}, "problems": problems or {}, "account": account}
    if account.membership == Membership.CONFIRMED.value:
        return render_template("accounts/organisation.html", **_standing(session, account), **shared)
    if someone().is_staff:
        raise NotAllowedError("only members found or join an organisation")
    words = request.args.get("q", "").strip()[:200]
    found = list_organisations(session, OrganisationFilter(text=words, page_size=_FOUND_AT_MOST)) if words else None
    return render_template("accounts/choose_organisation.html", words=words, found=found, **form_choices(), **shared)


def _standing(session: Session, account: Account) -> dict[str, Any]:
    if account.organisation is None:
        raise BadRequest("a confirmed member without an organisation")
    number = account.organisation.id
    return {
        "organisation": account.organisation,
        "colleagues": members_of(session, number),
        "pending": memberships.pending_of(session, number),
        "invited": invitations.open_invitations(session, number),
    }


def _edit_page(version: str, given: Mapping[str, Any], problems: Mapping[str, list[str]] | None = None) -> str:
    return render_template(
        "accounts/edit_organisation.html", version=version, given=given, problems=problems or {}, **form_choices()
    )
