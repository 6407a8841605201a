from __future__ import annotations

from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models import Interest, now
from data.models.vocabulary import InterestKind
from data.queries import today
from matching.brokerage.interest_access import refusal_of, routed_to
from matching.brokerage.interest_rules import MOST_OPEN, Move, Refusal, problems_of
from matching.brokerage.interests import MOVES, Step, express
from matching.brokerage.people import person_of
from matching.errors import (
    ConflictError,
    InterestRefusedError,
    InvalidInterestError,
    MoveNotAllowedError,
    NotAllowedError,
)
from tests.factories import account, in_days, organisation, proposal
from tests.matching.interest_world import FORMS, PLATFORM_FORM, World, expressed, world, written


@pytest.fixture
def people(session: Session) -> World:
    return world(session)


def refused(session: Session, people: World, **given: object) -> Refusal | None:
    target = proposal(session, source="een", **given)
    return refusal_of(session, people.person("applicant"), target, today())


OPENINGS: list[tuple[dict[str, object], Refusal | None]] = [
    ({}, None),
    ({"open_for_eoi": True}, None),
    ({"open_for_eoi": False}, Refusal.NOT_OPEN),
    ({"state": "withdrawn"}, Refusal.NOT_OPEN),
    ({"expires": in_days(0)}, Refusal.NOT_OPEN),
    ({"kind": "RDR", "call": {"eoi_deadline": in_days(0).isoformat()}}, None),
    ({"kind": "RDR", "call": {"eoi_deadline": in_days(-1).isoformat()}}, Refusal.NOT_OPEN),
    ({"kind": "TO", "call": {"eoi_deadline": in_days(-1).isoformat()}}, None),
]


def test_interest_is_expressed_in_what_is_open(session: Session, people: World) -> None:
    for given, refusal in OPENINGS:
        assert refused(session, people, **given) is refusal, given


def test_only_confirmed_members_of_a_verified_organisation_express_it(session: Session, people: World) -> None:
    unverified = person_of(account(session, organisation=organisation(session)))
    pending = organisation(session, verified_at=now())
    waiting = person_of(account(session, organisation=pending, membership="pending"))
    for person in (unverified, waiting, people.person("broker")):
        assert refusal_of(session, person, people.profile, today()) is Refusal.NOT_VALIDATED


def test_nobody_expresses_interest_in_their_own_proposal(session: Session, people: World) -> None:
    assert refusal_of(session, people.person("owner"), people.own, today()) is Refusal.OWN_PROPOSAL


def test_one_is_open_for_each_proposal_and_five_in_all(session: Session, people: World) -> None:
    first = expressed(session, people, InterestKind.FULL)
    with pytest.raises(InterestRefusedError) as again:
        expressed(session, people, InterestKind.INFORMATION)
    assert again.value.refusal is Refusal.ALREADY_OPEN
    for _ in range(MOST_OPEN - 1):
        people.profile = proposal(session, source="een")
        expressed(session, people, InterestKind.FULL)
    people.profile = proposal(session, source="een")
    with pytest.raises(InterestRefusedError) as sixth:
        expressed(session, people, InterestKind.FULL)
    assert sixth.value.refusal is Refusal.TOO_MANY
    MOVES[Move.WITHDRAW](session, people.person("applicant"), first.reference, Step(version=1))
    assert expressed(session, people, InterestKind.FULL).state == "suspended"


@pytest.mark.parametrize("limit", ["one proposal", "five in all"])
def test_of_two_at_once_the_limit_lets_one_in(sessions: sessionmaker[Session], limit: str) -> None:
    with unit_of_work(sessions) as session:
        people = world(session)
        person = people.person("applicant")
        targets = [people.profile.reference, proposal(session, source="een").reference]
        if limit == "one proposal":
            targets[1] = targets[0]
        else:
            for _ in range(MOST_OPEN - 1):
                people.profile = proposal(session, source="een")
                expressed(session, people, InterestKind.FULL)
        before = session.scalar(select(func.count(Interest.id))) or 0
    started = Event()
    outcomes: list[Refusal | None] = []

    def second() -> None:
        started.set()
        try:
            with unit_of_work(sessions) as own:
                express(own, person, targets[1], written(InterestKind.FULL))
            outcomes.append(None)
        except InterestRefusedError as error:
            outcomes.append(error.refusal)

    other = Thread(target=second)
    with unit_of_work(sessions) as session:
        express(session, person, targets[0], written(InterestKind.FULL))
        other.start()
        assert started.wait(5)
        sleep(0.3)  # long enough for the second to count before this one commits
    other.join(20)
    assert outcomes == [Refusal.ALREADY_OPEN if limit == "one proposal" else Refusal.TOO_MANY]
    with sessions() as session:
        assert session.scalar(select(func.count(Interest.id))) == before + 1


def test_a_form_sent_again_counts_once_and_with_other_words_is_a_conflict(session: Session, people: World) -> None:
    form = written(InterestKind.FULL)
    person, reference = people.person("applicant"), people.profile.reference
    first = express(session, person, reference, form)
    assert express(session, person, reference, form).id == first.id
    other = written(InterestKind.FULL, token=form.token, form={**form.form, "presentation": "Altro."})
    with pytest.raises(ConflictError):
        express(session, person, reference, other)
    assert first.reference == f"EOI-{today().year}-{first.id:06d}"


def test_the_kind_follows_the_proposal(session: Session, people: World) -> None:
    for kind, target in ((InterestKind.PLATFORM, people.profile), (InterestKind.FULL, people.own)):
        with pytest.raises(MoveNotAllowedError):
            express(session, people.person("applicant"), target.reference, written(kind))


def test_what_goes_out_is_complete_and_its_notice_accepted(session: Session, people: World) -> None:
    for kind in InterestKind:
        assert problems_of(kind, FORMS[kind]) == ()
        lacks: tuple[dict[str, object], ...] = (
            {"form": {}},
            {"accepted": False},
            {"form": {**FORMS[kind], "birthday": "1.1."}},
        )
        for lacking in lacks:
            with pytest.raises(InvalidInterestError):
                expressed(session, people, kind, **lacking)
    sent = expressed(session, people)
    assert sent.notice_version == "2026-11"
    assert sent.notice_accepted_at is not None


def test_texts_about_a_profile_have_six_hundred_characters() -> None:
    form = FORMS[InterestKind.INFORMATION]
    for field in ("technology_interest", "information_requested", "presentation"):
        assert problems_of(InterestKind.INFORMATION, {**form, field: "x" * 600}) == ()
        [problem] = problems_of(InterestKind.INFORMATION, {**form, field: "x" * 601})
        assert (problem.field, problem.limit) == (field, 600)


def test_a_draft_may_lack_everything(session: Session, people: World) -> None:
    draft = expressed(session, people, submit=False, form={}, accepted=False)
    assert (draft.state, draft.submitted_at, draft.notice_version) == ("draft", None, None)
    with pytest.raises(InvalidInterestError):
        MOVES[Move.SUBMIT](session, people.person("applicant"), draft.reference, Step(version=1, accepted=True))
    sent = Step(version=1, form=PLATFORM_FORM, accepted=True)
    assert MOVES[Move.SUBMIT](session, people.person("applicant"), draft.reference, sent).state == "submitted"


def test_it_goes_to_whom_the_person_chose_else_to_the_default_else_to_the_desk(session: Session, people: World) -> None:
    assert routed_to(session, people.profile, people.colleague.id, None) == people.colleague.id
    assert routed_to(session, people.profile, None, people.colleague.email.upper()) == people.colleague.id
    assert routed_to(session, people.profile, None, "nobody@example.org") == people.broker.id
    people.own.facilitator_id = people.colleague.id
    assert routed_to(session, people.own, None, None) == people.colleague.id
    with pytest.raises(NotAllowedError):
        routed_to(session, people.profile, people.owner.id, None)
    people.broker.active = people.colleague.active = False
    session.flush()
    assert routed_to(session, people.profile, None, None) is None
