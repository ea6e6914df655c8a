"""Training, pledges, what the city said on staffing and labour agreements stand beside the staff list."""

import sqlalchemy as sa
from alembic import op

revision = "0016_staff_records"
down_revision = "0015_reservation_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "labour_agreements",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("concluded_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("month_limit", sa.Integer(), nullable=True),
        sa.Column("year_limit", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_by", sa.Uuid(), nullable=True),
        sa.Column("set_aside_because", sa.String(length=200), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(set_aside_at IS NULL) = (set_aside_because = '')", name=op.f("ck_labour_agreements_set_aside")
        ),
        sa.CheckConstraint(
            "kind IN ('overtime', 'overtime_special', 'staggered_breaks')", name=op.f("ck_labour_agreements_kind")
        ),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_labour_agreements_period")),
        sa.CheckConstraint("month_limit IS NULL OR month_limit > 0", name=op.f("ck_labour_agreements_month_limit")),
        sa.CheckConstraint("year_limit IS NULL OR year_limit > 0", name=op.f("ck_labour_agreements_year_limit")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_labour_agreements_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_labour_agreements_recorded_by")),
        sa.ForeignKeyConstraint(["set_aside_by"], ["users.id"], name=op.f("fk_labour_agreements_set_aside_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_labour_agreements")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_labour_agreements_contract_id_idempotency_key")
        ),
    )
    op.create_table(
        "staffing_instructions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.String(length=60), nullable=False),
        sa.Column("content", sa.String(length=500), nullable=False),
        sa.Column("applies_on", sa.Date(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("response", sa.String(length=500), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_by", sa.Uuid(), nullable=True),
        sa.Column("set_aside_because", sa.String(length=200), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'approval') = (headcount IS NOT NULL)", name=op.f("ck_staffing_instructions_headcount")
        ),
        sa.CheckConstraint(
            "(set_aside_at IS NULL) = (set_aside_because = '')", name=op.f("ck_staffing_instructions_set_aside")
        ),
        sa.CheckConstraint("kind IN ('instruction', 'approval')", name=op.f("ck_staffing_instructions_kind")),
        sa.CheckConstraint("headcount IS NULL OR headcount >= 1", name=op.f("ck_staffing_instructions_people")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_staffing_instructions_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_staffing_instructions_recorded_by")),
        sa.ForeignKeyConstraint(["set_aside_by"], ["users.id"], name=op.f("fk_staffing_instructions_set_aside_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_staffing_instructions")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_staffing_instructions_contract_id_idempotency_key")
        ),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_staffing_instructions_contract_id_number")),
    )
    op.create_table(
        "staff_certificates",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_by", sa.Uuid(), nullable=True),
        sa.Column("set_aside_because", sa.String(length=200), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(set_aside_at IS NULL) = (set_aside_because = '')", name=op.f("ck_staff_certificates_set_aside")
        ),
        sa.CheckConstraint("kind IN ('training', 'pledge', 'qualification')", name=op.f("ck_staff_certificates_kind")),
        sa.CheckConstraint(
            "valid_until IS NULL OR issued_on <= valid_until", name=op.f("ck_staff_certificates_validity")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "staff_id"],
            ["staff.contract_id", "staff.id"],
            name=op.f("fk_staff_certificates_contract_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_staff_certificates_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_staff_certificates_recorded_by")),
        sa.ForeignKeyConstraint(["set_aside_by"], ["users.id"], name=op.f("fk_staff_certificates_set_aside_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_staff_certificates")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_staff_certificates_contract_id_idempotency_key")
        ),
    )
    op.create_index("ix_staff_certificates_staff", "staff_certificates", ["contract_id", "staff_id"], unique=False)


def downgrade() -> None:
    op.drop_table("labour_agreements")
    op.drop_table("staffing_instructions")
    op.drop_table("staff_certificates")
