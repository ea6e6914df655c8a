"""What an actual roster costs, by plain counting: the objective read from its assignments."""

from __future__ import annotations

from collections.abc import Iterable

from scheduling.rostering.fairness import Fairness, enough_at, kinds_worked, minutes_worked, wanted_at
from scheduling.rostering.gaps import Works, present, works_of
from scheduling.rostering.objective import HOUR, WEIGHTS
from scheduling.rostering.problem import Demand, Group, Problem
from scheduling.shifts import Assignment


def cost_of(problem: Problem, fair: Fairness, assignments: tuple[Assignment, ...]) -> int:
    """The whole cost in weighted minutes, as the solver's objective has it."""
    persons = _wishes(problem, assignments) + _kinds(problem, fair, assignments) + _minutes(fair, assignments)
    return _presence(problem, assignments) + persons


def _presence(problem: Problem, assignments: tuple[Assignment, ...]) -> int:
    total = 0
    for group in {worker.group for worker in problem.workers}:
        works = works_of(problem, assignments, group)
        total += sum(_day(problem, demand, group, works) for demand in problem.demands)
    return total


def _day(problem: Problem, demand: Demand, group: Group, works: Works) -> int:
    total = 0
    for slot in problem.slots(demand):
        there = present(works, demand.on, slot)
        missing = max(0, wanted_at(problem, group, demand, slot.start) - there)
        surplus = max(0, there - enough_at(problem, group, demand, slot.start))
        total += slot.minutes * (WEIGHTS.missing(group) * missing + WEIGHTS.surplus * surplus)
    return total


def _wishes(problem: Problem, assignments: Iterable[Assignment]) -> int:
    cells = {(one.person, one.on) for one in assignments}
    return WEIGHTS.wish * sum((one.key, on) in cells for one in problem.workers for on in one.wishes_off)


def _kinds(problem: Problem, fair: Fairness, assignments: tuple[Assignment, ...]) -> int:
    counts, found = kinds_worked(problem, assignments), 0
    for kind, able in fair.among:
        whole = sum(fair.shares[person] for person in able)
        total = sum(counts[person, kind] for person in able)
        away = [abs(counts[person, kind] * whole - total * fair.shares[person]) - (whole - 1) for person in able]
        found += sum(_started(one, whole) for one in away) if whole else 0
    return WEIGHTS.uneven_kind * found


def _minutes(fair: Fairness, assignments: tuple[Assignment, ...]) -> int:
    minutes = minutes_worked(assignments)
    away = [abs(minutes[person] - wanted) - fair.free for person, wanted in fair.minutes.items()]
    return WEIGHTS.uneven_hour * sum(_started(one, HOUR) for one in away)


def _started(amount: int, unit: int) -> int:
    return max(0, -(-amount // unit))
