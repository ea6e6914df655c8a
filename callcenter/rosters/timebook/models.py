"""Tables around the punches: the shared kiosk, personal codes, months that are closed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped
from callcenter.rosters.columns import unique_where


class KioskDevice(ContractScoped, Base):
    """A shared terminal that may punch. Only a hash of its token is kept."""

    __tablename__ = "kiosk_devices"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("length(name) > 0", name="name"),
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
    )

    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class StaffCode(Base):
    """A person's code for the kiosk (its password hash), with the wrong tries since the last right one."""

    __tablename__ = "staff_codes"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "staff_id"], ["staff.contract_id", "staff.id"]),
        CheckConstraint("wrong_tries >= 0", name="wrong_tries"),
    )

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    wrong_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class AttendanceClosing(ContractScoped, Base):
    """A month (`month`: its first day) whose punches stand; opened again only with a reason."""

    __tablename__ = "attendance_closings"
    __table_args__ = (
        CheckConstraint("(reopened_at IS NULL) = (reopened_because = '')", name="reopened"),
        unique_where("uq_attendance_closings_live", "reopened_at IS NULL", "contract_id", "month"),
        Index("ix_attendance_closings_month", "contract_id", "month"),
    )

    month: Mapped[date]
    closed_at: Mapped[datetime]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    reopened_because: Mapped[str] = mapped_column(String(200), default="")
