"""The waiting list, and what the city's own system holds beside ours."""

import sqlalchemy as sa
from alembic import op

revision = "0015_reservation_lists"
down_revision = "0014_reservations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reservation_city_imports",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_reservation_city_imports_period")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_reservation_city_imports_contract_id")
        ),
        sa.ForeignKeyConstraint(["imported_by"], ["users.id"], name=op.f("fk_reservation_city_imports_imported_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_city_imports")),
    )
    op.create_table(
        "reservation_differences",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("city_row", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settlement", sa.String(length=12), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('missing', 'extra', 'time', 'person')", name=op.f("ck_reservation_differences_kind")
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settlement IS NULL)", name=op.f("ck_reservation_differences_settled")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "import_id"],
            ["reservation_city_imports.contract_id", "reservation_city_imports.id"],
            name=op.f("fk_reservation_differences_contract_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "reservation_id"],
            ["reservations.contract_id", "reservations.id"],
            name=op.f("fk_reservation_differences_contract_id_reservation_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_differences_contract_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_reservation_differences_settled_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_differences")),
    )
    op.create_index(
        "ix_reservation_differences_import", "reservation_differences", ["contract_id", "import_id"], unique=False
    )
    op.create_index(
        "ix_reservation_differences_open",
        "reservation_differences",
        ["contract_id", "local_on"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "reservation_waits",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("procedure_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'offered') = (offer_until IS NOT NULL)", name=op.f("ck_reservation_waits_offered")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'accepted', 'expired', 'withdrawn')",
            name=op.f("ck_reservation_waits_state"),
        ),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_reservation_waits_period")),
        sa.CheckConstraint("people BETWEEN 1 AND 8", name=op.f("ck_reservation_waits_people")),
        sa.ForeignKeyConstraint(
            ["contract_id", "call_id"],
            ["calls.contract_id", "calls.id"],
            name=op.f("fk_reservation_waits_contract_id_call_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "place_id"],
            ["reservation_places.contract_id", "reservation_places.id"],
            name=op.f("fk_reservation_waits_contract_id_place_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "procedure_id"],
            ["reservation_procedures.contract_id", "reservation_procedures.id"],
            name=op.f("fk_reservation_waits_contract_id_procedure_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "reservation_id"],
            ["reservations.contract_id", "reservations.id"],
            name=op.f("fk_reservation_waits_contract_id_reservation_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_waits_contract_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_reservation_waits_created_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_waits")),
    )
    op.create_index(
        "ix_reservation_waits_live",
        "reservation_waits",
        ["contract_id", "created_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.create_table(
        "reservation_entries",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("city_number", sa.String(length=40), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("returned_note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(entered_at IS NULL) = (city_number IS NULL)", name=op.f("ck_reservation_entries_entered")),
        sa.CheckConstraint(
            "verified_at IS NULL OR entered_at IS NOT NULL", name=op.f("ck_reservation_entries_verified")
        ),
        sa.CheckConstraint(
            "verified_by IS NULL OR verified_by <> entered_by", name=op.f("ck_reservation_entries_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "id"],
            ["reservation_events.contract_id", "reservation_events.id"],
            name=op.f("fk_reservation_entries_contract_id_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "reservation_id"],
            ["reservations.contract_id", "reservations.id"],
            name=op.f("fk_reservation_entries_contract_id_reservation_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_reservation_entries_contract_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name=op.f("fk_reservation_entries_entered_by")),
        sa.ForeignKeyConstraint(["verified_by"], ["users.id"], name=op.f("fk_reservation_entries_verified_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_reservation_entries")),
    )
    op.create_index(
        "ix_reservation_entries_city_number", "reservation_entries", ["contract_id", "city_number"], unique=False
    )
    op.create_index(
        "ix_reservation_entries_reservation", "reservation_entries", ["contract_id", "reservation_id"], unique=False
    )
    op.create_index(
        "ix_reservation_entries_unfinished",
        "reservation_entries",
        ["contract_id", "local_on"],
        unique=False,
        sqlite_where=sa.text("verified_at IS NULL"),
        postgresql_where=sa.text("verified_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("reservation_entries")
    op.drop_table("reservation_waits")
    op.drop_table("reservation_differences")
    op.drop_table("reservation_city_imports")
