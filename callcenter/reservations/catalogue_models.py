"""Tables of what can be booked and where: procedures, places, counters, weekly patterns, exceptions."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped, partial_index, within


class ReservationBook(Base):
    """One row per contract: the serial of reservation numbers, and up to which date slots were made from patterns."""

    __tablename__ = "reservation_books"
    __table_args__ = (CheckConstraint("next_number >= 1", name="next_number"),)

    contract_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contracts.id"), primary_key=True)
    next_number: Mapped[int] = mapped_column(default=1)
    prepared_until: Mapped[date | None]


class ReservationProcedure(ContractScoped, Base):
    """What one comes for. `units`: slots per person; `documents`: what to bring, a line each, read out to the caller;
    `category_code`: what a call that books it is about."""

    __tablename__ = "reservation_procedures"
    __table_args__ = (
        UniqueConstraint("contract_id", "name"),
        CheckConstraint("units BETWEEN 1 AND 12", name="units"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    name: Mapped[str] = mapped_column(String(40))
    units: Mapped[int] = mapped_column(default=1)
    documents: Mapped[str] = mapped_column(String(1000), default="")
    guardian_documents: Mapped[str] = mapped_column(String(1000), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    bookable: Mapped[bool] = mapped_column(default=True)
    category_code: Mapped[str] = mapped_column(String(4))
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None]


class ReservationPlace(ContractScoped, Base):
    """Where one goes (会場)."""

    __tablename__ = "reservation_places"
    __table_args__ = (
        UniqueConstraint("contract_id", "name"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None]


class ReservationCounter(ContractScoped, Base):
    """A counter (窓口) of a place. Without rows in `reservation_counter_procedures` it takes every procedure."""

    __tablename__ = "reservation_counters"
    __table_args__ = (
        within("place_id", "reservation_places"),
        UniqueConstraint("contract_id", "place_id", "name"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    place_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]


class ReservationCounterProcedure(Base):
    """A procedure that a counter takes."""

    __tablename__ = "reservation_counter_procedures"
    __table_args__ = (within("counter_id", "reservation_counters"), within("procedure_id", "reservation_procedures"))

    contract_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contracts.id"), primary_key=True)
    counter_id: Mapped[UUID] = mapped_column(primary_key=True)
    procedure_id: Mapped[UUID] = mapped_column(primary_key=True)


class ReservationPattern(ContractScoped, Base):
    """What one weekday looks like at a counter from `effective_on` until its next version; capacity 0: no slots."""

    __tablename__ = "reservation_patterns"
    __table_args__ = (
        within("counter_id", "reservation_counters"),
        UniqueConstraint("contract_id", "counter_id", "weekday", "effective_on"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="times"),
        CheckConstraint(
            "(gap_start IS NULL AND gap_end IS NULL) OR (start_minute <= gap_start AND gap_start < gap_end"
            " AND gap_end <= end_minute)",
            name="gap",
        ),
        CheckConstraint("slot_minutes BETWEEN 5 AND 240", name="slot_minutes"),
        CheckConstraint("capacity BETWEEN 0 AND 99", name="capacity"),
        CheckConstraint(
            "phone_quota >= 0 AND web_quota >= 0 AND counter_quota >= 0 AND later >= 0"
            " AND phone_quota + web_quota + counter_quota + later <= capacity",
            name="quotas",
        ),
    )

    counter_id: Mapped[UUID]
    weekday: Mapped[int]
    effective_on: Mapped[date]
    start_minute: Mapped[int]
    end_minute: Mapped[int]
    gap_start: Mapped[int | None]
    gap_end: Mapped[int | None]
    slot_minutes: Mapped[int]
    capacity: Mapped[int]
    phone_quota: Mapped[int] = mapped_column(default=0)
    web_quota: Mapped[int] = mapped_column(default=0)
    counter_quota: Mapped[int] = mapped_column(default=0)
    later: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime]


class ReservationException(ContractScoped, Base):
    """A date of a place against the rule: closed (typhoon, move), or open with hours and seats of its own."""

    __tablename__ = "reservation_exceptions"
    __table_args__ = (
        within("place_id", "reservation_places"),
        CheckConstraint("kind IN ('closed', 'open')", name="kind"),
        CheckConstraint(
            "(kind = 'closed' AND start_minute IS NULL AND end_minute IS NULL AND slot_minutes IS NULL"
            " AND capacity IS NULL) OR (kind = 'open' AND 0 <= start_minute AND start_minute < end_minute"
            " AND end_minute <= 1440 AND slot_minutes BETWEEN 5 AND 240 AND capacity BETWEEN 1 AND 99)",
            name="hours",
        ),
        CheckConstraint("length(reason) > 0", name="reason"),
        partial_index(
            "uq_reservation_exceptions_live", "place_id", "local_on", where="withdrawn_at IS NULL", unique=True
        ),
    )

    place_id: Mapped[UUID]
    local_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str] = mapped_column(String(200))
    start_minute: Mapped[int | None]
    end_minute: Mapped[int | None]
    slot_minutes: Mapped[int | None]
    capacity: Mapped[int | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]


class ReservationFeed(ContractScoped, Base):
    """A calendar address of one place: the token is kept as a hash and can be revoked alone."""

    __tablename__ = "reservation_feeds"
    __table_args__ = (
        within("place_id", "reservation_places"),
        UniqueConstraint("token_hash"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    place_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
