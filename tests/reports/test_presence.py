from __future__ import annotations

from reports.daily import Person, StaffLine, TimeRange
from reports.presence import headcount, minutes_present, quarters, ruler, strip


def line(*actual: TimeRange, breaks: tuple[TimeRange, ...] = ()) -> StaffLine:
    return StaffLine(Person("A01", None), "オペレーター", actual=actual, breaks=breaks)


DAY = quarters((TimeRange(510, 1035),))


def test_the_opening_hours_have_35_quarters() -> None:
    assert (len(DAY), DAY[0], DAY[-1]) == (35, 510, 1020)


def test_a_closed_day_has_none() -> None:
    assert quarters(()) == ()


def test_a_quarter_is_full_part_or_empty() -> None:
    present = minutes_present(line(TimeRange(520, 570), breaks=(TimeRange(540, 555),)), 1440)
    assert strip(present, DAY)[:5] == "△■□■□"


def test_presence_that_has_not_ended_ends_at_the_cut_off() -> None:
    present = minutes_present(line(TimeRange(510, None)), 540)
    assert strip(present, DAY)[:3] == "■■□"


def test_the_ruler_sets_each_hour_over_its_first_quarter() -> None:
    marks = ruler(DAY)
    assert marks[2] == "９"
    assert marks[6:8] == "１０"


def test_the_headcount_is_the_fewest_at_once() -> None:
    one = minutes_present(line(TimeRange(510, 1035)), 1440)
    two = minutes_present(line(TimeRange(510, 530)), 1440)
    assert headcount((one, two), DAY)[:3] == "２１１"


def test_nobody_counted_is_zero() -> None:
    assert headcount((), DAY)[:2] == "００"
