"""What time does to proposals, by the nightly job: notice of the end, the end, the archive. Each is safe to run again.

Queries leave a proposal out from the day of its end anyway; this closes it in the database, too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.corpus import OPEN_STATES, chunks
from data.models import Proposal, now
from data.models.vocabulary import CaseKind, NoticeKind, ProposalState
from data.queries import PLATFORM
from matching.brokerage.events import record
from matching.brokerage.moves import Step, brokers_of, owners_of
from matching.brokerage.outbox import notify
from matching.brokerage.proposal_paths import path_of

ACTOR = "job:nightly"
NOTICE = timedelta(days=14)
"""How long before its end the people of a proposal are told."""
KEPT = timedelta(days=730)
"""How long after its last change an ended proposal is archived."""

_OVER = (ProposalState.EXPIRED.value, ProposalState.CLOSED.value, ProposalState.WITHDRAWN.value)


def expire_due(session: Session, today: date) -> int:
    """Set the state of every open proposal whose day has come to expired; returns how many. Safe to run again."""
    due = Proposal.state.in_(OPEN_STATES), Proposal.expires <= today
    own = session.execute(select(Proposal.id, Proposal.state).where(*due, Proposal.source == PLATFORM)).all()
    for number, before in own:  # the log is of the platform's own; other networks keep theirs
        after = ProposalState.EXPIRED.value
        record(session, CaseKind.PROPOSAL, number, Step.EXPIRED.value, actor=ACTOR, before=before, after=after)
    statement = update(Proposal).where(*due).values(state=ProposalState.EXPIRED.value, updated_at=now())
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)  # type: ignore[attr-defined]


def notify_expiring(session: Session, today: date) -> int:
    """Tell the people of every open proposal of the platform that ends within two weeks, once for each end.

    Returns how many proposals end so soon, told of before or not.
    """
    soon = Proposal.expires > today, Proposal.expires <= today + NOTICE
    query = select(Proposal).where(Proposal.source == PLATFORM, Proposal.state.in_(OPEN_STATES), *soon)
    proposals = session.scalars(query.order_by(Proposal.id)).all()
    for proposal in proposals:
        assert proposal.expires is not None
        accompanied = brokers_of(session, proposal) if proposal.facilitator_id else []
        notify(
            session,
            [*owners_of(session, proposal), *accompanied],
            NoticeKind.EXPIRY,
            "proposal.expiring",
            path=path_of(proposal),
            key=f"proposal.expiring:{proposal.id}:{proposal.expires.isoformat()}",
            title=proposal.title,
            day=proposal.expires.isoformat(),
        )
    return len(proposals)


def archive_old(session: Session, today: date) -> int:
    """Archive the platform's own that ended, where nothing of them changed for two years; returns how many."""
    before = datetime.combine(today - KEPT, time.min, UTC)
    old = Proposal.source == PLATFORM, Proposal.state.in_(_OVER), Proposal.updated_at < before
    found = session.execute(select(Proposal.id, Proposal.state).where(*old)).all()
    for part in chunks(found):
        for number, state in part:
            after = ProposalState.ARCHIVED.value
            record(session, CaseKind.PROPOSAL, number, Step.ARCHIVED.value, actor=ACTOR, before=state, after=after)
        statement = update(Proposal).where(Proposal.id.in_([number for number, _ in part]))
        session.execute(
            statement.values(state=ProposalState.ARCHIVED.value, updated_at=now()),
            execution_options={"synchronize_session": False},
        )
    return len(found)
