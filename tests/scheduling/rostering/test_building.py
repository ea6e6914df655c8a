"""What `build` promises: legal by an examiner of its own, as good as it says, the same every time."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise, product
from math import inf

import pytest
from msgspec.structs import replace

from scheduling.rostering import Demand, Infeasible, LeaderRule, Problem, Settings, Shortfall, Solution, Unsolved, build
from scheduling.rostering.fairness import fairness_of
from scheduling.rostering.improving import Improver
from scheduling.rostering.model import Case
from scheduling.rostering.solving import Effort
from scheduling.rostering.valuing import cost_of
from scheduling.shifts import Assignment, ShiftTimes
from tests.scheduling.rostering.checker import faults
from tests.scheduling.rostering.factories import (
    AFTERNOON,
    DAY,
    HOURS,
    KINDS,
    MONDAY,
    QUIET,
    SHORT,
    days,
    demands,
    fixed,
    month,
    shift,
    weekdays,
    workers,
)

MONTHS, ALL_MONTHS = 50, 1_000


def _built(problem: Problem, seconds: float = 5) -> Solution:
    found = build(problem, seconds=seconds, workers=1, gap=0.05)
    assert isinstance(found, Solution), found
    return found


@pytest.mark.parametrize("seed", range(MONTHS))
def test_the_examiner_finds_no_fault_in_a_made_up_month(seed: int) -> None:
    _check_month(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(MONTHS, ALL_MONTHS))
def test_the_examiner_finds_no_fault_in_a_thousand_months(seed: int) -> None:
    _check_month(seed)


def _check_month(seed: int) -> None:
    """Every fifth month is bettered for a while; of the others the first legal roster will do."""
    problem, bettered = month(seed), seed % 5 == 0
    found = build(problem, seconds=2 if bettered else 30, workers=1, gap=0.05 if bettered else inf)
    if isinstance(found, Infeasible):
        assert _has_a_day_that_nobody_could_fill(problem), found.describe()
        return
    assert isinstance(found, Solution), seed
    assert faults(problem, found.assignments) == []
    assert found.bound <= found.objective
    assert found.shortfalls == _counted_shortfalls(problem, found)


def _has_a_day_that_nobody_could_fill(problem: Problem) -> bool:
    """A condition that suffices without any solver: on some day fewer operators or leaders than the floor asks for."""
    for demand in problem.demands:
        counting = sum(worker.counts and demand.on in worker.available for worker in problem.workers)
        leading = sum(worker.leads and demand.on in worker.available for worker in problem.workers)
        if counting < _least_operators(problem, demand) or not leading:
            return True
    return False


def _least_operators(problem: Problem, demand: Demand) -> int:
    """The minimum; one more where nobody can be there all day without a break, which leaves one too few."""
    kinds = [kind.span for kind in problem.kinds if not kind.break_minutes]
    held = [one for worker in problem.workers for one in worker.fixed if one.on == demand.on and not one.shift.breaks]
    spans = kinds + [one.shift.span for one in held]
    unbroken = any(span.start <= demand.hours.start and demand.hours.end <= span.end for span in spans)
    lunch = problem.settings.minimum_during_breaks and not unbroken
    return problem.settings.minimum + int(lunch)


def _counted_shortfalls(problem: Problem, found: Solution) -> tuple[Shortfall, ...]:
    counting = {worker.key for worker in problem.workers if worker.counts}
    missing = []
    for demand in problem.demands:
        today = [one.shift for one in found.assignments if one.on == demand.on and one.person in counting]
        for start, asked in demand.needed.items():
            there = sum(any(part.start <= start and start + 15 <= part.end for part in one.work) for one in today)
            if there < asked:
                missing.append(Shortfall(demand.on, start, asked - there))
    return tuple(missing)


def test_three_operators_are_enough_for_two_at_every_minute() -> None:
    problem = Problem(workers(3, days(1)), demands(days(1)), (DAY,), QUIET)
    found = _built(problem)
    assert faults(problem, found.assignments) == []
    starts = sorted(pause.start for one in found.assignments for pause in one.shift.breaks)
    assert starts[1] - starts[0] >= 60
    assert starts[2] - starts[1] >= 60


def test_demand_above_the_minimum_that_nobody_can_meet_is_a_shortfall() -> None:
    asked = demands(days(1), 3, replace(HOURS, end=780))
    found = _built(Problem(workers(2, days(1)), asked, (SHORT,), QUIET))
    assert found.optimal
    assert found.shortfalls == tuple(Shortfall(MONDAY, start, 1) for start in range(510, 780, 15))


def test_a_lunch_without_a_leader_is_told_when_the_settings_warn() -> None:
    people = (*workers(3, days(1)), replace(workers(1, days(1), counts=False, leads=True)[0], key="lead"))
    found = _built(Problem(people, demands(days(1)), (DAY,), Settings()))
    assert len(found.leader_gaps) == 4
    assert _built(Problem(people, demands(days(1)), (DAY,), QUIET)).leader_gaps == ()


def test_two_leaders_take_turns_where_each_slot_needs_one() -> None:
    leaders = [replace(one, key=f"lead{one.key}") for one in workers(2, days(1), counts=False, leads=True)]
    settings = Settings(leader_per_slot=LeaderRule.REQUIRE)
    problem = Problem((*workers(3, days(1)), *leaders), demands(days(1)), (DAY,), settings)
    found = _built(problem)
    assert faults(problem, found.assignments) == []
    assert found.leader_gaps == ()


def test_a_deputy_on_duty_as_such_never_counts_as_an_operator() -> None:
    people = (*workers(2, days(1)), replace(workers(1, days(1), counts=False, leads=True)[0], key="lead"))
    assert isinstance(build(Problem(people, demands(days(1)), (DAY,), Settings()), workers=1), Infeasible)


def test_somebody_on_a_break_counts_where_the_contract_is_read_so() -> None:
    settings = replace(QUIET, minimum_during_breaks=False)
    assert len(_built(Problem(workers(2, days(1)), demands(days(1)), (DAY,), settings)).assignments) == 2


def test_a_fixed_cell_stays_with_all_its_breaks() -> None:
    mine = shift(540, 960, (720, 765), (900, 915))
    first, *others = workers(4, days(1))
    found = _built(Problem((fixed(first, MONDAY, mine), *others), demands(days(1)), (DAY,), QUIET))
    assert Assignment("w1", MONDAY, mine) in found.assignments


def test_wishes_are_met_where_others_can_work() -> None:
    on = weekdays(4)
    people = tuple(replace(one, wishes_off=frozenset({on[number]})) for number, one in enumerate(workers(4, on)))
    found = _built(Problem(people, demands(on), (DAY,), QUIET), seconds=10)
    assert not {(one.person, one.on) for one in found.assignments} & {
        (person.key, off) for person in people for off in person.wishes_off
    }


def test_early_and_late_are_shared_out() -> None:
    on = weekdays(4)
    problem = Problem(workers(2, on), demands(on, 1), (SHORT, AFTERNOON), replace(QUIET, minimum=1))
    found = _built(problem)
    counts = {
        (key, kind.key): sum(one.person == key and one.shift.span == kind.span for one in found.assignments)
        for key in ("w1", "w2")
        for kind in (SHORT, AFTERNOON)
    }
    assert set(counts.values()) == {2}


@pytest.mark.parametrize("seed", range(6))
def test_what_is_called_optimal_is_the_best_of_all_rosters(seed: int) -> None:
    on = days(2)
    first, *others = workers(3, on)
    off = frozenset({on[seed % 2]})
    people = (replace(first, wishes_off=off), *others)
    problem = Problem(people, demands(on, seed % 3), (SHORT, AFTERNOON), replace(QUIET, minimum=seed // 3))
    found = _exactly(problem)
    rosters = (roster for roster in _all_rosters(problem) if not faults(problem, roster))
    fair = fairness_of(problem)
    assert found.optimal
    assert found.objective == min(cost_of(problem, fair, roster) for roster in rosters)


def _exactly(problem: Problem) -> Solution:
    found = build(problem, seconds=20, workers=1)
    assert isinstance(found, Solution)
    return found


def _all_rosters(problem: Problem) -> list[tuple[Assignment, ...]]:
    kinds: list[ShiftTimes | None] = [None, *(kind.times(None) for kind in problem.kinds)]
    cells = [(worker.key, demand.on) for worker in problem.workers for demand in problem.demands]
    found = []
    for chosen in product(kinds, repeat=len(cells)):
        pairs = zip(cells, chosen, strict=True)
        found.append(tuple(Assignment(key, on, one) for (key, on), one in pairs if one is not None))
    return found


def test_one_thread_and_the_same_seed_give_the_same_roster() -> None:
    on = weekdays(3)
    problem = Problem(workers(4, on), demands(on, 3), KINDS, QUIET)
    first, second = (build(problem, seconds=60, workers=1, gap=0.5) for _ in range(2))
    assert isinstance(first, Solution)
    assert isinstance(second, Solution)
    assert first.assignments == second.assignments


def test_out_of_time_is_no_proof_of_anything() -> None:
    assert isinstance(build(month(1), seconds=0.0001, workers=1), Unsolved)


def test_a_worse_roster_is_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem(workers(3, days(1)), demands(days(1), 2, replace(HOURS, end=780)), (SHORT,), QUIET)
    roster = tuple(Assignment(key, MONDAY, SHORT.times(None)) for key in ("w1", "w2"))
    monkeypatch.setattr(Improver, "_step", lambda *_: roster[:1])
    assert Improver(Case(problem), Effort(seconds=0.02), frozenset()).improve(roster, -1) == roster


def test_the_solver_is_loaded_only_when_a_roster_is_asked_for() -> None:
    asked = "import sys, scheduling.rostering; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@pytest.mark.parametrize("effort", [{"seconds": 0}, {"workers": 0}, {"gap": -0.1}, {"seed": -1}])
def test_an_effort_out_of_range_is_refused(effort: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        build(month(1), **effort)  # type: ignore[arg-type]


def test_breaks_are_dealt_so_that_nobody_is_always_last() -> None:
    on = weekdays(5)
    found = _built(Problem(workers(3, on), demands(on), (DAY,), QUIET))
    latest = [max(found_on, key=lambda one: one.shift.breaks).person for found_on in _by_day(found)]
    assert all(one != after for one, after in pairwise(latest))


def _by_day(found: Solution) -> list[list[Assignment]]:
    return [[one for one in found.assignments if one.on == on] for on in sorted({one.on for one in found.assignments})]
