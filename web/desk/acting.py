"""One action for many items at once, each in a unit of work of its own; a page tells what became of each.

Nothing is decided unseen: in bulk only what a rule can vouch for is done. A proposal is approved without being opened
only where the quality check finds nothing that blocks; refusing needs a reason and is never done in bulk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from flask import flash, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Proposal
from data.models.vocabulary import ProposalState, QueueKind
from data.queries import today
from matching.brokerage.assignments import TakenError, hand_over, release, settle, take
from matching.brokerage.checking import check_proposal
from matching.brokerage.life import extend
from matching.brokerage.proposals import version_of
from matching.brokerage.queue import titles_of
from matching.brokerage.validation import approve
from matching.errors import (
    AnotherPersonNeededError,
    ConflictError,
    InvalidProposalError,
    MatchingError,
    NotAllowedError,
    OrganisationNotVerifiedError,
)
from web.access import Audience, open_to
from web.context import application, reading, someone
from web.desk import pages
from web.desk.items import Chosen, address, chosen
from web.desk.words import BULK_ACTIONS, OUTCOMES
from web.language import translate
from web.typed import stored_number

MOST = 100
"""Items of one action: more than a page shows, so that a forged form cannot keep the database busy."""
_RESULT = "desk_result"


class Result(TypedDict):
    """What is kept until the page that tells it is shown: no texts, since it lies in a cookie."""

    action: str
    rows: list[tuple[str, int, str]]


@pages.post("/bulk")
@open_to(Audience.STAFF)
def bulk() -> Response:
    """Do one thing with all items that were ticked, and tell what became of each."""
    only = request.form.get("only")
    action = "take" if only else request.form.get("action", "")
    items = [chosen(text) for text in ([only] if only else dict.fromkeys(request.form.getlist("item")))][:MOST]
    back = _back()
    if action not in _ACTIONS:
        raise BadRequest("no such action")
    if not items:
        flash(translate("Tick at least one item, then choose what to do with it."), "danger")
        return redirect(back)
    if action == "hand_over" and stored_number(request.form.get("to")) is None:
        flash(translate("Choose the colleague to whom the items go."), "danger")
        return redirect(back)
    rows = [(item.kind.value, item.object_id, _done(action, item)) for item in items]
    if len(rows) == 1 and rows[0][2] == "done":
        flash(f"{BULK_ACTIONS[action]}.", "success")
        return redirect(back)
    session[_RESULT] = Result(action=action, rows=rows)
    return redirect(url_for("desk.result", back=back))


@pages.get("/result")
@open_to(Audience.STAFF)
def result() -> str:
    """What became of the items of the last action."""
    kept: Result | None = session.get(_RESULT)
    if kept is None:
        raise NotFoundError("there is no last action to tell of")
    told = [(QueueKind(kind), number, outcome) for kind, number, outcome in kept["rows"]]
    titles = titles_of(reading(), [(kind, number) for kind, number, _ in told])
    rows = []
    for kind, number, outcome in told:
        reference, title, _ = titles.get((kind, number), (None, f"{kind.value} {number}", None))
        rows.append((title, address(kind, reference) if reference else None, outcome, OUTCOMES[outcome]))
    return render_template(
        "desk/result.html",
        action=BULK_ACTIONS[kept["action"]],
        done=[row for row in rows if row[2] in ("done", "endorsed")],
        left=[row for row in rows if row[2] not in ("done", "endorsed")],
        back=_inside(request.args.get("back", "")),
    )


def _done(action: str, item: Chosen) -> str:
    """Do it, and say in a word of OUTCOMES what became of it."""
    try:
        with unit_of_work(application().sessions) as work:
            return _ACTIONS[action](work, item)
    except (MatchingError, NotFoundError) as error:
        return next((outcome for kind, outcome in _WENT_WRONG if isinstance(error, kind)), "impossible")


_WENT_WRONG: tuple[tuple[type[Exception], str], ...] = (
    (TakenError, "taken"),
    (ConflictError, "changed"),
    (NotFoundError, "gone"),
    (InvalidProposalError, "incomplete"),
    (AnotherPersonNeededError, "another"),
    (OrganisationNotVerifiedError, "unverified"),
    (NotAllowedError, "not_staff"),
)


def _take(work: Session, item: Chosen) -> str:
    take(work, item.kind, item.object_id, someone(), seen=item.seen)
    return "done"


def _hand_over(work: Session, item: Chosen) -> str:
    to = stored_number(request.form["to"]) or 0
    hand_over(work, item.kind, item.object_id, someone(), to=to, seen=item.seen)
    return "done"


def _release(work: Session, item: Chosen) -> str:
    release(work, item.kind, item.object_id, someone(), seen=item.seen)
    return "done"


def _approve(work: Session, item: Chosen) -> str:
    proposal = work.get(Proposal, item.object_id) if item.kind is QueueKind.VALIDATION else None
    if proposal is None:
        return "only_validation"
    if proposal.state != ProposalState.TO_VALIDATE.value:
        return "gone"
    if check_proposal(work, application().service, proposal.reference, today=today()).blocked:
        return "blocked"
    second = application().settings.second_approval
    version = version_of(proposal)
    moved = approve(work, proposal.reference, someone(), version=version, second_approval=second)
    if moved.state == ProposalState.TO_VALIDATE.value:
        return "endorsed"
    settle(work, item.kind, item.object_id)
    return "done"


def _extend(work: Session, item: Chosen) -> str:
    proposal = work.get(Proposal, item.object_id) if item.kind is QueueKind.EXPIRY else None
    if proposal is None:
        return "only_expiry"
    extend(work, proposal.reference, someone())
    settle(work, item.kind, item.object_id)
    return "done"


_ACTIONS: dict[str, Callable[[Session, Chosen], str]] = {
    "take": _take,
    "hand_over": _hand_over,
    "release": _release,
    "approve": _approve,
    "extend": _extend,
}


def _back() -> str:
    return _inside(request.form.get("back", ""))


def _inside(asked: str) -> str:
    """The page of the queue that somebody came from: its query alone is taken over, never another address."""
    start = url_for("desk.index")
    return asked if asked.startswith(f"{start}?") else start
