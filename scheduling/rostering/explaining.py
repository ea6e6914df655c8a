"""Why there is no roster: the smallest part of the problem that is impossible, and the rules that make it so.

Looked at in turn are each person alone, each day, each week and the whole. A part is impossible when the solver proves
it; then rules are left out one by one as long as it stays so. What remains conflicts, and leaving out any one of it
would help.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date
from itertools import groupby
from time import perf_counter

from msgspec.structs import replace

from scheduling.intervals import MinuteRange
from scheduling.rostering.constraints import constrain
from scheduling.rostering.model import Case, RosterModel
from scheduling.rostering.outcome import Conflict, Infeasible, Unsolved
from scheduling.rostering.problem import Demand, Group, Problem, Worker
from scheduling.rostering.rules import RuleCode
from scheduling.rostering.solving import Effort, Status, run

_TOGETHER = frozenset({RuleCode.FLOOR, RuleCode.LEADER})
_MOST_EXTRA = 8
_PART_SECONDS, _PROVEN_SECONDS = 5.0, 10.0
# Left out first are the rules that say the least about what to do; that nobody is in two places is never left out.
_ORDER = (
    RuleCode.KINDS,
    RuleCode.CONSECUTIVE,
    RuleCode.REST_DAY,
    RuleCode.WEEK_MINUTES,
    RuleCode.DAY_MINUTES,
    RuleCode.CONTRACT_HOURS,
    RuleCode.AVAILABLE,
    RuleCode.FIXED,
    RuleCode.SAME_BREAK,
    RuleCode.BREAK,
    RuleCode.LEADER,
    RuleCode.FLOOR,
)


def refusal(case: Case, status: Status, effort: Effort, without: Set[RuleCode]) -> Infeasible | Unsolved:
    """What to answer when no roster was found: why there is none or, without a proof of that, that time ran out."""
    started = perf_counter()
    # A proof is worth its explanation: naming the rules may take longer than finding out.
    seconds = max(effort.seconds, _PROVEN_SECONDS) if status is Status.IMPOSSIBLE else effort.seconds
    search = _Search(replace(effort, seconds=seconds), without)
    found = search.conflicts(case)
    seconds = perf_counter() - started
    if found or status is Status.IMPOSSIBLE:
        return Infeasible(tuple(found) or (_everything(case, without),), seconds)
    return Unsolved(seconds)


def _everything(case: Case, without: Set[RuleCode]) -> Conflict:
    days = tuple(sorted(demand.on for demand in case.problem.demands))
    return Conflict(tuple(rule for rule in RuleCode if rule not in without), days)


class _Search:
    """Looks for impossible parts until its time is over."""

    def __init__(self, effort: Effort, without: Set[RuleCode]) -> None:
        self._effort, self._without = effort, frozenset(without)
        self._until = perf_counter() + effort.seconds

    def conflicts(self, case: Case) -> list[Conflict]:
        """The conflicts of the smallest kind of part that has any."""
        for conflicts in (self._of_persons(case), self._of_days(case), self._of_weeks(case), self._of_whole(case)):
            found = list(conflicts)
            if found:
                return found
        return []

    def _of_persons(self, case: Case) -> Iterator[Conflict]:
        for worker in case.problem.workers:
            alone = _with(case, workers=(worker,))
            if self._impossible(alone, self._without | _TOGETHER):
                rules = self._rules(alone, self._without | _TOGETHER)
                yield Conflict(rules, self._fewest_days(alone, rules), persons=(worker.key,))

    def _of_days(self, case: Case) -> Iterator[Conflict]:
        found = [self._of_day(case.part({demand.on})) for demand in case.problem.demands]
        conflicts = sorted((one for one in found if one), key=lambda one: (_about(one), one.days))
        for _, alike in groupby(conflicts, key=_about):
            same = list(alike)
            yield replace(same[0], days=tuple(sorted(one.on for one in same if one.on)))

    def _of_day(self, case: Case) -> Conflict | None:
        if not self._impossible(case, self._without):
            return None
        return self._conflict(case, self._rules(case, self._without))

    def _of_weeks(self, case: Case) -> Iterator[Conflict]:
        days = sorted(demand.on for demand in case.problem.demands)
        for _, week in groupby(days, key=case.problem.settings.week_of):
            part = case.part(set(week))
            if self._impossible(part, self._without):
                yield self._conflict(part, self._rules(part, self._without))

    def _of_whole(self, case: Case) -> Iterator[Conflict]:
        if self._impossible(case, self._without):
            rules = self._rules(case, self._without)
            yield Conflict(rules, tuple(sorted(demand.on for demand in case.problem.demands)))

    def _conflict(self, part: Case, rules: tuple[RuleCode, ...]) -> Conflict:
        days = tuple(sorted(demand.on for demand in part.problem.demands))
        persons = tuple(_concerned(part.problem, rules))
        if RuleCode.FLOOR not in rules or len(days) > 1:
            return Conflict(rules, days, persons=persons)
        available = len(_counting(part.problem))
        interval = self._interval(part, self._others(rules))
        return Conflict(rules, days, interval, persons, self._needed(part, available), available)

    def _impossible(self, case: Case, without: Set[RuleCode]) -> bool:
        """Whether it is proven; out of time, nothing is."""
        left = min(_PART_SECONDS, self._until - perf_counter())
        if left <= 0:
            return False
        model = RosterModel(case)
        constrain(model, without)
        return run(model, replace(self._effort, seconds=left)).status is Status.IMPOSSIBLE

    def _rules(self, case: Case, without: frozenset[RuleCode]) -> tuple[RuleCode, ...]:
        for rule in _ORDER:
            if rule not in without and self._impossible(case, without | {rule}):
                without |= {rule}
        rules = tuple(rule for rule in RuleCode if rule not in without and rule in _ORDER)
        return rules or (RuleCode.ONE_SHIFT,)

    def _others(self, rules: Iterable[RuleCode]) -> frozenset[RuleCode]:
        return frozenset(RuleCode) - frozenset(rules) - ({RuleCode.ONE_SHIFT} - self._without)

    def _fewest_days(self, case: Case, rules: Sequence[RuleCode]) -> tuple[date, ...]:
        """The days without which the part would be possible, as far as days by themselves tell."""
        days = sorted(demand.on for demand in case.problem.demands)
        without = self._others(rules)
        alone = [on for on in days if self._impossible(case.part({on}), without)]
        return tuple(alone or days)

    def _interval(self, case: Case, without: Set[RuleCode]) -> MinuteRange:
        """The shortest run of slots whose minimum cannot be kept, the day's later ones first left out."""
        (demand,) = case.problem.demands
        if RuleCode.LEADER not in without:
            return demand.hours
        slots = list(case.open_slots(demand))
        while len(slots) > 1 and self._impossible(_opened(case, demand, slots[:-1]), without):
            slots.pop()
        while len(slots) > 1 and self._impossible(_opened(case, demand, slots[1:]), without):
            slots.pop(0)
        return MinuteRange(slots[0].start, slots[-1].end)

    def _needed(self, case: Case, available: int) -> int | None:
        """How many counting operators the day would need, None when no number of them helps."""
        on = case.problem.demands[0].on
        for extra in range(1, _MOST_EXTRA + 1):
            more = tuple(Worker(key=f"\0{number}", available=frozenset({on})) for number in range(extra))
            if not self._impossible(_with(case, workers=(*case.problem.workers, *more)), self._without):
                return available + extra
        return None


def _about(conflict: Conflict) -> tuple[object, ...]:
    """What conflicts of different days have in common when they are told as one."""
    span = conflict.interval
    hours = (span.start, span.end) if span else (-1, -1)
    return conflict.rules, hours, conflict.persons, conflict.needed or 0, conflict.available or 0


def _with(case: Case, workers: tuple[Worker, ...]) -> Case:
    keys = {worker.key for worker in workers}
    current = tuple(one for one in case.current if one.person in keys)
    return replace(case, problem=replace(case.problem, workers=workers), current=current, fair=None)


def _opened(case: Case, demand: Demand, slots: Sequence[MinuteRange]) -> Case:
    shorter = Demand(demand.on, MinuteRange(slots[0].start, slots[-1].end))
    return replace(case, problem=replace(case.problem, demands=(shorter,)))


def _counting(problem: Problem) -> list[str]:
    """Counting people who could be there on one of the days."""
    days = {demand.on for demand in problem.demands}
    return [one.key for one in problem.workers if one.group is Group.COUNTING and one.available & days]


def _concerned(problem: Problem, rules: Sequence[RuleCode]) -> list[str]:
    days = {demand.on for demand in problem.demands}
    counting = _counting(problem) if RuleCode.FLOOR in rules else []
    leading = [one.key for one in problem.workers if one.leads and one.available & days]
    return counting + (leading if RuleCode.LEADER in rules else [])
