"""Appointments with their seats, people and history: one number that stays through every change."""

import sqlalchemy as sa
from alembic import op

revision = "0014_reservations"
down_revision = "0013_reservation_slots"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reservation_requests",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_requests_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "key", name=op.f("pk_reservation_requests")),
    )
    op.create_table(
        "reservations",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("counter_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("visitor", sa.String(length=10), nullable=False),
        sa.Column("documents_told", sa.Boolean(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("held_by", sa.Uuid(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_by", sa.Uuid(), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_key", sa.LargeBinary(), nullable=True),
        sa.Column("remarks", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'held') = (booked_at IS NULL)", name=op.f("ck_reservations_booked")),
        sa.CheckConstraint("(state = 'held') = (number IS NULL)", name=op.f("ck_reservations_number")),
        sa.CheckConstraint("channel IN ('phone', 'web', 'counter')", name=op.f("ck_reservations_channel")),
        sa.CheckConstraint(
            "state IN ('held', 'booked', 'rebook', 'attended', 'late', 'no_show', 'cancelled')",
            name=op.f("ck_reservations_state"),
        ),
        sa.CheckConstraint("visitor IN ('self', 'guardian', 'proxy')", name=op.f("ck_reservations_visitor")),
        sa.CheckConstraint("people BETWEEN 1 AND 8 AND units >= 1", name=op.f("ck_reservations_people")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_reservations_version")),
        sa.ForeignKeyConstraint(["booked_by"], ["users.id"], name=op.f("fk_reservations_booked_by")),
        sa.ForeignKeyConstraint(
            ["contract_id", "call_id"],
            ["calls.contract_id", "calls.id"],
            name=op.f("fk_reservations_contract_id_call_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "counter_id"],
            ["reservation_counters.contract_id", "reservation_counters.id"],
            name=op.f("fk_reservations_contract_id_counter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "place_id"],
            ["reservation_places.contract_id", "reservation_places.id"],
            name=op.f("fk_reservations_contract_id_place_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "procedure_id"],
            ["reservation_procedures.contract_id", "reservation_procedures.id"],
            name=op.f("fk_reservations_contract_id_procedure_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservations_contract_id")),
        sa.ForeignKeyConstraint(["held_by"], ["users.id"], name=op.f("fk_reservations_held_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservations")),
    )
    op.create_index(
        "ix_reservations_call",
        "reservations",
        ["contract_id", "call_id"],
        unique=False,
        sqlite_where=sa.text("call_id IS NOT NULL"),
        postgresql_where=sa.text("call_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reservations_on",
        "reservations",
        ["contract_id", "local_on", "state"],
        unique=False,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "ix_reservations_phone",
        "reservations",
        ["contract_id", "phone_key"],
        unique=False,
        sqlite_where=sa.text("phone_key IS NOT NULL"),
        postgresql_where=sa.text("phone_key IS NOT NULL"),
    )
    op.create_index(
        "uq_reservations_number",
        "reservations",
        ["contract_id", "number"],
        unique=True,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "reservation_applicants",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("notice_key", sa.LargeBinary(), nullable=False),
        sa.Column("notice_number", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("kana", sa.LargeBinary(), nullable=True),
        sa.Column("birth_on", sa.LargeBinary(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_reservation_applicants_position")),
        sa.ForeignKeyConstraint(
            ["contract_id", "reservation_id"],
            ["reservations.contract_id", "reservations.id"],
            name=op.f("fk_reservation_applicants_contract_id_reservation_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_applicants_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_applicants")),
        sa.UniqueConstraint(
            "contract_id",
            "reservation_id",
            "position",
            name=op.f("uq_reservation_applicants_contract_id_reservation_id_position"),
        ),
    )
    op.create_index(
        "ix_reservation_applicants_notice", "reservation_applicants", ["contract_id", "notice_key"], unique=False
    )
    op.create_index(
        "uq_reservation_applicants_live",
        "reservation_applicants",
        ["contract_id", "notice_key"],
        unique=True,
        sqlite_where=sa.text("live AND NOT second"),
        postgresql_where=sa.text("live AND NOT second"),
    )
    op.create_table(
        "reservation_events",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("asker", sa.String(length=8), nullable=False),
        sa.Column("reason_code", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("channel IN ('phone', 'web', 'counter')", name=op.f("ck_reservation_events_channel")),
        sa.CheckConstraint(
            "kind IN ('booked', 'moved', 'cancelled', 'rebook', 'attended', 'late', 'no_show')",
            name=op.f("ck_reservation_events_kind"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_reservation_events_by_id")),
        sa.ForeignKeyConstraint(
            ["contract_id", "call_id"],
            ["calls.contract_id", "calls.id"],
            name=op.f("fk_reservation_events_contract_id_call_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "place_id"],
            ["reservation_places.contract_id", "reservation_places.id"],
            name=op.f("fk_reservation_events_contract_id_place_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "reservation_id"],
            ["reservations.contract_id", "reservations.id"],
            name=op.f("fk_reservation_events_contract_id_reservation_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_events_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_events")),
        sa.UniqueConstraint(
            "contract_id",
            "reservation_id",
            "sequence",
            name=op.f("uq_reservation_events_contract_id_reservation_id_sequence"),
        ),
    )
    op.create_index(
        "ix_reservation_events_call",
        "reservation_events",
        ["contract_id", "call_id"],
        unique=False,
        sqlite_where=sa.text("call_id IS NOT NULL"),
        postgresql_where=sa.text("call_id IS NOT NULL"),
    )
    op.create_index("ix_reservation_events_on", "reservation_events", ["contract_id", "local_on", "kind"], unique=False)
    op.create_table(
        "reservation_seats",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot_capacity", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("1 <= number AND number <= slot_capacity", name=op.f("ck_reservation_seats_number")),
        sa.ForeignKeyConstraint(
            ["contract_id", "reservation_id"],
            ["reservations.contract_id", "reservations.id"],
            name=op.f("fk_reservation_seats_contract_id_reservation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "slot_id", "slot_capacity"],
            ["reservation_slots.contract_id", "reservation_slots.id", "reservation_slots.capacity"],
            name=op.f("fk_reservation_seats_contract_id_slot_id_slot_capacity"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_seats_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "slot_id", "number", name=op.f("pk_reservation_seats")),
    )
    op.create_index(
        "ix_reservation_seats_held",
        "reservation_seats",
        ["contract_id", "held_until"],
        unique=False,
        sqlite_where=sa.text("held_until IS NOT NULL"),
        postgresql_where=sa.text("held_until IS NOT NULL"),
    )
    op.create_index(
        "ix_reservation_seats_reservation", "reservation_seats", ["contract_id", "reservation_id"], unique=False
    )
    op.add_column("calls", sa.Column("booking", sa.String(length=10), nullable=True))


def downgrade() -> None:
    op.drop_column("calls", "booking")
    op.drop_table("reservation_seats")
    op.drop_table("reservation_events")
    op.drop_table("reservation_applicants")
    op.drop_table("reservations")
    op.drop_table("reservation_requests")
