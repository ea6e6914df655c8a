"""Small problems, and months made up from a seed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from scheduling.intervals import MinuteRange
from scheduling.rostering import Demand, LeaderRule, Problem, Settings, ShiftKind, Worker
from scheduling.shifts import Assignment, ShiftTimes

MONDAY = date(2026, 6, 1)
HOURS = MinuteRange(510, 1035)
EARLY = ShiftKind(key="early", start=510, end=990, break_minutes=60, break_from=660, break_until=840)
DAY = ShiftKind(key="day", start=510, end=1035, break_minutes=60, break_from=660, break_until=870)
LATE = ShiftKind(key="late", start=555, end=1035, break_minutes=60, break_from=690, break_until=870)
SHORT = ShiftKind(key="short", start=510, end=780)
AFTERNOON = ShiftKind(key="afternoon", start=780, end=1035)
KINDS = (EARLY, DAY, LATE, SHORT, AFTERNOON)
QUIET = Settings(leader_per_slot=LeaderRule.OFF)


def days(number: int, first: date = MONDAY) -> tuple[date, ...]:
    """So many days in a row."""
    return tuple(first + timedelta(days=count) for count in range(number))


def weekdays(number: int, first: date = MONDAY) -> tuple[date, ...]:
    """So many days from Monday to Friday."""
    return tuple(on for on in days(2 * number + 4, first) if on.weekday() < 5)[:number]


def workers(number: int, available: Iterable[date], **about: Any) -> tuple[Worker, ...]:
    """So many people who are alike."""
    return tuple(Worker(key=f"w{count}", available=frozenset(available), **about) for count in range(1, number + 1))


def demands(on: Iterable[date], needed: int = 0, hours: MinuteRange = HOURS) -> tuple[Demand, ...]:
    """The same demand on every day."""
    asked = dict.fromkeys(range(hours.start, hours.end, 15), needed) if needed else {}
    return tuple(Demand(one, hours, asked) for one in on)


def shift(start: int, end: int, *breaks: tuple[int, int]) -> ShiftTimes:
    """A shift with its breaks."""
    return ShiftTimes(MinuteRange(start, end), tuple(MinuteRange(*one) for one in breaks))


def fixed(worker: Worker, on: date, *shifts: ShiftTimes) -> Worker:
    """The person with one more fixed cell."""
    return replace(worker, fixed=(*worker.fixed, *(Assignment(worker.key, on, one) for one in shifts)))


def month(seed: int) -> Problem:
    """A made-up month: 4 to 14 operators of whom some work part of the week, one to three leaders, leave, wishes, fixed
    cells, a holiday or two, and a demand that moves by day and hour. Most have a legal roster."""
    random = Random(seed)
    open_days = [on for on in weekdays(22) if random.random() > 0.05]
    number = random.randint(4, 14)
    people = [_operator(random, f"op{count:02}", open_days, count >= 4) for count in range(number)]
    people += [_leader(random, f"lead{count}", open_days) for count in range(random.randint(2, 3))]
    asked = tuple(_demand(random, on, number) for on in open_days)
    settings = Settings(
        leader_per_slot=random.choice((LeaderRule.OFF, LeaderRule.WARN)),
        minimum_during_breaks=random.random() < 0.8,
        most_consecutive=random.choice((5, 6)),
    )
    return Problem(tuple(people), asked, KINDS, settings)


def _operator(random: Random, key: str, open_days: list[date], may_be_part: bool) -> Worker:
    away = set(random.sample(open_days, random.choice((0, 0, 1) if not may_be_part else (0, 1, 3, 5))))
    free = [on for on in open_days if on not in away]
    part = may_be_part and random.random() < 0.4
    one = Worker(
        key=key,
        available=frozenset(free),
        wishes_off=frozenset(random.sample(free, 2)),
        kinds=frozenset({"short", "afternoon"}) if part else frozenset({"early", "day", "late"}),
        month_minutes=(0, 60 * random.randint(30, 80)) if part else (random.choice((0, 60 * 60)), 60 * 176),
        week_minutes=random.choice((1200, 1500)) if part else 2400,
        worked_before={on: 420 for on in days(1, open_days[0] - timedelta(days=1)) if on.weekday() == 6},
    )
    return _with_fixed_cells(random, one, free) if may_be_part else one


def _with_fixed_cells(random: Random, worker: Worker, free: list[date]) -> Worker:
    for on in random.sample(free, random.choice((0, 0, 1, 2))):
        worker = fixed(worker, on, random.choice((shift(540, 960, (720, 765), (900, 915)), shift(600, 780))))
    return worker


def _leader(random: Random, key: str, open_days: list[date]) -> Worker:
    off = random.choice((0, 1)) if key == "lead0" else 0
    available = frozenset(open_days) - set(random.sample(open_days, off))
    return Worker(key=key, counts=False, leads=True, available=available, kinds=frozenset({"day", "early"}))


def _demand(random: Random, on: date, number: int) -> Demand:
    hours = HOURS if random.random() < 0.9 else MinuteRange(510, 900)
    busy = random.uniform(0.2, 0.6) * number
    asked = {start: round(busy * (1.2 if 600 <= start < 720 else 0.9)) for start in range(hours.start, hours.end, 15)}
    return Demand(on, hours, asked)
