from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, sessionmaker

from data.calendar import days_later, utc_day, working_days_later
from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Account, Assignment, CaseEvent, Notification, Organisation, Proposal, Suggestion
from data.models.vocabulary import DecisionAction, QueueKind, RejectReason
from data.public_holidays import add_working_days
from data.queries import today
from matching.brokerage.assignments import TakenError, hand_over, release, settle, take
from matching.brokerage.curation import decide
from matching.brokerage.people import person_of
from matching.brokerage.queue import Queue, QueueFilter, QueueSort, Whose, list_queue
from matching.errors import MoveNotAllowedError, NotAllowedError
from matching.types import Target
from tests.factories import account, in_days, organisation, proposal


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def to_validate(session: Session, days: int = 0, **given: object) -> Proposal:
    return proposal(session, state="to_validate", published=None, expires=None, submitted_at=ago(days), **given)


def suggested(session: Session, need: Proposal, candidate: int, band: str = "good", days: int = 0) -> None:
    session.add(
        Suggestion(
            proposal_id=need.id,
            candidate_organisation_id=candidate,
            rank=1,
            score=1.0,
            probability=0.7,
            band=band,
            explanation={},
            generation="g",
            first_suggested_at=ago(days),
        )
    )
    session.flush()


def looked_up(session: Session, **given: object) -> Queue:
    wanted = QueueFilter(**{"account_id": 0, **given})  # type: ignore[arg-type]
    return list_queue(session, wanted, today())


def titles(session: Session, **given: object) -> list[str]:
    return [item.title for item in looked_up(session, **given).page.rows]


@pytest.mark.parametrize("number", [1, 3, 5])
def test_due_dates_count_working_days_alike_in_both_databases(session: Session, number: int) -> None:
    first = datetime(2025, 1, 1, 23, 30, tzinfo=UTC)
    moments = [first + timedelta(days=place) for place in range(2 * 365)]
    named = {"name": "Esempio", "kind": "company"}
    rows = [{"reference": f"o-{moment:%j-%y}", "created_at": moment, **named} for moment in moments]
    session.execute(insert(Organisation), rows)
    given = Organisation.created_at
    due = working_days_later(given, number, date(2026, 11, 25))
    found = session.execute(select(utc_day(given), due, days_later(utc_day(given), -30)).order_by(given)).all()
    days = [moment.date() for moment in moments]
    assert list(map(tuple, found)) == [(day, add_working_days(day, number), day - timedelta(30)) for day in days]


@pytest.mark.parametrize(
    ("start", "number", "due"),
    [
        (date(2026, 11, 26), 3, date(2026, 12, 1)),  # a weekend
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 12, 23), 3, date(2026, 12, 29)),  # Christmas and Saint Stephen's day
        (date(2027, 3, 26), 1, date(2027, 3, 30)),  # Easter Monday
        (date(2027, 10, 1), 1, date(2027, 10, 5)),  # Saint Francis, again since 2026
        (date(2024, 10, 3), 1, date(2024, 10, 4)),
        (date(2026, 6, 1), 1, date(2026, 6, 3)),
    ],
)
def test_weekends_and_public_holidays_do_not_count(start: date, number: int, due: date) -> None:
    assert add_working_days(start, number) == due


def test_everything_that_waits_stands_in_one_queue_the_most_urgent_first(session: Session) -> None:
    own = organisation(
        session, name="Ditta nuova", reference="AO-1", withdrawn_at=ago(1)
    )  # hidden until it is verified
    account(session, organisation=own, created_at=ago(1))
    checked = organisation(session, verified_at=ago(90))
    account(session, name="Persona che attende", organisation=checked, membership="pending", updated_at=ago(2))
    account(session, name="La confermano i colleghi", organisation=own, membership="pending", updated_at=ago(2))
    to_validate(session, 20, title="Da validare da tempo")
    to_validate(session, 0, title="Da validare oggi")
    curated = proposal(session, title="Da curare")
    suggested(session, curated, organisation(session).id, days=30)
    proposal(session, title="In scadenza", expires=in_days(29))
    session.flush()
    queue = looked_up(session)
    assert [item.title for item in queue.page.rows] == [
        "Da curare",
        "Da validare da tempo",
        *sorted(["Persona che attende", "Ditta nuova", "Da validare oggi"], key=_due_order(queue)),
        "In scadenza",
    ]
    assert queue.counts == {
        QueueKind.VALIDATION: 2,
        QueueKind.CURATION: 1,
        QueueKind.EXPIRY: 1,
        QueueKind.ORGANISATION: 1,
        QueueKind.MEMBERSHIP: 1,
    }
    assert (queue.everything, queue.overdue[QueueKind.VALIDATION], queue.overdue[QueueKind.EXPIRY]) == (6, 1, 0)
    first = queue.page.rows[0]
    assert (first.overdue, first.age, first.waiting) == (True, 30, 1)


def _due_order(queue: Queue):
    place = {item.title: (item.due, item.since, item.kind.value) for item in queue.page.rows}
    return lambda title: place[title]


def test_what_needs_nobody_does_not_wait(session: Session) -> None:
    organisation(session, name="Importata, senza persone")
    proposal(session, state="draft")
    proposal(session, source="een", expires=in_days(5))
    proposal(session, kind="RDR", expires=in_days(5))
    proposal(session, expires=in_days(31))
    proposal(session, expires=in_days(5), extended_on=today())
    weak = proposal(session)
    suggested(session, weak, organisation(session).id, band="weak")
    assert looked_up(session).everything == 0


def test_a_suggestion_waits_until_it_is_decided_about_and_again_after_that_is_withdrawn(session: Session) -> None:
    need = proposal(session)
    first, second = organisation(session).id, organisation(session).id
    suggested(session, need, first)
    suggested(session, need, second)
    named = {"proposal_id": need.id, "target": Target.ORGANISATIONS, "actor": "account:1"}

    def waiting() -> list[int]:
        return [item.waiting for item in looked_up(session, kind=QueueKind.CURATION).page.rows]

    assert waiting() == [2]
    decide(session, candidate_id=first, action=DecisionAction.ACCEPT, **named)  # type: ignore[arg-type]
    decide(session, candidate_id=second, action=DecisionAction.NOTE, note="Sentire prima.", **named)  # type: ignore[arg-type]
    assert waiting() == [1]
    decide(session, candidate_id=second, action=DecisionAction.REJECT, reason=RejectReason.OTHER, **named)  # type: ignore[arg-type]
    assert waiting() == []
    decide(session, candidate_id=first, action=DecisionAction.UNDO, **named)  # type: ignore[arg-type]
    assert waiting() == [1]


def test_filters_sorts_and_pages_in_the_database(session: Session) -> None:
    me, other = account(session, "broker"), account(session, "broker")
    # References of letters: a number in one would be found by the words below.
    rows = [
        to_validate(session, place, title=f"Voce {place:02}", reference="CODA-" + "ABCDEFGHIJKL"[place])
        for place in range(12)
    ]
    mine, theirs = rows[3], rows[4]
    session.add_all(
        Assignment(kind="validation", object_id=row.id, account_id=who.id, assigned_by="account:1")
        for row, who in ((mine, me), (theirs, other))
    )
    session.flush()
    assert titles(session, account_id=me.id, whose=Whose.MINE) == [mine.title]
    assert titles(session, account_id=me.id, whose=Whose.OTHERS) == [theirs.title]
    assert looked_up(session, account_id=me.id, whose=Whose.UNASSIGNED).everything == 10
    assert set(titles(session, overdue=True)) == {row.title for row in rows if row.submitted_at and _late(row)}
    assert titles(session, text="voce 07") == ["Voce 07"]
    assert titles(session, sort=QueueSort.TITLE, page_size=5, page=3) == ["Voce 10", "Voce 11"]
    assert titles(session, sort=QueueSort.AGE, page_size=2) == ["Voce 11", "Voce 10"]
    beyond = looked_up(session, page_size=5, page=99).page
    assert (beyond.page, beyond.pages, beyond.total, len(beyond.rows)) == (3, 3, 12, 2)


def _late(row: Proposal) -> bool:
    assert row.submitted_at is not None
    return add_working_days(row.submitted_at.date(), 3) < today()


def test_a_facilitator_has_the_proposals_items_until_somebody_takes_them(session: Session) -> None:
    me, colleague = account(session, "broker"), account(session, "broker")
    item = to_validate(session, facilitator_id=colleague.id)
    assert looked_up(session).page.rows[0].assignee_id == colleague.id
    with pytest.raises(TakenError):
        take(session, QueueKind.VALIDATION, item.id, person_of(me))
    take(session, QueueKind.VALIDATION, item.id, person_of(me), seen=colleague.id)
    assert looked_up(session).page.rows[0].assignee_id == me.id
    release(session, QueueKind.VALIDATION, item.id, person_of(me), seen=me.id)
    assert looked_up(session).page.rows[0].assignee_id == colleague.id


def test_handing_over_tells_the_colleague_and_is_logged(session: Session) -> None:
    me, colleague = account(session, "broker"), account(session, "administrator")
    item = to_validate(session, title="Passa di mano")
    take(session, QueueKind.VALIDATION, item.id, person_of(me))
    hand_over(session, QueueKind.VALIDATION, item.id, person_of(me), to=colleague.id, seen=me.id)
    hand_over(session, QueueKind.VALIDATION, item.id, person_of(me), to=colleague.id, seen=me.id)
    told = session.scalars(select(Notification)).all()
    assert [(row.account_id, row.template, row.values["title"]) for row in told] == [
        (colleague.id, "desk.given", "Passa di mano")
    ]
    logged = session.scalars(select(CaseEvent).where(CaseEvent.object_id == item.id)).all()
    assert [(event.action, event.detail["to"]) for event in logged if event.detail] == [
        ("assigned", me.id),
        ("assigned", colleague.id),
    ]


def test_work_is_given_to_staff_only_and_only_while_it_waits(session: Session) -> None:
    me, member = account(session, "broker"), account(session)
    item = to_validate(session)
    with pytest.raises(MoveNotAllowedError):
        hand_over(session, QueueKind.VALIDATION, item.id, person_of(me), to=member.id)
    with pytest.raises(NotAllowedError):
        take(session, QueueKind.VALIDATION, item.id, person_of(member))
    take(session, QueueKind.VALIDATION, item.id, person_of(me))
    settle(session, QueueKind.VALIDATION, item.id)
    item.state = "published"
    session.flush()
    with pytest.raises(NotFoundError):
        take(session, QueueKind.VALIDATION, item.id, person_of(me))


def test_of_two_who_take_the_same_at_once_one_gets_it_and_the_other_is_told(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        people = [account(session, "broker") for _ in range(4)]
        number = to_validate(session).id
    start = threading.Barrier(len(people))
    outcomes: list[tuple[str, int | None]] = []

    def try_it(who: Account) -> None:
        start.wait()
        try:
            with unit_of_work(sessions) as session:
                take(session, QueueKind.VALIDATION, number, person_of(who))
            outcomes.append(("got", who.id))
        except TakenError as error:
            outcomes.append(("told", error.account_id))

    threads = [threading.Thread(target=try_it, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [who for what, who in outcomes if what == "got"]
    assert [who for what, who in outcomes if what == "told"] == [winner] * 3
    with sessions() as session:
        assert session.scalars(select(Assignment.account_id)).all() == [winner]
