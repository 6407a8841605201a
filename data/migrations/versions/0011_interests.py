"""expressions of interest, partnership rooms, achievements"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.models.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("progress", sa.String(length=30), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("notice_version", sa.String(length=20), nullable=True),
        sa.Column("notice_accepted_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state = 'rejected') = (reason IS NOT NULL)", name=op.f("ck_interest_rejected_with_reason")
        ),
        sa.CheckConstraint("kind IN ('platform', 'information', 'full')", name=op.f("ck_interest_kind")),
        sa.CheckConstraint("language IN ('it', 'en')", name=op.f("ck_interest_language")),
        sa.CheckConstraint(
            "progress IN ('information_requested', 'interest_expressed', 'pending', 'taken_over', 'first_contact', 'awaiting_additions', 'forwarded', 'contact_started', 'negotiating', 'agreement', 'no_agreement', 'transferred_closed', 'no_longer_interested', 'information_closed')",
            name=op.f("ck_interest_progress"),
        ),
        sa.CheckConstraint(
            "reason IN ('wrong_competence', 'wrong_theme', 'wrong_partner_type', 'wrong_country', 'wrong_stage', 'competitor', 'already_in_contact', 'not_available', 'other')",
            name=op.f("ck_interest_reason"),
        ),
        sa.CheckConstraint(
            "state = 'closed' OR (kind = 'platform') = (state IN ('draft', 'submitted', 'in_evaluation', 'relevant', 'rejected'))",
            name=op.f("ck_interest_state_of_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'in_evaluation', 'relevant', 'rejected', 'suspended', 'taken_over', 'closed')",
            name=op.f("ck_interest_state"),
        ),
        sa.CheckConstraint(
            "submitted_at IS NULL OR notice_version IS NOT NULL", name=op.f("ck_interest_notice_accepted")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_interest_account_id_account")),
        sa.ForeignKeyConstraint(["assignee_id"], ["account.id"], name=op.f("fk_interest_assignee_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_interest_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_interest_proposal_id_proposal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint("reference", name=op.f("uq_interest_reference")),
        sa.UniqueConstraint("token", name=op.f("uq_interest_token")),
    )
    op.create_index(op.f("ix_interest_account_id"), "interest", ["account_id"], unique=False)
    op.create_index("ix_interest_assignee_id_state", "interest", ["assignee_id", "state"], unique=False)
    op.create_index(op.f("ix_interest_organisation_id"), "interest", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_interest_proposal_id"), "interest", ["proposal_id"], unique=False)
    op.create_index("ix_interest_state_moved_at", "interest", ["state", "moved_at"], unique=False)
    op.create_index(
        "uq_interest_ongoing",
        "interest",
        ["account_id", "proposal_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('rejected', 'closed')"),
        postgresql_where=sa.text("state NOT IN ('rejected', 'closed')"),
    )
    op.create_table(
        "achievement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("counterpart_id", sa.Integer(), nullable=True),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["counterpart_id"],
            ["organisation.id"],
            name=op.f("fk_achievement_counterpart_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["interest_id"], ["interest.id"], name=op.f("fk_achievement_interest_id_interest")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_achievement_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_achievement_proposal_id_proposal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement")),
        sa.UniqueConstraint("interest_id", name=op.f("uq_achievement_interest_id")),
    )
    op.create_index(op.f("ix_achievement_proposal_id"), "achievement", ["proposal_id"], unique=False)
    op.create_table(
        "interest_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_interest_message_text_given")),
        sa.ForeignKeyConstraint(
            ["interest_id"], ["interest.id"], name=op.f("fk_interest_message_interest_id_interest"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_message")),
        sa.UniqueConstraint("token", name=op.f("uq_interest_message_token")),
    )
    op.create_index(op.f("ix_interest_message_interest_id"), "interest_message", ["interest_id"], unique=False)
    op.create_table(
        "partnership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("applicant_organisation_id", sa.Integer(), nullable=True),
        sa.Column("owner_organisation_id", sa.Integer(), nullable=True),
        sa.Column("facilitator_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("agreed_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("concluded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'concluded') = (outcome IS NOT NULL)", name=op.f("ck_partnership_concluded_with_outcome")
        ),
        sa.CheckConstraint(
            "outcome IN ('information_requested', 'interest_expressed', 'pending', 'taken_over', 'first_contact', 'awaiting_additions', 'forwarded', 'contact_started', 'negotiating', 'agreement', 'no_agreement', 'transferred_closed', 'no_longer_interested', 'information_closed')",
            name=op.f("ck_partnership_outcome"),
        ),
        sa.CheckConstraint("state IN ('open', 'concluded')", name=op.f("ck_partnership_state")),
        sa.ForeignKeyConstraint(
            ["applicant_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_partnership_applicant_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["facilitator_id"], ["account.id"], name=op.f("fk_partnership_facilitator_id_account")),
        sa.ForeignKeyConstraint(["interest_id"], ["interest.id"], name=op.f("fk_partnership_interest_id_interest")),
        sa.ForeignKeyConstraint(
            ["owner_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_partnership_owner_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_partnership_proposal_id_proposal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
        sa.UniqueConstraint("interest_id", name=op.f("uq_partnership_interest_id")),
    )
    op.create_index(op.f("ix_partnership_proposal_id"), "partnership", ["proposal_id"], unique=False)
    op.create_table(
        "partnership_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("side IN ('applicant', 'owner', 'staff')", name=op.f("ck_partnership_member_side")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_partnership_member_account_id_account")),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name=op.f("fk_partnership_member_partnership_id_partnership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_member")),
        sa.UniqueConstraint(
            "partnership_id", "account_id", name=op.f("uq_partnership_member_partnership_id_account_id")
        ),
    )
    op.create_index(op.f("ix_partnership_member_account_id"), "partnership_member", ["account_id"], unique=False)
    op.create_table(
        "partnership_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_partnership_message_text_given")),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name=op.f("fk_partnership_message_partnership_id_partnership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_message")),
        sa.UniqueConstraint("token", name=op.f("uq_partnership_message_token")),
    )
    op.create_index(
        op.f("ix_partnership_message_partnership_id"), "partnership_message", ["partnership_id"], unique=False
    )
    op.create_table(
        "partnership_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_partnership_step_text_given")),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name=op.f("fk_partnership_step_partnership_id_partnership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership_step")),
        sa.UniqueConstraint("token", name=op.f("uq_partnership_step_token")),
    )
    op.create_index(op.f("ix_partnership_step_partnership_id"), "partnership_step", ["partnership_id"], unique=False)


def downgrade() -> None:
    """Take back."""

    op.drop_index(op.f("ix_partnership_step_partnership_id"), table_name="partnership_step")
    op.drop_table("partnership_step")
    op.drop_index(op.f("ix_partnership_message_partnership_id"), table_name="partnership_message")
    op.drop_table("partnership_message")
    op.drop_index(op.f("ix_partnership_member_account_id"), table_name="partnership_member")
    op.drop_table("partnership_member")
    op.drop_index(op.f("ix_partnership_proposal_id"), table_name="partnership")
    op.drop_table("partnership")
    op.drop_index(op.f("ix_interest_message_interest_id"), table_name="interest_message")
    op.drop_table("interest_message")
    op.drop_index(op.f("ix_achievement_proposal_id"), table_name="achievement")
    op.drop_table("achievement")
    op.drop_index(
        "uq_interest_ongoing",
        table_name="interest",
        sqlite_where=sa.text("state NOT IN ('rejected', 'closed')"),
        postgresql_where=sa.text("state NOT IN ('rejected', 'closed')"),
    )
    op.drop_index("ix_interest_state_moved_at", table_name="interest")
    op.drop_index(op.f("ix_interest_proposal_id"), table_name="interest")
    op.drop_index(op.f("ix_interest_organisation_id"), table_name="interest")
    op.drop_index("ix_interest_assignee_id_state", table_name="interest")
    op.drop_index(op.f("ix_interest_account_id"), table_name="interest")
    op.drop_table("interest")
