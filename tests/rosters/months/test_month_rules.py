from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import InvalidInput
from callcenter.rosters.months import schemas
from callcenter.rosters.months.rules import (
    Cell,
    Day,
    Key,
    below_minutes,
    by_cell,
    cell_label,
    day_shortages,
    differences,
    encoded,
    self_overlap,
    shifts_words,
    with_cells,
    worked_minutes,
)
from callcenter.rosters.shifts import patterns, shift_times
from scheduling.intervals import MinuteRange
from scheduling.shifts import ShiftTimes
from tests.rosters.factories import shift, span
from tests.rosters.months.making import EARLY_LUNCH, LATE_LUNCH, MORNING, WHOLE

PEOPLE = [UUID(int=number) for number in range(3)]
DAYS = [date(2026, 7, 1) + timedelta(number) for number in range(3)]
HOURS = span("8:30-17:15")
OPEN = Day(DAYS[0], HOURS, "", 2)


@st.composite
def shifts(draw: st.DrawFn) -> ShiftTimes:
    start = draw(st.integers(0, 1200))
    end = draw(st.integers(start + 3, 1440))
    begin = draw(st.integers(start + 1, end - 2))
    breaks = draw(st.sampled_from([[], [(begin, draw(st.integers(begin + 1, end - 1)))]]))
    found = shift_times(start, end, breaks)
    assert isinstance(found, ShiftTimes)
    return found


cells = st.builds(Cell, st.sampled_from(PEOPLE), st.sampled_from(DAYS), shifts())
# One shift a start: as the table keeps them.
rosters = st.lists(cells, unique_by=lambda one: (one.key, one.times.span.start)).map(lambda found: tuple(sorted(found)))


@given(rosters, rosters)
def test_the_differences_lead_from_one_roster_to_the_other(before: tuple[Cell, ...], after: tuple[Cell, ...]) -> None:
    changes = differences(before, after)
    replaced: dict[Key, list[Cell]] = {one.key: [Cell(*one.key, times) for times in one.after] for one in changes}
    assert by_cell(with_cells(before, replaced)) == by_cell(after)
    assert all(one.before != one.after for one in changes)


@given(rosters)
def test_a_roster_does_not_differ_from_itself(roster: tuple[Cell, ...]) -> None:
    assert differences(roster, reversed(roster)) == ()


@given(st.lists(shifts(), max_size=4))
def test_what_a_screen_carries_comes_back_as_it_was(found: list[ShiftTimes]) -> None:
    assert schemas.decoded(encoded(found)) == tuple(sorted(found))


def test_fixing_a_cell_is_no_difference() -> None:
    cell = Cell(PEOPLE[0], DAYS[0], WHOLE)
    assert differences([cell], [Cell(PEOPLE[0], DAYS[0], WHOLE, fixed=True)]) == ()


@pytest.mark.parametrize(
    ("found", "label"),
    [
        ((), ("", "")),
        ((WHOLE,), ("日", "12:00")),
        ((LATE_LUNCH,), ("日", "13:00")),
        ((shift("8:30-17:15", "11:45-12:45"),), ("日", "11:45")),
        ((MORNING,), ("前", "")),
        ((shift("12:30-17:15"),), ("後", "")),
        ((shift("9:00-15:00", "12:00-12:45"),), ("9:00", "15:00")),
        ((shift("8:30-17:15", "12:00-12:45"),), ("8:30", "17:15")),
        ((shift("8:30-10:00"), shift("13:00-17:15")), ("8:30", "17:15＋")),
    ],
)
def test_a_cell_is_labelled_by_its_kind_or_its_times(found: tuple[ShiftTimes, ...], label: tuple[str, str]) -> None:
    assert cell_label(found, patterns(HOURS)) == label


def test_a_split_day_is_told_in_full() -> None:
    assert shifts_words((MORNING, shift("13:30-17:15"))) == "8:30～12:30、13:30～17:15"
    assert shifts_words(()) == "予定なし"


@pytest.mark.parametrize(
    ("found", "other"),
    [
        ((MORNING, shift("12:30-17:15")), None),
        ((MORNING, shift("12:29-17:15")), span("8:30-12:30")),
        ((WHOLE, WHOLE), span("8:30-17:15")),
    ],
)
def test_shifts_that_touch_do_not_overlap(found: tuple[ShiftTimes, ...], other: MinuteRange | None) -> None:
    assert self_overlap(found) == other


def test_breaks_are_no_work() -> None:
    assert worked_minutes((MORNING, shift("13:30-17:15", "15:00-15:15"))) == 240 + 210


# --- the minimum ---


def _below(*found: tuple[UUID, ShiftTimes], day: Day = OPEN, operators: list[UUID] | None = None) -> int:
    planned = [Cell(staff_id, day.on, times) for staff_id, times in found]
    return below_minutes(day_shortages(planned, operators or PEOPLE, day))


def test_exactly_two_hold_the_minimum() -> None:
    no_break = shift("8:30-17:15")
    assert _below((PEOPLE[0], no_break), (PEOPLE[1], no_break)) == 0


def test_on_break_is_not_at_work_and_three_hold_it() -> None:
    assert _below((PEOPLE[0], EARLY_LUNCH), (PEOPLE[1], WHOLE)) == 120
    assert _below((PEOPLE[0], EARLY_LUNCH), (PEOPLE[1], WHOLE), (PEOPLE[2], LATE_LUNCH)) == 0


def test_one_minute_short_is_short() -> None:
    assert _below((PEOPLE[0], shift("8:30-17:15")), (PEOPLE[1], shift("8:31-17:15"))) == 1


def test_who_is_no_operator_does_not_count() -> None:
    no_break = shift("8:30-17:15")
    assert _below((PEOPLE[0], no_break), (PEOPLE[1], no_break), operators=PEOPLE[:1]) == 525


def test_a_closed_day_has_no_minimum() -> None:
    assert _below(day=Day(DAYS[0], None, "土曜日", 2)) == 0


# --- what is read from screens ---


@pytest.mark.parametrize(
    ("raw", "first"), [("2026-07", date(2026, 7, 1)), ("", date(2026, 6, 1)), (None, date(2026, 6, 1))]
)
def test_a_month_is_read_or_todays(raw: str | None, first: date) -> None:
    assert schemas.month_of(raw, date(2026, 6, 17)) == first


@pytest.mark.parametrize("raw", ["2026-00", "2026-13", "26-07", "2026-7", "２０２６-07", "1899-01", "x"])
def test_what_is_no_month_is_refused(raw: str) -> None:
    with pytest.raises(InvalidInput):
        schemas.month_of(raw, date(2026, 6, 17))


@pytest.mark.parametrize(
    "text", ["510", "510-510", "600-510", "510-1441", "510-720/510-600", "510-720/600-720", "-1-5"]
)
def test_what_is_no_shift_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        schemas.decoded(text)
