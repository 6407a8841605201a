from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.errors import NotFoundError
from data.models import Notification, Proposal, now
from data.models.vocabulary import Outcome, ProposalKind
from data.queries import proposal_by_reference
from matching.brokerage import letters, life, moves, proposals, validation
from matching.brokerage.expiry import archive_old, expire_due, notify_expiring
from matching.brokerage.people import Person, person_of
from matching.brokerage.proposal_content import hash_of
from matching.brokerage.proposal_rules import publication_problems
from matching.errors import (
    ConflictError,
    InvalidProposalError,
    MoveNotAllowedError,
    NotAllowedError,
    OrganisationNotVerifiedError,
)
from tests.factories import account, organisation, proposal
from tests.matching.test_proposal_moves import complete

DAY = date(2026, 6, 1)


@dataclass
class People:
    """Those around one proposal: its author, a colleague, another company's member, two brokers."""

    author: Person
    colleague: Person
    elsewhere: Person
    broker: Person
    second: Person
    organisation: int


@pytest.fixture
def people(sessions: sessionmaker[Session]) -> People:
    return around(sessions)


def around(sessions: sessionmaker[Session]) -> People:
    """Stores them; the organisations are verified."""
    with unit_of_work(sessions) as session:
        own = organisation(session, verified_at=now())
        other = organisation(session, verified_at=now())
        members = [account(session, organisation=own), account(session, organisation=own)]
        far = account(session, organisation=other)
        brokers = [account(session, "broker"), account(session, "broker")]
        author, colleague, elsewhere, broker, second = (person_of(item) for item in (*members, far, *brokers))
        return People(author, colleague, elsewhere, broker, second, own.id)


def written(sessions: sessionmaker[Session], people: People, kind: ProposalKind = ProposalKind.TR, **given: Any) -> str:
    """A complete draft of the author."""
    with unit_of_work(sessions) as session:
        fields = complete(kind, organisation_id=people.organisation, language="it", **given)
        return proposals.write_new(session, fields, people.author).reference


def state_of(sessions: sessionmaker[Session], reference: str) -> str:
    with sessions() as session:
        return proposal_by_reference(session, reference).state


def version(sessions: sessionmaker[Session], reference: str) -> str:
    with sessions() as session:
        return proposals.version_of(proposal_by_reference(session, reference))


def log(sessions: sessionmaker[Session], reference: str) -> list[tuple[str, str | None]]:
    with sessions() as session:
        return [
            (event.action, event.after) for event in moves.steps_of(session, proposal_by_reference(session, reference))
        ]


def told(sessions: sessionmaker[Session], template: str) -> set[int]:
    """The accounts that were told something."""
    with sessions() as session:
        rows = session.scalars(select(Notification.account_id).where(Notification.template == template)).all()
        assert len(rows) == len(set(rows))
        return set(rows)


def do(sessions: sessionmaker[Session], move: Callable[..., Proposal], *given: Any, **named: Any) -> Proposal:
    with unit_of_work(sessions) as session:
        return move(session, *given, **named)


def test_from_a_draft_to_an_agreement(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    do(sessions, validation.submit, reference, people.author, day=DAY)
    assert told(sessions, "proposal.submitted") == {people.broker.account_id, people.second.account_id}
    do(sessions, validation.approve, reference, people.broker, day=DAY)
    assert told(sessions, "proposal.approved") == {people.author.account_id, people.colleague.account_id}
    with unit_of_work(sessions) as session:
        for _ in range(2):
            life.feedback_received(session, proposal_by_reference(session, reference), "account:1")
    do(sessions, life.close, reference, people.colleague, Outcome.PARTNER_FOUND)
    with sessions() as session:
        assert life.outcome_of(session, proposal_by_reference(session, reference)) is Outcome.PARTNER_FOUND
    do(sessions, life.archive, reference, people.broker)
    assert log(sessions, reference) == [
        ("created", "draft"),
        ("submitted", "to_validate"),
        ("approved", "published"),
        ("feedback_received", "feedback_received"),
        ("closed", "closed"),
        ("archived", "archived"),
    ]


def test_an_incomplete_draft_is_not_handed_in(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people, summary="")
    with pytest.raises(InvalidProposalError):
        do(sessions, validation.submit, reference, people.author, day=DAY)
    assert state_of(sessions, reference) == "draft"


def test_an_organisation_is_verified_before_its_proposal_is_published(
    sessions: sessionmaker[Session], people: People
) -> None:
    reference = written(sessions, people)
    with sessions.begin() as session:
        proposal_by_reference(session, reference).organisation.verified_at = None  # type: ignore[union-attr]
    do(sessions, validation.submit, reference, people.author, day=DAY)
    with pytest.raises(OrganisationNotVerifiedError):
        do(sessions, validation.approve, reference, people.broker, day=DAY)
    assert state_of(sessions, reference) == "to_validate"


def test_nobody_without_an_organisation_is_published(sessions: sessionmaker[Session], people: People) -> None:
    alone = replace(people.author, organisation_id=None)
    with unit_of_work(sessions) as session:
        reference = proposals.write_new(session, complete(ProposalKind.TR), alone).reference
    with pytest.raises(OrganisationNotVerifiedError):
        do(sessions, validation.approve, reference, people.broker, day=DAY)


def test_a_refused_proposal_is_corrected_and_handed_in_again(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    do(sessions, validation.submit, reference, people.author, day=DAY)
    with pytest.raises(ValueError, match="reason"):
        do(sessions, validation.refuse, reference, people.broker, "  ")
    do(sessions, validation.refuse, reference, people.broker, "Manca lo stato dell'arte.")
    with sessions() as session:
        refusal = validation.refusal_of(session, proposal_by_reference(session, reference))
        assert refusal is not None
        assert refusal.note == "Manca lo stato dell'arte."
    assert people.colleague.account_id in told(sessions, "proposal.refused")
    changed = complete(ProposalKind.TR, organisation_id=people.organisation, language="it", summary="Meglio.")
    do(sessions, proposals.revise, reference, changed, people.colleague)
    assert state_of(sessions, reference) == "draft"
    do(sessions, validation.submit, reference, people.author, day=DAY)
    assert state_of(sessions, reference) == "to_validate"


def test_owners_take_back_give_up_and_take_up(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    do(sessions, validation.submit, reference, people.author, day=DAY)
    do(sessions, validation.take_back, reference, people.colleague)
    do(sessions, life.give_up, reference, people.author)
    assert state_of(sessions, reference) == "withdrawn"
    do(sessions, life.take_up, reference, people.author)
    assert state_of(sessions, reference) == "draft"


OWNERS_MOVES: list[Callable[[Session, str, Person], Proposal]] = [
    validation.submit,
    validation.take_back,
    life.give_up,
    life.take_up,
    life.extend,
    lambda session, reference, person: life.close(session, reference, person, Outcome.OTHER),
]
STAFF_MOVES: list[Callable[[Session, str, Person], Proposal]] = [
    validation.approve,
    life.archive,
    lambda session, reference, person: validation.refuse(session, reference, person, "No"),
    lambda session, reference, person: life.accompany(session, reference, person, None),
]


@pytest.mark.parametrize("move", [*OWNERS_MOVES, *STAFF_MOVES])
def test_another_company_moves_nothing(
    sessions: sessionmaker[Session], people: People, move: Callable[..., Proposal]
) -> None:
    hidden = written(sessions, people)
    with pytest.raises(NotFoundError):
        do(sessions, move, hidden, people.elsewhere)
    with sessions.begin() as session:
        shown = proposal(session, organisation_id=people.organisation).reference
    with pytest.raises(NotAllowedError):
        do(sessions, move, shown, people.elsewhere)
    assert log(sessions, shown) == []


@pytest.mark.parametrize("move", STAFF_MOVES)
def test_owners_do_not_decide_for_the_agency(
    sessions: sessionmaker[Session], people: People, move: Callable[..., Proposal]
) -> None:
    reference = written(sessions, people)
    with pytest.raises(NotAllowedError):
        do(sessions, move, reference, people.author)


def test_a_form_sent_again_changes_nothing(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    seen = version(sessions, reference)
    for _ in range(2):
        do(sessions, validation.submit, reference, people.author, version=seen, day=DAY)
    waiting = version(sessions, reference)
    for _ in range(2):
        do(sessions, validation.refuse, reference, people.broker, "Da rivedere", version=waiting)
    assert [action for action, _ in log(sessions, reference)] == ["created", "submitted", "refused"]
    with pytest.raises(ConflictError):  # another reason is another opinion
        do(sessions, validation.refuse, reference, people.broker, "Altro", version=waiting)


def test_what_was_changed_meanwhile_is_looked_at_first(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    seen = version(sessions, reference)
    changed = complete(ProposalKind.TR, organisation_id=people.organisation, language="it", summary="Altro.")
    do(sessions, proposals.revise, reference, changed, people.colleague, version=seen)
    with pytest.raises(ConflictError):
        do(sessions, validation.submit, reference, people.author, version=seen, day=DAY)
    assert state_of(sessions, reference) == "draft"


def test_of_two_brokers_at_once_one_decides(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    do(sessions, validation.submit, reference, people.author, day=DAY)
    seen = version(sessions, reference)
    outcomes: list[str] = []

    def decide(move: Callable[..., Proposal], *given: Any, **named: Any) -> None:
        try:
            do(sessions, move, reference, *given, version=seen, **named)
            outcomes.append("done")
        except ConflictError:
            outcomes.append("conflict")

    threads = [
        Thread(target=decide, args=(validation.approve, people.broker), kwargs={"day": DAY}),
        Thread(target=decide, args=(validation.refuse, people.second, "No")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["conflict", "done"]
    assert len(log(sessions, reference)) == 3


def published(sessions: sessionmaker[Session], people: People, **given: Any) -> str:
    with sessions.begin() as session:
        return proposal(session, organisation_id=people.organisation, **given).reference


def test_an_owners_correction_is_validated_and_keeps_its_dates(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    do(sessions, validation.approve, reference, people.broker, day=DAY)
    with unit_of_work(sessions) as session:
        life.feedback_received(session, proposal_by_reference(session, reference), "account:1")
    changed = complete(ProposalKind.TR, organisation_id=people.organisation, language="it", summary="Corretto.")
    later = DAY + timedelta(days=100)
    do(sessions, proposals.revise, reference, changed, people.author, day=later)
    assert state_of(sessions, reference) == "to_validate"
    again = do(sessions, validation.approve, reference, people.broker, day=later)
    assert (again.state, again.published, again.expires) == ("feedback_received", DAY, DAY + timedelta(days=365))


def test_staff_correct_what_is_published_where_it_stands(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    do(sessions, validation.approve, reference, people.broker, day=DAY)
    changed = complete(ProposalKind.TR, organisation_id=people.organisation, language="it", summary="Corretto.")
    assert do(sessions, proposals.revise, reference, changed, people.broker, day=DAY).state == "published"
    with pytest.raises(InvalidProposalError):
        do(sessions, proposals.revise, reference, replace(changed, summary=""), people.broker, day=DAY)


@pytest.mark.parametrize(
    ("given", "days_before", "allowed"),
    [
        ({}, 30, True),
        ({}, 31, False),
        ({}, 1, True),
        ({}, 0, False),
        ({"kind": "RDR"}, 10, False),
        ({"extended_on": date(2026, 1, 1)}, 10, False),
        ({"state": "feedback_received"}, 10, True),
        ({"state": "to_validate"}, 10, False),
    ],
)
def test_extensions(
    sessions: sessionmaker[Session], people: People, given: dict[str, Any], days_before: int, *, allowed: bool
) -> None:
    end = date(2027, 3, 1)
    reference = published(sessions, people, expires=end, **given)
    named = {"day": end - timedelta(days=days_before)}
    if not allowed:
        with pytest.raises(MoveNotAllowedError):
            do(sessions, life.extend, reference, people.author, **named)
        return
    seen = version(sessions, reference)
    for _ in range(2):  # the form again
        extended = do(sessions, life.extend, reference, people.author, version=seen, **named)
    assert extended.expires == end + timedelta(days=365)
    assert extended.extended_on == named["day"]
    assert len(log(sessions, reference)) == 1


@pytest.mark.parametrize("days", [0, -1, 366])
def test_an_extension_ends_within_a_year_of_the_first_end(
    sessions: sessionmaker[Session], people: People, days: int
) -> None:
    end = date(2027, 3, 1)
    reference = published(sessions, people, expires=end)
    with pytest.raises(ValueError, match="ends after"):
        do(
            sessions,
            life.extend,
            reference,
            people.author,
            until=end + timedelta(days=days),
            day=end - timedelta(days=5),
        )


def test_notice_is_given_once_two_weeks_before_the_end(sessions: sessionmaker[Session], people: People) -> None:
    soon = published(sessions, people, expires=DAY + timedelta(days=14), facilitator_id=people.second.account_id)
    published(sessions, people, expires=DAY + timedelta(days=15))
    for day in (DAY, DAY, DAY + timedelta(days=1)):
        with unit_of_work(sessions) as session:
            notify_expiring(session, day)
    with sessions() as session:
        rows = session.scalars(select(Notification).where(Notification.template == "proposal.expiring")).all()
    first = [row.account_id for row in rows if row.path == f"/proposals/{soon}"]
    assert sorted(first) == sorted([people.author.account_id, people.colleague.account_id, people.second.account_id])
    assert len(rows) == 5  # the other one a day later, to two members
    end = (DAY + timedelta(days=14)).strftime("%Y")
    said = {
        language: letters.written(rows[0].template, language, **rows[0].values).subject for language in ("it", "en")
    }
    assert re.match(rf"Scade il \d+ [a-z]+ {end}: ", said["it"])
    assert re.match(rf"Ends on \d+ [A-Z][a-z]+ {end}: ", said["en"])


def test_time_ends_and_archives_proposals_with_a_line_in_the_log(
    sessions: sessionmaker[Session], people: People
) -> None:
    reference = published(sessions, people, expires=DAY)
    closed = published(sessions, people, state="closed")
    with unit_of_work(sessions) as session:
        assert expire_due(session, DAY) == 1
        assert expire_due(session, DAY) == 0
        assert archive_old(session, DAY) == 0
    with sessions.begin() as session:
        session.execute(update(Proposal).values(updated_at=now() - timedelta(days=731)))
    with unit_of_work(sessions) as session:
        assert archive_old(session, now().date()) == 2
        assert archive_old(session, now().date()) == 0
    assert log(sessions, reference) == [("expired", "expired"), ("archived", "archived")]
    assert log(sessions, closed) == [("archived", "archived")]


def test_who_accompanies_a_proposal_is_staff_and_is_told(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    for _ in range(2):
        do(sessions, life.accompany, reference, people.broker, people.second.account_id)
    assert told(sessions, "proposal.assigned") == {people.second.account_id}
    assert told(sessions, "proposal.accompanied") == {people.author.account_id, people.colleague.account_id}
    with pytest.raises(ValueError, match="staff"):
        do(sessions, life.accompany, reference, people.broker, people.author.account_id)
    do(sessions, validation.submit, reference, people.author, day=DAY)
    assert told(sessions, "proposal.submitted") == {people.second.account_id}


def test_a_second_language_is_stored_and_leaves_older_digests_valid(
    sessions: sessionmaker[Session], people: People
) -> None:
    plain = complete(ProposalKind.TR, second_title="", second_summary="", second_description="")
    assert hash_of(plain) == OLD_DIGEST
    assert hash_of(replace(plain, second_title="Idea")) != OLD_DIGEST
    reference = written(sessions, people, second_title="Hard layer")
    with sessions() as session:
        stored = proposal_by_reference(session, reference)
        assert (stored.second_language, stored.second_title) == ("en", "Hard layer")
    lacking = replace(plain, second_summary="A layer")
    assert "second_title" in {problem.field for problem in publication_problems(lacking, DAY)}


OLD_DIGEST = "42124971d331a5797889420b16b54f589777817976f021c2debe42618bd2cb9b"
"""Of the same fields before there was a second language."""
