"""The contract and its calendar come first: every other table points at them."""

import sqlalchemy as sa
from alembic import op

revision = "0001_contracts"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("city_name", sa.String(length=100), nullable=False),
        sa.Column("contractor_name", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reading", sa.String(length=20), nullable=False),
        sa.Column("predecessor_id", sa.Uuid(), nullable=True),
        sa.Column("next_call_number", sa.Integer(), nullable=False),
        sa.Column("calendar_revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reading IN ('listed', 'literal', 'year-end')", name=op.f("ck_contracts_reading")),
        sa.CheckConstraint("calendar_revision >= 1", name=op.f("ck_contracts_calendar_revision")),
        sa.CheckConstraint(
            "length(code) > 0 AND length(title) > 0 AND length(city_name) > 0", name=op.f("ck_contracts_words")
        ),
        sa.CheckConstraint("next_call_number >= 1", name=op.f("ck_contracts_call_number")),
        sa.CheckConstraint("predecessor_id <> id", name=op.f("ck_contracts_predecessor")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_contracts_term")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["contracts.id"], name=op.f("fk_contracts_predecessor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("code", name=op.f("uq_contracts_code")),
    )
    op.create_table(
        "holiday_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_imports")),
    )
    op.create_table(
        "calendar_exceptions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("approver", sa.String(length=100), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=True),
        sa.Column("closes_minute", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(kind = 'closed' AND opens_minute IS NULL AND closes_minute IS NULL) OR (kind = 'open' AND opens_minute IS NOT NULL AND closes_minute IS NOT NULL AND 0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440)",
            name=op.f("ck_calendar_exceptions_hours"),
        ),
        sa.CheckConstraint("kind IN ('closed', 'open')", name=op.f("ck_calendar_exceptions_kind")),
        sa.CheckConstraint("length(reason) > 0 AND length(approver) > 0", name=op.f("ck_calendar_exceptions_reason")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_calendar_exceptions_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_calendar_exceptions")),
    )
    op.create_index(
        "uq_calendar_exceptions_live",
        "calendar_exceptions",
        ["contract_id", "local_on"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "contract_permissions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("granted_by", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('network_data', 'network_texts')", name=op.f("ck_contract_permissions_kind")),
        sa.CheckConstraint("ends_on IS NULL OR granted_on <= ends_on", name=op.f("ck_contract_permissions_period")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_permissions_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_contract_permissions")),
    )
    op.create_table(
        "contract_settings",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_settings_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_contract_settings")),
        sa.UniqueConstraint(
            "contract_id", "name", "effective_on", name=op.f("uq_contract_settings_contract_id_name_effective_on")
        ),
    )
    op.create_table(
        "contract_terms",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("opens_minute", sa.Integer(), nullable=False),
        sa.Column("closes_minute", sa.Integer(), nullable=False),
        sa.Column("minimum_operators", sa.Integer(), nullable=False),
        sa.Column("approved_headcount", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "0 <= minimum_operators AND minimum_operators <= approved_headcount", name=op.f("ck_contract_terms_people")
        ),
        sa.CheckConstraint(
            "0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440",
            name=op.f("ck_contract_terms_hours"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_terms_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_contract_terms")),
        sa.UniqueConstraint("contract_id", "effective_on", name=op.f("uq_contract_terms_contract_id_effective_on")),
    )


def downgrade() -> None:
    op.drop_table("contract_terms")
    op.drop_table("contract_settings")
    op.drop_table("contract_permissions")
    op.drop_index(
        "uq_calendar_exceptions_live",
        table_name="calendar_exceptions",
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_table("calendar_exceptions")
    op.drop_table("holiday_imports")
    op.drop_table("contracts")
