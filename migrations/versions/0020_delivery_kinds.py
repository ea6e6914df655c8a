"""More kinds of delivered documents, a paper beside the workbook, remarks, mailboxes and what was sent to them."""

import sqlalchemy as sa
from alembic import op

revision = "0020_delivery_kinds"
down_revision = "0019_contract_hours"
branch_labels = None
depends_on = None
DAILY = "kind IN ('daily')"
KINDS = "kind IN ('daily', 'monthly', 'annual', 'term', 'notice', 'invoice')"
EDITION = "uq_delivery_files_contract_id_version_id_edition"
PART = "uq_delivery_files_contract_id_version_id_edition_part"
CHECK_PART = "ck_delivery_files_part"


def upgrade() -> None:
    _rule_kinds(KINDS)
    op.add_column(
        "delivery_versions", sa.Column("definitions", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column(
        "delivery_versions", sa.Column("differences", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    )
    with op.batch_alter_table("delivery_files") as files:
        files.add_column(sa.Column("part", sa.String(10), nullable=False, server_default=sa.text("'workbook'")))
        files.create_check_constraint(op.f(CHECK_PART), "part IN ('workbook', 'paper')")
        files.drop_constraint(op.f(EDITION), type_="unique")
        files.create_unique_constraint(op.f(PART), ["contract_id", "version_id", "edition", "part"])
    op.create_table(
        "delivery_remarks",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("writer_name", sa.String(length=100), nullable=False),
        sa.Column("from_city", sa.Boolean(), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id", "version_id"],
            ["delivery_versions.contract_id", "delivery_versions.id"],
            name=op.f("fk_delivery_remarks_contract_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_delivery_remarks_contract_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_delivery_remarks_written_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_delivery_remarks")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_delivery_remarks_contract_id_idempotency_key")
        ),
    )
    op.create_index("ix_delivery_remarks_version", "delivery_remarks", ["contract_id", "version_id"], unique=False)
    op.create_table(
        "delivery_addresses",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("address <> '' AND owner <> ''", name=op.f("ck_delivery_addresses_words")),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_delivery_addresses_added_by")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_delivery_addresses_contract_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name=op.f("fk_delivery_addresses_withdrawn_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_delivery_addresses")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_delivery_addresses_contract_id_idempotency_key")
        ),
    )
    op.create_index(
        "uq_delivery_addresses_live",
        "delivery_addresses",
        ["contract_id", "address"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "delivery_sendings",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("edition", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("agreement", sa.LargeBinary(), nullable=True),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorder_name", sa.String(length=100), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("edition IN ('handover', 'network')", name=op.f("ck_delivery_sendings_edition")),
        sa.CheckConstraint("method <> 'email' OR edition = 'network'", name=op.f("ck_delivery_sendings_network_only")),
        sa.CheckConstraint("method IN ('email', 'hand', 'other')", name=op.f("ck_delivery_sendings_method")),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'partly', 'failed', 'unsure', 'withdrawn')",
            name=op.f("ck_delivery_sendings_state"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "version_id"],
            ["delivery_versions.contract_id", "delivery_versions.id"],
            name=op.f("fk_delivery_sendings_contract_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_delivery_sendings_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_delivery_sendings_recorded_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_delivery_sendings")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_delivery_sendings_contract_id_idempotency_key")
        ),
    )
    op.create_index("ix_delivery_sendings_version", "delivery_sendings", ["contract_id", "version_id"], unique=False)
    op.create_table(
        "delivery_recipients",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sending_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("reply", sa.String(length=10), nullable=False),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reply IN ('waiting', 'begun', 'accepted', 'refused', 'deferred')",
            name=op.f("ck_delivery_recipients_reply"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_delivery_recipients_attempts")),
        sa.ForeignKeyConstraint(
            ["contract_id", "address_id"],
            ["delivery_addresses.contract_id", "delivery_addresses.id"],
            name=op.f("fk_delivery_recipients_contract_id_address_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "sending_id"],
            ["delivery_sendings.contract_id", "delivery_sendings.id"],
            name=op.f("fk_delivery_recipients_contract_id_sending_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_delivery_recipients_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_delivery_recipients")),
        sa.UniqueConstraint(
            "contract_id",
            "sending_id",
            "address_id",
            name=op.f("uq_delivery_recipients_contract_id_sending_id_address_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("delivery_recipients")
    op.drop_table("delivery_sendings")
    op.drop_table("delivery_addresses")
    op.drop_table("delivery_remarks")
    # What the older product cannot name goes: documents of other kinds, and papers beside the workbooks.
    op.execute("DELETE FROM delivery_files WHERE part <> 'workbook'")
    op.execute(
        "DELETE FROM delivery_files WHERE version_id IN (SELECT id FROM delivery_versions WHERE delivery_id IN"
        " (SELECT id FROM deliveries WHERE kind <> 'daily'))"
    )
    op.execute("DELETE FROM delivery_versions WHERE delivery_id IN (SELECT id FROM deliveries WHERE kind <> 'daily')")
    op.execute("DELETE FROM deliveries WHERE kind <> 'daily'")
    with op.batch_alter_table("delivery_files") as files:
        files.drop_constraint(op.f(PART), type_="unique")
        files.create_unique_constraint(op.f(EDITION), ["contract_id", "version_id", "edition"])
        files.drop_constraint(op.f(CHECK_PART), type_="check")
        files.drop_column("part")
    op.drop_column("delivery_versions", "differences")
    op.drop_column("delivery_versions", "definitions")
    _rule_kinds(DAILY)


def _rule_kinds(rule: str) -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_constraint(op.f("ck_deliveries_kind"), type_="check")
        deliveries.create_check_constraint(op.f("ck_deliveries_kind"), rule)
