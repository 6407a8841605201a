"""The brokers' desk: who works on what, the order of a shortlist, what a company is told of a candidate."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.vocabulary import QueueKind

_ONE_CANDIDATE = "(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)"


class Assignment(Base):
    """Who works on an item of the queue. At most one for each item; nobody where there is none."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    assigned_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (one_of("kind", QueueKind), Index("uq_assignment_item", "kind", "object_id", unique=True))


class ShortlistOrder(Base):
    """One change of the order of a shortlist: all that were decided for, as they stand from then on.

    Rows are never changed or deleted (triggers hold it); a change is undone by a row that names it.
    """

    __tablename__ = "shortlist_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    target: Mapped[str] = mapped_column(String(20))
    candidates: Mapped[list[int]] = mapped_column(JSON)
    """Ids of the candidates, first to last."""
    actor: Mapped[str] = mapped_column(String(200))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("shortlist_order.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        CheckConstraint("target IN ('organisations', 'proposals')", name="target"),
        Index("ix_shortlist_order_proposal_id_target", "proposal_id", "target"),
    )


class ClientNote(Base):
    """What a company is told of a candidate. The last row about a candidate holds; one without text takes it back."""

    __tablename__ = "client_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    candidate_organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    candidate_proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    text: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (CheckConstraint(_ONE_CANDIDATE, name="one_candidate"),)
