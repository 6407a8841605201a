"""what the agency imported counts as verified by the import, as new imports do from here on

Left as they are: organisations that members founded (AO-…), and those whose verification was taken back since.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute(
        """
        UPDATE organisation SET verified_at = created_at, verified_by = 'job:import'
        WHERE verified_at IS NULL AND substr(reference, 1, 3) <> 'AO-' AND id NOT IN (
            SELECT object_id FROM case_event
            WHERE kind = 'organisation' AND action IN ('verification_withdrawn', 'identity_changed')
        )
        """
    )


def downgrade() -> None:
    """Take it back."""
    op.execute("UPDATE organisation SET verified_at = NULL, verified_by = NULL WHERE verified_by = 'job:import'")
