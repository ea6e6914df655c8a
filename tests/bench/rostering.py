"""Rosters of 22 days for 6, 12, 30 and 100 operators: objective, bound, gap, and the time to the first legal one.

There is no bare counterpart here: a roster is held against its own proven bound. `python -m tests.bench.rostering`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from msgspec import Struct

from scheduling.intervals import MinuteRange
from scheduling.rostering import Demand, Problem, Settings, ShiftKind, Solution, Worker, build
from scheduling.rostering.solving import load

STAFF, DAYS = (6, 12, 30, 100), 22
SECONDS = 60.0
FIRST_SECONDS, MOST_GAP = 2.0, 0.05
PROVEN = (6, 30)
HOURS = MinuteRange(510, 1035)
KINDS = (
    ShiftKind(key="early", start=510, end=990, break_minutes=60, break_from=660, break_until=840),
    ShiftKind(key="day", start=510, end=1035, break_minutes=60, break_from=660, break_until=870),
    ShiftKind(key="late", start=555, end=1035, break_minutes=60, break_from=690, break_until=870),
    ShiftKind(key="short", start=510, end=780),
)


class Measured(Struct, frozen=True):
    """One size of staff and what became of it."""

    staff: int
    found: Solution | None

    @property
    def verdict(self) -> str:
        """Whether the targets are met: a first legal roster in time, and where it is asked a small gap."""
        if self.found is None or self.found.first_seconds > FIRST_SECONDS:
            return "MISSED"
        missed = self.staff in PROVEN and not self.found.optimal and self.found.gap > MOST_GAP
        return "MISSED" if missed else "reached"

    def __str__(self) -> str:
        if self.found is None:
            return f"roster, {self.staff} staff × {DAYS} days: no legal roster  {self.verdict}"
        one = self.found
        proof = "optimal" if one.optimal else f"gap {one.gap:.1%}"
        return (
            f"roster, {self.staff} staff × {DAYS} days: objective {one.objective}, bound {one.bound}, {proof}, "
            f"first legal {one.first_seconds:.2f} s, in all {one.seconds:.1f} s  {self.verdict}"
        )


def measure(seconds: float = SECONDS, workers: int = 2) -> list[Measured]:
    """Every size of staff in turn; the solver is loaded before the clock starts."""
    load()
    return [_measured(staff, seconds, workers) for staff in STAFF]


def _measured(staff: int, seconds: float, workers: int) -> Measured:
    found = build(month_of(staff), seconds=seconds, workers=workers, gap=MOST_GAP / 2 if staff in PROVEN else MOST_GAP)
    return Measured(staff, found if isinstance(found, Solution) else None)


def month_of(staff: int, seed: int = 3) -> Problem:
    """An invented month: five of six work full time, Mondays are busy, everybody has two wishes, some are on leave."""
    random = Random(seed)
    first = date(2026, 6, 1)
    on = [one for one in (first + timedelta(days=number) for number in range(31)) if one.weekday() < 5][:DAYS]
    people = [_operator(random, number, on) for number in range(staff)]
    people += [_leader(random, number, on) for number in range(max(2, staff // 12))]
    return Problem(tuple(people), tuple(_demand(one, staff) for one in on), KINDS, Settings())


def _operator(random: Random, number: int, on: Sequence[date]) -> Worker:
    part = number % 6 == 5
    return Worker(
        key=f"op{number:03}",
        available=frozenset(on) - set(random.sample(on, random.choice((0, 1, 2)))),
        wishes_off=frozenset(random.sample(on, 2)),
        kinds=frozenset({"short", "early"}) if part else frozenset({"early", "day", "late"}),
        month_minutes=(60 * 40, 60 * 100) if part else (60 * 120, 60 * 165),
    )


def _leader(random: Random, number: int, on: Sequence[date]) -> Worker:
    away = random.sample(on[number::2], 1)
    available = frozenset(on) - set(away)
    return Worker(key=f"lead{number}", counts=False, leads=True, available=available, kinds=frozenset({"day", "early"}))


def _demand(on: date, staff: int) -> Demand:
    busy = 0.55 * staff * (1.3 if on.weekday() == 0 else 1.0)
    shape = {start: 0.8 + 0.4 * (1 - abs(start - 700) / 300) for start in range(HOURS.start, HOURS.end, 15)}
    return Demand(on, HOURS, {start: max(0, round(busy * factor)) for start, factor in shape.items()})


def main() -> int:
    """Print a line each; the exit code is 1 when a target was missed."""
    found = measure()
    print("\n".join(map(str, found)))
    return 1 if any(one.verdict == "MISSED" for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
