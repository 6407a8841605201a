"""Accounts: who signs in, for which organisation, and who was invited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.models.base import Base, UtcDateTime, now, one_of
from data.models.organisation import Organisation
from data.models.vocabulary import Membership, Role


class Account(Base):
    """Someone who signs in. An erased account keeps its number, so that logs stay whole, and nothing of the person.

    `email` is stored normalised and in small letters. `failed_logins` and `locked_until` are the lock-out.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20), default=Role.MEMBER.value)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    membership: Mapped[str] = mapped_column(String(10), default=Membership.NONE.value)
    language: Mapped[str | None] = mapped_column(String(2))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    """Names the account in sessions and tokens; a new one ends them all."""
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    mf_recovery_codes: Mapped[list[str] | None]
    tf_last_counter: Mapped[int | None]
    """The latest code of the authenticator that was used: none is good twice."""
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the person last signed in."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        one_of("role", Role),
        one_of("membership", Membership),
        CheckConstraint("email <> ''", name="email_given"),
        CheckConstraint("language IS NULL OR language IN ('it', 'en')", name="language"),
        CheckConstraint("membership <> 'none' OR organisation_id IS NULL", name="membership_of_organisation"),
        CheckConstraint("failed_logins >= 0", name="failed_logins_counted"),
    )


class Invitation(Base):
    """Someone who was asked to join: with a role, and as a member for an organisation. Its token is kept as a hash."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), index=True)
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    actor: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("language IN ('it', 'en')", name="language"),
    )


class EndedSession(Base):
    """A session that its person ended: a copy of its cookie is worth nothing. Kept until the cookie dies by itself."""

    __tablename__ = "ended_session"

    session_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
