"""Making a legal roster better, a few days at a time.

The whole month in one model has too many slots for its search; a few days, with all others held, are solved to the end
in moments. Every roster on the way is legal.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from random import Random
from time import perf_counter

from msgspec.structs import replace

from scheduling.rostering.constraints import constrain
from scheduling.rostering.model import Case, RosterModel
from scheduling.rostering.objective import costs
from scheduling.rostering.rules import RuleCode
from scheduling.rostering.solving import Effort, Status, read_roster, run
from scheduling.rostering.valuing import cost_of
from scheduling.shifts import Assignment

Roster = tuple[Assignment, ...]
_MOST_SECONDS, _GAP = 3.0, 0.001
_FEWEST_DAYS, _MOST_DAYS, _LARGE = 1, 10, 3


class Improver:
    """Takes days in turn: first every one by itself, then growing handfuls as long as they are solved to the end."""

    def __init__(self, case: Case, effort: Effort, without: Set[RuleCode]) -> None:
        self._case, self._effort, self._without = case, effort, without
        self._random = Random(effort.seed)
        self._days = [demand.on for demand in case.problem.demands]
        self._waiting: list[date] = []
        self._size = _FEWEST_DAYS

    def improve(self, roster: Roster, bound: int) -> Roster:
        """The best roster found in the time, or the first within the gap."""
        until = perf_counter() + self._effort.seconds
        cost = cost_of(self._case.problem, self._case.fairness, roster)
        while perf_counter() < until and cost - bound > self._effort.gap * cost:
            tried = self._step(roster, until - perf_counter())
            tried_cost = cost_of(self._case.problem, self._case.fairness, tried)
            if tried_cost <= cost:
                roster, cost = tried, tried_cost
        return roster

    def _step(self, roster: Roster, left: float) -> Roster:
        days = self._next_days()
        # One thread is the faster for a day: two first agree on who does what.
        threads = 1 if len(days) < _LARGE else self._effort.workers
        effort = replace(self._effort, seconds=max(0.01, min(_MOST_SECONDS, left)), gap=_GAP, workers=threads)
        part = self._case.around(days, roster)
        model = RosterModel(part)
        constrain(model, self._without)
        model.hint(roster)
        model.cp.minimize(costs(model))
        found = run(model, effort)
        self._adapt(found.status)
        if not found.found:
            return roster
        return tuple(sorted((*part.held, *read_roster(model, found.value, {}))))

    def _adapt(self, status: Status) -> None:
        if status is not Status.OPTIMAL:
            self._size = max(_FEWEST_DAYS, self._size - 1)
        elif len(self._waiting) < self._size:
            self._size = min(_MOST_DAYS, self._size + 1)

    def _next_days(self) -> frozenset[date]:
        size = min(self._size, _MOST_DAYS, len(self._days))
        if len(self._waiting) < size:
            self._waiting = self._random.sample(self._days, len(self._days))
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return frozenset(taken)
