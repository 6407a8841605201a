"""accounts: codes of an authenticator are used once; sessions that were ended stay ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.models.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("account", sa.Column("tf_last_counter", sa.Integer(), nullable=True))
    op.create_table(
        "ended_session",
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("session_hash", name=op.f("pk_ended_session")),
    )
    op.create_index(op.f("ix_ended_session_until"), "ended_session", ["until"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_ended_session_until"), table_name="ended_session")
    op.drop_table("ended_session")
    op.drop_column("account", "tf_last_counter")
