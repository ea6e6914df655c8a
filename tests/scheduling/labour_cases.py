"""Days, weeks and months of work, and agreements, for the tests of labour law."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

from scheduling.intervals import MinuteRange
from scheduling.labour import Agreement, AgreementKind
from scheduling.shifts import Assignment, ShiftTimes

YEAR_FROM, YEAR_TO = date(2026, 4, 1), date(2027, 3, 31)
SUNDAY = date(2026, 6, 7)
START = 480
LUNCH = (720, 780)
ANA, BEN = "ana", "ben"


def work(on: date, start: int, end: int, *breaks: tuple[int, int], person: str = ANA) -> Assignment:
    return Assignment(person, on, ShiftTimes(MinuteRange(start, end), tuple(MinuteRange(*one) for one in breaks)))


def day_of(on: date, minutes: int, person: str = ANA) -> Assignment:
    """A day's work, of more than four hours with an hour's break at noon."""
    if minutes <= LUNCH[0] - START:
        return work(on, START, START + minutes, person=person)
    return work(on, START, START + minutes + 60, LUNCH, person=person)


def days_of(first: date, *minutes: int, person: str = ANA) -> list[Assignment]:
    """Days in a row; 0 is a day without work."""
    days = (first + timedelta(days=index) for index in range(len(minutes)))
    return [day_of(on, each, person) for on, each in zip(days, minutes, strict=True) if each]


def week(*minutes: int, first: date = SUNDAY) -> dict[date, int]:
    """Days in a row."""
    return {first + timedelta(days=index): each for index, each in enumerate(minutes)}


def agreed(kind: AgreementKind, from_on: date = YEAR_FROM, to_on: date = YEAR_TO, **limits: int) -> Agreement:
    return Agreement(kind, from_on, to_on, **limits)


def month_from(number: int, year: int = 2026) -> date:
    """The first day of the month so many months after December of the year before: 13 is the next January."""
    return date(year + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def month_with(overtime: int, first: date, resting: int = 0) -> dict[date, int]:
    """A month with so many minutes of overtime on its first ten weekdays, and of work on its first Sunday."""
    days = [first + timedelta(days=index) for index in range(28)]
    weekdays = list(islice((on for on in days if on.weekday() < 5), 10))
    worked = {on: 480 + overtime // 10 + (index < overtime % 10) for index, on in enumerate(weekdays)}
    return worked | {next(on for on in days if on.weekday() == 6): resting}


def months_with(*overtime: int, start: int = 4, resting: int = 0) -> dict[date, int]:
    """Months in a row from April (or another) of 2026."""
    worked: dict[date, int] = {}
    for index, minutes in enumerate(overtime):
        worked |= month_with(minutes, month_from(start + index), resting)
    return worked
