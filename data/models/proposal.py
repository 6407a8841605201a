"""Proposals: the platform's own and those of other networks, in one table told apart by `source`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.models.base import Base, UtcDateTime, between_zero_and_one, now, one_of
from data.models.organisation import Organisation
from data.models.vocabulary import IprStatus, Origin, ProposalKind, ProposalState, Stage, Tree


class Proposal(Base):
    """A collaboration proposal with the fields of an EEN profile (quality guidelines v1.2).

    `source` is `platform`, `een` or another network's name. `expires` is the first day on which it is no longer
    matched; NULL never expires. Lists that are only shown or checked are JSON; codes have their own table.
    """

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(3))
    source: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20), default=ProposalState.DRAFT.value)
    language: Mapped[str | None] = mapped_column(String(2))
    country: Mapped[str | None] = mapped_column(String(2))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)

    title: Mapped[str] = mapped_column(String(500))
    summary: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    advantages: Mapped[str | None] = mapped_column(Text)
    expertise_sought: Mapped[str | None] = mapped_column(Text)
    partner_role: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[str | None] = mapped_column(String(40))
    ipr: Mapped[str | None] = mapped_column(String(40))
    ipr_notes: Mapped[str | None] = mapped_column(Text)
    # Numbers of accounts without a constraint: SQLite could add one only by a copy of the table, whose removal would
    # cascade to suggestions; accounts are emptied, never deleted.
    author_id: Mapped[int | None] = mapped_column(index=True)
    facilitator_id: Mapped[int | None] = mapped_column(index=True)
    """The broker who accompanies it."""
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    extended_on: Mapped[date | None]
    """The day of its one extension."""

    second_language: Mapped[str | None] = mapped_column(String(2))
    second_title: Mapped[str | None] = mapped_column(String(500))
    second_summary: Mapped[str | None] = mapped_column(Text)
    second_description: Mapped[str | None] = mapped_column(Text)

    partnership_types: Mapped[list[str]] = mapped_column(JSON, default=list)
    partner_types: Mapped[list[str]] = mapped_column(JSON, default=list)
    target_countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    call: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """RDR only: programme, title, identifier, scheme, coordinator_required, eoi_deadline, deadline, weeks, budget,
    acronym, url."""

    open_for_eoi: Mapped[bool | None]
    public_url: Mapped[str | None] = mapped_column(String(1000))
    published: Mapped[date | None]
    expires: Mapped[date | None]
    last_modified: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now, index=True)

    organisation: Mapped[Organisation | None] = relationship()
    codes: Mapped[list[ProposalCode]] = relationship(cascade="all, delete-orphan", order_by="ProposalCode.id")

    __table_args__ = (
        one_of("kind", ProposalKind),
        one_of("state", ProposalState),
        one_of("stage", Stage),
        one_of("ipr", IprStatus),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("reference <> ''", name="reference_given"),
        CheckConstraint("country IS NULL OR length(country) = 2", name="country_two_letters"),
        Index("ix_proposal_state_kind", "state", "kind"),
        Index("ix_proposal_expires", "expires"),
        # All that a list filters, counts and sorts by, so that it need not read the long texts.
        Index("ix_proposal_listed", "state", "published", "expires", "source", "kind", "country"),
        # What the desk asks of a proposal and what stands behind the long texts, so that it need not read past them.
        Index(
            "ix_proposal_waiting",
            "source",
            "state",
            "expires",
            "kind",
            "submitted_at",
            "updated_at",
            "extended_on",
            "facilitator_id",
        ),
    )


class ProposalCode(Base):
    """A code of a taxonomy given to a proposal. Codes that are in no taxonomy are kept as they came."""

    __tablename__ = "proposal_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"))
    tree: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(100))
    origin: Mapped[str] = mapped_column(String(20), default=Origin.DECLARED.value)
    weight: Mapped[float] = mapped_column(default=1.0)

    __table_args__ = (
        UniqueConstraint("proposal_id", "tree", "code", "origin"),
        Index("ix_proposal_code_tree_code_origin", "tree", "code", "origin"),
        one_of("tree", Tree),
        one_of("origin", Origin),
        between_zero_and_one("weight"),
    )
