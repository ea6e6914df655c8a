"""What becomes of patterns on real dates: slots are made ahead, and follow when the calendar or a pattern changes.

A day that closes loses no reservation: each becomes one to be rebooked and keeps its number. A pattern that changes
leaves the reservations made under the old one where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import insert, select, update

from callcenter.contracts import queries as contracts
from callcenter.extensions import db, new_id
from callcenter.reservations import catalogue, history, holds, seats, waits
from callcenter.reservations.catalogue import Counter
from callcenter.reservations.catalogue_models import ReservationBook, ReservationException, ReservationPattern
from callcenter.reservations.history import Step, spot_of
from callcenter.reservations.models import Reservation, ReservationSeat, ReservationSlot
from callcenter.reservations.rules import CancelReason, EventKind, State
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor
from callcenter.web.statements import touched
from scheduling.capacity import Pool, SlotPattern
from scheduling.intervals import MinuteRange

AHEAD = timedelta(days=21)
"""How much further than anyone may book slots are made, so that they are not made at every request."""

Key = tuple[UUID, date, int, str, int]
"""Counter, date, start, channel, stage: what a pool is, whatever its capacity."""


class PlannedPool(Struct, frozen=True):
    """A pool as patterns and exceptions would have it."""

    counter: Counter
    on: date
    span: MinuteRange
    pool: Pool

    @property
    def key(self) -> Key:
        return self.counter.id, self.on, self.span.start, self.pool.channel, self.pool.stage


class Synced(Struct):
    """What a change did: slots made, closed, and reservations that have to be rebooked."""

    made: int = 0
    closed: int = 0
    to_rebook: int = 0


# --- what should be ---


class Plan:
    """The slots that a contract's patterns, exceptions and calendar give, for any of its dates."""

    def __init__(self, contract_id: UUID) -> None:
        facts = contracts.contract(contract_id)
        self._begins = facts.starts_on
        self._calendar = contracts.calendar(contract_id)
        self._counters = [one for one in catalogue.counters(contract_id) if not one.retired]
        self._patterns = _patterns(contract_id)
        self._exceptions = {(row.place_id, row.local_on): row for row in live_exceptions(contract_id)}

    def day(self, on: date) -> list[PlannedPool]:
        """What was agreed last holds beyond the contract's end: appointments made in its last weeks lie there."""
        if on < self._begins:
            return []
        return [
            PlannedPool(counter, on, span, pool)
            for counter in self._counters
            if (pattern := self._pattern(counter, on)) is not None
            for span in pattern.slots()
            for pool in pattern.pools()
        ]

    def closes(self, place_id: UUID, on: date) -> bool:
        """Whether the day itself is closed there, by the calendar or by hand (and not merely without a pattern)."""
        found = self._exceptions.get((place_id, on))
        return found.kind == "closed" if found else not self._calendar.is_open(on)

    def _pattern(self, counter: Counter, on: date) -> SlotPattern | None:
        found = self._exceptions.get((counter.place_id, on))
        if found is not None and found.kind == "open":
            return SlotPattern(MinuteRange(found.start_minute, found.end_minute), found.slot_minutes, found.capacity)
        if self.closes(counter.place_id, on):
            return None
        own = [row for row in self._patterns.get((counter.id, on.weekday()), ()) if row.effective_on <= on]
        return as_pattern(own[-1]) if own and own[-1].capacity else None


def _patterns(contract_id: UUID) -> Mapping[tuple[UUID, int], Sequence[Any]]:
    found: dict[tuple[UUID, int], list[Any]] = {}
    rows = db.session.execute(
        select(ReservationPattern.__table__)
        .where(ReservationPattern.contract_id == contract_id)
        .order_by(ReservationPattern.effective_on)
    )
    for row in rows:
        found.setdefault((row.counter_id, row.weekday), []).append(row)
    return found


def as_pattern(row: Any) -> SlotPattern:
    gaps = () if row.gap_start is None else (MinuteRange(row.gap_start, row.gap_end),)
    quotas = {"phone": row.phone_quota, "web": row.web_quota, "counter": row.counter_quota}
    return SlotPattern(
        MinuteRange(row.start_minute, row.end_minute), row.slot_minutes, row.capacity, gaps, quotas, row.later
    )


def live_exceptions(contract_id: UUID) -> Sequence[Any]:
    """Closures and one-off openings in force, by date."""
    return db.session.execute(
        select(ReservationException.__table__)
        .where(ReservationException.contract_id == contract_id, ReservationException.withdrawn_at.is_(None))
        .order_by(ReservationException.local_on)
    ).all()


# --- making it so ---


def prepare(terms: Terms, *, by: Actor) -> Synced:
    """Make the slots up to a while after the last date that may be booked."""
    until = db.session.execute(
        select(ReservationBook.prepared_until).where(ReservationBook.contract_id == terms.contract_id).with_for_update()
    ).scalar_one()
    if until is not None and until >= terms.window.last_on:
        return Synced()
    first = max(terms.today, until + timedelta(days=1)) if until else terms.today
    return _make_until(first, terms.window.last_on + AHEAD, terms, by)


def _make_until(first: date, last: date, terms: Terms, by: Actor) -> Synced:
    done = sync(first, last, terms=terms, by=by)
    touched(update(ReservationBook).where(ReservationBook.contract_id == terms.contract_id).values(prepared_until=last))
    return done


def follow(*, terms: Terms, by: Actor) -> Synced:
    """After a change of the calendar, a pattern or an exception: put all dates to come in order."""
    until = db.session.execute(
        select(ReservationBook.prepared_until).where(ReservationBook.contract_id == terms.contract_id)
    ).scalar_one()
    if until is None or until < terms.today:
        return Synced()
    return sync(terms.today, until, terms=terms, by=by)


def sync(first: date, last: date, *, terms: Terms, by: Actor) -> Synced:
    """Make the slots of a range of dates what patterns, exceptions and the calendar say, today and later."""
    plan, done = Plan(terms.contract_id), Synced()
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    wanted = {one.key: one for on in days for one in plan.day(on)}
    there = {_key(row): row for row in _slots_between(terms.contract_id, first, last)}
    _insert([one for key, one in wanted.items() if key not in there], terms.contract_id, done)
    gone, opened = [], []
    for key, row in there.items():
        planned = wanted.get(key)
        if planned is None or planned.span.end != row.end_minute:
            gone.append(row)
        else:
            opened += _restore(row, planned.pool.capacity, terms.contract_id)
    _close([row for row in gone if row.state != "closed"], plan, terms, by, done)
    waits.offer_freed(opened, terms=terms, by=by)
    return done


def _key(row: Any) -> Key:
    return row.counter_id, row.local_on, row.start_minute, row.channel, row.stage


def _slots_between(contract_id: UUID, first: date, last: date) -> Sequence[Any]:
    return db.session.execute(
        select(ReservationSlot.__table__).where(
            ReservationSlot.contract_id == contract_id, ReservationSlot.local_on.between(first, last)
        )
    ).all()


def _insert(missing: Sequence[PlannedPool], contract_id: UUID, done: Synced) -> None:
    rows = [
        {
            "contract_id": contract_id,
            "id": new_id(),
            "counter_id": one.counter.id,
            "place_id": one.counter.place_id,
            "local_on": one.on,
            "start_minute": one.span.start,
            "end_minute": one.span.end,
            "channel": one.pool.channel,
            "stage": one.pool.stage,
            "capacity": one.pool.capacity,
            "taken": 0,
            "state": "open",
        }
        for one in missing
    ]
    if rows:
        db.session.execute(insert(ReservationSlot), rows)
    done.made += len(rows)


def _restore(row: Any, capacity: int, contract_id: UUID) -> list[UUID]:
    """An existing pool that belongs there: open it again, and give it its seats, never fewer than are taken. Returns
    its id where seats became free."""
    if row.state == "closed":
        _update_slot(row.id, contract_id, state="open")
    if row.capacity != capacity:
        set_seats(row.id, max(capacity, row.taken), contract_id)
    return [row.id] if row.state == "closed" or capacity > row.capacity else []


def _update_slot(slot_id: UUID, contract_id: UUID, **values: Any) -> None:
    touched(
        update(ReservationSlot)
        .where(ReservationSlot.contract_id == contract_id, ReservationSlot.id == slot_id)
        .values(**values)
    )


def set_seats(slot_id: UUID, capacity: int, contract_id: UUID) -> None:
    """Another number of seats, at least those taken: seats in use are numbered from 1 first, because none may stand
    beyond the capacity."""
    taken = sorted(one.number for one in seats.owners_in([slot_id], contract_id=contract_id))
    for place, number in enumerate(taken, 1):
        if place != number:
            touched(
                update(ReservationSeat)
                .where(
                    ReservationSeat.contract_id == contract_id,
                    ReservationSeat.slot_id == slot_id,
                    ReservationSeat.number == number,
                )
                .values(number=place)
                .execution_options(synchronize_session=False)
            )
    _update_slot(slot_id, contract_id, capacity=capacity)


def _close(gone: Sequence[Any], plan: Plan, terms: Terms, by: Actor, done: Synced) -> None:
    """Close pools that should not be. Where the day itself is closed, holds end and reservations are to be rebooked."""
    if not gone:
        return
    ids = [row.id for row in gone]
    _lock_reservations(sorted({row.local_on for row in gone}), terms.contract_id)
    touched(
        update(ReservationSlot)
        .where(ReservationSlot.contract_id == terms.contract_id, ReservationSlot.id.in_(ids))
        .values(state="closed")
    )
    done.closed += len(ids)
    # Read after the slots are locked: whoever was booking meanwhile has finished, and nobody can any more.
    shut = [row.id for row in gone if plan.closes(row.place_id, row.local_on)]
    owners = {one.reservation_id for one in seats.owners_in(shut, contract_id=terms.contract_id)}
    done.to_rebook += rebook(owners, terms=terms, by=by)


def _lock_reservations(days: Sequence[date], contract_id: UUID) -> None:
    """Before their slots, as every act does: so two acts wait for each other instead of blocking each other."""
    db.session.execute(
        select(Reservation.id)
        .where(
            Reservation.contract_id == contract_id,
            Reservation.local_on.in_(days),
            Reservation.state == State.BOOKED.value,
        )
        .order_by(Reservation.id)
        .with_for_update()
    ).all()


def rebook(ids: Iterable[UUID], *, terms: Terms, by: Actor) -> int:
    """Reservations whose time is gone: they keep their number and are to be called. Holds among them end. Returns how
    many have to be called."""
    count = 0
    for reservation_id in sorted(ids):
        if holds.drop_hold(reservation_id, contract_id=terms.contract_id):
            continue
        count += _rebook(reservation_id, terms, by)
    return count


def _rebook(reservation_id: UUID, terms: Terms, by: Actor) -> int:
    row = db.session.execute(
        select(Reservation.__table__)
        .where(
            Reservation.contract_id == terms.contract_id,
            Reservation.id == reservation_id,
            Reservation.state == State.BOOKED.value,
        )
        .with_for_update()
    ).first()
    if row is None:
        return 0
    seats.give_back(reservation_id, contract_id=terms.contract_id)
    touched(
        update(Reservation)
        .where(Reservation.contract_id == terms.contract_id, Reservation.id == reservation_id)
        .values(state=State.REBOOK.value, version=row.version + 1)
    )
    step = Step(
        reservation_id,
        row.version + 1,
        EventKind.REBOOK,
        row.channel,
        spot_of(row),
        reason_code=CancelReason.CLOSED.value,
    )
    history.add(step, by=by, at=terms.at, keeps_ledger=False)
    return 1
