"""Reports over a period: the items the city chose, comments, drafts, approvals."""

import sqlalchemy as sa
from alembic import op

revision = "0022_period_reports"
down_revision = "0021_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_bundles",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("applies_from", sa.Date(), nullable=False),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("instructed_by", sa.String(length=100), nullable=False),
        sa.Column("instructed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('monthly', 'annual', 'term')", name=op.f("ck_report_bundles_kind")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_report_bundles_number")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_report_bundles_contract_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_report_bundles_recorded_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_report_bundles")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_report_bundles_contract_id_idempotency_key")
        ),
        sa.UniqueConstraint("contract_id", "kind", "number", name=op.f("uq_report_bundles_contract_id_kind_number")),
    )
    op.create_table(
        "report_comments",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("writer_name", sa.String(length=100), nullable=False),
        sa.CheckConstraint("kind IN ('monthly', 'annual', 'term')", name=op.f("ck_report_comments_kind")),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_report_comments_period")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_report_comments_revision")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_report_comments_contract_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_report_comments_written_by")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_report_comments")),
        sa.UniqueConstraint(
            "contract_id",
            "kind",
            "period_from",
            "period_to",
            "section",
            "revision",
            name=op.f("uq_report_comments_contract_id_kind_period_from_period_to_section_revision"),
        ),
    )
    op.create_table(
        "report_builds",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("bundle_number", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('daily', 'monthly', 'annual', 'term')", name=op.f("ck_report_builds_kind")),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_report_builds_period")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_report_builds_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_report_builds")),
        sa.UniqueConstraint(
            "contract_id",
            "kind",
            "period_from",
            "period_to",
            name=op.f("uq_report_builds_contract_id_kind_period_from_period_to"),
        ),
    )
    op.create_table(
        "report_build_files",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("build_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.String(length=10), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("ascii_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("edition IN ('handover', 'network')", name=op.f("ck_report_build_files_edition")),
        sa.CheckConstraint("part IN ('workbook', 'paper')", name=op.f("ck_report_build_files_part")),
        sa.ForeignKeyConstraint(
            ["contract_id", "build_id"],
            ["report_builds.contract_id", "report_builds.id"],
            name=op.f("fk_report_build_files_contract_id_build_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_report_build_files_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_report_build_files")),
        sa.UniqueConstraint(
            "contract_id",
            "build_id",
            "edition",
            "part",
            name=op.f("uq_report_build_files_contract_id_build_id_edition_part"),
        ),
    )
    op.create_table(
        "report_approvals",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("change_note", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("refused_because", sa.String(length=300), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("approver_name", sa.String(length=100), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'submitted') = (version_id IS NOT NULL)", name=op.f("ck_report_approvals_version")
        ),
        sa.CheckConstraint("kind IN ('monthly', 'annual', 'term')", name=op.f("ck_report_approvals_kind")),
        sa.CheckConstraint("state IN ('waiting', 'submitted', 'refused')", name=op.f("ck_report_approvals_state")),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_report_approvals_period")),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_report_approvals_approved_by")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_report_approvals_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "id", name=op.f("pk_report_approvals")),
        sa.UniqueConstraint(
            "contract_id", "idempotency_key", name=op.f("uq_report_approvals_contract_id_idempotency_key")
        ),
    )
    op.create_index(
        "ix_report_approvals_period", "report_approvals", ["contract_id", "kind", "period_from"], unique=False
    )


def downgrade() -> None:
    op.drop_table("report_approvals")
    op.drop_table("report_build_files")
    op.drop_table("report_builds")
    op.drop_table("report_comments")
    op.drop_table("report_bundles")
