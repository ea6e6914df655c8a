"""What the telephone exchange counted, apart from the records, by source."""

import sqlalchemy as sa
from alembic import op

revision = "0006_exchange"
down_revision = "0005_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_gap_reasons",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=True),
        sa.Column("difference", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("writer_name", sa.String(length=100), nullable=False),
        sa.CheckConstraint("start_minute BETWEEN 0 AND 1439", name=op.f("ck_exchange_gap_reasons_start_minute")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_exchange_gap_reasons_contract_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_exchange_gap_reasons_written_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_exchange_gap_reasons")),
    )
    op.create_index(
        "ix_exchange_gap_reasons_day", "exchange_gap_reasons", ["contract_id", "local_on", "start_minute"], unique=False
    )
    op.create_table(
        "exchange_sources",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('manual', 'csv', 'cdr')", name=op.f("ck_exchange_sources_kind")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_exchange_sources_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_exchange_sources")),
        sa.UniqueConstraint("contract_id", "name", name=op.f("uq_exchange_sources_contract_id_name")),
    )
    op.create_table(
        "exchange_day_sources",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.Uuid(), nullable=True),
        sa.Column("chooser_name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["chosen_by"], ["users.id"], name=op.f("fk_exchange_day_sources_chosen_by")),
        sa.ForeignKeyConstraint(
            ["contract_id", "source_id"],
            ["exchange_sources.contract_id", "exchange_sources.id"],
            name=op.f("fk_exchange_day_sources_contract_id_source_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_exchange_day_sources_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_exchange_day_sources")),
        sa.UniqueConstraint("contract_id", "local_on", name=op.f("uq_exchange_day_sources_contract_id_local_on")),
    )
    op.create_table(
        "exchange_imports",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("file_mark", sa.LargeBinary(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("account", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        sa.Column("importer_name", sa.String(length=100), nullable=False),
        sa.CheckConstraint("kind IN ('manual', 'csv', 'cdr')", name=op.f("ck_exchange_imports_kind")),
        sa.ForeignKeyConstraint(
            ["contract_id", "source_id"],
            ["exchange_sources.contract_id", "exchange_sources.id"],
            name=op.f("fk_exchange_imports_contract_id_source_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_exchange_imports_contract_id")),
        sa.ForeignKeyConstraint(["imported_by"], ["users.id"], name=op.f("fk_exchange_imports_imported_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_exchange_imports")),
    )
    op.create_index("ix_exchange_imports_listed", "exchange_imports", ["contract_id", "imported_at"], unique=False)
    op.create_index(
        "ix_exchange_imports_mark", "exchange_imports", ["contract_id", "source_id", "file_mark"], unique=False
    )
    op.create_table(
        "exchange_calls",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("linked_id", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("wait_seconds", sa.Integer(), nullable=True),
        sa.Column("talk_seconds", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_exchange_calls_minute")),
        sa.CheckConstraint("offered OR NOT answered", name=op.f("ck_exchange_calls_answered")),
        sa.CheckConstraint("wait_seconds >= 0 AND talk_seconds >= 0", name=op.f("ck_exchange_calls_not_negative")),
        sa.ForeignKeyConstraint(
            ["contract_id", "import_id"],
            ["exchange_imports.contract_id", "exchange_imports.id"],
            name=op.f("fk_exchange_calls_contract_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "source_id"],
            ["exchange_sources.contract_id", "exchange_sources.id"],
            name=op.f("fk_exchange_calls_contract_id_source_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_exchange_calls_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_exchange_calls")),
        sa.UniqueConstraint(
            "contract_id", "source_id", "linked_id", name=op.f("uq_exchange_calls_contract_id_source_id_linked_id")
        ),
    )
    op.create_index("ix_exchange_calls_day", "exchange_calls", ["contract_id", "source_id", "local_on"], unique=False)
    op.create_table(
        "exchange_counts",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=True),
        sa.Column("inside_hours", sa.Boolean(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=True),
        sa.Column("abandoned", sa.Integer(), nullable=True),
        sa.Column("wait_seconds", sa.Integer(), nullable=True),
        sa.Column("talk_seconds", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("replaced_by_import_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(replaced_at IS NULL) = (replaced_by_import_id IS NULL)", name=op.f("ck_exchange_counts_replaced")
        ),
        sa.CheckConstraint(
            "coalesce(answered, 0) + coalesce(abandoned, 0) <= offered", name=op.f("ck_exchange_counts_sum")
        ),
        sa.CheckConstraint(
            "offered >= 0 AND answered >= 0 AND abandoned >= 0 AND wait_seconds >= 0 AND talk_seconds >= 0",
            name=op.f("ck_exchange_counts_not_negative"),
        ),
        sa.CheckConstraint(
            "start_minute BETWEEN 0 AND 1410 AND start_minute % 30 = 0", name=op.f("ck_exchange_counts_start_minute")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "import_id"],
            ["exchange_imports.contract_id", "exchange_imports.id"],
            name=op.f("fk_exchange_counts_contract_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "replaced_by_import_id"],
            ["exchange_imports.contract_id", "exchange_imports.id"],
            name=op.f("fk_exchange_counts_contract_id_replaced_by_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "source_id"],
            ["exchange_sources.contract_id", "exchange_sources.id"],
            name=op.f("fk_exchange_counts_contract_id_source_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_exchange_counts_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_exchange_counts")),
    )
    op.create_index("ix_exchange_counts_day", "exchange_counts", ["contract_id", "local_on", "source_id"], unique=False)
    op.create_index(
        "uq_exchange_counts_day",
        "exchange_counts",
        ["contract_id", "source_id", "local_on", "inside_hours"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL AND start_minute IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND start_minute IS NULL"),
    )
    op.create_index(
        "uq_exchange_counts_slot",
        "exchange_counts",
        ["contract_id", "source_id", "local_on", "start_minute", "inside_hours"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL AND start_minute IS NOT NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND start_minute IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_exchange_counts_slot",
        table_name="exchange_counts",
        sqlite_where=sa.text("replaced_at IS NULL AND start_minute IS NOT NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND start_minute IS NOT NULL"),
    )
    op.drop_index(
        "uq_exchange_counts_day",
        table_name="exchange_counts",
        sqlite_where=sa.text("replaced_at IS NULL AND start_minute IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND start_minute IS NULL"),
    )
    op.drop_index("ix_exchange_counts_day", table_name="exchange_counts")
    op.drop_table("exchange_counts")
    op.drop_index("ix_exchange_calls_day", table_name="exchange_calls")
    op.drop_table("exchange_calls")
    op.drop_index("ix_exchange_imports_mark", table_name="exchange_imports")
    op.drop_index("ix_exchange_imports_listed", table_name="exchange_imports")
    op.drop_table("exchange_imports")
    op.drop_table("exchange_day_sources")
    op.drop_table("exchange_sources")
    op.drop_index("ix_exchange_gap_reasons_day", table_name="exchange_gap_reasons")
    op.drop_table("exchange_gap_reasons")
