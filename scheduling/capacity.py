"""Appointment slots: what a weekly pattern makes of a day, who may book how far ahead, which times lie side by side.

No web, no database. Days are dates of Asia/Tokyo, minutes count from midnight, ranges are half-open. A slot's seats
are divided into pools: one for everybody, one that is released later, one for each channel with a quota.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

from scheduling.calendar import BusinessCalendar
from scheduling.intervals import MinuteRange, subtract

ANY = ""
"""The channel of seats that are kept for nobody."""
_ONE_DAY = timedelta(days=1)


class Pool(Struct, frozen=True, order=True):
    """Seats of one slot that are offered alike: to one `channel` (or `ANY`), at one stage of the release (1 or 2)."""

    channel: str
    stage: int
    capacity: int


class SlotPattern(Struct, frozen=True):
    """What one weekday looks like at a counter. `gaps` (lunch) hold no slot; `quotas` are seats kept for a channel;
    `later` of the remaining seats are released at the second stage.

    Raises ValueError for a slot length below 1, seats below 1, or quotas and later seats beyond the capacity.
    """

    span: MinuteRange
    slot_minutes: int
    capacity: int
    gaps: tuple[MinuteRange, ...] = ()
    quotas: Mapping[str, int] = {}
    later: int = 0

    def __post_init__(self) -> None:
        if self.slot_minutes < 1 or self.capacity < 1:
            raise ValueError("a slot has a length and at least one seat")
        kept = [*self.quotas.values(), self.later]
        if min(kept) < 0 or sum(kept) > self.capacity:
            raise ValueError(f"quotas and later seats ({sum(kept)}) exceed the capacity ({self.capacity})")

    def slots(self) -> tuple[MinuteRange, ...]:
        """The slots of the day, in order; a rest that is too short for one is left out."""
        return tuple(slot for part in subtract([self.span], self.gaps) for slot in _cut(part, self.slot_minutes))

    def pools(self) -> tuple[Pool, ...]:
        """How the seats of each slot are divided; pools without a seat are left out."""
        kept = {channel: seats for channel, seats in self.quotas.items() if seats}
        general = self.capacity - sum(kept.values())
        made = [Pool(ANY, 1, general - self.later), Pool(ANY, 2, self.later)]
        made += [Pool(channel, 1, seats) for channel, seats in sorted(kept.items())]
        return tuple(pool for pool in made if pool.capacity)


def _cut(part: MinuteRange, length: int) -> Iterator[MinuteRange]:
    for start in range(part.start, part.end - length + 1, length):
        yield MinuteRange(start, start + length)


class LeadTimes(Struct, frozen=True):
    """Open days between today and the appointment (D): bookings open at D−`opens`, the seats of the second stage at
    D−`second`, bookings close after D−`closes`, cancelling after D−`cancel`; unsold quotas return at D−`returns`."""

    opens: int = 45
    closes: int = 3
    cancel: int = 2
    second: int = 20
    returns: int = 7


class Window(Struct, frozen=True):
    """The dates that lead times give for one `today`: plain comparisons from here on."""

    first_on: date
    last_on: date
    second_until_on: date
    returned_until_on: date
    cancel_from_on: date

    def releases(self, on: date, stage: int) -> bool:
        """Whether seats of that stage may be booked for a date today."""
        return self.first_on <= on <= (self.last_on if stage == 1 else self.second_until_on)

    def offers(self, on: date, pool_channel: str, stage: int, channel: str) -> bool:
        """Whether a pool's seats may be booked through a channel for a date today."""
        mine = pool_channel in (ANY, channel) or on <= self.returned_until_on
        return mine and self.releases(on, stage)

    def may_cancel(self, on: date) -> bool:
        return on >= self.cancel_from_on


def window(calendar: BusinessCalendar, today: date, lead: LeadTimes) -> Window:
    """The window of a day. D−3 is the third open day before D: a date is still open for booking on that whole day."""
    return Window(
        first_on=_first_after(calendar, today, lead.closes),
        last_on=calendar.add_open_days(today, lead.opens),
        second_until_on=min(calendar.add_open_days(today, lead.second), calendar.add_open_days(today, lead.opens)),
        returned_until_on=calendar.add_open_days(today, lead.returns),
        cancel_from_on=_first_after(calendar, today, lead.cancel),
    )


def _first_after(calendar: BusinessCalendar, today: date, days: int) -> date:
    """The earliest date with at least `days` open days from today (counted in) before it."""
    return calendar.add_open_days(today - _ONE_DAY, days) + _ONE_DAY if days else today


class FreeTime(Struct, frozen=True, order=True):
    """A time at a counter with seats that may be booked."""

    on: date
    span: MinuteRange
    counter: str
    place: str
    free: int


def starts(times: Iterable[FreeTime], length: int) -> list[FreeTime]:
    """The times from which `length` slots of one counter follow each other without a gap, each with a free seat.
    `free` of a start is the least of its run: a family takes its units side by side."""
    found: list[FreeTime] = []
    rows: dict[tuple[date, str], list[FreeTime]] = {}
    for one in times:
        if one.free > 0:
            rows.setdefault((one.on, one.counter), []).append(one)
    for row in rows.values():
        row.sort(key=lambda one: one.span)
        found += _starts_of(row, length)
    return sorted(found, key=lambda one: (one.on, one.span, one.place, one.counter))


def _starts_of(row: Sequence[FreeTime], length: int) -> Iterator[FreeTime]:
    for at, first in enumerate(row):
        run = row[at : at + length]
        if len(run) < length or any(one.span.end != other.span.start for one, other in pairwise(run)):
            continue
        span = MinuteRange(first.span.start, run[-1].span.end)
        yield FreeTime(first.on, span, first.counter, first.place, min(one.free for one in run))


class Wanted(Struct, frozen=True):
    """What somebody asked for and did not get."""

    on: date
    minute: int
    place: str


def nearest(found: Iterable[FreeTime], wanted: Wanted, most: int) -> list[FreeTime]:
    """The times closest to what was wanted: the same place and day first, then days near by, then other places."""
    return sorted(found, key=lambda one: _distance(one, wanted))[:most]


def _distance(one: FreeTime, wanted: Wanted) -> tuple[int, int, FreeTime]:
    days = abs((one.on - wanted.on).days)
    elsewhere = 0 if one.place == wanted.place else 3
    return days + elsewhere, abs(one.span.start - wanted.minute), one
