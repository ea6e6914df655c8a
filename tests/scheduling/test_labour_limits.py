"""The limits of Art. 36 for months and years, with and without the special clause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.labour import (
    Agreement,
    AgreementKind,
    Interval,
    LabourSettings,
    Level,
    Violation,
    ViolationCode,
    describe,
    overtime_findings,
)
from scheduling.labour.overtime import month_of
from tests.scheduling.labour_cases import ANA, SUNDAY, YEAR_FROM, YEAR_TO, agreed, month_from, month_with, months_with

MONDAY = date(2026, 6, 8)
RESTS_ON_SUNDAY = LabourSettings(rest_weekday=6)
HOUR = 60
Code, Kind = ViolationCode, AgreementKind


OVERTIME, REST_DAY_WORK, CLAUSE = (agreed(kind) for kind in (Kind.OVERTIME, Kind.REST_DAY_WORK, Kind.SPECIAL_CLAUSE))
FULL = (OVERTIME, REST_DAY_WORK, CLAUSE)


def found_in(
    worked: Mapping[date, int], on: date, *agreements: Agreement, rules: LabourSettings = RESTS_ON_SUNDAY
) -> dict[ViolationCode, Violation]:
    """The findings of the month that holds the date, by code."""
    findings = overtime_findings(ANA, worked, month_of(on), agreements, rules)
    assert len({one.code for one in findings}) == len(findings)
    return {one.code: one for one in findings}


def level_of(code: ViolationCode, found: Mapping[ViolationCode, Violation]) -> Level | None:
    return found[code].level if code in found else None


class TestBeforeTheCap:
    def test_a_month_before_the_cap_has_no_limit(self) -> None:
        agreements = [agreed(kind, date(2018, 4, 1), date(2021, 3, 31)) for kind in (Kind.OVERTIME, Kind.REST_DAY_WORK)]
        for first, capped in ((date(2019, 3, 1), False), (date(2019, 4, 1), True)):
            found = found_in(month_with(101 * HOUR, first), first, *agreements)
            assert (Code.MONTH_TOTAL in found) is capped
        small = LabourSettings(rest_weekday=6, small_employer=True)
        worked = month_with(101 * HOUR, date(2020, 3, 1))
        assert found_in(worked, date(2020, 3, 1), *agreements, rules=small) == {}

    def test_an_average_reaches_back_to_the_cap_and_no_further(self) -> None:
        agreements = [agreed(kind, date(2018, 4, 1), date(2021, 3, 31)) for kind in Kind]
        worked = month_with(99 * HOUR, date(2019, 3, 1)) | month_with(75 * HOUR, date(2019, 4, 1))
        assert Code.AVERAGE_TOTAL not in found_in(worked, date(2019, 4, 1), *agreements)
        worked |= month_with(86 * HOUR, date(2019, 5, 1))
        assert found_in(worked, date(2019, 5, 1), *agreements)[Code.AVERAGE_TOTAL].months == 2


class TestAgreementOnFile:
    def test_overtime_without_one_is_a_violation_from_the_first_minute(self) -> None:
        found = found_in({MONDAY: 481, SUNDAY: 60}, MONDAY)
        assert found[Code.UNAGREED_OVERTIME] == Violation(
            Code.UNAGREED_OVERTIME, "労働基準法第36条第1項", ANA, Interval(MONDAY, MONDAY), found=1
        )
        assert found[Code.UNAGREED_REST_DAY_WORK].interval == Interval(SUNDAY, SUNDAY)
        assert found_in({MONDAY: 481, SUNDAY: 60}, MONDAY, OVERTIME, REST_DAY_WORK) == {}

    def test_one_that_ends_in_the_month_covers_until_then(self) -> None:
        worked = {date(2026, 6, day): 490 for day in (15, 16, 17, 18)}
        found = found_in(worked, MONDAY, agreed(Kind.OVERTIME, to_on=date(2026, 6, 16)))
        assert found[Code.UNAGREED_OVERTIME].interval == Interval(date(2026, 6, 17), date(2026, 6, 18))
        assert found[Code.UNAGREED_OVERTIME].found == 20

    def test_only_days_of_the_period_are_blamed_month_by_month(self) -> None:
        worked = {date(2026, 6, day): 490 for day in (10, 16)} | {date(2026, 7, 7): 490}
        findings = overtime_findings(ANA, worked, Interval(date(2026, 6, 15), date(2026, 7, 31)))
        assert [(one.code, one.interval.from_on, one.found) for one in findings] == [
            (Code.UNAGREED_OVERTIME, date(2026, 6, 16), 10),
            (Code.UNAGREED_OVERTIME, date(2026, 7, 7), 10),
        ]

    def test_a_clause_from_mid_month_lifts_what_comes_after(self) -> None:
        worked = month_with(50 * HOUR, date(2026, 6, 1)) | {date(2026, 6, 16): 490}
        clause = agreed(Kind.SPECIAL_CLAUSE, from_on=date(2026, 6, 16))
        assert level_of(Code.MONTH_OVERTIME, found_in(worked, MONDAY, OVERTIME, clause)) is Level.ERROR
        late = Interval(date(2026, 6, 16), date(2026, 6, 30))
        found = overtime_findings(ANA, worked, late, (OVERTIME, clause), RESTS_ON_SUNDAY)
        assert [(one.code, one.level) for one in found] == [(Code.MONTH_OVERTIME, Level.WARNING)]

    def test_a_clause_that_ends_before_the_45_hours_are_passed_does_not_lift_them(self) -> None:
        worked = month_with(50 * HOUR, date(2026, 6, 1))  # five hours a day: passed on the tenth, 12 June
        for last, level in ((11, Level.ERROR), (12, Level.WARNING)):
            clause = agreed(Kind.SPECIAL_CLAUSE, to_on=date(2026, 6, last))
            assert level_of(Code.MONTH_OVERTIME, found_in(worked, MONDAY, OVERTIME, clause)) is level


class TestFortyFiveAndThreeHundredAndSixty:
    @pytest.mark.parametrize(
        ("minutes", "level"),
        [
            (36 * HOUR - 1, None),
            (36 * HOUR, Level.WARNING),
            (45 * HOUR, Level.WARNING),
            (45 * HOUR + 1, Level.ERROR),
        ],
    )
    def test_of_a_month(self, minutes: int, level: Level | None) -> None:
        found = found_in(months_with(minutes, start=6), MONDAY, OVERTIME)
        assert level_of(Code.MONTH_OVERTIME, found) is level

    def test_the_finding_tells_its_month_and_figures(self) -> None:
        found = found_in(months_with(45 * HOUR + 1, start=6), MONDAY, OVERTIME)[Code.MONTH_OVERTIME]
        interval = Interval(date(2026, 6, 1), date(2026, 6, 30))
        assert found == Violation(Code.MONTH_OVERTIME, "労働基準法第36条第4項", ANA, interval, found=2701, allowed=2700)
        assert describe(found) == "1か月の時間外労働が上限の45時間を超えています（45時間1分）。労働基準法第36条第4項"

    def test_rest_day_work_is_not_part_of_it(self) -> None:
        assert found_in(months_with(35 * HOUR, start=6, resting=600), MONDAY, OVERTIME, REST_DAY_WORK) == {}

    def test_a_lower_limit_of_the_agreement_counts_and_a_higher_does_not(self) -> None:
        worked = months_with(30 * HOUR + 1, start=6)
        low, high = (agreed(Kind.OVERTIME, monthly_minutes=hours * HOUR) for hours in (30, 60))
        found = found_in(worked, MONDAY, low)[Code.MONTH_OVERTIME]
        assert (found.level, found.allowed, found.law) == (Level.ERROR, 1800, "労働基準法第36条第1項")
        assert found_in(months_with(45 * HOUR + 1, start=6), MONDAY, high)[Code.MONTH_OVERTIME].allowed == 2700

    def test_the_limit_of_an_agreement_that_is_over_or_still_to_come_does_not_count(self) -> None:
        worked = months_with(30 * HOUR, start=6)
        over = agreed(Kind.OVERTIME, to_on=date(2026, 5, 31), monthly_minutes=HOUR)
        to_come = agreed(Kind.OVERTIME, from_on=date(2026, 7, 1), monthly_minutes=HOUR)
        assert found_in(worked, MONDAY, OVERTIME, over, to_come) == {}
        for from_on, to_on in ((YEAR_FROM, date(2026, 6, 1)), (date(2026, 6, 30), YEAR_TO)):
            lower = agreed(Kind.OVERTIME, from_on, to_on, monthly_minutes=HOUR)
            assert found_in(worked, MONDAY, OVERTIME, lower)[Code.MONTH_OVERTIME].allowed == HOUR

    def test_the_share_to_warn_at_is_a_setting(self) -> None:
        worked = months_with(1350, start=6)
        half = LabourSettings(rest_weekday=6, warn_percent=50)
        assert found_in(worked, MONDAY, OVERTIME) == {}
        assert level_of(Code.MONTH_OVERTIME, found_in(worked, MONDAY, OVERTIME, rules=half)) is Level.WARNING

    @pytest.mark.parametrize(
        ("last", "level"),
        [(3 * HOUR - 1, None), (3 * HOUR, Level.WARNING), (75 * HOUR, Level.WARNING), (75 * HOUR + 1, Level.ERROR)],
    )
    def test_of_a_year(self, last: int, level: Level | None) -> None:
        worked = months_with(*[35 * HOUR] * 7, 40 * HOUR, last)
        assert level_of(Code.YEAR_OVERTIME, found_in(worked, month_from(12), OVERTIME)) is level

    def test_a_new_year_counts_anew(self) -> None:
        worked = months_with(*[29 * HOUR] * 13)
        long = agreed(Kind.OVERTIME, to_on=date(2028, 3, 31))
        assert level_of(Code.YEAR_OVERTIME, found_in(worked, month_from(15), long)) is Level.WARNING
        assert found_in(worked, month_from(16), long) == {}

    def test_what_comes_after_the_period_is_not_counted_yet(self) -> None:
        worked = months_with(45 * HOUR + 1, start=6)
        until = Interval(date(2026, 6, 1), date(2026, 6, 3))
        assert overtime_findings(ANA, worked, until, (OVERTIME,), RESTS_ON_SUNDAY) == []
        until = Interval(date(2026, 6, 1), date(2026, 6, 20))
        findings = overtime_findings(ANA, worked | {date(2026, 6, 22): 600}, until, (OVERTIME,), RESTS_ON_SUNDAY)
        assert [(one.code, one.found) for one in findings] == [(Code.MONTH_OVERTIME, 45 * HOUR + 1)]

    def test_a_period_without_overtime_is_not_blamed_for_what_was_before(self) -> None:
        worked = months_with(45 * HOUR + 1, start=6) | {date(2026, 6, 30): 480}
        late = Interval(date(2026, 6, 16), date(2026, 6, 30))
        assert overtime_findings(ANA, worked, late, (OVERTIME,), RESTS_ON_SUNDAY) == []


class TestSpecialClause:
    @pytest.mark.parametrize(
        ("overtime", "resting", "level"),
        [
            (79 * HOUR + 59, 0, None),
            (80 * HOUR, 0, Level.WARNING),
            (99 * HOUR + 59, 0, Level.WARNING),
            (100 * HOUR, 0, Level.ERROR),
            (90 * HOUR, 9 * HOUR + 59, Level.WARNING),
            (90 * HOUR, 10 * HOUR, Level.ERROR),
        ],
    )
    def test_a_month_stays_under_100_hours_rest_days_included(
        self, overtime: int, resting: int, level: Level | None
    ) -> None:
        found = found_in(months_with(overtime, start=6, resting=resting), MONDAY, *FULL)
        assert level_of(Code.MONTH_TOTAL, found) is level

    def test_it_lifts_the_45_hours_with_a_warning(self) -> None:
        found = found_in(months_with(46 * HOUR, start=6), MONDAY, *FULL)
        assert level_of(Code.MONTH_OVERTIME, found) is Level.WARNING
        assert describe(found[Code.MONTH_OVERTIME]) == (
            "1か月の時間外労働が46時間です。原則の上限45時間を超え、特別条項を使っています。労働基準法第36条第4項"
        )

    def test_100_hours_bind_without_the_clause_too(self) -> None:
        sundays = {date(2026, 6, 14): 20 * HOUR, date(2026, 6, 21): 13 * HOUR}
        worked = months_with(44 * HOUR, start=6, resting=23 * HOUR) | sundays
        found = found_in(worked, MONDAY, OVERTIME, REST_DAY_WORK)
        assert level_of(Code.MONTH_TOTAL, found) is Level.ERROR
        assert level_of(Code.MONTH_OVERTIME, found) is Level.WARNING

    @pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
    def test_the_average_of_two_to_six_months_is_at_most_80_hours(self, count: int) -> None:
        # 79 hours each but for the first, which only the longest span holds, so that no shorter one is over.
        rest = [79 * HOUR] * (count - 1)
        first = 80 * HOUR * count - sum(rest)
        for more, level in ((0, Level.WARNING), (1, Level.ERROR)):
            found = found_in(months_with(first + more, *rest), month_from(3 + count), *FULL)[Code.AVERAGE_TOTAL]
            assert found.level is level
            if level is Level.ERROR:
                assert (found.months, found.found, found.allowed) == (count, 4801, 4800)
                assert found.interval.from_on == YEAR_FROM
                assert f"{count}か月平均" in describe(found)

    def test_rest_day_work_is_part_of_the_average(self) -> None:
        found = found_in(months_with(75 * HOUR, 75 * HOUR + 1, resting=5 * HOUR), month_from(5), *FULL)
        assert level_of(Code.AVERAGE_TOTAL, found) is Level.ERROR

    def test_seven_months_are_not_averaged(self) -> None:
        worked = months_with(99 * HOUR, *[78 * HOUR] * 6)
        assert level_of(Code.AVERAGE_TOTAL, found_in(worked, month_from(10), *FULL)) is Level.WARNING

    def test_an_average_may_reach_into_the_year_before(self) -> None:
        worked = months_with(81 * HOUR, 81 * HOUR, start=15)
        found = found_in(worked, month_from(16), *(agreed(kind, to_on=date(2028, 3, 31)) for kind in Kind))
        assert found[Code.AVERAGE_TOTAL].interval == Interval(date(2027, 3, 1), date(2027, 4, 30))

    @pytest.mark.parametrize(("more", "level"), [(0, Level.WARNING), (1, Level.ERROR)])
    def test_a_year_has_at_most_720_hours(self, more: int, level: Level) -> None:
        worked = months_with(*[60 * HOUR] * 11, 60 * HOUR + more)
        found = found_in(worked, month_from(15), *FULL)
        assert level_of(Code.SPECIAL_YEAR, found) is level
        assert level_of(Code.YEAR_OVERTIME, found) is Level.WARNING

    def test_without_the_clause_the_years_own_limit_says_it_all(self) -> None:
        worked = months_with(*[61 * HOUR] * 12)
        found = found_in(worked, month_from(15), OVERTIME)
        assert set(found) == {Code.MONTH_OVERTIME, Code.YEAR_OVERTIME}

    @pytest.mark.parametrize(("over", "level"), [(4, None), (5, Level.WARNING), (6, Level.WARNING), (7, Level.ERROR)])
    def test_six_months_of_a_year_may_pass_45_hours(self, over: int, level: Level | None) -> None:
        worked = months_with(*[45 * HOUR] * 3, *[45 * HOUR + 1] * over)
        found = found_in(worked, month_from(6 + over), *FULL)
        assert level_of(Code.MONTHS_OVER, found) is level
        if level is Level.ERROR:
            assert (found[Code.MONTHS_OVER].found, found[Code.MONTHS_OVER].allowed) == (7, 6)
            assert describe(found[Code.MONTHS_OVER]).startswith("時間外労働が45時間を超えた月が上限の6か月を超えて")

    def test_a_month_under_45_hours_is_not_blamed_for_the_seven_before(self) -> None:
        worked = months_with(*[46 * HOUR] * 7, 10 * HOUR)
        assert Code.MONTHS_OVER not in found_in(worked, month_from(11), *FULL)

    def test_lower_limits_of_the_clause_count(self) -> None:
        clause = agreed(Kind.SPECIAL_CLAUSE, monthly_minutes=70 * HOUR, yearly_minutes=100 * HOUR)
        found = found_in(months_with(60 * HOUR, 60 * HOUR, resting=11 * HOUR), month_from(5), OVERTIME, clause)
        assert (found[Code.MONTH_TOTAL].level, found[Code.MONTH_TOTAL].allowed) == (Level.ERROR, 4200)
        assert (found[Code.SPECIAL_YEAR].level, found[Code.SPECIAL_YEAR].allowed) == (Level.ERROR, 6000)
        assert found[Code.SPECIAL_YEAR].law == "労働基準法第36条第1項"

    def test_a_period_of_several_months_tells_each(self) -> None:
        worked = months_with(46 * HOUR, 0, 46 * HOUR)
        findings = overtime_findings(ANA, worked, Interval(YEAR_FROM, YEAR_TO), (OVERTIME,), RESTS_ON_SUNDAY)
        months = [one.interval.from_on for one in findings if one.code is Code.MONTH_OVERTIME]
        assert months == [date(2026, 4, 1), date(2026, 6, 1)]


class TestProperties:
    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.integers(0, 100 * HOUR), min_size=6, max_size=6))
    def test_averages_are_what_the_sums_say(self, overtime: list[int]) -> None:
        worked = months_with(*overtime, 1)
        last = [*overtime, 1]
        over = any(sum(last[-count:]) > 80 * HOUR * count for count in (2, 3, 4, 5, 6))
        found = found_in(worked, month_from(10), *FULL)
        assert (level_of(Code.AVERAGE_TOTAL, found) is Level.ERROR) is over

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.integers(0, 90 * HOUR), min_size=3, max_size=3), st.integers(0, 2), st.integers(0, 900))
    def test_less_work_never_makes_a_limit_of_months_or_years_worse(
        self, overtime: list[int], month: int, less: int
    ) -> None:
        worked = months_with(*overtime)
        reduced = months_with(*(max(0, each - less * (index == month)) for index, each in enumerate(overtime)))
        grave = [
            {one.code for one in found_in(days, month_from(6), *FULL).values() if one.level is Level.ERROR}
            for days in (reduced, worked)
        ]
        assert grave[0] <= grave[1]
