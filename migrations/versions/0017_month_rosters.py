"""A month's roster has versions; people ask for leave and swap days."""

import sqlalchemy as sa
from alembic import op

revision = "0017_month_rosters"
down_revision = "0016_staff_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leave_requests",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_note", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)", name=op.f("ck_leave_requests_decided")
        ),
        sa.CheckConstraint("kind IN ('paid', 'special', 'sick', 'wish')", name=op.f("ck_leave_requests_kind")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'withdrawn')", name=op.f("ck_leave_requests_state")
        ),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_leave_requests_period")),
        sa.ForeignKeyConstraint(
            ["contract_id", "staff_id"],
            ["staff.contract_id", "staff.id"],
            name=op.f("fk_leave_requests_contract_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_leave_requests_contract_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_leave_requests_decided_by")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_leave_requests_requested_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_leave_requests")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_leave_requests_contract_id_idempotency_key")
        ),
    )
    op.create_index("ix_leave_requests_days", "leave_requests", ["contract_id", "to_on"], unique=False)
    op.create_table(
        "roster_versions",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("instruction_id", sa.Uuid(), nullable=True),
        sa.Column("based_on_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'draft') = (published_at IS NULL)", name=op.f("ck_roster_versions_published")),
        sa.CheckConstraint(
            "(state = 'superseded') = (superseded_at IS NOT NULL)", name=op.f("ck_roster_versions_superseded")
        ),
        sa.CheckConstraint("state = 'draft' OR number = 1 OR reason <> ''", name=op.f("ck_roster_versions_reason")),
        sa.CheckConstraint("state IN ('draft', 'published', 'superseded')", name=op.f("ck_roster_versions_state")),
        sa.ForeignKeyConstraint(
            ["contract_id", "based_on_id"],
            ["roster_versions.contract_id", "roster_versions.id"],
            name=op.f("fk_roster_versions_contract_id_based_on_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "instruction_id"],
            ["staffing_instructions.contract_id", "staffing_instructions.id"],
            name=op.f("fk_roster_versions_contract_id_instruction_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_roster_versions_contract_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_roster_versions_created_by")),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name=op.f("fk_roster_versions_published_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_roster_versions")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_roster_versions_contract_id_idempotency_key")
        ),
        sa.UniqueConstraint("contract_id", "month", "number", name=op.f("uq_roster_versions_contract_id_month_number")),
    )
    op.create_index(
        "uq_roster_versions_draft",
        "roster_versions",
        ["contract_id", "month"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "uq_roster_versions_published",
        "roster_versions",
        ["contract_id", "month"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "swap_requests",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("other_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_note", sa.String(length=200), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)", name=op.f("ck_swap_requests_decided")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'agreed', 'approved', 'refused', 'withdrawn')", name=op.f("ck_swap_requests_state")
        ),
        sa.CheckConstraint("staff_id <> other_id", name=op.f("ck_swap_requests_two_people")),
        sa.ForeignKeyConstraint(
            ["contract_id", "other_id"],
            ["staff.contract_id", "staff.id"],
            name=op.f("fk_swap_requests_contract_id_other_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "staff_id"],
            ["staff.contract_id", "staff.id"],
            name=op.f("fk_swap_requests_contract_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_swap_requests_contract_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_swap_requests_decided_by")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_swap_requests_requested_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_swap_requests")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_swap_requests_contract_id_idempotency_key")
        ),
    )
    op.create_index("ix_swap_requests_state", "swap_requests", ["contract_id", "state"], unique=False)
    op.create_table(
        "roster_cells",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name=op.f("ck_roster_cells_times")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "roster_id"],
            ["roster_versions.contract_id", "roster_versions.id"],
            name=op.f("fk_roster_cells_contract_id_roster_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "staff_id"],
            ["staff.contract_id", "staff.id"],
            name=op.f("fk_roster_cells_contract_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_roster_cells_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_roster_cells")),
        sa.UniqueConstraint(
            "contract_id",
            "roster_id",
            "staff_id",
            "local_on",
            "start_minute",
            name=op.f("uq_roster_cells_contract_id_roster_id_staff_id_local_on_start_minute"),
        ),
    )


def downgrade() -> None:
    op.drop_table("swap_requests")
    op.drop_table("leave_requests")
    op.drop_table("roster_cells")
    op.drop_table("roster_versions")
