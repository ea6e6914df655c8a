"""What each day costs at least, whatever the others need.

A day alone is solved to the end in a moment, while a month's relaxation believes in three fifths of a person at lunch.
The sum of the days is the bound a month is held against.
"""

from __future__ import annotations

from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor

from msgspec.structs import replace

from scheduling.rostering.constraints import constrain
from scheduling.rostering.model import Case, RosterModel
from scheduling.rostering.objective import day_costs
from scheduling.rostering.rules import RuleCode
from scheduling.rostering.solving import Effort, run


def sum_of_days(case: Case, effort: Effort, without: Set[RuleCode]) -> int:
    """The least the days cost in sum, each by itself; a day that is not proven in the time counts for less."""
    days = [demand.on for demand in case.problem.demands]
    each = replace(effort, workers=1, gap=0.0, seconds=max(0.01, effort.seconds * effort.workers / max(1, len(days))))
    with ThreadPoolExecutor(effort.workers) as pool:
        return sum(pool.map(lambda on: _bound(case.part({on}), each, without), days))


def _bound(case: Case, effort: Effort, without: Set[RuleCode]) -> int:
    model = RosterModel(case)
    constrain(model, without)
    model.cp.minimize(day_costs(model, case.problem.demands[0]))
    return max(0, run(model, effort).bound)
