"""Tables of reservations. What a person says is sealed; what SQL groups by is plain and coded.

Two guards stand against an oversell, each enough alone: a seat is taken by one conditional update of its slot's
counter (`seats`), and a seat's row is unique and no higher than the slot's own capacity (`ReservationSeat`).
"""

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
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base, ContractScoped, one_of, partial_index, within
from callcenter.reservations.rules import Channel, EventKind, State, Visitor, WaitState

_COUNTED = ("state", "channel", "stage", "capacity", "taken")
"""With these behind day and place, free seats are counted from the index alone."""


class ReservationSlot(ContractScoped, Base):
    """Seats of one time at a counter that are offered alike: to one channel ("" = all), released at one stage.

    `taken` counts the rows of its seats, held or booked; it moves in the statement that takes or returns one.
    `closed`: its day or its pattern has no such slot any more; `shut`: somebody took it out by hand.
    """

    __tablename__ = "reservation_slots"
    __table_args__ = (
        within("counter_id", "reservation_counters"),
        within("place_id", "reservation_places"),
        UniqueConstraint("contract_id", "counter_id", "local_on", "start_minute", "channel", "stage"),
        # What a seat's row points at, so that no seat can be numbered beyond the slot's own capacity.
        UniqueConstraint("contract_id", "id", "capacity", name="uq_reservation_slots_capacity"),
        one_of("channel", Channel, ""),
        CheckConstraint("state IN ('open', 'closed', 'shut')", name="state"),
        CheckConstraint("stage IN (1, 2)", name="stage"),
        CheckConstraint("0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440", name="times"),
        CheckConstraint("0 <= taken AND taken <= capacity AND capacity <= 99", name="taken"),
        Index("ix_reservation_slots_free", "contract_id", "local_on", "place_id", *_COUNTED),
    )

    counter_id: Mapped[UUID]
    place_id: Mapped[UUID]
    local_on: Mapped[date]
    start_minute: Mapped[int]
    end_minute: Mapped[int]
    channel: Mapped[str] = mapped_column(String(8), default="")
    stage: Mapped[int] = mapped_column(default=1)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(6), default="open")


class Reservation(ContractScoped, Base):
    """One appointment, of one person or a family. Its number is given when it is booked and never changes.

    Day and times are those of its seats; after its day was closed (`rebook`) those it had. `pending_until`: until when
    a hold, or a change that is being chosen, keeps its seats.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        within("procedure_id", "reservation_procedures"),
        within("counter_id", "reservation_counters"),
        within("place_id", "reservation_places"),
        within("call_id", "calls"),
        one_of("state", State),
        one_of("channel", Channel),
        one_of("visitor", Visitor),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("people BETWEEN 1 AND 8 AND units >= 1", name="people"),
        CheckConstraint("(state = 'held') = (number IS NULL)", name="number"),
        CheckConstraint("(state = 'held') = (booked_at IS NULL)", name="booked"),
        partial_index("uq_reservations_number", "number", where="number IS NOT NULL", unique=True),
        partial_index("ix_reservations_on", "local_on", "state", where="number IS NOT NULL"),
        partial_index("ix_reservations_phone", "phone_key", where="phone_key IS NOT NULL"),
        partial_index("ix_reservations_call", "call_id", where="call_id IS NOT NULL"),
    )

    number: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(default=1)
    procedure_id: Mapped[UUID]
    counter_id: Mapped[UUID]
    place_id: Mapped[UUID]
    local_on: Mapped[date]
    start_minute: Mapped[int]
    end_minute: Mapped[int]
    people: Mapped[int]
    units: Mapped[int]
    channel: Mapped[str] = mapped_column(String(8))
    visitor: Mapped[str] = mapped_column(String(10), default="self")
    documents_told: Mapped[bool] = mapped_column(default=False)
    call_id: Mapped[UUID | None]
    held_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    held_at: Mapped[datetime]
    booked_at: Mapped[datetime | None]
    booked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    booked_on: Mapped[date | None]
    lead_days: Mapped[int | None]
    phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    remarks: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReservationSeat(Base):
    """A seat that is held or booked. No row: the seat is free.

    Its key lets nobody else have it, and `slot_capacity`, which follows the slot's own, lets none be numbered beyond
    it: an oversell is refused by the database even if the code is wrong. `held_until` NULL: booked.
    """

    __tablename__ = "reservation_seats"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contract_id", "slot_id", "slot_capacity"],
            ["reservation_slots.contract_id", "reservation_slots.id", "reservation_slots.capacity"],
            onupdate="CASCADE",
        ),
        within("reservation_id", "reservations"),
        CheckConstraint("1 <= number AND number <= slot_capacity", name="number"),
        Index("ix_reservation_seats_reservation", "contract_id", "reservation_id"),
        partial_index("ix_reservation_seats_held", "held_until", where="held_until IS NOT NULL"),
    )

    contract_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contracts.id"), primary_key=True)
    slot_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot_capacity: Mapped[int]
    reservation_id: Mapped[UUID]
    held_until: Mapped[datetime | None]


class ReservationApplicant(ContractScoped, Base):
    """One person of a reservation. A notice number has one live reservation, unless a second was wanted knowingly."""

    __tablename__ = "reservation_applicants"
    __table_args__ = (
        within("reservation_id", "reservations"),
        UniqueConstraint("contract_id", "reservation_id", "position"),
        CheckConstraint("position >= 1", name="position"),
        partial_index("uq_reservation_applicants_live", "notice_key", where="live AND NOT second", unique=True),
        Index("ix_reservation_applicants_notice", "contract_id", "notice_key"),
    )

    reservation_id: Mapped[UUID]
    position: Mapped[int]
    notice_key: Mapped[bytes] = mapped_column(LargeBinary)
    notice_number: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    kana: Mapped[bytes | None] = mapped_column(LargeBinary)
    birth_on: Mapped[bytes] = mapped_column(LargeBinary)
    live: Mapped[bool] = mapped_column(default=True)
    second: Mapped[bool] = mapped_column(default=False)


class ReservationEvent(ContractScoped, Base):
    """A step of a reservation: who, when, in which call, from where to where. The result report counts these."""

    __tablename__ = "reservation_events"
    __table_args__ = (
        within("reservation_id", "reservations"),
        within("call_id", "calls"),
        within("place_id", "reservation_places"),
        one_of("kind", EventKind),
        one_of("channel", Channel),
        UniqueConstraint("contract_id", "reservation_id", "sequence"),
        Index("ix_reservation_events_on", "contract_id", "local_on", "kind"),
        partial_index("ix_reservation_events_call", "call_id", where="call_id IS NOT NULL"),
    )

    reservation_id: Mapped[UUID]
    sequence: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    local_on: Mapped[date]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    channel: Mapped[str] = mapped_column(String(8))
    call_id: Mapped[UUID | None]
    place_id: Mapped[UUID]
    before: Mapped[Any] = mapped_column(JSON)
    after: Mapped[Any] = mapped_column(JSON)
    asker: Mapped[str] = mapped_column(String(8), default="")
    reason_code: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReservationRequest(Base):
    """A change that was made once, under the key its sender chose: the same again is answered from here."""

    __tablename__ = "reservation_requests"

    contract_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("contracts.id"), primary_key=True)
    key: Mapped[UUID] = mapped_column(primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    answer: Mapped[Any] = mapped_column(JSON)


class ReservationEntry(ContractScoped, Base):
    """A step that has to be entered in the city's own system: entered by one, verified by another (003 clause 8②)."""

    __tablename__ = "reservation_entries"
    __table_args__ = (
        ForeignKeyConstraint(["contract_id", "id"], ["reservation_events.contract_id", "reservation_events.id"]),
        within("reservation_id", "reservations"),
        CheckConstraint("(entered_at IS NULL) = (city_number IS NULL)", name="entered"),
        CheckConstraint("verified_at IS NULL OR entered_at IS NOT NULL", name="verified"),
        CheckConstraint("verified_by IS NULL OR verified_by <> entered_by", name="second_person"),
        partial_index("ix_reservation_entries_unfinished", "local_on", where="verified_at IS NULL"),
        Index("ix_reservation_entries_reservation", "contract_id", "reservation_id"),
        Index("ix_reservation_entries_city_number", "contract_id", "city_number"),
    )

    reservation_id: Mapped[UUID]
    local_on: Mapped[date]
    city_number: Mapped[str | None] = mapped_column(String(40))
    entered_at: Mapped[datetime | None]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    returned_note: Mapped[str] = mapped_column(String(200), default="")


class ReservationCityImport(ContractScoped, Base):
    """A list of the city's system that was compared with ours. The file is not kept, its digest is."""

    __tablename__ = "reservation_city_imports"
    __table_args__ = (CheckConstraint("from_on <= to_on", name="period"),)

    imported_at: Mapped[datetime]
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    from_on: Mapped[date]
    to_on: Mapped[date]
    rows: Mapped[int]
    matched: Mapped[int]


class ReservationDifference(ContractScoped, Base):
    """One way in which the city's list and ours disagree; settled by a person, with what was done."""

    __tablename__ = "reservation_differences"
    __table_args__ = (
        within("import_id", "reservation_city_imports"),
        within("reservation_id", "reservations"),
        CheckConstraint("kind IN ('missing', 'extra', 'time', 'person')", name="kind"),
        CheckConstraint("(settled_at IS NULL) = (settlement IS NULL)", name="settled"),
        Index("ix_reservation_differences_import", "contract_id", "import_id"),
        partial_index("ix_reservation_differences_open", "local_on", where="settled_at IS NULL"),
    )

    import_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(8))
    local_on: Mapped[date]
    reservation_id: Mapped[UUID | None]
    city_row: Mapped[bytes | None] = mapped_column(LargeBinary)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    settlement: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReservationWait(ContractScoped, Base):
    """A place on the waiting list. While a seat is offered, a hold keeps it (`reservation_id`) until `offer_until`."""

    __tablename__ = "reservation_waits"
    __table_args__ = (
        within("procedure_id", "reservation_procedures"),
        within("place_id", "reservation_places"),
        within("reservation_id", "reservations"),
        within("call_id", "calls"),
        one_of("state", WaitState),
        CheckConstraint("from_on <= to_on", name="period"),
        CheckConstraint("people BETWEEN 1 AND 8", name="people"),
        CheckConstraint("(state = 'offered') = (offer_until IS NOT NULL)", name="offered"),
        partial_index("ix_reservation_waits_live", "created_at", where="state IN ('waiting', 'offered')"),
    )

    state: Mapped[str] = mapped_column(String(10))
    procedure_id: Mapped[UUID]
    place_id: Mapped[UUID | None]
    people: Mapped[int]
    from_on: Mapped[date]
    to_on: Mapped[date]
    phone: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    call_id: Mapped[UUID | None]
    reservation_id: Mapped[UUID | None]
    offered_at: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
