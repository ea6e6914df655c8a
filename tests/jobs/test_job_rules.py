from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.clock import instant_of
from callcenter.jobs import rules
from callcenter.jobs.rules import JobKind
from reports.period import Span, month_span
from scheduling.calendar import BusinessCalendar

CALENDAR = BusinessCalendar()
YEAR = Span(date(2026, 4, 1), date(2027, 3, 31))
AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("from_on", "to_on", "label"),
    [
        (date(2026, 6, 1), date(2026, 6, 1), "令和8年6月1日（月）"),
        (date(2026, 6, 1), date(2026, 6, 30), "令和8年6月"),
        (date(2026, 4, 1), date(2027, 3, 31), "令和8年度"),
        (date(2026, 6, 1), date(2026, 7, 15), "令和8年6月1日～令和8年7月15日"),
    ],
)
def test_a_period_is_called_as_people_call_it(from_on: date, to_on: date, label: str) -> None:
    assert rules.period_label(from_on, to_on) == label


def test_a_job_is_tried_four_times_each_after_a_longer_pause() -> None:
    pauses = [found - AT if (found := rules.retry_at(tries, AT)) else None for tries in range(1, 6)]
    assert pauses == [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), None, None]


@pytest.mark.parametrize(
    ("today", "cared_for"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2027, 3, 31), True),
        (date(2027, 4, 1), True),
        (date(2027, 5, 30), True),
        (date(2027, 5, 31), False),
    ],
)
def test_schedules_run_in_the_term_and_sixty_days_after(today: date, cared_for: bool) -> None:
    assert rules.in_care(YEAR.from_on, YEAR.to_on, today) is cared_for


# --- daily: an open day, 15 minutes after its closing at 17:15 ---


@pytest.mark.parametrize(
    ("on", "minute", "is_due"),
    [
        (date(2026, 6, 1), 17 * 60 + 15, False),
        (date(2026, 6, 1), 17 * 60 + 29, False),
        (date(2026, 6, 1), 17 * 60 + 30, True),
        (date(2026, 6, 1), 24 * 60, True),
        (date(2026, 6, 6), 24 * 60, False),  # a Saturday
        (date(2026, 5, 4), 24 * 60, False),  # a holiday
    ],
)
def test_a_day_is_due_a_quarter_of_an_hour_after_its_closing(on: date, minute: int, is_due: bool) -> None:
    assert rules.due(JobKind.BUILD_DAILY, Span(on, on), CALENDAR, instant_of(on, minute)) is is_due


def test_the_days_due_are_the_open_ones_that_have_closed() -> None:
    week = Span(date(2026, 6, 1), date(2026, 6, 7))
    wednesday_evening = instant_of(date(2026, 6, 3), 17 * 60 + 30)
    assert rules.days_due(week, CALENDAR, wednesday_evening) == [date(2026, 6, day) for day in (1, 2, 3)]
    assert rules.days_due(week, CALENDAR, instant_of(date(2026, 5, 31))) == []
    assert len(rules.days_due(week, CALENDAR, instant_of(date(2027, 1, 1)))) == 5


# --- monthly: 07:30 of the first open day after the month ---


@pytest.mark.parametrize(
    ("month", "first_open", "last_not_due"),
    [
        (date(2026, 6, 1), date(2026, 7, 1), date(2026, 6, 30)),
        (date(2026, 5, 1), date(2026, 6, 1), date(2026, 5, 31)),  # 31 May is a Sunday
        (date(2026, 4, 1), date(2026, 5, 1), date(2026, 4, 30)),
        (date(2026, 10, 1), date(2026, 11, 2), date(2026, 11, 1)),  # 1 November is a Sunday
        (date(2026, 12, 1), date(2027, 1, 4), date(2027, 1, 3)),  # 1 January, a weekend
    ],
)
def test_a_month_is_due_in_the_morning_of_the_first_open_day_after_it(
    month: date, first_open: date, last_not_due: date
) -> None:
    span = month_span(month)
    for at, is_due in (
        (instant_of(last_not_due, 23 * 60 + 59), False),
        (instant_of(first_open, 7 * 60 + 29), False),
        (instant_of(first_open, 7 * 60 + 30), True),
    ):
        assert rules.due(JobKind.BUILD_MONTHLY, span, CALENDAR, at) is is_due


def test_the_months_due_are_those_that_are_over() -> None:
    found = rules.months_due(YEAR, CALENDAR, instant_of(date(2026, 7, 1), 7 * 60 + 30))
    assert [month.from_on.month for month in found] == [4, 5, 6]


# --- annual: the first open day after 31 March ---


def test_a_year_is_due_on_the_first_open_day_after_it() -> None:
    before, after = instant_of(date(2027, 4, 1), 7 * 60 + 29), instant_of(date(2027, 4, 1), 7 * 60 + 30)
    assert not rules.due(JobKind.BUILD_ANNUAL, YEAR, CALENDAR, before)
    assert rules.due(JobKind.BUILD_ANNUAL, YEAR, CALENDAR, after)


def test_the_years_due_of_a_longer_term_are_cut_to_it() -> None:
    term = Span(date(2026, 10, 1), date(2028, 9, 30))
    assert rules.years_due(term, CALENDAR, instant_of(date(2028, 4, 3), 12 * 60)) == [
        Span(date(2026, 10, 1), date(2027, 3, 31)),
        Span(date(2027, 4, 1), date(2028, 3, 31)),
    ]
    assert rules.years_due(term, CALENDAR, instant_of(date(2028, 10, 2), 12 * 60))[-1] == Span(
        date(2028, 4, 1), date(2028, 9, 30)
    )


def test_what_has_no_set_time_is_refused() -> None:
    with pytest.raises(ValueError, match="set times"):
        rules.due(JobKind.SEND_MAIL, YEAR, CALENDAR, AT)


@settings(max_examples=50)
@given(
    on=st.dates(date(2026, 4, 1), date(2027, 3, 31)),
    minute=st.integers(0, 1439),
    later=st.integers(0, 60 * 24 * 40),
)
def test_what_is_due_stays_due(on: date, minute: int, later: int) -> None:
    at = instant_of(on, minute)
    for find in (rules.days_due, rules.months_due, rules.years_due):
        before = find(YEAR, CALENDAR, at)
        assert before == find(YEAR, CALENDAR, at + timedelta(minutes=later))[: len(before)]
