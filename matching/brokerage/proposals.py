"""Writing the platform's own proposals: a draft, its corrections, and corrections of what is published.

How a proposal lives on from there: `validation` and `life`. The caller commits (`data.db.unit_of_work`).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.models import Proposal
from data.models.vocabulary import CaseKind, NoticeKind, ProposalKind, ProposalState
from data.queries import PLATFORM, state_in_force, today
from matching.brokerage.events import record
from matching.brokerage.moves import Step, begin, brokers_of, locked, others, require_own, steps_of
from matching.brokerage.outbox import notify
from matching.brokerage.people import Person
from matching.brokerage.permissions import may_work_on_proposal
from matching.brokerage.proposal_content import expiry_of, fields_of, says, version_of, write
from matching.brokerage.proposal_paths import path_of
from matching.brokerage.proposal_rules import Problem, ProposalFields, draft_problems, publication_problems
from matching.brokerage.references import new_token, reference_of
from matching.errors import AlreadySentError, ConflictError, InvalidProposalError, MoveNotAllowedError

__all__ = [
    "fields_of",
    "may_edit",
    "require_editable",
    "revise",
    "save_draft",
    "says",
    "update_draft",
    "version_of",
    "write_new",
]

_DRAFTS = frozenset({ProposalState.DRAFT.value, ProposalState.REFUSED.value})
_OPEN = frozenset({ProposalState.PUBLISHED.value, ProposalState.FEEDBACK_RECEIVED.value})


def write_new(session: Session, fields: ProposalFields, person: Person, *, token: str | None = None) -> Proposal:
    """Store a new draft of a person and log it; see `save_draft` for a form that is sent again."""
    reference = reference_of(token) if token else None
    known = reference and session.scalar(select(Proposal.id).where(Proposal.reference == reference))
    proposal = save_draft(session, fields, token=token, author_id=person.account_id)
    if not known:
        after = ProposalState.DRAFT.value
        record(session, CaseKind.PROPOSAL, proposal.id, Step.CREATED.value, actor=person.actor, after=after)
    return proposal


def save_draft(
    session: Session, fields: ProposalFields, *, token: str | None = None, author_id: int | None = None
) -> Proposal:
    """Store a new draft. With the `token` of its form, the same form sent again gives the proposal that it became.

    Raises InvalidProposalError for what cannot even be a draft, AlreadySentError where the form said something else.
    """
    _refuse(draft_problems(fields))
    reference = reference_of(token or new_token(today()))
    proposal = Proposal(reference=reference, source=PLATFORM, state=ProposalState.DRAFT.value, author_id=author_id)
    write(proposal, fields)
    try:
        with session.begin_nested():
            session.add(proposal)
    except IntegrityError:  # the unique reference decides, so that of two at once only one goes in
        found = session.scalar(select(Proposal).where(Proposal.reference == reference))
        if found is None:
            raise
        if not says(found, fields):
            raise AlreadySentError(reference) from None
        return found
    return proposal


def update_draft(session: Session, reference: str, fields: ProposalFields, *, version: str | None = None) -> Proposal:
    """Replace what a draft says. `version` is the one that the person saw: raises ConflictError if it is not in force.

    Raises NotFoundError, InvalidProposalError, or MoveNotAllowedError for a proposal that is no draft of the platform.
    """
    proposal = locked(session, reference)
    require_editable(proposal)
    if says(proposal, fields):
        return proposal
    _require_same(proposal, fields, version)
    _refuse(draft_problems(fields))
    write(proposal, fields)
    session.flush()
    return proposal


def revise(
    session: Session,
    reference: str,
    fields: ProposalFields,
    person: Person,
    *,
    version: str | None = None,
    day: date | None = None,
) -> Proposal:
    """Replace what a proposal says: a draft or a refused one (a draft then), one that is published, one that waits.

    Who owns a published proposal sends it back to validation by that; staff correct it where it stands. Raises
    NotFoundError, NotAllowedError, ConflictError, InvalidProposalError, and MoveNotAllowedError from other states.
    """
    day = day or today()
    move = begin(session, reference, person, Step.EDITED, version)
    proposal = move.proposal
    if not may_edit(person, proposal, day):
        raise MoveNotAllowedError(f"proposal {reference} is {proposal.state}: it cannot be edited now")
    if says(proposal, fields):
        return proposal
    _require_same(proposal, fields, version)
    drafted = proposal.state in _DRAFTS
    _refuse(draft_problems(fields) if drafted else publication_problems(fields, day))
    write(proposal, fields)
    if drafted:
        return move.done(ProposalState.DRAFT)
    if fields.kind is ProposalKind.RDR and proposal.state in _OPEN:
        proposal.expires = expiry_of(fields, day)
    if person.is_staff:
        return move.done(None)
    move.done(ProposalState.TO_VALIDATE)
    key = f"proposal.revised:{proposal.id}:{len(steps_of(session, proposal))}"
    told = others(brokers_of(session, proposal), person)
    title = proposal.title
    notify(session, told, NoticeKind.DESK, "proposal.submitted", path=path_of(proposal), key=key, title=title)
    return proposal


def may_edit(person: Person | None, proposal: Proposal, day: date | None = None) -> bool:
    """Whether the person may change its text: owners not while it waits (they take it back first), staff then too."""
    if proposal.source != PLATFORM or person is None or not may_work_on_proposal(person, proposal):
        return False
    states = _DRAFTS | _OPEN | ({ProposalState.TO_VALIDATE.value} if person.is_staff else set())
    return state_in_force(proposal.state, proposal.expires, day or today()) in states


def require_editable(proposal: Proposal) -> None:
    """Raises MoveNotAllowedError unless it is a draft (or was refused) and the platform's own."""
    require_own(proposal)
    if proposal.state not in _DRAFTS:
        raise MoveNotAllowedError(f"proposal {proposal.reference} is {proposal.state}: only a draft is edited")


def _require_same(proposal: Proposal, fields: ProposalFields, version: str | None) -> None:
    """What any change of the text asks for."""
    if version is not None and version != version_of(proposal):
        raise ConflictError(f"proposal {proposal.reference} was changed meanwhile: look at it again first")
    if fields.kind != proposal.kind:
        raise MoveNotAllowedError(
            f"proposal {proposal.reference} is a {proposal.kind}: post a new one to change its kind"
        )


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise InvalidProposalError(problems)
