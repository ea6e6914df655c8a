"""The supervisor's remarks and confirmations behind a report."""

import sqlalchemy as sa
from alembic import op

revision = "0008_reporting"
down_revision = "0007_rosters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_confirmations",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_report_confirmations_confirmed_by")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_report_confirmations_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_report_confirmations")),
        sa.UniqueConstraint(
            "contract_id", "local_on", "mark", name=op.f("uq_report_confirmations_contract_id_local_on_mark")
        ),
    )
    op.create_table(
        "report_matters",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("local_minute", sa.Integer(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('difficult', 'trouble', 'equipment', 'proposal', 'other')", name=op.f("ck_report_matters_kind")
        ),
        sa.CheckConstraint(
            "local_minute IS NULL OR local_minute BETWEEN 0 AND 1439", name=op.f("ck_report_matters_minute")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_report_matters_contract_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_report_matters_created_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_report_matters")),
    )
    op.create_index("ix_report_matters_local_on", "report_matters", ["contract_id", "local_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_report_matters_local_on", table_name="report_matters")
    op.drop_table("report_matters")
    op.drop_table("report_confirmations")
