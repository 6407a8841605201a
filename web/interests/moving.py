"""What is done with an expression of interest: its moves and messages, each by a form of its page."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import abort, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models.vocabulary import InterestProgress, RejectReason
from matching.brokerage import interest_messages, interests
from matching.brokerage.interest_rules import Move
from matching.brokerage.references import is_token
from matching.errors import InvalidInterestError
from web.access import Audience, open_to
from web.context import application, someone
from web.interests import pages
from web.interests.showing import Unfinished, page
from web.interests.wording import describe
from web.language import translate
from web.typed import stored_number

Value = TypeVar("Value", bound=StrEnum)
_BY_FORM = frozenset({Move.EDIT, Move.SUBMIT})
"""Moves that are made by the form of the expression, not by a button of its page."""


@pages.post("/<reference>/moves")
@open_to(Audience.SIGNED_IN)
def move(reference: str) -> Response:
    """Make a move, against the version that the page showed."""
    wanted = _value(Move, "move")
    if wanted is None or wanted in _BY_FORM:
        abort(400)
    step = interests.Step(
        version=stored_number(request.form.get("version")) or 0,
        note=request.form.get("note", "").replace("\0", ""),
        progress=_value(InterestProgress, "progress"),
        assignee_id=stored_number(request.form.get("assignee")),
        reason=_value(RejectReason, "reason"),
    )
    try:
        with unit_of_work(application().sessions) as session:
            interests.MOVES[wanted](session, someone(), reference, step)
    except InvalidInterestError as error:
        return _again(reference, wanted.value, error)
    flash(_said(wanted), "success")
    return redirect(url_for("interests.show", reference=reference))


@pages.post("/<reference>/messages")
@open_to(Audience.SIGNED_IN)
def message(reference: str) -> Response:
    """Write to the other side, or for the staff alone."""
    token = request.form.get("token", "")
    if not is_token(token):
        abort(400)
    internal = "internal" in request.form
    try:
        with unit_of_work(application().sessions) as session:
            text = request.form.get("text", "")
            interest_messages.write(session, someone(), reference, text, token=token, internal=internal)
    except InvalidInterestError as error:
        return _again(reference, "message", error)
    flash(translate("The message is stored."), "success")
    return redirect(url_for("interests.show", reference=reference, _anchor="messages"))


def _again(reference: str, wanted: str, error: InvalidInterestError) -> Response:
    complaint = " ".join(describe(problem) for problem in error.problems)
    return make_response(page(reference, Unfinished(wanted, complaint, request.form.to_dict())), 422)


def _value(values: type[Value], name: str) -> Value | None:
    typed = request.form.get(name, "")
    return values(typed) if typed in {value.value for value in values} else None


def _said(made: Move) -> str:
    return {
        Move.TAKE_BACK: translate("It is a draft again. Nobody else sees it now."),
        Move.EVALUATE: translate("It is in evaluation now."),
        Move.FIND_RELEVANT: translate("It is relevant: a private room is open for both sides."),
        Move.REJECT: translate("It is rejected, with the reason."),
        Move.TAKE_OVER: translate("The case is yours now."),
        Move.SUSPEND: translate("The case is suspended and waits at the desk."),
        Move.TRANSFER: translate("The case is transferred."),
        Move.ADVANCE: translate("The step is noted."),
        Move.CLOSE: translate("The case is closed, with its outcome."),
        Move.WITHDRAW: translate("The expression of interest is withdrawn."),
    }[made]
