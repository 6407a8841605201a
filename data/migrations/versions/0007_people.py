"""people: accounts, invitations, the log of casework, letters and notifications; who owns and accompanies a proposal"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.models.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = ("outbox_message", "notification_preference", "notification", "invitation")
_PEOPLE_OF_A_PROPOSAL = ("author_id", "facilitator_id")


def upgrade() -> None:
    """Apply."""
    _create_tables()
    for column in _PEOPLE_OF_A_PROPOSAL:
        op.add_column("proposal", sa.Column(column, sa.Integer(), nullable=True))
        op.create_index(op.f(f"ix_proposal_{column}"), "proposal", [column], unique=False)
    op.add_column("proposal", sa.Column("submitted_at", UtcDateTime(), nullable=True))
    op.add_column("proposal", sa.Column("extended_on", sa.Date(), nullable=True))
    op.add_column("organisation", sa.Column("verified_at", UtcDateTime(), nullable=True))
    op.add_column("organisation", sa.Column("verified_by", sa.String(length=200), nullable=True))
    _keep_log()


def _keep_log() -> None:
    """The log of casework only grows; a note may be emptied, where it said something of an erased person."""
    same = " AND ".join(
        f"NEW.{name} {{same}} OLD.{name}" for name in ("id", "kind", "object_id", "action", "actor", "before", "after")
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            "CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event FOR EACH ROW "
            f"WHEN (NOT (NEW.note IS NULL AND {same.format(same='IS NOT DISTINCT FROM')})) "
            "EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute(
        "CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event "
        "BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END"
    )
    op.execute(
        f"CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event WHEN NOT (NEW.note IS NULL AND {same.format(same='IS')}) "
        "BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END"
    )


def _create_tables() -> None:
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("before", sa.String(length=60), nullable=True),
        sa.Column("after", sa.String(length=60), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('proposal', 'organisation', 'account', 'interest', 'partnership', 'attachment', 'search')",
            name=op.f("ck_case_event_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    op.create_index("ix_case_event_actor", "case_event", ["actor"], unique=False)
    op.create_index("ix_case_event_kind_object_id", "case_event", ["kind", "object_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("membership", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("email <> ''", name=op.f("ck_account_email_given")),
        sa.CheckConstraint("language IS NULL OR language IN ('it', 'en')", name=op.f("ck_account_language")),
        sa.CheckConstraint(
            "membership <> 'none' OR organisation_id IS NULL", name=op.f("ck_account_membership_of_organisation")
        ),
        sa.CheckConstraint("membership IN ('none', 'pending', 'confirmed')", name=op.f("ck_account_membership")),
        sa.CheckConstraint("role IN ('member', 'broker', 'administrator')", name=op.f("ck_account_role")),
        sa.CheckConstraint("failed_logins >= 0", name=op.f("ck_account_failed_logins_counted")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_account_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_index(op.f("ix_account_organisation_id"), "account", ["organisation_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("language IN ('it', 'en')", name=op.f("ck_invitation_language")),
        sa.CheckConstraint("role IN ('member', 'broker', 'administrator')", name=op.f("ck_invitation_role")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_invitation_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_email"), "invitation", ["email"], unique=False)
    op.create_index(op.f("ix_invitation_organisation_id"), "invitation", ["organisation_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('proposal', 'suggestion', 'interest', 'partnership', 'search', 'expiry', 'desk', 'account')",
            name=op.f("ck_notification_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notification_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("key", name=op.f("uq_notification_key")),
    )
    op.create_index("ix_notification_account_id_seen_at", "notification", ["account_id", "seen_at"], unique=False)
    op.create_index("ix_notification_mailed_at", "notification", ["mailed_at"], unique=False)
    op.create_table(
        "notification_preference",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("frequency", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "frequency IN ('never', 'immediate', 'daily', 'weekly')", name=op.f("ck_notification_preference_frequency")
        ),
        sa.CheckConstraint(
            "kind IN ('proposal', 'suggestion', 'interest', 'partnership', 'search', 'expiry', 'desk', 'account')",
            name=op.f("ck_notification_preference_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_notification_preference_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", name=op.f("pk_notification_preference")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("unsubscribe_url", sa.String(length=1000), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("language IN ('it', 'en')", name=op.f("ck_outbox_message_language")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'uncertain', 'dropped')",
            name=op.f("ck_outbox_message_state"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_message_attempts_counted")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_outbox_message_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
    )
    op.create_index(op.f("ix_outbox_message_account_id"), "outbox_message", ["account_id"], unique=False)
    op.create_index("ix_outbox_message_state_not_before", "outbox_message", ["state", "not_before"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_column("organisation", "verified_by")
    op.drop_column("organisation", "verified_at")
    op.drop_column("proposal", "extended_on")
    op.drop_column("proposal", "submitted_at")
    for column in _PEOPLE_OF_A_PROPOSAL:
        op.drop_index(op.f(f"ix_proposal_{column}"), table_name="proposal")
        op.drop_column("proposal", column)
    for table in (*_TABLES, "account", "case_event"):
        op.drop_table(table)
