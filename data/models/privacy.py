"""Which notices people accepted, with their version, and which lists they follow."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, UtcDateTime, now


class Consent(Base):
    """A notice that an account accepted, in the version that it was shown; withdrawn ones stay, with their day."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    notice: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_consent_account_id_notice", "account_id", "notice"),)


class SavedFilter(Base):
    """A list narrowed by words, kind, country or theme that an account follows.

    What is new is what came in after `last_id`, or was published since `last_day` and is not among `told`.
    """

    __tablename__ = "saved_filter"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    list_name: Mapped[str] = mapped_column(String(20))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As in the address of the list: q, source, kind, country, theme."""
    last_id: Mapped[int]
    last_day: Mapped[date]
    told: Mapped[list[Any]] = mapped_column(JSON, default=list)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        CheckConstraint("list_name IN ('proposals', 'organisations')", name="list_name"),
        CheckConstraint("name <> ''", name="name_given"),
    )
