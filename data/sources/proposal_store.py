"""Proposals: validated, told apart by reference, written in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from data.models import ExternalId, Organisation, Proposal, ProposalCode, now
from data.models.vocabulary import Origin, ProposalState
from data.sources.codes import CodeBook
from data.sources.fields import Reading
from data.sources.mapping import ProposalRow, proposal_row
from data.sources.records import RowError, parse_proposal
from data.sources.report import Notices
from data.sources.rows import Closure, RawRow
from data.sources.upsert import Identity, Outcome

REFERENCE_SCHEME = "reference"
"""Scheme of the external ids under which other sources' references of an organisation are kept."""

_OPEN = {ProposalState.PUBLISHED.value, ProposalState.FEEDBACK_RECEIVED.value}
_ENDED = {ProposalState.CLOSED.value, ProposalState.WITHDRAWN.value}
_PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class _Stored:
    id: int
    content_hash: str
    state: str
    source: str
    organisation_id: int | None
    last_modified: datetime | None


@dataclass
class _Changes:
    added: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


class ProposalStore:
    """Upsert of proposals by reference."""

    def row(self, item: RawRow, session: Session, how: Reading, book: CodeBook) -> ProposalRow | Closure:
        """The validated row. Raises RowError."""
        return proposal_row(parse_proposal(item.values, how), item.position, book, how.notices)

    def closure(self, item: Closure) -> ProposalRow | Closure:
        """The order to close a stored copy, as it is."""
        return item

    def position(self, row: ProposalRow | Closure) -> str:
        """Where the row stands in its file."""
        return row.position

    def identity(self, row: ProposalRow | Closure) -> Identity:
        """A proposal is told by its reference; one that says when it was modified may replace an earlier version."""
        if isinstance(row, Closure):
            return Identity(row.reference or "", (row.reference,) if row.reference else (), "")
        reference, replaces = row.record.reference, row.record.last_modified is not None
        return Identity(reference, (reference,), row.columns["content_hash"], replaces)

    def write(
        self, session: Session, rows: Sequence[ProposalRow | Closure], notices: Notices
    ) -> list[Outcome | RowError]:
        """Store proposals and closures; returns one outcome for each."""
        stored = _stored(session, [self.identity(row).reference for row in rows])
        wanted = [row.record.organisation for row in rows if isinstance(row, ProposalRow) and row.record.organisation]
        organisations = organisation_ids(session, wanted)
        changes = _Changes()
        outcomes: list[Outcome | RowError] = []
        for row in rows:
            notices.position = row.position
            if isinstance(row, Closure):
                outcomes.append(_close(row, stored.get(row.reference or ""), changes, notices))
            else:
                outcomes.append(_put(row, stored.get(row.record.reference), organisations, changes, notices))
        _apply(session, changes)
        return outcomes


def organisation_ids(session: Session, references: Sequence[str]) -> dict[str, int]:
    """Ids of organisations by reference, also by the references that other sources give them."""
    if not references:
        return {}
    alias = select(ExternalId.value, ExternalId.organisation_id).where(
        ExternalId.scheme == REFERENCE_SCHEME, ExternalId.value.in_(references)
    )
    own = select(Organisation.reference, Organisation.id).where(Organisation.reference.in_(references))
    return {key: number for statement in (alias, own) for key, number in session.execute(statement).all()}


def _stored(session: Session, references: Sequence[str]) -> dict[str, _Stored]:
    columns = (
        Proposal.id,
        Proposal.content_hash,
        Proposal.state,
        Proposal.source,
        Proposal.organisation_id,
        Proposal.last_modified,
    )
    found = session.execute(select(Proposal.reference, *columns).where(Proposal.reference.in_(references)))
    return {row.reference: _Stored(*row[1:]) for row in found.all()}


def _close(row: Closure, stored: _Stored | None, changes: _Changes, notices: Notices) -> Outcome:
    if row.reference is None:
        notices.add("reference", None, "limited record without a reference, nothing to close")
        return Outcome.UNCHANGED
    if row.state is None:
        notices.add("state", None, "limited record of a published proposal, nothing closed")
        return Outcome.UNCHANGED
    if stored is None or stored.state not in _OPEN:
        return Outcome.UNCHANGED
    # Without its hash the copy is written anew when the record comes back in full.
    changes.updated.append({"id": stored.id, "state": row.state.value, "content_hash": "", "updated_at": now()})
    return Outcome.CLOSED


def _put(
    row: ProposalRow, stored: _Stored | None, organisations: dict[str, int], changes: _Changes, notices: Notices
) -> Outcome:
    columns = dict(row.columns, updated_at=now())
    columns["state"] = _state(columns)
    owner = row.record.organisation
    if owner is not None and owner not in organisations:
        notices.add("organisation", owner, "is not stored: import the organisations, then this file again")
    linked = organisations.get(owner) if owner else None
    if stored is None:
        changes.added.append(dict(columns, organisation_id=linked, created_at=columns["updated_at"]))
        changes.codes[row.record.reference] = row.codes
        return Outcome.ADDED
    if _older(row, stored):
        notices.add("last_modified", None, "is older than the stored copy, left as it is")
        return Outcome.UNCHANGED
    if linked is not None and linked != stored.organisation_id:
        columns["organisation_id"] = linked
    elif columns["content_hash"] == stored.content_hash:
        return Outcome.UNCHANGED
    elif owner is None:
        columns["organisation_id"] = None
    columns["state"] = _kept_state(columns["state"], stored, notices)
    changes.updated.append(dict(columns, id=stored.id))
    changes.codes[row.record.reference] = row.codes
    return Outcome.CLOSED if stored.state in _OPEN and columns["state"] not in _OPEN else Outcome.UPDATED


def _state(columns: dict[str, Any]) -> str:
    expires = columns["expires"]
    past = expires is not None and expires <= now().date()
    return ProposalState.EXPIRED.value if past and columns["state"] in _OPEN else str(columns["state"])


def _kept_state(state: str, stored: _Stored, notices: Notices) -> str:
    """The state to store: what a person ended on the platform, no file opens again."""
    if stored.source != _PLATFORM or stored.state not in _ENDED or state not in _OPEN:
        return state
    notices.add("state", state, f"is {stored.state} on the platform, left so")
    return stored.state


def _older(row: ProposalRow, stored: _Stored) -> bool:
    modified = row.record.last_modified
    return modified is not None and stored.last_modified is not None and modified < stored.last_modified


def _apply(session: Session, changes: _Changes) -> None:
    if changes.added:
        session.execute(insert(Proposal), changes.added)
    if changes.updated:
        session.execute(update(Proposal), changes.updated)
    if not changes.codes:
        return
    found = session.execute(select(Proposal.id, Proposal.reference).where(Proposal.reference.in_(changes.codes))).all()
    declared = ProposalCode.origin == Origin.DECLARED.value
    session.execute(
        delete(ProposalCode).where(ProposalCode.proposal_id.in_([number for number, _ in found]), declared),
        execution_options={"synchronize_session": False},
    )
    codes = [
        {"proposal_id": number, "tree": tree, "code": code}
        for number, reference in found
        for tree, code in changes.codes[reference]
    ]
    if codes:
        session.execute(insert(ProposalCode), codes)
