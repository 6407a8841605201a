"""What a company answers to the suggestions for its proposal. Only the staff see it; the refused are not shown again.

An answer stands until it is withdrawn or another takes its place; questions stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.corpus import OPEN_STATES
from data.errors import NotFoundError
from data.models import Organisation, PartnerResponse, Proposal, now
from data.models.vocabulary import CaseKind, NoticeKind, PartnerAnswer, RejectReason
from data.queries import state_in_force, today
from matching.brokerage.curation import Candidate
from matching.brokerage.events import record
from matching.brokerage.moves import brokers_of, locked, others, require_own
from matching.brokerage.outbox import notify
from matching.brokerage.people import Person
from matching.brokerage.permissions import require_owner_or_staff, require_visible
from matching.brokerage.proposal_paths import path_of
from matching.errors import ConflictError, CurationError, MoveNotAllowedError
from matching.types import Target

LONGEST_NOTE = 2000


def respond(
    session: Session,
    reference: str,
    person: Person,
    candidate: Candidate,
    answer: PartnerAnswer,
    *,
    reason: RejectReason | None = None,
    note: str = "",
) -> PartnerResponse:
    """Store an answer in place of the one that stands, log it and tell the broker; the same again changes nothing.

    Raises NotFoundError, NotAllowedError, MoveNotAllowedError for a proposal that is not open, and CurationError for a
    refusal without a reason, a question without text, a text that is too long, or the proposal itself as a candidate.
    """
    note = note.strip()
    _require_complete(answer, reason, note)
    proposal = locked(session, reference)
    require_owner_or_staff(person, proposal)
    require_own(proposal)
    if state_in_force(proposal.state, proposal.expires, today()) not in OPEN_STATES:
        raise MoveNotAllowedError(f"proposal {reference} is {proposal.state}: nobody is suggested for it")
    name = _name_of(session, proposal, person, candidate)
    asked = answer is PartnerAnswer.QUESTION
    kept = reason.value if reason and answer is PartnerAnswer.NOT_INTERESTED else None
    standing = _standing(session, proposal.id, candidate)
    for row in standing:
        if (row.answer, row.reason, row.note or "") == (answer.value, kept, note):
            return row
    for row in standing:
        if not asked and row.answer != PartnerAnswer.QUESTION.value:
            row.withdrawn_at = now()
    session.flush()
    response = PartnerResponse(
        proposal_id=proposal.id,
        candidate_organisation_id=candidate[1] if candidate[0] is Target.ORGANISATIONS else None,
        candidate_proposal_id=candidate[1] if candidate[0] is Target.PROPOSALS else None,
        answer=answer.value,
        reason=kept,
        note=note or None,
        actor=person.actor,
    )
    try:
        with session.begin_nested():
            session.add(response)
    except IntegrityError as error:
        raise ConflictError(f"somebody answered about {candidate} at the same moment: look at it again") from error
    _log(session, person, response, f"response_{answer.value}")
    key = f"response:{response.id}"
    told, values = others(brokers_of(session, proposal), person), {"title": proposal.title, "candidate": name}
    if asked:
        values["question"] = note
    path = path_of(proposal, "responses")
    notify(session, told, NoticeKind.SUGGESTION, f"response.{answer.value}", path=path, key=key, **values)
    return response


def withdraw(session: Session, reference: str, person: Person, number: int) -> PartnerResponse:
    """Take an answer back, whoever of the owners gave it; one that was taken back stays so.

    Raises NotFoundError for one of another proposal, NotAllowedError.
    """
    proposal = locked(session, reference)
    require_owner_or_staff(person, proposal)
    response = session.get(PartnerResponse, number)
    if response is None or response.proposal_id != proposal.id:
        raise NotFoundError(f"proposal {reference} has no answer with the number {number}")
    if response.withdrawn_at is None:
        response.withdrawn_at = now()
        session.flush()
        _log(session, person, response, "response_withdrawn")
    return response


def responses_of(session: Session, proposal_id: int) -> list[PartnerResponse]:
    """The answers that stand, oldest first, questions among them."""
    stands = PartnerResponse.proposal_id == proposal_id, PartnerResponse.withdrawn_at.is_(None)
    return list(session.scalars(select(PartnerResponse).where(*stands).order_by(PartnerResponse.id)))


def candidate_of(response: PartnerResponse) -> Candidate:
    """The candidate that an answer is about."""
    if response.candidate_organisation_id is not None:
        return Target.ORGANISATIONS, response.candidate_organisation_id
    assert response.candidate_proposal_id is not None
    return Target.PROPOSALS, response.candidate_proposal_id


def refused(session: Session, proposal_id: int) -> dict[Target, frozenset[int]]:
    """By list, whom the company refused: never to be suggested for this proposal again, to anybody."""
    return refused_among(responses_of(session, proposal_id))


def refused_among(responses: Iterable[PartnerResponse]) -> dict[Target, frozenset[int]]:
    """The same, of answers that stand."""
    found: dict[Target, set[int]] = {target: set() for target in Target}
    for response in responses:
        if response.answer == PartnerAnswer.NOT_INTERESTED.value:
            target, number = candidate_of(response)
            found[target].add(number)
    return {target: frozenset(numbers) for target, numbers in found.items()}


def refusing(session: Session, organisation_id: int) -> frozenset[int]:
    """Proposals whose company refused this organisation: they are not suggested to it, either."""
    query = select(PartnerResponse.proposal_id).where(
        PartnerResponse.candidate_organisation_id == organisation_id,
        PartnerResponse.answer == PartnerAnswer.NOT_INTERESTED.value,
        PartnerResponse.withdrawn_at.is_(None),
    )
    return frozenset(session.scalars(query))


def _standing(session: Session, proposal_id: int, candidate: Candidate) -> list[PartnerResponse]:
    return [row for row in responses_of(session, proposal_id) if candidate_of(row) == candidate]


def _require_complete(answer: PartnerAnswer, reason: RejectReason | None, note: str) -> None:
    if answer is PartnerAnswer.NOT_INTERESTED and reason is None:
        raise CurationError("a refusal needs a reason: choose one of the list")
    if answer is PartnerAnswer.QUESTION and not note:
        raise CurationError("a question needs some text")
    if len(note) > LONGEST_NOTE:
        raise CurationError(f"at most {LONGEST_NOTE} characters are kept, not {len(note)}")


def _name_of(session: Session, proposal: Proposal, person: Person, candidate: Candidate) -> str:
    """What the candidate is called. Raises NotFoundError for what the person must not know of."""
    target, number = candidate
    if target is Target.ORGANISATIONS:
        organisation = session.get(Organisation, number)
        if organisation is None or organisation.withdrawn_at is not None:
            raise NotFoundError(f"no organisation has the id {number}")
        return organisation.name
    other = session.get(Proposal, number)
    if other is None:
        raise NotFoundError(f"no proposal has the id {number}")
    require_visible(person, other)
    if other.id == proposal.id:
        raise CurationError("a proposal is no partner of itself")
    return other.title


def _log(session: Session, person: Person, response: PartnerResponse, action: str) -> None:
    target, number = candidate_of(response)
    detail = {"target": target.value, "candidate": number, "reason": response.reason, "response": response.id}
    note = response.note if action != "response_withdrawn" else None
    record(session, CaseKind.PROPOSAL, response.proposal_id, action, actor=person.actor, note=note, detail=detail)
