"""Reads of reservations: free times, one reservation, a day, what is live. Reports and homes read here too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, and_, bindparam, func, or_, select

from callcenter.extensions import db
from callcenter.protection.keys import ContractKeys
from callcenter.reservations.catalogue_models import ReservationBook
from callcenter.reservations.models import (
    Reservation,
    ReservationApplicant,
    ReservationDifference,
    ReservationEntry,
    ReservationEvent,
    ReservationSeat,
    ReservationSlot,
    ReservationWait,
)
from callcenter.reservations.rules import State, WaitState
from callcenter.reservations.sealing import notice_key
from callcenter.reservations.terms import Terms, settings_on
from callcenter.web.statements import Read
from scheduling.capacity import ANY, FreeTime
from scheduling.intervals import MinuteRange

_SLOTS = cast(Table, ReservationSlot.__table__)
_SEATS = cast(Table, ReservationSeat.__table__)
_CONTRACT = bindparam("wanted_contract", type_=_SLOTS.c.contract_id.type)
_FIRST, _LAST = (bindparam(name, type_=_SLOTS.c.local_on.type) for name in ("first_on", "last_on"))
_CHANNEL, _ANY_CHANNEL = (bindparam(name, type_=_SLOTS.c.channel.type) for name in ("wanted_channel", "any_channel"))
_RETURNED = bindparam("returned_until", type_=_SLOTS.c.local_on.type)
_SECOND = bindparam("second_until", type_=_SLOTS.c.local_on.type)
_OFFERED = (
    _SLOTS.c.contract_id == _CONTRACT,
    _SLOTS.c.local_on.between(_FIRST, _LAST),
    _SLOTS.c.state == "open",
    or_(_SLOTS.c.channel.in_((_ANY_CHANNEL, _CHANNEL)), _SLOTS.c.local_on <= _RETURNED),
    or_(_SLOTS.c.stage == 1, _SLOTS.c.local_on <= _SECOND),
)
_TIME = (_SLOTS.c.local_on, _SLOTS.c.counter_id, _SLOTS.c.start_minute, _SLOTS.c.end_minute, _SLOTS.c.place_id)
_DAY = (_SLOTS.c.local_on, _SLOTS.c.place_id)


def _untaken(columns: tuple[Any, ...]) -> Read:
    """Seats that nobody has taken, by `columns`; read from one index alone."""
    seats = func.sum(_SLOTS.c.capacity - _SLOTS.c.taken).label("free")
    return Read(select(*columns, seats).where(*_OFFERED).group_by(*columns))


def _ran_out(columns: tuple[Any, ...]) -> Read:
    """Seats whose hold is over: they may be taken over. Asked apart, because there is hardly ever one."""
    both = _SEATS.join(_SLOTS, (_SLOTS.c.contract_id == _SEATS.c.contract_id) & (_SLOTS.c.id == _SEATS.c.slot_id))
    over = (
        _SEATS.c.contract_id == _CONTRACT,
        _SEATS.c.held_until <= bindparam("now", type_=_SEATS.c.held_until.type),
    )
    counted = func.count().label("free")
    return Read(select(*columns, counted).select_from(both).where(*over, *_OFFERED).group_by(*columns))


_FREE_TIMES, _OVER_BY_TIME = _untaken(_TIME), _ran_out(_TIME)
_FREE_BY_DAY, _OVER_BY_DAY = _untaken(_DAY), _ran_out(_DAY)


def _offer(terms: Terms, channel: str, from_on: date, to_on: date) -> dict[str, Any]:
    window = terms.window
    return {
        "wanted_contract": terms.contract_id,
        "first_on": max(from_on, window.first_on),
        "last_on": min(to_on, window.last_on),
        "wanted_channel": channel,
        "any_channel": ANY,
        "returned_until": window.returned_until_on,
        "second_until": window.second_until_on,
        "now": terms.at,
    }


def _summed(free: Read, over: Read, wanted: dict[str, Any]) -> dict[tuple[Any, ...], int]:
    """Free seats under the columns before the number."""
    connection = db.session.connection()
    found = {row[:-1]: int(row.free) for row in free.all(connection, wanted)}
    _, first_until = standing(wanted["wanted_contract"])
    if first_until is not None and first_until <= wanted["now"]:
        for row in over.all(connection, wanted):
            found[row[:-1]] = found.get(row[:-1], 0) + int(row.free)
    return found


def free_times(terms: Terms, channel: str, from_on: date, to_on: date) -> list[FreeTime]:
    """Times with a free seat that may be booked now through a channel. `counter` and `place` are ids."""
    found = _summed(_FREE_TIMES, _OVER_BY_TIME, _offer(terms, channel, from_on, to_on))
    here = (terms.today, terms.here.minute)
    return [
        FreeTime(on, MinuteRange(start, end), str(counter_id), str(place_id), number)
        for (on, counter_id, start, end, place_id), number in found.items()
        if number > 0 and (on, start) > here
    ]


def free_by_day(terms: Terms, channel: str, from_on: date, to_on: date) -> dict[tuple[date, UUID], int]:
    """Free seats by day and place; a day on which there is a slot at all is in it, with 0 when full. Two statements."""
    found = _summed(_FREE_BY_DAY, _OVER_BY_DAY, _offer(terms, channel, from_on, to_on))
    return {(on, place_id): number for (on, place_id), number in found.items()}


_BOOKS = cast(Table, ReservationBook.__table__)
_STANDING = Read(
    select(
        _BOOKS.c.prepared_until,
        select(func.min(_SEATS.c.held_until))
        .where(_SEATS.c.contract_id == _CONTRACT, _SEATS.c.held_until.is_not(None))
        .scalar_subquery()
        .label("first_until"),
    ).where(_BOOKS.c.contract_id == _CONTRACT)
)


def standing(contract_id: UUID) -> tuple[date | None, datetime | None]:
    """Up to which date slots are made, and when the first of the seats that are held runs out; an offer of the waiting
    list is such a hold too. One statement."""
    row = _STANDING.first(db.session.connection(), {"wanted_contract": contract_id})
    return (row.prepared_until, row.first_until) if row else (None, None)


_APPLICANTS = cast(Table, ReservationApplicant.__table__)
_LIVE_OF = Read(
    select(_APPLICANTS.c.reservation_id).where(
        _APPLICANTS.c.contract_id == _CONTRACT,
        _APPLICANTS.c.notice_key == bindparam("wanted_key", type_=_APPLICANTS.c.notice_key.type),
        _APPLICANTS.c.live.is_(True),
    )
)


def live_of_numbers(keys: ContractKeys, contract_id: UUID, numbers: Iterable[str]) -> list[UUID]:
    """Live reservations that hold one of the notice numbers."""
    found: dict[UUID, None] = {}
    for number in numbers:
        wanted = {"wanted_contract": contract_id, "wanted_key": notice_key(keys, number)}
        found |= dict.fromkeys(row.reservation_id for row in _LIVE_OF.all(db.session.connection(), wanted))
    return list(found)


def reservation(contract_id: UUID, reservation_id: UUID) -> Any | None:
    """The row, or None. A hold is no reservation."""
    return db.session.execute(
        select(Reservation.__table__).where(
            Reservation.contract_id == contract_id,
            Reservation.id == reservation_id,
            Reservation.number.is_not(None),
        )
    ).first()


def applicants_of(contract_id: UUID, reservation_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """The people of reservations, in their order."""
    found: dict[UUID, list[Any]] = {}
    if reservation_ids:
        rows = db.session.execute(
            select(ReservationApplicant.__table__)
            .where(
                ReservationApplicant.contract_id == contract_id,
                ReservationApplicant.reservation_id.in_(reservation_ids),
            )
            .order_by(ReservationApplicant.reservation_id, ReservationApplicant.position)
        )
        for row in rows:
            found.setdefault(row.reservation_id, []).append(row)
    return found


def events_of(contract_id: UUID, reservation_id: UUID) -> list[Any]:
    """The steps of a reservation, the first one first."""
    return list(
        db.session.execute(
            select(ReservationEvent.__table__)
            .where(ReservationEvent.contract_id == contract_id, ReservationEvent.reservation_id == reservation_id)
            .order_by(ReservationEvent.sequence)
        )
    )


class ListFilter(Struct, frozen=True):
    """Coded filters of a list of reservations."""

    from_on: date
    to_on: date
    place_id: UUID | None = None
    procedure_id: UUID | None = None
    state: str = ""
    channel: str = ""


def conditions(contract_id: UUID, wanted: ListFilter) -> list[Any]:
    found = [
        Reservation.contract_id == contract_id,
        Reservation.number.is_not(None),
        Reservation.local_on.between(wanted.from_on, wanted.to_on),
    ]
    for column, value in (
        (Reservation.place_id, wanted.place_id),
        (Reservation.procedure_id, wanted.procedure_id),
        (Reservation.state, wanted.state),
        (Reservation.channel, wanted.channel),
    ):
        if value:
            found.append(column == value)
    return found


def listed(contract_id: UUID, wanted: ListFilter, *, limit: int | None = None, offset: int = 0) -> list[Any]:
    """Reservations by day and time."""
    statement = (
        select(Reservation.__table__)
        .where(*conditions(contract_id, wanted))
        .order_by(Reservation.local_on, Reservation.start_minute, Reservation.number)
        .offset(offset)
    )
    return list(db.session.execute(statement.limit(limit) if limit else statement))


def count(contract_id: UUID, wanted: ListFilter) -> int:
    return db.session.execute(
        select(func.count()).select_from(Reservation).where(*conditions(contract_id, wanted))
    ).scalar_one()


def with_serial(contract_id: UUID, serial: int) -> list[Any]:
    return list(
        db.session.execute(
            select(Reservation.__table__).where(Reservation.contract_id == contract_id, Reservation.number == serial)
        )
    )


def with_phone(contract_id: UUID, phone_key: bytes, most: int = 20) -> list[Any]:
    """Reservations of a telephone number, the newest appointment first."""
    return _newest(Reservation.phone_key == phone_key, contract_id, most)


def with_notice(contract_id: UUID, key: bytes, most: int = 20) -> list[Any]:
    own = select(ReservationApplicant.reservation_id).where(
        ReservationApplicant.contract_id == contract_id, ReservationApplicant.notice_key == key
    )
    return _newest(Reservation.id.in_(own), contract_id, most)


def of_call(contract_id: UUID, call_id: UUID) -> list[Any]:
    """What was booked, changed or cancelled in a call."""
    own = select(ReservationEvent.reservation_id).where(
        ReservationEvent.contract_id == contract_id, ReservationEvent.call_id == call_id
    )
    return _newest(Reservation.id.in_(own), contract_id, 20)


def touched_between(contract_id: UUID, first: date, last: date) -> list[Any]:
    """Reservations of which some step was taken in a range of days, by day and time of the appointment."""
    own = select(ReservationEvent.reservation_id).where(
        ReservationEvent.contract_id == contract_id, ReservationEvent.local_on.between(first, last)
    )
    return list(
        db.session.execute(
            select(Reservation.__table__)
            .where(Reservation.contract_id == contract_id, Reservation.id.in_(own))
            .order_by(Reservation.local_on, Reservation.start_minute, Reservation.number)
        )
    )


def with_ids(contract_id: UUID, ids: Sequence[UUID]) -> list[Any]:
    return _newest(Reservation.id.in_(ids), contract_id, max(1, len(ids))) if ids else []


def _newest(condition: Any, contract_id: UUID, most: int) -> list[Any]:
    return list(
        db.session.execute(
            select(Reservation.__table__)
            .where(Reservation.contract_id == contract_id, Reservation.number.is_not(None), condition)
            .order_by(Reservation.local_on.desc(), Reservation.start_minute.desc(), Reservation.number.desc())
            .limit(most)
        )
    )


def held_in_call(contract_id: UUID, call_id: UUID, user_id: UUID | None) -> Any | None:
    """What is held for a call that somebody works on, with until when; None when nothing is."""
    return _held(contract_id, Reservation.call_id == call_id, Reservation.held_by == user_id)


def held(contract_id: UUID, reservation_id: UUID) -> Any | None:
    """A hold with until when, or None."""
    return _held(contract_id, Reservation.id == reservation_id)


def _held(contract_id: UUID, *where: Any) -> Any | None:
    until = (
        select(func.min(ReservationSeat.held_until))
        .where(
            ReservationSeat.contract_id == contract_id,
            ReservationSeat.reservation_id == Reservation.id,
        )
        .scalar_subquery()
    )
    return db.session.execute(
        select(*Reservation.__table__.c, until.label("held_until")).where(
            Reservation.contract_id == contract_id, Reservation.state == State.HELD.value, *where
        )
    ).first()


def day_slots(contract_id: UUID, place_id: UUID, on: date) -> list[Any]:
    """The pools of a place's day."""
    return list(
        db.session.execute(
            select(ReservationSlot.__table__)
            .where(
                ReservationSlot.contract_id == contract_id,
                ReservationSlot.place_id == place_id,
                ReservationSlot.local_on == on,
            )
            .order_by(
                ReservationSlot.counter_id, ReservationSlot.start_minute, ReservationSlot.channel, ReservationSlot.stage
            )
        )
    )


def seats_by_day(contract_id: UUID, place_id: UUID, first: date, last: date) -> list[tuple[date, int, int]]:
    """Open seats of a place by day, and how many of them are taken."""
    slot = ReservationSlot
    rows = db.session.execute(
        select(slot.local_on, func.sum(slot.capacity), func.sum(slot.taken))
        .where(
            slot.contract_id == contract_id,
            slot.place_id == place_id,
            slot.local_on.between(first, last),
            slot.state == "open",
        )
        .group_by(slot.local_on)
        .order_by(slot.local_on)
    )
    return [(on, int(seats), int(taken)) for on, seats, taken in rows]


# --- what needs a hand ---


class Unfinished(Struct, frozen=True):
    """What is to be done about reservations: counts for the first page and the alarms."""

    to_rebook: int
    unentered: int
    unverified: int
    returned: int
    differences: int
    offers: int
    unvisited: int


def unfinished(contract_id: UUID, today: date, at: datetime) -> Unfinished:
    """`unvisited`: appointments of past days of which nobody noted whether they were kept."""

    def number(model: Any, *where: Any) -> int:
        return db.session.execute(
            select(func.count()).select_from(model).where(model.contract_id == contract_id, *where)
        ).scalar_one()

    entry = ReservationEntry
    return Unfinished(
        to_rebook=number(Reservation, Reservation.state == State.REBOOK.value),
        unentered=number(entry, entry.entered_at.is_(None), entry.verified_at.is_(None)),
        unverified=number(entry, entry.entered_at.is_not(None), entry.verified_at.is_(None)),
        returned=number(entry, entry.entered_at.is_(None), entry.returned_note != ""),
        differences=number(ReservationDifference, ReservationDifference.settled_at.is_(None)),
        offers=number(
            ReservationWait, ReservationWait.state == WaitState.OFFERED.value, ReservationWait.offer_until > at
        ),
        unvisited=number(
            Reservation,
            and_(
                Reservation.state == State.BOOKED.value, Reservation.local_on < today, Reservation.number.is_not(None)
            ),
        ),
    )


def alarm_minutes(contract_id: UUID, on: date) -> int:
    """How long before closing it is alarmed that the city's system was not told."""
    return settings_on(contract_id, on).alarm_minutes
