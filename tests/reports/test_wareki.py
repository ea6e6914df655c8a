from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from reports.wareki import clock, length, moment, span, wareki, wareki_weekday


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 6, 1), "令和8年6月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 29), "明治45年7月29日"),
    ],
)
def test_each_era_begins_on_its_day(on: date, expected: str) -> None:
    assert wareki(on) == expected


def test_a_date_before_the_solar_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="no era"):
        wareki(date(1872, 12, 31))


def test_the_weekday_stands_in_full_width_brackets() -> None:
    assert wareki_weekday(date(2027, 3, 22)) == "令和9年3月22日（月）"


def test_an_instant_is_shown_on_the_office_clock_of_the_next_day() -> None:
    assert moment(datetime(2026, 5, 31, 23, 30, tzinfo=UTC)) == "令和8年6月1日（月）8:30"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        moment(datetime(2026, 6, 1, 8, 30))  # noqa: DTZ001


@pytest.mark.parametrize(("minute", "expected"), [(0, "0:00"), (510, "8:30"), (1035, "17:15"), (1440, "24:00")])
def test_times_are_of_24_hours(minute: int, expected: str) -> None:
    assert clock(minute) == expected


def test_an_open_range_shows_no_end() -> None:
    assert span(510, None) == "8:30～"


@pytest.mark.parametrize(("minutes", "expected"), [(0, "0分"), (45, "45分"), (420, "7時間"), (450, "7時間30分")])
def test_lengths_are_said_in_hours_and_minutes(minutes: int, expected: str) -> None:
    assert length(minutes) == expected
