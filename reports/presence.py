"""Who was present when, in quarters of an hour, as a strip of marks that prints on any paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.daily import TimeRange

QUARTER = 15
DAY_MINUTES = 1_440
PRESENT, PARTLY, ABSENT = "■", "△", "□"
LEGEND = f"{PRESENT} 在席　{PARTLY} 一部在席　{ABSENT} 不在・休憩（1文字15分）"
_WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")


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


def strip(present: bytes, starts: Iterable[int]) -> str:
    """One mark per quarter."""
    return "".join(_mark(sum(present[at : at + QUARTER])) for at in starts)


def ruler(starts: Iterable[int]) -> str:
    """Full-width hours above the marks of their first quarters (９　　　１０　　…)."""
    marks = ""
    for number, at in enumerate(starts):
        if at % 60 == 0:
            marks = marks.ljust(number, "　") + str(at // 60).translate(_WIDE_DIGITS)
    return marks


def headcount(people: Sequence[bytes], starts: Iterable[int]) -> str:
    """The fewest people present at once in each quarter, a full-width digit each (９: nine or more)."""
    present = [sum(minute) for minute in zip(*people, strict=True)] or [0] * DAY_MINUTES
    fewest = (min(present[at : at + QUARTER], default=0) for at in starts)
    return "".join(str(min(number, 9)).translate(_WIDE_DIGITS) for number in fewest)


def _mark(minutes: int) -> str:
    return PRESENT if minutes == QUARTER else PARTLY if minutes else ABSENT
