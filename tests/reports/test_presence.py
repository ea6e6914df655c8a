from __future__ import annotations

from reports.daily import TimeRange
from reports.presence import headcount, minutes_present, quarters, ruler, strip

DAY = quarters((TimeRange(510, 1035),))


def test_the_opening_hours_have_35_quarters() -> None:
    assert (len(DAY), DAY[0], DAY[-1]) == (35, 510, 1020)


def test_a_closed_day_has_none() -> None:
    assert quarters(()) == ()


def test_a_quarter_is_full_part_or_empty() -> None:
    present = minutes_present((TimeRange(520, 540), TimeRange(555, 570)))
    assert strip(present, DAY)[:5] == "△■□■□"


def test_the_ruler_sets_each_hour_over_its_first_quarter() -> None:
    marks = ruler(DAY)
    assert marks[2] == "９"
    assert marks[6:8] == "１０"


def test_the_headcount_is_the_fewest_at_once() -> None:
    one = minutes_present((TimeRange(510, 1035),))
    two = minutes_present((TimeRange(510, 530),))
    assert headcount((one, two), DAY)[:3] == "２１１"


def test_nobody_counted_is_zero() -> None:
    assert headcount((), DAY)[:2] == "００"
