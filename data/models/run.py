"""The job log: what ran, how far it came, what it rejected; and where each live source was last read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.vocabulary import RunState


class Run(Base):
    """One run of a job. `steps` maps each finished step to its report, so that a later run knows how far it came."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(20), default=RunState.RUNNING.value)
    step: Mapped[str | None] = mapped_column(String(40))
    steps: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    rejected: Mapped[list[RejectedRow]] = relationship(cascade="all, delete-orphan", order_by="RejectedRow.id")

    __table_args__ = (one_of("state", RunState),)


class RejectedRow(Base):
    """A row of an import that was not taken, and why."""

    __tablename__ = "rejected_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    file: Mapped[str] = mapped_column(String(1000))
    position: Mapped[str] = mapped_column(String(60))
    reference: Mapped[str | None] = mapped_column(String(200))
    field: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)


class SourceCursor(Base):
    """Up to which moment a live source has been read with success."""

    __tablename__ = "source_cursor"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_success: Mapped[datetime] = mapped_column(UtcDateTime)
