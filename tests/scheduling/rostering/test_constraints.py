"""Every rule does something: without it, the objective breaks it, and the examiner sees that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace

from scheduling.intervals import MinuteRange
from scheduling.rostering import Infeasible, Problem, RuleCode, ShiftKind, Solution, Worker
from scheduling.rostering.building import solve
from scheduling.rostering.constraints import CONSTRAINTS
from scheduling.rostering.solving import Effort
from tests.scheduling.rostering.checker import faults
from tests.scheduling.rostering.factories import (
    AFTERNOON,
    DAY,
    MONDAY,
    QUIET,
    SHORT,
    days,
    demands,
    fixed,
    shift,
    workers,
)

ONE = replace(QUIET, minimum=1)
MORNING = MinuteRange(510, 780)
SUNDAY = date(2026, 6, 7)


def _eager_and_tired(on: tuple[date, ...]) -> tuple[Worker, Worker]:
    """One who works whenever somebody has to, and one who wishes not to."""
    eager, tired = workers(2, on)
    return eager, replace(tired, wishes_off=frozenset(on))


def _mornings(on: tuple[date, ...], *people: Worker) -> Problem:
    return Problem(people, demands(on, hours=MORNING), (SHORT, AFTERNOON), ONE)


def _floor() -> Problem:
    on = days(1)
    return Problem(workers(3, on, wishes_off=frozenset(on)), demands(on), (DAY,), QUIET)


def _leader() -> Problem:
    on = days(1)
    lead = Worker(key="lead", available=frozenset(on), counts=False, leads=True, wishes_off=frozenset(on))
    return Problem((*workers(3, on), lead), demands(on), (DAY,), QUIET)


def _one_shift() -> Problem:
    on = days(1)
    morning = ShiftKind(key="morning", start=540, end=780)
    afternoon = ShiftKind(key="afternoon", start=780, end=1020)
    return Problem(_eager_and_tired(on), demands(on, hours=MinuteRange(540, 1020)), (morning, afternoon), ONE)


def _available() -> Problem:
    eager, tired = _eager_and_tired(days(1))
    return _mornings(days(1), replace(eager, available=frozenset()), tired)


def _fixed() -> Problem:
    eager, tired = _eager_and_tired(days(1))
    return _mornings(days(1), eager, fixed(tired, MONDAY, shift(510, 780)))


def _kinds() -> Problem:
    eager, tired = _eager_and_tired(days(1))
    return _mornings(days(1), replace(eager, kinds=frozenset({"afternoon"})), tired)


def _day_minutes() -> Problem:
    whole = ShiftKind(key="whole", start=510, end=1035)
    return Problem(_eager_and_tired(days(1)), demands(days(1)), (whole, SHORT, AFTERNOON), ONE)


def _week_minutes() -> Problem:
    eager, tired = _eager_and_tired(days(3))
    return _mornings(days(3), replace(eager, week_minutes=540), tired)


def _week_minutes_before() -> Problem:
    eager, tired = _eager_and_tired(days(1))
    return _mornings(days(1), replace(eager, worked_before={date(2026, 5, 31): 2200}), tired)


def _rest_day() -> Problem:
    on = days(7, SUNDAY)
    return replace(_mornings(on, *_eager_and_tired(on)), settings=replace(ONE, most_consecutive=20))


def _consecutive() -> Problem:
    return replace(_mornings(days(4), *_eager_and_tired(days(4))), settings=replace(ONE, most_consecutive=3))


def _consecutive_before() -> Problem:
    eager, tired = _eager_and_tired(days(1))
    eager = replace(eager, worked_before={date(2026, 5, day): 270 for day in (29, 30, 31)})
    return replace(_mornings(days(1), eager, tired), settings=replace(ONE, most_consecutive=3))


def _most_hours() -> Problem:
    eager, tired = _eager_and_tired(days(3))
    return _mornings(days(3), replace(eager, month_minutes=(0, 540)), tired)


def _least_hours() -> Problem:
    eager, tired = _eager_and_tired(days(3))
    return _mornings(days(3), eager, replace(tired, month_minutes=(270, 810)))


def _break() -> Problem:
    kind = ShiftKind(key="six", start=510, end=930, break_minutes=45, break_from=600, break_until=840)
    return Problem(workers(3, days(1)), demands(days(1), 3, kind.span), (kind,), QUIET)


def _same_break() -> Problem:
    settings = replace(QUIET, minimum_during_breaks=False, staggered_breaks=False)
    return Problem(workers(3, days(1)), demands(days(1), 2), (DAY,), settings)


CASES: list[tuple[RuleCode, Callable[[], Problem]]] = [
    (RuleCode.FLOOR, _floor),
    (RuleCode.LEADER, _leader),
    (RuleCode.ONE_SHIFT, _one_shift),
    (RuleCode.AVAILABLE, _available),
    (RuleCode.FIXED, _fixed),
    (RuleCode.KINDS, _kinds),
    (RuleCode.DAY_MINUTES, _day_minutes),
    (RuleCode.WEEK_MINUTES, _week_minutes),
    (RuleCode.WEEK_MINUTES, _week_minutes_before),
    (RuleCode.REST_DAY, _rest_day),
    (RuleCode.CONSECUTIVE, _consecutive),
    (RuleCode.CONSECUTIVE, _consecutive_before),
    (RuleCode.CONTRACT_HOURS, _most_hours),
    (RuleCode.CONTRACT_HOURS, _least_hours),
    (RuleCode.BREAK, _break),
    (RuleCode.SAME_BREAK, _same_break),
]


def _faults(problem: Problem, without: frozenset[RuleCode]) -> set[str]:
    found = solve(problem, Effort(seconds=10, workers=1), without)
    assert isinstance(found, Solution), found
    assert found.optimal
    return {fault.partition(":")[0] for fault in faults(problem, found.assignments)}


@pytest.mark.parametrize(("rule", "problem"), CASES, ids=lambda one: getattr(one, "value", None) or one.__name__)
def test_a_rule_left_out_is_broken_and_seen(rule: RuleCode, problem: Callable[[], Problem]) -> None:
    assert _faults(problem(), frozenset()) == set()
    assert _faults(problem(), frozenset({rule})) == {rule.value}


def test_a_week_that_is_over_its_hours_already_takes_no_more() -> None:
    eager, tired = _eager_and_tired(days(1))
    eager = replace(eager, worked_before={date(2026, 5, 31): 2460})
    found = solve(_mornings(days(1), eager, tired), Effort(seconds=10, workers=1))
    assert isinstance(found, Solution)
    assert [one.person for one in found.assignments] == ["w2"]


@pytest.mark.parametrize("agreed", [True, False])
def test_a_fixed_day_beyond_eight_hours_stays_where_overtime_is_agreed(agreed: bool) -> None:
    """8:15 to 17:45 with an hour's break: half an hour over."""
    one = fixed(workers(1, days(1))[0], MONDAY, shift(495, 1065, (720, 780)))
    settings = replace(QUIET, minimum=0, overtime_agreed=agreed)
    found = solve(Problem((one,), demands(days(1)), (DAY,), settings), Effort(seconds=10, workers=1))
    if agreed:
        assert isinstance(found, Solution)
        assert found.assignments == one.fixed
    else:
        assert isinstance(found, Infeasible)
        assert {RuleCode.DAY_MINUTES, RuleCode.FIXED} == set(found.conflicts[0].rules)


def test_agreed_overtime_is_never_planned_by_the_solver() -> None:
    long = ShiftKind(key="long", start=495, end=1065, break_minutes=60, break_from=660, break_until=870)
    settings = replace(QUIET, minimum=0, overtime_agreed=True)
    found = solve(Problem(workers(2, days(1)), demands(days(1), 2), (long,), settings), Effort(seconds=10, workers=1))
    assert isinstance(found, Solution)
    assert found.assignments == ()


def test_every_rule_has_its_constraint_its_case_and_its_words() -> None:
    assert set(CONSTRAINTS) == set(RuleCode) == {rule for rule, _ in CASES}
    assert len({rule.label for rule in RuleCode}) == len(RuleCode)
