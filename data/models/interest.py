"""Expressions of interest in proposals, the private rooms that relevant ones open, and the agreements reached."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.organisation import Organisation
from data.models.proposal import Proposal
from data.models.vocabulary import InterestKind, InterestProgress, InterestState, PartnershipState, RejectReason, Side

_ONGOING = text("state NOT IN ('rejected', 'closed')")


class Interest(Base):
    """One expression of interest. `form` has the fields of its kind and nothing more of a person than these.

    `assignee_id` is the expert to whom it is routed, and who works on it once taken over; NULL waits for the whole
    desk. `version` grows with every move. `submitted_at` is NULL for a draft, which the other side never sees.
    """

    __tablename__ = "interest"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    """Of the form that it was written in: the same form sent again gives the same expression."""
    kind: Mapped[str] = mapped_column(String(20))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    form: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    language: Mapped[str] = mapped_column(String(2))
    """In which it was written."""
    state: Mapped[str] = mapped_column(String(20))
    progress: Mapped[str | None] = mapped_column(String(30))
    reason: Mapped[str | None] = mapped_column(String(30))
    """Why it was rejected."""
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    notice_version: Mapped[str | None] = mapped_column(String(20))
    notice_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When its state or progress last changed."""

    proposal: Mapped[Proposal] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    messages: Mapped[list[InterestMessage]] = relationship(cascade="all, delete-orphan", order_by="InterestMessage.id")

    __table_args__ = (
        one_of("kind", InterestKind),
        one_of("state", InterestState),
        one_of("progress", InterestProgress),
        one_of("reason", RejectReason),
        CheckConstraint("language IN ('it', 'en')", name="language"),
        CheckConstraint(
            "state = 'closed' OR (kind = 'platform') = (state IN ('draft', 'submitted', 'in_evaluation', 'relevant', "
            "'rejected'))",
            name="state_of_kind",
        ),
        CheckConstraint("(state = 'rejected') = (reason IS NOT NULL)", name="rejected_with_reason"),
        CheckConstraint("submitted_at IS NULL OR notice_version IS NOT NULL", name="notice_accepted"),
        Index(
            "uq_interest_ongoing",
            "account_id",
            "proposal_id",
            unique=True,
            sqlite_where=_ONGOING,
            postgresql_where=_ONGOING,
        ),
        Index("ix_interest_state_moved_at", "state", "moved_at"),
        Index("ix_interest_assignee_id_state", "assignee_id", "state"),
    )


class InterestMessage(Base):
    """A message on an expression: for both sides, or internal, which only the staff reads."""

    __tablename__ = "interest_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id", ondelete="CASCADE"), index=True)
    author: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    internal: Mapped[bool] = mapped_column(default=False)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (CheckConstraint("text <> ''", name="text_given"),)


class Partnership(Base):
    """The private room of a relevant expression: both sides, the facilitator, and what they agree upon."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), unique=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    applicant_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    owner_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    facilitator_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(10), default=PartnershipState.OPEN.value)
    outcome: Mapped[str | None] = mapped_column(String(30))
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    concluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    interest: Mapped[Interest] = relationship()
    proposal: Mapped[Proposal] = relationship()
    members: Mapped[list[PartnershipMember]] = relationship(
        cascade="all, delete-orphan", order_by="PartnershipMember.id"
    )
    messages: Mapped[list[PartnershipMessage]] = relationship(
        cascade="all, delete-orphan", order_by="PartnershipMessage.id"
    )
    steps: Mapped[list[PartnershipStep]] = relationship(cascade="all, delete-orphan", order_by="PartnershipStep.id")

    __table_args__ = (
        one_of("state", PartnershipState),
        one_of("outcome", InterestProgress),
        CheckConstraint("(state = 'concluded') = (outcome IS NOT NULL)", name="concluded_with_outcome"),
    )


class PartnershipMember(Base):
    """Someone in a room, on one of its sides."""

    __tablename__ = "partnership_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    side: Mapped[str] = mapped_column(String(12))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (UniqueConstraint("partnership_id", "account_id"), one_of("side", Side))


class PartnershipMessage(Base):
    """A message in a room."""

    __tablename__ = "partnership_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    author: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (CheckConstraint("text <> ''", name="text_given"),)


class PartnershipStep(Base):
    """A next step that those in a room agreed upon: by when, and when it was done."""

    __tablename__ = "partnership_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id", ondelete="CASCADE"), index=True)
    author: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(String(500))
    due: Mapped[date | None]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (CheckConstraint("text <> ''", name="text_given"),)


class Achievement(Base):
    """An agreement that came of an expression of interest: what the service is measured by."""

    __tablename__ = "achievement"

    id: Mapped[int] = mapped_column(primary_key=True)
    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), unique=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    """Who had expressed interest."""
    counterpart_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    """Whose proposal it was, where it is stored here."""
    reached_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
