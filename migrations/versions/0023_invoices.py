"""Reductions, invoices and payments (contract Art. 10 to 12)."""

import sqlalchemy as sa
from alembic import op

revision = "0023_invoices"
down_revision = "0022_period_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_reductions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("yen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_because", sa.String(length=200), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(set_aside_at IS NULL) = (set_aside_because = '')", name=op.f("ck_invoice_reductions_set_aside")
        ),
        sa.CheckConstraint("yen >= 0", name=op.f("ck_invoice_reductions_yen")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_invoice_reductions_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_invoice_reductions_recorded_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_invoice_reductions")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_invoice_reductions_contract_id_idempotency_key")
        ),
    )
    op.create_index("ix_invoice_reductions_month", "invoice_reductions", ["contract_id", "month"], unique=False)
    op.create_table(
        "invoices",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("fee_yen", sa.BigInteger(), nullable=False),
        sa.Column("reduction_yen", sa.BigInteger(), nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint("claimed_on <= due_on", name=op.f("ck_invoices_due")),
        sa.CheckConstraint(
            "fee_yen >= 0 AND reduction_yen >= 0 AND reduction_yen <= fee_yen", name=op.f("ck_invoices_yen")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_invoices_number")),
        sa.ForeignKeyConstraint(
            ["contract_id", "version_id"],
            ["delivery_versions.contract_id", "delivery_versions.id"],
            name=op.f("fk_invoices_contract_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_invoices_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("contract_id", "month", "number", name=op.f("uq_invoices_contract_id_month_number")),
    )
    op.create_table(
        "invoice_payments",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("yen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_because", sa.String(length=200), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(set_aside_at IS NULL) = (set_aside_because = '')", name=op.f("ck_invoice_payments_set_aside")
        ),
        sa.CheckConstraint("yen > 0", name=op.f("ck_invoice_payments_yen")),
        sa.ForeignKeyConstraint(
            ["contract_id", "invoice_id"],
            ["invoices.contract_id", "invoices.id"],
            name=op.f("fk_invoice_payments_contract_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_invoice_payments_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_invoice_payments_recorded_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_invoice_payments")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_invoice_payments_contract_id_idempotency_key")
        ),
    )
    op.create_index("ix_invoice_payments_invoice", "invoice_payments", ["contract_id", "invoice_id"], unique=False)


def downgrade() -> None:
    op.drop_table("invoice_payments")
    op.drop_table("invoices")
    op.drop_table("invoice_reductions")
