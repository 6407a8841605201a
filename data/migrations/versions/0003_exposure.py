"""how often each candidate was shown, and how high up"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "exposure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("candidate_organisation_id", sa.Integer(), nullable=True),
        sa.Column("candidate_proposal_id", sa.Integer(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("discount", sa.Double(), nullable=False),
        sa.Column("exploratory", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)",
            name=op.f("ck_exposure_one_candidate"),
        ),
        sa.CheckConstraint("times >= 1 AND rank >= 1 AND discount > 0", name=op.f("ck_exposure_positive")),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_exposure_{column}_{table}"),
                ondelete="CASCADE",
            )
            for column, table in (
                ("proposal_id", "proposal"),
                ("candidate_organisation_id", "organisation"),
                ("candidate_proposal_id", "proposal"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure")),
    )
    for column in ("proposal_id", "candidate_organisation_id", "candidate_proposal_id"):
        op.create_index(op.f(f"ix_exposure_{column}"), "exposure", [column], unique=False)
    for name, column in (
        ("uq_exposure_organisation", "candidate_organisation_id"),
        ("uq_exposure_proposal", "candidate_proposal_id"),
    ):
        op.create_index(name, "exposure", ["day", "proposal_id", column], unique=True)


def downgrade() -> None:
    """Take back."""
    op.drop_table("exposure")
