"""Pure: a day's expected calls beside the operators that are needed and planned, and what if it were otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from scheduling import staffing
from scheduling.forecast import DayForecast
from scheduling.intervals import CoverageRun, MinuteRange, coverage
from scheduling.shifts import ShiftTimes
from scheduling.simulation import SLOT_MINUTES, SlotVolume
from scheduling.simulation import DayForecast as PlayedDay
from scheduling.staffing import ServiceLevelTarget

SECONDS = 60
MOST_MORE, MOST_PERCENT, LEAST_PERCENT = 5, 200, -90


class Assumptions(Struct, frozen=True):
    """What is assumed of calls. `patience_seconds` None: nobody hangs up; `max_occupancy` None: no limit."""

    aht_seconds: float
    target: ServiceLevelTarget
    patience_seconds: float | None = None
    max_occupancy: float | None = None
    shrinkage: float = 0.0
    minimum: int = 2


class WhatIf(Struct, frozen=True):
    """What might be otherwise: operators more (or fewer) all day, calls longer and more numerous by per cent.

    Raises ValueError outside what the page offers.
    """

    more: int = 0
    longer: int = 0
    calls: int = 0

    def __post_init__(self) -> None:
        if abs(self.more) > MOST_MORE:
            raise ValueError(f"more must lie within ±{MOST_MORE}: {self.more}")
        for percent in (self.longer, self.calls):
            if not LEAST_PERCENT <= percent <= MOST_PERCENT:
                raise ValueError(f"a percentage must lie between {LEAST_PERCENT} and {MOST_PERCENT}: {percent}")

    @property
    def changes(self) -> bool:
        return self != WhatIf()


class Slot(Struct, frozen=True):
    """A quarter of an hour: calls expected (with the 80 % interval), operators required and planned (the fewest in
    it), the share answered in time, the mean wait in seconds (infinite: the queue only grows) and the share of time
    on calls. `level` None: no call is expected."""

    span: MinuteRange
    calls: float
    low: int
    high: int
    required: int
    planned: int
    level: float | None
    wait: float
    occupancy: float

    @property
    def short(self) -> int:
        """Operators missing."""
        return max(self.required - self.planned, 0)

    @property
    def overloaded(self) -> bool:
        return self.wait == float("inf")


class DayLoad(Struct, frozen=True):
    """A day's quarters of an hour, with the sums. Ratios are Σ over Σ, None without calls."""

    on: date
    calls: float
    low: int
    high: int
    slots: tuple[Slot, ...]

    @property
    def level(self) -> float | None:
        """Expected share of the day's calls answered in time."""
        expected = sum(slot.calls for slot in self.slots)
        return sum(slot.calls * (slot.level or 0) for slot in self.slots) / expected if expected else None

    @property
    def peak(self) -> int:
        """The most operators required at once."""
        return max((slot.required for slot in self.slots), default=0)

    @property
    def fewest(self) -> int:
        """The fewest planned at once."""
        return min((slot.planned for slot in self.slots), default=0)

    @property
    def required_minutes(self) -> int:
        return sum(slot.required * slot.span.minutes for slot in self.slots)

    @property
    def planned_minutes(self) -> int:
        return sum(slot.planned * slot.span.minutes for slot in self.slots)

    @property
    def short_minutes(self) -> int:
        """Operator minutes missing."""
        return sum(slot.short * slot.span.minutes for slot in self.slots)


def changed(given: Assumptions, what: WhatIf) -> Assumptions:
    return replace(given, aht_seconds=given.aht_seconds * (1 + what.longer / 100))


def slot_spans(day: DayForecast, closes: int) -> tuple[MinuteRange, ...]:
    """The quarters of the day's forecast; the last ends when the desk closes."""
    starts = [slot.start for slot in day.slots]
    return tuple(MinuteRange(start, end) for start, end in zip(starts, [*starts[1:], closes], strict=True))


def required_by_slot(day: DayForecast, given: Assumptions, closes: int) -> dict[int, int]:
    """The operators each quarter of an hour needs, by its start."""
    spans = slot_spans(day, closes)
    found = staffing.required_agents(
        [slot.mean for slot in day.slots], [span.minutes * SECONDS for span in spans], *_asked(given)
    )
    return {span.start: int(count) for span, count in zip(spans, found, strict=True)}


def _asked(given: Assumptions) -> tuple[float, ServiceLevelTarget, float | None, float | None, float, int]:
    return (
        given.aht_seconds,
        given.target,
        given.patience_seconds,
        given.max_occupancy,
        given.shrinkage,
        given.minimum,
    )


def day_load(
    day: DayForecast, hours: MinuteRange, shifts: Iterable[ShiftTimes], given: Assumptions, what: WhatIf = WhatIf()
) -> DayLoad:
    """The day as planned (`shifts`: those of the operators), or as it would be."""
    assumed, factor = changed(given, what), 1 + what.calls / 100
    expected = _scaled(day, factor)
    runs = coverage((part for times in shifts for part in times.work), hours)
    spans = slot_spans(day, hours.end)
    planned = [max(_fewest(runs, span) + what.more, 0) for span in spans]
    return DayLoad(
        day.on, expected.mean, expected.low, expected.high, tuple(_slots(expected, spans, planned, assumed, hours))
    )


def _scaled(day: DayForecast, factor: float) -> DayForecast:
    def scale(one: int) -> int:
        return round(one * factor)

    slots = tuple(replace(s, mean=s.mean * factor, low=scale(s.low), high=scale(s.high)) for s in day.slots)
    return replace(day, mean=day.mean * factor, low=scale(day.low), high=scale(day.high), slots=slots)


def _fewest(runs: Sequence[CoverageRun], span: MinuteRange) -> int:
    return min((run.count for run in runs if run.start < span.end and span.start < run.end), default=0)


def _slots(
    day: DayForecast, spans: Sequence[MinuteRange], planned: Sequence[int], given: Assumptions, hours: MinuteRange
) -> Iterator[Slot]:
    required = required_by_slot(day, given, hours.end)
    # The share of time lost to other things is lost to those who are planned, too.
    at_phones = [int(count * (1 - given.shrinkage)) for count in planned]
    desk = (
        [slot.mean for slot in day.slots],
        [span.minutes * SECONDS for span in spans],
        given.aht_seconds,
        at_phones,
    )
    patience = given.patience_seconds
    levels = staffing.service_level(*desk, given.target.seconds, patience)
    waits, busy = staffing.asa_seconds(*desk, patience), staffing.occupancy(*desk, patience)
    for row, (slot, span) in enumerate(zip(day.slots, spans, strict=True)):
        level = float(levels[row]) if slot.mean > 0 else None
        wait = float(waits[row])
        yield Slot(
            span,
            slot.mean,
            slot.low,
            slot.high,
            required[span.start],
            planned[row],
            level,
            wait,
            float(busy[row]),
        )


def played_day(day: DayForecast, given: Assumptions, what: WhatIf = WhatIf()) -> PlayedDay:
    """The day as the simulation plays it."""
    assumed, factor = changed(given, what), 1 + what.calls / 100
    slots = tuple(SlotVolume(slot.start // SLOT_MINUTES * SLOT_MINUTES, slot.mean * factor) for slot in day.slots)
    return PlayedDay(slots, assumed.aht_seconds, assumed.patience_seconds, assumed.target.seconds)


def enough(day: DayForecast, hours: MinuteRange, shifts: Sequence[ShiftTimes], given: Assumptions) -> int | None:
    """The fewest operators more, all day long, with whom the day's target is met; None beyond five."""
    for more in range(MOST_MORE + 1):
        level = day_load(day, hours, shifts, given, WhatIf(more=more)).level
        if level is None or level >= given.target.share:
            return more
    return None
