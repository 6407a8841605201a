"""The same form sent several times at the same moment, as by a double click: on PostgreSQL, where nobody queues."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.db import make_engine, session_factory, unit_of_work
from data.errors import NotFoundError
from data.models import (
    Account,
    CaseEvent,
    ClientNote,
    Invitation,
    NotificationPreference,
    Proposal,
    ProposalCode,
    SavedFilter,
    TagDecision,
)
from data.models.vocabulary import AttachmentOwner, Frequency, NoticeKind, Role, TagAction, Tree
from data.queries import today
from data.uploads import FileStore, Upload
from matching.brokerage import saved_filters
from matching.brokerage.attachments import Owner, attach, attachments_of, remove
from matching.brokerage.client_notes import take_back, tell_company
from matching.brokerage.invitations import invite
from matching.brokerage.opting_out import opt_out
from matching.brokerage.people import person_of
from matching.brokerage.tagging import decide_tag
from matching.errors import MatchingError
from matching.types import Target
from tests.databases import Templates, schema
from tests.factories import account, organisation, proposal

ROUNDS, AT_ONCE = 4, 4
_FILE = Upload("piano.pdf", "application/pdf", 1, "1" * 64, b"x")


def _follow(session: Session, who: Account, _what: Proposal) -> None:
    saved_filters.follow(
        session, person_of(who), list_name="proposals", query={"q": "laser"}, name="Laser", today=today()
    )


def _opt_out(session: Session, who: Account, _what: Proposal) -> None:
    opt_out(session, (who.id, (NoticeKind.SEARCH,)))


def _confirm_code(session: Session, who: Account, what: Proposal) -> None:
    decide_tag(session, what, Tree.EEN_TECHNOLOGY, "02002", TagAction.CONFIRM, actor=f"account:{who.id}")


def _remove_file(session: Session, who: Account, what: Proposal) -> None:
    owner = Owner(AttachmentOwner.PROPOSAL, what.id)
    for file in attachments_of(session, owner):
        remove(session, owner, file.id, actor=f"account:{who.id}")


def _take_note_back(session: Session, who: Account, what: Proposal) -> None:
    named = {"target": Target.ORGANISATIONS, "candidate_id": what.organisation_id or 0}
    take_back(session, proposal_id=what.id, actor=f"account:{who.id}", **named)  # type: ignore[arg-type]


def _invite(session: Session, who: Account, what: Proposal) -> None:
    given = {"role": Role.MEMBER, "language": "it", "actor": f"account:{who.id}", "address": ""}
    invite(session, email=f"collega{what.id}@example.org", organisation=what.organisation, **given)  # type: ignore[arg-type]


_REMOVALS = select(func.count(CaseEvent.id)).where(CaseEvent.action == "removed")
CASES: dict[str, tuple[Callable[[Session, Account, Proposal], None], Any]] = {
    "a list is followed": (_follow, select(func.count(SavedFilter.id))),
    "letters are opted out of": (
        _opt_out,
        select(func.count()).where(NotificationPreference.frequency == Frequency.NEVER.value),
    ),
    "a code is confirmed": (_confirm_code, select(func.count(TagDecision.id))),
    "a file is removed": (_remove_file, _REMOVALS),
    "a colleague is invited": (_invite, select(func.count(Invitation.id)).where(Invitation.revoked_at.is_(None))),
    "a note is taken back": (_take_note_back, select(func.count(ClientNote.id)).where(ClientNote.text.is_(None))),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_sent_several_times_at_once_counts_once(
    postgres_database: str, templates: Templates, tmp_path: Path, case: str
) -> None:
    use, counted = CASES[case]
    templates.fill(postgres_database, "schema", schema)
    engine = make_engine(postgres_database)
    sessions = session_factory(engine)
    store = FileStore(tmp_path)

    def world() -> tuple[int, int]:
        with sessions.begin() as session:
            own = organisation(session)
            about = proposal(session, organisation_id=own.id)
            about.codes = [ProposalCode(tree="een_technology", code="02002", origin="derived", weight=0.9)]
            attach(session, store, Owner(AttachmentOwner.PROPOSAL, about.id), _FILE, actor="account:1")
            named: dict[str, Any] = {"proposal_id": about.id, "target": Target.ORGANISATIONS, "candidate_id": own.id}
            tell_company(session, text="Noto.", actor="account:1", **named)
            return account(session).id, about.id

    def send(who: int, what: int, together: Barrier) -> None:
        try:
            with unit_of_work(sessions) as session:
                person, about = session.get_one(Account, who), session.get_one(Proposal, what)
                assert about.codes
                together.wait()
                use(session, person, about)
        except (MatchingError, NotFoundError):
            pass  # told to whoever came second

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS):
            who, what = world()
            together = Barrier(AT_ONCE)
            for outcome in [pool.submit(send, who, what, together) for _ in range(AT_ONCE)]:
                outcome.result()
    with sessions() as session:
        assert session.scalar(counted) == ROUNDS
    engine.dispose()
