"""Expressing interest: the form over a proposal, sent at once or kept as a draft and gone on with."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import Interest, Proposal
from data.models.vocabulary import InterestState, Side
from data.queries import PLATFORM, proposal_by_reference, today
from matching.brokerage import interests
from matching.brokerage.interest_access import own_interest, refusal_of
from matching.brokerage.interest_rights import require_sides
from matching.brokerage.interest_rules import Move, Refusal, limits_of
from matching.brokerage.notices import NOTICE_VERSION
from matching.brokerage.permissions import require_visible
from matching.errors import (
    ConflictError,
    InterestRefusedError,
    InvalidInterestError,
    MoveNotAllowedError,
    NotAllowedError,
)
from web.access import Audience, open_to
from web.context import application, reading, someone
from web.interests import pages
from web.interests.form import (
    InterestForm,
    form_for,
    kind_of,
    prefilled,
    show_problems,
    texts_from,
    written_from,
)
from web.interests.wording import REFUSALS, WAYS_OUT
from web.language import translate
from web.security import csrf
from web.typed import stored_number


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before someone who writes; `draft` is what is gone on with, None for a new expression."""

    form: InterestForm
    proposal: Proposal
    draft: Interest | None = None

    def page(self, status: int = 200, notice: object = None) -> Response:
        """The page, with this status; `notice` says what stands against sending."""
        page = render_template(
            "interests/form.html",
            form=self.form,
            proposal=self.proposal,
            draft=self.draft,
            limits=limits_of(kind_of(self.form)),
            is_own=self.proposal.source == PLATFORM,
            notice=notice,
            notice_version=NOTICE_VERSION,
        )
        return make_response(page, status)


@pages.route("/new/<path:target>", methods=["GET", "POST"])
@open_to(Audience.SIGNED_IN)
def new(target: str) -> Response:
    """Express interest in a proposal."""
    session, person = reading(), someone()
    proposal = proposal_by_reference(session, target)
    require_visible(person, proposal)
    if request.method == "POST":
        return _sent(Desk(form_for(session, proposal), proposal))
    refusal = refusal_of(session, person, proposal, today())
    if refusal is None:
        return Desk(form_for(session, proposal, **prefilled(session, person, proposal)), proposal).page()
    mine = own_interest(session, person, proposal.id) if refusal is Refusal.ALREADY_OPEN else None
    if mine is not None:
        return redirect(url_for("interests.show", reference=mine.reference))
    told = {"refusal": REFUSALS[refusal.value], "way_out": None if person.is_staff else WAYS_OUT.get(refusal.value)}
    page = render_template("interests/refused.html", proposal=proposal, **told)
    return make_response(page)


@pages.route("/<reference>/edit", methods=["GET", "POST"])
@open_to(Audience.SIGNED_IN)
def edit(reference: str) -> Response:
    """Go on with a draft."""
    session, person = reading(), someone()
    draft = interests.interest_by_reference(session, reference)
    if Side.APPLICANT not in require_sides(person, draft):
        raise NotAllowedError(f"{reference} is another organisation's to write")
    if request.method == "POST":
        return _sent(Desk(form_for(session, draft.proposal), draft.proposal, draft))
    if draft.state != InterestState.DRAFT.value:
        raise MoveNotAllowedError(f"{reference} is {draft.state}: only a draft is edited")
    given = {**draft.form, "version": str(draft.version), "token": draft.token}
    return Desk(form_for(session, draft.proposal, **given), draft.proposal, draft).page()


def _sent(desk: Desk) -> Response:
    action = request.form.get("action", "")
    if action not in ("send", "draft") or (action == "draft" and desk.proposal.source != PLATFORM):
        abort(400)
    if not desk.form.validate():
        return desk.page(422)
    try:
        reference = _store(desk, send=action == "send")
    except InvalidInterestError as error:
        show_problems(desk.form, error.problems)
        return desk.page(422)
    except InterestRefusedError as error:
        return desk.page(409, REFUSALS[error.refusal.value])
    except (ConflictError, MoveNotAllowedError):
        return desk.page(409, translate("Somebody sent or changed this in the meantime. What you wrote is still here."))
    flash(_done(send=action == "send"), "success")
    return redirect(url_for("interests.show", reference=reference))


def _store(desk: Desk, *, send: bool) -> str:
    default = application().settings.default_expert
    with unit_of_work(application().sessions) as session:
        if desk.draft is None:
            written = written_from(desk.form)
            reference = desk.proposal.reference
            made = interests.express(session, someone(), reference, written, submit=send, default_expert=default)
            return made.reference
        step = interests.Step(
            version=stored_number(desk.form.version.data) or 0,
            form=texts_from(desk.form),
            accepted=bool(desk.form.notice.data),
            default_expert=default,
        )
        move = Move.SUBMIT if send else Move.EDIT
        return interests.MOVES[move](session, someone(), desk.draft.reference, step).reference


def _done(*, send: bool) -> str:
    if send:
        return translate("Your expression of interest has been sent. This page shows where it stands.")
    return translate("The draft is saved. Nobody else sees it until it is sent.")


# These forms check their own token, so that a stale one costs nobody what was typed.
csrf.exempt(new)
csrf.exempt(edit)
