"""What is said when there is no roster: rules, days, slots, persons, and how many would be needed."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from scheduling.intervals import MinuteRange
from scheduling.rostering import Conflict, Infeasible, Problem, RuleCode, Settings, Worker, build
from tests.scheduling.rostering.factories import (
    DAY,
    HOURS,
    KINDS,
    MONDAY,
    QUIET,
    SHORT,
    days,
    demands,
    fixed,
    shift,
    weekdays,
    workers,
)

ONE = replace(QUIET, minimum=1)
TUESDAY = date(2026, 6, 2)


def _conflicts(problem: Problem) -> tuple[Conflict, ...]:
    found = build(problem, seconds=20, workers=1)
    assert isinstance(found, Infeasible), found
    return found.conflicts


def test_two_operators_and_a_lunch_hour_need_a_third() -> None:
    (found,) = _conflicts(Problem(workers(2, days(2)), demands(days(2)), (DAY,), QUIET))
    assert found.rules == (RuleCode.FLOOR, RuleCode.BREAK)
    assert found.days == days(2)
    assert found.interval is not None
    assert MinuteRange(DAY.break_from, DAY.break_until).intersection(found.interval) == found.interval
    assert (found.needed, found.available) == (3, 2)
    assert found.persons == ("w1", "w2")


def test_the_sentence_names_day_slots_rules_and_numbers() -> None:
    problem = Problem(workers(2, days(1)), demands(days(1)), (DAY,), QUIET)
    found = build(problem, seconds=20, workers=1)
    assert isinstance(found, Infeasible)
    (sentence,) = found.describe()
    assert sentence.startswith("6月1日の1")
    assert sentence.endswith(
        "は、「窓口の最低人数」・「休憩」を同時に守れません。オペレーターが3人必要ですが、従事できるのは2人です。"
    )


def test_only_the_day_that_is_short_is_named() -> None:
    first, *others = workers(3, days(3))
    absent = replace(first, available=first.available - {TUESDAY})
    (found,) = _conflicts(Problem((absent, *others), demands(days(3)), (DAY,), QUIET))
    assert found.days == (TUESDAY,)
    assert set(found.rules) == {RuleCode.FLOOR, RuleCode.BREAK, RuleCode.AVAILABLE}
    assert (found.needed, found.available) == (3, 2)


def test_breaks_at_one_time_cannot_keep_the_floor() -> None:
    settings = replace(QUIET, staggered_breaks=False)
    (found,) = _conflicts(Problem(workers(5, days(1)), demands(days(1)), (DAY,), settings))
    assert set(found.rules) == {RuleCode.FLOOR, RuleCode.BREAK, RuleCode.SAME_BREAK}
    assert found.needed is None


def test_a_day_without_a_leader_is_named() -> None:
    lead = Worker(key="lead", counts=False, leads=True, available=frozenset({MONDAY}))
    (found,) = _conflicts(Problem((*workers(3, days(2)), lead), demands(days(2)), (DAY,), Settings()))
    assert set(found.rules) == {RuleCode.LEADER, RuleCode.AVAILABLE}
    assert found.days == (TUESDAY,)


def test_more_contract_hours_than_days_name_the_person() -> None:
    people = (*workers(3, days(3)), Worker(key="busy", available=frozenset(days(3)), month_minutes=(2000, 9000)))
    (found,) = _conflicts(Problem(people, demands(days(3)), (DAY,), QUIET))
    assert found.rules == (RuleCode.CONTRACT_HOURS,)
    assert found.persons == ("busy",)
    assert found.days == days(3)


def test_a_fixed_cell_on_a_day_of_leave_names_person_and_day() -> None:
    first, *others = workers(4, days(2))
    away = fixed(replace(first, available=frozenset({MONDAY})), TUESDAY, shift(510, 780))
    (found,) = _conflicts(Problem((away, *others), demands(days(2)), (DAY,), QUIET))
    assert set(found.rules) == {RuleCode.AVAILABLE, RuleCode.FIXED}
    assert (found.persons, found.days) == (("w1",), (TUESDAY,))


def test_a_fixed_cell_beyond_eight_hours_is_named() -> None:
    first, *others = workers(4, days(1))
    long = fixed(first, MONDAY, shift(510, 1035, (720, 750)))
    (found,) = _conflicts(Problem((long, *others), demands(days(1)), (DAY,), QUIET))
    assert set(found.rules) == {RuleCode.FIXED, RuleCode.DAY_MINUTES}


def test_a_week_that_is_too_short_is_named() -> None:
    on = weekdays(10)
    people = workers(1, on, week_minutes=1200)
    found = _conflicts(Problem(people, demands(on, hours=MinuteRange(510, 780)), (SHORT,), ONE))
    assert [one.days for one in found] == [on[:5], on[5:]]
    assert all(set(one.rules) == {RuleCode.FLOOR, RuleCode.WEEK_MINUTES} for one in found)


def test_hours_that_do_not_reach_over_the_month_are_named() -> None:
    on = weekdays(10)
    people = workers(1, on, month_minutes=(0, 270 * 9))
    (found,) = _conflicts(Problem(people, demands(on, hours=MinuteRange(510, 780)), (SHORT,), ONE))
    assert set(found.rules) == {RuleCode.FLOOR, RuleCode.CONTRACT_HOURS}
    assert found.days == on


def test_nobody_at_all_is_a_conflict_too() -> None:
    (found,) = _conflicts(Problem((), demands(days(1)), KINDS, QUIET))
    assert found.rules == (RuleCode.FLOOR,)
    assert (found.needed, found.available) == (3, 0)


def test_hours_that_no_kind_of_shift_covers_need_more_than_people() -> None:
    (found,) = _conflicts(Problem(workers(3, days(1)), demands(days(1), hours=HOURS), (SHORT,), QUIET))
    assert found.rules == (RuleCode.FLOOR,)
    assert found.needed is None
    assert found.interval is not None
    assert found.interval.start >= SHORT.end


@pytest.mark.parametrize("rule", RuleCode)
def test_every_rule_is_told_in_japanese(rule: RuleCode) -> None:
    sentence = Conflict((rule,), days(4)).describe()
    assert rule.label in sentence
    assert sentence.startswith("6月1日から6月4日までの4日間は、")
    assert rule.value not in sentence
