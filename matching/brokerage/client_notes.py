"""What a company is told of a suggested partner, in a broker's words.

Internal notes are lines of the decisions' log (`DecisionAction.NOTE`) and are for the staff alone. What a company may
read lies in a table of its own, `client_note`, so that no page can show it an internal note by mistake: a page for
companies asks `notes_for_company` and shows the text beside the candidate.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.models import ClientNote, Organisation, Proposal
from matching.brokerage.curation import Candidate
from matching.errors import CurationError
from matching.types import Target

LONGEST: Final = 2000
"""Characters of a note."""


def tell_company(
    session: Session, *, proposal_id: int, target: Target, candidate_id: int, text: str, actor: str
) -> ClientNote:
    """Say something of a candidate to the company; it takes the place of what was said before. The caller commits.

    Raises NotFoundError for an unknown proposal or candidate, CurationError for a note that is empty or too long.
    """
    if _held(session, proposal_id) is None:
        raise NotFoundError(f"no proposal has the id {proposal_id}")
    if session.get(Organisation if target is Target.ORGANISATIONS else Proposal, candidate_id) is None:
        raise NotFoundError(f"no candidate in {target.value} has the id {candidate_id}")
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise CurationError(f"a note for the company has 1 to {LONGEST} characters, this one has {len(said)}")
    return _store(session, proposal_id, target, candidate_id, said, actor)


def take_back(session: Session, *, proposal_id: int, target: Target, candidate_id: int, actor: str) -> ClientNote:
    """Say no more of a candidate to the company. Raises CurationError where nothing was said."""
    _held(session, proposal_id)
    if (target, candidate_id) not in notes_for_company(session, proposal_id):
        raise CurationError("there is no note for the company that could be taken back")
    return _store(session, proposal_id, target, candidate_id, None, actor)


def _held(session: Session, proposal_id: int) -> int | None:
    """The proposal's number, nobody else writing notes of it until the commit; None where there is none."""
    return session.scalar(select(Proposal.id).where(Proposal.id == proposal_id).with_for_update())


def notes_for_company(session: Session, proposal_id: int) -> dict[Candidate, ClientNote]:
    """The note in force about each candidate of a proposal."""
    rows = session.scalars(select(ClientNote).where(ClientNote.proposal_id == proposal_id).order_by(ClientNote.id))
    newest = {_candidate(row): row for row in rows}
    return {candidate: row for candidate, row in newest.items() if row.text}


def _candidate(row: ClientNote) -> Candidate:
    if row.candidate_organisation_id is not None:
        return Target.ORGANISATIONS, row.candidate_organisation_id
    assert row.candidate_proposal_id is not None
    return Target.PROPOSALS, row.candidate_proposal_id


def _store(
    session: Session, proposal_id: int, target: Target, candidate_id: int, text: str | None, actor: str
) -> ClientNote:
    to_organisation = target is Target.ORGANISATIONS
    row = ClientNote(
        proposal_id=proposal_id,
        candidate_organisation_id=candidate_id if to_organisation else None,
        candidate_proposal_id=None if to_organisation else candidate_id,
        text=text,
        actor=actor,
    )
    session.add(row)
    session.flush()
    return row
