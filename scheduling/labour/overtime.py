"""Overtime and rest-day work counted from worked minutes, of one person.

A mapping gives the worked minutes of each day, breaks taken off; a day that is missing is a day without work. To be
exact for a month the mapping must reach into the neighbouring month as far as the week does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from scheduling.labour.law import rules_on
from scheduling.labour.values import Agreement, AgreementKind, Interval, LabourSettings

_APRIL, _DECEMBER = 4, 12
_DEFAULT = LabourSettings()


def grouped(days: Iterable[date], span_of: Callable[[date], Interval]) -> dict[Interval, list[date]]:
    """The days in order, by the span that holds them."""
    groups: defaultdict[Interval, list[date]] = defaultdict(list)
    for on in sorted(days):
        groups[span_of(on)].append(on)
    return dict(groups)


def beyond_rest_days(worked: Mapping[date, int], settings: LabourSettings = _DEFAULT) -> set[date]:
    """The worked days that left their week less than one rest day, or their four weeks less than four (Art. 35)."""
    beyond: set[date] = set()
    for window, days in grouped((on for on, minutes in worked.items() if minutes), settings.rest_window_of).items():
        may_be_worked = (window.to_on - window.from_on).days + 1 - settings.rest_rule.weeks
        beyond.update(days[may_be_worked:])
    return beyond


def rest_day_work(worked: Mapping[date, int], settings: LabourSettings = _DEFAULT) -> dict[date, int]:
    """Minutes of statutory rest-day work (法定休日労働) by day, days with none left out.

    On the weekday that the work rules name; where they name none, the days beyond the owed rest days.
    """
    if settings.rest_weekday is None:
        days = beyond_rest_days(worked, settings)
    else:
        days = {on for on in worked if on.weekday() == settings.rest_weekday}
    return {on: worked[on] for on in sorted(days) if worked[on]}


def overtime_by_day(worked: Mapping[date, int], settings: LabourSettings = _DEFAULT) -> dict[date, int]:
    """Minutes of overtime (法定時間外労働) by day, days with none left out (Art. 32).

    First what a day has over 8 hours, then what the week has over 40 hours without counting a minute twice: the excess
    falls on the days, in their order, on which the 40 hours are passed. Rest-day work is apart and in neither.
    """
    resting = rest_day_work(worked, settings)
    overtime: dict[date, int] = {}
    for days in grouped((on for on in worked if on not in resting), settings.week_of).values():
        overtime.update(_overtime_of_week(worked, days))
    return {on: minutes for on, minutes in overtime.items() if minutes}


def _overtime_of_week(worked: Mapping[date, int], days: Iterable[date]) -> dict[date, int]:
    regular = 0
    overtime: dict[date, int] = {}
    for on in days:
        rules = rules_on(on)
        capped = min(worked[on], rules.day_minutes)
        over_week = min(capped, max(0, regular + capped - rules.week_minutes))
        overtime[on] = worked[on] - capped + over_week
        regular += capped
    return overtime


def month_of(on: date) -> Interval:
    """The calendar month that holds the date."""
    following = date(on.year + on.month // _DECEMBER, on.month % _DECEMBER + 1, 1)
    return Interval(on.replace(day=1), following - timedelta(days=1))


def months_back(month: Interval, count: int) -> Interval:
    """``count`` calendar months in a row, of which the given one is the last."""
    first = month.from_on
    for _ in range(count - 1):
        first = month_of(first - timedelta(days=1)).from_on
    return Interval(first, month.to_on)


def agreement_year(on: date, agreements: Iterable[Agreement] = ()) -> Interval:
    """The twelve months for which the yearly limits are counted, by which the date is held.

    They begin in the month in which the latest overtime agreement began; with none, in April.
    """
    starts = [one.from_on for one in agreements if one.kind is AgreementKind.OVERTIME and one.from_on <= on]
    first_month = max(starts).month if starts else _APRIL
    first = date(on.year - (on.month < first_month), first_month, 1)
    return Interval(first, date(first.year + 1, first_month, 1) - timedelta(days=1))


def sum_within(by_day: Mapping[date, int], span: Interval) -> int:
    """The minutes that fall within the span."""
    return sum(minutes for on, minutes in by_day.items() if on in span)


def month_overtime(worked: Mapping[date, int], on: date, settings: LabourSettings = _DEFAULT) -> int:
    """Minutes of overtime in the calendar month that holds the date."""
    return sum_within(overtime_by_day(worked, settings), month_of(on))


def year_overtime(worked: Mapping[date, int], year: Interval, settings: LabourSettings = _DEFAULT) -> int:
    """Minutes of overtime in a year as ``agreement_year`` gives it."""
    return sum_within(overtime_by_day(worked, settings), year)
