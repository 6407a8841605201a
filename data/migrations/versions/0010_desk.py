"""the brokers' desk: assignments, the order of shortlists, notes for companies, since when a candidate is suggested"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.models.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WAITING = ["proposal_id", "band", "candidate_organisation_id", "candidate_proposal_id", "first_suggested_at"]

_OF_PROPOSALS = ["source", "state", "expires", "kind", "submitted_at", "updated_at", "extended_on", "facilitator_id"]


def upgrade() -> None:
    """Apply."""
    op.add_column("suggestion", sa.Column("first_suggested_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE suggestion SET first_suggested_at = created_at")
    op.create_index("ix_suggestion_waiting", "suggestion", _WAITING, unique=False)
    op.create_index("ix_proposal_waiting", "proposal", _OF_PROPOSALS, unique=False)
    op.create_index(op.f("ix_curation_decision_undoes_id"), "curation_decision", ["undoes_id"], unique=False)
    _assignments()
    _orders()
    _client_notes()


def _assignments() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("assigned_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('validation', 'curation', 'interest', 'expiry', 'organisation', 'membership')",
            name=op.f("ck_assignment_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_assignment_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_account_id"), "assignment", ["account_id"], unique=False)
    op.create_index("uq_assignment_item", "assignment", ["kind", "object_id"], unique=True)


def _orders() -> None:
    op.create_table(
        "shortlist_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("target IN ('organisations', 'proposals')", name=op.f("ck_shortlist_order_target")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_shortlist_order_proposal_id_proposal")),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["shortlist_order.id"], name=op.f("fk_shortlist_order_undoes_id_shortlist_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist_order")),
    )
    op.create_index("ix_shortlist_order_proposal_id_target", "shortlist_order", ["proposal_id", "target"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER shortlist_order_append_only BEFORE UPDATE OR DELETE ON shortlist_order "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER shortlist_order_no_{action.lower()} BEFORE {action} ON shortlist_order "
            "BEGIN SELECT RAISE(ABORT, 'shortlist_order is append-only'); END"
        )


def _client_notes() -> None:
    op.create_table(
        "client_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("candidate_organisation_id", sa.Integer(), nullable=True),
        sa.Column("candidate_proposal_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(candidate_organisation_id IS NULL) <> (candidate_proposal_id IS NULL)",
            name=op.f("ck_client_note_one_candidate"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_client_note_{column}_{table}"), ondelete="CASCADE"
            )
            for column, table in (
                ("proposal_id", "proposal"),
                ("candidate_organisation_id", "organisation"),
                ("candidate_proposal_id", "proposal"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_note")),
    )
    for column in ("proposal_id", "candidate_organisation_id", "candidate_proposal_id"):
        op.create_index(op.f(f"ix_client_note_{column}"), "client_note", [column], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("client_note")
    op.drop_table("shortlist_order")
    op.drop_table("assignment")
    op.drop_index("ix_proposal_waiting", table_name="proposal")
    op.drop_index(op.f("ix_curation_decision_undoes_id"), table_name="curation_decision")
    op.drop_index("ix_suggestion_waiting", table_name="suggestion")
    op.drop_column("suggestion", "first_suggested_at")
