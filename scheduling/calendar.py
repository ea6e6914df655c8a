"""The opening calendar of a contract: open days and open minutes under a reading of 003 clause 4.

Clause 4 opens the centre 「月曜日から金曜日であり、国民の祝日を含まない」, 8:30 to 17:15. Whether 振替休日,
国民の休日 and the last days of December are open is a matter of reading, so the reading is data, and each
answer carries its reason.

Days are dates of Asia/Tokyo. A range of dates has both its ends ("from 1 April to 31 March"); a range of
minutes or instants is half-open. Instants may come in any zone, and go out in UTC.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec import Struct

from scheduling.holidays import FIRST_YEAR, LAST_YEAR, Holiday, HolidayKind, HolidayList, published_holidays
from scheduling.intervals import MinuteRange
from scheduling.opening import (
    CLAUSE_4_HOURS,
    MONDAY_TO_FRIDAY,
    READINGS,
    DayStatus,
    ExtraOpening,
    HoursFrom,
    Reading,
    ReadingText,
    Why,
    check_weekdays,
)

__all__ = [
    "CLAUSE_4_HOURS",
    "MONDAY_TO_FRIDAY",
    "READINGS",
    "TOKYO",
    "BusinessCalendar",
    "Consequence",
    "DayStatus",
    "ExtraOpening",
    "HoursFrom",
    "Reading",
    "ReadingText",
    "Why",
    "consequences",
    "fiscal_year",
    "fiscal_year_range",
]

TOKYO = ZoneInfo("Asia/Tokyo")
# The days on which public offices customarily rest (行政機関の休日), 29 December to 3 January. FY2026 has 241
# open days with or without 2 and 3 January, a weekend; 3 January 2028 is a Monday.
YEAR_END_DAYS = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
_SEARCH_DAYS = 3 * 366
_ONE_MINUTE = timedelta(minutes=1)
_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When the centre is open: a value, to be built anew whenever a setting changes.

    The first of these that applies decides a date: extra opening, closure, holiday (as the reading has it),
    year end (as the reading has it), day of the week. The earliest hours hold for the time before them too.
    Raises ValueError for no hours or two from one date, an unknown weekday, an empty reason, or a date that
    is both a closure and an extra opening. Every question raises ValueError for a date that the
    holidays do not reach (1949 to 2099).
    """

    reading: Reading = Reading.LISTED
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    hours: tuple[HoursFrom, ...] = CLAUSE_4_HOURS
    holidays: HolidayList = field(default_factory=published_holidays)
    closures: Mapping[date, str] = field(default_factory=dict, hash=False)
    extra_openings: Mapping[date, ExtraOpening] = field(default_factory=dict, hash=False)
    _days: dict[date, DayStatus] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_weekdays(self.weekdays)
        _check_exceptions(self.closures, self.extra_openings)
        hours = tuple(sorted(self.hours, key=lambda entry: entry.from_on))
        if not hours or len({entry.from_on for entry in hours}) < len(hours):
            raise ValueError("opening hours need at least one entry, and one for each date")
        object.__setattr__(self, "hours", hours)
        object.__setattr__(self, "closures", dict(self.closures))
        object.__setattr__(self, "extra_openings", dict(self.extra_openings))

    # --- one day ---

    def day(self, on: date) -> DayStatus:
        """Whether the date is open, why, and from when to when."""
        status = self._days.get(on)
        if status is None:
            status = self._days[on] = self._judge(on)
        return status

    def is_open(self, on: date) -> bool:
        """Whether the date has opening hours at all."""
        return self.day(on).open

    def open_interval(self, on: date) -> MinuteRange | None:
        """The opening hours of the date, None when closed."""
        return self.day(on).hours

    def is_open_at(self, instant: datetime) -> bool:
        """Whether the centre is open at that instant (at closing time it is not); ValueError if naive."""
        at = _local(instant)
        hours = self.open_interval(at.date())
        return hours is not None and at.hour * 60 + at.minute in hours

    # --- ranges of days, both ends included ---

    def days(self, from_on: date, to_on: date) -> list[DayStatus]:
        """Every date of the range with its status; ValueError if it ends before it starts."""
        if to_on < from_on:
            raise ValueError(f"the range ends before it starts: {from_on} to {to_on}")
        ordinals = range(_ordinal(from_on), _ordinal(to_on) + 1)
        return [self.day(date.fromordinal(ordinal)) for ordinal in ordinals]

    def open_days(self, from_on: date, to_on: date) -> list[date]:
        """The open dates of the range, in order."""
        return [status.on for status in self.days(from_on, to_on) if status.open]

    def count_open_days(self, from_on: date, to_on: date) -> int:
        """How many dates of the range are open (FY2026 as listed: 244)."""
        return len(self.open_days(from_on, to_on))

    def open_intervals(self, from_on: date, to_on: date) -> list[tuple[date, MinuteRange]]:
        """The open dates of the range with their opening hours."""
        return [(status.on, status.hours) for status in self.days(from_on, to_on) if status.hours]

    # --- counting open days ---

    def next_open_day(self, on: date, *, or_same: bool = False) -> date:
        """The first open day after the date, or the date itself if open and ``or_same``.

        Raises ValueError when none follows within three years.
        """
        return on if or_same and self.is_open(on) else next(self._open_days_from(on, 1))

    def previous_open_day(self, on: date, *, or_same: bool = False) -> date:
        """The last open day before the date, or the date itself if open and ``or_same``.

        Raises ValueError when none precedes within three years.
        """
        return on if or_same and self.is_open(on) else next(self._open_days_from(on, -1))

    def add_open_days(self, on: date, days: int) -> date:
        """The ``days``-th open day after the date (before it, if negative); the date itself does not count.

        0 is the date itself even when closed, so that a + b days are a days, then b days. Raises ValueError
        when the next open day is more than three years away.
        """
        if days == 0:
            return self.day(on).on
        walk = self._open_days_from(on, 1 if days > 0 else -1)
        return next(islice(walk, abs(days) - 1, None))

    # --- counting open time ---

    def open_time_between(self, start_at: datetime, end_at: datetime) -> timedelta:
        """The open time from one instant to another, exact; negative if the second comes first.

        Raises ValueError for a naive instant.
        """
        start, end = _local(start_at), _local(end_at)
        if end < start:
            return -self.open_time_between(end, start)
        parts = (_overlap(span, (start, end)) for span in self._spans(start.date(), end.date()))
        return sum(parts, timedelta())

    def open_minutes_between(self, start_at: datetime, end_at: datetime) -> int:
        """The whole open minutes from one instant to another; negative if the second comes first.

        A started minute does not count. Raises ValueError for a naive instant.
        """
        between = self.open_time_between(start_at, end_at)
        return between // _ONE_MINUTE if between >= timedelta() else -(-between // _ONE_MINUTE)

    def add_open_minutes(self, instant: datetime, minutes: int) -> datetime:
        """The earliest instant, in UTC, by which that many open minutes have passed.

        So a count that uses a day up ends at its closing time, not the next morning; and 0 is the instant
        itself, open or not. Raises ValueError for a naive instant, negative minutes, or no open day within
        three years.
        """
        if minutes < 0:
            raise ValueError(f"open minutes to add must not be negative: {minutes}")
        at, left = _local(instant), timedelta(minutes=minutes)
        if not left:
            return at.astimezone(UTC)
        for opens_at, closes_at in self._spans_after(at):
            start = max(at, opens_at)
            if left <= closes_at - start:
                return (start + left).astimezone(UTC)
            left -= closes_at - start
        raise AssertionError("open days end only with an error")  # pragma: no cover

    # --- inside ---

    def _judge(self, on: date) -> DayStatus:
        _ordinal(on)
        extra = self.extra_openings.get(on)
        if extra is not None:
            return DayStatus(on, True, Why.EXTRA_OPENING, extra.reason, extra.hours)
        holiday, rule = self.holidays.get(on), self._hours_on(on)
        closed = self._closed_because(on, holiday, rule)
        if closed is not None:
            return DayStatus(on, False, *closed, None)
        return DayStatus(on, True, _day_of_week(on), holiday.kind.label if holiday else "", rule.hours)

    def _closed_because(self, on: date, holiday: Holiday | None, rule: HoursFrom) -> tuple[Why, str] | None:
        if on in self.closures:
            return Why.CLOSURE, self.closures[on]
        if holiday is not None and self._closes(holiday):
            return Why(holiday.kind.value), holiday.name if holiday.kind is HolidayKind.NATIONAL else ""
        if self.reading is Reading.LISTED_AND_YEAR_END and (on.month, on.day) in YEAR_END_DAYS:
            return Why.YEAR_END, ""
        if on.weekday() not in (self.weekdays if rule.weekdays is None else rule.weekdays):
            why = _day_of_week(on)
            return Why.REGULAR_CLOSURE if why is Why.WEEKDAY else why, ""
        return None

    def _closes(self, holiday: Holiday) -> bool:
        return self.reading is not Reading.LITERAL or holiday.kind is HolidayKind.NATIONAL

    def _hours_on(self, on: date) -> HoursFrom:
        later = bisect_right(self.hours, on, key=lambda entry: entry.from_on)
        return self.hours[max(later - 1, 0)]

    def _open_days_from(self, on: date, step: int) -> Iterator[date]:
        """Open days away from ``on``, without end; ValueError instead of searching over three years."""
        ordinal, closed_days = _ordinal(on), 0
        while closed_days < _SEARCH_DAYS:
            ordinal += step
            day = date.fromordinal(ordinal)
            if self.day(day).open:
                closed_days = 0
                yield day
            else:
                closed_days += 1
        raise ValueError(f"no open day within three years of {date.fromordinal(ordinal - step * closed_days)}")

    def _spans(self, from_on: date, to_on: date) -> Iterator[tuple[datetime, datetime]]:
        return (_span(on, hours) for on, hours in self.open_intervals(from_on, to_on))

    def _spans_after(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Opening and closing instants of the days from ``at`` on, without those already over."""
        for day in self._open_days_from(at.date() - timedelta(days=1), 1):
            hours = self.open_interval(day)
            if hours is not None and at < (span := _span(day, hours))[1]:
                yield span


class Consequence(Struct, frozen=True):
    """What a reading makes of a range of dates, beside the default reading."""

    reading: Reading
    open_days: int
    differs_on: tuple[date, ...]


def consequences(from_on: date, to_on: date, calendar: BusinessCalendar | None = None) -> list[Consequence]:
    """For each reading how many dates are open, and which are otherwise than under the default, LISTED.

    The calendar's own hours, closures and extra openings are kept; its reading does not matter.
    Raises ValueError if the range ends before it starts.
    """
    base = calendar or BusinessCalendar()
    opened = {reading: frozenset(replace(base, reading=reading).open_days(from_on, to_on)) for reading in Reading}
    default = opened[Reading.LISTED]
    return [Consequence(reading, len(days), tuple(sorted(days ^ default))) for reading, days in opened.items()]


def fiscal_year(on: date) -> int:
    """The fiscal year (April to March) of a date: 31 March 2027 is in 2026."""
    return on.year if on.month >= 4 else on.year - 1


def fiscal_year_range(year: int) -> tuple[date, date]:
    """The first and the last date of a fiscal year."""
    return date(year, 4, 1), date(year + 1, 3, 31)


def _ordinal(on: date) -> int:
    # An instant would pass for a date, and be the wrong one: 08:30 in Tokyo is the day before in UTC.
    if isinstance(on, datetime):
        raise ValueError(f"a date is needed, not an instant: {on.isoformat()}")
    return on.toordinal()


def _local(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"an instant needs a time zone: {instant.isoformat()}")
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"an instant outside {FIRST_YEAR} to {LAST_YEAR}: {instant.isoformat()}")
    return instant.astimezone(TOKYO)


def _span(on: date, hours: MinuteRange) -> tuple[datetime, datetime]:
    # Adding to a local time is right here: Asia/Tokyo has had no summer time since 1951.
    midnight = datetime(on.year, on.month, on.day, tzinfo=TOKYO)
    return midnight + timedelta(minutes=hours.start), midnight + timedelta(minutes=hours.end)


def _overlap(span: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> timedelta:
    return max(min(span[1], other[1]) - max(span[0], other[0]), timedelta())


def _day_of_week(on: date) -> Why:
    return {_SATURDAY: Why.SATURDAY, _SUNDAY: Why.SUNDAY}.get(on.weekday(), Why.WEEKDAY)


def _check_exceptions(closures: Mapping[date, str], extra_openings: Mapping[date, ExtraOpening]) -> None:
    both = sorted(closures.keys() & extra_openings.keys())
    if both:
        raise ValueError(f"both closed and extra open: {both[0]}")
    if not all(reason.strip() for reason in closures.values()):
        raise ValueError("a closure needs a reason")
