"""Manuals and FAQ: entries with their versions, readings, news, questions, uses, and what the search learns."""

import sqlalchemy as sa
from alembic import op

revision = "0025_knowledge"
down_revision = "0024_answered_within"
branch_labels = None
depends_on = None
OPEN = "stage IN ('draft', 'in_review', 'sent_back', 'approved')"


def upgrade() -> None:
    op.create_table(
        "knowledge_entries",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starting_key", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_because", sa.String(length=500), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by", sa.Uuid(), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(retired_on IS NULL) = (retired_because = '')", name=op.f("ck_knowledge_entries_retired")),
        sa.CheckConstraint("kind IN ('faq', 'chapter')", name=op.f("ck_knowledge_entries_kind")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_knowledge_entries_number")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_entries_contract_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_knowledge_entries_created_by")),
        sa.ForeignKeyConstraint(["retired_by"], ["users.id"], name=op.f("fk_knowledge_entries_retired_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_entries")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_knowledge_entries_contract_id_idempotency_key")
        ),
        sa.UniqueConstraint("contract_id", "kind", "number", name=op.f("uq_knowledge_entries_contract_id_kind_number")),
        sa.UniqueConstraint("contract_id", "starting_key", name=op.f("uq_knowledge_entries_contract_id_starting_key")),
    )
    op.create_table(
        "knowledge_news",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("source_url", sa.String(length=500), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorder_name", sa.String(length=100), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_note", sa.String(length=500), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(sealed IS NULL) = (file_name = '')", name=op.f("ck_knowledge_news_file")),
        sa.CheckConstraint(
            "issuer IN ('state', 'prefecture', 'city', 'j_lis', 'other')", name=op.f("ck_knowledge_news_issuer")
        ),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_knowledge_news_done")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_news_contract_id")),
        sa.ForeignKeyConstraint(["done_by"], ["users.id"], name=op.f("fk_knowledge_news_done_by")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_knowledge_news_recorded_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_news")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_knowledge_news_contract_id_idempotency_key")
        ),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_knowledge_news_contract_id_number")),
    )
    op.create_table(
        "knowledge_files",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size >= 1", name=op.f("ck_knowledge_files_size")),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_knowledge_files_added_by")),
        sa.ForeignKeyConstraint(
            ["contract_id", "entry_id"],
            ["knowledge_entries.contract_id", "knowledge_entries.id"],
            name=op.f("fk_knowledge_files_contract_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_files_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_files")),
    )
    op.create_table(
        "knowledge_versions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("said_as", sa.JSON(), nullable=False),
        sa.Column("related", sa.JSON(), nullable=False),
        sa.Column("category_code", sa.String(length=4), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("source_kind", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("source_url", sa.String(length=500), nullable=False),
        sa.Column("law", sa.String(length=200), nullable=False),
        sa.Column("source_on", sa.Date(), nullable=True),
        sa.Column("verify", sa.String(length=500), nullable=False),
        sa.Column("review_by_on", sa.Date(), nullable=True),
        sa.Column("news_id", sa.Uuid(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=100), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitter_name", sa.String(length=100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decider_name", sa.String(length=100), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publisher_name", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "(stage = 'published') = (effective_on IS NOT NULL)", name=op.f("ck_knowledge_versions_published")
        ),
        sa.CheckConstraint("audience IN ('public', 'internal')", name=op.f("ck_knowledge_versions_audience")),
        sa.CheckConstraint(
            "source_kind IN ('notice', 'law', 'site', 'city', 'own')", name=op.f("ck_knowledge_versions_source_kind")
        ),
        sa.CheckConstraint(
            "stage IN ('draft', 'in_review', 'sent_back', 'approved', 'published', 'withdrawn')",
            name=op.f("ck_knowledge_versions_stage"),
        ),
        sa.CheckConstraint(
            "(effective_on IS NULL) = (published_at IS NULL)", name=op.f("ck_knowledge_versions_effective")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_knowledge_versions_number")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_knowledge_versions_author_id")),
        sa.ForeignKeyConstraint(
            ["contract_id", "entry_id"],
            ["knowledge_entries.contract_id", "knowledge_entries.id"],
            name=op.f("fk_knowledge_versions_contract_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "news_id"],
            ["knowledge_news.contract_id", "knowledge_news.id"],
            name=op.f("fk_knowledge_versions_contract_id_news_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_versions_contract_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_knowledge_versions_decided_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_versions")),
        sa.UniqueConstraint(
            "contract_id", "entry_id", "number", name=op.f("uq_knowledge_versions_contract_id_entry_id_number")
        ),
    )
    op.create_index(
        "ix_knowledge_versions_stage", "knowledge_versions", ["contract_id", "stage", "effective_on"], unique=False
    )
    op.create_index(
        "uq_knowledge_versions_open",
        "knowledge_versions",
        ["contract_id", "entry_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "knowledge_news_entries",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("news_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_knowledge_news_entries_settled")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "entry_id"],
            ["knowledge_entries.contract_id", "knowledge_entries.id"],
            name=op.f("fk_knowledge_news_entries_contract_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "news_id"],
            ["knowledge_news.contract_id", "knowledge_news.id"],
            name=op.f("fk_knowledge_news_entries_contract_id_news_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "version_id"],
            ["knowledge_versions.contract_id", "knowledge_versions.id"],
            name=op.f("fk_knowledge_news_entries_contract_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_news_entries_contract_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_knowledge_news_entries_settled_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_news_entries")),
        sa.UniqueConstraint(
            "contract_id", "news_id", "entry_id", name=op.f("uq_knowledge_news_entries_contract_id_news_id_entry_id")
        ),
    )
    op.create_table(
        "knowledge_readings",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reader_name", sa.String(length=100), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id", "version_id"],
            ["knowledge_versions.contract_id", "knowledge_versions.id"],
            name=op.f("fk_knowledge_readings_contract_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_readings_contract_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_knowledge_readings_user_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_readings")),
        sa.UniqueConstraint(
            "contract_id", "version_id", "user_id", name=op.f("uq_knowledge_readings_contract_id_version_id_user_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("knowledge_readings")
    op.drop_table("knowledge_news_entries")
    op.drop_index(
        "uq_knowledge_versions_open",
        table_name="knowledge_versions",
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.drop_index("ix_knowledge_versions_stage", table_name="knowledge_versions")
    op.drop_table("knowledge_versions")
    op.drop_table("knowledge_files")
    op.drop_table("knowledge_news")
    op.drop_table("knowledge_entries")
