"""A move of a proposal: who makes it, what they saw, whether it was made before, and the line that it leaves.

The use cases (validation, life, proposals) are written with it; each says from which states it starts and where it
leads. The caller commits (`data.db.unit_of_work`); a move that raises has changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, CaseEvent, Proposal, now
from data.models.vocabulary import CaseKind, ProposalState
from data.queries import PLATFORM, proposal_by_reference
from matching.brokerage.events import events_of, record
from matching.brokerage.people import Person, active_staff, members_of
from matching.brokerage.permissions import require_owner_or_staff, require_staff, require_visible
from matching.brokerage.proposal_content import version_of
from matching.errors import ConflictError, MoveNotAllowedError


class Step(StrEnum):
    """What happens to a proposal, as the log names it."""

    CREATED = "created"
    EDITED = "edited"
    SUBMITTED = "submitted"
    TAKEN_BACK = "taken_back"
    ENDORSED = "endorsed"
    APPROVED = "approved"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    TAKEN_UP = "taken_up"
    ANSWERED = "feedback_received"
    EXTENDED = "extended"
    EXPIRED = "expired"
    CLOSED = "closed"
    ARCHIVED = "archived"
    ACCOMPANIED = "facilitator"


@dataclass(frozen=True, slots=True)
class Move:
    """One step by a person, begun: the proposal is held, and the person may take such a step at all."""

    session: Session
    person: Person
    proposal: Proposal
    step: Step
    seen: str | None = None
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def repeated(self) -> bool:
        """Whether this very form was taken before: by the same person, seeing and saying the same, nothing since."""
        if self.seen is None:
            return False
        last = last_step(self.session, self.proposal)
        mine = {**self.detail, "seen": self.seen}
        return (
            last is not None
            and (last.action, last.actor) == (self.step.value, self.person.actor)
            and last.detail == mine
            and (last.note or "") == self.note
        )

    def require(self, *states: ProposalState) -> None:
        """Raises ConflictError where it is not what the person saw, MoveNotAllowedError from any other state."""
        self.require_current()
        if self.proposal.state not in {state.value for state in states}:
            raise MoveNotAllowedError(
                f"proposal {self.proposal.reference} is {self.proposal.state}: it cannot be {self.step.value} now"
            )

    def require_current(self) -> None:
        """Raises ConflictError where the proposal is not what the person saw."""
        if self.seen is not None and self.seen != version_of(self.proposal):
            raise ConflictError(f"proposal {self.proposal.reference} was changed meanwhile: look at it again first")

    def done(self, after: ProposalState | None) -> Proposal:
        """Take the step and log it; None leaves the state as it is."""
        before = self.proposal.state
        if after is not None:
            self.proposal.state = after.value
        self.proposal.updated_at = now()
        self.session.flush()
        record(
            self.session,
            CaseKind.PROPOSAL,
            self.proposal.id,
            self.step.value,
            actor=self.person.actor,
            before=before,
            after=after.value if after else None,
            note=self.note,
            detail={**self.detail, "seen": self.seen} if self.seen is not None else self.detail or None,
        )
        return self.proposal


def begin(
    session: Session,
    reference: str,
    person: Person,
    step: Step,
    seen: str | None,
    *,
    staff: bool = False,
    note: str = "",
    **detail: Any,
) -> Move:
    """Begin a step on a proposal of the platform: for its owners and the staff, or (`staff`) the staff alone.

    Raises NotFoundError where the person must not know of it, NotAllowedError where it is another's, and
    MoveNotAllowedError for a proposal of another network.
    """
    proposal = locked(session, reference)
    if staff:
        require_visible(person, proposal)
        require_staff(person)
    else:
        require_owner_or_staff(person, proposal)
    require_own(proposal)
    return Move(session, person, proposal, step, seen, note.strip(), detail)


def locked(session: Session, reference: str) -> Proposal:
    """The proposal, held until the end of the unit of work: of two moves at once, the second sees the first's outcome.

    SQLite's units of work come one after the other anyway; PostgreSQL's need the row's lock.
    """
    session.execute(select(Proposal.id).where(Proposal.reference == reference).with_for_update())
    proposal = proposal_by_reference(session, reference)
    session.refresh(proposal, ["state", "content_hash", "expires", "extended_on", "facilitator_id"])
    return proposal


def require_own(proposal: Proposal) -> None:
    """Raises MoveNotAllowedError for a proposal of another network."""
    if proposal.source != PLATFORM:
        raise MoveNotAllowedError(f"proposal {proposal.reference} comes from {proposal.source}: it is changed there")


def steps_of(session: Session, proposal: Proposal) -> list[CaseEvent]:
    """The log of a proposal, oldest first."""
    return events_of(session, CaseKind.PROPOSAL, proposal.id)


def last_step(session: Session, proposal: Proposal) -> CaseEvent | None:
    """The latest step that led to a state."""
    return next((event for event in reversed(steps_of(session, proposal)) if event.after), None)


def owners_of(session: Session, proposal: Proposal) -> list[Account]:
    """Whom to tell what happens to a proposal: the members of its organisation, or who wrote it for none."""
    if proposal.organisation_id is not None:
        return members_of(session, proposal.organisation_id)
    author = session.get(Account, proposal.author_id) if proposal.author_id else None
    return [author] if author is not None else []


def brokers_of(session: Session, proposal: Proposal) -> list[Account]:
    """Whom of the staff to tell: the one who accompanies it, everybody where nobody (any more) does."""
    staff = active_staff(session)
    return [account for account in staff if account.id == proposal.facilitator_id] or staff


def others(accounts: list[Account], person: Person) -> list[Account]:
    """The accounts without the one who acts, who knows already."""
    return [account for account in accounts if account.id != person.account_id]
