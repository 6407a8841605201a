from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data.db import unit_of_work
from data.models.vocabulary import AttachmentOwner, ProposalKind
from data.queries import proposal_by_reference
from data.uploads import FileStore, Upload
from matching.brokerage import proposals, validation
from matching.brokerage.attachments import Owner, attach, remove
from matching.errors import AnotherPersonNeededError, ConflictError, MoveNotAllowedError
from tests.matching.test_life import DAY, People, around, do, told, written
from tests.matching.test_proposal_moves import complete


@pytest.fixture
def people(sessions: sessionmaker[Session]) -> People:
    return around(sessions)


def test_two_different_people_approve(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    two = {"second_approval": True, "day": DAY}
    with pytest.raises(MoveNotAllowedError):  # not even handed in
        do(sessions, validation.approve, reference, people.broker, **two)
    do(sessions, validation.submit, reference, people.author, day=DAY)
    assert do(sessions, validation.approve, reference, people.broker, **two).state == "to_validate"
    with pytest.raises(AnotherPersonNeededError):
        do(sessions, validation.approve, reference, people.broker, **two)
    assert told(sessions, "proposal.endorsed") == {people.second.account_id}
    assert do(sessions, validation.approve, reference, people.second, **two).state == "published"


def test_an_opinion_is_about_the_text_as_it_is(sessions: sessionmaker[Session], people: People) -> None:
    reference = written(sessions, people)
    do(sessions, validation.submit, reference, people.author, day=DAY)
    two = {"second_approval": True, "day": DAY}
    do(sessions, validation.approve, reference, people.broker, **two)
    changed = complete(ProposalKind.TR, organisation_id=people.organisation, language="it", summary="Altro.")
    do(sessions, proposals.revise, reference, changed, people.second, day=DAY)
    assert do(sessions, validation.approve, reference, people.second, **two).state == "to_validate"


def upload(content: bytes) -> Upload:
    return Upload("scheda.pdf", "application/pdf", len(content), hashlib.sha256(content).hexdigest(), content)


Change = Callable[[Session, Owner, FileStore, int], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda session, owner, store, first: attach(session, store, owner, upload(b"b"), actor="job:test"),
        lambda session, owner, store, first: remove(session, owner, first, actor="job:test"),
        lambda session, owner, store, first: (
            remove(session, owner, first, actor="job:test"),
            attach(session, store, owner, upload(b"a"), actor="job:test"),
        ),
    ],
    ids=["added", "removed", "replaced"],
)
def test_a_change_of_the_files_ends_the_first_approval(
    sessions: sessionmaker[Session], people: People, change: Change, tmp_path: Path
) -> None:
    reference, store, two = written(sessions, people), FileStore(tmp_path), {"second_approval": True, "day": DAY}
    with unit_of_work(sessions) as session:
        owner = Owner(AttachmentOwner.PROPOSAL, proposal_by_reference(session, reference).id)
        first = attach(session, store, owner, upload(b"a"), actor="job:test").id
    do(sessions, validation.submit, reference, people.author, day=DAY)
    do(sessions, validation.approve, reference, people.broker, files=(first,), **two)
    with unit_of_work(sessions) as session:
        change(session, owner, store, first)
    with pytest.raises(ConflictError):  # the second broker's page shows the files of before
        do(sessions, validation.approve, reference, people.second, files=(first,), **two)
    assert do(sessions, validation.approve, reference, people.second, **two).state == "to_validate"
    assert do(sessions, validation.approve, reference, people.broker, **two).state == "published"


def test_a_change_of_the_second_language_ends_the_first_approval(
    sessions: sessionmaker[Session], people: People
) -> None:
    reference, two = written(sessions, people), {"second_approval": True, "day": DAY}
    do(sessions, validation.submit, reference, people.author, day=DAY)
    do(sessions, validation.approve, reference, people.broker, **two)
    changed = complete(ProposalKind.TR, organisation_id=people.organisation, language="it", second_summary="Other.")
    do(sessions, proposals.revise, reference, changed, people.second, day=DAY)
    with sessions() as session:
        stored = proposal_by_reference(session, reference)
        assert validation.first_opinion(session, stored) is None
        assert validation.lapsed_opinion(session, stored) is not None


def test_the_author_does_not_approve(sessions: sessionmaker[Session], people: People) -> None:
    with unit_of_work(sessions) as session:
        reference = proposals.write_new(session, complete(ProposalKind.TR), people.broker).reference
    do(sessions, validation.submit, reference, people.second, day=DAY)
    for person in (people.broker, people.second):  # who wrote it, who handed it in
        with pytest.raises(AnotherPersonNeededError):
            do(sessions, validation.approve, reference, person, second_approval=True, day=DAY)
