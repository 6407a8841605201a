"""What a company answers to a suggestion: interested, not interested with a reason, a question; and taking it back."""

from __future__ import annotations

from flask import flash, make_response, redirect, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models.vocabulary import PartnerAnswer, RejectReason
from data.queries import proposal_by_reference
from matching.brokerage import responses
from matching.brokerage.curation import Candidate
from matching.brokerage.permissions import require_owner_or_staff
from matching.types import Target
from web.access import Audience, open_to
from web.context import application, person, reading, someone
from web.language import translate
from web.proposals import pages
from web.proposals.showing import Unfinished, render
from web.typed import typed


@pages.post("/<path:reference>/responses")
@open_to(Audience.SIGNED_IN)
def respond(reference: str) -> Response:
    """Store an answer and go back to the suggestions."""
    candidate, answer = _asked()
    reason, note = _reason(), typed("note")
    complaint = _complaint(answer, reason, note)
    if complaint:
        require_owner_or_staff(person(), proposal_by_reference(reading(), reference))
        anchor = f"{candidate[0].value}-{candidate[1]}"
        unfinished = Unfinished(anchor, answer.value, complaint, reason.value if reason else "", note)
        return make_response(render(reference, unfinished), 422)
    with unit_of_work(application().sessions) as session:
        responses.respond(session, reference, someone(), candidate, answer, reason=reason, note=note)
    flash(_done(answer), "success")
    return redirect(url_for("proposals.show", reference=reference, _anchor="suggested"))


@pages.post("/<path:reference>/responses/<int:number>/withdraw")
@open_to(Audience.SIGNED_IN)
def withdraw_response(reference: str, number: int) -> Response:
    """Take an answer back."""
    with unit_of_work(application().sessions) as session:
        responses.withdraw(session, reference, someone(), number)
    flash(translate("Your answer is withdrawn."), "success")
    return redirect(url_for("proposals.show", reference=reference, _anchor="suggested"))


def _asked() -> tuple[Candidate, PartnerAnswer]:
    try:
        answer = PartnerAnswer(request.form["answer"])
        candidate = Target(request.form["target"]), int(request.form["candidate"])
    except (KeyError, ValueError) as error:
        raise BadRequest("an answer names itself, a list and a candidate") from error
    if not 0 < candidate[1] < 2**31:
        raise BadRequest("no such candidate")
    return candidate, answer


def _reason() -> RejectReason | None:
    asked = request.form.get("reason", "")
    return RejectReason(asked) if asked in {reason.value for reason in RejectReason} else None


def _complaint(answer: PartnerAnswer, reason: RejectReason | None, note: str) -> str | None:
    if answer is PartnerAnswer.NOT_INTERESTED and reason is None:
        return translate("Choose why it is not of interest.")
    if answer is PartnerAnswer.QUESTION and not note:
        return translate("Write your question.")
    if len(note) > responses.LONGEST_NOTE:
        return translate(
            "The text has %(found)s characters, at most %(limit)s are kept. Nothing was stored.",
            found=len(note),
            limit=responses.LONGEST_NOTE,
        )
    return None


def _done(answer: PartnerAnswer) -> str:
    return {
        PartnerAnswer.INTERESTED: translate("Your interest is noted. The agency knows of it."),
        PartnerAnswer.NOT_INTERESTED: translate("It will not be suggested for this proposal again."),
        PartnerAnswer.QUESTION: translate("Your question is on its way to the agency."),
    }[answer]
