"""What a broker decides about a suggestion: accept, set aside with a reason, note, withdraw the decision."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import Proposal
from data.models.vocabulary import DecisionAction, RejectReason
from data.queries import proposal_by_reference
from matching.brokerage.curation import decide
from matching.errors import MatchingError
from matching.types import Match, Target
from web.access import Audience, open_to
from web.context import actor, application, reading
from web.language import translate
from web.proposals import pages
from web.proposals.showing import Unfinished, render

LONGEST_NOTE = 2000
_SEEN = 50
_OFFERED = (DecisionAction.ACCEPT, DecisionAction.REJECT, DecisionAction.NOTE, DecisionAction.UNDO)


@pages.post("/<path:reference>/decisions")
@open_to(Audience.STAFF)
def record(reference: str) -> Response:
    """Log one decision and go back to the list of suggestions."""
    target, candidate_id, action = _candidate()
    note = request.form.get("note", "").replace("\0", "").replace("\r\n", "\n").strip() or None
    complaint = _complaint(action, note)
    if complaint:
        reason = request.form.get("reason", "")
        unfinished = Unfinished(f"{target.value}-{candidate_id}", action.value, complaint, reason, note or "")
        return make_response(render(reference, unfinished), 422)
    proposal = proposal_by_reference(reading(), reference)
    seen = _seen(proposal, target, candidate_id)
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
        )
    flash(_done(action), "success")
    return redirect(_back(reference, "partners"))


def _candidate() -> tuple[Target, int, DecisionAction]:
    try:
        action = DecisionAction(request.form["action"])
        chosen = Target(request.form["target"]), int(request.form["candidate"]), action
    except (KeyError, ValueError) as error:
        raise BadRequest("a decision names an action, a list and a candidate") from error
    if action not in _OFFERED or not 0 < chosen[1] < 2**31:
        raise BadRequest("no such decision")
    return chosen


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
    try:
        found = application().service.match_proposal(proposal.reference, top=_SEEN)
    except MatchingError:
        return None
    matches: tuple[Match, ...] = found.organisations if target is Target.ORGANISATIONS else found.proposals
    match = next((match for match in matches if match.candidate_id == candidate_id), None)
    if match is None:
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
        DecisionAction.ACCEPT: translate("Accepted. You find it under the decisions from now on."),
        DecisionAction.REJECT: translate("Set aside. It will not be suggested for this proposal again."),
        DecisionAction.NOTE: translate("The note is kept."),
        DecisionAction.UNDO: translate("The decision is withdrawn."),
    }[action]


def _back(reference: str, anchor: str) -> str:
    return url_for("proposals.show", reference=reference, _anchor=anchor)
