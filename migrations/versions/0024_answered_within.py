"""Calls answered within the seconds of the service level, so that it can be told."""

import sqlalchemy as sa
from alembic import op

revision = "0024_answered_within"
down_revision = "0023_invoices"
branch_labels = None
depends_on = None
CHECKS = {
    "ck_exchange_counts_within": "(answered_within IS NULL) = (within_seconds IS NULL)",
    "ck_exchange_counts_answered_within": "answered_within BETWEEN 0 AND answered",
    "ck_exchange_counts_within_seconds": "within_seconds BETWEEN 0 AND 600",
}


def upgrade() -> None:
    with op.batch_alter_table("exchange_counts") as counts:
        counts.add_column(sa.Column("answered_within", sa.Integer(), nullable=True))
        counts.add_column(sa.Column("within_seconds", sa.Integer(), nullable=True))
        for name, rule in CHECKS.items():
            counts.create_check_constraint(op.f(name), rule)


def downgrade() -> None:
    with op.batch_alter_table("exchange_counts") as counts:
        for name in CHECKS:
            counts.drop_constraint(op.f(name), type_="check")
        counts.drop_column("within_seconds")
        counts.drop_column("answered_within")
