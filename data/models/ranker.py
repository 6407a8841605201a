"""Rankings learnt from decisions: every version that was fitted, and an append-only log of which one serves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.vocabulary import RankerAction, RankerList


class RankerVersion(Base):
    """Learnt weights of one list. A version never changes; the same weights are stored once."""

    __tablename__ = "ranker_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    ranking: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(40), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the weights without their name: the same weights are the same version."""
    weights: Mapped[dict[str, Any]] = mapped_column(JSON)
    """In the form of `matching/weights/*.json`."""
    made_from: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was learnt from: counts of decisions and pairs, the last decision, the shipped weights it leans on."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    """How it compared with its parent on held-back decisions when it was made."""
    parent: Mapped[str | None] = mapped_column(String(40))
    """The version that served then; NULL for the shipped one."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        one_of("ranking", RankerList),
        Index("uq_ranker_version_digest", "ranking", "digest", unique=True),
    )


class RankerChange(Base):
    """A promotion or a roll-back; the latest of a list says what serves. Rows are never changed (triggers hold it)."""

    __tablename__ = "ranker_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    ranking: Mapped[str] = mapped_column(String(20), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("ranker_version.id"), index=True)
    """What serves from now on; NULL for the shipped weights."""
    action: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    version: Mapped[RankerVersion | None] = relationship(lazy="joined")

    __table_args__ = (one_of("ranking", RankerList), one_of("action", RankerAction))
