"""The log has no index by time: it was written with every act, and a chain stands in the order of time by itself."""

from alembic import op

revision = "0011_log_index"
down_revision = "0010_call_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_audit_entries_chain_at", table_name="audit_entries")


def downgrade() -> None:
    op.create_index("ix_audit_entries_chain_at", "audit_entries", ["chain", "at"])
