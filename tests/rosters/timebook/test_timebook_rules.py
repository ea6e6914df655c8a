from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.rosters.rules import FUTURE, PAST, Cut
from callcenter.rosters.timebook.rules import (
    LOCKED_FOR,
    WRONG_TRIES,
    Kept,
    Throttle,
    code_faults,
    counted_try,
    kept_of,
    last_of_month,
    months_between,
    plain_code,
    sum_kept,
)
from scheduling.intervals import MinuteRange, subtract
from tests.rosters.factories import minute, record, span

AT = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)


# --- personal codes ---


@pytest.mark.parametrize("code", ["2580", "8061", "7391", "48210", "20260417", "1357"])
def test_a_code_of_four_to_eight_digits_will_do(code: str) -> None:
    assert code_faults(code, "P07") == []


@pytest.mark.parametrize(
    "code",
    [
        *("", "123", "258", "258025802"),
        *("12a4", "1２34", "٣٤٥٦", "25 80", "-258"),
        *("0000", "7777", "11111111"),
        *("1234", "4321", "7890", "0987", "34567", "9012", "2109"),
        *("1212", "123123", "25802580", "0101"),
        "0007",
    ],
)
def test_a_code_that_is_short_long_no_number_or_easily_guessed_is_refused(code: str) -> None:
    assert code_faults(code, "P07") != []


def test_full_width_digits_are_the_same_code() -> None:
    assert plain_code(" ２５８０ ") == "2580"


def test_the_fifth_wrong_try_locks_for_a_quarter_of_an_hour_to_the_minute() -> None:
    throttle = Throttle()
    for wrong in range(1, WRONG_TRIES):
        throttle = counted_try(throttle, AT)
        assert throttle == Throttle(wrong)
    throttle = counted_try(throttle, AT)
    assert throttle.locked_until == AT + timedelta(minutes=15)
    assert throttle.locked_at(AT)
    assert throttle.locked_at(AT + LOCKED_FOR - timedelta(microseconds=1))
    assert not throttle.locked_at(AT + LOCKED_FOR)


def test_while_locked_no_try_is_heard_and_afterwards_the_count_begins_anew() -> None:
    locked = Throttle(5, AT + LOCKED_FOR)
    with pytest.raises(ValueError, match="locked"):
        counted_try(locked, AT)
    assert counted_try(locked, AT + LOCKED_FOR) == Throttle(1)


@given(st.lists(st.integers(0, 60), max_size=40))
@settings(max_examples=50, deadline=None)
def test_never_more_than_five_tries_are_heard_in_a_quarter_of_an_hour_after_the_first(gaps: list[int]) -> None:
    throttle, at, heard = Throttle(), AT, []
    for gap in gaps:
        at += timedelta(minutes=gap)
        if not throttle.locked_at(at):
            throttle = counted_try(throttle, at)
            heard.append(at)
    for first, sixth in zip(heard, heard[WRONG_TRIES:], strict=False):
        assert sixth - first >= LOCKED_FOR


# --- months ---


@pytest.mark.parametrize(
    ("month", "last"),
    [(date(2028, 2, 1), 29), (date(2027, 2, 1), 28), (date(2026, 12, 1), 31), (date(2026, 4, 1), 30)],
)
def test_a_month_ends_with_its_last_day(month: date, last: int) -> None:
    assert last_of_month(month) == month.replace(day=last)


def test_the_months_of_a_contract_year_are_twelve() -> None:
    months = months_between(date(2026, 4, 1), date(2027, 3, 31))
    assert (len(months), months[0], months[-1]) == (12, date(2026, 4, 1), date(2027, 3, 1))


# --- adherence ---

WORK = subtract([span("8:30-17:15")], [span("12:00-13:00")])


@pytest.mark.parametrize(
    ("day", "cut", "kept"),
    [
        ("in 8:30, rest 12:00, back 13:00, out 17:15", PAST, (465, 465)),
        ("in 8:00, rest 12:00, back 13:00, out 18:00", PAST, (465, 465)),
        ("in 8:40, rest 12:00, back 13:05, out 17:00", PAST, (435, 465)),
        ("in 8:30, rest 11:00, back 12:00, out 17:15", PAST, (405, 465)),
        ("", PAST, (0, 465)),
        ("", FUTURE, (0, 0)),
        ("in 8:30", Cut(minute("9:30")), (60, 60)),
        ("in 8:45", Cut(minute("9:30")), (45, 60)),
        ("", Cut(minute("8:30")), (0, 0)),
        ("in 8:30, rest 12:00, back 13:00", PAST, (210, 465)),
    ],
)
def test_adherence_counts_work_within_planned_work_as_far_as_it_is_over(
    day: str, cut: Cut, kept: tuple[int, int]
) -> None:
    assert kept_of(WORK, record(day, cut), cut) == Kept(*kept)


def test_an_empty_denominator_has_no_ratio() -> None:
    assert Kept().ratio is None
    assert kept_of([], record("in 9:00, out 10:00", PAST), PAST).ratio is None


def test_over_days_minutes_are_summed_before_they_are_divided() -> None:
    assert sum_kept([Kept(60, 60), Kept(0, 540)]).ratio == 0.1


@given(st.lists(st.tuples(st.integers(0, 1300), st.integers(1, 139)), max_size=4), st.integers(0, 1440))
@settings(max_examples=50, deadline=None)
def test_adherence_lies_between_none_and_all(drawn: list[tuple[int, int]], now: int) -> None:
    planned = [MinuteRange(start, start + length) for start, length in drawn]
    cut = Cut(now)
    found = kept_of(planned, record("in 8:30, rest 12:00, back 13:00, out 17:15", cut), cut)
    assert 0 <= found.kept <= found.due <= now
