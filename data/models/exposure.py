"""How often each candidate was shown, and how high up: what fairness and learning from decisions need to know."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base


class Exposure(Base):
    """A candidate on the shown list of a proposal, summed over a day. Nothing is kept of who looked."""

    __tablename__ = "exposure"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    candidate_organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    candidate_proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    times: Mapped[int]
    rank: Mapped[int]
    """The best rank of the day, from 1."""
    discount: Mapped[float]
    """Sum over the times of 1 / log2(1 + rank): how much attention the places give (Singh and Joachims, KDD 2018)."""
    exploratory: Mapped[bool] = mapped_column(default=False)
    """Whether it stood in the slot for the never-shown at least once that day."""

    __table_args__ = (
        CheckConstraint("(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)", name="one_candidate"),
        CheckConstraint("times >= 1 AND rank >= 1 AND discount > 0", name="positive"),
        Index("uq_exposure_organisation", "day", "proposal_id", "candidate_organisation_id", unique=True),
        Index("uq_exposure_proposal", "day", "proposal_id", "candidate_proposal_id", unique=True),
    )
