"""rankings learnt from decisions, and an append-only log of which one serves"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LISTS = "ranking IN ('organisations', 'proposals', 'opportunities')"
_MESSAGE = "ranker_change is append-only"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ranker_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ranking", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("made_from", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_LISTS, name=op.f("ck_ranker_version_ranking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranker_version")),
        sa.UniqueConstraint("version", name=op.f("uq_ranker_version_version")),
    )
    op.create_index("uq_ranker_version_digest", "ranker_version", ["ranking", "digest"], unique=True)
    op.create_table(
        "ranker_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ranking", sa.String(length=20), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_LISTS, name=op.f("ck_ranker_change_ranking")),
        sa.CheckConstraint("action IN ('promote', 'rollback')", name=op.f("ck_ranker_change_action")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["ranker_version.id"], name=op.f("fk_ranker_change_version_id_ranker_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranker_change")),
    )
    for column in ("ranking", "version_id"):
        op.create_index(op.f(f"ix_ranker_change_{column}"), "ranker_change", [column], unique=False)
    _make_append_only()


def downgrade() -> None:
    """Take back."""
    op.drop_table("ranker_change")
    op.drop_table("ranker_version")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_ranker_change()")


def _make_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_ranker_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{_MESSAGE}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER ranker_change_append_only BEFORE UPDATE OR DELETE ON ranker_change "
            "FOR EACH ROW EXECUTE FUNCTION refuse_ranker_change()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ranker_change_no_{action.lower()} BEFORE {action} ON ranker_change "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        )
