"""When the demonstration year's calls come, how long they take, and what the exchange counted beside them.

Volumes follow the contract's own figures (003 clause 6: 104 calls a day, 2,741 in the busiest month). Each day is
played through its desks, first come, first served, so that nobody holds two calls at once and waits are earned.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Final

from msgspec import Struct

CALLS_PER_YEAR: Final = 25_400
OPEN_DAYS: Final = 244
BUSIEST_MONTH_CALLS: Final = 2_741
OPENS_MINUTE: Final = 8 * 60 + 30
CLOSES_MINUTE: Final = 17 * 60 + 15
HALF_HOUR_SECONDS: Final = 30 * 60

DESK_BREAKS: Final[tuple[tuple[int, int], ...]] = ((660, 720), (720, 780), (780, 840), (720, 780))
"""The lunch (minutes of day) of desk 0, 1, 2 and 3: two desks are always left. Desk 3 opens on busy days."""
USUAL_DESKS: Final = 3
_BUSY_DAY_CALLS: Final = 108

_MONTHS: Final[Mapping[int, float]] = {
    **{4: 1.06, 5: 1.0, 6: 1.03, 7: 1.2, 8: 0.96, 9: 0.97},
    **{10: 1.0, 11: 0.98, 12: 0.9, 1: 1.0, 2: 1.02, 3: 1.1},
}
_WEEKDAYS: Final = (1.06, 1.02, 0.98, 0.96, 0.98, 0.8, 0.8)
_AFTER_CLOSED: Final[Mapping[int, float]] = {1: 1.0, 2: 1.08, 3: 1.1, 4: 1.2}
_LONG_CLOSED: Final = 1.28
_YEAR_END: Final = 0.5  # open by the letter of the contract, but few call
_HALF_HOURS: Final = (
    *(5.4, 8.0, 9.0, 9.0, 8.2, 7.0, 6.2, 4.2, 4.4),  # 8:30 to 13:00: morning peak, lunch dip
    *(6.2, 6.9, 6.8, 6.5, 6.1, 5.7, 5.2, 4.2, 1.6),  # 13:00 to 17:15
)
_NOISE: Final = 0.07
_OFF_EXCHANGE: Final = 0.04
_UNRECORDED_PER_DAY: Final = 0.3
_TALK: Final = (176.0, 0.58, 15, 1_200)  # median seconds, sigma, least, most: ATT about 3.5 minutes
_ACW: Final = (64.0, 0.54, 8, 480)  # about 1.25 minutes
_RING_SECONDS: Final = (3, 9)
WITHIN_SECONDS: Final = 20
"""What the contract counts as answered in time."""
_ABANDON_AT_ONCE: Final = 0.024
_ABANDON_PER_SECOND: Final = 0.0012
_LONGEST_PATIENCE_SECONDS: Final = 240
_RINGS_AGAIN_SECONDS: Final = (900, 4_500)
_LAST_RING_SECOND: Final = (CLOSES_MINUTE - 2) * 60


class CallShape(Struct, frozen=True):
    """A recorded call: seconds of the local day it is answered, wait before, talk and after-call work.

    `by_exchange` is False for counter, fax, mail and calls back, which the exchange does not count.
    """

    start_second: int
    wait_seconds: int
    talk_seconds: int
    acw_seconds: int
    desk: int
    by_exchange: bool

    @property
    def offered_second(self) -> int:
        return self.start_second - self.wait_seconds


class IntervalShape(Struct, frozen=True):
    """What the exchange counted in a half hour; seconds are sums over the answered calls."""

    start_minute: int
    offered: int
    answered: int
    abandoned: int
    wait_seconds: int
    talk_seconds: int
    answered_within: int


class DayShape(Struct, frozen=True):
    """A day: its calls in the order they were answered, every half hour of the exchange, desks in use."""

    local_on: date
    desks: int
    calls: tuple[CallShape, ...]
    intervals: tuple[IntervalShape, ...]


def year_shape(open_days: Sequence[date], seed: int) -> tuple[DayShape, ...]:
    """The days in order. The same days and seed always give the same year."""
    counts = day_counts(open_days, seed)
    return tuple(day_shape(day, count, seed) for day, count in counts.items())


def day_counts(open_days: Sequence[date], seed: int) -> dict[date, int]:
    """Calls per open day, 25,400 for 244 days; over half a year and more, exactly 2,741 in the busiest month."""
    days = sorted(set(open_days))
    weights = _day_weights(days, random.Random(f"{seed}:days"))
    total = round(CALLS_PER_YEAR * len(days) / OPEN_DAYS)
    if len(days) * 2 < OPEN_DAYS:
        return _apportion(weights, total)
    busiest = _busiest_month(weights)
    peak = {day: weight for day, weight in weights.items() if _month(day) == busiest}
    rest = {day: weight for day, weight in weights.items() if _month(day) != busiest}
    counts = _apportion(peak, BUSIEST_MONTH_CALLS) | _apportion(rest, total - BUSIEST_MONTH_CALLS)
    return {day: counts[day] for day in days}


def day_shape(day: date, count: int, seed: int) -> DayShape:
    """`count` recorded calls of one day and the exchange's half hours beside them."""
    rng = random.Random(f"{seed}:{day.isoformat()}")
    desks = USUAL_DESKS + (count >= _BUSY_DAY_CALLS)
    calls, gave_up = _played(rng, [_arrival(rng) for _ in range(count)], desks)
    return DayShape(day, desks, tuple(calls), _intervals(rng, calls, gave_up))


def _day_weights(days: Sequence[date], rng: random.Random) -> dict[date, float]:
    weights = {}
    for before, day in pairwise((None, *days)):
        assert day is not None
        gap = (day - before).days if before else 1
        shape = _MONTHS[day.month] * _WEEKDAYS[day.weekday()] * _AFTER_CLOSED.get(gap, _LONG_CLOSED)
        year_end = _YEAR_END if day.month == 12 and day.day >= 29 else 1.0
        weights[day] = shape * year_end * rng.lognormvariate(0, _NOISE)
    return weights


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _busiest_month(weights: Mapping[date, float]) -> tuple[int, int]:
    sums = {month: sum(weights[day] for day in days) for month, days in groupby(weights, key=_month)}
    return max(sums, key=lambda month: sums[month])


def _apportion(weights: Mapping[date, float], total: int) -> dict[date, int]:
    """`total` shared out by weight in whole calls, largest remainders first."""
    whole = sum(weights.values())
    exact = {day: total * weight / whole for day, weight in weights.items()}
    counts = {day: int(share) for day, share in exact.items()}
    by_remainder = sorted(exact, key=lambda day: (counts[day] - exact[day], day))
    for day in by_remainder[: total - sum(counts.values())]:
        counts[day] += 1
    return counts


def _arrival(rng: random.Random) -> int:
    """A second of the day at which someone calls, two minutes before closing at the latest."""
    slot = rng.choices(range(len(_HALF_HOURS)), _HALF_HOURS)[0]
    start = OPENS_MINUTE * 60 + slot * HALF_HOUR_SECONDS
    end = min(start + HALF_HOUR_SECONDS, _LAST_RING_SECOND)
    return rng.randrange(start, end)


def _played(rng: random.Random, arrivals: Sequence[int], desks: int) -> tuple[list[CallShape], list[int]]:
    """The calls in the order they are answered, and the seconds at which those rang who gave up and rang later.

    Each caller is taken by the desk that is free first; after-call work keeps a desk, lunch closes it.
    """
    free = [OPENS_MINUTE * 60] * desks
    calls: list[CallShape] = []
    gave_up: list[int] = []
    waiting = list(arrivals)
    heapq.heapify(waiting)
    while waiting:
        arrival = heapq.heappop(waiting)
        rings = arrival + rng.randint(*_RING_SECONDS)
        at, desk = min((_ready(max(since, rings), desk), desk) for desk, since in enumerate(free))
        again = arrival + rng.randint(*_RINGS_AGAIN_SECONDS)
        if at - arrival > _LONGEST_PATIENCE_SECONDS and again < _LAST_RING_SECOND:
            gave_up.append(arrival)
            heapq.heappush(waiting, again)
            continue
        call = _answered(rng, arrival, at, desk)
        free[desk] = at + call.talk_seconds + call.acw_seconds
        calls.append(call)
    return sorted(calls, key=lambda call: (call.start_second, call.desk)), gave_up


def _answered(rng: random.Random, arrival: int, at: int, desk: int) -> CallShape:
    by_exchange = rng.random() >= _OFF_EXCHANGE
    wait = at - arrival if by_exchange else 0
    return CallShape(at, wait, _lasting(rng, _TALK), _lasting(rng, _ACW), desk, by_exchange)


def _ready(second: int, desk: int) -> int:
    starts, ends = (minute * 60 for minute in DESK_BREAKS[desk])
    return ends if starts <= second < ends else second


def _lasting(rng: random.Random, law: tuple[float, float, int, int]) -> int:
    median, sigma, least, most = law
    return min(most, max(least, round(median * rng.lognormvariate(0, sigma))))


def _intervals(rng: random.Random, calls: Sequence[CallShape], gave_up: Sequence[int]) -> tuple[IntervalShape, ...]:
    abandoned = [_slot(second) for second in gave_up]
    unrecorded = _slot(_arrival(rng)) if rng.random() < _UNRECORDED_PER_DAY else -1
    counted: list[list[CallShape]] = [[] for _ in _HALF_HOURS]
    for call in calls:
        if call.by_exchange:
            slot = _slot(call.offered_second)
            counted[slot].append(call)
            abandoned += [slot] * (rng.random() < _abandon_chance(call.wait_seconds))
    return tuple(
        _interval(slot, own, abandoned.count(slot), int(slot == unrecorded)) for slot, own in enumerate(counted)
    )


def _interval(slot: int, calls: Sequence[CallShape], abandoned: int, unrecorded: int) -> IntervalShape:
    answered = len(calls) + unrecorded
    return IntervalShape(
        start_minute=OPENS_MINUTE + slot * HALF_HOUR_SECONDS // 60,
        offered=answered + abandoned,
        answered=answered,
        abandoned=abandoned,
        wait_seconds=sum(call.wait_seconds for call in calls) + unrecorded * _RING_SECONDS[0],
        talk_seconds=sum(call.talk_seconds for call in calls) + unrecorded * _TALK[2],
        answered_within=sum(call.wait_seconds <= WITHIN_SECONDS for call in calls) + unrecorded,
    )


def _abandon_chance(wait_seconds: int) -> float:
    """How likely somebody else gave up while this caller waited."""
    return _ABANDON_AT_ONCE + _ABANDON_PER_SECOND * wait_seconds


def _slot(second: int) -> int:
    return (second - OPENS_MINUTE * 60) // HALF_HOUR_SECONDS
