"""Pure rules of presence: which punch may follow, what a day's punches mean, who counts, what is short.

Minutes are minutes of the local day; a minute belongs to the range that starts with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from scheduling.intervals import (
    MINUTES_PER_DAY,
    CoverageRun,
    MinuteRange,
    coverage,
    intersect,
    slots,
    total_minutes,
)
from scheduling.labour.law import RULES

QUARTER = 15


class StaffRole(StrEnum):
    """What a person is in the contract, in the order of the report (10(1)②ウ)."""

    SUPERVISOR = "supervisor"
    DEPUTY = "deputy"
    OPERATOR = "operator"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]

    @property
    def counts_to_minimum(self) -> bool:
        """The responsible person is not counted (003 clause 6), nor is a deputy on duty as such."""
        return self is StaffRole.OPERATOR


class Employment(StrEnum):
    """Who employs a person; the supervisor has to be employed directly (9(2))."""

    DIRECT = "direct"
    DISPATCHED = "dispatched"

    @property
    def label(self) -> str:
        return {"direct": "直接雇用", "dispatched": "派遣"}[self.value]


class PunchKind(StrEnum):
    IN = "in"
    BREAK_START = "break_start"
    BREAK_END = "break_end"
    OUT = "out"

    @property
    def label(self) -> str:
        return _PUNCH_LABELS[self]


class Presence(StrEnum):
    """Where a person stands after their last punch."""

    AWAY = "away"
    WORKING = "working"
    ON_BREAK = "on_break"

    @property
    def label(self) -> str:
        return {"away": "勤務外", "working": "勤務中", "on_break": "休憩中"}[self.value]


_ROLE_LABELS = {"supervisor": "業務責任者", "deputy": "副責任者", "operator": "オペレーター"}
_PUNCH_LABELS = {"in": "出勤", "break_start": "休憩開始", "break_end": "休憩終了", "out": "退勤"}
_NEXT = {
    (Presence.AWAY, PunchKind.IN): Presence.WORKING,
    (Presence.WORKING, PunchKind.BREAK_START): Presence.ON_BREAK,
    (Presence.ON_BREAK, PunchKind.BREAK_END): Presence.WORKING,
    (Presence.WORKING, PunchKind.OUT): Presence.AWAY,
}
_REFUSALS = {
    (Presence.AWAY, PunchKind.BREAK_START): "出勤の打刻がないため、休憩を始められません。",
    (Presence.AWAY, PunchKind.BREAK_END): "出勤の打刻がないため、休憩を終えられません。",
    (Presence.AWAY, PunchKind.OUT): "出勤の打刻がないため、退勤できません。",
    (Presence.WORKING, PunchKind.IN): "すでに出勤しています。続けて出勤は打刻できません。",
    (Presence.WORKING, PunchKind.BREAK_END): "休憩開始の打刻がないため、休憩を終えられません。",
    (Presence.ON_BREAK, PunchKind.IN): "休憩中です。出勤ではなく、休憩終了を打刻してください。",
    (Presence.ON_BREAK, PunchKind.BREAK_START): "すでに休憩中です。続けて休憩開始は打刻できません。",
    (Presence.ON_BREAK, PunchKind.OUT): "休憩中です。先に休憩終了を打刻してください。",
}
# Within one instant: what ends comes before what starts.
_WITHIN_INSTANT = {PunchKind.BREAK_END: 0, PunchKind.OUT: 1, PunchKind.IN: 2, PunchKind.BREAK_START: 3}


class Mark(Struct, frozen=True):
    """One punch that stands."""

    kind: PunchKind
    minute: int


class Span(Struct, frozen=True):
    """Minutes from `start`; `end` None: still going on, or never punched."""

    start: int
    end: int | None


class Cut(Struct, frozen=True):
    """How much of a day is over: minutes up to `minute`; `finished` when the whole day is."""

    minute: int
    finished: bool = False


PAST = Cut(MINUTES_PER_DAY, finished=True)
FUTURE = Cut(0)


def order_key(at: datetime, kind: PunchKind) -> tuple[datetime, int]:
    """Sorts punches by their instant; an end before a start at the same one."""
    return at, _WITHIN_INSTANT[kind]


def next_presence(presence: Presence, kind: PunchKind) -> Presence | None:
    """Where a punch leads, None when it may not follow."""
    return _NEXT.get((presence, kind))


def allowed(presence: Presence) -> tuple[PunchKind, ...]:
    """The punches that may follow."""
    return tuple(kind for kind in PunchKind if (presence, kind) in _NEXT)


def refusal(presence: Presence, kind: PunchKind) -> str | None:
    """Why a punch may not follow, None when it may."""
    return _REFUSALS.get((presence, kind))


def presence_after(marks: Iterable[Mark]) -> Presence:
    """Where a person stands after these punches; one that may not follow changes nothing."""
    presence = Presence.AWAY
    for mark in marks:
        presence = next_presence(presence, mark.kind) or presence
    return presence


def first_fault(marks: Iterable[Mark]) -> tuple[Mark, str] | None:
    """The first punch that may not follow those before it, and why."""
    presence = Presence.AWAY
    for mark in marks:
        why = refusal(presence, mark.kind)
        if why is not None:
            return mark, why
        presence = next_presence(presence, mark.kind) or presence
    return None


class Record(Struct, frozen=True):
    """A person's day as punched. `present` holds the minutes known to be worked, `resting` those known to be a break;
    neither knows anything after the last punch of a finished day."""

    actual: tuple[Span, ...]
    breaks: tuple[Span, ...]
    present: tuple[MinuteRange, ...]
    presence: Presence
    resting: tuple[MinuteRange, ...] = ()

    @property
    def worked_minutes(self) -> int:
        return total_minutes(self.present)

    @property
    def open_end(self) -> bool:
        """Not punched out: still here, or forgotten."""
        return self.presence is not Presence.AWAY


def record_of(marks: Sequence[Mark], cut: Cut) -> Record:
    """What the punches of a day, in order, amount to."""
    return Record(
        actual=tuple(_spans(marks, PunchKind.IN, PunchKind.OUT)),
        breaks=tuple(_spans(marks, PunchKind.BREAK_START, PunchKind.BREAK_END)),
        present=tuple(_minutes_of(Presence.WORKING, marks, cut)),
        presence=presence_after(marks),
        resting=tuple(_minutes_of(Presence.ON_BREAK, marks, cut)),
    )


def _spans(marks: Iterable[Mark], opening: PunchKind, closing: PunchKind) -> Iterator[Span]:
    """From each opening to its closing punch; what began and ended in one minute is none."""
    start: int | None = None
    for mark in marks:
        if mark.kind is opening and start is None:
            start = mark.minute
        elif mark.kind is closing and start is not None:
            if mark.minute > start:
                yield Span(start, mark.minute)
            start = None
    if start is not None:
        yield Span(start, None)


def _minutes_of(presence: Presence, marks: Sequence[Mark], cut: Cut) -> Iterator[MinuteRange]:
    for index, (mark, following) in enumerate(pairwise(marks), start=1):
        if following.minute > mark.minute and presence_after(marks[:index]) is presence:
            yield MinuteRange(mark.minute, following.minute)
    if cut.finished or not marks or presence_after(marks) is not presence:
        return
    if cut.minute > marks[-1].minute:
        yield MinuteRange(marks[-1].minute, cut.minute)


class RemarkCode(StrEnum):
    NOT_YET = "not_yet"
    ABSENT = "absent"
    LATE = "late"
    EARLY = "early"
    FORGOTTEN_OUT = "forgotten_out"
    FORGOTTEN_BREAK_END = "forgotten_break_end"
    NO_BREAK = "no_break"
    OVER_BREAK = "over_break"
    UNPLANNED = "unplanned"


_REMARKS = {
    "not_yet": ("未出勤", "bad"),
    "absent": ("欠勤", "bad"),
    "late": ("遅刻", "warn"),
    "early": ("早退", "warn"),
    "forgotten_out": ("打刻もれ（退勤）", "bad"),
    "forgotten_break_end": ("打刻もれ（休憩終了・退勤）", "bad"),
    "no_break": ("休憩の打刻なし", "warn"),
    "over_break": ("休憩超過", "warn"),
    "unplanned": ("予定外の出勤", "info"),
}
FORGOTTEN = frozenset({RemarkCode.FORGOTTEN_OUT, RemarkCode.FORGOTTEN_BREAK_END})


class Remark(Struct, frozen=True):
    """Something derived from plan and punches that a person should look at."""

    code: RemarkCode
    minutes: int | None = None

    @property
    def text(self) -> str:
        words = _REMARKS[self.code][0]
        return words if self.minutes is None else f"{words} {self.minutes}分"

    @property
    def kind(self) -> str:
        """The badge: ok, warn, bad or info."""
        return _REMARKS[self.code][1]


def remarks(
    planned: Sequence[MinuteRange], breaks: Sequence[MinuteRange], record: Record, cut: Cut
) -> tuple[Remark, ...]:
    """Late, early, absent, forgotten, a break too long: plan held against the record, as far as the day is over."""
    found = [remark for shift in planned for remark in _against(shift, record, cut)]
    found += _forgotten(record, cut)
    if not record.open_end and not record.breaks and any(_inside(one, record.present) for one in breaks):
        found.append(Remark(RemarkCode.NO_BREAK))
    over = break_minutes(record, cut) - break_allowance(planned, breaks)
    if planned and over > 0:
        found.append(Remark(RemarkCode.OVER_BREAK, over))
    if record.actual and not planned:
        found.append(Remark(RemarkCode.UNPLANNED))
    return tuple(found)


def _forgotten(record: Record, cut: Cut) -> Iterator[Remark]:
    if cut.finished and record.presence is Presence.WORKING:
        yield Remark(RemarkCode.FORGOTTEN_OUT)
    if cut.finished and record.presence is Presence.ON_BREAK:
        yield Remark(RemarkCode.FORGOTTEN_BREAK_END)


def break_minutes(record: Record, cut: Cut) -> int:
    """Minutes of break taken; one that goes on counts up to now, one whose end was forgotten is not known."""
    return sum(_length(one, cut) for one in record.breaks)


def _length(one: Span, cut: Cut) -> int:
    if one.end is not None:
        return one.end - one.start
    return 0 if cut.finished else max(0, cut.minute - one.start)


def break_allowance(planned: Sequence[MinuteRange], breaks: Sequence[MinuteRange]) -> int:
    """Minutes of break a day allows in total: those planned; where none is planned, what the law makes the employer
    give for the planned time (労働基準法34条1項: 45 over 6 hours, 60 over 8)."""
    return total_minutes(breaks) if breaks else RULES[-1].break_owed(total_minutes(planned))


def _against(shift: MinuteRange, record: Record, cut: Cut) -> Iterator[Remark]:
    there = [span for span in record.actual if _touches(span, shift)]
    if not there:
        yield from _missing(shift, cut)
        return
    if there[0].start > shift.start:
        yield Remark(RemarkCode.LATE, there[0].start - shift.start)
    end = there[-1].end
    if end is not None and end < shift.end:
        yield Remark(RemarkCode.EARLY, shift.end - end)


def _missing(shift: MinuteRange, cut: Cut) -> Iterator[Remark]:
    if cut.minute >= shift.end:
        yield Remark(RemarkCode.ABSENT)
    elif cut.minute > shift.start:
        yield Remark(RemarkCode.NOT_YET, cut.minute - shift.start)


def _touches(span: Span, shift: MinuteRange) -> bool:
    return span.start < shift.end and (span.end is None or span.end > shift.start)


def _inside(one: MinuteRange, ranges: Sequence[MinuteRange]) -> bool:
    return total_minutes(intersect([one], ranges)) == one.minutes


# --- the minimum (003 clause 6) ---


class Shortage(Struct, frozen=True):
    """A stretch with `present` operators, fewer than the minimum."""

    span: MinuteRange
    present: int


def judged(hours: MinuteRange | None, cut: Cut) -> MinuteRange | None:
    """The part of the opening hours that is over; None when there is none."""
    if hours is None or cut.minute <= hours.start:
        return None
    return MinuteRange(hours.start, min(hours.end, cut.minute))


def operators_present(
    records: Iterable[tuple[StaffRole, Record]], within: MinuteRange | None, *, breaks_count: bool = False
) -> tuple[CoverageRun, ...]:
    """How many operators were there at each minute of `within`: at work, and on a break only where the contract reads
    the minimum so (`breaks_count`)."""
    if within is None:
        return ()
    operators = [record for role, record in records if role.counts_to_minimum]
    there = [one for record in operators for one in record.present]
    if breaks_count:
        there += [one for record in operators for one in record.resting]
    return coverage(there, within)


def shortages(runs: Iterable[CoverageRun], minimum: int) -> tuple[Shortage, ...]:
    """The stretches below the minimum, one for each number present."""
    return tuple(Shortage(MinuteRange(run.start, run.end), run.count) for run in runs if run.count < minimum)


def fewest_by_slot(
    runs: Sequence[CoverageRun], hours: MinuteRange, step: int = QUARTER
) -> tuple[tuple[MinuteRange, int | None], ...]:
    """For each slot of the opening hours the fewest present in it; None where nothing is judged yet."""
    return tuple((slot, _fewest(runs, slot)) for slot in slots(hours.start, hours.end, step))


def _fewest(runs: Sequence[CoverageRun], slot: MinuteRange) -> int | None:
    return min((run.count for run in runs if run.start < slot.end and slot.start < run.end), default=None)
