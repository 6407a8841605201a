"""The private room of a partnership: who is in it, messages, documents, next steps, outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.models.vocabulary import AttachmentOwner, InterestKind, InterestState
from data.queries import today
from matching.brokerage import partnerships
from matching.brokerage.attachments import MOST_FILES, Owner, attachments_of
from matching.brokerage.interest_rights import sides_of
from matching.brokerage.interest_rules import OUTCOMES, Move, moves_for
from matching.brokerage.people import Person
from matching.brokerage.references import is_token, new_token
from matching.errors import InvalidInterestError
from web.access import Audience, open_to
from web.context import application, reading, someone
from web.interests import rooms
from web.interests.faces import by, named_for
from web.interests.showing import Unfinished
from web.interests.wording import SIDES, describe, step_name
from web.language import translate


@rooms.get("/<int:number>")
@open_to(Audience.SIGNED_IN)
def show(number: int) -> str:
    """The room, for those who are in it."""
    return page(number)


def page(number: int, unfinished: Unfinished | None = None) -> str:
    """The page; `unfinished` is put back where it was typed."""
    session, reader = reading(), someone()
    room, side = partnerships.room_for(session, reader, number)
    names = named_for(session, reader, partnerships.authors_of(room), room=True)
    interest = room.interest
    kind, state = InterestKind(interest.kind), InterestState(interest.state)
    return render_template(
        "partnerships/show.html",
        room=room,
        interest=interest,
        side=side,
        members=[(names.get(member.account_id, ""), SIDES[member.side]) for member in room.members],
        messages=[(message, by(message.author, names)) for message in room.messages],
        steps=[(step, by(step.author, names)) for step in room.steps],
        day=today(),
        colleagues=partnerships.invitable(session, reader, room, side),
        outcome=step_name(room.outcome),
        outcomes=[(step.value, step_name(step)) for step in OUTCOMES.get((kind, state), ())],
        moves={move.value for move in moves_for(kind, state, sides_of(reader, interest))} & {Move.CLOSE.value},
        achievement=partnerships.achievement_of(session, interest.id),
        files=attachments_of(session, Owner(AttachmentOwner.PARTNERSHIP, number)),
        most_files=MOST_FILES,
        megabytes=application().settings.upload_megabytes,
        tokens=[new_token(today()) for _ in range(2)],
        unfinished=unfinished,
    )


@rooms.post("/<int:number>/messages")
@open_to(Audience.SIGNED_IN)
def write(number: int) -> Response:
    """Write to everybody in the room."""
    token, text = _token(), request.form.get("text", "")
    return _done(
        number,
        "message",
        lambda session, person: partnerships.write(session, person, number, text, token=token),
        translate("The message is stored."),
    )


@rooms.post("/<int:number>/steps")
@open_to(Audience.SIGNED_IN)
def plan(number: int) -> Response:
    """Add a next step."""
    token, text, due = _token(), request.form.get("text", ""), _day(request.form.get("due", ""))
    return _done(
        number,
        "step",
        lambda session, person: partnerships.plan(session, person, number, text, due, token=token),
        translate("The next step is stored."),
    )


@rooms.post("/<int:number>/steps/<int:step>/done")
@open_to(Audience.SIGNED_IN)
def finish(number: int, step: int) -> Response:
    """Mark a step as done."""
    return _done(
        number,
        "done",
        lambda session, person: partnerships.finish(session, person, number, step),
        translate("The step is done."),
    )


@rooms.post("/<int:number>/members")
@open_to(Audience.SIGNED_IN)
def bring_in(number: int) -> Response:
    """Let a colleague of one's own side in."""
    typed = request.form.get("account", "")
    if not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        abort(400)
    return _done(
        number,
        "member",
        lambda session, person: partnerships.bring_in(session, person, number, int(typed)),
        translate("Your colleague is in the room."),
    )


def _done(number: int, what: str, use: Callable[[Session, Person], None], said: str) -> Response:
    try:
        with unit_of_work(application().sessions) as session:
            use(session, someone())
    except InvalidInterestError as error:
        complaint = " ".join(describe(problem) for problem in error.problems)
        return make_response(page(number, Unfinished(what, complaint, request.form.to_dict())), 422)
    flash(said, "success")
    return redirect(url_for("partnerships.show", number=number))


def _token() -> str:
    token = request.form.get("token", "")
    if not is_token(token):
        abort(400)
    return token


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
