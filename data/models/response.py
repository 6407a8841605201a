"""What a company answers to a suggestion that its broker let through."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.vocabulary import PartnerAnswer, RejectReason

_STANDS = text("withdrawn_at IS NULL AND answer <> 'question'")


class PartnerResponse(Base):
    """One answer. A candidate has at most one that stands, questions aside; a withdrawn one keeps its row."""

    __tablename__ = "partner_response"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    candidate_organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    candidate_proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    answer: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)", name="one_candidate"),
        one_of("answer", PartnerAnswer),
        one_of("reason", RejectReason),
        CheckConstraint("(answer = 'not_interested') = (reason IS NOT NULL)", name="refusal_has_reason"),
        CheckConstraint("answer <> 'question' OR note IS NOT NULL", name="question_has_text"),
        Index(
            "uq_partner_response_organisation",
            "proposal_id",
            "candidate_organisation_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index(
            "uq_partner_response_proposal",
            "proposal_id",
            "candidate_proposal_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )
