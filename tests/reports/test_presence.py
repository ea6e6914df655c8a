from __future__ import annotations

from reports.daily import TimeRange
from reports.presence import fewest, minutes_present, quarters

DAY = quarters((TimeRange(510, 1035),))


def test_the_opening_hours_have_35_quarters() -> None:
    assert (len(DAY), DAY[0], DAY[-1]) == (35, 510, 1020)


def test_a_closed_day_has_none() -> None:
    assert quarters(()) == ()


def test_the_minutes_are_those_of_the_ranges() -> None:
    present = minutes_present((TimeRange(520, 540), TimeRange(555, 570)))
    assert [sum(present[at : at + 15]) for at in DAY[:5]] == [5, 15, 0, 15, 0]


def test_the_headcount_is_the_fewest_at_once() -> None:
    one = minutes_present((TimeRange(510, 1035),))
    two = minutes_present((TimeRange(510, 530),))
    assert fewest((one, two), DAY)[:3] == [2, 1, 1]


def test_nobody_counted_is_zero() -> None:
    assert fewest((), DAY)[:2] == [0, 0]
