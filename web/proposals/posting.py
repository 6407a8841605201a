"""Posting a proposal: choose a kind, write, see who could match, save or publish; edit, close."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import Organisation, Proposal
from data.models.vocabulary import ProposalKind
from data.queries import organisations_named, proposal_by_reference, today
from matching.brokerage import proposals as moves
from matching.brokerage.proposal_rules import Need, ProposalFields, need, publication_problems
from matching.drafts import Draft
from matching.errors import InvalidProposalError, NothingToMatchError, NotIndexedError
from web.context import application, reading
from web.labels import KINDS
from web.language import translate
from web.proposals import pages
from web.proposals.form import ProposalForm, code_groups, fields_from, form_for, limits, show_problems
from web.proposals.showing import Shortlist, shortlist
from web.security import csrf

PREVIEWED = 5


@pages.get("/new")
def choose_kind() -> str:
    """The five kinds of proposal, to choose one."""
    return render_template("proposals/choose.html", kinds=KINDS, organisation=request.args.get("organisation"))


@pages.route("/new/<kind>", methods=["GET", "POST"])
def post(kind: str) -> Response:
    """Write a new proposal of a kind."""
    chosen = _kind(kind)
    form = form_for(chosen, organisation=request.args.get("organisation", ""))
    if request.method == "GET":
        return _page(form, chosen)
    return _submitted(form, chosen, None)


@pages.route("/<path:reference>/edit", methods=["GET", "POST"])
def edit(reference: str) -> Response:
    """Go on with a draft; with `?check=1` it also shows what is still missing."""
    proposal = proposal_by_reference(reading(), reference)
    moves.require_editable(proposal)
    stored = moves.fields_of(proposal)
    given = {"organisation": _named(proposal.organisation), "version": moves.version_of(proposal)}
    form = form_for(stored.kind, stored, **given)
    if request.method == "POST":
        return _submitted(form, stored.kind, proposal)
    if "check" in request.args:
        show_problems(form, publication_problems(stored, today()))
    return _page(form, stored.kind, reference=reference)


@pages.post("/preview/<kind>")
def preview(kind: str) -> str:
    """Who could match what is being written; a part of a page, for the script that shows it while one types."""
    chosen = _kind(kind)
    fields = fields_from(form_for(chosen), chosen, None)
    return render_template("proposals/_preview.html", preview=_preview(fields), kind=kind)


@pages.post("/<path:reference>/publish")
def publish(reference: str) -> Response:
    """Publish a draft as it is stored; where something is missing, go to the form that shows it."""
    try:
        with unit_of_work(application().sessions) as session:
            moves.publish(session, reference)
    except InvalidProposalError:
        return redirect(url_for("proposals.edit", reference=reference, check=1))
    flash(_published(), "success")
    return redirect(url_for("proposals.show", reference=reference))


@pages.post("/<path:reference>/close")
def close(reference: str) -> Response:
    """End an open proposal."""
    with unit_of_work(application().sessions) as session:
        moves.close(session, reference)
    flash(translate("The proposal is closed. It is no longer suggested to anyone."), "success")
    return redirect(url_for("proposals.show", reference=reference))


def _kind(kind: str) -> ProposalKind:
    if kind not in KINDS:
        abort(404)
    return ProposalKind(kind)


def _submitted(form: ProposalForm, kind: ProposalKind, stored: Proposal | None) -> Response:
    action = request.form.get("action")
    if action not in ("preview", "draft", "publish"):
        abort(400)
    reference = stored.reference if stored else None
    valid = form.validate()
    organisation_id = _organisation_id(form)
    fields = fields_from(form, kind, organisation_id)
    if action == "preview":
        return _page(form, kind, reference=reference, preview=_preview(fields))
    if not valid or form.errors:
        return _page(form, kind, reference=reference, status=422)
    try:
        with unit_of_work(application().sessions) as session:
            kept = _store(session, fields, reference, form.version.data, action == "publish")
    except InvalidProposalError as error:
        show_problems(form, error.problems)
        return _page(form, kind, reference=reference, status=422)
    flash(_published() if action == "publish" else translate("The draft is saved. It is not matched yet."), "success")
    return redirect(url_for("proposals.show", reference=kept))


def _store(session: Session, fields: ProposalFields, reference: str | None, version: str | None, publish: bool) -> str:
    problems = publication_problems(fields, today()) if publish else ()
    if problems:  # all of them at once, before the first that a mere draft would have
        raise InvalidProposalError(problems)
    if reference is None:
        reference = moves.save_draft(session, fields).reference
    else:
        moves.update_draft(session, reference, fields, version=version)
    if publish:
        moves.publish(session, reference)
    return reference


def _published() -> str:
    return translate("The proposal is published. These are the partners suggested for it.")


def _page(
    form: ProposalForm,
    kind: ProposalKind,
    *,
    reference: str | None = None,
    preview: Shortlist | None = None,
    status: int = 200,
) -> Response:
    required = {name for name in form.data if need(kind, name) is Need.REQUIRED}
    page = render_template(
        "proposals/form.html",
        form=form,
        kind=kind.value,
        about=KINDS[kind.value],
        reference=reference,
        required=required,
        limits=limits(form),
        code_groups=code_groups,
        preview=preview,
    )
    return make_response(page, status)


def _preview(fields: ProposalFields) -> Shortlist:
    draft = Draft(
        kind=fields.kind.value,
        title=fields.title,
        summary=fields.summary,
        description=fields.description,
        expertise_sought=fields.expertise_sought,
        advantages=fields.advantages,
        partner_role=fields.partner_role,
        country=fields.country or None,
        stage=fields.stage or None,
        partner_types=fields.partner_types,
        target_countries=fields.target_countries,
        keywords=fields.keywords,
        codes=dict(fields.codes),
        organisation_id=fields.organisation_id,
    )
    try:
        return shortlist(application().service.match_draft(draft, top=PREVIEWED))
    except NotIndexedError:
        return Shortlist(missing="not_ready")
    except NothingToMatchError:
        return Shortlist(missing="too_short")


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
