"""Curation: what a broker decides about a suggestion, in an append-only log that no recomputation overwrites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.corpus import OPEN_STATES
from data.errors import NotFoundError
from data.models import CurationDecision, Organisation, Proposal
from data.models.vocabulary import DecisionAction, RejectReason
from data.queries import state_in_force, today
from matching.errors import ConflictError, CurationError
from matching.types import Target

Candidate = tuple[Target, int]


@dataclass(frozen=True, slots=True)
class Newer:
    """A decision of somebody else's, as it is told after the unit of work that met it has ended."""

    id: int
    action: str
    reason: str | None
    note: str | None
    actor: str
    created_at: datetime


class DecidedError(ConflictError):
    """Somebody else has decided about the same candidate; `decision` is theirs, `same` says whether it is this one."""

    def __init__(self, row: CurationDecision, *, same: bool = False) -> None:
        super().__init__(f"decision {row.id} ({row.action}) about this candidate is somebody else's: look at it first")
        self.same = same
        self.decision = Newer(row.id, row.action, row.reason, row.note, row.actor, row.created_at)


_STANDING = (
    DecisionAction.ACCEPT.value,
    DecisionAction.REJECT.value,
    DecisionAction.PIN.value,
    DecisionAction.ADD.value,
)


def decide(
    session: Session,
    *,
    proposal_id: int,
    target: Target,
    candidate_id: int,
    action: DecisionAction,
    reason: RejectReason | None = None,
    note: str | None = None,
    actor: str,
    seen: dict[str, Any] | None = None,
    last_seen: int | None = None,
) -> CurationDecision:
    """Log one decision; the caller's unit of work commits it.

    `last_seen` is the last decision about this candidate that the actor knew of, 0 for none; None asks nothing. What
    the actor said already, and is in force, is not logged again: its row is given back.

    Raises NotFoundError for an unknown proposal or candidate, CurationError where the rules forbid the decision (a
    rejection without a reason, a note without text, nothing to undo, a proposal suggested to itself or a partner of
    its own added, a proposal that is not open), DecidedError where somebody else has decided about the candidate since,
    or has decided the same.
    """
    _require_records(session, proposal_id, target, candidate_id)
    _require_complete(action, reason, note)
    _require_open(session, proposal_id, action)
    if action is DecisionAction.ADD:
        _require_another(session, proposal_id, target, candidate_id)
    said = _Said(action, reason if action is DecisionAction.REJECT else None, (note or "").strip() or None, actor)
    newest = last_decision(session, proposal_id, target, candidate_id, notes=action is DecisionAction.NOTE)
    if newest is not None and said.already(newest, last_seen):
        return newest
    undone = None
    if action is DecisionAction.UNDO:
        undone = standing(session, proposal_id).get((target, candidate_id))
        if undone is None:
            raise CurationError("there is no decision in force about this suggestion that could be undone")
    decision = CurationDecision(
        proposal_id=proposal_id,
        candidate_organisation_id=candidate_id if target is Target.ORGANISATIONS else None,
        candidate_proposal_id=candidate_id if target is Target.PROPOSALS else None,
        action=action.value,
        reason=said.reason.value if said.reason else None,
        note=said.note,
        actor=actor,
        undoes_id=undone.id if undone else None,
        seen=seen,
    )
    session.add(decision)
    session.flush()
    return decision


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody decides, to be compared with what was decided last."""

    action: DecisionAction
    reason: RejectReason | None
    note: str | None
    actor: str

    def already(self, newest: CurationDecision, last_seen: int | None) -> bool:
        """Whether the newest decision is the actor's very one. Raises DecidedError for another's that is news."""
        since = last_seen is not None and newest.id > last_seen
        same = self._same(newest)
        if newest.actor == self.actor:
            # Withdrawing is repeated by the same form alone: from a newer page there is nothing more to withdraw.
            return same and (since or self.action is not DecisionAction.UNDO)
        if self.action is not DecisionAction.NOTE and (since or (same and self._stands and last_seen is not None)):
            raise DecidedError(newest, same=same)
        return False

    @property
    def _stands(self) -> bool:
        return self.action.value in _STANDING

    def _same(self, other: CurationDecision) -> bool:
        """A decision without a note says nothing new beside the same one with a note."""
        reason = self.reason.value if self.reason else None
        return (other.action, other.reason) == (self.action.value, reason) and self.note in (None, other.note)


def _require_records(session: Session, proposal_id: int, target: Target, candidate_id: int) -> None:
    # Held until the end of the unit of work: of two decisions at once the second sees the first.
    held = select(Proposal.id).where(Proposal.id == proposal_id).with_for_update()
    if session.scalar(held) is None:
        raise NotFoundError(f"no proposal has the id {proposal_id}")
    table = Organisation if target is Target.ORGANISATIONS else Proposal
    if session.get(table, candidate_id) is None:
        raise NotFoundError(f"no candidate in {target.value} has the id {candidate_id}")
    if target is Target.PROPOSALS and candidate_id == proposal_id:
        raise CurationError("a proposal cannot be suggested to itself")


def _require_complete(action: DecisionAction, reason: RejectReason | None, note: str | None) -> None:
    if action is DecisionAction.REJECT and reason is None:
        raise CurationError("a rejection needs a reason: choose one of the list")
    if action is DecisionAction.NOTE and not (note or "").strip():
        raise CurationError("a note needs some text")


def _require_open(session: Session, proposal_id: int, action: DecisionAction) -> None:
    """Whom to suggest is decided while there are suggestions; what was decided can be withdrawn at any time."""
    proposal = session.get_one(Proposal, proposal_id)
    if action.value in _STANDING and state_in_force(proposal.state, proposal.expires, today()) not in OPEN_STATES:
        raise CurationError(f"proposal {proposal.reference} is not open: nobody is suggested for it")


def _require_another(session: Session, proposal_id: int, target: Target, candidate_id: int) -> None:
    owner = session.get_one(Proposal, proposal_id).organisation_id
    own = candidate_id
    if target is Target.PROPOSALS:
        own = session.get_one(Proposal, candidate_id).organisation_id or 0
    if owner is not None and own == owner:
        raise CurationError("nobody is a partner of their own: choose another organisation or proposal")


def last_decision(
    session: Session, proposal_id: int, target: Target, candidate_id: int, *, notes: bool = False
) -> CurationDecision | None:
    """The newest decision about a candidate, a withdrawal included; notes decide nothing and are left out, or not."""
    column = (
        CurationDecision.candidate_organisation_id
        if target is Target.ORGANISATIONS
        else CurationDecision.candidate_proposal_id
    )
    query = select(CurationDecision).where(CurationDecision.proposal_id == proposal_id, column == candidate_id)
    if not notes:
        query = query.where(CurationDecision.action != DecisionAction.NOTE.value)
    return session.scalars(query.order_by(CurationDecision.id.desc()).limit(1)).first()


def last_decisions(decisions: Sequence[CurationDecision]) -> dict[Candidate, int]:
    """Of decisions, oldest first, the number of the newest about each candidate; notes are left out."""
    return {candidate_of(row): row.id for row in decisions if row.action != DecisionAction.NOTE.value}


def history(session: Session, proposal_id: int) -> list[CurationDecision]:
    """All decisions about a proposal's suggestions, oldest first."""
    query = select(CurationDecision).where(CurationDecision.proposal_id == proposal_id).order_by(CurationDecision.id)
    return list(session.scalars(query))


def candidate_of(decision: CurationDecision) -> Candidate:
    """The candidate that a decision is about."""
    if decision.candidate_organisation_id is not None:
        return Target.ORGANISATIONS, decision.candidate_organisation_id
    assert decision.candidate_proposal_id is not None
    return Target.PROPOSALS, decision.candidate_proposal_id


def standing(session: Session, proposal_id: int) -> dict[Candidate, CurationDecision]:
    """The decision in force about each candidate: the latest that is not undone. Notes do not count as decisions."""
    return {candidate_of(decision): decision for decision in not_undone(history(session, proposal_id))}


def not_undone(decisions: Sequence[CurationDecision]) -> list[CurationDecision]:
    """Of decisions, oldest first, those that nobody withdrew; undoing itself and notes are left out."""
    undone = {decision.undoes_id for decision in decisions if decision.undoes_id is not None}
    return [decision for decision in decisions if decision.action in _STANDING and decision.id not in undone]


def rejecting(session: Session, organisation_id: int) -> frozenset[int]:
    """Proposals for which this organisation was rejected, the decision being in force."""
    about = CurationDecision.candidate_organisation_id == organisation_id
    proposals = session.scalars(select(CurationDecision.proposal_id).where(about).distinct()).all()
    return frozenset(
        number for number in proposals if organisation_id in rejected(standing(session, number), Target.ORGANISATIONS)
    )


def rejected(decisions: dict[Candidate, CurationDecision], target: Target) -> frozenset[int]:
    """Candidates of one list that were rejected and must not be shown again."""
    return frozenset(
        number
        for (kind, number), decision in decisions.items()
        if kind is target and decision.action == DecisionAction.REJECT.value
    )
