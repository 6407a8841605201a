from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import CurationDecision, ShortlistOrder
from data.models.vocabulary import DecisionAction, RejectReason
from matching.brokerage.client_notes import notes_for_company, take_back, tell_company
from matching.brokerage.curation import DecidedError, decide, history, standing
from matching.brokerage.ordering import DOWN, UP, last_order, move, shortlist, undo_move
from matching.errors import ConflictError, CurationError
from matching.showing import in_chosen_order
from matching.types import Target
from tests.factories import organisation, proposal
from tests.web.fakes import match

ORGANISATIONS = Target.ORGANISATIONS


@pytest.fixture
def chosen(session: Session) -> tuple[int, list[int]]:
    """A proposal with one pinned and three accepted organisations."""
    need = proposal(session)
    numbers = [organisation(session).id for _ in range(4)]
    for number, action in zip(numbers, [DecisionAction.PIN, *[DecisionAction.ACCEPT] * 3], strict=True):
        decide(
            session, proposal_id=need.id, target=ORGANISATIONS, candidate_id=number, action=action, actor="account:1"
        )
    session.commit()
    return need.id, numbers


def moved(session: Session, need: int, candidate: int, by: int, actor: str = "account:1", **more: int) -> None:
    move(session, proposal_id=need, target=ORGANISATIONS, candidate_id=candidate, by=by, actor=actor, **more)


def test_candidates_move_among_their_equals_and_back(session: Session, chosen: tuple[int, list[int]]) -> None:
    need, (pinned, first, second, third) = chosen
    assert shortlist(session, need, ORGANISATIONS) == (pinned, first, second, third)
    moved(session, need, third, UP)
    moved(session, need, third, UP)
    assert shortlist(session, need, ORGANISATIONS) == (pinned, third, first, second)
    undo_move(session, proposal_id=need, target=ORGANISATIONS, actor="account:2")
    assert shortlist(session, need, ORGANISATIONS) == (pinned, first, third, second)
    undo_move(session, proposal_id=need, target=ORGANISATIONS, actor="account:2")
    assert shortlist(session, need, ORGANISATIONS) == (pinned, first, second, third)
    with pytest.raises(CurationError):
        undo_move(session, proposal_id=need, target=ORGANISATIONS, actor="account:2")
    moved(session, need, first, DOWN)
    assert shortlist(session, need, ORGANISATIONS) == (pinned, second, first, third)


def test_nobody_moves_before_the_pinned_or_beyond_the_end(session: Session, chosen: tuple[int, list[int]]) -> None:
    need, (pinned, first, _, third) = chosen
    for candidate, by in ((first, UP), (third, DOWN), (pinned, UP), (pinned, DOWN), (987654, UP)):
        with pytest.raises(CurationError):
            moved(session, need, candidate, by)


def test_an_order_outlives_decisions_that_come_and_go(session: Session, chosen: tuple[int, list[int]]) -> None:
    need, (pinned, first, second, third) = chosen
    moved(session, need, third, UP)
    named = {"proposal_id": need, "target": ORGANISATIONS, "actor": "account:1"}
    decide(session, candidate_id=first, action=DecisionAction.REJECT, reason=RejectReason.OTHER, **named)  # type: ignore[arg-type]
    added = organisation(session).id
    decide(session, candidate_id=added, action=DecisionAction.ADD, **named)  # type: ignore[arg-type]
    assert shortlist(session, need, ORGANISATIONS) == (pinned, third, second, added)


def test_the_shown_list_follows_the_chosen_order_and_nobody_else_moves() -> None:
    curated = ["pin", "pin", "accept", None, "add", None]
    shown = [
        replace(match(ORGANISATIONS, number), curated=action, rank=number) for number, action in enumerate(curated, 1)
    ]
    told = in_chosen_order(shown, [5, 2, 3, 1])
    assert [item.candidate_id for item in told] == [2, 1, 5, 4, 3, 6]
    assert [item.rank for item in told] == [1, 2, 3, 4, 5, 6]


def test_a_change_of_somebody_elses_in_between_is_a_conflict(session: Session, chosen: tuple[int, list[int]]) -> None:
    need, (_, _, second, third) = chosen
    seen = last_order(session, need, ORGANISATIONS)
    moved(session, need, third, UP, actor="account:2")
    with pytest.raises(ConflictError):
        moved(session, need, second, UP, actor="account:1", last_seen=seen)
    moved(session, need, third, UP, actor="account:2", last_seen=seen)


@pytest.mark.parametrize("statement", ["UPDATE shortlist_order SET actor = 'x'", "DELETE FROM shortlist_order"])
def test_the_log_of_orders_only_grows(
    session: Session, engine: Engine, chosen: tuple[int, list[int]], statement: str
) -> None:
    need, numbers = chosen
    moved(session, need, numbers[3], UP)
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    assert len(session.scalars(select(ShortlistOrder)).all()) == 1


def test_a_newer_decision_of_somebody_else_is_shown_not_overwritten(session: Session) -> None:
    need, candidate = proposal(session).id, organisation(session).id
    named = {"proposal_id": need, "target": ORGANISATIONS, "candidate_id": candidate}
    theirs = decide(session, action=DecisionAction.ACCEPT, actor="account:2", last_seen=0, **named)  # type: ignore[arg-type]
    with pytest.raises(DecidedError) as caught:
        decide(
            session,
            action=DecisionAction.REJECT,
            reason=RejectReason.OTHER,
            actor="account:1",
            last_seen=0,
            **named,  # type: ignore[arg-type]
        )
    assert caught.value.decision.id == theirs.id
    decide(session, action=DecisionAction.PIN, actor="account:1", last_seen=theirs.id, **named)  # type: ignore[arg-type]
    assert [row.action for row in history(session, need)] == ["accept", "pin"]


def test_ones_own_button_pressed_twice_counts_once(session: Session) -> None:
    need, candidate = proposal(session).id, organisation(session).id
    for _ in range(2):
        decide(
            session,
            proposal_id=need,
            target=ORGANISATIONS,
            candidate_id=candidate,
            action=DecisionAction.ACCEPT,
            actor="account:1",
            last_seen=0,
        )
    assert len(history(session, need)) == 1


@pytest.mark.parametrize(
    ("action", "reason"),
    [(DecisionAction.ACCEPT, None), (DecisionAction.PIN, None), (DecisionAction.REJECT, RejectReason.OTHER)],
)
def test_what_is_in_force_is_not_decided_again(
    session: Session, action: DecisionAction, reason: RejectReason | None
) -> None:
    about = {"proposal_id": proposal(session).id, "target": ORGANISATIONS, "candidate_id": organisation(session).id}
    about |= {"action": action, "reason": reason}
    first = decide(session, actor="account:1", last_seen=0, **about)  # type: ignore[arg-type]
    for seen in (0, first.id, None):  # the same page, the page that shows it already, no page
        assert decide(session, actor="account:1", last_seen=seen, **about) is first  # type: ignore[arg-type]
    with pytest.raises(DecidedError) as caught:
        decide(session, actor="account:2", last_seen=first.id, **about)  # type: ignore[arg-type]
    assert caught.value.same
    why = decide(session, actor="account:1", last_seen=first.id, note="Perché.", **about)  # type: ignore[arg-type]
    assert [row.id for row in history(session, about["proposal_id"])] == [first.id, why.id]  # type: ignore[arg-type]


def test_another_reason_is_another_decision_and_the_same_note_is_one_note(session: Session) -> None:
    about = {"proposal_id": proposal(session).id, "target": ORGANISATIONS, "candidate_id": organisation(session).id}
    about |= {"actor": "account:1", "last_seen": 0}
    for reason in (RejectReason.OTHER, RejectReason.WRONG_STAGE):
        decide(session, action=DecisionAction.REJECT, reason=reason, **about)  # type: ignore[arg-type]
    for _ in range(2):
        decide(session, action=DecisionAction.NOTE, note="Sentire.", **about)  # type: ignore[arg-type]
    said = [(row.action, row.reason) for row in history(session, about["proposal_id"])]  # type: ignore[arg-type]
    assert said == [("reject", "other"), ("reject", "wrong_stage"), ("note", None)]


def test_nobody_is_added_as_a_partner_of_their_own(session: Session) -> None:
    own = organisation(session)
    need = proposal(session, organisation_id=own.id)
    offer = proposal(session, kind="TO", organisation_id=own.id)
    for target, number in ((ORGANISATIONS, own.id), (Target.PROPOSALS, offer.id)):
        with pytest.raises(CurationError):
            decide(
                session,
                proposal_id=need.id,
                target=target,
                candidate_id=number,
                action=DecisionAction.ADD,
                actor="account:1",
            )


@pytest.mark.parametrize(
    ("brokers", "outcome"), [((1, 1, 1, 1), ["stored"] * 4), ((1, 3, 5, 7), ["stored", "told", "told", "told"])]
)
def test_the_same_pressed_at_once_is_logged_once(
    sessions: sessionmaker[Session], brokers: tuple[int, ...], outcome: list[str]
) -> None:
    assert _pressed_at_once(sessions, brokers) == outcome


def test_of_brokers_who_decide_at_once_no_decision_is_lost(sessions: sessionmaker[Session]) -> None:
    assert _pressed_at_once(sessions, (0, 1, 2, 3)) == ["stored", "told", "told", "told"]


def _pressed_at_once(sessions: sessionmaker[Session], brokers: tuple[int, ...]) -> list[str]:
    """What four brokers are answered who accept (odd ones) or pin the same; one decision is left."""
    with sessions.begin() as session:
        need, candidate = proposal(session).id, organisation(session).id
    start = threading.Barrier(4)
    outcomes: list[str] = []

    def try_it(number: int) -> None:
        start.wait()
        try:
            with unit_of_work(sessions) as session:
                decide(
                    session,
                    proposal_id=need,
                    target=ORGANISATIONS,
                    candidate_id=candidate,
                    action=DecisionAction.ACCEPT if number % 2 else DecisionAction.PIN,
                    actor=f"account:{number}",
                    last_seen=0,
                )
            outcomes.append("stored")
        except DecidedError:
            outcomes.append("told")

    threads = [threading.Thread(target=try_it, args=(number,)) for number in brokers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions() as session:
        [kept] = session.scalars(select(CurationDecision)).all()
        assert standing(session, need)[ORGANISATIONS, candidate].id == kept.id
    return sorted(outcomes)


def test_a_company_reads_its_own_notes_and_never_the_internal_ones(session: Session) -> None:
    need, candidate = proposal(session).id, organisation(session).id
    named = {"proposal_id": need, "target": ORGANISATIONS, "candidate_id": candidate, "actor": "account:1"}
    decide(session, action=DecisionAction.NOTE, note="Solo per noi.", **named)  # type: ignore[arg-type]
    assert notes_for_company(session, need) == {}
    tell_company(session, text="Prima versione.", **named)  # type: ignore[arg-type]
    tell_company(session, text=" Lavora già con imprese del settore. ", **named)  # type: ignore[arg-type]
    assert [row.text for row in notes_for_company(session, need).values()] == ["Lavora già con imprese del settore."]
    take_back(session, **named)  # type: ignore[arg-type]
    assert notes_for_company(session, need) == {}
    with pytest.raises(CurationError):
        take_back(session, **named)  # type: ignore[arg-type]
    with pytest.raises(CurationError):
        tell_company(session, text="  ", **named)  # type: ignore[arg-type]
