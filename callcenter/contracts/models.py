"""Tables of contracts and their calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped
from scheduling.calendar import Reading

READING_VALUES = ", ".join(f"'{reading.value}'" for reading in Reading)


class Contract(Base):
    """One city, one term."""

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="term"),
        CheckConstraint(f"reading IN ({READING_VALUES})", name="reading"),
        CheckConstraint("length(code) > 0 AND length(title) > 0 AND length(city_name) > 0", name="words"),
        CheckConstraint("predecessor_id <> id", name="predecessor"),
        CheckConstraint("calendar_revision >= 1", name="calendar_revision"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    city_name: Mapped[str] = mapped_column(String(100))
    contractor_name: Mapped[str] = mapped_column(String(100))
    place: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reading: Mapped[str] = mapped_column(String(20))
    predecessor_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id"))
    calendar_revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class ContractTerms(ContractScoped, Base):
    """What holds from `effective_on` until a later row: hours (minutes of day), minimum operators (003 clause 6),
    headcount the city approved (9(1))."""

    __tablename__ = "contract_terms"
    __table_args__ = (
        UniqueConstraint("contract_id", "effective_on"),
        CheckConstraint("0 <= opens_minute AND opens_minute < closes_minute AND closes_minute <= 1440", name="hours"),
        CheckConstraint("0 <= minimum_operators AND minimum_operators <= approved_headcount", name="people"),
    )

    effective_on: Mapped[date]
    opens_minute: Mapped[int]
    closes_minute: Mapped[int]
    minimum_operators: Mapped[int]
    approved_headcount: Mapped[int]
    note: Mapped[str] = mapped_column(String(200), default="")


class CalendarException(ContractScoped, Base):
    """A closure (閉庁日) or an extra opening (臨時開庁) of one date, with reason and approver."""

    __tablename__ = "calendar_exceptions"
    __table_args__ = (
        CheckConstraint("kind IN ('closed', 'open')", name="kind"),
        CheckConstraint(
            "(kind = 'closed' AND opens_minute IS NULL AND closes_minute IS NULL) OR (kind = 'open' AND "
            "opens_minute IS NOT NULL AND closes_minute IS NOT NULL AND 0 <= opens_minute AND "
            "opens_minute < closes_minute AND closes_minute <= 1440)",
            name="hours",
        ),
        # An exception without a reason cannot be put into the calendar, and so would close every page that asks it.
        CheckConstraint("length(reason) > 0 AND length(approver) > 0", name="reason"),
        Index(
            "uq_calendar_exceptions_live",
            "contract_id",
            "local_on",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    local_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str] = mapped_column(String(200))
    approver: Mapped[str] = mapped_column(String(100))
    opens_minute: Mapped[int | None]
    closes_minute: Mapped[int | None]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(200), default="")


class HolidayImport(Base):
    """A newer holiday list of the Cabinet Office, as imported by an administrator. The newest one rules."""

    __tablename__ = "holiday_imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    imported_at: Mapped[datetime]
    last_on: Mapped[date]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Permission(ContractScoped, Base):
    """The city's recorded permission for sending by network (10(1)⑤). `kind` is `network_data` (data without
    personal information) or `network_texts` (the inquiries' report texts too)."""

    __tablename__ = "contract_permissions"
    __table_args__ = (
        CheckConstraint("kind IN ('network_data', 'network_texts')", name="kind"),
        CheckConstraint("ends_on IS NULL OR granted_on <= ends_on", name="period"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    granted_on: Mapped[date]
    granted_by: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(300), default="")
    recorded_at: Mapped[datetime]
    ends_on: Mapped[date | None]


class Setting(ContractScoped, Base):
    """One setting of a contract from a date on; the newest effective row rules."""

    __tablename__ = "contract_settings"
    __table_args__ = (UniqueConstraint("contract_id", "name", "effective_on"),)

    name: Mapped[str] = mapped_column(String(60))
    effective_on: Mapped[date]
    value: Mapped[Any] = mapped_column(JSON)
    recorded_at: Mapped[datetime]
