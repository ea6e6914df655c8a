"""Tables of reports over a period. Comments and the built files are sealed; figures and marks are not personal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped

PERIOD_KINDS = "kind IN ('monthly', 'annual', 'term')"
BUILT_KINDS = "kind IN ('daily', 'monthly', 'annual', 'term')"
PERIOD = "period_from <= period_to"


class ReportBundle(ContractScoped, Base):
    """The items the city asked for, from a period on: the newest row whose `applies_from` lies not after the first day
    of a period rules it. Rows are only added. `sheets`: `[{"key": …, "columns": […]}, …]`."""

    __tablename__ = "report_bundles"
    __table_args__ = (
        UniqueConstraint("contract_id", "kind", "number"),
        UniqueConstraint("contract_id", "idempotency_key"),
        CheckConstraint(PERIOD_KINDS, name="kind"),
        CheckConstraint("number >= 1", name="number"),
    )

    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    applies_from: Mapped[date]
    sheets: Mapped[list[Any]] = mapped_column(JSON)
    instructed_by: Mapped[str] = mapped_column(String(100), default="")
    instructed_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(300), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    idempotency_key: Mapped[UUID | None]


class ReportComment(ContractScoped, Base):
    """A person's remark on a section of a period. Revisions are only added; the newest rules, an empty one withdraws.
    The body is sealed under `report.comment`."""

    __tablename__ = "report_comments"
    __table_args__ = (
        UniqueConstraint("contract_id", "kind", "period_from", "period_to", "section", "revision"),
        CheckConstraint(PERIOD_KINDS, name="kind"),
        CheckConstraint(PERIOD, name="period"),
        CheckConstraint("revision >= 1", name="revision"),
    )

    kind: Mapped[str] = mapped_column(String(10))
    period_from: Mapped[date]
    period_to: Mapped[date]
    section: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    writer_name: Mapped[str] = mapped_column(String(100))


class ReportBuild(ContractScoped, Base):
    """One draft as it was built: figures, checks (as shown) and the mark of everything it was made of. An older build
    of the same period is replaced: drafts may be deleted, what is submitted is kept by `deliveries`."""

    __tablename__ = "report_builds"
    __table_args__ = (
        UniqueConstraint("contract_id", "kind", "period_from", "period_to"),
        CheckConstraint(BUILT_KINDS, name="kind"),
        CheckConstraint(PERIOD, name="period"),
    )

    kind: Mapped[str] = mapped_column(String(10))
    period_from: Mapped[date]
    period_to: Mapped[date]
    bundle_number: Mapped[int]
    mark: Mapped[str] = mapped_column(String(64))
    marks: Mapped[dict[str, str]] = mapped_column(JSON)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    checks: Mapped[list[Any]] = mapped_column(JSON)
    built_at: Mapped[datetime]


class ReportBuildFile(ContractScoped, Base):
    """A file of a draft, sealed under `report.build_file`."""

    __tablename__ = "report_build_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contract_id", "build_id"], ["report_builds.contract_id", "report_builds.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("contract_id", "build_id", "edition", "part"),
        CheckConstraint("edition IN ('handover', 'network')", name="edition"),
        CheckConstraint("part IN ('workbook', 'paper')", name="part"),
    )

    build_id: Mapped[UUID]
    edition: Mapped[str] = mapped_column(String(10))
    part: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    ascii_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ReportApproval(ContractScoped, Base):
    """A supervisor's approval of a build, carried out by a job: `mark` is that of the build that was looked at."""

    __tablename__ = "report_approvals"
    __table_args__ = (
        UniqueConstraint("contract_id", "idempotency_key"),
        CheckConstraint(PERIOD_KINDS, name="kind"),
        CheckConstraint(PERIOD, name="period"),
        CheckConstraint("state IN ('waiting', 'submitted', 'refused')", name="state"),
        CheckConstraint("(state = 'submitted') = (version_id IS NOT NULL)", name="version"),
        Index("ix_report_approvals_period", "contract_id", "kind", "period_from"),
    )

    kind: Mapped[str] = mapped_column(String(10))
    period_from: Mapped[date]
    period_to: Mapped[date]
    mark: Mapped[str] = mapped_column(String(64))
    change_note: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(10))
    refused_because: Mapped[str] = mapped_column(String(300), default="")
    version_id: Mapped[UUID | None]
    approved_at: Mapped[datetime]
    approved_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    approver_name: Mapped[str] = mapped_column(String(100))
    idempotency_key: Mapped[UUID | None]
