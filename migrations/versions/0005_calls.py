"""Call records with their drafts and corrections, and the categories with their names over time."""

import sqlalchemy as sa
from alembic import op

revision = "0005_calls"
down_revision = "0004_deliveries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_categories",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("major_code", sa.String(length=2), nullable=True),
        sa.CheckConstraint(
            "major_code IS NULL OR substr(code, 1, 2) = major_code", name=op.f("ck_call_categories_major")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "major_code"],
            ["call_categories.contract_id", "call_categories.code"],
            name=op.f("fk_call_categories_contract_id_major_code"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_call_categories_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "code", name=op.f("pk_call_categories")),
    )
    op.create_table(
        "call_category_names",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("reading", sa.String(length=120), nullable=False),
        sa.Column("explanation", sa.String(length=300), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.CheckConstraint("retired_on > valid_from", name=op.f("ck_call_category_names_retired")),
        sa.ForeignKeyConstraint(
            ["contract_id", "code"],
            ["call_categories.contract_id", "call_categories.code"],
            name=op.f("fk_call_category_names_contract_id_code"),
        ),
        sa.PrimaryKeyConstraint("contract_id", "code", "valid_from", name=op.f("pk_call_category_names")),
    )
    op.create_table(
        "calls",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("local_minute", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=6), nullable=False),
        sa.Column("disposition", sa.String(length=20), nullable=True),
        sa.Column("category_code", sa.String(length=4), nullable=True),
        sa.Column("complaint", sa.Boolean(), nullable=False),
        sa.Column("difficult", sa.Boolean(), nullable=False),
        sa.Column("talk_seconds", sa.Integer(), nullable=True),
        sa.Column("acw_seconds", sa.Integer(), nullable=True),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("open_key", sa.Uuid(), nullable=False),
        sa.Column("save_key", sa.Uuid(), nullable=True),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_key", sa.LargeBinary(), nullable=True),
        sa.Column("caller_name", sa.LargeBinary(), nullable=True),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("report_text", sa.LargeBinary(), nullable=True),
        sa.Column("tokens", sa.LargeBinary(), nullable=True),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name=op.f("ck_calls_voided")),
        sa.CheckConstraint(
            "channel IN ('phone', 'fax', 'email', 'counter', 'callback')", name=op.f("ck_calls_channel")
        ),
        sa.CheckConstraint(
            "disposition IN ('completed', 'booking', 'referred', 'transferred', 'escalated', 'callback_promised', 'disconnected')",
            name=op.f("ck_calls_disposition"),
        ),
        sa.CheckConstraint(
            "language IN ('ja', 'en', 'zh', 'ko', 'es', 'pt', 'vi', 'other')", name=op.f("ck_calls_language")
        ),
        sa.CheckConstraint(
            "relation IN ('self', 'family', 'proxy', 'supporter', 'business', 'city_staff', 'unknown')",
            name=op.f("ck_calls_relation"),
        ),
        sa.CheckConstraint("state <> 'open' OR number IS NULL", name=op.f("ck_calls_open_has_no_number")),
        sa.CheckConstraint(
            "state <> 'saved' OR (number IS NOT NULL AND saved_at IS NOT NULL AND started_at IS NOT NULL AND local_minute IS NOT NULL AND category_code IS NOT NULL AND disposition IS NOT NULL)",
            name=op.f("ck_calls_saved"),
        ),
        sa.CheckConstraint("state = 'open' OR draft IS NULL", name=op.f("ck_calls_draft_only_while_open")),
        sa.CheckConstraint("state IN ('open', 'saved', 'voided')", name=op.f("ck_calls_state")),
        sa.CheckConstraint("acw_seconds BETWEEN 0 AND 86400", name=op.f("ck_calls_acw_seconds")),
        sa.CheckConstraint("local_minute BETWEEN 0 AND 1439", name=op.f("ck_calls_local_minute")),
        sa.CheckConstraint("started_at <= ended_at", name=op.f("ck_calls_ended")),
        sa.CheckConstraint("talk_seconds BETWEEN 0 AND 86400", name=op.f("ck_calls_talk_seconds")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_calls_version")),
        sa.ForeignKeyConstraint(
            ["contract_id", "category_code"],
            ["call_categories.contract_id", "call_categories.code"],
            name=op.f("fk_calls_contract_id_category_code"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_calls_contract_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["users.id"], name=op.f("fk_calls_operator_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_calls")),
    )
    op.create_index(
        "ix_calls_category",
        "calls",
        ["contract_id", "category_code", "local_on", "number", "state"],
        unique=False,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "ix_calls_counted",
        "calls",
        ["contract_id", "local_on", "state", "local_minute", "channel", "category_code"],
        unique=False,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "ix_calls_disposition",
        "calls",
        ["contract_id", "disposition", "local_on", "number", "state"],
        unique=False,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "ix_calls_listed",
        "calls",
        ["contract_id", "local_on", "number", "state", "complaint", "difficult"],
        unique=False,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "ix_calls_open",
        "calls",
        ["contract_id", "operator_id", "edited_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_calls_operator",
        "calls",
        ["contract_id", "operator_id", "local_on", "number", "state"],
        unique=False,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "ix_calls_phone",
        "calls",
        ["contract_id", "phone_key", "local_on"],
        unique=False,
        sqlite_where=sa.text("phone_key IS NOT NULL"),
        postgresql_where=sa.text("phone_key IS NOT NULL"),
    )
    op.create_index(
        "uq_calls_number",
        "calls",
        ["contract_id", "number"],
        unique=True,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index("uq_calls_open_key", "calls", ["contract_id", "open_key"], unique=True)
    op.create_table(
        "call_revisions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_call_revisions_revision")),
        sa.ForeignKeyConstraint(
            ["contract_id", "call_id"],
            ["calls.contract_id", "calls.id"],
            name=op.f("fk_call_revisions_contract_id_call_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_call_revisions_contract_id")),
        sa.ForeignKeyConstraint(["corrected_by_id"], ["users.id"], name=op.f("fk_call_revisions_corrected_by_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_call_revisions")),
    )
    op.create_index("uq_call_revisions_revision", "call_revisions", ["contract_id", "call_id", "revision"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_call_revisions_revision", table_name="call_revisions")
    op.drop_table("call_revisions")
    op.drop_index("uq_calls_open_key", table_name="calls")
    op.drop_index(
        "uq_calls_number",
        table_name="calls",
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.drop_index(
        "ix_calls_phone",
        table_name="calls",
        sqlite_where=sa.text("phone_key IS NOT NULL"),
        postgresql_where=sa.text("phone_key IS NOT NULL"),
    )
    op.drop_index(
        "ix_calls_operator",
        table_name="calls",
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.drop_index(
        "ix_calls_open",
        table_name="calls",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(
        "ix_calls_listed",
        table_name="calls",
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.drop_index(
        "ix_calls_disposition",
        table_name="calls",
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.drop_index(
        "ix_calls_counted",
        table_name="calls",
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.drop_index(
        "ix_calls_category",
        table_name="calls",
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.drop_table("calls")
    op.drop_table("call_category_names")
    op.drop_table("call_categories")
