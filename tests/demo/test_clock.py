from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.clock import TOKYO, local
from callcenter.demo.clock import FIRST_ON, LAST_ON, RECORDED_UNTIL_MINUTE, STARTS_MINUTE, TODAY, starting_moment
from scheduling.calendar import BusinessCalendar, HoursFrom, Reading
from scheduling.holidays import published_holidays

CALENDAR = BusinessCalendar(
    reading=Reading.LISTED, hours=(HoursFrom(FIRST_ON, 510, 1035),), holidays=published_holidays()
)


def tokyo(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=TOKYO)


def test_the_first_start_is_an_ordinary_tuesday_morning_of_the_year() -> None:
    assert starting_moment(None, CALENDAR) == tokyo("2027-03-30 10:12:00")
    assert TODAY.weekday() == 1
    assert CALENDAR.is_open(TODAY)


def test_242_days_lie_behind_and_one_is_to_come() -> None:
    days = CALENDAR.open_days(FIRST_ON, LAST_ON)
    assert (len(days), days.index(TODAY), days[-1]) == (244, 242, date(2027, 3, 31))


def test_what_has_happened_this_morning_lies_before_the_first_start() -> None:
    assert RECORDED_UNTIL_MINUTE < STARTS_MINUTE


@pytest.mark.parametrize(
    ("latest", "starts"),
    [
        ("2027-03-30 10:10:00", "2027-03-30 10:12:00"),  # the demonstration as it was made
        ("2027-03-30 10:12:00", "2027-03-30 10:13:00"),
        ("2027-03-30 10:12:59", "2027-03-30 10:13:00"),  # later than what is stored, by a second
        ("2027-03-30 17:13:30", "2027-03-30 17:14:00"),
        ("2027-03-30 17:14:00", "2027-03-31 08:40:00"),  # 17:15 is past closing
        ("2027-03-30 23:59:59", "2027-03-31 08:40:00"),
        ("2027-03-31 02:00:00", "2027-03-31 08:40:00"),  # it ran through the night
        ("2027-03-31 08:29:00", "2027-03-31 08:30:00"),
        ("2027-03-31 17:13:00", "2027-03-31 17:14:00"),
        ("2027-03-31 17:14:00", "2027-03-31 15:00:00"),  # the year is used up
        ("2027-04-02 11:00:00", "2027-03-31 15:00:00"),  # it ran out of its year: back into it
        ("2027-05-01 11:00:00", "2027-03-31 15:00:00"),
    ],
)
def test_a_later_start_goes_on_within_the_opening_hours_of_the_year(latest: str, starts: str) -> None:
    assert starting_moment(tokyo(latest), CALENDAR) == tokyo(starts)


@given(st.integers(0, 3 * 24 * 3600))
@settings(max_examples=50)
def test_the_clock_stands_in_opening_hours_and_only_the_end_of_the_year_turns_it_back(seconds: int) -> None:
    latest = tokyo("2027-03-30 10:10:00") + timedelta(seconds=seconds)
    moment = starting_moment(latest, CALENDAR)
    assert CALENDAR.is_open_at(moment)
    assert local(moment).on <= LAST_ON
    assert moment > latest or latest >= tokyo("2027-03-31 17:14:00")
