"""The steps of a proposal's life as forms: each carries the version that the person saw; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models import Proposal
from data.models.vocabulary import Outcome, ProposalState
from data.queries import proposal_by_reference, state_in_force, today
from matching.brokerage import life, validation
from matching.brokerage.permissions import require_owner_or_staff
from matching.errors import ConflictError, InvalidProposalError, MoveNotAllowedError
from web.access import Audience, open_to
from web.context import application, person, reading, someone
from web.errors import explained
from web.language import translate
from web.proposals import pages
from web.proposals.living import Fault
from web.proposals.showing import render
from web.quality import needs_a_reason, report_of
from web.typed import stored_number, typed

Use = Callable[[Session, str | None], Proposal]
"""A step, given a session and the version that the person saw."""
LONGEST_TEXT = 2000


def step(reference: str, use: Use, said: str | Callable[[Proposal], str], typed: str = "") -> Response:
    """Take a step in a unit of work of its own and go back to the proposal.

    What is missing leads to the form that shows it; where somebody was quicker, a page says what happened and gives
    back what was `typed`.
    """
    try:
        with unit_of_work(application().sessions) as session:
            proposal = use(session, request.form.get("version") or None)
    except InvalidProposalError:
        return redirect(url_for("proposals.edit", reference=reference, check=1))
    except (ConflictError, MoveNotAllowedError) as error:
        return overtaken(reference, error, typed)
    flash(said if isinstance(said, str) else said(proposal), "success")
    return redirect(url_for("proposals.show", reference=reference))


def overtaken(reference: str, error: Exception, typed: str = "") -> Response:
    """The step was not taken: why, where the proposal stands now, and what was typed."""
    with application().sessions() as session:  # a fresh look: this request's own reading may be of before
        proposal = proposal_by_reference(session, reference)
        page = render_template(
            "proposals/overtaken.html",
            error=explained(error),
            proposal=proposal,
            state=state_in_force(proposal.state, proposal.expires, today()),
            typed=typed,
        )
    return make_response(page, 409)


def must_be_verified() -> str:
    """What to do about an organisation that is not verified."""
    return translate("A broker must verify this organisation before its proposals are published. Save it as a draft.")


@pages.post("/<path:reference>/submit")
@open_to(Audience.SIGNED_IN)
def submit(reference: str) -> Response:
    """Hand a draft in."""
    said = translate("The proposal is handed in. The agency approves it or says what has to change.")
    return step(reference, lambda session, seen: validation.submit(session, reference, someone(), version=seen), said)


@pages.post("/<path:reference>/take-back")
@open_to(Audience.SIGNED_IN)
def take_back(reference: str) -> Response:
    """Make what waits a draft again."""
    said = translate("It is a draft again.")
    return step(
        reference, lambda session, seen: validation.take_back(session, reference, someone(), version=seen), said
    )


@pages.post("/<path:reference>/publish")
@open_to(Audience.STAFF)
def publish(reference: str) -> Response:
    """Approve a proposal; where something is missing, go to the form that shows it.

    What waits and has something that a reason in writing must outweigh is approved on the page of the check alone.
    """
    waits = proposal_by_reference(reading(), reference).state == ProposalState.TO_VALIDATE.value
    if waits and needs_a_reason(report_of(reference)):
        flash(translate("The quality check found something: mend it, or write why it may go out."), "danger")
        return redirect(url_for("desk.review", reference=reference, _anchor="verdict"))
    two = application().settings.second_approval
    return step(
        reference,
        lambda session, seen: validation.approve(
            session, reference, someone(), version=seen, files=files_seen(), second_approval=two
        ),
        _approved,
    )


def files_seen() -> tuple[int, ...] | None:
    """The files that the page of the form showed (`4.7`); None where it does not say."""
    given = request.form.get("files")
    if given is None:
        return None
    return tuple(int(number) for number in given.split(".") if number.isascii() and number.isdigit())


def _approved(proposal: Proposal) -> str:
    if proposal.state == ProposalState.TO_VALIDATE.value:
        return translate("Your approval is noted. The proposal is published once another person approves it, too.")
    return translate("The proposal is published. These are the partners suggested for it.")


@pages.post("/<path:reference>/refuse")
@open_to(Audience.STAFF)
def refuse(reference: str) -> Response:
    """Send a proposal back with a reason."""
    reason = typed("reason")
    if not reason or len(reason) > LONGEST_TEXT:
        return _incomplete(
            reference, "refuse", translate("Write why it is not approved, in at most 2,000 characters."), reason
        )
    said = translate("The proposal is refused. Its company reads the reason.")
    return step(
        reference,
        lambda session, seen: validation.refuse(session, reference, someone(), reason, version=seen),
        said,
        reason,
    )


@pages.post("/<path:reference>/give-up")
@open_to(Audience.SIGNED_IN)
def give_up(reference: str) -> Response:
    """Withdraw what is not published."""
    said = translate("The proposal is withdrawn. It can be taken up again.")
    return step(reference, lambda session, seen: life.give_up(session, reference, someone(), version=seen), said)


@pages.post("/<path:reference>/take-up")
@open_to(Audience.SIGNED_IN)
def take_up(reference: str) -> Response:
    """Make what was withdrawn a draft again."""
    said = translate("It is a draft again.")
    return step(reference, lambda session, seen: life.take_up(session, reference, someone(), version=seen), said)


@pages.post("/<path:reference>/close")
@open_to(Audience.SIGNED_IN)
def close(reference: str) -> Response:
    """End a proposal, and say how it ended."""
    note = typed("note")
    asked = request.form.get("outcome", "")
    if asked not in {outcome.value for outcome in Outcome}:
        return _incomplete(reference, "close", translate("Choose how it ended."), note)
    if len(note) > LONGEST_TEXT:
        return _incomplete(reference, "close", translate("The note is too long: at most 2,000 characters."), note)
    said = translate("The proposal is closed. It is no longer suggested to anyone.")
    return step(
        reference,
        lambda session, seen: life.close(session, reference, someone(), Outcome(asked), note=note, version=seen),
        said,
        note,
    )


@pages.post("/<path:reference>/archive")
@open_to(Audience.STAFF)
def archive(reference: str) -> Response:
    """Put away what has ended."""
    said = translate("The proposal is archived.")
    return step(reference, lambda session, seen: life.archive(session, reference, someone(), version=seen), said)


@pages.post("/<path:reference>/extend")
@open_to(Audience.SIGNED_IN)
def extend(reference: str) -> Response:
    """Extend it, once."""
    asked = request.form.get("until", "").strip()
    try:
        until = date.fromisoformat(asked) if asked else None
        said = translate("The proposal is extended.")
        return step(
            reference,
            lambda session, seen: life.extend(session, reference, someone(), until=until, version=seen),
            said,
        )
    except ValueError:
        return _incomplete(
            reference, "extend", translate("Choose a day after the first end, within 365 days of it."), asked
        )


@pages.post("/<path:reference>/facilitator")
@open_to(Audience.STAFF)
def accompany(reference: str) -> Response:
    """Say who accompanies it."""
    asked = request.form.get("account", "")
    number = stored_number(asked)
    if asked and number is None:
        raise BadRequest("an account is a number")
    said = translate("It is noted who accompanies the proposal.")
    try:
        return step(
            reference,
            lambda session, seen: life.accompany(session, reference, someone(), number, version=seen),
            said,
        )
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _incomplete(reference: str, name: str, complaint: str, typed: str) -> Response:
    """The proposal again, with what is missing beside the field, and what was typed in it."""
    require_owner_or_staff(person(), proposal_by_reference(reading(), reference))
    return make_response(render(reference, fault=Fault(name, complaint, typed)), 422)
