"""What is judged and what is found: roster, agreements, settings, violations. Dates of Asia/Tokyo, minutes of a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from scheduling.intervals import MinuteRange
from scheduling.shifts import Assignment

SUNDAY = 6
_DAYS_PER_WEEK = 7


class RestRule(StrEnum):
    """Which of Art. 35's two ways the work rules take."""

    WEEKLY = "weekly"
    FOUR_IN_FOUR = "four_in_four"

    @property
    def label(self) -> str:
        """The field's words for it."""
        return {RestRule.WEEKLY: "毎週1日", RestRule.FOUR_IN_FOUR: "4週4日"}[self]

    @property
    def law(self) -> str:
        """The clause that asks for it."""
        return f"労働基準法第35条第{1 if self is RestRule.WEEKLY else 2}項"

    @property
    def weeks(self) -> int:
        """Length of a window, and how many rest days it needs."""
        return 1 if self is RestRule.WEEKLY else 4


class AgreementKind(StrEnum):
    """What a written labour-management agreement permits. One 36 agreement may be three rows."""

    OVERTIME = "overtime"
    REST_DAY_WORK = "rest_day_work"
    SPECIAL_CLAUSE = "special_clause"
    STAGGERED_BREAKS = "staggered_breaks"

    @property
    def label(self) -> str:
        """The field's words for it."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    AgreementKind.OVERTIME: "36協定（時間外労働）",
    AgreementKind.REST_DAY_WORK: "36協定（休日労働）",
    AgreementKind.SPECIAL_CLAUSE: "36協定の特別条項",
    AgreementKind.STAGGERED_BREAKS: "一斉休憩の適用除外に関する労使協定",
}


class Interval(Struct, frozen=True, order=True):
    """Days from the first to the last, both included, and optionally the minutes within one day.

    Raises ValueError when it ends before it begins.
    """

    from_on: date
    to_on: date
    minutes: MinuteRange | None = None

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise ValueError(f"an interval cannot end before it begins: {self.from_on} to {self.to_on}")

    def __contains__(self, on: object) -> bool:
        return isinstance(on, date) and self.from_on <= on <= self.to_on

    def days(self) -> Iterator[date]:
        """Each day, in order."""
        return (date.fromordinal(one) for one in range(self.from_on.toordinal(), self.to_on.toordinal() + 1))

    def within(self, other: Interval) -> Interval:
        """The days of both. Raises ValueError if there are none."""
        return Interval(max(self.from_on, other.from_on), min(self.to_on, other.to_on))


class Agreement(Struct, frozen=True):
    """An agreement on file. Its limits, in minutes, count where they are lower than the law's.

    ``monthly_minutes`` of the special clause hold for overtime and rest-day work together, as in Art. 36(6).
    Raises ValueError for dates in the wrong order or a limit below 0.
    """

    kind: AgreementKind
    from_on: date
    to_on: date
    monthly_minutes: int | None = None
    yearly_minutes: int | None = None

    def __post_init__(self) -> None:
        Interval(self.from_on, self.to_on)
        if min(self.monthly_minutes or 0, self.yearly_minutes or 0) < 0:
            raise ValueError("an agreement's limits are minutes, 0 or more")

    def covers(self, on: date) -> bool:
        """Whether it is in force on the date."""
        return self.from_on <= on <= self.to_on


def in_force(agreements: Iterable[Agreement], kind: AgreementKind, on: date) -> bool:
    """Whether an agreement of this kind covers the date."""
    return any(one.kind is kind and one.covers(on) for one in agreements)


class LabourSettings(Struct, frozen=True):
    """What the work rules say. Weekdays are 0 (Monday) to 6 (Sunday).

    ``week_start``: the law's week is Sunday to Saturday unless the work rules name another day.
    ``rest_weekday``: the statutory rest day if the work rules name one; else the days of a week (or four weeks) that
    were worked beyond what its rest days allow: the last day of a week in which all seven were worked.
    ``four_weeks_from``: any first day of a window (起算日, 施行規則12条の2), needed for FOUR_IN_FOUR.
    ``warn_percent``: from which share of a limit of Art. 36 a warning is given.
    Raises ValueError for a weekday that is none, a share outside 1 to 100, or four weeks without a first day.
    """

    week_start: int = SUNDAY
    rest_rule: RestRule = RestRule.WEEKLY
    four_weeks_from: date | None = None
    rest_weekday: int | None = None
    small_employer: bool = False
    warn_percent: int = 80

    def __post_init__(self) -> None:
        if not all(0 <= day < _DAYS_PER_WEEK for day in (self.week_start, self.rest_weekday or 0)):
            raise ValueError("a weekday is 0 (Monday) to 6 (Sunday)")
        if not 0 < self.warn_percent <= 100:
            raise ValueError(f"a share to warn at is 1 to 100 percent: {self.warn_percent}")
        if self.rest_rule is RestRule.FOUR_IN_FOUR and self.four_weeks_from is None:
            raise ValueError("four rest days in four weeks need the first day of a window")

    def week_of(self, on: date) -> Interval:
        """The week that holds the date."""
        first = on - timedelta(days=(on.weekday() - self.week_start) % _DAYS_PER_WEEK)
        return Interval(first, first + timedelta(days=_DAYS_PER_WEEK - 1))

    def rest_window_of(self, on: date) -> Interval:
        """The week, or the four weeks, within which the date's rest days are counted (Art. 35)."""
        if self.rest_rule is RestRule.WEEKLY or self.four_weeks_from is None:
            return self.week_of(on)
        length = self.rest_rule.weeks * _DAYS_PER_WEEK
        first = on - timedelta(days=(on - self.four_weeks_from).days % length)
        return Interval(first, first + timedelta(days=length - 1))


class WorkedDay(Struct, frozen=True, order=True):
    """How long a person worked (or is to work) on a day, in minutes, breaks taken off."""

    person: str
    on: date
    minutes: int


def worked_days(assignments: Iterable[Assignment]) -> tuple[WorkedDay, ...]:
    """The worked minutes of assignments, one row each, for a roster's ``before``."""
    return tuple(WorkedDay(one.person, one.on, sum(part.minutes for part in one.shift.work)) for one in assignments)


class Roster(Struct, frozen=True):
    """A plan to be judged: the period's assignments, and what was worked in the days before it.

    ``before`` should reach back to the week's (or four weeks') start; for the limits of a month, of six months and of
    a year as far as those. A day of which nothing is said is a day without work, also after the period.
    Raises ValueError for an assignment outside the period or a worked day that is not before it.
    """

    from_on: date
    to_on: date
    assignments: tuple[Assignment, ...]
    before: tuple[WorkedDay, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    settings: LabourSettings = LabourSettings()

    def __post_init__(self) -> None:
        strays = [one.on for one in self.assignments if one.on not in self.period]
        strays += [one.on for one in self.before if one.on >= self.from_on]
        if strays:
            raise ValueError(f"not a day of this part of the roster: {min(strays)}")

    @property
    def period(self) -> Interval:
        """The days that are judged."""
        return Interval(self.from_on, self.to_on)


class Level(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    WARNING = "warning"

    @property
    def label(self) -> str:
        """The word on the page."""
        return {Level.ERROR: "違反", Level.WARNING: "注意"}[self]


class ViolationCode(StrEnum):
    """What was found. The first three are faults of the roster itself, without a clause of law."""

    OVERLAP = "overlap"
    BREAK_OUTSIDE = "break_outside"
    ACROSS_MIDNIGHT = "across_midnight"
    DAY_HOURS = "day_hours"
    WEEK_HOURS = "week_hours"
    SHORT_BREAK = "short_break"
    STAGGERED_BREAKS = "staggered_breaks"
    REST_DAYS = "rest_days"
    UNAGREED_OVERTIME = "unagreed_overtime"
    UNAGREED_REST_DAY_WORK = "unagreed_rest_day_work"
    MONTH_OVERTIME = "month_overtime"
    YEAR_OVERTIME = "year_overtime"
    MONTH_TOTAL = "month_total"
    AVERAGE_TOTAL = "average_total"
    SPECIAL_YEAR = "special_year"
    MONTHS_OVER = "months_over"

    @property
    def label(self) -> str:
        """Its Japanese name."""
        return _CODE_LABELS[self]


_CODE_LABELS = {
    ViolationCode.OVERLAP: "勤務の重なり",
    ViolationCode.BREAK_OUTSIDE: "勤務の外の休憩",
    ViolationCode.ACROSS_MIDNIGHT: "日をまたぐ勤務",
    ViolationCode.DAY_HOURS: "1日の労働時間",
    ViolationCode.WEEK_HOURS: "1週の労働時間",
    ViolationCode.SHORT_BREAK: "休憩の不足",
    ViolationCode.STAGGERED_BREAKS: "一斉でない休憩",
    ViolationCode.REST_DAYS: "休日の不足",
    ViolationCode.UNAGREED_OVERTIME: "36協定のない時間外労働",
    ViolationCode.UNAGREED_REST_DAY_WORK: "36協定のない休日労働",
    ViolationCode.MONTH_OVERTIME: "1か月の時間外労働",
    ViolationCode.YEAR_OVERTIME: "1年の時間外労働",
    ViolationCode.MONTH_TOTAL: "1か月の時間外・休日労働",
    ViolationCode.AVERAGE_TOTAL: "2～6か月平均の時間外・休日労働",
    ViolationCode.SPECIAL_YEAR: "1年の時間外労働（特別条項）",
    ViolationCode.MONTHS_OVER: "特別条項の回数",
}


class Violation(Struct, frozen=True):
    """One finding. ``person`` is None where it concerns all of a day; ``law`` is empty for a fault of the roster.

    ``found`` and ``allowed`` are minutes (for SHORT_BREAK ``allowed`` is what is owed), but rest days for REST_DAYS,
    months for MONTHS_OVER, and for STAGGERED_BREAKS how many different breaks there are. ``months`` is over how many an
    AVERAGE_TOTAL goes.
    """

    code: ViolationCode
    law: str
    person: str | None
    interval: Interval
    level: Level = Level.ERROR
    found: int = 0
    allowed: int = 0
    months: int = 1
