"""Posting a proposal: choose a kind, write, see who could match, save, hand in or publish; edit and correct."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from data.corpus import OPEN_STATES
from data.db import unit_of_work
from data.models import Organisation, Proposal
from data.models.vocabulary import ProposalKind, ProposalState
from data.queries import PLATFORM, organisations_named, proposal_by_reference, today
from matching.brokerage import proposals as moves
from matching.brokerage.checking import check_proposal
from matching.brokerage.permissions import is_staff, require_owner_or_staff
from matching.brokerage.proposal_rules import Fault, Problem, ProposalFields, publication_problems
from matching.brokerage.validation import approve, submit
from matching.errors import (
    AlreadySentError,
    ConflictError,
    InvalidProposalError,
    MoveNotAllowedError,
    NotAllowedError,
    OrganisationNotVerifiedError,
)
from web.access import Audience, open_to
from web.context import application, person, reading, someone
from web.labels import KINDS
from web.language import translate
from web.proposals import pages
from web.proposals.form import ProposalForm, fields_from, form_for, renew_token, show_problems
from web.proposals.moving import must_be_verified
from web.proposals.writing import (
    Desk,
    changed_meanwhile,
    no_draft_any_more,
    own_organisation,
    preview_of,
    sent_before,
)
from web.quality import needs_a_reason
from web.security import csrf

_DRAFTS = (ProposalState.DRAFT.value, ProposalState.REFUSED.value)
_ACTIONS = ("preview", "draft", "submit", "publish", "save")
"""What the buttons of the form do; `save` corrects what is published."""


@pages.get("/new")
@open_to(Audience.SIGNED_IN)
def choose_kind() -> str:
    """The five kinds of proposal, to choose one."""
    return render_template("proposals/choose.html", kinds=KINDS, organisation=request.args.get("organisation"))


@pages.route("/new/<kind>", methods=["GET", "POST"])
@open_to(Audience.SIGNED_IN)
def post(kind: str) -> Response:
    """Write a new proposal of a kind."""
    chosen = _kind(kind)
    own = own_organisation()
    country = {"country": own.country} if own is not None and own.country else {}
    form = form_for(chosen, None, organisation=request.args.get("organisation", ""), **country)
    desk = Desk(form, chosen)
    return desk.page() if request.method == "GET" else _submitted(desk)


@pages.route("/<path:reference>/edit", methods=["GET", "POST"])
@open_to(Audience.SIGNED_IN)
def edit(reference: str) -> Response:
    """Go on with a draft, or correct what is published; with `?check=1` it also shows what is still missing."""
    proposal = proposal_by_reference(reading(), reference)
    require_owner_or_staff(person(), proposal)
    if (request.method == "GET" or proposal.source != PLATFORM) and not moves.may_edit(person(), proposal):
        raise MoveNotAllowedError(f"proposal {reference} is {proposal.state}: it cannot be edited now")
    stored = moves.fields_of(proposal)
    given = {"organisation": _named(proposal.organisation), "version": moves.version_of(proposal)}
    correcting = proposal.state not in _DRAFTS
    desk = Desk(form_for(stored.kind, stored, **given), stored.kind, reference, correcting=correcting)
    if request.method == "POST":
        return _submitted(desk)
    if "check" in request.args:
        nobody = () if _has_somebody_behind(proposal) else (Problem("organisation", Fault.MISSING),)
        show_problems(desk.form, (*publication_problems(stored, today()), *nobody))
    return desk.page()


@pages.post("/preview/<kind>")
@open_to(Audience.SIGNED_IN)
def preview(kind: str) -> str:
    """Who could match what is being written; a part of a page, for the script that shows it while one types."""
    chosen = _kind(kind)
    fields = fields_from(form_for(chosen), chosen, None)
    return render_template("proposals/_preview.html", preview=preview_of(fields), kind=kind)


def _has_somebody_behind(proposal: Proposal) -> bool:
    """Whether there is an organisation for which it can be handed in, or the agency itself posts it."""
    return is_staff(person()) or proposal.organisation_id is not None or own_organisation() is not None


def _kind(kind: str) -> ProposalKind:
    if kind not in KINDS:
        abort(404)
    return ProposalKind(kind)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a form: the proposal, and whether the quality check kept it from being published."""

    reference: str
    held_back: bool = False


def _submitted(desk: Desk) -> Response:
    form, action = desk.form, request.form.get("action")
    if action not in _ACTIONS:
        abort(400)
    if action == "publish" and not is_staff(person()):
        raise NotAllowedError("only the staff publish: a company hands its proposal in")
    valid = form.validate()
    organisation_id = _organisation_id(form) if is_staff(person()) else someone().organisation_id
    fields = fields_from(form, desk.kind, organisation_id)
    if action == "preview":
        return replace(desk, preview=preview_of(fields)).page()
    if not valid or form.errors:
        return desk.page(422)
    try:
        with unit_of_work(application().sessions) as session:
            kept = _store(session, desk, fields, action)
    except OrganisationNotVerifiedError:
        form.organisation.errors = [*form.organisation.errors, must_be_verified()]
        return desk.page(422)
    except InvalidProposalError as error:
        show_problems(form, error.problems)
        return desk.page(422)
    except (ConflictError, MoveNotAllowedError) as error:
        return _overtaken(desk, fields, error)
    return _onwards(kept, action)


def _onwards(kept: Kept, action: str) -> Response:
    """To the page of the proposal, or to the desk where the check held it back."""
    if kept.held_back:
        flash(translate("Saved, not published: the quality check found something. Mend it, or say why not."), "info")
        return redirect(url_for("desk.review", reference=kept.reference))
    flash(_done(action), "success")
    return redirect(url_for("proposals.show", reference=kept.reference))


def _store(session: Session, desk: Desk, fields: ProposalFields, action: str) -> Kept:
    problems = publication_problems(fields, today()) if action != "draft" else ()
    if action == "submit" and fields.organisation_id is None and not is_staff(person()):
        problems = (*problems, Problem("organisation", Fault.MISSING))
    if problems:  # all of them at once, before the first that a mere draft would have
        raise InvalidProposalError(problems)
    author = someone()
    if desk.reference is None:
        stored = moves.write_new(session, fields, author, token=desk.form.token.data)
    else:
        stored = moves.revise(session, desk.reference, fields, author, version=desk.form.version.data)
    if action == "submit":
        submit(session, stored.reference, author)
    elif action == "publish" and _held_back(session, stored):
        return Kept(stored.reference, held_back=True)
    elif action == "publish":
        approve(session, stored.reference, author, second_approval=application().settings.second_approval)
    return Kept(stored.reference)


def _held_back(session: Session, stored: Proposal) -> bool:
    """Whether the quality check found something that only a written reason outweighs; it is given at the desk."""
    session.flush()
    report = check_proposal(session, application().service, stored.reference, today=today())
    return stored.state not in OPEN_STATES and needs_a_reason(report)


def _overtaken(desk: Desk, fields: ProposalFields, error: ConflictError | MoveNotAllowedError) -> Response:
    """Somebody was quicker, perhaps this person in another tab: what was typed comes back, with what happened."""
    reference = error.reference if isinstance(error, AlreadySentError) else desk.reference
    if reference is None:
        raise error
    with application().sessions() as session:  # a fresh look: this request's own reading may be of before
        stored = proposal_by_reference(session, reference)
        now = moves.fields_of(stored)
        if isinstance(error, AlreadySentError):
            renew_token(desk.form)
            return replace(desk, notice=sent_before(reference, now, fields)).page(409)
        if isinstance(error, ConflictError) and not _was_a_draft(desk, stored.state):
            desk.form.version.data = moves.version_of(stored)
            return replace(desk, notice=changed_meanwhile(reference, now, fields)).page(409)
        if moves.says(stored, fields):  # the same form sent twice
            return redirect(url_for("proposals.show", reference=reference))
    return replace(desk, reference=None, notice=no_draft_any_more(reference, stored.state)).page(409)


def _was_a_draft(desk: Desk, state: str) -> bool:
    """Whether the form was opened on a draft that is none any more."""
    seen = (desk.form.version.data or "").rpartition("_")[0]
    return seen in _DRAFTS and state not in _DRAFTS


def _done(action: str) -> str:
    return {
        "publish": translate("The proposal is published. These are the partners suggested for it."),
        "submit": translate("The proposal is handed in. The agency approves it or says what has to change."),
        "save": translate("The correction is stored."),
        "draft": translate("The draft is saved. It is not matched yet."),
    }[action]


def _organisation_id(form: ProposalForm) -> int | None:
    name = form.organisation.data
    if not name:
        return None
    found = organisations_named(reading(), name)
    if len(found) == 1:
        return found[0].id
    if found:
        complaint = translate("Several organisations have this name: write the code that stands on its page.")
    else:
        complaint = translate("No organisation has this name or code: look it up in the list of organisations.")
    form.organisation.errors = [*form.organisation.errors, complaint]
    return None


def _named(organisation: Organisation | None) -> str:
    if organisation is None:
        return ""
    unique = len(organisations_named(reading(), organisation.name)) == 1
    return organisation.name if unique else organisation.reference


# These forms check their own token, so that a stale one costs nobody what was typed.
csrf.exempt(post)
csrf.exempt(edit)
