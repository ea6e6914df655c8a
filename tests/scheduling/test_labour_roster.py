"""A roster held against Art. 32, 34 and 35, to the minute; faults of the roster itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.intervals import MinuteRange
from scheduling.labour import (
    Agreement,
    AgreementKind,
    Interval,
    LabourSettings,
    Level,
    RestRule,
    Roster,
    Violation,
    ViolationCode,
    WorkedDay,
    describe,
    validate,
    worked_days,
)
from scheduling.shifts import Assignment
from tests.scheduling.labour_cases import ANA, BEN, LUNCH, START, agreed, day_of, days_of, work

MONDAY = date(2026, 6, 1)
JUNE = Interval(date(2026, 6, 1), date(2026, 6, 30))
Code = ViolationCode


def june(day: int) -> date:
    return date(2026, 6, day)


OVERTIME = agreed(AgreementKind.OVERTIME)
REST_DAY_WORK = agreed(AgreementKind.REST_DAY_WORK)
STAGGERED = agreed(AgreementKind.STAGGERED_BREAKS)


def judged(
    assignments: Iterable[Assignment],
    *agreements: Agreement,
    before: Iterable[WorkedDay] = (),
    rules: LabourSettings = LabourSettings(),
) -> list[Violation]:
    return validate(Roster(JUNE.from_on, JUNE.to_on, tuple(assignments), tuple(before), agreements, rules))


def codes(found: Iterable[Violation]) -> list[ViolationCode]:
    return [one.code for one in found]


def only(found: list[Violation]) -> Violation:
    assert len(found) == 1, found
    return found[0]


class TestHoursOfADay:
    @pytest.mark.parametrize(("minutes", "expected"), [(480, []), (481, [Code.DAY_HOURS])])
    def test_eight_hours_are_the_last_legal_minute(self, minutes: int, expected: list[ViolationCode]) -> None:
        assert codes(judged([day_of(MONDAY, minutes)])) == expected

    def test_all_shifts_of_a_day_are_one_days_work(self) -> None:
        found = only(judged([work(MONDAY, 480, 720), work(MONDAY, 780, 1021)]))
        assert (found.code, found.found, found.allowed) == (Code.DAY_HOURS, 481, 480)
        assert (found.law, found.person, found.interval) == ("労働基準法第32条第2項", ANA, Interval(MONDAY, MONDAY))

    def test_an_agreement_permits_more_as_long_as_it_is_in_force(self) -> None:
        until_monday = agreed(AgreementKind.OVERTIME, to_on=MONDAY)
        both_days = days_of(MONDAY, 540, 540)
        assert judged(both_days, OVERTIME) == []
        assert only(judged(both_days, until_monday)).interval == Interval(june(2), june(2))

    def test_an_agreement_of_another_kind_does_not(self) -> None:
        assert codes(judged([day_of(MONDAY, 481)], STAGGERED, REST_DAY_WORK)) == [Code.DAY_HOURS]


class TestHoursOfAWeek:
    @pytest.mark.parametrize(("saturday", "expected"), [(0, []), (1, [Code.WEEK_HOURS])])
    def test_forty_hours_are_the_last_legal_minute(self, saturday: int, expected: list[ViolationCode]) -> None:
        assert codes(judged(days_of(MONDAY, 480, 480, 480, 480, 480, saturday))) == expected

    def test_the_week_that_began_before_the_month_counts_as_one(self) -> None:
        july = [day_of(date(2026, 7, day), 480) for day in (1, 2, 3)]
        june_days = days_of(june(28), 480, 480, 1)
        roster = Roster(date(2026, 7, 1), date(2026, 7, 31), tuple(july), worked_days(june_days))
        found = only(validate(roster))
        assert (found.code, found.law, found.found) == (Code.WEEK_HOURS, "労働基準法第32条第1項", 2401)
        assert found.interval == Interval(date(2026, 7, 1), date(2026, 7, 4))

    @pytest.mark.parametrize(("saturday", "expected"), [(0, []), (1, [Code.WEEK_HOURS])])
    def test_excess_that_fell_before_the_period_is_not_blamed_on_it(
        self, saturday: int, expected: list[ViolationCode]
    ) -> None:
        before = worked_days(days_of(MONDAY, 480, 480, 480, 480, 481))
        plan = days_of(june(6), saturday, 480)
        assert codes(validate(Roster(june(6), june(30), tuple(plan), before))) == expected

    def test_excess_before_the_period_does_not_blame_agreed_or_empty_days_in_it(self) -> None:
        before = worked_days(days_of(MONDAY, 500, 500, 500, 500, 500))
        agreement = agreed(AgreementKind.OVERTIME, from_on=june(6))
        assert validate(Roster(june(6), june(30), (day_of(june(6), 60),), before, (agreement,))) == []
        assert validate(Roster(june(6), june(30), (work(june(6), 480, 600, (480, 600)),), before)) == []

    @pytest.mark.parametrize(("week_start", "expected"), [(6, []), (0, [Code.WEEK_HOURS])])
    def test_the_work_rules_may_begin_the_week_elsewhere(self, week_start: int, expected: list[ViolationCode]) -> None:
        assignments = days_of(MONDAY, 0, 480, 480, 480, 480, 1, 480)
        assert codes(judged(assignments, rules=LabourSettings(week_start=week_start))) == expected

    def test_hours_that_a_days_agreement_covers_are_not_held_against_the_week(self) -> None:
        until_monday = agreed(AgreementKind.OVERTIME, to_on=MONDAY)
        week = days_of(MONDAY, 540, 480, 480, 480, 480)
        assert judged(week, until_monday) == []
        assert codes(judged(week)) == [Code.DAY_HOURS, Code.WEEK_HOURS]

    def test_an_agreement_must_cover_the_day_on_which_the_excess_falls(self) -> None:
        week = days_of(MONDAY, 480, 480, 480, 480, 480, 60)
        assert codes(judged(week, agreed(AgreementKind.OVERTIME, to_on=june(5)))) == [Code.WEEK_HOURS]
        assert judged(week, agreed(AgreementKind.OVERTIME, from_on=june(6))) == []

    def test_two_people_have_a_week_each(self) -> None:
        five = (480, 480, 480, 480, 480)
        assert judged([*days_of(MONDAY, *five), *days_of(june(2), *five, person=BEN)]) == []


class TestBreaks:
    @pytest.mark.parametrize(
        ("worked", "pause", "short"),
        [
            (360, 0, False),
            (361, 44, True),
            (361, 45, False),
            (480, 44, True),
            (480, 45, False),
            (481, 59, True),
            (481, 60, False),
            (361, 0, True),
        ],
    )
    def test_what_is_owed_depends_on_the_minute(self, worked: int, pause: int, short: bool) -> None:
        breaks = [(700, 700 + pause)] if pause else []
        found = judged([work(MONDAY, START, START + worked + pause, *breaks)], OVERTIME)
        assert codes(found) == [Code.SHORT_BREAK] * short

    def test_a_finding_names_what_is_owed_and_when(self) -> None:
        interval = Interval(MONDAY, MONDAY, MinuteRange(480, 900))
        expected = Violation(Code.SHORT_BREAK, "労働基準法第34条第1項", ANA, interval, found=30, allowed=45)
        assert judged([work(MONDAY, 480, 900, (720, 750))]) == [expected]

    @pytest.mark.parametrize("at_edge", [(480, 540), (900, 960)])
    def test_a_break_at_the_start_or_the_end_of_the_work_is_none(self, at_edge: tuple[int, int]) -> None:
        found = only(judged([work(MONDAY, 480, 960, at_edge)]))
        assert (found.code, found.found, found.allowed) == (Code.SHORT_BREAK, 0, 45)

    def test_a_minute_of_work_after_it_makes_it_one(self) -> None:
        assert judged([work(MONDAY, 480, 961, (900, 960))]) == []

    def test_parts_of_a_break_add_up(self) -> None:
        assert judged([work(MONDAY, 480, 960, (600, 615), (720, 750))]) == []
        assert codes(judged([work(MONDAY, 480, 960, (600, 614), (720, 750))])) == [Code.SHORT_BREAK]

    def test_breaks_that_overlap_count_once(self) -> None:
        assert only(judged([work(MONDAY, 480, 960, (720, 750), (735, 760))])).found == 40

    @pytest.mark.parametrize(("gap", "expected"), [(44, [Code.SHORT_BREAK]), (45, [])])
    def test_the_gap_between_two_shifts_is_a_break(self, gap: int, expected: list[ViolationCode]) -> None:
        assert codes(judged([work(MONDAY, 480, 720), work(MONDAY, 720 + gap, 960 + gap)])) == expected

    def test_a_break_before_a_gap_lies_in_the_middle_of_the_day(self) -> None:
        assert judged([work(MONDAY, 480, 720, (700, 720)), work(MONDAY, 745, 985)]) == []

    def test_a_day_that_is_all_break_is_no_work(self) -> None:
        assert judged([work(MONDAY, 480, 600, (480, 600))]) == []


class TestStaggeredBreaks:
    def test_without_an_agreement_all_take_their_break_at_once(self) -> None:
        roster = [work(MONDAY, 480, 1020, (720, 780)), work(MONDAY, 480, 1020, (721, 781), person=BEN)]
        found = only(judged(roster))
        assert (found.code, found.person, found.found) == (Code.STAGGERED_BREAKS, None, 2)
        assert (found.law, found.interval) == ("労働基準法第34条第2項", Interval(MONDAY, MONDAY))
        assert judged(roster, STAGGERED) == []

    def test_an_agreement_that_ran_out_the_day_before_does_not_help(self) -> None:
        roster = [
            one for on in (MONDAY, june(2)) for one in (day_of(on, 480), work(on, 480, 1020, (780, 840), person=BEN))
        ]
        found = only(judged(roster, agreed(AgreementKind.STAGGERED_BREAKS, to_on=MONDAY)))
        assert found.interval == Interval(june(2), june(2))

    def test_the_same_break_in_different_shifts_is_at_once(self) -> None:
        assert judged([day_of(MONDAY, 480), work(MONDAY, 540, 1080, LUNCH, person=BEN)]) == []

    def test_on_different_days_breaks_may_differ(self) -> None:
        assert judged([day_of(MONDAY, 480), work(june(2), 480, 1020, (780, 840), person=BEN)]) == []

    def test_a_pause_that_the_law_does_not_ask_for_is_free(self) -> None:
        assert judged([day_of(MONDAY, 480), work(MONDAY, 480, 850, (600, 610), person=BEN)]) == []

    def test_who_has_no_break_at_all_is_blamed_for_that_alone(self) -> None:
        found = judged([day_of(MONDAY, 480), work(MONDAY, 480, 960, person=BEN)])
        assert codes(found) == [Code.SHORT_BREAK]


class TestRestDays:
    def test_seven_days_of_a_week_leave_no_rest(self) -> None:
        found = only(judged(days_of(june(7), *[300] * 7)))
        assert (found.code, found.law, found.found, found.allowed) == (Code.REST_DAYS, "労働基準法第35条第1項", 0, 1)
        assert found.interval == Interval(june(7), june(13))
        assert judged(days_of(june(7), *[300] * 6)) == []

    def test_rest_on_the_first_day_of_one_week_and_the_last_of_the_next_is_enough(self) -> None:
        assert judged(days_of(june(8), *[300] * 12)) == []

    def test_the_week_may_have_begun_in_the_month_before(self) -> None:
        june_work = days_of(MONDAY, *[300] * 6)
        before = [WorkedDay(ANA, date(2026, 5, 31), 1)]
        assert judged(june_work) == []
        found = only(judged(june_work, before=before))
        assert (found.code, found.interval) == (Code.REST_DAYS, Interval(june(1), june(6)))

    def test_an_agreement_on_rest_day_work_permits_it_and_takes_it_out_of_the_forty_hours(self) -> None:
        week = days_of(june(7), *[400] * 7)
        assert judged(week, REST_DAY_WORK) == []
        assert set(codes(judged(week))) == {Code.REST_DAYS, Code.WEEK_HOURS}

    def test_a_week_without_rest_before_the_period_is_not_blamed_on_it(self) -> None:
        before = [WorkedDay(ANA, date(2026, 5, 24) + timedelta(days=index), 60) for index in range(7)]
        assert judged([day_of(MONDAY, 60)], before=before) == []

    @pytest.mark.parametrize(("worked", "expected"), [(24, []), (25, [Code.REST_DAYS])])
    def test_four_in_four_weeks(self, worked: int, expected: list[ViolationCode]) -> None:
        rules = LabourSettings(rest_rule=RestRule.FOUR_IN_FOUR, four_weeks_from=june(1))
        found = judged(days_of(june(1), *[60] * worked), rules=rules)
        assert codes(found) == expected
        assert [(one.law, one.found, one.allowed) for one in found] == [("労働基準法第35条第2項", 3, 4)] * len(found)

    def test_four_weeks_that_began_before_the_month(self) -> None:
        rules = LabourSettings(rest_rule=RestRule.FOUR_IN_FOUR, four_weeks_from=date(2026, 3, 23))
        before = [WorkedDay(ANA, date(2026, 5, 18) + timedelta(days=index), 60) for index in range(14)]
        assert judged(days_of(june(1), *[60] * 10), before=before, rules=rules) == []
        found = only(judged(days_of(june(1), *[60] * 11), before=before, rules=rules))
        assert found.interval == Interval(june(1), june(14))


class TestFaultsOfTheRoster:
    def test_the_same_person_twice_at_once(self) -> None:
        found = only(judged([work(MONDAY, 480, 600), work(MONDAY, 599, 700)]))
        assert (found.code, found.interval.minutes, found.found) == (Code.OVERLAP, MinuteRange(599, 600), 1)

    def test_the_same_shift_given_twice_is_an_overlap_and_counts_once(self) -> None:
        assert codes(judged([day_of(MONDAY, 480)] * 2)) == [Code.OVERLAP]

    def test_shifts_that_touch_or_belong_to_two_people_do_not_overlap(self) -> None:
        assert judged([work(MONDAY, 480, 600), work(MONDAY, 600, 700)]) == []
        assert judged([work(MONDAY, 480, 600), work(MONDAY, 480, 600, person=BEN)]) == []

    def test_a_break_outside_the_shift(self) -> None:
        found = only(judged([work(MONDAY, 480, 720, (700, 740))]))
        assert (found.code, found.interval.minutes) == (Code.BREAK_OUTSIDE, MinuteRange(720, 740))

    def test_work_that_goes_on_past_midnight(self) -> None:
        found = only(judged([work(MONDAY, 1320, 1440), work(june(2), 0, 60)]))
        assert (found.code, found.interval) == (Code.ACROSS_MIDNIGHT, Interval(MONDAY, june(2)))
        assert judged([work(MONDAY, 1320, 1440), work(june(2), 1, 60)]) == []
        assert judged([work(MONDAY, 1320, 1439), work(june(2), 0, 60)]) == []

    @pytest.mark.parametrize("on", [date(2026, 5, 31), date(2026, 7, 1)])
    def test_an_assignment_outside_the_period_is_refused(self, on: date) -> None:
        with pytest.raises(ValueError, match=str(on)):
            judged([day_of(on, 60)])

    def test_a_worked_day_within_the_period_is_refused(self) -> None:
        with pytest.raises(ValueError, match="2026-06-01"):
            judged([], before=[WorkedDay(ANA, MONDAY, 60)])

    @pytest.mark.parametrize(
        "wrong",
        [
            {"week_start": 7},
            {"rest_weekday": -1},
            {"warn_percent": 0},
            {"warn_percent": 101},
            {"rest_rule": RestRule.FOUR_IN_FOUR},
        ],
    )
    def test_settings_that_mean_nothing_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"weekday|share|four"):
            LabourSettings(**wrong)

    def test_an_agreement_has_its_dates_in_order_and_no_limit_below_zero(self) -> None:
        with pytest.raises(ValueError, match="before it begins"):
            Agreement(AgreementKind.OVERTIME, june(2), june(1))
        with pytest.raises(ValueError, match="minutes"):
            agreed(AgreementKind.OVERTIME, monthly_minutes=-1)


class TestPlannedOvertime:
    @pytest.mark.parametrize(("more", "expected"), [(0, []), (1, [Code.MONTH_OVERTIME])])
    def test_a_plan_past_the_agreements_month_is_a_violation(self, more: int, expected: list[ViolationCode]) -> None:
        limited = agreed(AgreementKind.OVERTIME, monthly_minutes=120)
        found = judged(days_of(MONDAY, 540, 540 + more), limited)
        assert codes(found) == expected
        assert all(one.level is Level.ERROR and one.interval == JUNE for one in found)

    def test_a_plan_near_the_limit_is_no_finding(self) -> None:
        assert judged(days_of(MONDAY, 540, 539), agreed(AgreementKind.OVERTIME, monthly_minutes=120)) == []

    def test_the_year_before_the_period_counts_and_only_the_period_is_blamed(self) -> None:
        before = [WorkedDay(ANA, date(2026, month, 4), 480 + 120) for month in (4, 5)]
        limited = agreed(AgreementKind.OVERTIME, yearly_minutes=300)
        assert judged([day_of(MONDAY, 540)], limited, before=before) == []
        found = only(judged([day_of(MONDAY, 541)], limited, before=before))
        assert (found.code, found.found, found.allowed, found.interval) == (Code.YEAR_OVERTIME, 301, 300, JUNE)

    def test_an_ordinary_month_of_two_operators_is_legal(self) -> None:
        weekdays = [on for on in JUNE.days() if on.weekday() < 5]
        early = [work(on, 510, 1035, (690, 750)) for on in weekdays]
        late = [work(on, 510, 1035, (750, 810), person=BEN) for on in weekdays]
        assert judged([*early, *late], STAGGERED) == []
        assert codes(judged([*early, *late])) == [Code.STAGGERED_BREAKS] * len(weekdays)


class TestSentences:
    def test_a_finding_is_told_with_its_figures_and_its_clause(self) -> None:
        found = only(judged([work(MONDAY, 480, 900, (720, 750))]))
        assert describe(found) == "休憩が45分必要です（30分）。労働基準法第34条第1項"

    def test_a_name_may_lead(self) -> None:
        found = only(judged([day_of(MONDAY, 481)]))
        assert describe(found, "架空花子") == (
            "架空花子：1日の労働時間が8時間を超えています（8時間1分）。36協定がありません。労働基準法第32条第2項"
        )

    @pytest.mark.parametrize("code", ViolationCode)
    @pytest.mark.parametrize("level", Level)
    def test_every_code_has_a_label_and_a_sentence(self, code: ViolationCode, level: Level) -> None:
        for found, allowed in ((5, 6), (7, 6)):
            violation = Violation(code, "", None, JUNE, level, found, allowed)
            sentence = describe(violation)
            assert sentence.endswith("。")
            assert "{" not in sentence
            assert code.label

    def test_kinds_and_levels_have_their_words(self) -> None:
        assert all(one.label for kind in (AgreementKind, Level, RestRule) for one in kind)


minutes_of_days = st.lists(st.integers(0, 660), min_size=30, max_size=30)
HOURS = {Code.DAY_HOURS, Code.WEEK_HOURS}


def hours_blamed(found: Iterable[Violation]) -> set[tuple[ViolationCode, Interval]]:
    return {(one.code, one.interval) for one in found if one.code in HOURS}


class TestProperties:
    @settings(max_examples=50, deadline=None)
    @given(minutes_of_days, st.integers(0, 29), st.integers(0, 660))
    def test_less_work_never_adds_a_violation_of_hours(self, plan: list[int], index: int, left: int) -> None:
        less = [*plan[:index], min(plan[index], left), *plan[index + 1 :]]
        assert hours_blamed(judged(days_of(MONDAY, *less))) <= hours_blamed(judged(days_of(MONDAY, *plan)))

    @settings(max_examples=50, deadline=None)
    @given(minutes_of_days)
    def test_hours_are_blamed_exactly_where_the_sums_say(self, plan: list[int]) -> None:
        worked = {june(index + 1): each for index, each in enumerate(plan)}
        days = {(Code.DAY_HOURS, Interval(on, on)) for on, each in worked.items() if each > 480}
        first_and_last = [(1, 6), (7, 13), (14, 20), (21, 27), (28, 30)]
        spans = [Interval(june(first), june(last)) for first, last in first_and_last]
        weeks = {(Code.WEEK_HOURS, span) for span in spans if sum(worked[on] for on in span.days()) > 2400}
        assert hours_blamed(judged(days_of(MONDAY, *plan))) == days | weeks

    @settings(max_examples=50, deadline=None)
    @given(st.integers(1, 600), st.integers(1, 600), st.integers(0, 120))
    def test_a_shift_with_a_break_is_judged_as_two_shifts_around_it(self, first: int, second: int, pause: int) -> None:
        start, end = 60 + first, 60 + first + pause
        whole = work(MONDAY, 60, end + second, *([(start, end)] if pause else []))
        parts = [work(MONDAY, 60, start), work(MONDAY, end, end + second)]
        assert judged([whole]) == judged(parts)

    @settings(max_examples=50, deadline=None)
    @given(minutes_of_days, st.randoms())
    def test_the_order_of_assignments_does_not_matter(self, plan: list[int], random: Random) -> None:
        assignments = days_of(MONDAY, *plan)
        shuffled = random.sample(assignments, len(assignments))
        assert judged(assignments) == judged(shuffled)
