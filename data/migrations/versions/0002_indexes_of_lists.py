"""indexes that lists and their filters read instead of whole records"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LISTED = ["state", "published", "expires", "source", "kind", "country"]


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_proposal_listed", "proposal", LISTED, unique=False)
    op.create_index("ix_proposal_code_tree_code_origin", "proposal_code", ["tree", "code", "origin"], unique=False)
    op.drop_index("ix_proposal_code_tree_code", table_name="proposal_code")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_proposal_code_tree_code", "proposal_code", ["tree", "code"], unique=False)
    op.drop_index("ix_proposal_code_tree_code_origin", table_name="proposal_code")
    op.drop_index("ix_proposal_listed", table_name="proposal")
