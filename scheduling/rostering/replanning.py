"""Changing a roster in force as little as the rules allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scheduling.rostering.constraints import constrain
from scheduling.rostering.explaining import refusal
from scheduling.rostering.gaps import leader_gaps, shortfalls
from scheduling.rostering.model import Case, HeadKey, Moment, Option, RosterModel, cells_of
from scheduling.rostering.objective import costs
from scheduling.rostering.outcome import Cell, Outcome, Solution
from scheduling.rostering.problem import Problem, Worker
from scheduling.rostering.rules import RuleCode
from scheduling.rostering.solving import Effort, Run, load, read_roster, run
from scheduling.shifts import Assignment

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar, LinearExpr

CELL_WEIGHT, BREAK_WEIGHT = 10, 1
"""What a changed cell costs, and one in which the break alone moves."""
_POLISHING = 0.5


class _Keeper(Struct, frozen=True, eq=False):
    """A cell that keeps its break: `var` is 1 when the person still begins it at `start`."""

    key: HeadKey
    person: str
    start: int
    var: IntVar


def replan(
    problem: Problem, current: Iterable[Assignment], frozen_until: date | Moment, seconds: float = 20, seed: int = 1
) -> Outcome:
    """The roster in force, changed in as few cells as the rules allow; `optimal` says that fewer are proven impossible.

    frozen_until: the day, or day and minute, before which everything stays as it is and no rule is asked for any more.
    Who is available, fixed or has a wish now is the problem's; cells in force that break no rule may stay, whatever
    shifts they are. An absence lowers the least minutes of a person's contract by what it took away.
    Among rosters with as few changes on the same days, one of low cost is taken, as far as the seconds go.
    Raises ValueError for persons nobody knows.
    """
    load()
    since = frozen_until if isinstance(frozen_until, tuple) else (frozen_until, 0)
    effort = Effort(seconds, seed)
    return _Replanning(_case(problem, tuple(sorted(current)), since), tuple(sorted(current)), effort).outcome()


def _case(problem: Problem, current: tuple[Assignment, ...], since: Moment) -> Case:
    unknown = {one.person for one in current} - {worker.key for worker in problem.workers}
    if unknown:
        raise ValueError(f"nobody knows {min(unknown)}")
    days = {demand.on for demand in problem.demands}
    workers = tuple(_adjusted(worker, current, days, since) for worker in problem.workers)
    return Case(replace(problem, workers=workers), tuple(one for one in current if one.on in days), since)


def _adjusted(worker: Worker, current: tuple[Assignment, ...], days: Set[date], since: Moment) -> Worker:
    """The person as the replan sees them: what was worked on closed days counts, what an absence took is not owed."""
    mine = [one for one in current if one.person == worker.key]
    past = [one for one in mine if (one.on, one.shift.span.start) < since]
    before = dict(worker.worked_before)
    for one in past:
        if one.on not in days:
            before[one.on] = before.get(one.on, 0) + one.shift.worked_minutes
    if worker.month_minutes is None:
        return replace(worker, worked_before=before)
    lost = [one for one in mine if one not in past and one.on in days and one.on not in worker.available]
    least = max(0, worker.month_minutes[0] - sum(one.shift.worked_minutes for one in lost))
    return replace(worker, worked_before=before, month_minutes=(least, worker.month_minutes[1]))


class _Replanning:
    """A case with a roster in force, and the clock it runs against."""

    def __init__(self, case: Case, current: tuple[Assignment, ...], effort: Effort) -> None:
        self._case, self._current, self._effort = case, current, effort
        self._started = perf_counter()

    def outcome(self) -> Outcome:
        model = self._model()
        keepers, changes = _changes(model)
        model.hint(self._case.current)
        model.cp.minimize(changes)
        found = run(model, self._left(1))
        if not found.found:
            return refusal(self._case, found.status, self._left(1), frozenset[RuleCode]())
        roster = self._polished(read_roster(model, found.value, _kept(keepers, found)))
        return self._solution(roster, found)

    def _polished(self, roster: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
        """As few changes on the same days, chosen for what a roster costs."""
        days = {cell.on for cell in self._changed(roster)}
        part = self._case.around(days, roster)
        model = self._model(part)
        keepers, changes = _changes(model)
        model.hint(roster)
        model.cp.add(changes <= _weight(part, roster))
        model.cp.minimize(costs(model))
        better = run(model, self._left(_POLISHING))
        if not better.found:
            return roster
        return tuple(sorted((*part.held, *read_roster(model, better.value, _kept(keepers, better)))))

    def _model(self, case: Case | None = None) -> RosterModel:
        model = RosterModel(case or self._case)
        constrain(model)
        return model

    def _changed(self, roster: tuple[Assignment, ...]) -> list[Cell]:
        before, after = cells_of(self._current), cells_of(roster)
        return sorted(cell for cell in before.keys() | after.keys() if before.get(cell) != after.get(cell))

    def _left(self, share: float) -> Effort:
        left = self._effort.seconds - (perf_counter() - self._started)
        return replace(self._effort, seconds=max(0.05, share * left))

    def _solution(self, roster: tuple[Assignment, ...], found: Run) -> Solution:
        problem = self._case.problem
        roster = tuple(sorted((*roster, *self._past_on_closed_days())))
        return Solution(
            assignments=roster,
            optimal=found.objective == found.bound,
            objective=found.objective,
            bound=found.bound,
            first_seconds=found.first_at,
            seconds=perf_counter() - self._started,
            shortfalls=shortfalls(problem, roster),
            leader_gaps=leader_gaps(problem, roster),
            changed=tuple(self._changed(roster)),
        )

    def _past_on_closed_days(self) -> Iterable[Assignment]:
        days = {demand.on for demand in self._case.problem.demands}
        past = (one for one in self._current if self._case.is_settled(one.on, one.shift.span.start))
        return (one for one in past if one.on not in days)


def _changes(model: RosterModel) -> tuple[list[_Keeper], LinearExpr]:
    """Who may keep their break, and the weighted number of changed cells."""
    current = model.case.current_cells()
    keepers: list[_Keeper] = []
    parts: list[LinearExpr] = []
    for cell, options in model.options.items():
        now = current.get(cell, ())
        if not now:
            parts.append(model.sum([option.var for option in options]) * CELL_WEIGHT)
            continue
        same = [option for option in options if model.is_option(option, now)]
        parts.append((1 - model.sum([option.var for option in same])) * CELL_WEIGHT)
        for option in same:
            starts = [pause.start for pause in now[0].breaks] if option.kind else []
            found = [_keeper(model, option, start) for start in starts]
            parts += [(option.var - keeper.var) * BREAK_WEIGHT for keeper in found]
            keepers += found
    _limit(model, keepers)
    return keepers, model.sum(parts)


def _keeper(model: RosterModel, option: Option, start: int) -> _Keeper:
    assert option.kind is not None
    var = model.cp.new_bool_var("")
    model.cp.add_implication(var, option.var)
    return _Keeper((option.on, option.worker.group, option.kind.key), option.worker.key, start, var)


def _limit(model: RosterModel, keepers: list[_Keeper]) -> None:
    """No more keep a break than there are breaks at that time."""
    together: dict[tuple[HeadKey, int], list[IntVar]] = defaultdict(list)
    for keeper in keepers:
        together[keeper.key, keeper.start].append(keeper.var)
    for (key, start), found in together.items():
        model.cp.add(model.sum(list(found)) <= model.breaks[key][start])


def _kept(keepers: list[_Keeper], found: Run) -> dict[HeadKey, dict[str, int]]:
    kept: dict[HeadKey, dict[str, int]] = defaultdict(dict)
    for keeper in keepers:
        if found.value(keeper.var):
            kept[keeper.key][keeper.person] = keeper.start
    return kept


def _weight(case: Case, roster: Iterable[Assignment]) -> int:
    """The weighted number of a case's cells that differ between the roster in force and another."""
    days = {demand.on for demand in case.problem.demands}
    before, after = case.current_cells(), cells_of(one for one in roster if one.on in days)
    differ = [cell for cell in before.keys() | after.keys() if before.get(cell) != after.get(cell)]
    like = case.problem.kind_like
    kinds = [(like(before.get(cell, ())), like(after.get(cell, ()))) for cell in differ]
    return sum(BREAK_WEIGHT if old is not None and old == new else CELL_WEIGHT for old, new in kinds)
