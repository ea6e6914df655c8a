"""The law's rows by date, and overtime counted from worked minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.labour import (
    RULES,
    AgreementKind,
    Interval,
    LabourSettings,
    RestRule,
    agreement_year,
    month_overtime,
    overtime_by_day,
    rest_day_work,
    rules_on,
    year_overtime,
)
from scheduling.labour.overtime import month_of, months_back
from tests.scheduling.labour_cases import SUNDAY, agreed, week

MONDAY, SATURDAY = date(2026, 6, 8), date(2026, 6, 13)
RESTS_ON_SUNDAY = LabourSettings(rest_weekday=6)
Kind = AgreementKind


class TestRowsOfTheLaw:
    @pytest.mark.parametrize(
        ("on", "small", "capped"),
        [
            (date(2019, 3, 31), False, False),
            (date(2019, 4, 1), False, True),
            (date(2019, 4, 1), True, False),
            (date(2020, 3, 31), True, False),
            (date(2020, 4, 1), True, True),
        ],
    )
    def test_the_cap_came_a_year_later_for_small_employers(self, on: date, small: bool, capped: bool) -> None:
        assert (rules_on(on, small_employer=small).cap is not None) is capped

    def test_before_the_first_row_nothing_is_known(self) -> None:
        assert rules_on(date(1997, 4, 1)) is RULES[0]
        with pytest.raises(ValueError, match="1997-03-31"):
            rules_on(date(1997, 3, 31))

    def test_rows_stand_in_order(self) -> None:
        assert sorted(RULES, key=lambda row: row.effective_from) == list(RULES)
        assert sorted(RULES, key=lambda row: row.small_employers_from) == list(RULES)

    @pytest.mark.parametrize(("worked", "owed"), [(0, 0), (360, 0), (361, 45), (480, 45), (481, 60)])
    def test_the_break_owed(self, worked: int, owed: int) -> None:
        assert rules_on(MONDAY).break_owed(worked) == owed


class TestOvertimeOfDaysAndWeeks:
    @pytest.mark.parametrize(
        ("worked", "expected"),
        [
            (week(0, 480, 480, 480, 480, 480, 0), {}),
            (week(0, 481), {MONDAY: 1}),
            (week(0, 480, 480, 480, 480, 480, 1), {SATURDAY: 1}),
            (week(0, 540, 480, 480, 480, 480, 0), {MONDAY: 60}),
            (week(0, 540, 480, 480, 480, 480, 60), {MONDAY: 60, SATURDAY: 60}),
            (week(0, 450, 450, 450, 450, 450, 200), {SATURDAY: 50}),
            (week(0, 400, 400, 400, 400, 400, 600), {SATURDAY: 200}),
            (week(0, 480, 480, 480, 480, 500, 500), {SATURDAY - timedelta(days=1): 20, SATURDAY: 500}),
        ],
    )
    def test_the_day_first_then_what_the_week_has_left(
        self, worked: Mapping[date, int], expected: Mapping[date, int]
    ) -> None:
        assert overtime_by_day(worked) == expected

    def test_the_seventh_day_of_a_week_is_rest_day_work_and_no_overtime(self) -> None:
        worked = week(*[400] * 6, 500)
        assert rest_day_work(worked) == {SATURDAY: 500}
        assert overtime_by_day(worked) == {}

    def test_the_work_rules_may_name_the_rest_day(self) -> None:
        worked = week(60, 480, 480, 480, 480, 480, 60)
        assert rest_day_work(worked, RESTS_ON_SUNDAY) == {SUNDAY: 60}
        assert overtime_by_day(worked, RESTS_ON_SUNDAY) == {SATURDAY: 60}
        assert rest_day_work(week(0, 480), RESTS_ON_SUNDAY) == {}

    def test_a_week_may_begin_on_monday(self) -> None:
        worked = week(480, 480, 480, 480, 480, 480)
        assert overtime_by_day(worked) == {SATURDAY - timedelta(days=1): 480}
        assert overtime_by_day(worked, LabourSettings(week_start=0)) == {}

    def test_of_four_weeks_the_days_beyond_twenty_four_are_rest_day_work(self) -> None:
        rules = LabourSettings(rest_rule=RestRule.FOUR_IN_FOUR, four_weeks_from=SUNDAY)
        worked = week(*[60] * 26)
        assert rest_day_work(worked, rules) == {SUNDAY + timedelta(days=index): 60 for index in (24, 25)}

    def test_where_all_seven_days_are_regular_each_counts_its_own_minutes_only(self) -> None:
        rules = LabourSettings(rest_rule=RestRule.FOUR_IN_FOUR, four_weeks_from=SUNDAY)
        assert overtime_by_day(week(*[480] * 7), rules) == {SATURDAY - timedelta(days=1): 480, SATURDAY: 480}

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.integers(0, 900), min_size=7, max_size=7))
    def test_no_minute_of_a_week_is_counted_twice(self, minutes: list[int]) -> None:
        worked = week(*minutes)
        resting = rest_day_work(worked)
        overtime = overtime_by_day(worked)
        governed = [each for on, each in worked.items() if on not in resting]
        daily = sum(max(0, each - 480) for each in governed)
        assert sum(overtime.values()) == daily + max(0, sum(governed) - daily - 2400)
        assert all(0 < each <= worked[on] for on, each in overtime.items())
        assert not set(overtime) & set(resting)

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.integers(0, 900), min_size=42, max_size=42))
    def test_weeks_do_not_touch_each_other(self, minutes: list[int]) -> None:
        whole = week(*minutes)
        apart: dict[date, int] = {}
        for index in range(0, 42, 7):
            apart |= overtime_by_day(week(*minutes[index : index + 7], first=SUNDAY + timedelta(days=index)))
        assert overtime_by_day(whole) == apart


class TestMonthsAndYears:
    @pytest.mark.parametrize(
        ("on", "last"),
        [(date(2028, 2, 10), 29), (date(2027, 2, 10), 28), (date(2026, 12, 31), 31), (date(2100, 2, 1), 28)],
    )
    def test_a_month_has_its_days(self, on: date, last: int) -> None:
        assert month_of(on) == Interval(on.replace(day=1), on.replace(day=last))

    def test_six_months_go_back_over_the_turn_of_the_year(self) -> None:
        assert months_back(month_of(date(2027, 2, 3)), 6) == Interval(date(2026, 9, 1), date(2027, 2, 28))

    def test_a_week_over_the_end_of_a_month_gives_each_its_excess_by_the_order_of_days(self) -> None:
        worked = week(0, 480, 480, 480, 480, 480, 300, first=date(2026, 5, 31)) | week(
            0, 480, 480, 480, 480, 490, 480, first=date(2026, 7, 26)
        )
        assert month_overtime(worked, date(2026, 7, 1)) == 10
        assert month_overtime(worked, date(2026, 8, 15)) == 480
        assert month_overtime(worked, date(2026, 6, 1)) == 300

    def test_the_29th_of_february_is_in_its_month_and_year(self) -> None:
        worked = {date(2028, 2, 29): 500}
        assert month_overtime(worked, date(2028, 2, 1)) == 20
        assert year_overtime(worked, agreement_year(date(2028, 2, 29))) == 20
        assert year_overtime(worked, agreement_year(date(2028, 4, 1))) == 0

    @pytest.mark.parametrize(
        ("on", "first"),
        [
            (date(2026, 4, 1), date(2026, 4, 1)),
            (date(2027, 3, 31), date(2026, 4, 1)),
            (date(2027, 4, 1), date(2027, 4, 1)),
        ],
    )
    def test_a_year_goes_from_april_where_no_agreement_says_otherwise(self, on: date, first: date) -> None:
        year = agreement_year(on)
        assert (year.from_on, year.to_on) == (first, date(first.year + 1, 3, 31))

    def test_a_year_begins_with_the_agreement(self) -> None:
        october = agreed(Kind.OVERTIME, date(2026, 10, 1), date(2027, 9, 30))
        assert agreement_year(date(2027, 9, 30), [october]) == Interval(date(2026, 10, 1), date(2027, 9, 30))
        assert agreement_year(date(2026, 9, 30), [october]).from_on == date(2026, 4, 1)
        assert agreement_year(date(2027, 9, 30), [agreed(Kind.STAGGERED_BREAKS, date(2026, 10, 1))]).from_on == date(
            2027, 4, 1
        )
