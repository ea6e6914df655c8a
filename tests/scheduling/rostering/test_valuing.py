"""What a roster costs, counted by hand and by the solver; whose share is how large."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from msgspec.structs import replace

from scheduling.intervals import MinuteRange
from scheduling.rostering import WEIGHTS, LeaderRule, Problem, Settings, Worker
from scheduling.rostering.fairness import fairness_of
from scheduling.rostering.model import Case, RosterModel, cells_of
from scheduling.rostering.objective import costs
from scheduling.rostering.outcome import Cell
from scheduling.rostering.solving import Effort, Status, run
from scheduling.rostering.valuing import cost_of
from scheduling.shifts import Assignment
from tests.scheduling.rostering.factories import (
    AFTERNOON,
    HOURS,
    MONDAY,
    QUIET,
    SHORT,
    days,
    demands,
    shift,
    workers,
)

MORNING = MinuteRange(510, 780)
WARN = replace(QUIET, leader_per_slot=LeaderRule.WARN)
LEAD = Worker(key="lead", counts=False, leads=True, available=frozenset(days(4)))


def _cost(problem: Problem, *assignments: Assignment) -> int:
    return cost_of(problem, fairness_of(problem), assignments)


def _morning(key: str, day: int = 0) -> Assignment:
    return Assignment(key, days(day + 1)[day], SHORT.times(None))


def test_an_operator_too_few_costs_by_the_minute() -> None:
    problem = Problem(workers(3, days(1)), demands(days(1), 3, MORNING), (SHORT,), QUIET)
    assert _cost(problem, _morning("w1"), _morning("w2"), _morning("w3")) == 0
    assert _cost(problem, _morning("w1"), _morning("w2")) == 270 * WEIGHTS.unmet


def test_somebody_on_a_break_is_missed() -> None:
    problem = Problem(workers(1, days(1)), demands(days(1), 1, MORNING), (SHORT,), replace(QUIET, minimum=1))
    assert _cost(problem, Assignment("w1", MONDAY, shift(510, 780, (600, 630)))) == 30 * WEIGHTS.unmet


def test_a_person_more_than_enough_costs_a_little() -> None:
    problem = Problem(workers(3, days(1)), demands(days(1), 0, MORNING), (SHORT,), QUIET)
    assert _cost(problem, _morning("w1"), _morning("w2")) == 0
    assert _cost(problem, _morning("w1"), _morning("w2"), _morning("w3")) == 270 * WEIGHTS.surplus


@pytest.mark.parametrize(("settings", "cost"), [(WARN, 270 * WEIGHTS.leaderless), (QUIET, 0)])
def test_a_slot_without_a_leader_costs_where_the_settings_mind(settings: Settings, cost: int) -> None:
    assert _cost(Problem((LEAD,), demands(days(1), 0, MORNING), (SHORT,), settings)) == cost


def test_a_wish_that_is_not_met_costs_once() -> None:
    wished = workers(2, days(1), wishes_off=frozenset(days(1)))
    problem = Problem(wished, demands(days(1), 0, MORNING), (SHORT,), QUIET)
    assert _cost(problem, _morning("w1"), _morning("w2")) == 2 * WEIGHTS.wish


@pytest.mark.parametrize(("first", "cost"), [(2, 0), (3, 2), (4, 4)])
def test_a_kind_costs_what_lies_a_shift_or_more_from_the_fair_share(first: int, cost: int) -> None:
    problem = Problem(workers(2, days(4)), demands(days(4), 0, MORNING), (SHORT, AFTERNOON), replace(QUIET, minimum=1))
    mornings = [_morning("w1" if day < first else "w2", day) for day in range(4)]
    hours = {2: 0, 3: 0, 4: 2 * 5}[first]  # four shifts for nobody: 540 minutes from the share, 270 free, 5 hours begun
    assert _cost(problem, *mornings) == cost * WEIGHTS.uneven_kind + hours * WEIGHTS.uneven_hour


def test_a_share_lies_within_the_contract() -> None:
    short, long = Worker(key="short", available=frozenset(days(4)), month_minutes=(0, 200)), workers(1, days(4))[0]
    whole = Worker(key="whole", available=frozenset(days(4)), month_minutes=(2_000, 3_000))
    fair = fairness_of(Problem((short, long, whole), demands(days(4), 0, MORNING), (SHORT,), QUIET))
    assert fair.shares == {"short": 0, "w1": 4, "whole": 4}
    assert fair.minutes == {"short": 0, "w1": 1080, "whole": 2_000}


@pytest.mark.parametrize("seed", range(15))
def test_the_solver_counts_as_we_do(seed: int) -> None:
    random = Random(seed)
    on = days(3)
    people = (*(replace(one, wishes_off=frozenset({random.choice(on)})) for one in workers(3, on)), LEAD)
    problem = Problem(people, demands(on, seed % 3 + 1, HOURS), (SHORT, AFTERNOON), replace(WARN, minimum=seed % 4))
    cells = [Cell(worker.key, day) for worker in people for day in on]
    chosen = {cell: random.choice((None, SHORT, AFTERNOON)) for cell in cells}
    roster = tuple(Assignment(cell.person, cell.on, kind.times(None)) for cell, kind in chosen.items() if kind)
    assert _objective(Case(problem), roster) == _cost(problem, *roster)
    assert _solved_around(problem, roster, random.choice(on)) == _cost(problem, *roster)


def _solved_around(problem: Problem, roster: tuple[Assignment, ...], on: date) -> int:
    """One day solved while the others are held: its own presence and wishes, and everybody's share of the whole."""
    others = replace(problem, demands=tuple(one for one in problem.demands if one.on != on))
    nothing_unfair = replace(fairness_of(problem), among=(), free=1_000_000)
    elsewhere = tuple(one for one in roster if one.on != on)
    return _objective(Case(problem).around({on}, roster), roster) + cost_of(others, nothing_unfair, elsewhere)


def _objective(case: Case, roster: tuple[Assignment, ...]) -> int:
    model = RosterModel(case)
    cells = cells_of(roster)
    for option in model.all_options:
        here = model.is_option(option, cells.get(Cell(option.worker.key, option.on), ()))
        model.cp.add_linear_constraint(option.var, int(here), int(here))
    model.cp.minimize(costs(model))
    found = run(model, Effort(seconds=10, workers=1))
    assert found.status is Status.OPTIMAL
    return found.objective
