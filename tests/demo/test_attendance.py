from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise

from callcenter.demo.attendance import JOINS_LATER, PersonDay, day_at_work, operators_of
from callcenter.demo.people import Duty
from callcenter.demo.shape import CLOSES_MINUTE, OPENS_MINUTE, DayShape
from callcenter.rosters.rules import PAST, StaffRole, first_fault, operators_present, record_of
from scheduling.intervals import MinuteRange
from tests.demo.test_shape import SEED, year

HOURS = MinuteRange(OPENS_MINUTE, CLOSES_MINUTE)


@cache
def worked() -> tuple[tuple[DayShape, tuple[PersonDay, ...]], ...]:
    days = year()
    return tuple((day, day_at_work(day, len(days) - 2 - place, SEED)) for place, day in enumerate(days))


def test_the_same_day_is_worked_the_same_way_twice() -> None:
    day = year()[100]
    assert day_at_work(day, 3, SEED) == day_at_work(day, 3, SEED)
    assert day_at_work(day, 3, SEED) != day_at_work(day, 3, SEED + 1)


def test_every_day_has_one_operator_for_each_desk_and_somebody_in_charge() -> None:
    for day, people in worked():
        operators = [one.person.login for one in people if one.person.duty is Duty.OPERATOR]
        assert len(set(operators)) == day.desks
        assert people[0].person.duty in {Duty.LEADER, Duty.DEPUTY}


def test_the_first_operator_is_at_work_on_the_demonstrations_today() -> None:
    assert [one.login for one in operators_of(date(2027, 3, 30), 3, 0)] == ["operator1", "operator2", "operator3"]


def test_nobody_works_before_joining() -> None:
    for day, people in worked():
        assert all(day.local_on >= JOINS_LATER.get(one.person.login, day.local_on) for one in people)


def test_the_punches_of_every_day_can_be() -> None:
    for _, people in worked():
        for one in people:
            assert first_fault(one.marks) is None
            assert [mark.minute for mark in one.marks] == sorted(mark.minute for mark in one.marks)
            assert len(one.marks) == 4


def test_nobody_is_on_the_phone_while_away() -> None:
    for day, people in worked():
        operators = [one for one in people if one.person.duty is Duty.OPERATOR]
        for call in day.calls:
            present = record_of(operators[call.desk].marks, PAST).present
            starts, ends = call.start_second // 60, (call.start_second + call.talk_seconds) // 60
            assert any(span.start <= starts and ends <= span.end for span in present), (day.local_on, call)


def test_the_minimum_of_two_is_missed_on_a_few_days_only() -> None:
    short = []
    for day, people in worked():
        records = [
            (StaffRole.OPERATOR, record_of(one.marks, PAST)) for one in people if one.person.duty is Duty.OPERATOR
        ]
        if any(run.count < 2 for run in operators_present(records, HOURS)):
            short.append(day.local_on)
    assert 1 <= len(short) <= 25


def test_some_come_late() -> None:
    late = [
        one
        for _, people in worked()
        for one in people
        if one.person.duty is Duty.OPERATOR and one.marks[0].minute > OPENS_MINUTE
    ]
    assert 3 <= len(late) <= 40


def test_a_day_that_is_not_over_has_the_punches_up_to_now() -> None:
    people = day_at_work(year()[-2], 0, SEED, until_minute=610)
    assert {len(one.marks) for one in people} == {1}
    assert all(one.marks == () for one in day_at_work(year()[-1], -1, SEED, until_minute=0))


def test_lunches_are_taken_in_turns() -> None:
    _, people = worked()[0]
    shifts = [one.shift.breaks[0] for one in people if one.person.duty is Duty.OPERATOR][:3]
    assert not any(one.overlaps(other) for one, other in pairwise(shifts))
