"""Tables of rosters. Punches and corrections are only ever added; a changed shift is withdrawn and planned anew."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped, one_of
from callcenter.rosters.columns import belongs_to
from callcenter.rosters.rules import Employment, PunchKind, StaffRole

LIVE = "withdrawn_at IS NULL"


class Staff(ContractScoped, Base):
    """A person assigned to the contract (業務従事者名簿). `code` stands for the name where names may not go.
    `week_minutes`: hours of the employment contract, None where they are not agreed."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("contract_id", "code"),
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("role", StaffRole),
        one_of("employment", Employment),
        CheckConstraint("role <> 'supervisor' OR employment = 'direct'", name="supervisor"),
        CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="assignment"),
        CheckConstraint("week_minutes IS NULL OR week_minutes BETWEEN 60 AND 2400", name="week_minutes"),
        Index("ix_staff_contract_id_user_id", "contract_id", "user_id"),
    )

    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    name_kana: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(12))
    employment: Mapped[str] = mapped_column(String(12))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    week_minutes: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    idempotency_key: Mapped[UUID | None]


class PlannedShift(ContractScoped, Base):
    """What a person was to work on a day, minutes of that day. `reason` is given when a day that is over is planned."""

    __tablename__ = "planned_shifts"
    __table_args__ = (
        belongs_to("staff_id", "staff"),
        CheckConstraint("0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="times"),
        Index("ix_planned_shifts_contract_id_local_on", "contract_id", "local_on"),
        Index(
            "uq_planned_shifts_live_start",
            "contract_id",
            "staff_id",
            "local_on",
            "start_minute",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
    )

    staff_id: Mapped[UUID]
    local_on: Mapped[date]
    start_minute: Mapped[int]
    end_minute: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200), default="")
    planned_at: Mapped[datetime]
    planned_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_because: Mapped[str] = mapped_column(String(200), default="")


class PlannedBreak(ContractScoped, Base):
    """A break of a planned shift."""

    __tablename__ = "planned_breaks"
    __table_args__ = (
        belongs_to("shift_id", "planned_shifts"),
        UniqueConstraint("contract_id", "shift_id", "start_minute"),
        CheckConstraint("0 < start_minute AND start_minute < end_minute AND end_minute < 1440", name="times"),
    )

    shift_id: Mapped[UUID]
    start_minute: Mapped[int]
    end_minute: Mapped[int]


class PunchCorrection(ContractScoped, Base):
    """Why punches of a person's day were set aside or added, and who approved it."""

    __tablename__ = "punch_corrections"
    __table_args__ = (
        belongs_to("staff_id", "staff"),
        UniqueConstraint("contract_id", "idempotency_key"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_punch_corrections_contract_id_local_on", "contract_id", "local_on"),
    )

    staff_id: Mapped[UUID]
    local_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime]
    idempotency_key: Mapped[UUID | None]


class Punch(ContractScoped, Base):
    """One punch, never changed. Minutes of `local_on`; `at` is its instant (the whole minute, if added later)."""

    __tablename__ = "punches"
    __table_args__ = (
        belongs_to("staff_id", "staff"),
        belongs_to("correction_id", "punch_corrections"),
        UniqueConstraint("contract_id", "idempotency_key"),
        one_of("kind", PunchKind),
        CheckConstraint("source IN ('page', 'kiosk', 'correction')", name="source"),
        CheckConstraint("(source = 'correction') = (correction_id IS NOT NULL)", name="correction"),
        CheckConstraint("0 <= minute AND minute < 1440", name="minute"),
        Index("ix_punches_contract_id_local_on", "contract_id", "local_on"),
    )

    staff_id: Mapped[UUID]
    local_on: Mapped[date]
    at: Mapped[datetime]
    minute: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(12))
    correction_id: Mapped[UUID | None]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    idempotency_key: Mapped[UUID | None]


class PunchVoid(Base):
    """A punch that a correction set aside; once only."""

    __tablename__ = "punch_voids"
    __table_args__ = (belongs_to("punch_id", "punches"), belongs_to("correction_id", "punch_corrections"))

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    punch_id: Mapped[UUID] = mapped_column(primary_key=True)
    correction_id: Mapped[UUID]
