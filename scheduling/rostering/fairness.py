"""Whose share of the work is how large: worked out once from a problem, before anybody is placed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby

from msgspec import Struct

from scheduling.rostering.problem import Demand, Group, LeaderRule, Problem, Worker
from scheduling.shifts import Assignment


class Fairness(Struct, frozen=True):
    """shares: the days each person could work, by contract and calendar. minutes: a fair amount of work in the period.
    among: each kind of shift with the people it is shared among. free: minutes that cost nothing, one shift.
    """

    shares: Mapping[str, int]
    minutes: Mapping[str, int]
    among: tuple[tuple[str, tuple[str, ...]], ...]
    free: int


def fairness_of(problem: Problem) -> Fairness:
    """The shares of everybody in the problem."""
    free = max((kind.worked_minutes for kind in problem.kinds), default=0)
    shares = {worker.key: _share(problem, worker, free) for worker in problem.workers}
    minutes: dict[str, int] = {}
    for group in Group:
        members = [worker for worker in problem.workers if worker.group is group]
        asked, whole = _asked_minutes(problem, group), sum(shares[one.key] for one in members)
        for one in members:
            minutes[one.key] = _within(one, asked * shares[one.key] // max(1, whole))
    return Fairness(shares, minutes, tuple(_among(problem)), free)


def _share(problem: Problem, worker: Worker, longest: int) -> int:
    days = sum(demand.on in worker.available for demand in problem.demands)
    return min(days, worker.month_minutes[1] // longest) if worker.month_minutes and longest else days


def _within(worker: Worker, minutes: int) -> int:
    least, most = worker.month_minutes or (0, minutes)
    return min(max(minutes, least), most)


def _asked_minutes(problem: Problem, group: Group) -> int:
    return sum(
        slot.minutes * enough_at(problem, group, demand, slot.start)
        for demand in problem.demands
        for slot in problem.slots(demand)
    )


def _among(problem: Problem) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Early, late and every other kind, among those of a group who have a choice between kinds."""
    for group in Group:
        workers = [one for one in problem.workers if one.group is group and _has_choice(problem, one)]
        for kind in problem.kinds:
            able = tuple(one.key for one in workers if one.kinds is None or kind.key in one.kinds)
            if len(able) > 1:
                yield kind.key, able


def _has_choice(problem: Problem, worker: Worker) -> bool:
    return len(problem.kinds if worker.kinds is None else worker.kinds) > 1


def wanted_at(problem: Problem, group: Group, demand: Demand, start: int) -> int:
    """How many of the group should be at work in the slot."""
    if group is Group.COUNTING:
        return problem.asked(demand, start)
    return int(group is Group.LEADING and problem.settings.leader_per_slot is not LeaderRule.OFF)


def enough_at(problem: Problem, group: Group, demand: Demand, start: int) -> int:
    """How many may be there before one more is a surplus."""
    if group is Group.COUNTING:
        return max(problem.asked(demand, start), problem.settings.minimum)
    return int(group is Group.LEADING)


def kinds_worked(problem: Problem, assignments: Iterable[Assignment]) -> Counter[tuple[str, str]]:
    """How many shifts of a kind each person has, by person and kind."""
    found: Counter[tuple[str, str]] = Counter()
    for (person, _), ones in groupby(sorted(assignments), key=lambda one: (one.person, one.on)):
        like = problem.kind_like([one.shift for one in ones])
        if like is not None:
            found[person, like] += 1
    return found


def minutes_worked(assignments: Iterable[Assignment]) -> Counter[str]:
    """Minutes of work of each person."""
    found: Counter[str] = Counter()
    for one in assignments:
        found[one.person] += one.shift.worked_minutes
    return found
