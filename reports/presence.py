"""Who was present when, in quarters of an hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.daily import TimeRange

QUARTER = 15
DAY_MINUTES = 1_440


def minutes_present(present: Iterable[TimeRange]) -> bytes:
    """One byte per minute of the day: 1 in the ranges, which have ended."""
    there = bytearray(DAY_MINUTES)
    for part in present:
        there[part.start_minute : part.start_minute + part.minutes] = b"\1" * part.minutes
    return bytes(there)


def quarters(open_ranges: Sequence[TimeRange]) -> tuple[int, ...]:
    """Start minutes of the quarters from first opening to last closing; none on a closed day."""
    ends = [part.end_minute for part in open_ranges if part.end_minute is not None]
    if not ends:
        return ()
    first = min(part.start_minute for part in open_ranges) // QUARTER * QUARTER
    return tuple(range(first, max(ends), QUARTER))


def fewest(people: Sequence[bytes], starts: Iterable[int]) -> list[int]:
    """The fewest people present at once in each quarter."""
    present = [sum(minute) for minute in zip(*people, strict=True)] or [0] * DAY_MINUTES
    return [min(present[at : at + QUARTER]) for at in starts]
