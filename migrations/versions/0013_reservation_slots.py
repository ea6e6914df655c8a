"""Places, counters and their weekly patterns become slots with seats that can be counted."""

import sqlalchemy as sa
from alembic import op

revision = "0013_reservation_slots"
down_revision = "0012_delivery_marks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reservation_books",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("prepared_until", sa.Date(), nullable=True),
        sa.CheckConstraint("next_number >= 1", name=op.f("ck_reservation_books_next_number")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_books_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_reservation_books")),
    )
    op.create_table(
        "reservation_places",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_reservation_places_name")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_places_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_places")),
        sa.UniqueConstraint("contract_id", "name", name=op.f("uq_reservation_places_contract_id_name")),
    )
    op.create_table(
        "reservation_procedures",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("documents", sa.String(length=1000), nullable=False),
        sa.Column("guardian_documents", sa.String(length=1000), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("bookable", sa.Boolean(), nullable=False),
        sa.Column("category_code", sa.String(length=4), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_reservation_procedures_name")),
        sa.CheckConstraint("units BETWEEN 1 AND 12", name=op.f("ck_reservation_procedures_units")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_procedures_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_procedures")),
        sa.UniqueConstraint("contract_id", "name", name=op.f("uq_reservation_procedures_contract_id_name")),
    )
    op.create_table(
        "reservation_counters",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_reservation_counters_name")),
        sa.ForeignKeyConstraint(
            ["contract_id", "place_id"],
            ["reservation_places.contract_id", "reservation_places.id"],
            name=op.f("fk_reservation_counters_contract_id_place_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_counters_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_counters")),
        sa.UniqueConstraint(
            "contract_id", "place_id", "name", name=op.f("uq_reservation_counters_contract_id_place_id_name")
        ),
    )
    op.create_table(
        "reservation_exceptions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=True),
        sa.Column("end_minute", sa.Integer(), nullable=True),
        sa.Column("slot_minutes", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'closed' AND start_minute IS NULL AND end_minute IS NULL AND slot_minutes IS NULL AND capacity IS NULL) OR (kind = 'open' AND 0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440 AND slot_minutes BETWEEN 5 AND 240 AND capacity BETWEEN 1 AND 99)",
            name=op.f("ck_reservation_exceptions_hours"),
        ),
        sa.CheckConstraint("kind IN ('closed', 'open')", name=op.f("ck_reservation_exceptions_kind")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_reservation_exceptions_reason")),
        sa.ForeignKeyConstraint(
            ["contract_id", "place_id"],
            ["reservation_places.contract_id", "reservation_places.id"],
            name=op.f("fk_reservation_exceptions_contract_id_place_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_exceptions_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_reservation_exceptions_recorded_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_exceptions")),
    )
    op.create_index(
        "uq_reservation_exceptions_live",
        "reservation_exceptions",
        ["contract_id", "place_id", "local_on"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "reservation_feeds",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_reservation_feeds_name")),
        sa.ForeignKeyConstraint(
            ["contract_id", "place_id"],
            ["reservation_places.contract_id", "reservation_places.id"],
            name=op.f("fk_reservation_feeds_contract_id_place_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_feeds_contract_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_reservation_feeds_created_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reservation_feeds_token_hash")),
    )
    op.create_table(
        "reservation_counter_procedures",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("counter_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id", "counter_id"],
            ["reservation_counters.contract_id", "reservation_counters.id"],
            name=op.f("fk_reservation_counter_procedures_contract_id_counter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "procedure_id"],
            ["reservation_procedures.contract_id", "reservation_procedures.id"],
            name=op.f("fk_reservation_counter_procedures_contract_id_procedure_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_reservation_counter_procedures_contract_id")
        ),
        sa.PrimaryKeyConstraint(
            "contract_id", "counter_id", "procedure_id", name=op.f("pk_reservation_counter_procedures")
        ),
    )
    op.create_table(
        "reservation_patterns",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("counter_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("gap_start", sa.Integer(), nullable=True),
        sa.Column("gap_end", sa.Integer(), nullable=True),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("phone_quota", sa.Integer(), nullable=False),
        sa.Column("web_quota", sa.Integer(), nullable=False),
        sa.Column("counter_quota", sa.Integer(), nullable=False),
        sa.Column("later", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(gap_start IS NULL AND gap_end IS NULL) OR (start_minute <= gap_start AND gap_start < gap_end AND gap_end <= end_minute)",
            name=op.f("ck_reservation_patterns_gap"),
        ),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440",
            name=op.f("ck_reservation_patterns_times"),
        ),
        sa.CheckConstraint("capacity BETWEEN 0 AND 99", name=op.f("ck_reservation_patterns_capacity")),
        sa.CheckConstraint(
            "phone_quota >= 0 AND web_quota >= 0 AND counter_quota >= 0 AND later >= 0 AND phone_quota + web_quota + counter_quota + later <= capacity",
            name=op.f("ck_reservation_patterns_quotas"),
        ),
        sa.CheckConstraint("slot_minutes BETWEEN 5 AND 240", name=op.f("ck_reservation_patterns_slot_minutes")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_reservation_patterns_weekday")),
        sa.ForeignKeyConstraint(
            ["contract_id", "counter_id"],
            ["reservation_counters.contract_id", "reservation_counters.id"],
            name=op.f("fk_reservation_patterns_contract_id_counter_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_patterns_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_patterns")),
        sa.UniqueConstraint(
            "contract_id",
            "counter_id",
            "weekday",
            "effective_on",
            name=op.f("uq_reservation_patterns_contract_id_counter_id_weekday_effective_on"),
        ),
    )
    op.create_table(
        "reservation_slots",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("counter_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.CheckConstraint("channel IN ('phone', 'web', 'counter', '')", name=op.f("ck_reservation_slots_channel")),
        sa.CheckConstraint("state IN ('open', 'closed', 'shut')", name=op.f("ck_reservation_slots_state")),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440",
            name=op.f("ck_reservation_slots_times"),
        ),
        sa.CheckConstraint(
            "0 <= taken AND taken <= capacity AND capacity <= 99", name=op.f("ck_reservation_slots_taken")
        ),
        sa.CheckConstraint("stage IN (1, 2)", name=op.f("ck_reservation_slots_stage")),
        sa.ForeignKeyConstraint(
            ["contract_id", "counter_id"],
            ["reservation_counters.contract_id", "reservation_counters.id"],
            name=op.f("fk_reservation_slots_contract_id_counter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "place_id"],
            ["reservation_places.contract_id", "reservation_places.id"],
            name=op.f("fk_reservation_slots_contract_id_place_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_slots_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_slots")),
        sa.UniqueConstraint(
            "contract_id",
            "counter_id",
            "local_on",
            "start_minute",
            "channel",
            "stage",
            name=op.f("uq_reservation_slots_contract_id_counter_id_local_on_start_minute_channel_stage"),
        ),
        sa.UniqueConstraint("contract_id", "id", "capacity", name="uq_reservation_slots_capacity"),
    )
    op.create_index(
        "ix_reservation_slots_free",
        "reservation_slots",
        ["contract_id", "local_on", "place_id", "state", "channel", "stage", "capacity", "taken"],
        unique=False,
    )
    op.execute("INSERT INTO reservation_books (contract_id, next_number) SELECT id, 1 FROM contracts")


def downgrade() -> None:
    op.drop_table("reservation_slots")
    op.drop_table("reservation_patterns")
    op.drop_table("reservation_counter_procedures")
    op.drop_table("reservation_feeds")
    op.drop_table("reservation_exceptions")
    op.drop_table("reservation_counters")
    op.drop_table("reservation_procedures")
    op.drop_table("reservation_places")
    op.drop_table("reservation_books")
