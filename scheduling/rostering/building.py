"""Building a month's roster: a legal one first, then better ones, and how much better any could be."""

from __future__ import annotations

from collections.abc import Set
from math import isinf
from time import perf_counter

from msgspec.structs import replace

from scheduling.rostering.bounding import sum_of_days
from scheduling.rostering.constraints import constrain
from scheduling.rostering.explaining import refusal
from scheduling.rostering.fairness import fairness_of
from scheduling.rostering.gaps import leader_gaps, shortfalls
from scheduling.rostering.improving import Improver, Roster
from scheduling.rostering.model import Case, RosterModel
from scheduling.rostering.objective import costs
from scheduling.rostering.outcome import Outcome, Solution
from scheduling.rostering.problem import Problem
from scheduling.rostering.rules import RuleCode
from scheduling.rostering.solving import Effort, load, read_roster, run
from scheduling.rostering.valuing import cost_of

_EXACT_CELLS = 30
"""Up to so many cells one model of everything is solved to the end."""
_BOUNDING = 0.3
"""At most this share of the time goes into the bound."""


def build(problem: Problem, seconds: float = 20, seed: int = 1, workers: int = 2, gap: float = 0.0) -> Outcome:
    """A roster for the problem's days: legal, and as good as the seconds allow.

    workers: threads of the solver. gap: stop as soon as the roster is proven to lie no further from the best (ratio);
    infinite: with the first legal one, of which nothing is proven.
    Without a legal roster the answer is Infeasible with its conflicts or, when time ran out without a proof, Unsolved.
    Raises ValueError for efforts out of range.
    """
    return solve(problem, Effort(seconds, seed, workers, gap))


def solve(problem: Problem, effort: Effort, without: Set[RuleCode] = frozenset()) -> Outcome:
    """`build` with some rules left out, which shows that each of them does something."""
    load()
    return _Building(Case(problem, fair=fairness_of(problem)), effort, without).outcome()


class _Building:
    """One case on its way to a roster, and the clock it runs against."""

    def __init__(self, case: Case, effort: Effort, without: Set[RuleCode]) -> None:
        self._case, self._effort, self._without = case, effort, without
        self._started = perf_counter()

    def outcome(self) -> Outcome:
        model = self._model()
        legal = run(model, self._effort)
        if not legal.found:
            return refusal(self._case, legal.status, self._left(1), self._without)
        first_at = self._elapsed()
        roster, bound = self._best(read_roster(model, legal.value, {}))
        return self._solution(roster, bound, first_at)

    def _best(self, legal: Roster) -> tuple[Roster, int]:
        if isinf(self._effort.gap):
            return legal, 0
        if len(self._case.problem.workers) * len(self._case.problem.demands) <= _EXACT_CELLS:
            return self._exact(legal)
        bound = sum_of_days(self._case, self._left(_BOUNDING), self._without)
        return Improver(self._case, self._left(1), self._without).improve(legal, bound), bound

    def _exact(self, legal: Roster) -> tuple[Roster, int]:
        model = self._model()
        model.hint(legal)
        model.cp.minimize(costs(model))
        found = run(model, self._left(1))
        return (read_roster(model, found.value, {}), found.bound) if found.found else (legal, 0)

    def _model(self) -> RosterModel:
        model = RosterModel(self._case)
        constrain(model, self._without)
        return model

    def _elapsed(self) -> float:
        return perf_counter() - self._started

    def _left(self, share: float) -> Effort:
        return replace(self._effort, seconds=max(0.05, share * (self._effort.seconds - self._elapsed())))

    def _solution(self, roster: Roster, bound: int, first_at: float) -> Solution:
        cost = cost_of(self._case.problem, self._case.fairness, roster)
        return Solution(
            assignments=roster,
            optimal=cost == bound,
            objective=cost,
            bound=bound,
            first_seconds=first_at,
            seconds=self._elapsed(),
            shortfalls=shortfalls(self._case.problem, roster),
            leader_gaps=leader_gaps(self._case.problem, roster),
        )
