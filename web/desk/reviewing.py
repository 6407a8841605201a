"""Checking a proposal before it is published: its texts with what was found in them, its counterparts, the verdict."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import Proposal
from data.models.vocabulary import AttachmentOwner, CaseKind, ProposalState, QueueKind
from data.queries import PLATFORM, proposal_by_reference, today
from matching.brokerage.assignments import settle
from matching.brokerage.attachments import Owner, attachments_of
from matching.brokerage.checking import QualityReport
from matching.brokerage.events import record
from matching.brokerage.proposals import fields_of, version_of
from matching.brokerage.queue import item_of
from matching.brokerage.validation import LONGEST_REASON, approve, first_opinion, lapsed_opinion, refuse
from matching.errors import (
    AnotherPersonNeededError,
    InvalidProposalError,
    MatchingError,
    MoveNotAllowedError,
    OrganisationNotVerifiedError,
)
from web.access import Audience, open_to
from web.context import actor, application, reading, someone
from web.desk import pages
from web.desk.findings import findings_of, sections_of
from web.desk.items import desk_address, written
from web.language import translate
from web.proposals.moving import files_seen
from web.proposals.writing import preview_of
from web.quality import blocking, overridable, report_of
from web.timeline import actor_names, timeline
from web.typed import typed


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A verdict that was not taken: which one, what was typed, and what it lacks."""

    verdict: str
    text: str
    complaint: str


@pages.get("/proposals/<path:reference>")
@open_to(Audience.STAFF)
def review(reference: str) -> str:
    """The page on which the staff decides whether a proposal goes out."""
    return _page(_proposal(reading(), reference))


@pages.post("/proposals/<path:reference>/approve")
@open_to(Audience.STAFF)
def approve_proposal(reference: str) -> Response:
    """Publish it, or note the first of two approvals; what blocks needs a reason in writing, which is logged."""
    proposal = _proposal(reading(), reference)
    reason = typed("override")
    report = report_of(reference)
    if report.blocked and (not overridable(report) or not 0 < len(reason) <= LONGEST_REASON):
        complaint = translate("Something has to be mended first, or you say why it may go out all the same.")
        return make_response(_page(proposal, Unfinished("approve", reason, complaint)), 422)
    second = application().settings.second_approval
    try:
        with unit_of_work(application().sessions) as session:
            if report.blocked:
                _log_override(session, proposal.id, report, reason)
            version = request.form.get("version")
            moved = approve(session, reference, someone(), version=version, files=files_seen(), second_approval=second)
            waits = moved.state == ProposalState.TO_VALIDATE.value
            if not waits:
                settle(session, QueueKind.VALIDATION, moved.id)
    except (InvalidProposalError, AnotherPersonNeededError, OrganisationNotVerifiedError) as error:
        return make_response(_page(proposal, Unfinished("approve", reason, _why_not(error))), 422)
    said = translate("Your approval is noted; a second person has to approve, too.")
    flash(said if waits else translate("Approved: the proposal is open now."), "success")
    return redirect(desk_address())


@pages.post("/proposals/<path:reference>/refuse")
@open_to(Audience.STAFF)
def refuse_proposal(reference: str) -> Response:
    """Send it back to its owners with a reason that they read."""
    proposal = _proposal(reading(), reference)
    reason = typed("reason")
    if not 0 < len(reason) <= LONGEST_REASON:
        complaint = translate("Write what has to be changed, in at most %(limit)s characters.", limit=LONGEST_REASON)
        return make_response(_page(proposal, Unfinished("refuse", reason, complaint)), 422)
    with unit_of_work(application().sessions) as session:
        moved = refuse(session, reference, someone(), reason, version=request.form.get("version"))
        settle(session, QueueKind.VALIDATION, moved.id)
    flash(translate("Refused: its owners read why and can send it again."), "success")
    return redirect(desk_address())


def _why_not(error: MatchingError) -> str:
    if isinstance(error, AnotherPersonNeededError):
        return translate("Another person has to approve it.")
    if isinstance(error, OrganisationNotVerifiedError):
        return translate("Its organisation has to be verified first.")
    return translate("Something that is required is missing or too long: it has to be mended first.")


def _proposal(session: Session, reference: str) -> Proposal:
    proposal = proposal_by_reference(session, reference)
    if proposal.source != PLATFORM:
        raise MoveNotAllowedError(f"proposal {reference} comes from {proposal.source}: it is validated there")
    return proposal


def _log_override(session: Session, proposal_id: int, report: QualityReport, reason: str) -> None:
    rules = sorted(rule.value for rule in blocking(report))
    record(session, CaseKind.PROPOSAL, proposal_id, "overridden", actor=actor(), note=reason, detail={"rules": rules})


def _page(proposal: Proposal, unfinished: Unfinished | None = None) -> str:
    session = reading()
    report = report_of(proposal.reference)
    found = findings_of(report)
    first = first_opinion(session, proposal)
    item = item_of(session, QueueKind.VALIDATION, proposal.id, today())
    return render_template(
        "desk/review.html",
        proposal=proposal,
        report=report,
        counts={severity.value: number for severity, number in report.counts.items()},
        found=found,
        sections=sections_of(proposal, found),
        overridable=overridable(report),
        preview=preview_of(fields_of(proposal)),
        waits=proposal.state == ProposalState.TO_VALIDATE.value,
        version=version_of(proposal),
        files=attachments_of(session, Owner(AttachmentOwner.PROPOSAL, proposal.id)),
        lapsed=lapsed_opinion(session, proposal),
        second_approval=application().settings.second_approval,
        first=first,
        first_by=actor_names(session, [first.actor])[first.actor] if first else "",
        first_is_mine=first is not None and first.actor == actor(),
        item=written(item) if item and item.assignee_id != someone().account_id else None,
        lines=timeline(session, proposal.id),
        unfinished=unfinished,
    )
