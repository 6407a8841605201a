"""The log of casework: one line for each move, in the unit of work of the move."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import CaseEvent
from data.models.vocabulary import CaseKind

LONGEST_NOTE = 4000


def record(
    session: Session,
    kind: CaseKind,
    object_id: int,
    action: str,
    *,
    actor: str,
    before: str | None = None,
    after: str | None = None,
    note: str | None = None,
    detail: dict[str, Any] | None = None,
) -> CaseEvent:
    """Log a move; the caller's unit of work commits both. `note` is what the actor wrote, `detail` codes and numbers.

    Nobody's name or address belongs into any of it: rows are never changed (but a note may be emptied).
    """
    event = CaseEvent(
        kind=kind.value,
        object_id=object_id,
        action=action,
        actor=actor,
        before=before,
        after=after,
        note=(note or "").strip()[:LONGEST_NOTE] or None,
        detail=detail,
    )
    session.add(event)
    session.flush()
    return event


def events_of(session: Session, kind: CaseKind, object_id: int) -> list[CaseEvent]:
    """All moves of one object, oldest first."""
    query = select(CaseEvent).where(CaseEvent.kind == kind.value, CaseEvent.object_id == object_id)
    return list(session.scalars(query.order_by(CaseEvent.id)))
