"""who confirmed or removed a code that was read out of a text, and when"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TREES = "'s3_2014', 's3_2021', 'sdg', 'een_technology', 'een_market', 'competence'"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tag_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("tree", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(proposal_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_tag_decision_one_owner")
        ),
        sa.CheckConstraint(f"tree IN ({TREES})", name=op.f("ck_tag_decision_tree")),
        sa.CheckConstraint("action IN ('confirm', 'remove', 'undo')", name=op.f("ck_tag_decision_action")),
        sa.CheckConstraint("confidence >= 0 AND confidence <= 1", name=op.f("ck_tag_decision_confidence_unit")),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_tag_decision_{table}_id_{table}"),
                ondelete="CASCADE",
            )
            for table in ("proposal", "organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_decision")),
    )
    for column in ("proposal_id", "organisation_id"):
        op.create_index(op.f(f"ix_tag_decision_{column}"), "tag_decision", [column], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("tag_decision")
