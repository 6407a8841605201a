"""What people decide about codes that were read out of a text: right, not right, or back to how it was read.

The decision is the origin: `confirmed` counts like a declared code, `removed` never comes back by itself. Declared
codes are changed where they are declared. Each decision is logged, and teaches the tagger (`tagging.learning`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import (
    Organisation,
    OrganisationCompetence,
    OrganisationTheme,
    Proposal,
    ProposalCode,
    TagDecision,
    now,
)
from data.models.vocabulary import Origin, TagAction, Tree
from matching.errors import CurationError

Owner = Proposal | Organisation
Row = ProposalCode | OrganisationTheme | OrganisationCompetence

_DERIVED, _CONFIRMED, _REMOVED = Origin.DERIVED.value, Origin.CONFIRMED.value, Origin.REMOVED.value
_MOVES: dict[TagAction, tuple[frozenset[str], str]] = {
    TagAction.CONFIRM: (frozenset({_DERIVED}), _CONFIRMED),
    TagAction.REMOVE: (frozenset({_DERIVED}), _REMOVED),
    TagAction.UNDO: (frozenset({_CONFIRMED, _REMOVED}), _DERIVED),
}
"""From which origins a move starts, and to which it leads."""


def decide_tag(session: Session, owner: Owner, tree: Tree, code: str, action: TagAction, *, actor: str) -> TagDecision:
    """Take one decision about a code of a stored record; the caller's unit of work commits it.

    Raises CurationError where the record has no such code in a state that the move starts from. The record counts as
    changed: the next index run reads it again.
    """
    _hold(session, owner)
    start, end = _MOVES[action]
    rows = [row for row in rows_of(owner) if key_of(row) == (tree.value, code)]
    row = next((row for row in rows if row.origin in start), None)
    if row is None:
        raise CurationError(f"{owner.reference}: {tree.value} {code} is no code that one could {action.value}")
    for other in rows:
        if other is not row and other.origin in (_DERIVED, _CONFIRMED, _REMOVED):
            _drop(owner, other)
    session.flush()
    row.origin = end
    owner.updated_at = now()
    decision = TagDecision(
        proposal_id=owner.id if isinstance(owner, Proposal) else None,
        organisation_id=owner.id if isinstance(owner, Organisation) else None,
        tree=tree.value,
        code=code,
        action=action.value,
        confidence=row.weight,
        actor=actor,
    )
    session.add(decision)
    session.flush()
    return decision


def _hold(session: Session, owner: Owner) -> None:
    """Of two decisions about a record at once, the second sees the first's outcome (SQLite's come one by one)."""
    table = type(owner)
    session.execute(select(table.id).where(table.id == owner.id).with_for_update())
    for row in rows_of(owner):
        session.refresh(row)


def rows_of(owner: Owner) -> Sequence[Row]:
    """The rows of codes of a record; free competences of an organisation are none."""
    if isinstance(owner, Proposal):
        return list(owner.codes)
    return [*owner.themes, *(item for item in owner.competences if item.code is not None)]


def key_of(row: Row) -> tuple[str, str]:
    """Tree and code of a row."""
    if isinstance(row, OrganisationCompetence):
        return Tree.COMPETENCE.value, row.code or ""
    return row.tree, row.code


def _drop(owner: Owner, row: Row) -> None:
    if isinstance(row, ProposalCode):
        assert isinstance(owner, Proposal)
        owner.codes.remove(row)
    elif isinstance(row, OrganisationTheme):
        assert isinstance(owner, Organisation)
        owner.themes.remove(row)
    else:
        assert isinstance(owner, Organisation)
        owner.competences.remove(row)
