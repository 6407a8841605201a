"""From a draft to a published proposal: submitted by its owners, approved or refused by the staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile

from sqlalchemy.orm import Session

from data.models import Account, CaseEvent, Proposal, now
from data.models.vocabulary import AttachmentOwner, NoticeKind, ProposalKind, ProposalState, Role
from data.queries import today
from matching.brokerage.attachments import Owner, attachments_of
from matching.brokerage.moves import Move, Step, begin, brokers_of, last_step, others, owners_of, steps_of
from matching.brokerage.outbox import notify
from matching.brokerage.people import Person, account_of
from matching.brokerage.proposal_content import expiry_of, fields_of, write
from matching.brokerage.proposal_paths import path_of
from matching.brokerage.proposal_rules import Fault, Problem, publication_problems
from matching.errors import (
    AnotherPersonNeededError,
    ConflictError,
    InvalidProposalError,
    OrganisationNotVerifiedError,
)

LONGEST_REASON = 2000
_OPEN = frozenset({ProposalState.PUBLISHED.value, ProposalState.FEEDBACK_RECEIVED.value})
_STAFF = frozenset({Role.BROKER.value, Role.ADMINISTRATOR.value})


def submit(
    session: Session, reference: str, person: Person, *, version: str | None = None, day: date | None = None
) -> Proposal:
    """Hand a complete draft to the staff. Members of an organisation that is not verified yet may do so, too.

    A draft begun before its author belonged to an organisation is handed in on behalf of that; a member who belongs
    to none hands nothing in, because nobody could approve it.

    Raises NotFoundError, NotAllowedError, ConflictError, MoveNotAllowedError, or InvalidProposalError.
    """
    move = begin(session, reference, person, Step.SUBMITTED, version)
    if move.repeated or (version is None and move.proposal.state == ProposalState.TO_VALIDATE.value):
        return move.proposal
    move.require(ProposalState.DRAFT)
    _require_organisation(move)
    _require_complete(move.proposal, day or today())
    move.proposal.submitted_at = now()
    proposal = move.done(ProposalState.TO_VALIDATE)
    _tell(move, others(brokers_of(session, proposal), person), NoticeKind.DESK, "proposal.submitted")
    return proposal


def take_back(session: Session, reference: str, person: Person, *, version: str | None = None) -> Proposal:
    """Make what waits for validation a draft again, by its owners. Raises as `submit` does."""
    move = begin(session, reference, person, Step.TAKEN_BACK, version)
    if move.repeated:
        return move.proposal
    move.require(ProposalState.TO_VALIDATE)
    return move.done(ProposalState.DRAFT)


def approve(
    session: Session,
    reference: str,
    person: Person,
    *,
    version: str | None = None,
    files: Sequence[int] | None = None,
    second_approval: bool = False,
    day: date | None = None,
) -> Proposal:
    """Open a proposal to matching, by the staff; a draft directly, unless two must approve (`second_approval`).

    With two, the first approval is an opinion that is logged (the state stays), the second publishes; neither is its
    author's, and a change of the text or its files ends the first. `files` are the numbers of those that the person
    saw; others are a conflict. One that is open already, saying what the person saw, stays as it is. Raises as
    `submit` does, AnotherPersonNeededError, and OrganisationNotVerifiedError.
    """
    day = day or today()
    move = begin(session, reference, person, Step.APPROVED, version, staff=True)
    proposal = move.proposal
    if proposal.state in _OPEN and (version is None or version.endswith(f"_{proposal.content_hash}")):
        return proposal
    if second_approval:
        move.require(ProposalState.TO_VALIDATE)
    else:
        move.require(ProposalState.DRAFT, ProposalState.REFUSED, ProposalState.TO_VALIDATE)
    _require_complete(proposal, day)
    _require_verified(session, proposal)
    if files is not None and tuple(files) != files_in_force(session, proposal):
        raise ConflictError(f"the files of proposal {reference} were changed meanwhile: look at them again first")
    if second_approval and not _seconded(move):
        return proposal
    _open(proposal, day)
    answered = any(event.action == Step.ANSWERED.value for event in steps_of(session, proposal))
    move.done(ProposalState.FEEDBACK_RECEIVED if answered else ProposalState.PUBLISHED)
    _tell(move, others(owners_of(session, proposal), person), NoticeKind.PROPOSAL, "proposal.approved")
    return proposal


def refuse(session: Session, reference: str, person: Person, reason: str, *, version: str | None = None) -> Proposal:
    """Send a proposal that waits back to its owners with a reason in words, which they read. Raises as `submit` does.

    Raises ValueError without a reason, or for one that is too long.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ValueError(f"a refusal needs a reason of 1 to {LONGEST_REASON} characters")
    move = begin(session, reference, person, Step.REFUSED, version, staff=True, note=reason)
    if move.repeated:
        return move.proposal
    move.require(ProposalState.TO_VALIDATE)
    proposal = move.done(ProposalState.REFUSED)
    told = others(owners_of(session, proposal), person)
    _tell(move, told, NoticeKind.PROPOSAL, "proposal.refused", reason=reason)
    return proposal


def refusal_of(session: Session, proposal: Proposal) -> CaseEvent | None:
    """Why a refused proposal was refused; None for any other."""
    if proposal.state != ProposalState.REFUSED.value:
        return None
    last = last_step(session, proposal)
    return last if last is not None and last.action == Step.REFUSED.value else None


def first_opinion(session: Session, proposal: Proposal) -> CaseEvent | None:
    """The first of two approvals, where it stands: given since the proposal came to wait, of text and files as now."""
    approved = _what_it_is(session, proposal)
    return next((event for event in _opinions(session, proposal) if _about(event) == approved), None)


def lapsed_opinion(session: Session, proposal: Proposal) -> CaseEvent | None:
    """The newest first approval since the proposal came to wait, where none stands: text or files were changed."""
    opinions = _opinions(session, proposal)
    approved = _what_it_is(session, proposal)
    return opinions[0] if opinions and all(_about(event) != approved for event in opinions) else None


def files_in_force(session: Session, proposal: Proposal) -> tuple[int, ...]:
    """The numbers of the files that are attached, oldest first; one that replaces another has a number of its own."""
    return tuple(row.id for row in attachments_of(session, Owner(AttachmentOwner.PROPOSAL, proposal.id)))


def _opinions(session: Session, proposal: Proposal) -> list[CaseEvent]:
    """The approvals that were logged since the proposal came to wait, newest first."""
    waiting = takewhile(lambda event: not event.after, reversed(steps_of(session, proposal)))
    return [event for event in waiting if event.action == Step.ENDORSED.value]


def _what_it_is(session: Session, proposal: Proposal) -> dict[str, object]:
    """What an approval is about: the text in all its languages, and the files."""
    return {"content": proposal.content_hash, "files": list(files_in_force(session, proposal))}


def _about(event: CaseEvent) -> dict[str, object]:
    detail = event.detail or {}
    return {"content": detail.get("content"), "files": detail.get("files", [])}


def _seconded(move: Move) -> bool:
    """Whether somebody else approved before; if not, this is the first opinion, and is logged as that."""
    proposal = move.proposal
    if move.person.account_id in (proposal.author_id, _submitter(move)):
        raise AnotherPersonNeededError(f"proposal {proposal.reference} is not approved by who wrote it")
    first = first_opinion(move.session, proposal)
    if first is not None and first.actor == move.person.actor:
        raise AnotherPersonNeededError(f"proposal {proposal.reference} needs the approval of another person")
    if first is None:
        detail = _what_it_is(move.session, proposal)
        Move(move.session, move.person, proposal, Step.ENDORSED, move.seen, "", detail).done(None)
        told = others(brokers_of(move.session, proposal), move.person)
        _tell(move, told, NoticeKind.DESK, "proposal.endorsed")
    return first is not None


def _submitter(move: Move) -> int | None:
    """The account that handed it in, where it still waits since."""
    last = last_step(move.session, move.proposal)
    return account_of(last.actor) if last is not None else None


def _require_organisation(move: Move) -> None:
    if move.proposal.organisation_id is not None or move.person.is_staff:
        return
    if move.person.organisation_id is None:
        raise InvalidProposalError((Problem("organisation", Fault.MISSING),))
    write(move.proposal, replace(fields_of(move.proposal), organisation_id=move.person.organisation_id))


def _require_complete(proposal: Proposal, day: date) -> None:
    problems = publication_problems(fields_of(proposal), day)
    if problems:
        raise InvalidProposalError(problems)


def _require_verified(session: Session, proposal: Proposal) -> None:
    """An organisation that is verified stands behind what is published, or the agency itself does."""
    if proposal.organisation is not None:
        verified = proposal.organisation.verified_at is not None
    else:
        author = session.get(Account, proposal.author_id) if proposal.author_id else None
        verified = author is None or author.role in _STAFF
    if not verified:
        raise OrganisationNotVerifiedError(
            f"the organisation of proposal {proposal.reference} must be verified before it is published"
        )


def _open(proposal: Proposal, day: date) -> None:
    """Date it. What was open before and was only corrected keeps its dates: a correction is no extension."""
    fields = fields_of(proposal)
    corrected = proposal.published is not None and proposal.expires is not None and proposal.expires > day
    if not corrected:
        proposal.published = day
    if not corrected or fields.kind is ProposalKind.RDR:
        proposal.expires = expiry_of(fields, day)


def _tell(move: Move, accounts: list[Account], kind: NoticeKind, template: str, **values: str) -> None:
    proposal = move.proposal
    key = f"{template}:{proposal.id}:{len(steps_of(move.session, proposal))}"
    notify(move.session, accounts, kind, template, path=path_of(proposal), key=key, title=proposal.title, **values)
