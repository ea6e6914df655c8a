"""The figures of the result report (予約受付結果報告, 003 clause 8②): additive counts that SQL groups.

`counts` holds one row for each day, kind of step, procedure, place and channel; every table of the report is a sum
over them, so that no two can disagree. Reports and the feature's own page read the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from callcenter.extensions import db
from callcenter.reservations import catalogue, city
from callcenter.reservations.models import (
    Reservation,
    ReservationDifference,
    ReservationEvent,
    ReservationSlot,
)
from callcenter.reservations.rules import CancelReason, Channel, EventKind, State
from callcenter.reservations.terms import settings_on
from reports.booking_counts import Counts, Table


class StepCount(Struct, frozen=True):
    """How many steps of a kind were taken on a day, for one procedure, place and channel."""

    on: date
    kind: EventKind
    procedure_id: UUID
    place_id: UUID
    channel: str
    count: int


class SlotUse(Struct, frozen=True):
    """Seats of one place on the appointment days of a period, and how many of them are or were used."""

    place_id: UUID
    seats: int
    taken: int


class Results(Struct, frozen=True):
    """What the report of a period is made of. Lead times count open days between booking and appointment.

    `entries`: to be entered in the city's system, not entered, not verified; None where this product is the system.
    """

    from_on: date
    to_on: date
    steps: Sequence[StepCount]
    use: Sequence[SlotUse]
    lead_days: Mapping[int, int]
    cancel_reasons: Mapping[str, int]
    entries: tuple[int, int, int] | None
    differences: int
    to_rebook: int

    def by(self, key: Callable[[StepCount], Any]) -> dict[Any, Counter[EventKind]]:
        """The counts of each kind under a key, in the order in which the keys appear."""
        found: dict[Any, Counter[EventKind]] = {}
        for one in self.steps:
            found.setdefault(key(one), Counter())[one.kind] += one.count
        return found


def results(contract_id: UUID, from_on: date, to_on: date) -> Results:
    """The figures of the steps taken from a day to a day, both included."""
    keeps_ledger = settings_on(contract_id, to_on).keeps_ledger
    return Results(
        from_on,
        to_on,
        _steps(contract_id, from_on, to_on),
        _use(contract_id, from_on, to_on),
        _lead_days(contract_id, from_on, to_on),
        _cancel_reasons(contract_id, from_on, to_on),
        city.counts_on(contract_id, from_on, to_on) if keeps_ledger else None,
        _differences(contract_id),
        _to_rebook(contract_id),
    )


def _steps(contract_id: UUID, from_on: date, to_on: date) -> list[StepCount]:
    event = ReservationEvent
    rows = db.session.execute(
        select(
            event.local_on,
            event.kind,
            Reservation.procedure_id,
            event.place_id,
            event.channel,
            func.count().label("number"),
        )
        .join(
            Reservation,
            (Reservation.contract_id == event.contract_id) & (Reservation.id == event.reservation_id),
        )
        .where(event.contract_id == contract_id, event.local_on.between(from_on, to_on))
        .group_by(event.local_on, event.kind, Reservation.procedure_id, event.place_id, event.channel)
        .order_by(event.local_on)
    )
    return [StepCount(on, EventKind.of(kind), procedure, place, way, n) for on, kind, procedure, place, way, n in rows]


def _use(contract_id: UUID, from_on: date, to_on: date) -> list[SlotUse]:
    """Held seats are no use yet, but few and short-lived; closed slots count only what was used of them."""
    slot = ReservationSlot
    rows = db.session.execute(
        select(slot.place_id, func.sum(slot.capacity), func.sum(slot.taken))
        .where(slot.contract_id == contract_id, slot.local_on.between(from_on, to_on), slot.state == "open")
        .group_by(slot.place_id)
    )
    return [SlotUse(place, int(seats), int(taken)) for place, seats, taken in rows]


def _lead_days(contract_id: UUID, from_on: date, to_on: date) -> dict[int, int]:
    rows = db.session.execute(
        select(Reservation.lead_days, func.count())
        .where(
            Reservation.contract_id == contract_id,
            Reservation.booked_on.between(from_on, to_on),
            Reservation.lead_days.is_not(None),
        )
        .group_by(Reservation.lead_days)
    )
    return {days: number for days, number in rows if days is not None}


def _cancel_reasons(contract_id: UUID, from_on: date, to_on: date) -> dict[str, int]:
    event = ReservationEvent
    rows = db.session.execute(
        select(event.reason_code, func.count().label("number"))
        .where(
            event.contract_id == contract_id,
            event.local_on.between(from_on, to_on),
            event.kind == EventKind.CANCELLED.value,
        )
        .group_by(event.reason_code)
    )
    counted = {row.reason_code: row.number for row in rows}
    return {one.label: counted[one.value] for one in CancelReason if one.value in counted}


def _differences(contract_id: UUID) -> int:
    return db.session.execute(
        select(func.count())
        .select_from(ReservationDifference)
        .where(ReservationDifference.contract_id == contract_id, ReservationDifference.settled_at.is_(None))
    ).scalar_one()


def _to_rebook(contract_id: UUID) -> int:
    return db.session.execute(
        select(func.count())
        .select_from(Reservation)
        .where(Reservation.contract_id == contract_id, Reservation.state == State.REBOOK.value)
    ).scalar_one()


KINDS = (
    EventKind.BOOKED,
    EventKind.MOVED,
    EventKind.CANCELLED,
    EventKind.ATTENDED,
    EventKind.LATE,
    EventKind.NO_SHOW,
    EventKind.REBOOK,
)
"""The columns of every table of the report."""


def counts(found: Results, contract_id: UUID) -> Counts:
    """The figures as page, daily report and workbook show them."""
    places = {one.id: one.name for one in catalogue.places(contract_id)}
    procedures = {one.id: one.name for one in catalogue.procedures(contract_id)}
    return Counts(
        kinds=tuple(kind.label for kind in KINDS),
        tables=(
            Table("手続", _lines(found, lambda one: one.procedure_id, procedures)),
            Table("会場", _lines(found, lambda one: one.place_id, places)),
            Table("経路", _lines(found, lambda one: one.channel, dict(Channel.choices()))),
        ),
        days=tuple(sorted((on, _numbers(line)) for on, line in found.by(lambda one: one.on).items())),
        use=tuple((places.get(one.place_id, "―"), one.seats, one.taken) for one in found.use),
        cancel_reasons=tuple(found.cancel_reasons.items()),
        lead_days=tuple(sorted(found.lead_days.items())),
        entries=found.entries,
        differences=found.differences,
        to_rebook=found.to_rebook,
    )


def _lines(
    found: Results, key: Callable[[StepCount], Any], names: Mapping[Any, str]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    counted = found.by(key)
    return tuple((name, _numbers(counted[code])) for code, name in names.items() if code in counted)


def _numbers(line: Mapping[EventKind, int]) -> tuple[int, ...]:
    return tuple(line.get(kind, 0) for kind in KINDS)


def last_changes(contract_id: UUID, from_on: date, to_on: date) -> dict[date, datetime]:
    """When the last step of each day was written."""
    event = ReservationEvent
    rows = db.session.execute(
        select(event.local_on, func.max(event.at))
        .where(event.contract_id == contract_id, event.local_on.between(from_on, to_on))
        .group_by(event.local_on)
    )
    return {on: at for on, at in rows if at is not None}


def of_day(contract_id: UUID, on: date) -> Counts | None:
    """A day's figures for its report; None as long as nothing was ever reserved."""
    known = db.session.execute(
        select(ReservationEvent.id).where(ReservationEvent.contract_id == contract_id).limit(1)
    ).first()
    return counts(results(contract_id, on, on), contract_id) if known else None
