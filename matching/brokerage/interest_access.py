"""Whether somebody may express interest in a proposal, to whom it is routed, and who has cases open."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from data.corpus import OPEN_STATES
from data.models import Account, Interest, Proposal
from data.models.vocabulary import ProposalKind, Role
from data.queries import state_in_force
from matching.brokerage.interest_rules import MOST_OPEN, ONGOING, Refusal
from matching.brokerage.people import Person, active_staff
from matching.errors import NotAllowedError


def is_ongoing() -> ColumnElement[bool]:
    """Condition: the expression has not ended."""
    return Interest.state.in_([state.value for state in ONGOING])


def open_interests_of(session: Session, account_id: int) -> int:
    """How many cases of others an account has in hand: staff with any cannot be removed."""
    query = select(func.count(Interest.id)).where(Interest.assignee_id == account_id, is_ongoing())
    return session.scalar(query) or 0


def is_open_for_interest(proposal: Proposal, day: date) -> bool:
    """Whether a proposal takes expressions on `day`: open, not closed to them, its deadline for them not passed."""
    if proposal.open_for_eoi is False or state_in_force(proposal.state, proposal.expires, day) not in OPEN_STATES:
        return False
    deadline = (proposal.call or {}).get("eoi_deadline")
    if proposal.kind != ProposalKind.RDR.value or not deadline:
        return True
    try:
        return day <= date.fromisoformat(deadline)
    except ValueError:  # imported as it came: the proposal's own expiry holds
        return True


def refusal_of(session: Session, person: Person, proposal: Proposal, day: date) -> Refusal | None:
    """Why the person cannot express interest, None where it is possible.

    The limits hold for good only where the caller holds the account (`people.hold_account`).
    """
    if person.organisation_id is None or not person.verified:
        return Refusal.NOT_VALIDATED
    if proposal.organisation_id == person.organisation_id or proposal.author_id == person.account_id:
        return Refusal.OWN_PROPOSAL
    if not is_open_for_interest(proposal, day):
        return Refusal.NOT_OPEN
    held = select(Interest.proposal_id).where(Interest.account_id == person.account_id, is_ongoing())
    proposals = session.scalars(held).all()
    if proposal.id in proposals:
        return Refusal.ALREADY_OPEN
    return Refusal.TOO_MANY if len(proposals) >= MOST_OPEN else None


def experts(session: Session) -> list[Account]:
    """To whom an expression may be addressed: the active brokers."""
    return [account for account in active_staff(session) if account.role == Role.BROKER.value]


def routed_to(session: Session, proposal: Proposal, chosen: int | None, default_expert: str | None) -> int | None:
    """Who receives an expression: whom the person chose, the proposal's facilitator, the node's default, else nobody.

    The default is the account with the address of ABBINA_DEFAULT_EXPERT, else the first broker by name. Raises
    NotAllowedError where the chosen one is no active broker.
    """
    staff = {account.id: account for account in active_staff(session)}
    brokers = [account for account in staff.values() if account.role == Role.BROKER.value]
    if chosen is not None:
        if chosen not in {account.id for account in brokers}:
            raise NotAllowedError(f"account {chosen} is no expert to whom an expression of interest can go")
        return chosen
    if proposal.facilitator_id in staff:
        return proposal.facilitator_id
    address = (default_expert or "").strip().lower()
    named = [account.id for account in staff.values() if address and account.email == address]
    return next(iter([*named, *(account.id for account in brokers)]), None)


def interests_received(session: Session, proposal_id: int) -> int:
    """How many expressions that were submitted in a proposal go on."""
    submitted = Interest.proposal_id == proposal_id, Interest.submitted_at.is_not(None)
    return session.scalar(select(func.count(Interest.id)).where(*submitted, is_ongoing())) or 0


def own_interest(session: Session, person: Person, proposal_id: int) -> Interest | None:
    """The expression in a proposal that the person or a colleague has open."""
    own = Interest.account_id == person.account_id
    if person.organisation_id is not None:
        own = or_(own, Interest.organisation_id == person.organisation_id)
    query = select(Interest).where(Interest.proposal_id == proposal_id, own, is_ongoing())
    return session.scalars(query.order_by((Interest.account_id == person.account_id).desc(), Interest.id)).first()
