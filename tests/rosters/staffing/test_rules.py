"""Expected calls beside the operators needed and planned."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.rosters.staffing.rules import (
    Assumptions,
    WhatIf,
    day_load,
    enough,
    played_day,
    required_by_slot,
    slot_spans,
)
from scheduling.forecast import DayForecast, SlotForecast
from scheduling.intervals import MinuteRange
from scheduling.staffing import ServiceLevelTarget
from tests.rosters.factories import shift, span

HOURS = span("8:30-17:15")
USUAL = Assumptions(300, ServiceLevelTarget(0.8, 20))


def forecast(calls: float, hours: MinuteRange = HOURS) -> DayForecast:
    """The same calls in every quarter of an hour."""
    starts = [hours.start, *(m for m in range(0, 1440, 15) if hours.start < m < hours.end)]
    slots = tuple(SlotForecast(start, calls, 0, int(calls) + 3) for start in starts)
    return DayForecast(date(2026, 6, 1), calls * len(slots), 0, 1000, slots)


def whole_day(people: int) -> list:  # type: ignore[type-arg]
    return [shift("8:30-17:15")] * people


def test_a_day_without_calls_needs_the_minimum() -> None:
    found = day_load(forecast(0), HOURS, whole_day(2), USUAL)
    assert {slot.required for slot in found.slots} == {2}
    assert found.level is None
    assert found.short_minutes == 0


def test_published_figures_of_a_half_hour_come_out() -> None:
    """100 calls in 30 minutes at 180 seconds, 80 % in 20 seconds: 14 agents, of whose calls 88.8 % are in time."""
    given = Assumptions(180, ServiceLevelTarget(0.8, 20))
    found = day_load(forecast(50), HOURS, whole_day(14), given)
    assert {slot.required for slot in found.slots} == {14}
    assert found.level == pytest.approx(0.888350019179)


def test_nobody_planned_answers_nothing_and_all_required_are_missing() -> None:
    found = day_load(forecast(3), HOURS, [], USUAL)
    assert found.level == 0
    assert found.short_minutes == found.required_minutes > 0


def test_the_fewest_of_a_quarter_count_when_a_break_starts_within_it() -> None:
    """12:05 to 13:05: the quarters from 12:00 and from 13:00 have one operator in part, so one."""
    shifts = [shift("8:30-17:15"), shift("8:30-17:15", "12:05-13:05")]
    found = {slot.span.start: slot.planned for slot in day_load(forecast(1), HOURS, shifts, USUAL).slots}
    assert [found[minute] for minute in (705, 720, 780, 795)] == [2, 1, 1, 2]


def test_more_people_longer_calls_and_more_calls_move_the_figures_as_they_should() -> None:
    plain = day_load(forecast(3), HOURS, whole_day(2), USUAL)
    more = day_load(forecast(3), HOURS, whole_day(2), USUAL, WhatIf(more=1))
    longer = day_load(forecast(3), HOURS, whole_day(2), USUAL, WhatIf(longer=50))
    busier = day_load(forecast(3), HOURS, whole_day(2), USUAL, WhatIf(calls=50))
    assert more.planned_minutes == plain.planned_minutes + HOURS.minutes
    assert more.required_minutes == plain.required_minutes
    assert (more.level or 0) > (plain.level or 0) > (longer.level or 0)
    assert longer.required_minutes > plain.required_minutes
    assert busier.calls == pytest.approx(plain.calls * 1.5)
    assert (busier.level or 0) < (plain.level or 0)


def test_fewer_people_than_none_are_none() -> None:
    found = day_load(forecast(3), HOURS, whole_day(1), USUAL, WhatIf(more=-2))
    assert {slot.planned for slot in found.slots} == {0}


def test_an_overloaded_quarter_says_so() -> None:
    found = day_load(forecast(10), HOURS, whole_day(2), USUAL).slots[0]
    assert found.overloaded
    assert found.level == 0


def test_time_away_from_the_phones_is_lost_to_the_planned_and_added_to_the_required() -> None:
    away = replace(USUAL, shrinkage=0.25)
    plain, lost = (day_load(forecast(3), HOURS, whole_day(4), given) for given in (USUAL, away))
    assert lost.required_minutes > plain.required_minutes
    assert (lost.level or 0) < (plain.level or 0)


def test_how_many_more_reach_the_target_is_the_fewest() -> None:
    day = forecast(3)
    needed = enough(day, HOURS, whole_day(1), USUAL)
    assert needed
    assert (day_load(day, HOURS, whole_day(1), USUAL, WhatIf(more=needed)).level or 0) >= 0.8
    assert (day_load(day, HOURS, whole_day(1), USUAL, WhatIf(more=needed - 1)).level or 0) < 0.8


def test_where_five_more_do_not_do_nothing_is_promised() -> None:
    assert enough(forecast(60), HOURS, [], USUAL) is None


@pytest.mark.parametrize("opens", ["8:30", "8:40"])
def test_quarters_end_where_the_next_begins_and_the_last_with_the_desk(opens: str) -> None:
    hours = span(f"{opens}-17:15")
    spans = slot_spans(forecast(1, hours), hours.end)
    assert spans[0].start == hours.start
    assert spans[-1].end == hours.end
    assert all(one.end == following.start for one, following in pairwise(spans))


def test_a_day_that_opens_within_a_quarter_can_be_played() -> None:
    assert [slot.start_minute for slot in played_day(forecast(1, span("8:40-9:15")), USUAL).slots] == [510, 525, 540]


@pytest.mark.parametrize("wrong", [{"more": 6}, {"longer": -91}, {"calls": 201}])
def test_what_is_not_offered_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must lie"):
        WhatIf(**wrong)


@given(calls=st.floats(0, 40), people=st.integers(0, 12))
def test_as_many_as_required_reach_the_target_in_every_quarter(calls: float, people: int) -> None:
    day = forecast(round(calls, 2))
    required = max(required_by_slot(day, USUAL, HOURS.end).values())
    found = day_load(day, HOURS, whole_day(required), USUAL)
    assert found.short_minutes == 0
    assert all(slot.level is None or slot.level >= 0.8 for slot in found.slots)
    assert day_load(day, HOURS, whole_day(people), USUAL).short_minutes >= 0
