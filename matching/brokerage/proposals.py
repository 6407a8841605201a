"""The life of the platform's own proposals: draft, published, closed. Each move checks its rule.

The caller commits (`data.db.unit_of_work`); a move that raises has changed nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.models import Proposal, ProposalCode, now
from data.models.vocabulary import Origin, ProposalKind, ProposalState, Tree
from data.queries import PLATFORM, proposal_by_reference, today
from matching.brokerage.proposal_rules import (
    CallFields,
    Problem,
    ProposalFields,
    draft_problems,
    publication_problems,
)
from matching.brokerage.references import new_token, reference_of
from matching.errors import AlreadySentError, ConflictError, InvalidProposalError, MoveNotAllowedError

LIFETIME = timedelta(days=365)
"""EEN quality guidelines: a profile is shown for 365 days; a search for research partners follows its call."""

_EDITABLE = frozenset({ProposalState.DRAFT.value, ProposalState.REFUSED.value})
_CLOSABLE = frozenset({ProposalState.PUBLISHED.value, ProposalState.FEEDBACK_RECEIVED.value})
_CALL_NAMES = frozenset(item.name for item in dataclass_fields(CallFields))
_CALL_DAYS = frozenset({"eoi_deadline", "deadline"})
_TEXTS = ("summary", "description", "advantages", "expertise_sought", "partner_role", "ipr_notes", "stage", "ipr")


def save_draft(
    session: Session, fields: ProposalFields, *, token: str | None = None, author_id: int | None = None
) -> Proposal:
    """Store a new draft. With the `token` of its form, the same form sent again gives the proposal that it became.

    Raises InvalidProposalError for what cannot even be a draft, AlreadySentError where the form said something else.
    """
    _refuse(draft_problems(fields))
    reference = reference_of(token or new_token(today()))
    proposal = Proposal(reference=reference, source=PLATFORM, state=ProposalState.DRAFT.value, author_id=author_id)
    _write(proposal, fields)
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
    if version is not None and version != version_of(proposal):
        raise ConflictError(f"proposal {reference} was changed at {version_of(proposal)}: look at it again first")
    if fields.kind != proposal.kind:
        raise MoveNotAllowedError(f"proposal {reference} is a {proposal.kind}: post a new one to change its kind")
    _refuse(draft_problems(fields))
    _write(proposal, fields)
    session.flush()
    return proposal


def publish(session: Session, reference: str, *, day: date | None = None) -> Proposal:
    """Open a draft to matching. Raises NotFoundError, MoveNotAllowedError, or InvalidProposalError."""
    day = day or today()
    proposal = locked(session, reference)
    require_editable(proposal)
    fields = fields_of(proposal)
    _refuse(publication_problems(fields, day))
    proposal.state = ProposalState.PUBLISHED.value
    proposal.published = day
    proposal.expires = _expiry(fields, day)
    proposal.updated_at = now()
    session.flush()
    return proposal


def publish_once(session: Session, reference: str, *, day: date | None = None) -> Proposal:
    """Publish a draft; one that is open already stays as it is, so that a button pressed twice is pressed once."""
    proposal = locked(session, reference)
    if proposal.source == PLATFORM and proposal.state in _CLOSABLE:
        return proposal
    return publish(session, reference, day=day)


def close(session: Session, reference: str) -> Proposal:
    """End a published proposal. Raises NotFoundError, or MoveNotAllowedError for one that is not open."""
    proposal = locked(session, reference)
    _require_own(proposal)
    if proposal.state not in _CLOSABLE:
        raise MoveNotAllowedError(f"proposal {reference} is {proposal.state}: only a published one is closed")
    proposal.state = ProposalState.CLOSED.value
    proposal.updated_at = now()
    session.flush()
    return proposal


def require_editable(proposal: Proposal) -> None:
    """Raises MoveNotAllowedError unless it is a draft (or was refused) and the platform's own."""
    _require_own(proposal)
    if proposal.state not in _EDITABLE:
        raise MoveNotAllowedError(f"proposal {proposal.reference} is {proposal.state}: only a draft is edited")


def says(proposal: Proposal, fields: ProposalFields) -> bool:
    """Whether the proposal, as it was last written, says just this."""
    return proposal.content_hash == _hash(fields)


def version_of(proposal: Proposal) -> str:
    """The version of a proposal, for finding out whether somebody else changed it."""
    return proposal.content_hash


def fields_of(proposal: Proposal) -> ProposalFields:
    """What a stored proposal says, as a person would write it."""
    codes: dict[str, tuple[str, ...]] = {}
    for code in proposal.codes:
        if code.origin == Origin.DECLARED.value:
            codes[code.tree] = (*codes.get(code.tree, ()), code.code)
    texts = {name: getattr(proposal, name) or "" for name in _TEXTS}
    return ProposalFields(
        kind=ProposalKind(proposal.kind),
        title=proposal.title,
        country=proposal.country or "",
        language=proposal.language or "",
        partnership_types=tuple(proposal.partnership_types),
        partner_types=tuple(proposal.partner_types),
        target_countries=tuple(proposal.target_countries),
        keywords=tuple(proposal.keywords),
        organisation_id=proposal.organisation_id,
        codes=codes,
        call=_call_of(proposal),
        **texts,
    )


def locked(session: Session, reference: str) -> Proposal:
    """The proposal, held until the end of the unit of work: of two moves at once, the second sees the first's outcome.

    SQLite's units of work come one after the other anyway; PostgreSQL's need the row's lock.
    """
    session.execute(select(Proposal.id).where(Proposal.reference == reference).with_for_update())
    proposal = proposal_by_reference(session, reference)
    session.refresh(proposal, ["state", "content_hash"])
    return proposal


def _require_own(proposal: Proposal) -> None:
    if proposal.source != PLATFORM:
        raise MoveNotAllowedError(f"proposal {proposal.reference} comes from {proposal.source}: it is changed there")


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise InvalidProposalError(problems)


def _write(proposal: Proposal, fields: ProposalFields) -> None:
    proposal.kind = fields.kind.value
    proposal.title = fields.title.strip()
    for name in _TEXTS:
        setattr(proposal, name, getattr(fields, name).strip() or None)
    proposal.country = fields.country or None
    proposal.language = fields.language or None
    proposal.organisation_id = fields.organisation_id
    proposal.partnership_types = list(fields.partnership_types)
    proposal.partner_types = list(fields.partner_types)
    proposal.target_countries = list(fields.target_countries)
    proposal.keywords = list(fields.keywords)
    proposal.call = _stored_call(fields.call)
    _write_codes(proposal, fields)
    proposal.content_hash = _hash(fields)
    proposal.updated_at = now()


def _write_codes(proposal: Proposal, fields: ProposalFields) -> None:
    wanted = {(tree, code) for tree, codes in fields.codes.items() for code in codes}
    declared = {(code.tree, code.code): code for code in proposal.codes if code.origin == Origin.DECLARED.value}
    for key, row in declared.items():
        if key not in wanted:
            proposal.codes.remove(row)
    for tree, code in sorted(wanted - declared.keys()):
        proposal.codes.append(ProposalCode(tree=Tree(tree).value, code=code, origin=Origin.DECLARED.value))


def _stored_call(call: CallFields | None) -> dict[str, Any] | None:
    if call is None:
        return None
    stored = {name: value for name, value in asdict(call).items() if value not in (None, "")}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in stored.items()} or None


def _call_of(proposal: Proposal) -> CallFields | None:
    if proposal.kind != ProposalKind.RDR.value:
        return None
    stored: dict[str, Any] = {name: value for name, value in (proposal.call or {}).items() if name in _CALL_NAMES}
    for name in _CALL_DAYS & stored.keys():
        stored[name] = date.fromisoformat(stored[name])
    return CallFields(**stored)


def _hash(fields: ProposalFields) -> str:
    return hashlib.sha256(json.dumps(asdict(fields), sort_keys=True, default=str).encode()).hexdigest()


def _expiry(fields: ProposalFields, day: date) -> date:
    if fields.kind is ProposalKind.RDR and fields.call is not None and fields.call.eoi_deadline is not None:
        # `expires` is the first day without matches; on the day of the deadline a partner may still answer.
        return fields.call.eoi_deadline + timedelta(days=1)
    return day + LIFETIME
