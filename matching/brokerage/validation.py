"""From what waits to a published proposal: approved or refused by the staff."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from data.models import CaseEvent, Proposal, now
from data.models.vocabulary import CaseKind, ProposalState
from data.queries import today
from matching.brokerage.events import events_of, record
from matching.brokerage.people import Person
from matching.brokerage.permissions import require_staff
from matching.brokerage.proposal_rules import publication_problems
from matching.brokerage.proposals import LIFETIME, fields_of, locked, version_of
from matching.errors import AnotherPersonNeededError, ConflictError, InvalidProposalError, MoveNotAllowedError

LONGEST_REASON = 2000


def approve(
    session: Session,
    reference: str,
    person: Person,
    *,
    version: str | None = None,
    second_approval: bool = False,
    day: date | None = None,
) -> Proposal:
    """Open a proposal to matching; where two must approve, the first approval is an opinion that is logged."""
    proposal = _begun(session, reference, person, version)
    day = day or today()
    problems = publication_problems(fields_of(proposal), day)
    if problems:
        raise InvalidProposalError(problems)
    first = first_opinion(session, proposal)
    if second_approval:
        if person.account_id == proposal.author_id or (first is not None and first.actor == person.actor):
            raise AnotherPersonNeededError(f"proposal {reference} needs the approval of another person")
        if first is None:
            record(
                session,
                CaseKind.PROPOSAL,
                proposal.id,
                "endorsed",
                actor=person.actor,
                before=proposal.state,
                detail={"content": proposal.content_hash},
            )
            return proposal
    proposal.published, proposal.expires = day, day + LIFETIME
    return _done(session, proposal, person, "approved", ProposalState.PUBLISHED)


def refuse(session: Session, reference: str, person: Person, reason: str, *, version: str | None = None) -> Proposal:
    """Send a proposal that waits back to its owners with a reason in words. Raises ValueError without one."""
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ValueError(f"a refusal needs a reason of 1 to {LONGEST_REASON} characters")
    proposal = _begun(session, reference, person, version)
    return _done(session, proposal, person, "refused", ProposalState.REFUSED, note=reason)


def first_opinion(session: Session, proposal: Proposal) -> CaseEvent | None:
    """The first of two approvals, where it stands: given since the proposal came to wait, and of the text as it is."""
    for event in reversed(events_of(session, CaseKind.PROPOSAL, proposal.id)):
        if event.after:
            return None
        if event.action == "endorsed" and (event.detail or {}).get("content") == proposal.content_hash:
            return event
    return None


def _begun(session: Session, reference: str, person: Person, version: str | None) -> Proposal:
    require_staff(person)
    proposal = locked(session, reference)
    if version is not None and version != version_of(proposal):
        raise ConflictError(f"proposal {reference} was changed meanwhile: look at it again first")
    if proposal.state != ProposalState.TO_VALIDATE.value:
        raise MoveNotAllowedError(f"proposal {reference} is {proposal.state}: it does not wait for validation")
    return proposal


def _done(
    session: Session, proposal: Proposal, person: Person, action: str, after: ProposalState, note: str = ""
) -> Proposal:
    before = proposal.state
    proposal.state, proposal.updated_at = after.value, now()
    session.flush()
    record(
        session,
        CaseKind.PROPOSAL,
        proposal.id,
        action,
        actor=person.actor,
        before=before,
        after=after.value,
        note=note,
    )
    return proposal
