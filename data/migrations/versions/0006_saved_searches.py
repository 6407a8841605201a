"""saved searches, and who was found for them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.models.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("best_probability", sa.Double(), nullable=True),
        sa.CheckConstraint("target IN ('organisations', 'proposals')", name=op.f("ck_saved_search_target")),
        sa.CheckConstraint("language IN ('it', 'en')", name=op.f("ck_saved_search_language")),
        sa.CheckConstraint(
            "best_probability >= 0 AND best_probability <= 1", name=op.f("ck_saved_search_best_probability_unit")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_saved_search_proposal_id_proposal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_index(op.f("ix_saved_search_proposal_id"), "saved_search", ["proposal_id"], unique=False)
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_saved_search_open",
        "saved_search",
        ["proposal_id", "target"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    _hits()


def _hits() -> None:
    op.create_table(
        "saved_search_hit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("candidate_organisation_id", sa.Integer(), nullable=True),
        sa.Column("candidate_proposal_id", sa.Integer(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("band", sa.String(length=10), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)",
            name=op.f("ck_saved_search_hit_one_candidate"),
        ),
        sa.CheckConstraint("band IN ('strong', 'good', 'possible')", name=op.f("ck_saved_search_hit_band")),
        sa.CheckConstraint(
            "probability >= 0 AND probability <= 1", name=op.f("ck_saved_search_hit_probability_unit")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_saved_search_hit_{column}_{table}"),
                ondelete="CASCADE",
            )
            for column, table in (
                ("search_id", "saved_search"),
                ("candidate_organisation_id", "organisation"),
                ("candidate_proposal_id", "proposal"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search_hit")),
    )
    for kind in ("organisation", "proposal"):
        column = f"candidate_{kind}_id"
        op.create_index(op.f(f"ix_saved_search_hit_{column}"), "saved_search_hit", [column], unique=False)
        op.create_index(f"uq_saved_search_hit_{kind}", "saved_search_hit", ["search_id", column], unique=True)


def downgrade() -> None:
    """Take back."""
    op.drop_table("saved_search_hit")
    op.drop_table("saved_search")
