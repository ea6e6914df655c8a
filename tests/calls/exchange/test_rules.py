from __future__ import annotations

import pytest

from callcenter.calls.exchange.rules import Counts, check_counts, slot_of, slots_of, sum_of
from scheduling.intervals import MinuteRange


def test_the_half_hours_of_a_day_end_with_a_shorter_one() -> None:
    slots = slots_of(MinuteRange(510, 1035))
    assert (len(slots), slots[0], slots[-1]) == (18, MinuteRange(510, 540), MinuteRange(1020, 1035))


def test_hours_that_begin_off_the_half_hour_are_cut_there() -> None:
    assert slots_of(MinuteRange(525, 600))[0] == MinuteRange(525, 540)
    assert slots_of(MinuteRange(525, 530)) == (MinuteRange(525, 530),)


def test_a_closed_day_has_no_half_hours() -> None:
    assert slots_of(None) == ()


@pytest.mark.parametrize(("minute", "slot"), [(0, 0), (509, 480), (510, 510), (1034, 1020), (1439, 1410)])
def test_a_minute_lies_in_its_half_hour(minute: int, slot: int) -> None:
    assert slot_of(minute) == slot


def test_an_unmeasured_part_makes_the_sum_unmeasured_and_nothing_else() -> None:
    assert sum_of([Counts(3, 2, 1), Counts(4, None, 0)]) == Counts(7, None, 1)
    assert sum_of([]) == Counts()
    assert Counts(1, 1, 0, 5, 6) + Counts(2, 0, 1, 0, 0) == Counts(3, 1, 1, 5, 6)


def test_answered_and_abandoned_may_reach_the_offered_and_no_more() -> None:
    assert check_counts(Counts(10, 9, 1)) == {}
    assert check_counts(Counts(10, 10, 1)) == {"offered": "応答数と放棄数の合計が着信数を超えています。"}


def test_what_is_counted_needs_the_offered_beside_it() -> None:
    assert check_counts(Counts(None, 3, None)) == {"offered": "着信数を入力してください。"}
    assert check_counts(Counts()) == {}


def test_nobody_waits_for_an_answer_that_never_came() -> None:
    assert "wait_seconds" in check_counts(Counts(2, 0, 2, 30))
    assert check_counts(Counts(2, 0, 2, 0)) == {}
