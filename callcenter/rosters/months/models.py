"""Tables of the month's roster: versions with their cells, requests of leave, swaps.

A version in force is written into the planned shifts, which are what every day is held against; its own cells never
change afterwards.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped, one_of
from callcenter.rosters.codes import LeaveKind, RequestState, RosterState
from callcenter.rosters.columns import belongs_to, unique_where


class RosterVersion(ContractScoped, Base):
    """One version of a month (`month`: its first day). At most one is being made and one in force."""

    __tablename__ = "roster_versions"
    __table_args__ = (
        UniqueConstraint("contract_id", "month", "number"),
        UniqueConstraint("contract_id", "idempotency_key"),
        belongs_to("instruction_id", "staffing_instructions"),
        belongs_to("based_on_id", "roster_versions"),
        one_of("state", RosterState),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published"),
        CheckConstraint("(state = 'superseded') = (superseded_at IS NOT NULL)", name="superseded"),
        CheckConstraint("state = 'draft' OR number = 1 OR reason <> ''", name="reason"),
        unique_where("uq_roster_versions_draft", "state = 'draft'", "contract_id", "month"),
        unique_where("uq_roster_versions_published", "state = 'published'", "contract_id", "month"),
    )

    month: Mapped[date]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200), default="")
    instruction_id: Mapped[UUID | None]
    based_on_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    superseded_at: Mapped[datetime | None]
    idempotency_key: Mapped[UUID | None]


class RosterCell(ContractScoped, Base):
    """A shift of a version. `breaks`: [[start, end], …]; `fixed`: the solver leaves it; minutes of the day."""

    __tablename__ = "roster_cells"
    __table_args__ = (
        belongs_to("roster_id", "roster_versions"),
        belongs_to("staff_id", "staff"),
        UniqueConstraint("contract_id", "roster_id", "staff_id", "local_on", "start_minute"),
        CheckConstraint("0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="times"),
    )

    roster_id: Mapped[UUID]
    staff_id: Mapped[UUID]
    local_on: Mapped[date]
    start_minute: Mapped[int]
    end_minute: Mapped[int]
    breaks: Mapped[list[Any]] = mapped_column(JSON)
    fixed: Mapped[bool] = mapped_column(default=False)


class LeaveRequest(ContractScoped, Base):
    """Days a person is to be, or wishes to be, off (both included)."""

    __tablename__ = "leave_requests"
    __table_args__ = (
        belongs_to("staff_id", "staff"),
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("kind", LeaveKind),
        CheckConstraint("state IN ('requested', 'approved', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("from_on <= to_on", name="period"),
        CheckConstraint("(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)", name="decided"),
        Index("ix_leave_requests_days", "contract_id", "to_on"),
    )

    staff_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(12))
    from_on: Mapped[date]
    to_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12))
    requested_at: Mapped[datetime]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decision_note: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_at: Mapped[datetime | None]
    idempotency_key: Mapped[UUID | None]


class SwapRequest(ContractScoped, Base):
    """One person gives a day's work to another, who may give one back (`other_on`)."""

    __tablename__ = "swap_requests"
    __table_args__ = (
        belongs_to("staff_id", "staff"),
        belongs_to("other_id", "staff"),
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("state", RequestState),
        CheckConstraint("staff_id <> other_id", name="two_people"),
        CheckConstraint("(state IN ('approved', 'refused')) = (decided_at IS NOT NULL)", name="decided"),
        Index("ix_swap_requests_state", "contract_id", "state"),
    )

    staff_id: Mapped[UUID]
    local_on: Mapped[date]
    other_id: Mapped[UUID]
    other_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12))
    requested_at: Mapped[datetime]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    agreed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decision_note: Mapped[str] = mapped_column(String(200), default="")
    idempotency_key: Mapped[UUID | None]
