"""A day of calls played against a roster before it is published, many times over, from a seed.

Calls of a slot come at random (Poisson); handling and patience are exponential. Callers are answered in the order in
which they came, by whoever is longest without a call. What a formula for one interval cannot see is seen here: queues
that carry over into the next slot, breaks that overlap, people who come and go.

* People take calls during the minutes of their shift outside breaks. A call in progress when a break or the end of
  the shift comes is finished; the break ends when the roster says.
* The desk closes at the end of the last slot, or when the last shift ends if that is later. Who still waits then, as
  long as nobody was there to answer, has gone unanswered and counts as abandoned, with the wait until then.
* What happens to callers does not depend on the roster: with the same seed, two rosters are played on the same days.

A day is a local day in seconds from midnight; the work table is exact to the minute, as rosters are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf, isfinite
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scheduling.intervals import MINUTES_PER_DAY, MinuteRange
from scheduling.shifts import ShiftTimes

SLOT_MINUTES = 15
MOST_REPLICATIONS = 1_000
MOST_CALLS = 2_000
"""In a slot; beyond it a figure is taken for a slip."""
_DAY_SECONDS = MINUTES_PER_DAY * 60

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class SlotVolume(Struct, frozen=True, order=True):
    """Mean calls of the quarter of an hour that begins at a minute of the day.

    Raises ValueError for a quarter outside the day, or calls outside 0 to 2,000.
    """

    start_minute: int
    calls: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute <= MINUTES_PER_DAY - SLOT_MINUTES:
            raise ValueError(f"start_minute must lie within the day: {self.start_minute}")
        if not 0 <= self.calls <= MOST_CALLS:
            raise ValueError(f"calls must lie between 0 and {MOST_CALLS}: {self.calls}")


class DayForecast(Struct, frozen=True):
    """What is expected of a day's calls. `patience_seconds` None: nobody hangs up.

    Raises ValueError without a slot, for slots out of order or overlapping, and for times that make no sense.
    """

    slots: tuple[SlotVolume, ...]
    aht_seconds: float
    patience_seconds: float | None = None
    threshold_seconds: float = 20.0

    def __post_init__(self) -> None:
        if not self.slots:
            raise ValueError("slots must hold at least one slot")
        if any(after.start_minute < before.start_minute + SLOT_MINUTES for before, after in pairwise(self.slots)):
            raise ValueError("slots must follow each other without overlapping")
        for name in ("aht_seconds", "patience_seconds"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value > 0):
                raise ValueError(f"{name} must be above 0: {value}")
        if not 0 <= self.threshold_seconds < inf:
            raise ValueError(f"threshold_seconds must be 0 or more: {self.threshold_seconds}")


class Runs(Struct, frozen=True):
    """How often a day is played. Raises ValueError outside 1 to 1,000."""

    replications: int = 200

    def __post_init__(self) -> None:
        if not 1 <= self.replications <= MOST_REPLICATIONS:
            raise ValueError(f"replications must lie between 1 and {MOST_REPLICATIONS}: {self.replications}")


class Estimate(Struct, frozen=True):
    """A mean over the days played, and between what (`low`, `high`) the middle 80 % of the days lie.

    The mean of a ratio is Σ numerator ÷ Σ denominator over all days; days without a denominator are in neither.
    """

    mean: float
    low: float
    high: float


class SlotSimulation(Struct, frozen=True):
    """What befell the calls that came in one slot. `service_level` is None where no call came on any day."""

    start_minute: int
    offered: Estimate
    abandoned: Estimate
    service_level: Estimate | None


class DaySimulation(Struct, frozen=True):
    """The figures of a day.

    `service_level`: answered within the threshold ÷ offered. `asa_seconds`: mean wait of the answered calls.
    `longest_wait_seconds`: of any caller, those who hang up included. `occupancy`: share of the rostered time at work
    that is spent on calls. None where there was nothing to divide by.
    """

    replications: int
    offered: Estimate
    answered: Estimate
    abandoned: Estimate
    service_level: Estimate | None
    asa_seconds: Estimate | None
    longest_wait_seconds: Estimate
    occupancy: Estimate | None
    slots: tuple[SlotSimulation, ...]


def simulate_day(roster: Sequence[ShiftTimes], forecast: DayForecast, seed: int, runs: Runs = Runs()) -> DaySimulation:
    """Play the day: `roster` holds the shifts of those who take calls, one for each person and shift.

    The same arguments give the same figures. Raises ValueError for a negative seed.
    """
    if seed < 0:
        raise ValueError(f"seed must be 0 or more: {seed}")
    desk = desk_of(roster, forecast)
    callers = draw_callers(forecast, seed, runs.replications)
    return _summary(forecast, callers, play(callers, desk), desk)


class Desk(NamedTuple):
    """Who is there when: tables of people × minutes 0 to 1440, and the second at which the desk closes."""

    opens: Floats
    """The second from which someone free in a minute can take a call: 0 at work, else the next start, or infinity."""
    worked: Floats
    """Seconds at work from midnight to the start of a minute."""
    closes: float


def desk_of(roster: Sequence[ShiftTimes], forecast: DayForecast) -> Desk:
    """The roster as tables; a roster of nobody has one row, who is never there."""
    opens = np.full((max(len(roster), 1), MINUTES_PER_DAY + 1), inf)
    for row, shift in zip(opens, roster, strict=False):
        for part in reversed(shift.work):
            _open(row, part)
    at_work = opens[:, :-1] == 0
    worked = np.concatenate([np.zeros((len(opens), 1)), np.cumsum(at_work * 60.0, axis=1)], axis=1)
    ends = [forecast.slots[-1].start_minute + SLOT_MINUTES, *(part.end for shift in roster for part in shift.work)]
    return Desk(opens, worked, max(ends) * 60.0)


def _open(row: Floats, part: MinuteRange) -> None:
    row[: part.start] = part.start * 60.0
    row[part.start : part.end] = 0.0


class Callers(NamedTuple):
    """Days × calls in order of arrival, in seconds; a place that no call fills arrives at infinity, in slot -1."""

    arrival: Floats
    handling: Floats
    patience: Floats
    slot: Counts


def draw_callers(forecast: DayForecast, seed: int, days: int) -> Callers:
    """What so many days bring; when calls come is drawn first, so that it does not depend on how long they last."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson([slot.calls for slot in forecast.slots], (days, len(forecast.slots)))
    day = np.repeat(np.arange(days), counts.sum(axis=1))
    slot = np.repeat(np.tile(np.arange(len(forecast.slots)), days), counts.ravel())
    starts = np.array([one.start_minute for one in forecast.slots]) * 60.0
    moment = starts[slot] + rng.random(slot.size) * SLOT_MINUTES * 60
    place = np.concatenate([np.arange(count) for count in counts.sum(axis=1)])
    shape = (days, int(counts.sum(axis=1).max()))
    arrival, slots = np.full(shape, inf), np.full(shape, -1)
    arrival[day, place] = moment[np.lexsort((moment, day))]
    slots[day, place] = slot
    handling = rng.standard_exponential(shape) * forecast.aht_seconds
    patience = np.full(shape, inf)
    if forecast.patience_seconds is not None:
        patience = rng.standard_exponential(shape) * forecast.patience_seconds
    return Callers(arrival, handling, patience, slots)


class Played(NamedTuple):
    """Days × calls: who was answered, the seconds each waited (0 in unfilled places); and days: seconds of work on
    calls."""

    answered: NDArray[np.bool_]
    wait: Floats
    busy: Floats


def play(callers: Callers, desk: Desk) -> Played:
    """One call after the other, all days at once: in order of arrival, a caller gets whoever can answer first.

    That order is enough: a caller's wait depends on those who came before, never on those who come after.
    """
    days, calls = callers.arrival.shape
    free = np.zeros((days, len(desk.opens)))
    begun, busy = np.full((days, calls), inf), np.zeros(days)
    rows = np.arange(days)
    for call in range(calls):
        arrival = callers.arrival[:, call]
        person, start = _first_ready(free, arrival, desk)
        taken = (start <= arrival + callers.patience[:, call]) & (start < inf)
        end = start + callers.handling[:, call]
        begun[taken, call] = start[taken]
        who, until = person[taken], end[taken]
        busy[taken] += _worked(desk, who, until) - _worked(desk, who, start[taken])
        free[rows[taken], who] = until
    answered = begun < inf
    arrival = np.where(callers.slot >= 0, callers.arrival, 0.0)
    unanswered = np.minimum(callers.patience, desk.closes - arrival) * (callers.slot >= 0)
    return Played(answered, np.where(answered, begun - arrival, unanswered), busy)


def _first_ready(free: Floats, arrival: Floats, desk: Desk) -> tuple[Counts, Floats]:
    """Who answers a caller, and when: of those ready first, the one longest without a call."""
    earliest = np.minimum(np.maximum(free, arrival[:, None]), _DAY_SECONDS)
    minute = (earliest // 60).astype(np.int64)
    ready = np.maximum(earliest, desk.opens[np.arange(len(desk.opens)), minute])
    start = ready.min(axis=1)
    return np.where(ready == start[:, None], free, inf).argmin(axis=1), start


def _worked(desk: Desk, person: Counts, moment: Floats) -> Floats:
    """Seconds that people have been at work until a moment."""
    until = np.minimum(moment, _DAY_SECONDS)
    minute = (until // 60).astype(np.int64)
    part = np.where(desk.opens[person, minute] == 0, until - minute * 60.0, 0.0)
    return desk.worked[person, minute] + part


def _summary(forecast: DayForecast, callers: Callers, played: Played, desk: Desk) -> DaySimulation:
    real = callers.slot >= 0
    offered, answered = real.sum(axis=1), played.answered.sum(axis=1)
    in_time = played.answered & (played.wait <= forecast.threshold_seconds)
    waited = np.where(played.answered, played.wait, 0.0).sum(axis=1)
    rostered = np.full(len(offered), desk.worked[:, -1].sum())
    return DaySimulation(
        replications=len(offered),
        offered=_estimate(offered),
        answered=_estimate(answered),
        abandoned=_estimate(offered - answered),
        service_level=_ratio(in_time.sum(axis=1), offered),
        asa_seconds=_ratio(waited, answered),
        longest_wait_seconds=_estimate(played.wait.max(axis=1, initial=0.0)),
        occupancy=_ratio(played.busy, rostered),
        slots=_slots(forecast, callers, played, in_time),
    )


def _slots(
    forecast: DayForecast, callers: Callers, played: Played, in_time: NDArray[np.bool_]
) -> tuple[SlotSimulation, ...]:
    count = len(forecast.slots)
    offered = _per_slot(callers.slot, callers.slot >= 0, count)
    answered = _per_slot(callers.slot, played.answered, count)
    prompt = _per_slot(callers.slot, in_time, count)
    return tuple(
        SlotSimulation(
            slot.start_minute,
            _estimate(offered[:, at]),
            _estimate(offered[:, at] - answered[:, at]),
            _ratio(prompt[:, at], offered[:, at]),
        )
        for at, slot in enumerate(forecast.slots)
    )


def _per_slot(slot: Counts, chosen: NDArray[np.bool_], count: int) -> Counts:
    """How many of the chosen calls came in each slot: days × slots."""
    day, place = np.nonzero(chosen)
    found = np.zeros((len(slot), count), dtype=np.int64)
    np.add.at(found, (day, slot[day, place]), 1)
    return found


def _estimate(values: Floats | Counts) -> Estimate:
    low, high = np.quantile(values, (0.1, 0.9))
    return Estimate(float(values.mean()), float(low), float(high))


def _ratio(numerator: Floats | Counts, denominator: Floats | Counts) -> Estimate | None:
    some = denominator > 0
    if not some.any():
        return None
    low, high = np.quantile(numerator[some] / denominator[some], (0.1, 0.9))
    return Estimate(float(numerator.sum() / denominator.sum()), float(low), float(high))
