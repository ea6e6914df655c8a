"""An examiner of rosters that knows nothing of the solver: plain loops over days, people and minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from scheduling.rostering import Demand, LeaderRule, Problem, Worker
from scheduling.shifts import Assignment

Roster = Iterable[Assignment]


def faults(problem: Problem, roster: Roster) -> list[str]:
    """Every fault as 'rule: person or day', none for a legal roster."""
    by_person: dict[str, list[Assignment]] = defaultdict(list)
    for one in roster:
        by_person[one.person].append(one)
    found: list[str] = []
    if set(by_person) - {worker.key for worker in problem.workers}:
        found.append("unknown: a person nobody knows")
    for worker in problem.workers:
        found += _person_faults(problem, worker, sorted(by_person[worker.key], key=lambda one: one.on))
    for demand in problem.demands:
        found += _day_faults(problem, demand, by_person)
    return found


def _person_faults(problem: Problem, worker: Worker, mine: list[Assignment]) -> list[str]:
    found = _fixed_faults(worker, mine) + _cell_faults(problem, worker, mine)
    minutes: dict[date, int] = dict(worker.worked_before)
    for one in mine:
        minutes[one.on] = minutes.get(one.on, 0) + _work(one)
    found += [f"day_minutes: {worker.key} {one.on}" for one in mine if minutes[one.on] > 480]
    found += _week_faults(problem, worker, minutes)
    found += _row_faults(problem, worker, {on for on, number in minutes.items() if number > 0})
    total = sum(_work(one) for one in mine)
    if worker.month_minutes and not worker.month_minutes[0] <= total <= worker.month_minutes[1]:
        found.append(f"contract_hours: {worker.key} {total}")
    return found


def _fixed_faults(worker: Worker, mine: list[Assignment]) -> list[str]:
    days = {one.on for one in worker.fixed}
    there = sorted(one for one in mine if one.on in days)
    return [] if there == sorted(worker.fixed) else [f"fixed: {worker.key}"]


def _cell_faults(problem: Problem, worker: Worker, mine: list[Assignment]) -> list[str]:
    open_days = {demand.on for demand in problem.demands}
    found, seen = [], set()
    for one in mine:
        if one.on not in open_days:
            found.append(f"closed: {worker.key} {one.on}")
        if one.on not in worker.available:
            found.append(f"available: {worker.key} {one.on}")
        if one in worker.fixed:
            continue
        if one.on in seen:
            found.append(f"one_shift: {worker.key} {one.on}")
        seen.add(one.on)
        found += [f"{fault}: {worker.key} {one.on}" for fault in _kind_faults(problem, worker, one)]
    return found


def _kind_faults(problem: Problem, worker: Worker, one: Assignment) -> list[str]:
    kinds = [kind for kind in problem.kinds if (kind.start, kind.end) == (one.shift.span.start, one.shift.span.end)]
    if not kinds:
        return ["kinds"]
    kind = kinds[0]
    found = ["kinds"] if worker.kinds is not None and kind.key not in worker.kinds else []
    if kind.break_minutes == 0:
        return found + (["break"] if one.shift.breaks else [])
    if len(one.shift.breaks) != 1:
        return [*found, "break"]
    pause = one.shift.breaks[0]
    fits = kind.break_from <= pause.start and pause.end <= kind.break_until
    right = pause.end - pause.start == kind.break_minutes and pause.start % problem.settings.step == 0
    return found if fits and right else [*found, "break"]


def _week_faults(problem: Problem, worker: Worker, minutes: dict[date, int]) -> list[str]:
    found = []
    for first in {_first_of_week(on, problem.settings.week_starts) for on in minutes}:
        week = [minutes.get(first + timedelta(days=number), 0) for number in range(7)]
        if sum(week) > worker.week_minutes:
            found.append(f"week_minutes: {worker.key} {first}")
        if all(number > 0 for number in week):
            found.append(f"rest_day: {worker.key} {first}")
    return found


def _first_of_week(on: date, starts: int) -> date:
    while on.weekday() != starts:
        on -= timedelta(days=1)
    return on


def _row_faults(problem: Problem, worker: Worker, worked: set[date]) -> list[str]:
    for first in worked:
        length = 0
        while first + timedelta(days=length) in worked:
            length += 1
        if length > problem.settings.most_consecutive:
            return [f"consecutive: {worker.key} {first}"]
    return []


def _day_faults(problem: Problem, demand: Demand, by_person: dict[str, list[Assignment]]) -> list[str]:
    today = {key: [one for one in mine if one.on == demand.on] for key, mine in by_person.items()}
    counting = [today.get(worker.key, []) for worker in problem.workers if worker.counts]
    leading = [today.get(worker.key, []) for worker in problem.workers if worker.leads]
    found = _presence_faults(problem, demand, counting, leading)
    if any(worker.leads for worker in problem.workers) and not any(leading):
        found.append(f"leader: {demand.on}")
    starts = {pause.start for mine in today.values() for one in mine for pause in one.shift.breaks}
    if not problem.settings.staggered_breaks and len(starts) > 1:
        found.append(f"same_break: {demand.on}")
    return found


def _presence_faults(
    problem: Problem, demand: Demand, counting: list[list[Assignment]], leading: list[list[Assignment]]
) -> list[str]:
    needs_leader = problem.settings.leader_per_slot is LeaderRule.REQUIRE and bool(leading)
    resting_counts = not problem.settings.minimum_during_breaks
    for minute in range(demand.hours.start, demand.hours.end):
        if sum(_is_there(mine, minute, resting_counts) for mine in counting) < problem.settings.minimum:
            return [f"floor: {demand.on} {minute}"]
        if needs_leader and not any(_is_there(mine, minute, False) for mine in leading):
            return [f"leader: {demand.on} {minute}"]
    return []


def _is_there(mine: list[Assignment], minute: int, resting_counts: bool) -> bool:
    for one in mine:
        if one.shift.span.start <= minute < one.shift.span.end:
            resting = any(pause.start <= minute < pause.end for pause in one.shift.breaks)
            if resting_counts or not resting:
                return True
    return False


def _work(one: Assignment) -> int:
    return one.shift.span.end - one.shift.span.start - sum(pause.end - pause.start for pause in one.shift.breaks)
