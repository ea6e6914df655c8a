"""Slots of a day, lead times in open days, runs of free times."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.calendar import BusinessCalendar
from scheduling.capacity import ANY, FreeTime, LeadTimes, Pool, SlotPattern, Wanted, nearest, starts, window
from scheduling.intervals import MinuteRange

CALENDAR = BusinessCalendar()
MONDAY = date(2026, 6, 1)
DAY = MinuteRange(540, 720)


def test_a_pattern_is_cut_into_slots_around_lunch() -> None:
    pattern = SlotPattern(MinuteRange(660, 800), 30, 2, gaps=(MinuteRange(720, 780),))
    assert [(one.start, one.end) for one in pattern.slots()] == [(660, 690), (690, 720)]


def test_seats_are_divided_into_pools() -> None:
    pattern = SlotPattern(DAY, 15, 6, quotas={"web": 2, "phone": 0}, later=1)
    assert pattern.pools() == (Pool(ANY, 1, 3), Pool(ANY, 2, 1), Pool("web", 1, 2))


@pytest.mark.parametrize(
    ("capacity", "quotas", "later"), [(2, {"web": 3}, 0), (2, {"web": 1}, 2), (0, {}, 0), (2, {"web": -1}, 0)]
)
def test_quotas_larger_than_the_capacity_are_refused(capacity: int, quotas: dict[str, int], later: int) -> None:
    with pytest.raises(ValueError, match=r"capacity|seat"):
        SlotPattern(DAY, 15, capacity, quotas=quotas, later=later)


@given(st.integers(1, 20), st.integers(0, 20), st.integers(0, 20))
def test_pools_hold_every_seat_once(capacity: int, web: int, later: int) -> None:
    if web + later <= capacity:
        pattern = SlotPattern(DAY, 15, capacity, quotas={"web": web}, later=later)
        assert sum(pool.capacity for pool in pattern.pools()) == capacity


def test_lead_times_count_open_days() -> None:
    found = window(CALENDAR, MONDAY, LeadTimes(opens=5, closes=3, cancel=2, second=2, returns=1))
    assert found.first_on == date(2026, 6, 4)  # three open days before: Mon, Tue, Wed
    assert found.last_on == date(2026, 6, 8)
    assert found.cancel_from_on == date(2026, 6, 3)
    assert found.second_until_on == date(2026, 6, 3)
    assert found.returned_until_on == date(2026, 6, 2)


def test_a_weekend_is_no_open_day() -> None:
    friday = window(CALENDAR, date(2026, 6, 5), LeadTimes())
    sunday = window(CALENDAR, date(2026, 6, 7), LeadTimes())
    assert friday.first_on == date(2026, 6, 10)
    assert sunday.first_on == date(2026, 6, 11)
    assert window(CALENDAR, date(2026, 6, 8), LeadTimes()).first_on == date(2026, 6, 11)


@given(st.dates(date(2026, 4, 1), date(2027, 1, 31)), st.integers(0, 90), st.integers(0, 5))
def test_the_window_is_what_open_days_say_of_each_date(today: date, ahead: int, closes: int) -> None:
    on = today + timedelta(days=ahead)
    found = window(CALENDAR, today, LeadTimes(opens=45, closes=closes))
    between = CALENDAR.count_open_days(today, on - timedelta(days=1)) if on > today else 0
    after_today = CALENDAR.count_open_days(today + timedelta(days=1), on - timedelta(days=1)) if ahead > 1 else 0
    assert found.releases(on, 1) == (between >= closes and after_today < 45)


def test_seats_of_a_channel_return_to_all_when_the_day_comes_near() -> None:
    found = window(CALENDAR, MONDAY, LeadTimes(closes=1, returns=3))
    assert found.offers(date(2026, 6, 4), "web", 1, "phone")
    assert not found.offers(date(2026, 6, 5), "web", 1, "phone")
    assert found.offers(date(2026, 6, 5), "web", 1, "web")


def test_seats_of_the_second_stage_wait() -> None:
    found = window(CALENDAR, MONDAY, LeadTimes(second=5))
    assert found.releases(date(2026, 6, 8), 2)
    assert not found.releases(date(2026, 6, 9), 2)
    assert found.releases(date(2026, 6, 9), 1)


def free(start: int, seats: int = 1, counter: str = "a", on: date = MONDAY, place: str = "p") -> FreeTime:
    return FreeTime(on, MinuteRange(start, start + 15), counter, place, seats)


def test_a_family_starts_where_its_units_follow_each_other() -> None:
    times = [free(540, 2), free(555), free(570), free(600), free(540, counter="b")]
    assert [(one.span.start, one.span.end, one.free) for one in starts(times, 3)] == [(540, 585, 1)]
    assert [one.span.start for one in starts(times, 1)] == [540, 540, 555, 570, 600]
    assert starts([free(540), free(555, 0)], 2) == []


def test_alternatives_are_near_in_place_then_day_then_time() -> None:
    here, later = free(600), free(540, on=MONDAY + timedelta(days=1))
    elsewhere = free(600, place="q", counter="c")
    assert nearest([later, elsewhere, here], Wanted(MONDAY, 585, "p"), 2) == [here, later]
