"""What a broker decides about a suggestion: accept, pin, add, set aside with a reason, note, withdraw the decision.

A form says which decision about the candidate its page showed. Where a colleague has decided since, nothing is stored:
a page shows both decisions and lets the broker decide again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import Proposal
from data.models.vocabulary import DecisionAction, RejectReason
from data.queries import names_of, proposal_by_reference
from matching.brokerage.client_notes import take_back, tell_company
from matching.brokerage.curation import Candidate, DecidedError, decide
from matching.brokerage.ordering import DOWN, UP, move, undo_move
from matching.types import Target
from web.access import Audience, open_to
from web.candidates import matches_of, suggestions_now
from web.context import actor, application, reading
from web.language import translate
from web.proposals import pages
from web.proposals.showing import Unfinished, render
from web.timeline import actor_names
from web.typed import typed

LONGEST_NOTE = 2000
_COMPANY = "company"


@pages.post("/<path:reference>/decisions")
@open_to(Audience.STAFF)
def record(reference: str) -> Response:
    """Log one decision and go back to the list of suggestions."""
    target, candidate_id, action = _candidate()
    note = typed("note") or None
    complaint = _complaint(action, note)
    if complaint:
        reason = request.form.get("reason", "")
        unfinished = Unfinished(f"{target.value}-{candidate_id}", action.value, complaint, reason, note or "")
        return make_response(render(reference, unfinished), 422)
    proposal = proposal_by_reference(reading(), reference)
    if action is DecisionAction.NOTE and request.form.get("for") == _COMPANY:
        return _tell_company(proposal, target, candidate_id, note or "")
    seen = _seen(proposal, target, candidate_id)
    try:
        with unit_of_work(application().sessions) as session:
            decide(
                session,
                proposal_id=proposal.id,
                target=target,
                candidate_id=candidate_id,
                action=action,
                reason=_reason() if action is DecisionAction.REJECT else None,
                note=note,
                actor=actor(),
                seen=seen,
                last_seen=_last_seen(),
            )
    except DecidedError as error:
        return make_response(_conflict(proposal, (target, candidate_id), action, error), 409)
    flash(_done(action), "success")
    return redirect(_back(reference, "partners"))


@pages.post("/<path:reference>/company-notes/withdraw")
@open_to(Audience.STAFF)
def withdraw_company_note(reference: str) -> Response:
    """Tell the company no more of a candidate."""
    target, candidate_id = _named()
    proposal = proposal_by_reference(reading(), reference)
    with unit_of_work(application().sessions) as session:
        take_back(session, proposal_id=proposal.id, target=target, candidate_id=candidate_id, actor=actor())
    flash(translate("The company no longer sees the note."), "success")
    return redirect(_back(reference, "decisions"))


@pages.post("/<path:reference>/order")
@open_to(Audience.STAFF)
def order(reference: str) -> Response:
    """Move a candidate among those that were decided for, or take the last change of their order back."""
    target, candidate_id = _named()
    direction = request.form.get("move", "")
    if direction not in ("up", "down", "undo"):
        raise BadRequest("no such move")
    proposal = proposal_by_reference(reading(), reference)
    last = _last_seen()
    with unit_of_work(application().sessions) as session:
        if direction == "undo":
            undo_move(session, proposal_id=proposal.id, target=target, actor=actor(), last_seen=last)
        else:
            move(
                session,
                proposal_id=proposal.id,
                target=target,
                candidate_id=candidate_id,
                by=UP if direction == "up" else DOWN,
                actor=actor(),
                last_seen=last,
            )
    flash(translate("The order is changed."), "success")
    return redirect(_back(reference, "decisions"))


def _tell_company(proposal: Proposal, target: Target, candidate_id: int, text: str) -> Response:
    with unit_of_work(application().sessions) as session:
        tell_company(
            session, proposal_id=proposal.id, target=target, candidate_id=candidate_id, text=text, actor=actor()
        )
    flash(translate("The note is kept; the company reads it beside the suggestion."), "success")
    return redirect(_back(proposal.reference, "decisions"))


def _conflict(proposal: Proposal, candidate: Candidate, action: DecisionAction, error: DecidedError) -> str:
    """The page that shows a colleague's decision beside the one that was not stored."""
    theirs = error.decision
    target, number = candidate
    organisations, proposals = ([number], []) if target is Target.ORGANISATIONS else ([], [number])
    names = names_of(reading(), organisations, proposals)
    _, name = names.get((target.value, number), (None, f"{target.value} {number}"))
    return render_template(
        "desk/conflict.html",
        proposal=proposal,
        name=name,
        target=target.value,
        number=number,
        action=action.value,
        reason=request.form.get("reason", ""),
        note=request.form.get("note", ""),
        theirs=theirs,
        same=error.same,
        who=actor_names(reading(), [theirs.actor])[theirs.actor],
        back=_back(proposal.reference, "partners"),
    )


def _last_seen() -> int:
    """The newest decision that the page of the form showed; 0 where it showed none, or does not say."""
    given = request.form.get("last", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < _LONGEST_NUMBER else 0


_LONGEST_NUMBER = 10


def _named() -> Candidate:
    try:
        named = Target(request.form["target"]), int(request.form["candidate"])
    except (KeyError, ValueError) as error:
        raise BadRequest("a list and a candidate must be named") from error
    if not 0 < named[1] < 2**31:
        raise BadRequest("no such candidate")
    return named


def _candidate() -> tuple[Target, int, DecisionAction]:
    try:
        action = DecisionAction(request.form["action"])
    except (KeyError, ValueError) as error:
        raise BadRequest("a decision names an action") from error
    return *_named(), action


def _reason() -> RejectReason | None:
    asked = request.form.get("reason", "")
    return RejectReason(asked) if asked in {reason.value for reason in RejectReason} else None


def _complaint(action: DecisionAction, note: str | None) -> str | None:
    if action is DecisionAction.REJECT and _reason() is None:
        return translate("Choose why this suggestion is not a fit, then set it aside.")
    if action is DecisionAction.NOTE and not note:
        return translate("Write something into the note before you save it.")
    if note and len(note) > LONGEST_NOTE:
        return translate(
            "The note has %(found)s characters, at most %(limit)s are kept. Nothing was stored.",
            found=len(note),
            limit=LONGEST_NOTE,
        )
    return None


def _seen(proposal: Proposal, target: Target, candidate_id: int) -> dict[str, Any] | None:
    """What the calculation says of the candidate at this moment; None where it is not suggested (any more)."""
    found = suggestions_now(proposal.reference)
    match = matches_of(found, [(target, candidate_id)]).get((target, candidate_id))
    if found is None or match is None:
        return None
    return {
        "rank": match.rank,
        "score": match.score,
        "probability": match.probability,
        "band": match.band.value,
        "contributions": [asdict(part) for part in match.explanation.contributions],
        "generation": found.generation,
    }


def _done(action: DecisionAction) -> str:
    return {
        DecisionAction.PIN: translate("Pinned: it stands first from now on."),
        DecisionAction.ADD: translate("Added. You find it under the decisions from now on."),
        DecisionAction.ACCEPT: translate("Accepted. You find it under the decisions from now on."),
        DecisionAction.REJECT: translate("Set aside. It will not be suggested for this proposal again."),
        DecisionAction.NOTE: translate("The note is kept."),
        DecisionAction.UNDO: translate("The decision is withdrawn."),
    }[action]


def _back(reference: str, anchor: str) -> str:
    return url_for("proposals.show", reference=reference, _anchor=anchor)
