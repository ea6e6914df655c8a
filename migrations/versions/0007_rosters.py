"""Who was planned and who was there."""

import sqlalchemy as sa
from alembic import op

revision = "0007_rosters"
down_revision = "0006_exchange"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_kana", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("employment", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("employment IN ('direct', 'dispatched')", name=op.f("ck_staff_employment")),
        sa.CheckConstraint("role <> 'supervisor' OR employment = 'direct'", name=op.f("ck_staff_supervisor")),
        sa.CheckConstraint("role IN ('supervisor', 'deputy', 'operator')", name=op.f("ck_staff_role")),
        sa.CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name=op.f("ck_staff_assignment")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_staff_contract_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_user_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_staff")),
        sa.UniqueConstraint("contract_id", "code", name=op.f("uq_staff_contract_id_code")),
        sa.UniqueConstraint("contract_id", "idempotency_key", name=op.f("uq_staff_contract_id_idempotency_key")),
    )
    op.create_index("ix_staff_contract_id_user_id", "staff", ["contract_id", "user_id"], unique=False)
    op.create_table(
        "planned_shifts",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440",
            name=op.f("ck_planned_shifts_times"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "staff_id"],
            ["staff.contract_id", "staff.id"],
            name=op.f("fk_planned_shifts_contract_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_planned_shifts_contract_id")),
        sa.ForeignKeyConstraint(["planned_by"], ["users.id"], name=op.f("fk_planned_shifts_planned_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name=op.f("fk_planned_shifts_withdrawn_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_planned_shifts")),
    )
    op.create_index(
        "ix_planned_shifts_contract_id_local_on", "planned_shifts", ["contract_id", "local_on"], unique=False
    )
    op.create_index(
        "uq_planned_shifts_live_start",
        "planned_shifts",
        ["contract_id", "staff_id", "local_on", "start_minute"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "punch_corrections",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_punch_corrections_reason")),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_punch_corrections_approved_by")),
        sa.ForeignKeyConstraint(
            ["contract_id", "staff_id"],
            ["staff.contract_id", "staff.id"],
            name=op.f("fk_punch_corrections_contract_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_punch_corrections_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_punch_corrections")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_punch_corrections_contract_id_idempotency_key")
        ),
    )
    op.create_index(
        "ix_punch_corrections_contract_id_local_on", "punch_corrections", ["contract_id", "local_on"], unique=False
    )
    op.create_table(
        "planned_breaks",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 < start_minute AND start_minute < end_minute AND end_minute < 1440", name=op.f("ck_planned_breaks_times")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "shift_id"],
            ["planned_shifts.contract_id", "planned_shifts.id"],
            name=op.f("fk_planned_breaks_contract_id_shift_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_planned_breaks_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_planned_breaks")),
        sa.UniqueConstraint(
            "contract_id", "shift_id", "start_minute", name=op.f("uq_planned_breaks_contract_id_shift_id_start_minute")
        ),
    )
    op.create_table(
        "punches",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(source = 'correction') = (correction_id IS NOT NULL)", name=op.f("ck_punches_correction")),
        sa.CheckConstraint("kind IN ('in', 'break_start', 'break_end', 'out')", name=op.f("ck_punches_kind")),
        sa.CheckConstraint("source IN ('page', 'correction')", name=op.f("ck_punches_source")),
        sa.CheckConstraint("0 <= minute AND minute < 1440", name=op.f("ck_punches_minute")),
        sa.ForeignKeyConstraint(
            ["contract_id", "correction_id"],
            ["punch_corrections.contract_id", "punch_corrections.id"],
            name=op.f("fk_punches_contract_id_correction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "staff_id"], ["staff.contract_id", "staff.id"], name=op.f("fk_punches_contract_id_staff_id")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_punches_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_punches_recorded_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_punches")),
        sa.UniqueConstraint("contract_id", "idempotency_key", name=op.f("uq_punches_contract_id_idempotency_key")),
    )
    op.create_index("ix_punches_contract_id_local_on", "punches", ["contract_id", "local_on"], unique=False)
    op.create_table(
        "punch_voids",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("punch_id", sa.Uuid(), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id", "correction_id"],
            ["punch_corrections.contract_id", "punch_corrections.id"],
            name=op.f("fk_punch_voids_contract_id_correction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "punch_id"],
            ["punches.contract_id", "punches.id"],
            name=op.f("fk_punch_voids_contract_id_punch_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_punch_voids_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "punch_id", name=op.f("pk_punch_voids")),
    )


def downgrade() -> None:
    op.drop_table("punch_voids")
    op.drop_index("ix_punches_contract_id_local_on", table_name="punches")
    op.drop_table("punches")
    op.drop_table("planned_breaks")
    op.drop_index("ix_punch_corrections_contract_id_local_on", table_name="punch_corrections")
    op.drop_table("punch_corrections")
    op.drop_index(
        "uq_planned_shifts_live_start",
        table_name="planned_shifts",
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_index("ix_planned_shifts_contract_id_local_on", table_name="planned_shifts")
    op.drop_table("planned_shifts")
    op.drop_index("ix_staff_contract_id_user_id", table_name="staff")
    op.drop_table("staff")
