"""Ranges of minutes: their arithmetic, the grid, and how many stand at once."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.intervals import (
    CoverageRun,
    MinuteRange,
    below,
    coverage,
    grid_start,
    intersect,
    slots,
    subtract,
    total_minutes,
    union,
)

OPENING = MinuteRange(510, 1035)


def ranges(*pairs: tuple[int, int]) -> tuple[MinuteRange, ...]:
    return tuple(MinuteRange(start, end) for start, end in pairs)


def minutes_of(parts: tuple[MinuteRange, ...]) -> set[int]:
    return {minute for part in parts for minute in range(part.start, part.end)}


@st.composite
def a_range(draw: st.DrawFn) -> MinuteRange:
    start = draw(st.integers(0, 1439))
    return MinuteRange(start, draw(st.integers(start + 1, 1440)))


some_ranges = st.lists(a_range(), max_size=6).map(tuple)


class TestARange:
    @pytest.mark.parametrize(("start", "end"), [(-1, 10), (10, 10), (10, 9), (0, 1441), (1440, 1440)])
    def test_outside_the_day_or_empty_is_refused(self, start: int, end: int) -> None:
        with pytest.raises(ValueError, match=f"{start} to {end}"):
            MinuteRange(start, end)

    def test_may_fill_the_whole_day(self) -> None:
        assert MinuteRange(0, 1440).minutes == 1440

    def test_holds_its_start_but_not_its_end(self) -> None:
        assert 510 in OPENING
        assert 1034 in OPENING
        assert 509 not in OPENING
        assert 1035 not in OPENING

    def test_that_touches_another_does_not_overlap_it(self) -> None:
        assert not MinuteRange(0, 10).overlaps(MinuteRange(10, 20))
        assert MinuteRange(0, 10).intersection(MinuteRange(10, 20)) is None

    def test_shares_what_both_have(self) -> None:
        assert MinuteRange(0, 11).intersection(MinuteRange(10, 20)) == MinuteRange(10, 11)


class TestArithmetic:
    def test_union_joins_what_overlaps_or_touches(self) -> None:
        assert union(ranges((30, 40), (0, 10), (10, 20), (15, 17))) == ranges((0, 20), (30, 40))

    def test_intersection_of_lunches_and_a_shift(self) -> None:
        assert intersect(ranges((510, 1035)), ranges((480, 520), (720, 780), (1020, 1100))) == ranges(
            (510, 520), (720, 780), (1020, 1035)
        )

    def test_subtraction_leaves_the_rest_of_a_shift(self) -> None:
        assert subtract(ranges((510, 1035)), ranges((500, 510), (720, 780), (1030, 1040))) == ranges(
            (510, 720), (780, 1030)
        )

    def test_subtracting_everything_leaves_nothing(self) -> None:
        assert subtract(ranges((510, 1035)), ranges((0, 1440))) == ()

    def test_a_minute_held_twice_counts_once(self) -> None:
        assert total_minutes(ranges((0, 10), (5, 15))) == 15

    def test_nothing_is_nothing(self) -> None:
        assert union(()) == intersect((), (OPENING,)) == subtract((), (OPENING,)) == ()
        assert total_minutes(()) == 0

    @settings(max_examples=50)
    @given(some_ranges, some_ranges)
    def test_agrees_with_sets_of_minutes(self, left: tuple[MinuteRange, ...], right: tuple[MinuteRange, ...]) -> None:
        assert minutes_of(union(left)) == minutes_of(left)
        assert minutes_of(intersect(left, right)) == minutes_of(left) & minutes_of(right)
        assert minutes_of(subtract(left, right)) == minutes_of(left) - minutes_of(right)
        assert total_minutes(left) == len(minutes_of(left))

    @settings(max_examples=50)
    @given(some_ranges, some_ranges)
    def test_gives_as_few_ranges_as_possible(
        self, left: tuple[MinuteRange, ...], right: tuple[MinuteRange, ...]
    ) -> None:
        for result in (union(left), intersect(left, right), subtract(left, right)):
            assert result == union(result)


class TestTheGrid:
    def test_the_opening_hours_have_35_quarters(self) -> None:
        quarters = slots(510, 1035, 15)
        assert len(quarters) == 35
        assert (quarters[0], quarters[-1]) == (MinuteRange(510, 525), MinuteRange(1020, 1035))

    def test_the_last_half_hour_is_cut_at_closing_time(self) -> None:
        halves = slots(510, 1035, 30)
        assert len(halves) == 18
        assert halves[-1] == MinuteRange(1020, 1035)

    def test_a_start_off_the_grid_gives_a_short_first_slot(self) -> None:
        assert slots(505, 545, 30) == ranges((505, 510), (510, 540), (540, 545))

    def test_a_range_within_one_cell_is_one_slot(self) -> None:
        assert slots(511, 512, 30) == ranges((511, 512))

    @pytest.mark.parametrize(("minute", "start"), [(0, 0), (29, 0), (30, 30), (1034, 1020), (1439, 1410)])
    def test_a_minute_lies_in_its_half_hour(self, minute: int, start: int) -> None:
        assert grid_start(minute, 30) == start

    @pytest.mark.parametrize("step", [0, -15, 7, 2880])
    def test_a_step_that_does_not_divide_the_day_is_refused(self, step: int) -> None:
        with pytest.raises(ValueError, match="divide the day"):
            slots(510, 1035, step)
        with pytest.raises(ValueError, match="divide the day"):
            grid_start(510, step)

    @pytest.mark.parametrize("minute", [-1, 1440])
    def test_a_minute_outside_the_day_is_refused(self, minute: int) -> None:
        with pytest.raises(ValueError, match="not a minute"):
            grid_start(minute, 15)

    @settings(max_examples=50)
    @given(a_range(), st.sampled_from([15, 30, 60]))
    def test_slots_fill_their_range_without_gap_or_overlap(self, whole: MinuteRange, step: int) -> None:
        cells = slots(whole.start, whole.end, step)
        assert union(cells) == (whole,)
        assert sum(cell.minutes for cell in cells) == whole.minutes
        assert all(grid_start(cell.start, step) == grid_start(cell.end - 1, step) for cell in cells)


class TestCoverage:
    def test_nobody_is_a_run_of_zero(self) -> None:
        assert coverage((), OPENING) == (CoverageRun(510, 1035, 0),)

    def test_a_handover_without_a_gap_is_one_run(self) -> None:
        assert coverage(ranges((510, 720), (720, 1035)), OPENING) == (CoverageRun(510, 1035, 1),)

    def test_two_operators_with_staggered_lunches(self) -> None:
        worked = ranges((510, 720), (780, 1035), (510, 780), (840, 1035))
        assert coverage(worked, OPENING) == (
            CoverageRun(510, 720, 2),
            CoverageRun(720, 840, 1),
            CoverageRun(840, 1035, 2),
        )

    def test_time_outside_the_bounds_does_not_count(self) -> None:
        assert coverage(ranges((0, 600), (1000, 1440), (1035, 1100)), OPENING) == (
            CoverageRun(510, 600, 1),
            CoverageRun(600, 1000, 0),
            CoverageRun(1000, 1035, 1),
        )

    def test_minutes_below_the_minimum_join_neighbouring_runs(self) -> None:
        runs = coverage(ranges((510, 1035), (510, 700), (720, 730)), OPENING)
        assert below(runs, 2) == ranges((700, 720), (730, 1035))
        assert below(coverage((), OPENING), 2) == (OPENING,)
        assert below(coverage(ranges((510, 600)), OPENING), 2) == (OPENING,)

    def test_exactly_the_minimum_is_enough(self) -> None:
        assert below(coverage((OPENING, OPENING), OPENING), 2) == ()

    @settings(max_examples=50)
    @given(some_ranges, a_range())
    def test_counts_every_minute_and_changes_at_every_run(
        self, parts: tuple[MinuteRange, ...], within: MinuteRange
    ) -> None:
        runs = coverage(parts, within)
        assert (runs[0].start, runs[-1].end) == (within.start, within.end)
        for before, after in pairwise(runs):
            assert before.end == after.start
            assert before.count != after.count
        for run in runs:
            assert run.count == sum(run.start in part for part in parts)
            assert run.count == sum(run.end - 1 in part for part in parts)

    def test_a_run_knows_its_length(self) -> None:
        assert CoverageRun(510, 540, 1).minutes == 30
