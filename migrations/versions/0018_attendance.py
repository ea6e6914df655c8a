"""Punches from a shared kiosk, months that are closed, and what was done about a shortage."""

import sqlalchemy as sa
from alembic import op

revision = "0018_attendance"
down_revision = "0017_month_rosters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance_closings",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.Uuid(), nullable=True),
        sa.Column("reopened_because", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (reopened_because = '')", name=op.f("ck_attendance_closings_reopened")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_attendance_closings_closed_by")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_attendance_closings_contract_id")),
        sa.ForeignKeyConstraint(["reopened_by"], ["users.id"], name=op.f("fk_attendance_closings_reopened_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_attendance_closings")),
    )
    op.create_index("ix_attendance_closings_month", "attendance_closings", ["contract_id", "month"], unique=False)
    op.create_index(
        "uq_attendance_closings_live",
        "attendance_closings",
        ["contract_id", "month"],
        unique=True,
        sqlite_where=sa.text("reopened_at IS NULL"),
        postgresql_where=sa.text("reopened_at IS NULL"),
    )
    op.create_table(
        "kiosk_devices",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_kiosk_devices_name")),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_kiosk_devices_token_hash")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_kiosk_devices_contract_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_kiosk_devices_created_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["users.id"], name=op.f("fk_kiosk_devices_revoked_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_kiosk_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosk_devices_token_hash")),
    )
    op.create_table(
        "shortage_notes",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('absence', 'late', 'break', 'plan', 'punch', 'disaster', 'other')",
            name=op.f("ck_shortage_notes_cause"),
        ),
        sa.CheckConstraint("measure <> ''", name=op.f("ck_shortage_notes_measure")),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440",
            name=op.f("ck_shortage_notes_times"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_shortage_notes_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_shortage_notes_recorded_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_shortage_notes")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_shortage_notes_contract_id_idempotency_key")
        ),
    )
    op.create_index("ix_shortage_notes_day", "shortage_notes", ["contract_id", "local_on"], unique=False)
    op.create_index(
        "uq_shortage_notes_live",
        "shortage_notes",
        ["contract_id", "local_on", "start_minute", "end_minute"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "staff_codes",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("wrong_tries >= 0", name=op.f("ck_staff_codes_wrong_tries")),
        sa.ForeignKeyConstraint(
            ["contract_id", "staff_id"],
            ["staff.contract_id", "staff.id"],
            name=op.f("fk_staff_codes_contract_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_staff_codes_contract_id")),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_staff_codes_set_by")),
        sa.PrimaryKeyConstraint("contract_id", "staff_id", name=op.f("pk_staff_codes")),
    )

    _sources("'page', 'kiosk', 'correction'")


def _sources(allowed: str) -> None:
    with op.batch_alter_table("punches") as punches:
        punches.drop_constraint(op.f("ck_punches_source"), type_="check")
        punches.create_check_constraint(op.f("ck_punches_source"), f"source IN ({allowed})")


def downgrade() -> None:
    op.execute("UPDATE punches SET source = 'page' WHERE source = 'kiosk'")
    _sources("'page', 'correction'")
    op.drop_table("shortage_notes")
    op.drop_table("attendance_closings")
    op.drop_table("staff_codes")
    op.drop_table("kiosk_devices")
