"""A roster in force is changed where it must be, and nowhere else."""

from __future__ import annotations

from datetime import date
from itertools import product
from random import Random

import pytest
from msgspec.structs import replace

from scheduling.intervals import MinuteRange
from scheduling.rostering import Cell, Infeasible, Problem, ShiftKind, Solution, Worker, build, replan
from scheduling.rostering.replanning import BREAK_WEIGHT, CELL_WEIGHT
from scheduling.shifts import Assignment, ShiftTimes
from tests.scheduling.rostering.checker import faults
from tests.scheduling.rostering.factories import (
    AFTERNOON,
    DAY,
    MONDAY,
    QUIET,
    SHORT,
    days,
    demands,
    month,
    shift,
    weekdays,
    workers,
)

Roster = tuple[Assignment, ...]
WEDNESDAY = date(2026, 6, 3)
MORNING = MinuteRange(510, 780)
ONE = replace(QUIET, minimum=1)


def _replanned(problem: Problem, current: Roster, frozen: date | tuple[date, int] = MONDAY) -> Solution:
    found = replan(problem, current, frozen, seconds=10)
    assert isinstance(found, Solution), found
    return found


def _without(problem: Problem, key: str, *on: date) -> Problem:
    people = (replace(one, available=one.available - set(on)) if one.key == key else one for one in problem.workers)
    return replace(problem, workers=tuple(people))


def _mornings(number: int, on: tuple[date, ...]) -> Problem:
    return Problem(workers(number, on), demands(on, hours=MORNING), (SHORT,), ONE)


def _works(key: str, *on: date) -> Roster:
    return tuple(Assignment(key, one, shift(510, 780)) for one in on)


def test_a_roster_that_keeps_the_rules_stays_as_it_is() -> None:
    problem = Problem(workers(4, weekdays(5)), demands(weekdays(5), 2), (DAY,), QUIET)
    current = build(problem, seconds=3, workers=1, gap=0.2)
    assert isinstance(current, Solution)
    found = _replanned(problem, current.assignments)
    assert found.assignments == current.assignments
    assert (found.changed, found.objective, found.optimal) == ((), 0, True)


def test_who_falls_ill_is_replaced_on_that_day_alone() -> None:
    problem = _mornings(2, days(4))
    found = _replanned(_without(problem, "w1", WEDNESDAY), _works("w1", *days(4)))
    assert found.changed == (Cell("w1", WEDNESDAY), Cell("w2", WEDNESDAY))
    assert found.optimal
    assert found.objective == 2 * CELL_WEIGHT


def test_who_is_not_missed_is_not_replaced() -> None:
    problem = _mornings(3, days(2))
    found = _replanned(_without(problem, "w1", MONDAY), _works("w1", *days(2)) + _works("w2", *days(2)))
    assert found.changed == (Cell("w1", MONDAY),)


def test_moving_a_break_is_lighter_than_calling_somebody_in() -> None:
    problem = Problem(workers(5, days(1)), demands(days(1)), (DAY,), QUIET)
    starts = {"w1": 660, "w2": 660, "w3": 720, "w4": 720}
    current = tuple(Assignment(key, MONDAY, DAY.times(start)) for key, start in starts.items())
    found = _replanned(_without(problem, "w1", MONDAY), current)
    assert faults(_without(problem, "w1", MONDAY), found.assignments) == []
    assert found.optimal
    assert found.objective == CELL_WEIGHT + BREAK_WEIGHT
    assert len(found.changed) == 2
    assert Cell("w5", MONDAY) not in found.changed


def test_the_past_stays_whatever_the_rules_say_of_it() -> None:
    problem = _mornings(2, days(4))
    current = _works("w1", WEDNESDAY, days(4)[3])
    found = _replanned(_without(problem, "w1", *days(4)), current, days(4)[3])
    assert found.changed == (Cell("w1", days(4)[3]), Cell("w2", days(4)[3]))
    assert [one for one in found.assignments if one.on < days(4)[3]] == list(_works("w1", WEDNESDAY))


def test_a_shift_that_has_begun_stays_and_a_new_one_begins_later() -> None:
    problem = Problem(workers(3, days(1)), demands(days(1)), (SHORT, AFTERNOON), ONE)
    current = (*_works("w1", MONDAY), Assignment("w2", MONDAY, AFTERNOON.times(None)))
    found = _replanned(_without(problem, "w2", MONDAY), current, (MONDAY, 600))
    assert _works("w1", MONDAY)[0] in found.assignments
    assert Assignment("w3", MONDAY, AFTERNOON.times(None)) in found.assignments


def test_what_was_worked_on_a_closed_day_stays_and_counts() -> None:
    sunday = date(2026, 5, 31)
    problem = _mornings(2, days(1))
    people = tuple(replace(one, week_minutes=400) for one in problem.workers)
    found = _replanned(replace(problem, workers=people), _works("w1", sunday, MONDAY))
    assert found.assignments == tuple(sorted(_works("w1", sunday) + _works("w2", MONDAY)))
    assert Cell("w1", sunday) not in found.changed


def test_a_shift_made_by_hand_stays() -> None:
    by_hand = Assignment("w3", MONDAY, shift(545, 950, (700, 745)))
    problem = Problem(workers(5, days(1)), demands(days(1)), (DAY,), QUIET)
    starts = {"w1": 660, "w2": 720, "w4": 780}
    current = (by_hand, *(Assignment(key, MONDAY, DAY.times(start)) for key, start in starts.items()))
    found = _replanned(_without(problem, "w4", MONDAY), current)
    assert by_hand in found.assignments


def test_an_absence_is_not_owed_to_the_contract() -> None:
    problem = _mornings(2, days(3))
    people = tuple(replace(one, month_minutes=(810, 810)) for one in problem.workers)
    problem = _without(replace(problem, workers=people), "w1", MONDAY)
    found = _replanned(problem, _works("w1", *days(3)) + _works("w2", *days(3)))
    assert found.changed == (Cell("w1", MONDAY),)


@pytest.mark.parametrize("willing", ["w2", "w3", "w4"])
def test_among_equal_changes_the_wish_decides(willing: str) -> None:
    problem = _mornings(4, days(2))
    wished = frozenset({MONDAY})
    people = [one if one.key == willing else replace(one, wishes_off=wished) for one in problem.workers]
    problem = _without(replace(problem, workers=tuple(people)), "w1", MONDAY)
    found = _replanned(problem, _works("w1", *days(2)))
    assert Cell(willing, MONDAY) in found.changed


def test_nobody_left_names_the_day() -> None:
    found = replan(_without(_mornings(1, days(2)), "w1", WEDNESDAY, MONDAY), _works("w1", *days(2)), MONDAY, seconds=5)
    assert isinstance(found, Infeasible)
    assert [one.days for one in found.conflicts] == [(MONDAY,)]


def test_a_person_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="w9"):
        replan(_mornings(1, days(1)), _works("w9", MONDAY), MONDAY)


@pytest.mark.parametrize("seed", range(12))
def test_no_roster_with_fewer_changes_exists(seed: int) -> None:
    random = Random(seed)
    on = days(3)
    problem = Problem(_people(random, on), demands(on, hours=MORNING), (SHORT, LATER), ONE)
    current = random.choice([one for one in _all_rosters(problem) if not faults(problem, one)])
    ill = random.choice(sorted(current))
    problem = _without(problem, ill.person, ill.on)
    legal = [one for one in _all_rosters(problem) if not faults(problem, one)]
    if not legal:
        assert isinstance(replan(problem, current, MONDAY, seconds=5), Infeasible)
        return
    found = _replanned(problem, current)
    assert faults(problem, found.assignments) == []
    assert found.optimal
    assert len(found.changed) == min(len(_different(current, one)) for one in legal)
    assert set(found.changed) == _different(current, found.assignments)


LATER = ShiftKind(key="later", start=525, end=780)


def _people(random: Random, on: tuple[date, ...]) -> tuple[Worker, ...]:
    return tuple(
        replace(
            one,
            available=frozenset(random.sample(on, 3 if one.key == "w1" else 2)),
            month_minutes=(0, random.choice((540, 810))),
        )
        for one in workers(3, on)
    )


def _all_rosters(problem: Problem) -> list[Roster]:
    kinds: list[ShiftTimes | None] = [None, *(kind.times(None) for kind in problem.kinds)]
    cells = [(worker.key, on) for worker in problem.workers for on in sorted(worker.available)]
    found = []
    for chosen in product(kinds, repeat=len(cells)):
        pairs = zip(cells, chosen, strict=True)
        found.append(tuple(sorted(Assignment(key, on, one) for (key, on), one in pairs if one is not None)))
    return found


def _different(one: Roster, other: Roster) -> set[Cell]:
    return {Cell(each.person, each.on) for each in set(one) ^ set(other)}


@pytest.mark.parametrize("seed", [0, 7, 13])
def test_a_month_with_an_absence_stays_legal_and_nearly_the_same(seed: int) -> None:
    problem = month(seed)
    current = build(problem, seconds=2, workers=1, gap=0.5)
    assert isinstance(current, Solution)
    ill = current.assignments[len(current.assignments) // 2]
    if any(one.on == ill.on for worker in problem.workers for one in worker.fixed if worker.key == ill.person):
        pytest.skip("a fixed cell of somebody ill is the planner's to take away")
    problem = _without(problem, ill.person, ill.on)
    found = _replanned(problem, current.assignments, ill.on)
    people = tuple(replace(one, month_minutes=None) for one in problem.workers)
    assert faults(replace(problem, workers=people), found.assignments) == []
    assert found.optimal
    assert Cell(ill.person, ill.on) in found.changed
    assert len(found.changed) <= 4
