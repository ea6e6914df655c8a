"""Who works a day of the demonstration, and how they punch: plans and marks that agree with the day's calls.

Nobody is away while on the phone: lunch starts when the last call before it is finished, and so does the evening.
Desks take their lunch in turns, so two operators are always left, save for the rare day on which someone is late back.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from callcenter.demo.people import DEPUTY, OPERATORS, SUPERVISOR, DemoPerson
from callcenter.demo.shape import CLOSES_MINUTE, DESK_BREAKS, OPENS_MINUTE, CallShape, DayShape
from callcenter.rosters.rules import Mark, PunchKind
from scheduling.intervals import MinuteRange
from scheduling.shifts import ShiftTimes

JOINS_LATER: Final = {"operator6": date(2026, 10, 1)}
_SUPERVISOR_AWAY: Final = 0.07
_DEPUTY_TOO: Final = 0.6
_LATE: Final = 0.02
_LATE_BACK: Final = 0.015
_SUPERVISOR_HOURS: Final = MinuteRange(OPENS_MINUTE - 15, CLOSES_MINUTE + 30)
_LUNCHES: Final = (MinuteRange(720, 780), MinuteRange(780, 840))


class PersonDay(Struct, frozen=True):
    """What one person was to do on a day and what they punched."""

    person: DemoPerson
    shift: ShiftTimes
    marks: tuple[Mark, ...]


class Punched(Struct, frozen=True):
    """The minutes of a day's four punches."""

    arrives: int
    lunch: MinuteRange
    leaves: int

    def marks(self, until_minute: int) -> tuple[Mark, ...]:
        """Those that have happened by a minute of the day."""
        minutes = (self.arrives, self.lunch.start, self.lunch.end, self.leaves)
        kinds = (PunchKind.IN, PunchKind.BREAK_START, PunchKind.BREAK_END, PunchKind.OUT)
        pairs = zip(kinds, minutes, strict=True)
        return tuple(Mark(kind, minute) for kind, minute in pairs if minute < until_minute)


def operators_of(on: date, desks: int, open_days_ahead: int) -> tuple[DemoPerson, ...]:
    """Who sits at the desks. The turn moves on by one a day and begins anew on the demonstration's today."""
    pool = [person for person in OPERATORS if on >= JOINS_LATER.get(person.login, on)]
    return tuple(pool[(open_days_ahead + desk) % len(pool)] for desk in range(desks))


def day_at_work(day: DayShape, open_days_ahead: int, seed: int, until_minute: int = 1440) -> tuple[PersonDay, ...]:
    """Everybody's day, the supervisor's first; marks after `until_minute` have not happened yet.

    `open_days_ahead` counts the open days from this one to the demonstration's today (negative after it).
    """
    rng = random.Random(f"{seed}:work:{day.local_on}")
    leaders = [_leader(rng, person, lunch, until_minute) for person, lunch in _leaders(rng)]
    operators = operators_of(day.local_on, day.desks, open_days_ahead)
    return (
        *leaders,
        *(
            _operator(rng, person, DESK_BREAKS[desk], _calls_of(day.calls, desk), until_minute)
            for desk, person in enumerate(operators)
        ),
    )


def _leaders(rng: random.Random) -> list[tuple[DemoPerson, MinuteRange]]:
    """The supervisor, or the deputy in their place; on most days both."""
    away, both = rng.random() < _SUPERVISOR_AWAY, rng.random() < _DEPUTY_TOO
    if away:
        return [(DEPUTY, _LUNCHES[0])]
    return [(SUPERVISOR, _LUNCHES[0]), *([(DEPUTY, _LUNCHES[1])] if both else [])]


def _leader(rng: random.Random, person: DemoPerson, lunch: MinuteRange, until_minute: int) -> PersonDay:
    arrives = _SUPERVISOR_HOURS.start - rng.randint(2, 12)
    leaves = _SUPERVISOR_HOURS.end + rng.randint(0, 25)
    punched = Punched(arrives, lunch, leaves)
    return PersonDay(person, ShiftTimes(_SUPERVISOR_HOURS, (lunch,)), punched.marks(until_minute))


def _calls_of(calls: Sequence[CallShape], desk: int) -> list[CallShape]:
    return [call for call in calls if call.desk == desk]


def _operator(
    rng: random.Random, person: DemoPerson, lunch: tuple[int, int], calls: Sequence[CallShape], until_minute: int
) -> PersonDay:
    planned = MinuteRange(*lunch)
    first = calls[0].start_second // 60 if calls else CLOSES_MINUTE
    late = rng.random() < _LATE
    arrives = min(first, OPENS_MINUTE + rng.randint(3, 25)) if late else OPENS_MINUTE - rng.randint(2, 14)
    leaves = max(CLOSES_MINUTE, _busy_until(calls, CLOSES_MINUTE)) + rng.randint(0, 9)
    punched = Punched(arrives, _lunch(rng, planned, calls), leaves)
    shift = ShiftTimes(MinuteRange(OPENS_MINUTE, CLOSES_MINUTE), (planned,))
    return PersonDay(person, shift, punched.marks(until_minute))


def _busy_until(calls: Sequence[CallShape], minute: int) -> int:
    """The minute at which the work on the last call begun before `minute` is over."""
    ends = [
        call.start_second + call.talk_seconds + call.acw_seconds for call in calls if call.start_second < minute * 60
    ]
    return -(-max(ends, default=0) // 60)


def _lunch(rng: random.Random, planned: MinuteRange, calls: Sequence[CallShape]) -> MinuteRange:
    starts = min(max(planned.start, _busy_until(calls, planned.start)), planned.end - 1)
    after = [call.start_second // 60 for call in calls if call.start_second >= planned.end * 60]
    late_back = rng.randint(3, 8) if rng.random() < _LATE_BACK else 0
    return MinuteRange(starts, min([planned.end + late_back, *after[:1]]))
