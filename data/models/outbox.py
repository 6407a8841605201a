"""What goes out: letters that wait for their delivery, notifications on the page, and how often people want them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.vocabulary import Frequency, NoticeKind, OutboxState


class OutboxMessage(Base):
    """A letter, stored in the transaction of what it tells. `key` is unique: the same letter is never written twice."""

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    unsubscribe_url: Mapped[str | None] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(10), default=OutboxState.WAITING.value)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("state", OutboxState),
        CheckConstraint("language IN ('it', 'en')", name="language"),
        CheckConstraint("attempts >= 0", name="attempts_counted"),
        Index("ix_outbox_message_state_not_before", "state", "not_before"),
    )


class Notification(Base):
    """Something that someone should know: on their page at once, by mail as often as they wish."""

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    template: Mapped[str] = mapped_column(String(60))
    """Which text of `matching.brokerage.letters` says it."""
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    path: Mapped[str] = mapped_column(String(500))
    """Where on the pages it leads, beginning with `/`."""
    key: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it went into a letter or digest, or was left out by the person's wish."""

    __table_args__ = (
        one_of("kind", NoticeKind),
        Index("ix_notification_account_id_seen_at", "account_id", "seen_at"),
        Index("ix_notification_mailed_at", "mailed_at"),
    )


class NotificationPreference(Base):
    """How often an account wants one kind of notification by mail."""

    __tablename__ = "notification_preference"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    frequency: Mapped[str] = mapped_column(String(10))

    __table_args__ = (one_of("kind", NoticeKind), one_of("frequency", Frequency))
