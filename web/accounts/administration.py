"""Administration: the accounts, one account with all its moves, invitations of staff and members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_security.recoverable import generate_reset_link
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.account_lists import AccountFilter, AccountState, list_accounts, state_of
from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Account
from data.models.vocabulary import CaseKind, Role
from data.queries import organisation_by_reference
from matching.brokerage import accounts as moves
from matching.brokerage import invitations, memberships
from matching.brokerage.cases import open_cases
from matching.brokerage.events import events_of, record
from matching.brokerage.outbox import send
from matching.brokerage.people import account_of, names_of_accounts
from matching.errors import AccountMoveError, InvalidEntryError
from web.access import Audience, open_to
from web.accounts.mail import letter_in
from web.accounts.names import ACCOUNT_STATES, ROLES
from web.accounts.wording import REASONS, worded
from web.context import actor, application, reading
from web.filters import page_number, search_text
from web.language import current_language, translate

pages = Blueprint("administration", __name__, url_prefix="/admin/accounts")


@pages.get("/")
@open_to(Audience.ADMINISTRATOR)
def index() -> str:
    """All accounts that pass the filter in the address."""
    role, state = request.args.get("role", ""), request.args.get("state", "")
    wanted = AccountFilter(
        text=search_text(),
        role=role if role in ROLES else None,
        state=AccountState(state) if state in ACCOUNT_STATES else None,
        page=page_number(),
    )
    return _list_page(wanted, {}, {})


@pages.post("/invitations")
@open_to(Audience.ADMINISTRATOR)
def invite() -> Response | tuple[str, int]:
    """Invite somebody with a role, a member also for an organisation."""
    given = request.form.to_dict()
    try:
        with unit_of_work(application().sessions) as session:
            _invite(session, given)
    except InvalidEntryError as error:
        return _list_page(AccountFilter(), given, worded(error.problems)), 422
    flash(translate("The invitation is on its way; it holds for two weeks."), "success")
    return redirect(url_for("administration.index"))


@pages.post("/invitations/<int:number>/revoke")
@open_to(Audience.ADMINISTRATOR)
def revoke(number: int) -> Response:
    """Take an invitation back."""
    try:
        with unit_of_work(application().sessions) as session:
            invitations.revoke(session, number, actor=actor())
    except AccountMoveError as error:
        flash(str(REASONS[error.reason]), "error")
    else:
        flash(translate("The invitation is taken back."), "success")
    return redirect(url_for("administration.index"))


@pages.get("/<int:number>")
@open_to(Audience.ADMINISTRATOR)
def show(number: int) -> str:
    """One account: what it is, what was done with it, what can be done."""
    session = reading()
    account = moves.account_by_id(session, number)
    events = events_of(session, CaseKind.ACCOUNT, number)
    people = {found for event in events if (found := account_of(event.actor)) is not None}
    return render_template(
        "accounts/account.html",
        account=account,
        state=state_of(account),
        cases=open_cases(session, number),
        events=list(reversed(events)),
        names=names_of_accounts(session, people),
        account_of=account_of,
        roles=ROLES,
        states=ACCOUNT_STATES,
    )


@pages.post("/<int:number>/role")
@open_to(Audience.ADMINISTRATOR)
def change_role(number: int) -> Response:
    """Give the account another role."""
    chosen = request.form.get("role", "")
    if chosen not in ROLES:
        raise BadRequest("no such role")
    seen = request.form.get("seen", "")
    return _move(
        number,
        lambda session: moves.change_role(session, number, Role(chosen), seen=seen, actor=actor()),
        translate("The role is changed; the person has to sign in again."),
    )


@pages.post("/<int:number>/suspend")
@open_to(Audience.ADMINISTRATOR)
def suspend(number: int) -> Response:
    """Stop the account at once."""
    reason = request.form.get("reason", "")
    return _move(
        number,
        lambda session: moves.suspend(session, number, actor=actor(), reason=reason),
        translate("The account is suspended; its sessions have ended."),
    )


@pages.post("/<int:number>/reactivate")
@open_to(Audience.ADMINISTRATOR)
def reactivate(number: int) -> Response:
    """Let the account sign in again."""
    return _move(
        number,
        lambda session: moves.reactivate(session, number, actor=actor()),
        translate("The account can sign in again."),
    )


@pages.post("/<int:number>/unlock")
@open_to(Audience.ADMINISTRATOR)
def unlock(number: int) -> Response:
    """End a lock-out before its time."""
    return _move(
        number,
        lambda session: moves.unlock(session, number, actor=actor()),
        translate("The account is unlocked."),
    )


@pages.post("/<int:number>/second-factor")
@open_to(Audience.ADMINISTRATOR)
def reset_second_factor(number: int) -> Response:
    """Take the second factor off, for whoever lost the telephone."""
    return _move(
        number,
        lambda session: moves.reset_second_factor(session, number, actor=actor()),
        translate("The second factor is reset; the person is told."),
    )


@pages.post("/<int:number>/organisation/leave")
@open_to(Audience.ADMINISTRATOR)
def end_membership(number: int) -> Response:
    """Take the account out of its organisation."""
    return _move(
        number,
        lambda session: memberships.end_membership(session, number, actor=actor()),
        translate("The account belongs to no organisation any more."),
    )


@pages.post("/<int:number>/password-letter")
@open_to(Audience.ADMINISTRATOR)
def send_password_letter(number: int) -> Response:
    """Send the letter that lets the person set a new password, in the person's language."""
    account = moves.account_by_id(reading(), number)
    if not account.active:
        flash(translate("A suspended account gets no letter."), "error")
        return redirect(url_for("administration.show", number=number))
    language = account.language or application().settings.language
    link, _token = generate_reset_link(account)  # type: ignore[no-untyped-call]
    letter = letter_in(language, "reset_instructions", reset_link=link)
    with unit_of_work(application().sessions) as session:
        event = record(session, CaseKind.ACCOUNT, number, "password_letter_sent", actor=actor())
        key = f"account:{number}:password:{event.id}"
        send(session, letter, key=key, address=account.email, language=language, account_id=number)
    flash(translate("The letter is on its way."), "success")
    return redirect(url_for("administration.show", number=number))


def _move(number: int, move: Callable[[Session], Account], done: str) -> Response:
    try:
        with unit_of_work(application().sessions) as session:
            move(session)
    except AccountMoveError as error:
        flash(str(REASONS[error.reason]), "error")
    else:
        flash(done, "success")
    return redirect(url_for("administration.show", number=number))


def _invite(session: Session, given: Mapping[str, str]) -> None:
    role, reference = given.get("role", ""), given.get("organisation", "").strip()
    if role not in ROLES:
        raise InvalidEntryError({"role": "unknown"})
    try:
        place = organisation_by_reference(session, reference) if reference and role == Role.MEMBER.value else None
    except NotFoundError as error:
        raise InvalidEntryError({"organisation": "unknown"}) from error
    invitations.require_no_account(session, given.get("email", ""))
    invitations.invite(
        session,
        email=given.get("email", ""),
        role=Role(role),
        language=given.get("language") or current_language(),
        actor=actor(),
        address=application().settings.address,
        organisation=place,
    )


def _list_page(wanted: AccountFilter, given: Mapping[str, Any], problems: Mapping[str, list[str]]) -> str:
    return render_template(
        "accounts/accounts.html",
        found=list_accounts(reading(), wanted),
        wanted=wanted,
        invited=invitations.all_open_invitations(reading()),
        roles=ROLES,
        states=ACCOUNT_STATES,
        given=given,
        problems=problems,
    )
