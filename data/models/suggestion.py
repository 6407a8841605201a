"""Suggestions, and the append-only log of what people decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, UtcDateTime, between_zero_and_one, now, one_of
from data.models.vocabulary import DecisionAction, RejectReason

_ONE_CANDIDATE = "(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)"
_NOT_ITSELF = "candidate_proposal_id IS NULL OR candidate_proposal_id <> proposal_id"


class Suggestion(Base):
    """A computed suggestion for a proposal; a night's recomputation replaces it unless someone decided about it."""

    __tablename__ = "suggestion"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"))
    candidate_organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    candidate_proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    score: Mapped[float]
    probability: Mapped[float]
    band: Mapped[str] = mapped_column(String(10))
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON)
    generation: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    first_suggested_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    """Since when the candidate has been suggested without a break: a recomputation leaves it as it is."""

    __table_args__ = (
        CheckConstraint(_ONE_CANDIDATE, name="one_candidate"),
        CheckConstraint(_NOT_ITSELF, name="not_itself"),
        CheckConstraint("rank >= 1", name="rank_positive"),
        CheckConstraint("band IN ('strong', 'good', 'possible', 'weak')", name="band"),
        between_zero_and_one("probability"),
        Index("uq_suggestion_organisation", "proposal_id", "candidate_organisation_id", unique=True),
        Index("uq_suggestion_proposal", "proposal_id", "candidate_proposal_id", unique=True),
        # All that the desk asks of a suggestion, so that it need not read the long explanations.
        Index(
            "ix_suggestion_waiting",
            "proposal_id",
            "band",
            "candidate_organisation_id",
            "candidate_proposal_id",
            "first_suggested_at",
        ),
    )


class CurationDecision(Base):
    """One decision, with what was seen when it was taken. Rows are never changed or deleted (triggers hold it)."""

    __tablename__ = "curation_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    candidate_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    candidate_proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    action: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(200))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("curation_decision.id"), index=True)
    seen: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Rank, score, band, contributions and generation as shown when the decision was taken."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        CheckConstraint(_ONE_CANDIDATE, name="one_candidate"),
        one_of("action", DecisionAction),
        one_of("reason", RejectReason),
        CheckConstraint("action <> 'reject' OR reason IS NOT NULL", name="reject_has_reason"),
        CheckConstraint("(action = 'undo') = (undoes_id IS NOT NULL)", name="undo_names_decision"),
    )
