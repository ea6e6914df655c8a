"""The opening calendar: which days are open and why, open days, open minutes, the readings of clause 4."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduling.calendar import (
    READINGS,
    TOKYO,
    BusinessCalendar,
    ExtraOpening,
    HoursFrom,
    Reading,
    Why,
    consequences,
    fiscal_year,
    fiscal_year_range,
)
from scheduling.holidays import parse_syukujitsu
from scheduling.intervals import MinuteRange

FY2026 = fiscal_year_range(2026)
LISTED = BusinessCalendar()
LITERAL = BusinessCalendar(Reading.LITERAL)
YEAR_END = BusinessCalendar(Reading.LISTED_AND_YEAR_END)
OPENING = MinuteRange(510, 1035)
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 6, day) for day in (5, 6, 7, 8))
DAY_MINUTES = 525


def jst(on: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(on.year, on.month, on.day, hour, minute, second, tzinfo=TOKYO)


def with_exceptions(
    closures: dict[date, str] | None = None, extra: dict[date, ExtraOpening] | None = None
) -> BusinessCalendar:
    return BusinessCalendar(closures=closures or {}, extra_openings=extra or {})


class TestADay:
    @pytest.mark.parametrize(
        ("on", "code", "why"),
        [
            (date(2026, 6, 6), Why.SATURDAY, "土曜日"),
            (date(2026, 6, 7), Why.SUNDAY, "日曜日"),
            (date(2026, 4, 29), Why.NATIONAL_HOLIDAY, "祝日（昭和の日）"),
            (date(2026, 5, 3), Why.NATIONAL_HOLIDAY, "祝日（憲法記念日）"),
            (date(2026, 5, 6), Why.SUBSTITUTE_HOLIDAY, "振替休日"),
            (date(2026, 9, 22), Why.CITIZENS_HOLIDAY, "国民の休日"),
            (date(2027, 3, 22), Why.SUBSTITUTE_HOLIDAY, "振替休日"),
            (date(2028, 1, 10), Why.NATIONAL_HOLIDAY, "祝日（成人の日）"),
            (date(2029, 2, 12), Why.SUBSTITUTE_HOLIDAY, "振替休日"),
            (date(2032, 9, 21), Why.CITIZENS_HOLIDAY, "国民の休日"),
        ],
    )
    def test_a_closed_day_says_why(self, on: date, code: Why, why: str) -> None:
        status = LISTED.day(on)
        assert (status.on, status.open, status.why_code, status.why) == (on, False, code, why)
        assert status.hours is None

    def test_a_weekday_is_open_in_the_hours_of_clause_4(self) -> None:
        status = LISTED.day(MONDAY)
        assert (status.open, status.why_code, status.why) == (True, Why.WEEKDAY, "平日")
        assert status.hours == LISTED.open_interval(MONDAY) == OPENING

    def test_the_last_days_of_december_are_open_by_default(self) -> None:
        assert all(LISTED.is_open(date(2026, 12, day)) for day in (28, 29, 30, 31))

    def test_an_unexplained_rest_day_of_an_imported_list_is_closed_as_listed_only(self) -> None:
        holidays = parse_syukujitsu("2026/1/1,元日\n2026/6/10,休日\n2026/7/20,海の日".encode())
        on = date(2026, 6, 10)
        assert BusinessCalendar(holidays=holidays).day(on).why == "休日"
        assert BusinessCalendar(Reading.LITERAL, holidays=holidays).is_open(on)

    def test_an_instant_never_passes_for_a_date(self) -> None:
        instant = jst(MONDAY, 8, 30)
        for ask in (
            lambda: LISTED.day(instant),
            lambda: LISTED.next_open_day(instant),
            lambda: LISTED.previous_open_day(instant),
            lambda: LISTED.add_open_days(instant, 0),
            lambda: LISTED.open_days(instant, instant),
        ):
            with pytest.raises(ValueError, match="not an instant"):
                ask()

    @pytest.mark.parametrize("on", [date(1948, 12, 31), date(2100, 1, 1), date.min, date.max])
    def test_a_date_beyond_all_rules_is_an_error_not_an_open_day(self, on: date) -> None:
        with pytest.raises(ValueError, match="no rule for the holidays"):
            LISTED.day(on)

    def test_every_reason_has_its_japanese_word(self) -> None:
        assert len({why.label for why in Why}) == len(Why)


class TestReadings:
    @pytest.mark.parametrize(("calendar", "count"), [(LISTED, 244), (LITERAL, 247), (YEAR_END, 241)])
    def test_open_days_of_fiscal_year_2026(self, calendar: BusinessCalendar, count: int) -> None:
        assert calendar.count_open_days(*FY2026) == count

    @pytest.mark.parametrize(
        ("on", "why"),
        [
            (date(2026, 5, 6), "平日（振替休日）"),
            (date(2026, 9, 22), "平日（国民の休日）"),
            (date(2027, 3, 22), "平日（振替休日）"),
        ],
    )
    def test_read_literally_rest_days_that_are_no_national_holidays_are_open(self, on: date, why: str) -> None:
        assert (LITERAL.day(on).open, LITERAL.day(on).why) == (True, why)
        assert not LISTED.is_open(on)
        assert not YEAR_END.is_open(on)

    def test_read_literally_national_holidays_stay_closed(self) -> None:
        assert LITERAL.day(date(2026, 5, 5)).why == "祝日（こどもの日）"

    @pytest.mark.parametrize("on", [date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31)])
    def test_the_year_end_reading_closes_the_last_days_of_december(self, on: date) -> None:
        assert (YEAR_END.day(on).open, YEAR_END.day(on).why) == (False, "年末年始")
        assert LISTED.is_open(on)
        assert LITERAL.is_open(on)

    def test_the_year_end_ends_on_3_january(self) -> None:
        assert YEAR_END.day(date(2028, 1, 1)).why == "祝日（元日）"
        assert YEAR_END.day(date(2028, 1, 2)).why == "年末年始"
        assert YEAR_END.day(date(2028, 1, 3)).why == "年末年始"  # a Monday
        assert YEAR_END.is_open(date(2028, 1, 4))
        assert YEAR_END.is_open(date(2026, 12, 28))

    def test_consequences_give_count_and_differing_dates_of_each_reading(self) -> None:
        found = {item.reading: item for item in consequences(*FY2026)}
        assert [(reading.value, item.open_days) for reading, item in found.items()] == [
            ("listed", 244),
            ("literal", 247),
            ("year-end", 241),
        ]
        assert found[Reading.LISTED].differs_on == ()
        assert found[Reading.LITERAL].differs_on == (
            date(2026, 5, 6),
            date(2026, 9, 22),
            date(2027, 3, 22),
        )
        assert found[Reading.LISTED_AND_YEAR_END].differs_on == tuple(date(2026, 12, day) for day in (29, 30, 31))

    def test_consequences_keep_the_calendars_own_closures(self) -> None:
        calendar = BusinessCalendar(Reading.LITERAL, closures={date(2026, 5, 6): "停電工事"})
        found = {item.reading: item for item in consequences(*FY2026, calendar)}
        assert found[Reading.LISTED].open_days == 244
        assert found[Reading.LITERAL].open_days == 246
        assert date(2026, 5, 6) not in found[Reading.LITERAL].differs_on

    def test_each_reading_has_its_words(self) -> None:
        assert set(READINGS) == set(Reading)
        assert "12月29日〜31日は、土日を除き開庁日になります。" in READINGS[Reading.LISTED].consequence


class TestExceptions:
    def test_a_closure_wins_over_a_weekday(self) -> None:
        status = with_exceptions({MONDAY: "停電工事"}).day(MONDAY)
        assert (status.open, status.why_code, status.why) == (False, Why.CLOSURE, "閉庁日（停電工事）")
        assert status.detail == "停電工事"

    def test_an_extra_opening_on_a_sunday_has_its_own_hours(self) -> None:
        calendar = with_exceptions(extra={SUNDAY: ExtraOpening("休日窓口", 540, 720)})
        status = calendar.day(SUNDAY)
        assert (status.open, status.why_code, status.why) == (True, Why.EXTRA_OPENING, "臨時開庁（休日窓口）")
        assert status.hours == MinuteRange(540, 720)
        assert calendar.next_open_day(FRIDAY) == SUNDAY
        assert calendar.open_minutes_between(jst(SATURDAY, 0), jst(MONDAY, 0)) == 180

    def test_an_extra_opening_wins_over_a_holiday_and_the_year_end(self) -> None:
        days = [date(2026, 5, 5), date(2026, 12, 30)]
        extra = {on: ExtraOpening("臨時窓口", 540, 720) for on in days}
        calendar = BusinessCalendar(Reading.LISTED_AND_YEAR_END, extra_openings=extra)
        assert all(calendar.is_open(on) for on in days)

    def test_an_extra_opening_on_a_weekday_changes_its_hours(self) -> None:
        calendar = with_exceptions(extra={MONDAY: ExtraOpening("延長", 510, 1140)})
        assert calendar.open_interval(MONDAY) == MinuteRange(510, 1140)

    def test_a_date_cannot_be_closed_and_extra_open(self) -> None:
        with pytest.raises(ValueError, match="both closed and extra open: 2026-06-08"):
            with_exceptions({MONDAY: "停電工事"}, {MONDAY: ExtraOpening("延長", 510, 1140)})

    @pytest.mark.parametrize("reason", ["", "  ", "　"])
    def test_an_exception_needs_a_reason(self, reason: str) -> None:
        with pytest.raises(ValueError, match="closure needs a reason"):
            with_exceptions({MONDAY: reason})
        with pytest.raises(ValueError, match="extra opening needs a reason"):
            ExtraOpening(reason, 510, 1140)

    def test_an_extra_opening_needs_real_hours(self) -> None:
        with pytest.raises(ValueError, match="range of minutes"):
            ExtraOpening("休日窓口", 720, 540)

    def test_the_calendar_keeps_its_own_copy(self) -> None:
        closures = {MONDAY: "停電工事"}
        calendar = with_exceptions(closures)
        closures[FRIDAY] = "後から"
        assert calendar.is_open(FRIDAY)


class TestHours:
    CHANGED = BusinessCalendar(hours=(HoursFrom(date(2026, 10, 1), 540, 1020), HoursFrom(date(2026, 4, 1), 510, 1035)))

    @pytest.mark.parametrize(
        ("on", "hours"),
        [
            (date(2026, 9, 30), OPENING),
            (date(2026, 10, 1), MinuteRange(540, 1020)),
            (date(2027, 3, 31), MinuteRange(540, 1020)),
            (date(2026, 3, 31), OPENING),  # the earliest hours hold before their date too
        ],
    )
    def test_change_in_the_middle_of_the_term(self, on: date, hours: MinuteRange) -> None:
        assert self.CHANGED.open_interval(on) == hours

    def test_minutes_across_the_change_use_each_days_own(self) -> None:
        start, end = jst(date(2026, 9, 30), 0), jst(date(2026, 10, 2), 0)
        assert self.CHANGED.open_minutes_between(start, end) == 525 + 480

    def test_intervals_of_a_range_name_open_days_only(self) -> None:
        assert self.CHANGED.open_intervals(date(2026, 9, 30), date(2026, 10, 4)) == [
            (date(2026, 9, 30), OPENING),
            (date(2026, 10, 1), MinuteRange(540, 1020)),
            (date(2026, 10, 2), MinuteRange(540, 1020)),
        ]

    def test_weekdays_may_change_with_the_hours(self) -> None:
        calendar = BusinessCalendar(
            hours=(HoursFrom(date(2026, 4, 1), 510, 1035), HoursFrom(MONDAY, 510, 1035, frozenset({0, 5})))
        )
        assert not calendar.is_open(SATURDAY)
        assert calendar.day(SATURDAY + timedelta(days=7)).why == "土曜日"
        assert calendar.is_open(SATURDAY + timedelta(days=7))
        assert calendar.day(date(2026, 6, 9)).why == "定休日"

    @pytest.mark.parametrize("hours", [(), (HoursFrom(MONDAY, 510, 1035), HoursFrom(MONDAY, 540, 1035))])
    def test_must_be_given_once_for_each_date(self, hours: tuple[HoursFrom, ...]) -> None:
        with pytest.raises(ValueError, match="one for each date"):
            BusinessCalendar(hours=hours)

    def test_must_lie_within_the_day(self) -> None:
        with pytest.raises(ValueError, match="1035 to 510"):
            HoursFrom(MONDAY, 1035, 510)

    def test_an_unknown_weekday_is_refused(self) -> None:
        with pytest.raises(ValueError, match="weekdays are 0"):
            BusinessCalendar(weekdays=frozenset({7}))
        with pytest.raises(ValueError, match="weekdays are 0"):
            HoursFrom(MONDAY, 510, 1035, frozenset({-1}))

    def test_hours_may_reach_midnight(self) -> None:
        calendar = BusinessCalendar(hours=(HoursFrom(MONDAY, 0, 1440),))
        assert calendar.open_minutes_between(jst(FRIDAY, 0), jst(MONDAY, 0)) == 1440
        assert calendar.add_open_minutes(jst(FRIDAY, 23, 59), 2) == jst(MONDAY, 0, 1)


class TestAValue:
    def test_equal_calendars_are_one_key(self) -> None:
        asked = BusinessCalendar()
        asked.day(MONDAY)
        assert asked == BusinessCalendar()
        assert len({asked, BusinessCalendar(), LITERAL}) == 2
        assert with_exceptions({MONDAY: "停電工事"}) != asked

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(AttributeError):
            LISTED.reading = Reading.LITERAL  # type: ignore[misc]


class TestCountingOpenDays:
    @pytest.mark.parametrize(
        ("on", "days", "result"),
        [
            (FRIDAY, 1, MONDAY),
            (SATURDAY, 1, MONDAY),
            (MONDAY, -1, FRIDAY),
            (SUNDAY, -1, FRIDAY),
            (SATURDAY, 0, SATURDAY),
            (date(2026, 5, 1), 1, date(2026, 5, 7)),
            (date(2026, 9, 18), 1, date(2026, 9, 24)),
            (date(2026, 12, 31), 1, date(2027, 1, 4)),
            (date(2027, 4, 1), -1, date(2027, 3, 31)),
            (date(2026, 3, 31), 244, date(2027, 3, 31)),
        ],
    )
    def test_the_nth_open_day(self, on: date, days: int, result: date) -> None:
        assert LISTED.add_open_days(on, days) == result

    def test_far_away_days_are_found(self) -> None:
        far = LISTED.add_open_days(date(2026, 4, 1), 10_000)
        assert far == date(2066, 11, 1)
        assert LISTED.add_open_days(far, -10_000) == date(2026, 4, 1)

    def test_next_and_previous_leave_the_date_itself_out_unless_asked(self) -> None:
        assert LISTED.next_open_day(FRIDAY) == MONDAY
        assert LISTED.next_open_day(FRIDAY, or_same=True) == FRIDAY
        assert LISTED.next_open_day(SATURDAY, or_same=True) == MONDAY
        assert LISTED.previous_open_day(MONDAY) == FRIDAY
        assert LISTED.previous_open_day(MONDAY, or_same=True) == MONDAY
        assert LISTED.previous_open_day(SUNDAY, or_same=True) == FRIDAY

    def test_a_calendar_without_open_days_is_not_searched_for_ever(self) -> None:
        never = BusinessCalendar(weekdays=frozenset())
        for ask in (never.next_open_day, never.previous_open_day):
            with pytest.raises(ValueError, match="no open day within three years of 2026-06-08"):
                ask(MONDAY)
        with pytest.raises(ValueError, match="no open day within three years"):
            never.add_open_minutes(jst(MONDAY, 9), 1)
        assert never.open_minutes_between(jst(FRIDAY, 0), jst(MONDAY, 0)) == 0

    def test_an_opening_nearly_three_years_away_is_found(self) -> None:
        once = BusinessCalendar(
            weekdays=frozenset(), extra_openings={date(2029, 6, 8): ExtraOpening("開所", 510, 1035)}
        )
        assert once.next_open_day(MONDAY) == date(2029, 6, 8)

    def test_the_end_of_all_rules_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="no rule for the holidays of 2100"):
            LISTED.next_open_day(date(2099, 12, 31))
        with pytest.raises(ValueError, match="no rule for the holidays of 2100"):
            LISTED.add_open_days(date(2099, 1, 1), 10_000)
        with pytest.raises(ValueError, match="out of range"):
            LISTED.next_open_day(date.max)

    def test_a_range_has_both_its_ends(self) -> None:
        assert LISTED.open_days(FRIDAY, MONDAY) == [FRIDAY, MONDAY]
        assert [status.open for status in LISTED.days(FRIDAY, MONDAY)] == [True, False, False, True]
        assert LISTED.open_days(SATURDAY, SUNDAY) == []

    def test_a_range_that_ends_before_it_starts_is_refused(self) -> None:
        with pytest.raises(ValueError, match="ends before it starts"):
            LISTED.count_open_days(MONDAY, FRIDAY)

    @settings(max_examples=50)
    @given(st.dates(date(2025, 1, 1), date(2027, 6, 30)), st.integers(-300, 300))
    def test_going_there_and_back(self, on: date, days: int) -> None:
        assume(LISTED.is_open(on))
        assert LISTED.add_open_days(LISTED.add_open_days(on, days), -days) == on

    @settings(max_examples=50)
    @given(
        st.dates(date(2025, 1, 1), date(2027, 6, 30)),
        st.integers(0, 150),
        st.integers(0, 150),
        st.sampled_from([1, -1]),
    )
    def test_in_two_steps_or_in_one(self, on: date, a: int, b: int, sign: int) -> None:
        stepwise = LISTED.add_open_days(LISTED.add_open_days(on, sign * a), sign * b)
        assert LISTED.add_open_days(on, sign * (a + b)) == stepwise

    @settings(max_examples=50)
    @given(st.dates(date(2025, 1, 1), date(2027, 6, 30)), st.integers(1, 300))
    def test_as_many_open_days_lie_between(self, on: date, days: int) -> None:
        assert LISTED.count_open_days(on + timedelta(days=1), LISTED.add_open_days(on, days)) == days


class TestCountingOpenMinutes:
    @pytest.mark.parametrize(
        ("start", "end", "minutes"),
        [
            (jst(FRIDAY, 9), jst(FRIDAY, 9), 0),
            (jst(FRIDAY, 9), jst(FRIDAY, 10), 60),
            (jst(FRIDAY, 0), jst(FRIDAY, 8, 30), 0),
            (jst(FRIDAY, 8, 29), jst(FRIDAY, 8, 31), 1),
            (jst(FRIDAY, 17, 14), jst(FRIDAY, 17, 16), 1),
            (jst(FRIDAY, 17, 15), jst(MONDAY, 8, 30), 0),
            (jst(FRIDAY, 17), jst(MONDAY, 9), 45),
            (jst(FRIDAY, 0), jst(SATURDAY, 0), DAY_MINUTES),
            (jst(SATURDAY, 0), jst(SUNDAY, 23), 0),
            (jst(FRIDAY, 9), jst(FRIDAY, 9, 0, 59), 0),
            (jst(FRIDAY, 9, 0, 30), jst(FRIDAY, 9, 1, 30), 1),
            (jst(FRIDAY, 10), jst(FRIDAY, 9), -60),
            (jst(FRIDAY, 9, 1, 30), jst(FRIDAY, 9), -1),
            (jst(date(2026, 4, 1), 0), jst(date(2027, 4, 1), 0), 244 * DAY_MINUTES),
        ],
    )
    def test_between_two_instants(self, start: datetime, end: datetime, minutes: int) -> None:
        assert LISTED.open_minutes_between(start, end) == minutes

    def test_opening_time_in_utc_is_on_the_day_before(self) -> None:
        sunday_evening = datetime(2026, 6, 7, 23, 30, tzinfo=UTC)
        assert LISTED.is_open_at(sunday_evening)
        assert not LISTED.is_open_at(sunday_evening - timedelta(microseconds=1))
        assert LISTED.open_minutes_between(sunday_evening, sunday_evening + timedelta(hours=1)) == 60

    def test_at_closing_time_it_is_closed(self) -> None:
        assert LISTED.is_open_at(jst(MONDAY, 17, 14, 59))
        assert not LISTED.is_open_at(jst(MONDAY, 17, 15))

    def test_summer_time_elsewhere_changes_nothing(self) -> None:
        new_york = ZoneInfo("America/New_York")  # sprang forward on 8 March 2026, 07:00 UTC
        start = datetime(2026, 3, 7, 19, 0, tzinfo=new_york)
        end = datetime(2026, 3, 8, 19, 0, tzinfo=new_york)
        assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)
        assert LISTED.open_minutes_between(start, end) == 0
        assert LISTED.open_minutes_between(start, end + timedelta(hours=1)) == 30

    def test_open_time_is_exact_to_the_second(self) -> None:
        assert LISTED.open_time_between(jst(FRIDAY, 17, 14, 30), jst(MONDAY, 8, 30, 15)) == timedelta(seconds=45)

    @pytest.mark.parametrize(
        ("start", "minutes", "result"),
        [
            (jst(FRIDAY, 9), 60, jst(FRIDAY, 10)),
            (jst(FRIDAY, 17), 15, jst(FRIDAY, 17, 15)),  # used up at closing, not on Monday
            (jst(FRIDAY, 17), 16, jst(MONDAY, 8, 31)),
            (jst(FRIDAY, 8, 30), DAY_MINUTES, jst(FRIDAY, 17, 15)),
            (jst(FRIDAY, 17, 15), 1, jst(MONDAY, 8, 31)),
            (jst(FRIDAY, 17, 15), DAY_MINUTES, jst(MONDAY, 17, 15)),
            (jst(FRIDAY, 6), 30, jst(FRIDAY, 9)),
            (jst(SUNDAY, 12), 30, jst(MONDAY, 9)),
            (jst(FRIDAY, 16, 59, 30), 20, jst(MONDAY, 8, 34, 30)),
            (jst(SUNDAY, 12), 0, jst(SUNDAY, 12)),
            (jst(FRIDAY, 17, 15), 0, jst(FRIDAY, 17, 15)),
            (jst(date(2026, 5, 1), 17), 16, jst(date(2026, 5, 7), 8, 31)),
            (jst(date(2026, 4, 1), 8), 244 * DAY_MINUTES, jst(date(2027, 3, 31), 17, 15)),
        ],
    )
    def test_the_instant_that_many_minutes_later(self, start: datetime, minutes: int, result: datetime) -> None:
        assert LISTED.add_open_minutes(start, minutes) == result

    def test_results_are_in_utc(self) -> None:
        assert LISTED.add_open_minutes(jst(MONDAY, 8, 30), 0).tzinfo is UTC
        later = LISTED.add_open_minutes(jst(MONDAY, 8, 30), 1)
        assert (later.tzinfo, later.isoformat()) == (UTC, "2026-06-07T23:31:00+00:00")

    def test_negative_minutes_are_refused(self) -> None:
        with pytest.raises(ValueError, match="must not be negative: -1"):
            LISTED.add_open_minutes(jst(MONDAY, 9), -1)

    def test_a_naive_instant_is_refused(self) -> None:
        naive = jst(MONDAY, 9).replace(tzinfo=None)
        for ask in (
            lambda: LISTED.open_minutes_between(naive, jst(MONDAY, 9)),
            lambda: LISTED.open_minutes_between(jst(MONDAY, 9), naive),
            lambda: LISTED.add_open_minutes(naive, 1),
            lambda: LISTED.is_open_at(naive),
        ):
            with pytest.raises(ValueError, match="needs a time zone"):
                ask()

    @pytest.mark.parametrize("year", [1, 1948, 2100, 9999])
    def test_an_instant_beyond_all_rules_is_refused(self, year: int) -> None:
        with pytest.raises(ValueError, match="outside 1949 to 2099"):
            LISTED.add_open_minutes(datetime(year, 12, 31, 23, tzinfo=UTC), 1)


instants = st.datetimes(datetime(2026, 4, 1), datetime(2027, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
calendars = st.sampled_from(
    [
        LISTED,
        LITERAL,
        YEAR_END,
        BusinessCalendar(
            weekdays=frozenset({1, 3, 6}),
            hours=(HoursFrom(date(2026, 1, 1), 0, 1440), HoursFrom(date(2026, 9, 1), 600, 660)),
            closures={date(2026, 6, 9): "停電工事"},
            extra_openings={date(2026, 9, 22): ExtraOpening("臨時窓口", 540, 541)},
        ),
    ]
)


class TestOpenTimeHolds:
    @settings(max_examples=50)
    @given(calendars, instants, instants, instants)
    def test_time_adds_up(self, calendar: BusinessCalendar, a: datetime, b: datetime, c: datetime) -> None:
        total = calendar.open_time_between(a, b) + calendar.open_time_between(b, c)
        assert calendar.open_time_between(a, c) == total

    @settings(max_examples=50)
    @given(calendars, instants, instants)
    def test_minutes_are_counted_as_one_by_one(self, calendar: BusinessCalendar, a: datetime, b: datetime) -> None:
        start = a.replace(second=0, microsecond=0)
        end = start + timedelta(minutes=int((b - a) / timedelta(days=200) * 4000) % 4000)
        steps = int((end - start) / timedelta(minutes=1))
        expected = sum(calendar.is_open_at(start + timedelta(minutes=step)) for step in range(steps))
        assert calendar.open_minutes_between(start, end) == expected

    @settings(max_examples=50)
    @given(calendars, instants, st.integers(0, 20_000))
    def test_adding_minutes_passes_exactly_that_many(
        self, calendar: BusinessCalendar, start: datetime, minutes: int
    ) -> None:
        end = calendar.add_open_minutes(start, minutes)
        assert calendar.open_time_between(start, end) == timedelta(minutes=minutes)
        just_before = end - timedelta(microseconds=1)
        assert minutes == 0 or calendar.open_time_between(start, just_before) < timedelta(minutes=minutes)

    @settings(max_examples=50)
    @given(calendars, instants, instants)
    def test_adding_what_lies_between_lands_on_the_same_open_position(
        self, calendar: BusinessCalendar, a: datetime, b: datetime
    ) -> None:
        start, end = sorted((a.replace(second=0, microsecond=0), b.replace(second=0, microsecond=0)))
        landed = calendar.add_open_minutes(start, calendar.open_minutes_between(start, end))
        assert landed <= end
        assert calendar.open_time_between(landed, end) == timedelta()


class TestFiscalYears:
    @pytest.mark.parametrize(
        ("on", "year"),
        [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2027, 1, 1), 2026)],
    )
    def test_run_from_april_to_march(self, on: date, year: int) -> None:
        assert fiscal_year(on) == year

    def test_have_a_first_and_a_last_date(self) -> None:
        assert fiscal_year_range(2026) == (date(2026, 4, 1), date(2027, 3, 31))
