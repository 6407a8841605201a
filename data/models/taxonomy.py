"""Taxonomies: versioned trees of coded concepts with labels in both languages, and the crosswalks between them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from data.models.base import Base, between_zero_and_one, one_of
from data.models.vocabulary import Tree


class Concept(Base):
    """A coded concept. A code is always (tree, string): leading zeros and legacy forms are kept as they are."""

    __tablename__ = "concept"

    id: Mapped[int] = mapped_column(primary_key=True)
    tree: Mapped[str] = mapped_column(String(30))
    version: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("concept.id", ondelete="SET NULL"), index=True)
    label_it: Mapped[str] = mapped_column(String(300))
    label_en: Mapped[str] = mapped_column(String(300))
    description_it: Mapped[str | None] = mapped_column(Text)
    description_en: Mapped[str | None] = mapped_column(Text)
    synonyms_it: Mapped[list[str]] = mapped_column(JSON, default=list)
    synonyms_en: Mapped[list[str]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    parent: Mapped[Concept | None] = relationship(remote_side="Concept.id")

    __table_args__ = (
        UniqueConstraint("tree", "version", "code"),
        one_of("tree", Tree),
        CheckConstraint("code <> ''", name="code_given"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to", name="valid_order"),
    )


class Crosswalk(Base):
    """A link from a concept to one of another tree or version, with how much of the meaning carries over."""

    __tablename__ = "crosswalk"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("concept.id", ondelete="CASCADE"))
    to_id: Mapped[int] = mapped_column(ForeignKey("concept.id", ondelete="CASCADE"), index=True)
    weight: Mapped[float] = mapped_column(default=1.0)

    __table_args__ = (
        UniqueConstraint("from_id", "to_id"),
        between_zero_and_one("weight"),
        CheckConstraint("from_id <> to_id", name="not_itself"),
    )
