"""Pure rules of the month's roster: its days and cells, what differs between two of them, what a cell is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from callcenter.rosters.rules import Shortage, shortages
from callcenter.rosters.shifts import Pattern, overlapping
from reports.wareki import clock
from reports.wareki import span as span_label
from scheduling.intervals import CoverageRun, MinuteRange, coverage, total_minutes
from scheduling.shifts import Assignment, ShiftTimes

Key: TypeAlias = tuple[UUID, date]
Shifts: TypeAlias = tuple[ShiftTimes, ...]
SHORT_NAMES = {"morning": "前", "afternoon": "後"}
OFF = "予定なし"


class Cell(Struct, frozen=True, order=True):
    """One shift of a person on a day; `fixed`: the solver leaves the person's day as it is."""

    staff_id: UUID
    on: date
    times: ShiftTimes
    fixed: bool = False

    @property
    def key(self) -> Key:
        return self.staff_id, self.on

    @property
    def assignment(self) -> Assignment:
        return Assignment(str(self.staff_id), self.on, self.times)


class Day(Struct, frozen=True):
    """A day of the month: opening hours (None when closed, `why` then says so), the minimum of operators, and whether
    somebody on a break counts towards it."""

    on: date
    hours: MinuteRange | None
    why: str
    minimum: int
    breaks_count: bool = False


class Month(Struct, frozen=True):
    """The days of a calendar month that lie in the contract. `first` is the month's name in the tables."""

    first: date
    days: tuple[Day, ...]

    @property
    def from_on(self) -> date:
        return self.days[0].on

    @property
    def to_on(self) -> date:
        return self.days[-1].on

    @property
    def label(self) -> str:
        """`2026-06`, as addresses have it."""
        return f"{self.first:%Y-%m}"

    def day(self, on: date) -> Day | None:
        return next((day for day in self.days if day.on == on), None)


class Change(Struct, frozen=True, order=True):
    """A person's day that differs between two rosters."""

    on: date
    staff_id: UUID
    before: Shifts
    after: Shifts

    @property
    def key(self) -> Key:
        return self.staff_id, self.on

    @property
    def words(self) -> str:
        """`8:30～17:15（休憩12:00～13:00） → 予定なし`"""
        return f"{shifts_words(self.before)} → {shifts_words(self.after)}"


def by_cell(cells: Iterable[Cell]) -> dict[Key, Shifts]:
    """The shifts of each person's day, the earliest first; days without any are missing."""
    found: defaultdict[Key, list[ShiftTimes]] = defaultdict(list)
    for cell in cells:
        found[cell.key].append(cell.times)
    return {key: tuple(sorted(shifts)) for key, shifts in found.items()}


def differences(before: Iterable[Cell], after: Iterable[Cell]) -> tuple[Change, ...]:
    """The person's days that are not the same in both, by day; whether a cell is fixed makes no difference."""
    old, new = by_cell(before), by_cell(after)
    return tuple(
        sorted(
            Change(on, staff_id, old.get((staff_id, on), ()), new.get((staff_id, on), ()))
            for staff_id, on in old.keys() | new.keys()
            if old.get((staff_id, on)) != new.get((staff_id, on))
        )
    )


def with_cells(cells: Iterable[Cell], replaced: Mapping[Key, Iterable[Cell]]) -> tuple[Cell, ...]:
    """The roster with the days of `replaced` as given there."""
    kept = [cell for cell in cells if cell.key not in replaced]
    return tuple(sorted([*kept, *(cell for new in replaced.values() for cell in new)]))


def self_overlap(shifts: Sequence[ShiftTimes]) -> MinuteRange | None:
    """A shift of one person's day that shares a minute with another, None when there is none."""
    for index, one in enumerate(shifts):
        other = overlapping(one.span, [earlier.span for earlier in shifts[:index]])
        if other is not None:
            return other
    return None


def worked_minutes(shifts: Iterable[ShiftTimes]) -> int:
    """Minutes of work of one person's day, breaks taken off; a minute held twice counts once."""
    return total_minutes(part for times in shifts for part in times.work)


# --- who is there ---


def day_runs(cells: Iterable[Cell], operators: Iterable[UUID], day: Day) -> tuple[CoverageRun, ...]:
    """How many of the operators are to be there at each minute of the day's hours; none on a closed day."""
    if day.hours is None:
        return ()
    counted = set(operators)
    shifts = [cell.times for cell in cells if cell.staff_id in counted]
    parts = [part for times in shifts for part in ((times.span,) if day.breaks_count else times.work)]
    return coverage(parts, day.hours)


def day_shortages(cells: Iterable[Cell], operators: Iterable[UUID], day: Day) -> tuple[Shortage, ...]:
    """The stretches of a day below its minimum (003 clause 6); none on a closed day."""
    return shortages(day_runs(cells, operators, day), day.minimum)


def below_minutes(found: Iterable[Shortage]) -> int:
    return total_minutes(one.span for one in found)


# --- words ---


def shifts_words(shifts: Sequence[ShiftTimes]) -> str:
    """`8:30～17:15（休憩12:00～13:00）`; several are joined by 、"""
    return "、".join(map(_words, shifts)) or OFF


def _words(times: ShiftTimes) -> str:
    breaks = "・".join(span_label(one.start, one.end) for one in times.breaks)
    return span_label(times.span.start, times.span.end) + (f"（休憩{breaks}）" if breaks else "")


def short_name(pattern: Pattern) -> str:
    """One letter for a cell: 日, 前, 後."""
    return SHORT_NAMES.get(pattern.key, pattern.label[:1])


def cell_label(shifts: Sequence[ShiftTimes], known: Iterable[Pattern]) -> tuple[str, str]:
    """What a cell shows in two short lines: the shift's letter above the start of its break, else start above end."""
    if not shifts:
        return "", ""
    if len(shifts) == 1:
        for pattern in known:
            if _alike(shifts[0], pattern.times):
                return short_name(pattern), "・".join(clock(one.start) for one in shifts[0].breaks)
    more = "＋" if len(shifts) > 1 else ""
    return clock(shifts[0].span.start), clock(shifts[-1].span.end) + more


def _alike(times: ShiftTimes, pattern: ShiftTimes) -> bool:
    """The same shift, its breaks as long but perhaps at another time."""
    return times.span == pattern.span and [one.minutes for one in times.breaks] == [
        one.minutes for one in pattern.breaks
    ]


def encoded(shifts: Iterable[ShiftTimes]) -> str:
    """`510-1035/720-780`, shifts joined by `;`: how the page's script carries the times of a cell."""
    return ";".join(
        "/".join(f"{one.start}-{one.end}" for one in (times.span, *times.breaks)) for times in sorted(shifts)
    )
