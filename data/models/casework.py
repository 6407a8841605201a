"""The log of casework: every move of a proposal, an interest, an account, with its actor. Rows are never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.vocabulary import CaseKind


class CaseEvent(Base):
    """One move. `actor` is `account:<id>`, a job's name, or `stranger`; `detail` holds codes and numbers, no person."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int]
    action: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(200))
    before: Mapped[str | None] = mapped_column(String(60))
    after: Mapped[str | None] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        one_of("kind", CaseKind),
        Index("ix_case_event_kind_object_id", "kind", "object_id"),
        Index("ix_case_event_actor", "actor"),
    )
