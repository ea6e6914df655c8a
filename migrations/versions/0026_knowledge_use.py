"""What manuals and FAQ were used for: answers, open questions, requests of the city, and what the search learns."""

import sqlalchemy as sa
from alembic import op

revision = "0026_knowledge_use"
down_revision = "0025_knowledge"
branch_labels = None
depends_on = None
KINDS = {
    "deliveries": "'daily', 'monthly', 'annual', 'term', 'notice', 'invoice'",
    "jobs": "'build_daily', 'build_monthly', 'build_annual', 'build_term', 'submit_period', 'send_mail'",
}
MORE = {"deliveries": "'manual'", "jobs": "'submit_manual'"}
VERSIONS = "SELECT id FROM delivery_versions WHERE delivery_id IN (SELECT id FROM deliveries WHERE kind = 'manual')"
SENDINGS = f"SELECT id FROM delivery_sendings WHERE version_id IN ({VERSIONS})"  # noqa: S608


def _rule_kinds(table: str, allowed: str) -> None:
    with op.batch_alter_table(table) as altered:
        altered.drop_constraint(op.f(f"ck_{table}_kind"), type_="check")
        altered.create_check_constraint(op.f(f"ck_{table}_kind"), f"kind IN ({allowed})")


def upgrade() -> None:
    op.create_table(
        "knowledge_index_states",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_index_states_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_knowledge_index_states")),
    )
    op.create_table(
        "knowledge_synonyms",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_knowledge_synonyms_changed_by")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_synonyms_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_synonyms")),
    )
    op.create_table(
        "knowledge_learned",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("times >= 1", name=op.f("ck_knowledge_learned_times")),
        sa.ForeignKeyConstraint(
            ["contract_id", "entry_id"],
            ["knowledge_entries.contract_id", "knowledge_entries.id"],
            name=op.f("fk_knowledge_learned_contract_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_learned_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_learned")),
        sa.UniqueConstraint(
            "contract_id", "entry_id", "words", name=op.f("uq_knowledge_learned_contract_id_entry_id_words")
        ),
    )
    op.create_table(
        "knowledge_questions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("category_code", sa.String(length=4), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asker_name", sa.String(length=100), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answerer_name", sa.String(length=100), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'at_the_city', 'answered', 'done')", name=op.f("ck_knowledge_questions_state")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_knowledge_questions_asked_by")),
        sa.ForeignKeyConstraint(
            ["contract_id", "call_id"],
            ["calls.contract_id", "calls.id"],
            name=op.f("fk_knowledge_questions_contract_id_call_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "entry_id"],
            ["knowledge_entries.contract_id", "knowledge_entries.id"],
            name=op.f("fk_knowledge_questions_contract_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "group_id"],
            ["knowledge_questions.contract_id", "knowledge_questions.id"],
            name=op.f("fk_knowledge_questions_contract_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_questions_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_questions")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_knowledge_questions_contract_id_idempotency_key")
        ),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_knowledge_questions_contract_id_number")),
    )
    op.create_index("ix_knowledge_questions_state", "knowledge_questions", ["contract_id", "state"], unique=False)
    op.create_table(
        "knowledge_requests",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asker_name", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery_version_id", sa.Uuid(), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (delivery_version_id IS NULL)", name=op.f("ck_knowledge_requests_answered")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_knowledge_requests_asked_by")),
        sa.ForeignKeyConstraint(
            ["contract_id", "delivery_version_id"],
            ["delivery_versions.contract_id", "delivery_versions.id"],
            name=op.f("fk_knowledge_requests_contract_id_delivery_version_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_requests_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_requests")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_knowledge_requests_contract_id_idempotency_key")
        ),
    )
    op.create_table(
        "knowledge_uses",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(outcome = 'used') = (entry_id IS NOT NULL)", name=op.f("ck_knowledge_uses_entry")),
        sa.CheckConstraint("outcome IN ('used', 'missing')", name=op.f("ck_knowledge_uses_outcome")),
        sa.CheckConstraint("(entry_id IS NULL) = (version_id IS NULL)", name=op.f("ck_knowledge_uses_version")),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_knowledge_uses_rank")),
        sa.ForeignKeyConstraint(
            ["contract_id", "call_id"],
            ["calls.contract_id", "calls.id"],
            name=op.f("fk_knowledge_uses_contract_id_call_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "entry_id"],
            ["knowledge_entries.contract_id", "knowledge_entries.id"],
            name=op.f("fk_knowledge_uses_contract_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "version_id"],
            ["knowledge_versions.contract_id", "knowledge_versions.id"],
            name=op.f("fk_knowledge_uses_contract_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_uses_contract_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["users.id"], name=op.f("fk_knowledge_uses_noted_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_knowledge_uses")),
    )
    op.create_index("ix_knowledge_uses_call", "knowledge_uses", ["contract_id", "call_id"], unique=False)
    op.create_index(
        "uq_knowledge_uses_missing",
        "knowledge_uses",
        ["contract_id", "call_id"],
        unique=True,
        sqlite_where=sa.text("outcome = 'missing'"),
        postgresql_where=sa.text("outcome = 'missing'"),
    )
    op.create_index(
        "uq_knowledge_uses_used",
        "knowledge_uses",
        ["contract_id", "call_id", "entry_id"],
        unique=True,
        sqlite_where=sa.text("outcome = 'used'"),
        postgresql_where=sa.text("outcome = 'used'"),
    )
    op.create_table(
        "knowledge_prepared",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id", "version_id"],
            ["knowledge_versions.contract_id", "knowledge_versions.id"],
            name=op.f("fk_knowledge_prepared_contract_id_version_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_knowledge_prepared_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "version_id", name=op.f("pk_knowledge_prepared")),
    )
    for table, allowed in KINDS.items():
        _rule_kinds(table, f"{allowed}, {MORE[table]}")


def downgrade() -> None:
    op.drop_table("knowledge_prepared")

    op.drop_index(
        "uq_knowledge_uses_used",
        table_name="knowledge_uses",
        sqlite_where=sa.text("outcome = 'used'"),
        postgresql_where=sa.text("outcome = 'used'"),
    )
    op.drop_index(
        "uq_knowledge_uses_missing",
        table_name="knowledge_uses",
        sqlite_where=sa.text("outcome = 'missing'"),
        postgresql_where=sa.text("outcome = 'missing'"),
    )
    op.drop_index("ix_knowledge_uses_call", table_name="knowledge_uses")
    op.drop_table("knowledge_uses")
    op.drop_table("knowledge_requests")
    op.drop_index("ix_knowledge_questions_state", table_name="knowledge_questions")
    op.drop_table("knowledge_questions")
    op.drop_table("knowledge_learned")
    op.drop_table("knowledge_synonyms")
    op.drop_table("knowledge_index_states")
    # What the older product cannot name goes.
    op.execute(f"DELETE FROM delivery_recipients WHERE sending_id IN ({SENDINGS})")  # noqa: S608
    for table in ("delivery_sendings", "delivery_remarks", "delivery_files"):
        op.execute(f"DELETE FROM {table} WHERE version_id IN ({VERSIONS})")  # noqa: S608
    op.execute("DELETE FROM delivery_versions WHERE delivery_id IN (SELECT id FROM deliveries WHERE kind = 'manual')")
    op.execute("DELETE FROM deliveries WHERE kind = 'manual'")
    op.execute("DELETE FROM jobs WHERE kind = 'submit_manual'")
    for table, allowed in KINDS.items():
        _rule_kinds(table, allowed)
