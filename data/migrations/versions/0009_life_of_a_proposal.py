"""Files attached to proposals and partnerships, and what companies answer to suggestions.

Revision ID: 0009
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.models.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STANDS = sa.text("withdrawn_at IS NULL AND answer <> 'question'")
_REASONS = (
    "'wrong_competence', 'wrong_theme', 'wrong_partner_type', 'wrong_country', 'wrong_stage', 'competitor', "
    "'already_in_contact', 'not_available', 'other'"
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_kind", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("owner_kind IN ('proposal', 'partnership')", name=op.f("ck_attachment_owner_kind")),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_size_positive")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_attachment_name_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_key"), "attachment", ["key"], unique=False)
    op.create_index("ix_attachment_owner_kind_owner_id", "attachment", ["owner_kind", "owner_id"], unique=False)
    _responses()


def _responses() -> None:
    op.create_table(
        "partner_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("candidate_organisation_id", sa.Integer(), nullable=True),
        sa.Column("candidate_proposal_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)",
            name=op.f("ck_partner_response_one_candidate"),
        ),
        sa.CheckConstraint(
            "answer IN ('interested', 'not_interested', 'question')", name=op.f("ck_partner_response_answer")
        ),
        sa.CheckConstraint(f"reason IN ({_REASONS})", name=op.f("ck_partner_response_reason")),
        sa.CheckConstraint(
            "(answer = 'not_interested') = (reason IS NOT NULL)", name=op.f("ck_partner_response_refusal_has_reason")
        ),
        sa.CheckConstraint(
            "answer <> 'question' OR note IS NOT NULL", name=op.f("ck_partner_response_question_has_text")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_partner_response_{column}_{table}"), ondelete="CASCADE"
            )
            for column, table in (
                ("proposal_id", "proposal"),
                ("candidate_organisation_id", "organisation"),
                ("candidate_proposal_id", "proposal"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_response")),
    )
    for column in ("proposal_id", "candidate_organisation_id", "candidate_proposal_id"):
        op.create_index(op.f(f"ix_partner_response_{column}"), "partner_response", [column], unique=False)
    for kind in ("organisation", "proposal"):
        op.create_index(
            f"uq_partner_response_{kind}",
            "partner_response",
            ["proposal_id", f"candidate_{kind}_id"],
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        )


def downgrade() -> None:
    """Take back."""
    op.drop_table("partner_response")
    op.drop_table("attachment")
