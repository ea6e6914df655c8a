"""Pure rules of planned shifts: times within one day, breaks in the middle of the work, nobody twice at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from reports.wareki import clock
from scheduling.intervals import MinuteRange
from scheduling.shifts import ShiftTimes

NOON, LUNCH_MINUTES = 720, 60


class Pattern(Struct, frozen=True):
    """A shift that is often planned, by name."""

    key: str
    label: str
    times: ShiftTimes


def shift_times(start: int, end: int, breaks: Iterable[tuple[int, int]]) -> ShiftTimes | Mapping[str, str]:
    """The shift, or the field that is wrong with the rule it breaks."""
    if end <= start:
        return {"end": "終業は始業より後の時刻にしてください。日をまたぐ勤務は登録できません。"}
    span, found = MinuteRange(start, end), []
    for break_start, break_end in breaks:
        if break_end <= break_start:
            return {"break_end": "休憩の終わりは、始まりより後の時刻にしてください。"}
        if break_start <= start or break_end >= end:
            return {"break_start": "休憩は勤務の途中（始業より後、終業より前）に入れてください。"}
        found.append(MinuteRange(break_start, break_end))
    if any(one.overlaps(other) for i, one in enumerate(found) for other in found[:i]):
        return {"break_start": "休憩どうしが重なっています。"}
    return ShiftTimes(span, tuple(sorted(found)))


def overlapping(span: MinuteRange, others: Iterable[MinuteRange]) -> MinuteRange | None:
    """The first shift of the same person that shares a minute; those that touch do not."""
    return next((other for other in sorted(others) if span.overlaps(other)), None)


def patterns(hours: MinuteRange) -> tuple[Pattern, ...]:
    """What is usually planned for a day with these opening hours: lunch at three times, and half days."""
    whole = tuple(
        Pattern(
            f"day{start}", f"日勤・休憩{clock(start)}", ShiftTimes(hours, (MinuteRange(start, start + LUNCH_MINUTES),))
        )
        for start in (NOON - 60, NOON, NOON + 60)
        if hours.start < start and start + LUNCH_MINUTES < hours.end
    )
    halves = (("morning", "午前", hours.start, NOON + 30), ("afternoon", "午後", NOON + 30, hours.end))
    return whole + tuple(
        Pattern(key, f"{name}・休憩なし", ShiftTimes(MinuteRange(start, end)))
        for key, name, start, end in halves
        if hours.start <= start < end <= hours.end
    )
