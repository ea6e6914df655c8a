from __future__ import annotations

import pytest

from callcenter.rosters.shifts import overlapping, patterns, shift_times
from scheduling.shifts import ShiftTimes
from tests.rosters.factories import minute, shift, span


def _times(start: str, end: str, *breaks: str) -> ShiftTimes | dict[str, str]:
    pairs = [(one.start, one.end) for one in (span(text) for text in breaks)]
    found = shift_times(minute(start), minute(end), pairs)
    return found if isinstance(found, ShiftTimes) else dict(found)


def test_a_shift_with_its_break_is_taken() -> None:
    found = _times("8:30", "17:15", "12:00-13:00")
    assert found == shift("8:30-17:15", "12:00-13:00")
    assert isinstance(found, ShiftTimes)
    assert found.worked_minutes == 465


@pytest.mark.parametrize(("start", "end"), [("17:15", "8:30"), ("22:00", "6:00"), ("9:00", "9:00")])
def test_a_shift_across_midnight_or_of_no_length_is_refused(start: str, end: str) -> None:
    found = _times(start, end)
    assert isinstance(found, dict)
    assert "日をまたぐ勤務" in found["end"]


@pytest.mark.parametrize("rest", ["8:30-9:00", "16:30-17:15", "8:00-8:15", "17:00-18:00"])
def test_a_break_stands_in_the_middle_of_the_work(rest: str) -> None:
    found = _times("8:30", "17:15", rest)
    assert isinstance(found, dict)
    assert "勤務の途中" in found["break_start"]


def test_a_break_that_ends_before_it_starts_is_refused() -> None:
    found = shift_times(minute("8:30"), minute("17:15"), [(minute("13:00"), minute("12:00"))])
    assert not isinstance(found, ShiftTimes)
    assert list(found) == ["break_end"]


def test_breaks_may_touch_and_not_overlap() -> None:
    assert isinstance(_times("8:30", "17:15", "12:00-12:30", "12:30-13:00"), ShiftTimes)
    assert "重なって" in str(_times("8:30", "17:15", "12:00-12:31", "12:30-13:00"))


def test_shifts_that_touch_do_not_overlap() -> None:
    assert overlapping(span("12:30-17:15"), [span("8:30-12:30")]) is None
    assert overlapping(span("12:29-17:15"), [span("8:30-12:30")]) == span("8:30-12:30")


def test_the_usual_shifts_fill_the_opening_hours() -> None:
    found = {one.key: one.times for one in patterns(span("8:30-17:15"))}
    assert found["day720"] == shift("8:30-17:15", "12:00-13:00")
    assert found["morning"].span == span("8:30-12:30")
    assert found["afternoon"].span == span("12:30-17:15")


def test_short_hours_have_no_pattern_that_does_not_fit() -> None:
    assert [one.key for one in patterns(span("9:00-12:00"))] == []
    assert [one.key for one in patterns(span("9:00-12:30"))] == ["day660", "morning"]
