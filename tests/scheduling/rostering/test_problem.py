"""What a roster may be asked for, and what is refused with the person and the day named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace

from scheduling.intervals import MinuteRange
from scheduling.rostering import Demand, Problem, Settings, ShiftKind, Worker
from scheduling.shifts import Assignment
from tests.scheduling.rostering.factories import DAY, HOURS, KINDS, MONDAY, SHORT, days, demands, fixed, shift, workers

ONE = workers(1, days(1))[0]


def _problem(worker: Worker) -> Problem:
    return Problem((worker,), demands(days(1)), KINDS)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: replace(SHORT, end=510), "not a range"),
        (lambda: replace(DAY, break_minutes=-15), "-15"),
        (lambda: replace(DAY, break_from=510), "strictly inside"),
        (lambda: replace(DAY, break_until=1035), "strictly inside"),
        (lambda: replace(DAY, break_until=705), "longer than its window"),
        (lambda: replace(ONE, leads=True), "w1"),
        (lambda: replace(ONE, month_minutes=(10, 5)), "w1"),
        (lambda: replace(ONE, worked_before={date(2026, 5, 31): -1}), "w1"),
        (lambda: replace(ONE, fixed=(Assignment("w2", MONDAY, shift(510, 780)),)), "w2 on 2026-06-01"),
        (lambda: fixed(ONE, MONDAY, shift(510, 780), shift(765, 900)), "overlap on 2026-06-01"),
        (lambda: Demand(MONDAY, HOURS, {510: -1}), "2026-06-01"),
        (lambda: Demand(MONDAY, HOURS, {1035: 1}), "1035"),
        (lambda: Settings(step=7), "divide the day"),
        (lambda: Settings(minimum=-1), "out of range"),
        (lambda: Settings(week_starts=7), "out of range"),
        (lambda: Problem((ONE, ONE), demands(days(1)), KINDS), "given twice: w1"),
        (lambda: Problem((ONE,), demands(days(1)) * 2, KINDS), "given twice: 2026-06-01"),
        (lambda: Problem((ONE,), demands(days(1)), (DAY, DAY)), "given twice: day"),
        (lambda: _problem(replace(ONE, kinds=frozenset({"night"}))), "w1: unknown kinds"),
        (lambda: _problem(fixed(ONE, date(2026, 6, 7), shift(510, 780))), "closed day 2026-06-07"),
        (lambda: _problem(replace(ONE, worked_before={MONDAY: 60})), "2026-06-01"),
        (lambda: Problem((ONE,), demands(days(1)), (_off_the_grid(),)), "no start of a break"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def _off_the_grid() -> ShiftKind:
    return ShiftKind(key="odd", start=510, end=900, break_minutes=50, break_from=691, break_until=745)


def test_a_break_begins_on_the_grid_and_ends_within_its_window() -> None:
    kind = ShiftKind(key="odd", start=505, end=1000, break_minutes=50, break_from=695, break_until=785)
    assert kind.break_starts(15) == (705, 720, 735)
    assert SHORT.break_starts(15) == ()


@pytest.mark.parametrize(
    ("starts", "on", "first"),
    [
        (6, date(2026, 6, 7), date(2026, 6, 7)),
        (6, date(2026, 6, 6), date(2026, 5, 31)),
        (0, date(2026, 6, 7), date(2026, 6, 1)),
        (0, date(2026, 6, 8), date(2026, 6, 8)),
    ],
)
def test_a_week_begins_on_the_day_the_settings_name(starts: int, on: date, first: date) -> None:
    assert Settings(week_starts=starts).week_of(on) == first


def test_a_slot_asks_for_what_any_of_its_minutes_asks() -> None:
    demand = Demand(MONDAY, MinuteRange(515, 560), {515: 2, 520: 3, 530: 1})
    problem = Problem((), (demand,), ())
    assert [problem.asked(demand, slot.start) for slot in problem.slots(demand)] == [3, 1, 0, 0]


def test_a_cell_is_like_a_kind_when_its_break_is_allowed() -> None:
    problem = _problem(ONE)
    assert problem.kind_like([DAY.times(720)]) == "day"
    assert problem.kind_like([SHORT.times(None)]) == "short"
    assert problem.kind_like([shift(510, 1035, (725, 785))]) is None
    assert problem.kind_like([shift(510, 1035)]) is None
    assert problem.kind_like([SHORT.times(None), shift(800, 900)]) is None
