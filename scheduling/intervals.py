"""Half-open ranges of minutes within one day, and what rosters and coverage ask of them.

A minute is counted from local midnight: 510 is 08:30, and 1440 is the end of the day. ``start`` belongs to a
range, ``end`` does not, so that ranges which touch do not overlap. Functions take ranges in any order,
overlapping or not, and return them sorted, disjoint and as few as possible.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct

MINUTES_PER_DAY = 1440


class MinuteRange(Struct, frozen=True, order=True):
    """Minutes of a day from ``start`` up to, not including, ``end``.

    Raises ValueError unless 0 <= start < end <= 1440.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MINUTES_PER_DAY:
            raise ValueError(f"not a range of minutes within a day: {self.start} to {self.end}")

    @property
    def minutes(self) -> int:
        """Length in minutes, at least 1."""
        return self.end - self.start

    def __contains__(self, minute: object) -> bool:
        return isinstance(minute, int) and self.start <= minute < self.end

    def overlaps(self, other: "MinuteRange") -> bool:
        """Whether the two share at least one minute."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: "MinuteRange") -> "MinuteRange | None":
        """The minutes that both have, None if there are none."""
        if not self.overlaps(other):
            return None
        return MinuteRange(max(self.start, other.start), min(self.end, other.end))


class CoverageRun(Struct, frozen=True):
    """A longest stretch during which the same ``count`` of ranges overlap."""

    start: int
    end: int
    count: int

    @property
    def minutes(self) -> int:
        """Length in minutes, at least 1."""
        return self.end - self.start


def union(ranges: Iterable[MinuteRange]) -> tuple[MinuteRange, ...]:
    """Every minute that is in any of the ranges; ranges that touch become one."""
    merged: list[MinuteRange] = []
    for current in sorted(ranges):
        if merged and current.start <= merged[-1].end:
            merged[-1] = MinuteRange(merged[-1].start, max(merged[-1].end, current.end))
        else:
            merged.append(current)
    return tuple(merged)


def intersect(left: Iterable[MinuteRange], right: Iterable[MinuteRange]) -> tuple[MinuteRange, ...]:
    """Every minute that is in some range of ``left`` and in some range of ``right``."""
    others = union(right)
    shared = (mine.intersection(other) for mine in union(left) for other in others)
    return tuple(both for both in shared if both is not None)


def subtract(left: Iterable[MinuteRange], right: Iterable[MinuteRange]) -> tuple[MinuteRange, ...]:
    """Every minute of ``left`` that is in no range of ``right``."""
    holes = union(right)
    return tuple(piece for whole in union(left) for piece in _pieces(whole, holes))


def _pieces(whole: MinuteRange, holes: tuple[MinuteRange, ...]) -> Iterator[MinuteRange]:
    start = whole.start
    for hole in holes:
        if hole.overlaps(whole):
            if start < hole.start:
                yield MinuteRange(start, hole.start)
            start = hole.end
    if start < whole.end:
        yield MinuteRange(start, whole.end)


def total_minutes(ranges: Iterable[MinuteRange]) -> int:
    """How many minutes are in any of the ranges; a minute held twice counts once."""
    return sum(one.minutes for one in union(ranges))


def grid_start(minute: int, step: int) -> int:
    """The start of the grid cell of ``step`` minutes, counted from midnight, that holds ``minute``.

    Raises ValueError unless 0 <= minute < 1440 and the step divides the day.
    """
    _check_step(step)
    if not 0 <= minute < MINUTES_PER_DAY:
        raise ValueError(f"not a minute of a day: {minute}")
    return minute - minute % step


def slots(start: int, end: int, step: int) -> tuple[MinuteRange, ...]:
    """The grid cells of ``step`` minutes between ``start`` and ``end``, the outer ones cut to fit.

    The grid starts at midnight: 08:30-17:15 by 30 ends with the 15 minutes 17:00-17:15.
    Raises ValueError for a range outside the day or a step that does not divide it.
    """
    _check_step(step)
    whole = MinuteRange(start, end)
    inner = range(whole.start - whole.start % step + step, whole.end, step)
    edges = [whole.start, *inner, whole.end]
    return tuple(MinuteRange(a, b) for a, b in pairwise(edges))


def _check_step(step: int) -> None:
    if step <= 0 or MINUTES_PER_DAY % step:
        raise ValueError(f"the step must divide the day: {step} minutes")


def coverage(ranges: Iterable[MinuteRange], within: MinuteRange) -> tuple[CoverageRun, ...]:
    """How many of the ranges stand at each minute of ``within``, as maximal runs that fill it without a gap.

    Each range counts: two equal ones make a count of 2. Zero is a count too.
    """
    changes = _changes(ranges, within)
    runs: list[CoverageRun] = []
    count = 0
    for start, end in pairwise(sorted(changes)):
        count += changes[start]
        if runs and runs[-1].count == count:
            runs[-1] = CoverageRun(runs[-1].start, end, count)
        else:
            runs.append(CoverageRun(start, end, count))
    return tuple(runs)


def _changes(ranges: Iterable[MinuteRange], within: MinuteRange) -> Counter[int]:
    """By how many the count rises or falls at each minute; both ends of ``within`` are always among them."""
    changes: Counter[int] = Counter({within.start: 0, within.end: 0})
    for one in ranges:
        part = one.intersection(within)
        if part is not None:
            changes[part.start] += 1
            changes[part.end] -= 1
    return changes


def below(runs: Iterable[CoverageRun], minimum: int) -> tuple[MinuteRange, ...]:
    """When fewer than ``minimum`` stand (at least two operators: 003 clause 6), neighbouring runs joined."""
    return union(MinuteRange(run.start, run.end) for run in runs if run.count < minimum)
