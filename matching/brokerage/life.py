"""The life of a proposal once it is written: given up, answered, extended, closed, archived, and who accompanies it.

EEN quality guidelines v1.2: 365 days, one extension of up to 365 more, asked for at the earliest 30 days before the
end, notice two weeks before it, the archive after two years.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from data.models import Account, Proposal
from data.models.vocabulary import CaseKind, NoticeKind, Outcome, ProposalKind, ProposalState, Role
from data.queries import PLATFORM, state_in_force, today
from matching.brokerage.events import record
from matching.brokerage.moves import Step, begin, brokers_of, others, owners_of, steps_of
from matching.brokerage.outbox import notify
from matching.brokerage.people import Person
from matching.brokerage.proposal_paths import path_of
from matching.errors import MoveNotAllowedError

LONGEST_EXTENSION = timedelta(days=365)
EARLIEST_EXTENSION = timedelta(days=30)
"""How long before its end a proposal can be extended at the earliest."""
LONGEST_NOTE = 2000

_OPEN = (ProposalState.PUBLISHED, ProposalState.FEEDBACK_RECEIVED)
_UNPUBLISHED = (ProposalState.DRAFT, ProposalState.REFUSED, ProposalState.TO_VALIDATE)
_ENDED = (ProposalState.EXPIRED, ProposalState.CLOSED, ProposalState.WITHDRAWN, ProposalState.REFUSED)
_STAFF = frozenset({Role.BROKER.value, Role.ADMINISTRATOR.value})


def give_up(session: Session, reference: str, person: Person, *, version: str | None = None) -> Proposal:
    """Withdraw what was never published, or waits to be again; it can be taken up again.

    Raises NotFoundError, NotAllowedError, ConflictError, or MoveNotAllowedError, as all moves here do.
    """
    move = begin(session, reference, person, Step.GIVEN_UP, version)
    if move.repeated:
        return move.proposal
    move.require(*_UNPUBLISHED)
    return move.done(ProposalState.WITHDRAWN)


def take_up(session: Session, reference: str, person: Person, *, version: str | None = None) -> Proposal:
    """Make what was given up a draft again."""
    move = begin(session, reference, person, Step.TAKEN_UP, version)
    if move.repeated:
        return move.proposal
    move.require(ProposalState.WITHDRAWN)
    return move.done(ProposalState.DRAFT)


def feedback_received(session: Session, proposal: Proposal, actor: str) -> None:
    """Note that a first relevant expression of interest came in; nothing changes where one did before."""
    if proposal.source != PLATFORM or proposal.state != ProposalState.PUBLISHED.value:
        return
    proposal.state = ProposalState.FEEDBACK_RECEIVED.value
    session.flush()
    before, after = ProposalState.PUBLISHED.value, proposal.state
    record(session, CaseKind.PROPOSAL, proposal.id, Step.ANSWERED.value, actor=actor, before=before, after=after)


def close(
    session: Session,
    reference: str,
    person: Person,
    outcome: Outcome,
    *,
    note: str = "",
    version: str | None = None,
) -> Proposal:
    """End a published or expired proposal with its outcome, and a note for the other side's eyes in the log."""
    move = begin(session, reference, person, Step.CLOSED, version, note=note, outcome=outcome.value)
    if move.repeated:
        return move.proposal
    move.require(*_OPEN, ProposalState.EXPIRED)
    proposal = move.done(ProposalState.CLOSED)
    told = [*owners_of(session, proposal), *(brokers_of(session, proposal) if proposal.facilitator_id else [])]
    key = f"proposal.closed:{proposal.id}:{len(steps_of(session, proposal))}"
    notify(
        session,
        others(told, person),
        NoticeKind.PROPOSAL,
        "proposal.closed",
        path=path_of(proposal),
        key=key,
        title=proposal.title,
    )
    return proposal


def outcome_of(session: Session, proposal: Proposal) -> Outcome | None:
    """How a closed proposal ended, where that was said."""
    if proposal.state not in (ProposalState.CLOSED.value, ProposalState.ARCHIVED.value):
        return None
    closed = [event for event in steps_of(session, proposal) if event.action == Step.CLOSED.value]
    said = (closed[-1].detail or {}).get("outcome") if closed else None
    return Outcome(said) if said in {outcome.value for outcome in Outcome} else None


def archive(session: Session, reference: str, person: Person, *, version: str | None = None) -> Proposal:
    """Put away what has ended, by the staff: only its owners and they see it from then on."""
    move = begin(session, reference, person, Step.ARCHIVED, version, staff=True)
    if move.repeated:
        return move.proposal
    move.require(*_ENDED)
    return move.done(ProposalState.ARCHIVED)


def may_extend(proposal: Proposal, day: date | None = None) -> bool:
    """Whether it can be extended on `day`: once, open, from 30 days before its end; not what follows a call."""
    day = day or today()
    state = state_in_force(proposal.state, proposal.expires, day)
    return (
        proposal.source == PLATFORM
        and proposal.kind != ProposalKind.RDR.value
        and proposal.extended_on is None
        and state in {item.value for item in _OPEN}
        and proposal.expires is not None
        and proposal.expires - EARLIEST_EXTENSION <= day
    )


def extend(
    session: Session,
    reference: str,
    person: Person,
    *,
    until: date | None = None,
    version: str | None = None,
    day: date | None = None,
) -> Proposal:
    """The one extension, counted from the first end: by 365 days, or to an earlier day (`until`).

    Raises ValueError for a day that is not after the first end and within 365 days of it.
    """
    move = begin(session, reference, person, Step.EXTENDED, version)
    proposal = move.proposal
    if proposal.extended_on is not None and _extended_by(session, proposal, person, version):
        return proposal
    move.require(*_OPEN)
    if not may_extend(proposal, day):
        raise MoveNotAllowedError(f"proposal {reference} cannot be extended: once, from 30 days before its end")
    first = proposal.expires
    assert first is not None
    wanted = until or first + LONGEST_EXTENSION
    if not first < wanted <= first + LONGEST_EXTENSION:
        raise ValueError(f"an extension ends after {first} and by {first + LONGEST_EXTENSION}")
    proposal.expires, proposal.extended_on = wanted, day or today()
    move.detail.update({"from": first.isoformat(), "until": wanted.isoformat()})
    return move.done(None)


def _extended_by(session: Session, proposal: Proposal, person: Person, version: str | None) -> bool:
    """Whether this is the form again by which the person extended it."""
    done = [event for event in steps_of(session, proposal) if event.action == Step.EXTENDED.value]
    return bool(version and done and done[-1].actor == person.actor and (done[-1].detail or {}).get("seen") == version)


def accompany(
    session: Session, reference: str, person: Person, account_id: int | None, *, version: str | None = None
) -> Proposal:
    """Say who of the staff accompanies a proposal, by the staff; None for nobody. The same again changes nothing.

    Raises ValueError for an account that is not of the active staff.
    """
    move = begin(session, reference, person, Step.ACCOMPANIED, version, staff=True, facilitator=account_id)
    proposal = move.proposal
    if proposal.facilitator_id == account_id:
        return proposal
    move.require_current()
    if proposal.state == ProposalState.ARCHIVED.value:
        raise MoveNotAllowedError(f"proposal {reference} is archived: nobody accompanies it any more")
    chosen = None if account_id is None else session.get(Account, account_id)
    if account_id is not None and (chosen is None or chosen.role not in _STAFF or not chosen.active):
        raise ValueError(f"account {account_id} is not of the active staff")
    move.detail["before"] = proposal.facilitator_id
    proposal.facilitator_id = account_id
    move.done(None)
    if chosen is not None:
        key, path = f"proposal.facilitator:{proposal.id}:{len(steps_of(session, proposal))}", path_of(proposal)
        told = {"path": path, "title": proposal.title}
        owners = owners_of(session, proposal)
        notify(session, owners, NoticeKind.PROPOSAL, "proposal.accompanied", key=key, **told)
        own = others([chosen], person)
        notify(session, own, NoticeKind.DESK, "proposal.assigned", key=f"{key}:desk", **told)
    return proposal
