from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.demo.shape import (
    BUSIEST_MONTH_CALLS,
    CLOSES_MINUTE,
    DESK_BREAKS,
    OPENS_MINUTE,
    USUAL_DESKS,
    CallShape,
    DayShape,
    day_counts,
    day_shape,
    year_shape,
)

SEED = 8
CLOSED = {
    date.fromisoformat(text)
    for text in (
        *("2026-04-29", "2026-05-04", "2026-05-05", "2026-05-06", "2026-07-20", "2026-08-11", "2026-09-21"),
        *("2026-09-22", "2026-09-23", "2026-10-12", "2026-11-03", "2026-11-23", "2027-01-01", "2027-01-11"),
        *("2027-02-11", "2027-02-23", "2027-03-22"),
    )
}


@cache
def open_days() -> tuple[date, ...]:
    first = date(2026, 4, 1)
    days = [first + timedelta(days=step) for step in range(365)]
    return tuple(day for day in days if day.weekday() < 5 and day not in CLOSED)


@cache
def year() -> tuple[DayShape, ...]:
    return year_shape(open_days(), SEED)


def all_calls() -> list[CallShape]:
    return [call for day in year() for call in day.calls]


def per_month(counts: dict[date, int]) -> Counter[tuple[int, int]]:
    months: Counter[tuple[int, int]] = Counter()
    for day, count in counts.items():
        months[day.year, day.month] += count
    return months


def mean_per_day(days: list[date], counts: dict[date, int]) -> float:
    return sum(counts[day] for day in days) / len(days)


def test_the_year_has_its_244_days_and_about_25_400_calls() -> None:
    assert len(open_days()) == 244
    assert [day.local_on for day in year()] == list(open_days())
    assert 25_146 <= len(all_calls()) <= 25_654


@pytest.mark.parametrize("seed", [1, 2, 8, 2026])
def test_the_busiest_month_has_exactly_2741_calls(seed: int) -> None:
    months = per_month(day_counts(open_days(), seed))
    assert max(months.values()) == BUSIEST_MONTH_CALLS == 2_741
    assert list(months.values()).count(2_741) == 1


@pytest.mark.parametrize("days", [241, 247])
def test_another_reading_of_the_calendar_scales_the_year(days: int) -> None:
    shown = open_days()[:days] if days < 244 else (*open_days(), *sorted(CLOSED)[3:6])
    counts = day_counts(shown, SEED)
    assert abs(sum(counts.values()) - 25_400 * days / 244) < 1
    assert max(per_month(counts).values()) == 2_741


def test_a_few_days_alone_are_ordinary_days() -> None:
    counts = day_counts(open_days()[:10], SEED)
    assert sum(counts.values()) == 1_041


def test_no_days_make_no_calls() -> None:
    assert year_shape((), SEED) == ()


def test_the_same_seed_makes_the_same_year_and_another_seed_another() -> None:
    days = open_days()[:3]
    assert year_shape(days, 1) == year_shape(list(reversed(days)), 1)
    assert year_shape(days, 1) != year_shape(days, 2)


def test_mondays_and_days_after_closed_days_are_busier() -> None:
    counts = day_counts(open_days(), SEED)
    after_closed = [day for before, day in pairwise(open_days()) if (day - before).days > 1]
    usual = [day for before, day in pairwise(open_days()) if (day - before).days == 1]
    assert mean_per_day(after_closed, counts) > 1.1 * mean_per_day(usual, counts)


def test_the_last_days_of_december_are_open_and_quiet() -> None:
    counts = day_counts(open_days(), SEED)
    last = [date(2026, 12, day) for day in (29, 30, 31)]
    assert mean_per_day(last, counts) < 0.7 * 104


def test_the_day_peaks_in_the_morning_and_dips_at_lunch() -> None:
    hours = Counter(call.offered_second // 3600 for call in all_calls())
    assert max(hours, key=lambda hour: hours[hour]) in (9, 10)
    assert hours[12] < 0.8 * hours[11]
    assert hours[12] < 0.8 * hours[13]


def test_talk_and_after_call_work_last_what_they_last_in_the_field() -> None:
    calls = all_calls()
    assert 180 <= sum(call.talk_seconds for call in calls) / len(calls) <= 240
    assert 60 <= sum(call.acw_seconds for call in calls) / len(calls) <= 90
    assert all(call.talk_seconds >= 15 and call.acw_seconds >= 8 for call in calls)


def test_calls_come_and_are_answered_while_the_centre_is_open() -> None:
    for call in all_calls():
        assert OPENS_MINUTE * 60 <= call.offered_second < CLOSES_MINUTE * 60
        assert call.start_second < (CLOSES_MINUTE + 10) * 60


def test_nobody_holds_two_calls_at_once_or_begins_one_at_lunch() -> None:
    for day in year():
        for desk in range(day.desks):
            own = [call for call in day.calls if call.desk == desk]
            starts, ends = (minute * 60 for minute in DESK_BREAKS[desk])
            assert not any(starts <= call.start_second < ends for call in own)
            for before, after in pairwise(own):
                assert before.start_second + before.talk_seconds + before.acw_seconds <= after.start_second


@pytest.mark.parametrize("desks", [USUAL_DESKS, len(DESK_BREAKS)])
def test_two_desks_are_always_left(desks: int) -> None:
    for minute in range(OPENS_MINUTE, CLOSES_MINUTE):
        assert sum(not starts <= minute < ends for starts, ends in DESK_BREAKS[:desks]) >= 2


def test_the_exchange_counts_every_half_hour_and_its_sums_agree() -> None:
    for day in year():
        assert [item.start_minute for item in day.intervals] == list(range(510, 1035, 30))
        assert all(item.offered == item.answered + item.abandoned for item in day.intervals)


def test_the_exchange_answered_what_was_recorded_from_it_and_now_and_then_one_more() -> None:
    gaps = Counter(
        sum(item.answered for item in day.intervals) - sum(call.by_exchange for call in day.calls) for day in year()
    )
    assert set(gaps) == {0, 1}
    assert gaps[0] > gaps[1]


def test_four_to_six_in_a_hundred_give_up() -> None:
    counts = [item for day in year() for item in day.intervals]
    assert 0.04 <= sum(item.abandoned for item in counts) / sum(item.offered for item in counts) <= 0.06


def test_more_give_up_when_waits_are_long() -> None:
    rates = []
    for least, most in ((0, 10), (30, 10_000)):
        items = [
            item for day in year() for item in day.intervals
            if item.answered and least <= item.wait_seconds / item.answered < most
        ]  # fmt: skip
        rates.append(sum(item.abandoned for item in items) / sum(item.offered for item in items))
    assert rates[1] > 1.5 * rates[0]


def test_some_calls_come_by_another_way_and_wait_for_nobody() -> None:
    others = [call for call in all_calls() if not call.by_exchange]
    assert 0.02 < len(others) / len(all_calls()) < 0.06
    assert {call.wait_seconds for call in others} == {0}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 200), st.integers(0, 10**6))
def test_a_day_has_exactly_the_calls_it_was_given(count: int, seed: int) -> None:
    day = day_shape(date(2026, 6, 1), count, seed)
    assert len(day.calls) == count
    assert [call.start_second for call in day.calls] == sorted(call.start_second for call in day.calls)
