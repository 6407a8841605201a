"""Saved searches: a proposal for which nobody fits yet, looked after every night, and who was found since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.models.base import Base, UtcDateTime, between_zero_and_one, now

_OPEN = text("closed_at IS NULL")


class SavedSearch(Base):
    """One list of a proposal that someone keeps looking at. At most one is open for each list of a proposal."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    target: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    """Of the one who saved it: what is written about it is in this language."""
    actor: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the job last looked for new candidates."""
    best_probability: Mapped[float | None]
    """The best that was seen so far."""

    hits: Mapped[list[SavedSearchHit]] = relationship(cascade="all, delete-orphan", order_by="SavedSearchHit.id")

    __table_args__ = (
        CheckConstraint("target IN ('organisations', 'proposals')", name="target"),
        CheckConstraint("language IN ('it', 'en')", name="language"),
        between_zero_and_one("best_probability"),
        Index("uq_saved_search_open", "proposal_id", "target", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )


class SavedSearchHit(Base):
    """A candidate that reached the lowest band after the search was saved, as it stood when it was found."""

    __tablename__ = "saved_search_hit"

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("saved_search.id", ondelete="CASCADE"))
    candidate_organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    candidate_proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    probability: Mapped[float]
    band: Mapped[str] = mapped_column(String(10))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        CheckConstraint("(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)", name="one_candidate"),
        CheckConstraint("band IN ('strong', 'good', 'possible')", name="band"),
        between_zero_and_one("probability"),
        Index("uq_saved_search_hit_organisation", "search_id", "candidate_organisation_id", unique=True),
        Index("uq_saved_search_hit_proposal", "search_id", "candidate_proposal_id", unique=True),
    )
