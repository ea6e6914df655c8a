"""The staffing of a contract year against a plain loop over its intervals.

`ours` hands all 8,540 quarters of an hour (244 open days × 35) to `required_agents` at once. `bare` takes them one by
one, tries one agent, two, three …, and restarts the textbook's recursion for each number. Both must find the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import exp
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from scheduling.staffing import ServiceLevelTarget, required_agents
from tests.bench.measuring import Comparison, Target, alternate

DAYS, QUARTERS = 244, 35
INTERVAL, AHT = 900, 300.0
GOAL, MINIMUM = ServiceLevelTarget(0.8, 20), 2
CALLS_A_DAY = 104
WARM_UP, REPEATED = 20, 20
TARGET = Target(50, 50)


def compare(rounds: int) -> list[Comparison]:
    """Intervals a second of ours and bare in turn; raises `RuntimeError` when they do not find the same."""
    calls = year()
    listed = calls.tolist()
    if bare(listed) != ours(calls).tolist():
        raise RuntimeError("the plain loop finds other numbers of agents")
    found = Comparison(f"staffing of a year, {calls.size} intervals", "intervals/s", TARGET)
    for _ in range(WARM_UP):
        ours(calls)
    alternate(rounds, _speed(lambda: ours(calls)), _speed(lambda: bare(listed)), found)
    least = [calls.size / max(side) * 1000 for side in (found.ours, found.bare)]
    found.note = f"least times {least[0]:.2f} and {least[1]:.1f} ms: {least[1] / least[0]:.0f} ×"
    return [found]


@cache
def year() -> NDArray[np.float64]:
    """Mean calls of each quarter: peaks in the morning and afternoon, busy Mondays, a busy March, six days of 200."""
    rng = np.random.default_rng(104)
    hours = 8.5 + np.arange(QUARTERS) / 4
    shape = 0.6 + np.exp(-(((hours - 10) / 1.2) ** 2)) + 0.7 * np.exp(-(((hours - 14) / 1.5) ** 2))
    day = np.arange(DAYS)
    volume = (1 + 0.2 * (day % 5 == 0)) * (1 + 0.3 * (day > DAYS - 20)) * rng.gamma(25, 1 / 25, DAYS)
    volume[rng.choice(DAYS, 6, replace=False)] = 200 / CALLS_A_DAY * volume.mean()
    profile = np.outer(volume, shape).ravel()
    found: NDArray[np.float64] = profile * (CALLS_A_DAY * DAYS / profile.sum())
    return found


def ours(calls: NDArray[np.float64]) -> NDArray[np.int64]:
    """The product."""
    found: NDArray[np.int64] = required_agents(calls, INTERVAL, AHT, GOAL, minimum=MINIMUM)
    return found


def bare(calls: list[float]) -> list[int]:
    """The plain loop."""
    found = []
    for one in calls:
        load, agents = one * AHT / INTERVAL, 1
        while _level(load, agents) < GOAL.share:
            agents += 1
        found.append(max(agents, MINIMUM))
    return found


def _level(load: float, agents: int) -> float:
    if load >= agents:
        return 0.0
    blocked = _erlang_b(load, agents)
    waiting = agents * blocked / (agents - load * (1 - blocked))
    return 1 - waiting * exp(-(agents - load) * GOAL.seconds / AHT)


def _erlang_b(load: float, agents: int) -> float:
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def _speed(run: Callable[[], object]) -> Callable[[], float]:
    """Intervals a second in the fastest of some runs: ours is over in a moment that anything disturbs."""

    def measure() -> float:
        return DAYS * QUARTERS / min(_seconds(run) for _ in range(REPEATED))

    return measure


def _seconds(run: Callable[[], object]) -> float:
    begun = perf_counter()
    run()
    return perf_counter() - begun
