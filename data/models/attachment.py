"""Attachments: files that people add to a proposal or to a partnership; the content lies in the file store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.vocabulary import AttachmentOwner


class Attachment(Base):
    """One file. `key` names its content in the file store; a removed one keeps its row, not its content.

    `owner_id` is the number of a proposal or of a partnership, as `owner_kind` says; no constraint can say both.
    """

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("owner_kind", AttachmentOwner),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("name <> ''", name="name_given"),
        Index("ix_attachment_owner_kind_owner_id", "owner_kind", "owner_id"),
    )
