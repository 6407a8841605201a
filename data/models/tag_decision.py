"""What people decided about codes that were read out of texts: who, when, and how sure the calculation was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, UtcDateTime, between_zero_and_one, now, one_of
from data.models.vocabulary import TagAction, Tree


class TagDecision(Base):
    """One decision about a derived code of a proposal or an organisation. What holds stands with the code's origin."""

    __tablename__ = "tag_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    tree: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(10))
    confidence: Mapped[float]
    """How sure the calculation was when it gave the code."""
    actor: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        CheckConstraint("(proposal_id IS NULL) <> (organisation_id IS NULL)", name="one_owner"),
        one_of("tree", Tree),
        one_of("action", TagAction),
        between_zero_and_one("confidence"),
    )
