"""Running the solver on a model, and reading a roster out of what it answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import Enum
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import Struct

from scheduling.rostering.breaks import Dealer
from scheduling.rostering.model import HeadKey, Option, RosterModel
from scheduling.shifts import Assignment

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpSolver, IntVar


class Effort(Struct, frozen=True):
    """How hard to try: seconds of wall clock, seed, threads, and the gap (ratio) at which a roster is good enough.

    With one thread and time to spare the same case always gives the same roster. Raises ValueError for numbers out of
    range.
    """

    seconds: float = 20
    seed: int = 1
    workers: int = 2
    gap: float = 0.0

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.workers < 1 or self.gap < 0 or self.seed < 0:
            raise ValueError("seconds, seed, workers or gap out of range")


_ROUNDING = 1e-6
_ANY_GAP = 1e6
"""As good as infinite, which the solver does not take."""


class Status(Enum):
    """What the solver found out."""

    OPTIMAL = "optimal"
    LEGAL = "legal"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


class Run(Struct, frozen=True):
    """One answer: `value` reads a variable, when there is a solution. first_at: seconds after the start."""

    status: Status
    value: Callable[[IntVar], int]
    objective: int
    bound: int
    first_at: float

    @property
    def found(self) -> bool:
        """Whether there is a solution."""
        return self.status in (Status.OPTIMAL, Status.LEGAL)


def load() -> None:
    """Load the solver, a second that nobody waits for before a roster is asked for."""
    import ortools.sat.python.cp_model  # noqa: F401


def run(model: RosterModel, effort: Effort) -> Run:
    """Solve within the time; the objective is whatever the model holds."""
    from ortools.sat.python import cp_model

    class First(cp_model.CpSolverSolutionCallback):
        at = 0.0

        def on_solution_callback(self) -> None:
            self.at = self.at or perf_counter() - started

    first, started = First(), perf_counter()
    solver = _solver(effort)
    status = _STATUS[solver.solve(model.cp, first).name]
    found = status in (Status.OPTIMAL, Status.LEGAL)
    objective = round(solver.objective_value) if found else 0
    bound = ceil(solver.best_objective_bound - _ROUNDING) if found else 0
    return Run(status, solver.value, objective, min(objective, bound), first.at)


_STATUS = {
    "OPTIMAL": Status.OPTIMAL,
    "FEASIBLE": Status.LEGAL,
    "INFEASIBLE": Status.IMPOSSIBLE,
    "UNKNOWN": Status.UNKNOWN,
}


def _solver(effort: Effort) -> CpSolver:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = effort.seconds
    solver.parameters.random_seed = effort.seed
    solver.parameters.num_workers = effort.workers
    solver.parameters.linearization_level = 2
    solver.parameters.relative_gap_limit = min(effort.gap, _ANY_GAP)
    return solver


Kept = Mapping[HeadKey, Mapping[str, int]]
"""Starts of breaks that persons keep, by day, group and kind."""


def read_roster(model: RosterModel, value: Callable[[IntVar], int], kept: Kept) -> tuple[Assignment, ...]:
    """Who works what, breaks dealt to persons."""
    chosen = [option for option in model.all_options if value(option.var)]
    found = [Assignment(one.worker.key, one.on, shift) for one in chosen for shift in one.block]
    members: dict[HeadKey, list[Option]] = defaultdict(list)
    for option in chosen:
        if option.kind is not None:
            members[option.on, option.worker.group, option.kind.key].append(option)
    dealer = Dealer()
    for key in sorted(members):
        counts = {start: value(count) for start, count in model.breaks[key].items()}
        dealt = dealer.deal([one.worker.key for one in members[key]], counts, kept.get(key, {}))
        found += [_assigned(option, dealt[option.worker.key]) for option in members[key]]
    return tuple(sorted(found))


def _assigned(option: Option, start: int | None) -> Assignment:
    assert option.kind is not None
    return Assignment(option.worker.key, option.on, option.kind.times(start))
