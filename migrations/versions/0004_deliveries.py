"""What was handed over is kept: bytes, version, approval."""

import sqlalchemy as sa
from alembic import op

revision = "0004_deliveries"
down_revision = "0003_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('daily')", name=op.f("ck_deliveries_kind")),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_deliveries_period")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_deliveries_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "contract_id",
            "kind",
            "period_from",
            "period_to",
            name=op.f("uq_deliveries_contract_id_kind_period_from_period_to"),
        ),
    )
    op.create_table(
        "delivery_versions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("change_note", sa.String(length=500), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("cutoff_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("approver_name", sa.String(length=100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decider_name", sa.String(length=100), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.CheckConstraint("state IN ('submitted', 'accepted', 'sent_back')", name=op.f("ck_delivery_versions_state")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_delivery_versions_number")),
        sa.ForeignKeyConstraint(
            ["contract_id", "delivery_id"],
            ["deliveries.contract_id", "deliveries.id"],
            name=op.f("fk_delivery_versions_contract_id_delivery_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_delivery_versions_contract_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_delivery_versions_decided_by")),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_delivery_versions_submitted_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_delivery_versions")),
        sa.UniqueConstraint(
            "contract_id", "delivery_id", "number", name=op.f("uq_delivery_versions_contract_id_delivery_id_number")
        ),
    )
    op.create_index(
        "ix_delivery_versions_submitted", "delivery_versions", ["contract_id", "submitted_at"], unique=False
    )
    op.create_table(
        "delivery_files",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("ascii_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("edition IN ('handover', 'network')", name=op.f("ck_delivery_files_edition")),
        sa.ForeignKeyConstraint(
            ["contract_id", "version_id"],
            ["delivery_versions.contract_id", "delivery_versions.id"],
            name=op.f("fk_delivery_files_contract_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_delivery_files_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_delivery_files")),
        sa.UniqueConstraint(
            "contract_id", "version_id", "edition", name=op.f("uq_delivery_files_contract_id_version_id_edition")
        ),
    )


def downgrade() -> None:
    op.drop_table("delivery_files")
    op.drop_index("ix_delivery_versions_submitted", table_name="delivery_versions")
    op.drop_table("delivery_versions")
    op.drop_table("deliveries")
