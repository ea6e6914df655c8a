"""What a roster is built from: kinds of shift, people, demand, settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from scheduling.intervals import MINUTES_PER_DAY, MinuteRange, slots
from scheduling.shifts import Assignment, ShiftTimes

WEEK_MINUTES = 2400


class LeaderRule(StrEnum):
    """What a minute without a supervisor or deputy means, beyond one of them being at work every open day."""

    OFF = "off"
    WARN = "warn"
    REQUIRE = "require"


class Group(StrEnum):
    """What somebody's presence is good for."""

    COUNTING = "counting"
    LEADING = "leading"
    OTHER = "other"


class ShiftKind(Struct, frozen=True, kw_only=True):
    """A shift as it may be given: minutes of the day, and one unpaid break of `break_minutes` (0: none) that lies
    anywhere within `break_from` to `break_until`, strictly inside the shift.

    Raises ValueError for a shift or a break that is no range of the day, or a break that does not fit.
    """

    key: str
    start: int
    end: int
    break_minutes: int = 0
    break_from: int = 0
    break_until: int = 0

    def __post_init__(self) -> None:
        MinuteRange(self.start, self.end)
        if self.break_minutes < 0:
            raise ValueError(f"kind {self.key}: a break of {self.break_minutes} minutes")
        if self.break_minutes and not self.start < self.break_from < self.break_until < self.end:
            raise ValueError(f"kind {self.key}: the break must lie strictly inside the shift")
        if self.break_minutes > self.break_until - self.break_from:
            raise ValueError(f"kind {self.key}: the break is longer than its window")

    @property
    def span(self) -> MinuteRange:
        """From start to end, the break included."""
        return MinuteRange(self.start, self.end)

    @property
    def worked_minutes(self) -> int:
        """Length in minutes, the break taken off."""
        return self.end - self.start - self.break_minutes

    def break_at(self, start: int) -> MinuteRange:
        """The break that begins at `start`."""
        return MinuteRange(start, start + self.break_minutes)

    def break_starts(self, step: int) -> tuple[int, ...]:
        """Where the break may begin on the grid of `step` minutes; empty for a kind without a break."""
        if not self.break_minutes:
            return ()
        first = -(-self.break_from // step) * step
        return tuple(range(first, self.break_until - self.break_minutes + 1, step))

    def allows(self, shift: ShiftTimes, step: int) -> bool:
        """Whether the shift is one of this kind, its break at an allowed start."""
        return any(shift == self.times(start) for start in self.break_starts(step) or (None,))

    def times(self, break_start: int | None) -> ShiftTimes:
        """The shift with its break at `break_start` (None: without)."""
        return ShiftTimes(self.span, () if break_start is None else (self.break_at(break_start),))


class Worker(Struct, frozen=True, kw_only=True):
    """Somebody who may be placed.

    counts: counts towards the minimum of operators; leads: supervisor or deputy on duty as such; never both.
    available: days on which the person is assigned, certified and not on leave. fixed: cells that stay exactly.
    wishes_off: days the person would rather not work. kinds: keys of the kinds they may work (None: all).
    month_minutes: least and most minutes of work in the period. worked_before: minutes of work on days the roster does
    not plan (before the period, closed days within), for week, rest day and days in a row.

    Raises ValueError naming the person (and day) for counts with leads, impossible minutes, fixed cells that overlap
    or belong to somebody else.
    """

    key: str
    available: frozenset[date]
    counts: bool = True
    leads: bool = False
    fixed: tuple[Assignment, ...] = ()
    wishes_off: frozenset[date] = frozenset()
    kinds: frozenset[str] | None = None
    month_minutes: tuple[int, int] | None = None
    week_minutes: int = WEEK_MINUTES
    worked_before: Mapping[date, int] = {}

    def __post_init__(self) -> None:
        if self.counts and self.leads:
            raise ValueError(f"{self.key}: a deputy on duty as such does not count as an operator")
        if self.month_minutes and not 0 <= self.month_minutes[0] <= self.month_minutes[1]:
            raise ValueError(f"{self.key}: contract minutes from {self.month_minutes[0]} to {self.month_minutes[1]}")
        if self.week_minutes < 0 or any(minutes < 0 for minutes in self.worked_before.values()):
            raise ValueError(f"{self.key}: minutes below zero")
        self._check_fixed()

    def _check_fixed(self) -> None:
        for one in self.fixed:
            if one.person != self.key:
                raise ValueError(f"{self.key}: a fixed cell of {one.person} on {one.on}")
        for earlier, later in pairwise(sorted(self.fixed)):
            if earlier.on == later.on and earlier.shift.span.overlaps(later.shift.span):
                raise ValueError(f"{self.key}: fixed shifts overlap on {later.on}")

    @property
    def group(self) -> Group:
        """Operator, leader or neither."""
        return Group.COUNTING if self.counts else Group.LEADING if self.leads else Group.OTHER


class Demand(Struct, frozen=True):
    """An open day: its hours and how many operators the forecast asks for, by the minute a slot starts at.

    Slots that are not named ask for none beyond the minimum. Raises ValueError for a number below zero or a start
    outside the hours.
    """

    on: date
    hours: MinuteRange
    needed: Mapping[int, int] = {}

    def __post_init__(self) -> None:
        for start, number in self.needed.items():
            if number < 0 or start not in self.hours:
                raise ValueError(f"{self.on}: {number} operators asked for at minute {start}")


class Settings(Struct, frozen=True, kw_only=True):
    """How the contract is read.

    minimum: operators at every opening minute. step: minutes of the grid. minimum_during_breaks: whoever is on a break
    does not count towards the minimum. staggered_breaks: a written agreement on breaks at different times is on file
    (Labour Standards Act, Art. 34(2)). week_starts: first day of the calendar week, as `date.weekday()` counts
    (6: Sunday). overtime_agreed: a 36 agreement is on file, so fixed cells may go beyond the hours of a day or a week;
    the solver itself never plans overtime.

    Raises ValueError for a step that does not divide the day or numbers out of range.
    """

    minimum: int = 2
    step: int = 15
    minimum_during_breaks: bool = True
    leader_per_slot: LeaderRule = LeaderRule.WARN
    staggered_breaks: bool = True
    overtime_agreed: bool = False
    week_starts: int = 6
    most_consecutive: int = 6

    def __post_init__(self) -> None:
        if self.step <= 0 or MINUTES_PER_DAY % self.step:
            raise ValueError(f"the step must divide the day: {self.step} minutes")
        if self.minimum < 0 or self.most_consecutive < 1 or not 0 <= self.week_starts <= 6:
            raise ValueError("minimum, days in a row or first day of the week out of range")

    def week_of(self, on: date) -> date:
        """The first day of the calendar week that holds `on`."""
        return on - timedelta(days=(on.weekday() - self.week_starts) % 7)


class Problem(Struct, frozen=True):
    """Everything a roster is built from. Days without a demand are closed: nobody works.

    Raises ValueError for doubled keys or days, kinds nobody knows, a kind without a place for its break on the grid, a
    fixed cell on a closed day and work noted before on an open one.
    """

    workers: tuple[Worker, ...]
    demands: tuple[Demand, ...]
    kinds: tuple[ShiftKind, ...]
    settings: Settings = Settings()

    def __post_init__(self) -> None:
        _check_doubles(one.key for one in self.workers)
        _check_doubles(one.key for one in self.kinds)
        _check_doubles(one.on for one in self.demands)
        for kind in self.kinds:
            if kind.break_minutes and not kind.break_starts(self.settings.step):
                raise ValueError(f"kind {kind.key}: no start of a break on the grid")
        days = frozenset(one.on for one in self.demands)
        for worker in self.workers:
            self._check_worker(worker, days)

    def _check_worker(self, worker: Worker, days: frozenset[date]) -> None:
        unknown = (worker.kinds or frozenset()) - {kind.key for kind in self.kinds}
        if unknown:
            raise ValueError(f"{worker.key}: unknown kinds {sorted(unknown)}")
        closed = [one.on for one in worker.fixed if one.on not in days]
        if closed:
            raise ValueError(f"{worker.key}: a fixed cell on the closed day {min(closed)}")
        twice = days & worker.worked_before.keys()
        if twice:
            raise ValueError(f"{worker.key}: minutes worked before on the planned day {min(twice)}")

    def slots(self, demand: Demand) -> tuple[MinuteRange, ...]:
        """The slots of the day, the outer ones cut to the opening hours."""
        return slots(demand.hours.start, demand.hours.end, self.settings.step)

    def asked(self, demand: Demand, start: int) -> int:
        """How many operators the forecast asks for in the slot that holds minute `start`."""
        first = start - start % self.settings.step
        return max((demand.needed.get(minute, 0) for minute in range(first, first + self.settings.step)), default=0)

    def kinds_on(self, demand: Demand) -> tuple[ShiftKind, ...]:
        """The kinds of shift that reach into the opening hours."""
        return tuple(kind for kind in self.kinds if kind.span.overlaps(demand.hours))

    def kind_like(self, shifts: Sequence[ShiftTimes]) -> str | None:
        """The key of the kind a cell's shifts are, break at an allowed start; None for anything else."""
        if len(shifts) != 1:
            return None
        return next((kind.key for kind in self.kinds if kind.allows(shifts[0], self.settings.step)), None)


def _check_doubles(keys: Iterable[str | date]) -> None:
    for key, number in Counter(keys).items():
        if number > 1:
            raise ValueError(f"given twice: {key}")
