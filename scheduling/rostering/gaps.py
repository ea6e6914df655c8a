"""What a roster leaves open, read from its assignments alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from scheduling.intervals import MinuteRange
from scheduling.rostering.outcome import Shortfall
from scheduling.rostering.problem import Demand, Group, LeaderRule, Problem
from scheduling.shifts import Assignment

Works = dict[date, list[tuple[MinuteRange, ...]]]


def shortfalls(problem: Problem, assignments: Iterable[Assignment]) -> tuple[Shortfall, ...]:
    """Slots in which fewer counting operators are at work than the forecast asks for."""
    works = works_of(problem, assignments, Group.COUNTING)
    found = []
    for demand in problem.demands:
        for slot in problem.slots(demand):
            found.append(_gap(works, demand, slot, problem.asked(demand, slot.start)))
    return tuple(one for one in found if one is not None)


def leader_gaps(problem: Problem, assignments: Iterable[Assignment]) -> tuple[Shortfall, ...]:
    """Slots without a leader at work; none when the settings do not ask."""
    if problem.settings.leader_per_slot is LeaderRule.OFF:
        return ()
    works = works_of(problem, assignments, Group.LEADING)
    found = [_gap(works, demand, slot, 1) for demand in problem.demands for slot in problem.slots(demand)]
    return tuple(one for one in found if one is not None)


def works_of(problem: Problem, assignments: Iterable[Assignment], group: Group) -> Works:
    """By day, when each person of the group is at work."""
    members = {worker.key for worker in problem.workers if worker.group is group}
    found: Works = defaultdict(list)
    for one in assignments:
        if one.person in members:
            found[one.on].append(one.shift.work)
    return found


def present(works: Works, on: date, slot: MinuteRange) -> int:
    """How many are at work throughout the slot."""
    return sum(any(part.start <= slot.start and slot.end <= part.end for part in work) for work in works[on])


def _gap(works: Works, demand: Demand, slot: MinuteRange, asked: int) -> Shortfall | None:
    there = present(works, demand.on, slot)
    return Shortfall(demand.on, slot.start, asked - there) if there < asked else None
