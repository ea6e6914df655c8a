"""The decisions of a roster and what they make of each slot; no rule and no wish is in here.

What was tried first, a variable for each person and place of the break, does not scale. Here a person's day chooses a
kind of shift, and per day, group and kind whole numbers say how many begin their break when; `breaks.Dealer` gives
those to persons afterwards. People who are alike are then alike to the solver too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scheduling.intervals import MinuteRange
from scheduling.rostering.fairness import Fairness, enough_at, fairness_of, wanted_at
from scheduling.rostering.outcome import Cell
from scheduling.rostering.problem import Demand, Group, Problem, ShiftKind, Worker
from scheduling.shifts import Assignment, ShiftTimes

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

_NO_LIMIT = 1_000_000
Moment = tuple[date, int]
"""A day and a minute of it."""
HeadKey = tuple[date, Group, str]
"""Day, group and key of the kind."""


class Case(Struct, frozen=True):
    """A problem, and for a replan the roster in force (`current`) and the moment `since` which it may be changed.

    A case that is a part of a month knows what is `held` on the other days and what is `fair` in the whole.
    """

    problem: Problem
    current: tuple[Assignment, ...] = ()
    since: Moment | None = None
    held: tuple[Assignment, ...] = ()
    fair: Fairness | None = None

    @property
    def fairness(self) -> Fairness:
        """The shares of the whole month."""
        return self.fair or fairness_of(self.problem)

    def is_settled(self, on: date, start: int) -> bool:
        """Whether what starts then is past and stays."""
        return self.since is not None and (on, start) < self.since

    def open_slots(self, demand: Demand) -> tuple[MinuteRange, ...]:
        """The slots whose presence can still be arranged."""
        return tuple(slot for slot in self.problem.slots(demand) if not self.is_settled(demand.on, slot.start))

    def part(self, days: Container[date]) -> Case:
        """Some of the days alone: whatever is impossible or costs something there does so in the whole."""
        return self._within(days, {}, ())

    def around(self, days: Container[date], roster: Iterable[Assignment]) -> Case:
        """Some of the days, while the others stay as the roster has them: what is legal here is legal in the whole."""
        held = tuple(one for one in roster if one.on not in days)
        minutes: dict[str, Counter[date]] = {worker.key: Counter() for worker in self.problem.workers}
        for one in held:
            minutes[one.person][one.on] += one.shift.worked_minutes
        return self._within(days, minutes, held)

    def _within(
        self, days: Container[date], elsewhere: Mapping[str, Counter[date]], held: tuple[Assignment, ...]
    ) -> Case:
        workers = tuple(_within(worker, days, elsewhere.get(worker.key)) for worker in self.problem.workers)
        demands = tuple(demand for demand in self.problem.demands if demand.on in days)
        current = tuple(one for one in self.current if one.on in days)
        problem = replace(self.problem, workers=workers, demands=demands)
        return Case(problem, current, self.since, held, self.fairness)

    def current_cells(self) -> dict[Cell, tuple[ShiftTimes, ...]]:
        """The shifts in force by cell."""
        return cells_of(self.current)


def _within(worker: Worker, days: Container[date], elsewhere: Counter[date] | None) -> Worker:
    fixed = tuple(one for one in worker.fixed if one.on in days)
    least, most = worker.month_minutes or (0, _NO_LIMIT)
    done = elsewhere.total() if elsewhere else 0
    month = (max(0, least - done) if elsewhere is not None else 0, max(0, most - done))
    before = {**worker.worked_before, **(elsewhere or {})}
    return replace(worker, fixed=fixed, month_minutes=worker.month_minutes and month, worked_before=before)


def cells_of(assignments: Iterable[Assignment]) -> dict[Cell, tuple[ShiftTimes, ...]]:
    """The shifts by cell, in the order of the day."""
    found = groupby(sorted(assignments), key=lambda one: Cell(one.person, one.on))
    return {cell: tuple(one.shift for one in ones) for cell, ones in found}


class Option(Struct, frozen=True, eq=False):
    """One way to fill a cell: a kind of shift, or shifts taken as they are (`block`). `var` is 1 when it is chosen.

    settled: in the past, whatever rules say. fixed: one of the person's fixed cells. counts_as: key of the kind it is
    when early and late are counted.
    """

    worker: Worker
    on: date
    var: IntVar
    kind: ShiftKind | None = None
    block: tuple[ShiftTimes, ...] = ()
    settled: bool = False
    fixed: bool = False
    counts_as: str | None = None

    @property
    def minutes(self) -> int:
        """Minutes of work."""
        return self.kind.worked_minutes if self.kind else sum(one.worked_minutes for one in self.block)


class Band(Struct, frozen=True, eq=False):
    """Slots of a day that look alike to a group: `minutes` in all, how many are `wanted` and how many are `enough`,
    `present` and `placed` (breaks not taken off) as expressions."""

    minutes: int
    wanted: int
    enough: int
    present: LinearExpr
    placed: LinearExpr


class RosterModel:
    """Variables of a case and the structure between them."""

    def __init__(self, case: Case) -> None:
        from ortools.sat.python import cp_model

        self.case = case
        self.problem = case.problem
        self.cp: CpModel = cp_model.CpModel()
        self.sum: Callable[[Sequence[LinearExpr | IntVar]], LinearExpr] = cp_model.LinearExpr.sum
        self.weighted: Callable[[Sequence[IntVar], Sequence[int]], LinearExpr] = cp_model.LinearExpr.weighted_sum
        self.options: dict[Cell, list[Option]] = {}
        self.heads: dict[HeadKey, IntVar] = {}
        self.breaks: dict[HeadKey, dict[int, IntVar]] = {}
        self._add_options()
        self._add_counts()

    @cached_property
    def fair(self) -> Fairness:
        """The shares of the whole month."""
        return self.case.fairness

    @cached_property
    def all_options(self) -> tuple[Option, ...]:
        """Every option of every cell."""
        return tuple(option for options in self.options.values() for option in options)

    @cached_property
    def by_day(self) -> dict[date, list[Option]]:
        """The options of a day."""
        found: dict[date, list[Option]] = defaultdict(list)
        for option in self.all_options:
            found[option.on].append(option)
        return found

    @cached_property
    def by_worker(self) -> dict[str, list[Option]]:
        """The options of a person."""
        found: dict[str, list[Option]] = defaultdict(list)
        for option in self.all_options:
            found[option.worker.key].append(option)
        return found

    def _add_options(self) -> None:
        current = self.case.current_cells()
        for worker in self.problem.workers:
            fixed = cells_of(worker.fixed)
            for demand in self.problem.demands:
                cell = Cell(worker.key, demand.on)
                shifts = current.get(cell, ())
                self.options[cell] = self._cell_options(worker, demand, shifts, fixed.get(cell, ()))

    def _cell_options(
        self, worker: Worker, demand: Demand, current: tuple[ShiftTimes, ...], fixed: tuple[ShiftTimes, ...]
    ) -> list[Option]:
        on, new, like = demand.on, self.cp.new_bool_var, self.problem.kind_like
        if current and self.case.is_settled(on, current[0].span.start):
            one = self.cp.new_constant(1)
            return [Option(worker, on, one, block=current, settled=True, counts_as=like(current))]
        kinds = [kind for kind in self.problem.kinds_on(demand) if not self.case.is_settled(on, kind.start)]
        found = [Option(worker, on, new(""), kind=kind, counts_as=kind.key) for kind in kinds]
        if fixed:
            found.append(Option(worker, on, new(""), block=fixed, fixed=True, counts_as=like(fixed)))
        elif current and like(current) not in {kind.key for kind in kinds}:
            found.append(Option(worker, on, new(""), block=current, counts_as=like(current)))
        return found

    def _add_counts(self) -> None:
        members: dict[HeadKey, list[Option]] = defaultdict(list)
        for option in self.all_options:
            if option.kind is not None:
                members[option.on, option.worker.group, option.kind.key].append(option)
        for key, options in members.items():
            self._add_head(key, options)

    def _add_head(self, key: HeadKey, options: list[Option]) -> None:
        head = self.cp.new_int_var(0, len(options), "")
        self.cp.add(head == self.sum([option.var for option in options]))
        self.heads[key] = head
        kind = options[0].kind
        starts = kind.break_starts(self.problem.settings.step) if kind else ()
        self.breaks[key] = {start: self.cp.new_int_var(0, len(options), "") for start in starts}
        if starts:
            self.cp.add(self.sum(list(self.breaks[key].values())) <= head)

    def hint(self, roster: Iterable[Assignment]) -> None:
        """Begin the search at a roster."""
        cells = cells_of(roster)
        resting: Counter[tuple[HeadKey, int]] = Counter()
        for option in (one for one in self.all_options if not one.settled):
            shifts = cells.get(Cell(option.worker.key, option.on), ())
            chosen = self.is_option(option, shifts)
            self.cp.add_hint(option.var, chosen)
            if chosen and option.kind is not None:
                key = (option.on, option.worker.group, option.kind.key)
                resting.update((key, pause.start) for pause in shifts[0].breaks)
        for key, starts in self.breaks.items():
            for start, count in starts.items():
                self.cp.add_hint(count, resting[key, start])

    def is_option(self, option: Option, shifts: tuple[ShiftTimes, ...]) -> bool:
        """Whether the shifts of a cell are this option, its break aside."""
        if option.kind is None:
            return option.block == shifts
        return self.problem.kind_like(shifts) == option.kind.key

    def bands(self, demand: Demand, group: Group) -> list[Band]:
        """The open slots of a day as a group sees them, alike ones joined."""
        blocks = [one for one in self.by_day[demand.on] if one.block and one.worker.group is group]
        alike: dict[tuple[object, ...], list[MinuteRange]] = defaultdict(list)
        terms: dict[tuple[object, ...], _Terms] = {}
        for slot in self.case.open_slots(demand):
            found = self._terms(demand, group, slot, blocks)
            key = (found.wanted, found.enough, found.signature)
            alike[key].append(slot)
            terms[key] = found
        return [self._band(terms[key], slots) for key, slots in alike.items()]

    def _terms(self, demand: Demand, group: Group, slot: MinuteRange, blocks: list[Option]) -> _Terms:
        placed = [one.var for one in blocks if any(_holds(shift.span, slot) for shift in one.block)]
        working = [one.var for one in blocks if any(_holds(work, slot) for shift in one.block for work in shift.work)]
        heads, resting = [], []
        for kind in self.problem.kinds_on(demand):
            key = (demand.on, group, kind.key)
            if key in self.heads and _holds(kind.span, slot):
                heads.append(self.heads[key])
                breaks = self.breaks[key].items()
                resting += [count for start, count in breaks if kind.break_at(start).overlaps(slot)]
        wanted = wanted_at(self.problem, group, demand, slot.start)
        enough = enough_at(self.problem, group, demand, slot.start)
        return _Terms(wanted, enough, heads + placed, heads + working, resting)

    def _band(self, terms: _Terms, slots: list[MinuteRange]) -> Band:
        signs = [1] * len(terms.working) + [-1] * len(terms.resting)
        present = self.weighted(terms.working + terms.resting, signs)
        minutes = sum(slot.minutes for slot in slots)
        return Band(minutes, terms.wanted, terms.enough, present, self.sum(terms.placed))


class _Terms(Struct, frozen=True, eq=False):
    wanted: int
    enough: int
    placed: list[IntVar]
    working: list[IntVar]
    resting: list[IntVar]

    @property
    def signature(self) -> tuple[object, ...]:
        """What two slots have in common when the same variables decide on their presence."""
        return tuple(tuple(var.index for var in part) for part in (self.placed, self.working, self.resting))


def _holds(outer: MinuteRange, inner: MinuteRange) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
