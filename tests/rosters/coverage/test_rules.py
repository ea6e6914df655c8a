"""Stretches below the minimum, and which notes stand for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.coverage.rules import Note, NoteState, Stretch, notes_for, resolved, stretch_at, stretches
from callcenter.rosters.rules import Shortage, shortages
from scheduling.intervals import CoverageRun, MinuteRange, total_minutes
from tests.rosters.coverage.factories import spans
from tests.rosters.factories import span

HOURS = span("8:30-17:15")
EARLIEST = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)


def note(when: str, age: int = 0, superseded: bool = False) -> Note:
    """A note of these minutes, recorded `age` minutes after the first."""
    return Note(
        UUID(int=age),
        date(2026, 6, 1),
        span(when),
        ShortageCause.LATE,
        "",
        f"対策{age}",
        EARLIEST + timedelta(minutes=age),
        "見本",
        superseded,
    )


def short(*found: tuple[str, int]) -> list[Shortage]:
    return [Shortage(span(when), present) for when, present in found]


def test_neighbouring_shortages_are_one_stretch_with_the_fewest_of_them() -> None:
    found = stretches(
        short(("12:00-12:30", 1), ("12:30-12:45", 0), ("12:45-13:00", 1), ("15:00-15:01", 1)), HOURS, HOURS
    )
    assert spans(found) == ["12:00-13:00", "15:00-15:01"]
    assert [one.fewest for one in found] == [0, 1]


def test_a_gap_of_one_minute_makes_two_stretches() -> None:
    found = stretches(short(("12:00-12:30", 1), ("12:31-12:45", 1)), HOURS, HOURS)
    assert spans(found) == ["12:00-12:30", "12:31-12:45"]


def test_what_reaches_the_present_minute_is_not_over_until_the_hours_are() -> None:
    running = stretches(short(("9:00-9:30", 1), ("9:40-10:00", 1)), span("8:30-10:00"), HOURS)
    assert [one.over for one in running] == [True, False]
    (last,) = stretches(short(("17:00-17:15", 1)), HOURS, HOURS)
    assert last.over


def test_a_closed_day_and_one_that_is_to_come_have_no_stretch() -> None:
    assert stretches([], None, None) == ()
    assert stretches([], None, HOURS) == ()


@pytest.mark.parametrize(
    ("notes", "stand"),
    [
        ([], []),
        ([note("12:00-12:30")], ["12:00-12:30"]),
        ([note("11:00-12:00")], []),  # touches, shares no minute
        ([note("11:00-12:01")], ["11:00-12:01"]),
        ([note("13:00-14:00")], []),
        ([note("12:00-12:30", superseded=True)], []),
        ([note("12:00-12:30", 1), note("12:15-12:45", 2)], ["12:15-12:45"]),
        ([note("12:15-12:45", 2), note("12:00-12:30", 1)], ["12:15-12:45"]),
        ([note("12:30-13:00", 1), note("12:00-12:30", 2)], ["12:00-12:30", "12:30-13:00"]),
        # They share minutes, but none of this stretch: both stand.
        ([note("11:00-12:20", 1), note("12:20-13:00", 2)], ["11:00-12:20", "12:20-13:00"]),
    ],
)
def test_the_later_note_stands_where_two_share_a_minute(notes: list[Note], stand: list[str]) -> None:
    assert spans(notes_for(span("12:00-13:00"), notes)) == stand


def test_a_note_stays_with_its_stretch_when_that_shrinks_grows_or_splits() -> None:
    before = [note("12:00-13:00")]
    for now in (short(("12:50-12:51", 1)), short(("11:00-14:00", 1)), short(("12:00-12:10", 1), ("12:40-13:00", 1))):
        found = stretches(now, HOURS, HOURS, before)
        assert {one.state for one in found} == {NoteState.NOTED}
        assert resolved(found, before) == ()


def test_a_note_whose_stretch_vanished_is_resolved() -> None:
    before = [note("12:00-13:00"), note("15:00-15:30"), note("16:00-16:30", superseded=True)]
    found = stretches(short(("12:00-13:00", 1)), HOURS, HOURS, before)
    assert spans(resolved(found, before)) == ["15:00-15:30"]
    assert len(resolved((), before)) == 2


def test_a_stretch_waits_for_a_note_once_it_is_over() -> None:
    assert Stretch(span("9:00-9:10"), 1, over=True).unfinished
    assert not Stretch(span("9:00-9:10"), 1, over=False).unfinished
    assert not Stretch(span("9:00-9:10"), 1, over=True, notes=(note("9:00-9:10"),)).unfinished


def test_the_note_a_form_is_filled_in_against_is_the_one_recorded_last() -> None:
    found = Stretch(span("12:00-13:00"), 1, True, (note("12:00-12:30", 2), note("12:30-13:00", 1)))
    assert found.last is not None
    assert found.last.measure == "対策2"
    assert Stretch(span("9:00-9:10"), 1, True).last is None


def test_minutes_find_the_stretch_they_share() -> None:
    found = stretches(short(("12:00-12:30", 1), ("15:00-15:30", 1)), HOURS, HOURS)
    assert stretch_at(found, span("12:29-15:00")) == found[0]
    assert stretch_at(found, span("12:30-15:00")) is None


minute_ranges = st.tuples(st.integers(510, 1034), st.integers(1, 200)).map(
    lambda pair: MinuteRange(pair[0], min(1035, pair[0] + pair[1]))
)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.lists(minute_ranges, max_size=8))
def test_stretches_hold_every_short_minute_once_and_no_note_is_lost(
    counts: list[int], ranges: list[MinuteRange]
) -> None:
    runs = [CoverageRun(510 + 10 * at, 520 + 10 * at, count) for at, count in enumerate(counts)]
    notes = [
        Note(UUID(int=age), date(2026, 6, 1), one, ShortageCause.LATE, "", "対策", EARLIEST + timedelta(age), "")
        for age, one in enumerate(ranges)
    ]
    below = shortages(runs, 2)
    found = stretches(below, HOURS, HOURS, notes)
    assert total_minutes(one.span for one in found) == sum(one.span.minutes for one in below)
    assert all(before.span.end < after.span.start for before, after in pairwise(found))
    for one in found:
        assert bool(one.notes) == any(other.overlaps(one.span) for other in ranges)
        parts = [part for kept in one.notes if (part := kept.span.intersection(one.span))]
        assert not any(a.overlaps(b) for n, a in enumerate(parts) for b in parts[:n])
    assert {one.span for one in resolved(found, notes)} == {
        one for one in ranges if not any(one.overlaps(other.span) for other in found)
    }
