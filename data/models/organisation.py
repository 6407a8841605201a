"""Organisations: who they are, what they can do, and what shows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.models.base import Base, UtcDateTime, between_zero_and_one, now, one_of
from data.models.vocabulary import EvidenceKind, OrganisationKind, Origin, PartnerType, Tree


class Organisation(Base):
    """A company, university, research centre, public body, cluster or intermediary.

    `reference` is the id that its source gives it (`cordis:…`); `withdrawn_at` hides it from every match at once.
    """

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(500))
    kind: Mapped[str] = mapped_column(String(30))
    size: Mapped[str | None] = mapped_column(String(30))
    country: Mapped[str | None] = mapped_column(String(2))
    region: Mapped[str | None] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(200))
    website: Mapped[str | None] = mapped_column(String(1000))
    description: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(2))
    tax_code: Mapped[str | None] = mapped_column(String(40), unique=True)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now, index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a broker found that it is what it says, or an import added it; before that its members cannot publish."""
    verified_by: Mapped[str | None] = mapped_column(String(200))

    external_ids: Mapped[list[ExternalId]] = relationship(cascade="all, delete-orphan", order_by="ExternalId.id")
    competences: Mapped[list[OrganisationCompetence]] = relationship(
        cascade="all, delete-orphan", order_by="OrganisationCompetence.id"
    )
    themes: Mapped[list[OrganisationTheme]] = relationship(
        cascade="all, delete-orphan", order_by="OrganisationTheme.id"
    )
    evidence: Mapped[list[Evidence]] = relationship(
        cascade="all, delete-orphan", order_by="Evidence.position", back_populates="organisation"
    )

    __table_args__ = (
        one_of("kind", OrganisationKind),
        one_of("size", PartnerType),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("reference <> ''", name="reference_given"),
        CheckConstraint("country IS NULL OR length(country) = 2", name="country_two_letters"),
    )


class ExternalId(Base):
    """Another register's id of the same organisation (scheme `vat`, `pic`, `questio`, …)."""

    __tablename__ = "organisation_external_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    scheme: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("scheme", "value"),)


class OrganisationCompetence(Base):
    """A competence: a concept of the vocabulary, or a free term kept as it was written."""

    __tablename__ = "organisation_competence"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    term: Mapped[str] = mapped_column(String(300))
    code: Mapped[str | None] = mapped_column(String(100), index=True)
    origin: Mapped[str] = mapped_column(String(20), default=Origin.DECLARED.value)
    weight: Mapped[float] = mapped_column(default=1.0)

    __table_args__ = (
        UniqueConstraint("organisation_id", "term", "origin"),
        one_of("origin", Origin),
        between_zero_and_one("weight"),
        CheckConstraint("term <> ''", name="term_given"),
    )


class OrganisationTheme(Base):
    """A theme: a code of a taxonomy (S3 area, ecosystem, SDG, EEN keyword)."""

    __tablename__ = "organisation_theme"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    tree: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(100))
    origin: Mapped[str] = mapped_column(String(20), default=Origin.DECLARED.value)
    weight: Mapped[float] = mapped_column(default=1.0)

    __table_args__ = (
        UniqueConstraint("organisation_id", "tree", "code", "origin"),
        Index("ix_organisation_theme_tree_code", "tree", "code"),
        one_of("tree", Tree),
        one_of("origin", Origin),
        between_zero_and_one("weight"),
    )


class Evidence(Base):
    """A project, product, patent or publication that shows what an organisation can do."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(1000))
    text: Mapped[str | None] = mapped_column(Text)
    year: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(String(100))
    reference: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(2))
    url: Mapped[str | None] = mapped_column(String(1000))

    organisation: Mapped[Organisation] = relationship(back_populates="evidence")

    __table_args__ = (
        UniqueConstraint("organisation_id", "position"),
        one_of("kind", EvidenceKind),
        CheckConstraint("title <> ''", name="title_given"),
        CheckConstraint("year IS NULL OR (year >= 1800 AND year <= 2200)", name="year_plausible"),
    )
