from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.models import Account, Achievement, Interest, Notification, Partnership, now
from data.models.vocabulary import CaseKind, InterestKind, InterestProgress, InterestState, RejectReason, Side
from matching.brokerage.events import events_of
from matching.brokerage.interest_access import open_interests_of
from matching.brokerage.interest_labels import PROGRESS
from matching.brokerage.interest_messages import write
from matching.brokerage.interest_rules import ENDED, OUTCOMES, RULES, STEPS, Move, moves_for
from matching.brokerage.interests import MOVES, Step
from matching.brokerage.people import Person, actor_of, person_of
from matching.errors import ConflictError, InvalidInterestError, MoveNotAllowedError, NotAllowedError
from tests.factories import account
from tests.matching.interest_world import FORMS, World, expressed, world

P, K, S = InterestProgress, InterestKind, InterestState

ALLOWED = {
    "draft": {"edit", "submit", "withdraw"},
    "submitted": {"take_back", "evaluate", "transfer", "withdraw"},
    "in_evaluation": {"find_relevant", "reject", "transfer", "withdraw"},
    "relevant": {"transfer", "advance", "close", "withdraw"},
    "rejected": set(),
    "suspended": {"take_over", "transfer", "close", "withdraw"},
    "taken_over": {"suspend", "transfer", "advance", "close", "withdraw"},
    "closed": set(),
}
BY_SIDE = {
    Side.APPLICANT: {"edit", "submit", "take_back", "withdraw"},
    Side.OWNER: {"evaluate", "find_relevant", "reject", "advance", "close"},
    Side.STAFF: {
        *("evaluate", "find_relevant", "reject", "take_over", "suspend", "transfer", "advance", "close"),
    },
}


@pytest.fixture
def people(session: Session) -> World:
    return world(session)


def in_state(session: Session, people: World, state: str) -> Interest:
    """An expression put into a state as it is stored."""
    kind = K.FULL if state in ("suspended", "taken_over") else K.PLATFORM
    interest = expressed(session, people, kind)
    interest.state = state
    interest.reason = "other" if state == "rejected" else None
    interest.submitted_at = None if state == "draft" else now()
    session.flush()
    return interest


def asked(people: World, interest: Interest, move: str, **given: Any) -> Step:
    """A step with all that the move needs."""
    outcome = P.NO_AGREEMENT if move == "close" else P.NEGOTIATING
    values: dict[str, Any] = {
        "version": interest.version,
        "note": "Nota.",
        "progress": outcome if move in ("close", "advance") else None,
        "assignee_id": people.colleague.id if move == "transfer" else None,
        "reason": RejectReason.OTHER if move == "reject" else None,
        "form": FORMS[K(interest.kind)] if move in ("edit", "submit") else {},
        "accepted": True,
    }
    return Step(**(values | given))


def do(session: Session, who: Person, people: World, interest: Interest, move: str, **given: Any) -> Interest:
    return MOVES[Move(move)](session, who, interest.reference, asked(people, interest, move, **given))


def entitled(people: World, move: str) -> Person:
    side = next(side for side in Side if move in BY_SIDE[side])
    return people.person({Side.APPLICANT: "applicant", Side.OWNER: "owner", Side.STAFF: "broker"}[side])


@contextmanager
def tried(session: Session) -> Iterator[None]:
    """What is done in here is taken back: a new database for each of a hundred tries would take minutes."""
    attempt = session.begin_nested()
    yield
    attempt.rollback()
    session.expire_all()


def test_every_move_in_every_state_goes_or_is_refused(session: Session, people: World) -> None:
    for state, move in product(ALLOWED, map(str, Move)):
        with tried(session):
            interest = in_state(session, people, state)
            who = people.person("broker") if move in BY_SIDE[Side.STAFF] else entitled(people, move)
            if move in ALLOWED[state]:
                target = RULES[Move(move)].paths[S(state)]
                assert do(session, who, people, interest, move).state == target.value, (state, move)
                assert interest.version == 2
            else:
                with pytest.raises(MoveNotAllowedError):
                    do(session, who, people, interest, move)
                assert (interest.state, interest.version) == (state, 1), move


@pytest.mark.parametrize("state", list(ALLOWED))
@pytest.mark.parametrize("side", list(Side))
def test_each_side_is_offered_its_moves(state: str, side: Side) -> None:
    kind = K.FULL if state in ("suspended", "taken_over") else K.PLATFORM
    assert {move.value for move in moves_for(kind, S(state), {side})} == ALLOWED[state] & BY_SIDE[side]


def test_a_move_of_another_side_is_not_theirs(session: Session, people: World) -> None:
    for move, state in (("take_over", "suspended"), ("evaluate", "submitted")):
        with tried(session), pytest.raises(NotAllowedError):
            do(session, people.person("applicant"), people, in_state(session, people, state), move)


def test_for_everybody_else_it_does_not_exist(session: Session, people: World) -> None:
    stranger = person_of(account(session))
    for state, who in (
        ("draft", people.person("owner")),
        ("suspended", people.person("owner")),
        ("submitted", stranger),
    ):
        with tried(session), pytest.raises(NotFoundError):
            do(session, who, people, in_state(session, people, state), "withdraw")


def test_each_step_is_set_only_where_it_belongs(session: Session, people: World) -> None:
    tables = ((Move.ADVANCE, STEPS), (Move.CLOSE, OUTCOMES))
    for kind, progress, (move, table) in product(K, P, tables):
        state = S.RELEVANT if kind is K.PLATFORM else S.TAKEN_OVER
        with tried(session):
            interest = expressed(session, people, kind)
            interest.state = state.value
            session.flush()
            broker = people.person("broker")
            if progress in table[kind, state]:
                do(session, broker, people, interest, move.value, progress=progress)
                assert interest.progress == progress.value
            else:
                with pytest.raises(MoveNotAllowedError):
                    do(session, broker, people, interest, move.value, progress=progress)


def test_an_agreement_needs_somebody_who_accompanied_it() -> None:
    allowed = {place for place, outcomes in OUTCOMES.items() if P.AGREEMENT in outcomes}
    assert allowed == {(K.FULL, S.TAKEN_OVER), (K.PLATFORM, S.RELEVANT)}


def test_the_steps_have_their_official_names() -> None:
    assert [PROGRESS[step]["it"] for step in P] == [
        "Richiesta di informazioni fatta",
        "Manifestazione di interesse EEN fatta",
        "Attività in sospeso",
        "Presa in carico avvenuta",
        "Primo contatto stabilito",
        "In attesa di integrazioni",
        "EOI inoltrata",
        "Contatto avviato",
        "Negoziazione in corso",
        "Accordo raggiunto",
        "Mancato interesse di controparte / mancato accordo",
        "Caso trasferito e chiuso",
        "Non interessa più all'utente",
        "Richiesta di informazioni chiusa",
    ]


def test_a_stale_page_is_a_conflict_and_a_button_pressed_twice_counts_once(session: Session, people: World) -> None:
    interest = expressed(session, people, K.FULL)
    step = asked(people, interest, "take_over")
    for _ in range(2):
        MOVES[Move.TAKE_OVER](session, people.person("broker"), interest.reference, step)
    assert interest.version == 2
    for who, given in (("colleague", {}), ("broker", {"note": "Altro."})):
        with pytest.raises(ConflictError):
            do(session, people.person(who), people, interest, "take_over", version=1, **given)
    assert interest.assignee_id == people.broker.id


def test_the_history_says_from_where_to_where_who_and_when(session: Session, people: World) -> None:
    interest = expressed(session, people, K.FULL)
    do(session, people.person("broker"), people, interest, "take_over")
    do(session, people.person("broker"), people, interest, "advance", progress=P.FORWARDED)
    created, taken, advanced = events_of(session, CaseKind.INTEREST, interest.id)
    assert (created.before, created.after, (created.detail or {})["to"]) == (None, "suspended", "interest_expressed")
    assert (created.detail or {})["notice"] == interest.notice_version
    assert (taken.before, taken.after, taken.actor) == ("suspended", "taken_over", actor_of(people.broker.id))
    assert (advanced.before, advanced.after) == ("taken_over", "taken_over")
    assert ((advanced.detail or {})["from"], (advanced.detail or {})["to"]) == ("taken_over", "forwarded")


def told(session: Session, who: Account) -> list[str]:
    query = select(Notification.template).where(Notification.account_id == who.id).order_by(Notification.id)
    return list(session.scalars(query))


def test_each_step_is_told_to_whom_it_concerns(session: Session, people: World) -> None:
    interest = expressed(session, people, K.FULL)
    broker = people.person("broker")
    for move in ("take_over", "transfer", "suspend", "withdraw"):
        who = people.person("applicant") if move == "withdraw" else broker
        do(session, who, people, interest, move)
    assert told(session, people.applicant) == [
        f"interest.{name}" for name in ("created", "taken_over", "transferred", "suspended", "withdrawn")
    ]
    assert told(session, people.broker) == ["interest.waiting"]
    assert told(session, people.colleague) == ["interest.given_to_you", "interest.withdrawn"]
    assert told(session, people.owner) == []


def test_a_relevant_one_opens_one_room_and_an_agreement_is_one_achievement(session: Session, people: World) -> None:
    interest = expressed(session, people)
    owner = people.person("owner")
    do(session, owner, people, interest, "evaluate")
    do(session, owner, people, interest, "find_relevant")
    room = session.scalars(select(Partnership)).one()
    sides = {member.account_id: member.side for member in room.members}
    assert sides == {people.applicant.id: "applicant", people.owner.id: "owner", people.broker.id: "staff"}
    assert people.own.state == "feedback_received"
    step = asked(people, interest, "close", progress=P.AGREEMENT)
    for _ in range(2):
        MOVES[Move.CLOSE](session, owner, interest.reference, step)
    found = session.scalars(select(Achievement)).one()
    assert (found.interest_id, found.proposal_id, found.recorded_by) == (interest.id, people.own.id, owner.actor)
    assert (found.organisation_id, found.counterpart_id) == (interest.organisation_id, people.own.organisation_id)
    assert (room.state, room.outcome, room.agreed_at is not None) == ("concluded", "agreement", True)


def test_a_rejection_needs_a_reason_and_a_transfer_a_colleague_and_a_note(session: Session, people: World) -> None:
    interest = in_state(session, people, "in_evaluation")
    broker = people.person("broker")
    for move, lacking in (
        ("reject", {"reason": None}),
        ("transfer", {"note": " "}),
        ("transfer", {"assignee_id": people.applicant.id}),
    ):
        with pytest.raises(InvalidInterestError):
            do(session, broker, people, interest, move, **lacking)


def test_who_has_open_cases_is_known(session: Session, people: World) -> None:
    first = expressed(session, people, K.FULL)
    expressed(session, people, K.PLATFORM)
    assert (open_interests_of(session, people.broker.id), open_interests_of(session, people.colleague.id)) == (2, 0)
    do(session, people.person("broker"), people, first, "transfer")
    assert (open_interests_of(session, people.broker.id), open_interests_of(session, people.colleague.id)) == (1, 1)
    do(session, people.person("broker"), people, first, "close")
    assert open_interests_of(session, people.colleague.id) == 0


def test_of_a_withdrawn_draft_nothing_stays(session: Session, people: World) -> None:
    draft = expressed(session, people, submit=False)
    do(session, people.person("applicant"), people, draft, "withdraw")
    assert (draft.form, draft.state, draft.progress) == ({}, "closed", "no_longer_interested")
    assert told(session, people.owner) == []


def test_internal_messages_are_the_staffs(session: Session, people: World) -> None:
    interest = expressed(session, people, K.FULL)
    other = account(session, "broker")
    write(session, people.person("colleague"), interest.reference, "Da sentire.", token="a" * 37, internal=True)
    write(session, people.person("colleague"), interest.reference, "Da sentire.", token="a" * 37, internal=True)
    assert [message.internal for message in interest.messages] == [True]
    assert told(session, people.applicant) == ["interest.created"]
    assert told(session, people.broker)[-1] == "interest.message"
    assert told(session, other) == []
    with pytest.raises(NotAllowedError):
        write(session, people.person("applicant"), interest.reference, "Segreto.", token="b" * 37, internal=True)


def test_ended_states_are_those_without_a_way_out() -> None:
    assert {state for state in S if not any(state in rule.paths for rule in RULES.values())} == ENDED
