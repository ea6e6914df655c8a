"""Calls of coming days: what is learned, what must not be, and how forecasts stand against chance.

The years are invented: known factors, a known course of the day, Poisson counts or more scattered ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from scheduling.calendar import BusinessCalendar, ExtraOpening
from scheduling.forecast import (
    LEAST_DAYS,
    Backtest,
    DayForecast,
    Effect,
    Factor,
    Forecast,
    History,
    TooLittleHistory,
    backtest,
    forecast,
    poisson_floor,
)
from scheduling.forecast.factors import closed_before
from scheduling.forecast.prediction import predict
from scheduling.forecast.profile import limits, past_days

CALENDAR = BusinessCalendar()
APRIL_2026, APRIL_2027 = date(2026, 4, 1), date(2027, 4, 1)
OPENS, QUARTERS = 510, 35
ONE_DAY = timedelta(days=1)
WEEKDAYS = (1.06, 1.02, 0.98, 0.96, 0.98, 0.8, 0.8)
AFTER_CLOSED = {0: 1.0, 1: 1.0, 2: 1.08, 3: 1.1}
# Two humps with a lunch dip between them, few calls at the end.
COURSE = np.array([2.0, 3.5, *[4.5] * 8, *[3.5] * 4, *[2.0] * 4, *[3.4] * 12, *[2.2] * 4, 0.8])
Slots = Mapping[int, int]


class World(Struct, frozen=True):
    """What the calls of an invented year obey. `scatter` is the variance of a day's gamma-distributed truth."""

    level: float = 104.0
    scatter: float = 0.0
    weekly_growth: float = 0.0
    weekdays: Sequence[float] = WEEKDAYS
    months: Mapping[int, float] = {}

    def mean(self, on: date, first_on: date) -> float:
        season = self.months.get(on.month, 1.0)
        after = AFTER_CLOSED.get(closed_before(on, CALENDAR), 1.2)
        growth = math.exp(self.weekly_growth * (on - first_on).days / 7)
        return self.level * self.weekdays[on.weekday()] * after * growth * season


@cache
def year(seed: int, scatter: float = 0.0, weekly_growth: float = 0.0) -> History:
    return invented(World(scatter=scatter, weekly_growth=weekly_growth), seed)


def invented(world: World, seed: int, first_on: date = APRIL_2026, days: int = 365) -> History:
    rng = np.random.default_rng(seed)
    return History(
        {
            on: slots_of(rng.poisson(COURSE / COURSE.sum() * truth(world, on, first_on, rng)))
            for on in CALENDAR.open_days(first_on, first_on + (days - 1) * ONE_DAY)
        }
    )


def truth(world: World, on: date, first_on: date, rng: np.random.Generator) -> float:
    scatter = rng.gamma(1 / world.scatter, world.scatter) if world.scatter else 1.0
    return world.mean(on, first_on) * float(scatter)


def slots_of(counts: Sequence[int]) -> dict[int, int]:
    return {OPENS + 15 * quarter: int(calls) for quarter, calls in enumerate(counts) if calls}


def total(slots: Slots) -> int:
    return sum(slots.values())


def times(slots: Slots, factor: float) -> dict[int, int]:
    return {minute: round(calls * factor) for minute, calls in slots.items()}


def changed(history: History, change: Callable[[date, Slots], Slots | None]) -> History:
    made = {on: change(on, slots) for on, slots in history.days.items()}
    return History({on: slots for on, slots in made.items() if slots is not None}, history.step)


def last(history: History, days: int) -> History:
    return History({on: history.days[on] for on in sorted(history.days)[-days:]})


def april(history: History, calendar: BusinessCalendar = CALENDAR) -> Forecast:
    return forecast(history, calendar, APRIL_2027, date(2027, 4, 30))


def on_day(found: Forecast, on: date) -> DayForecast:
    day = found.day(on)
    assert day is not None
    return day


def effect(found: Forecast, factor: Factor, label: str) -> Effect:
    return next(one for one in found.effects if one.factor is factor and one.label.startswith(label))


def mean_of(found: Forecast) -> float:
    return sum(day.mean for day in found.days)


def truth_of(world: World, found: Forecast, first_on: date = APRIL_2026) -> float:
    return sum(world.mean(day.on, first_on) for day in found.days)


# --- what comes out ---


def test_every_open_day_of_the_range_has_its_quarters_and_no_closed_day_has_any() -> None:
    found = april(year(1))
    assert [day.on for day in found.days] == CALENDAR.open_days(APRIL_2027, date(2027, 4, 30))
    assert found.day(date(2027, 4, 3)) is None  # a Saturday
    assert found.day(date(2027, 4, 29)) is None  # 昭和の日
    assert all([slot.start for slot in day.slots] == list(range(510, 1035, 15)) for day in found.days)
    assert (found.based_on_days, found.until_on) == (244, date(2027, 3, 31))


def test_a_range_of_closed_days_has_an_empty_forecast() -> None:
    found = forecast(year(1), CALENDAR, date(2027, 4, 3), date(2027, 4, 4))
    assert (found.days, found.weeks) == ((), ())


def test_the_quarters_add_up_to_the_day_and_the_days_to_the_week() -> None:
    found = april(year(1))
    for day in found.days:
        assert sum(slot.mean for slot in day.slots) == pytest.approx(day.mean)
    for week in found.weeks:
        members = [day.mean for day in found.days if week.from_on <= day.on <= week.to_on]
        assert week.mean == pytest.approx(sum(members))
    assert sum(week.mean for week in found.weeks) == pytest.approx(mean_of(found))
    assert [week.from_on.weekday() for week in found.weeks] == [3, 0, 0, 0, 0]


def test_a_wide_range_of_days_is_narrower_as_a_week_than_as_five_days() -> None:
    found = april(year(1))
    week = found.weeks[1]
    days = [day for day in found.days if week.from_on <= day.on <= week.to_on]
    assert len(days) == 5
    assert week.high - week.low < sum(day.high - day.low for day in days)


def test_what_is_not_known_of_the_level_is_not_known_of_any_day_of_the_week() -> None:
    found = april(last(year(1), LEAST_DAYS))
    week = found.weeks[1]
    widths = [day.high - day.low for day in found.days if week.from_on <= day.on <= week.to_on]
    assert len(widths) == 5
    assert week.high - week.low > 1.08 * math.sqrt(sum(width**2 for width in widths))


def test_a_forecast_is_the_less_certain_the_further_ahead() -> None:
    moved = World(months={5: 1.1, 6: 1.2, 7: 1.1, 8: 0.9, 10: 1.1, 11: 1.2, 12: 1.1})
    found = forecast(invented(moved, 1), CALENDAR, APRIL_2027, APRIL_2027 + timedelta(days=180))
    tuesdays = [(day.high - day.low) / day.mean for day in found.days if day.on.weekday() == 1]
    assert tuesdays[-1] > 1.05 * tuesdays[0]


def test_a_day_has_the_same_forecast_in_a_short_and_in_a_long_range() -> None:
    short = forecast(year(1), CALENDAR, APRIL_2027, APRIL_2027).days[0]
    long = forecast(year(1), CALENDAR, APRIL_2027, APRIL_2027 + timedelta(days=120)).days[0]
    assert long.mean == pytest.approx(short.mean)
    assert (long.low, long.high) == (short.low, short.high)


def test_the_same_history_gives_the_same_forecast() -> None:
    assert april(year(2)) == april(year(2))


# --- what is learned ---


def test_the_month_ahead_is_found_within_a_few_percent_whatever_the_year() -> None:
    errors = [mean_of(found) / truth_of(World(), found) - 1 for found in (april(year(seed)) for seed in range(6))]
    assert max(map(abs, errors)) < 0.06
    assert abs(np.mean(errors)) < 0.025


def test_weekdays_are_found() -> None:
    found = april(invented(World(weekdays=(1.2, 1.1, 1.0, 0.9, 0.8, 0.8, 0.8)), 3))
    ordinary = [on_day(found, date(2027, 4, day)).mean for day in (12, 13, 14, 15, 16)]
    assert all(earlier > later for earlier, later in pairwise(ordinary))
    assert ordinary[0] / ordinary[4] == pytest.approx(1.2 * 1.08 / 0.8, rel=0.1)
    assert effect(found, Factor.WEEKDAY, "金").high < 0.95 < 1.05 < effect(found, Factor.WEEKDAY, "火").ratio


def test_a_day_after_closed_days_has_more_calls_the_more_there_were() -> None:
    found = april(invented(World(level=300.0), 4))
    after = [effect(found, Factor.AFTER_CLOSED, f"{closed}日").ratio for closed in (1, 2, 3, 4)]
    assert after[0] == pytest.approx(1.0, abs=0.06)
    assert after[3] == pytest.approx(1.2, abs=0.08)
    assert after[0] < after[1]
    assert after[2] < after[3]


def test_a_day_after_more_closed_days_than_ever_is_taken_for_the_longest_known() -> None:
    closed = BusinessCalendar(closures={date(2027, 4, day): "改修" for day in range(5, 16)})
    found, usual = april(year(4), closed), april(year(4))
    assert on_day(found, date(2027, 4, 16)).mean > on_day(usual, date(2027, 4, 16)).mean


def test_a_date_with_many_calls_is_found_and_one_without_is_left_alone() -> None:
    def felt_on(on: date) -> bool:
        return 10 in {(on - back * ONE_DAY).day for back in range(closed_before(on, CALENDAR) + 1)}

    found = april(changed(year(5), lambda on, slots: times(slots, 1.5) if felt_on(on) else slots))
    assert effect(found, Factor.PEAK_DATE, "10日").ratio > 1.3
    assert on_day(found, date(2027, 4, 12)).mean > 1.3 * on_day(found, date(2027, 4, 19)).mean  # the 10th: a Saturday
    plain = [one for seed in range(6) for one in april(year(seed)).effects if one.factor is Factor.PEAK_DATE]
    assert len(plain) == 30
    assert np.mean([abs(one.ratio - 1) for one in plain]) < 0.015


def test_the_start_of_the_month_is_found() -> None:
    found = april(changed(year(6), lambda on, slots: times(slots, 1.35) if on.day <= 5 else slots))
    assert effect(found, Factor.MONTH_PART, "月初").ratio == pytest.approx(1.3, abs=0.12)
    assert on_day(found, date(2027, 4, 2)).mean > 1.2 * on_day(found, date(2027, 4, 16)).mean


def test_a_trend_goes_on_for_a_while() -> None:
    world = World(weekly_growth=0.02)
    found = [april(year(seed, weekly_growth=0.02)) for seed in range(6)]
    assert np.mean([mean_of(one) / truth_of(world, one) for one in found]) > 0.96


@pytest.mark.parametrize("weekly_growth", [0.01, -0.01])
def test_a_trend_is_followed_and_fades(weekly_growth: float) -> None:
    history = year(7, weekly_growth=weekly_growth)
    found = april(history)
    assert mean_of(found) == pytest.approx(truth_of(World(weekly_growth=weekly_growth), found), rel=0.08)
    far = forecast(history, CALENDAR, APRIL_2027, date(2028, 3, 31))
    a_year_on = far.days[-1].mean / far.days[0].mean
    assert abs(math.log(a_year_on)) < abs(52 * weekly_growth)


def test_after_a_second_year_the_busy_month_is_expected() -> None:
    world = World(months={7: 1.5})
    history = invented(world, 8, days=450)  # until 24 June of the second year
    july = forecast(history, CALENDAR, date(2027, 6, 25), date(2027, 7, 31)).days[-1]
    first_year = changed(history, lambda on, slots: slots if on >= date(2026, 8, 1) else None)
    unaware = forecast(first_year, CALENDAR, date(2027, 6, 25), date(2027, 7, 31)).days[-1]
    assert july.mean > 1.25 * unaware.mean
    assert not any(
        one.factor is Factor.MONTH for one in forecast(first_year, CALENDAR, date(2027, 7, 1), july.on).effects
    )


def test_the_last_days_of_a_year_are_in_doubt_until_one_was_seen() -> None:
    def halved(on: date, slots: Slots) -> Slots:
        return times(slots, 0.4) if (on.month, on.day) >= (12, 29) else slots

    history = changed(year(14), halved)
    first = on_day(forecast(history, CALENDAR, date(2026, 12, 25), date(2026, 12, 31)), date(2026, 12, 30))
    second = on_day(forecast(history, CALENDAR, date(2027, 12, 27), date(2027, 12, 31)), date(2027, 12, 30))
    assert first.high - first.low > 1.5 * (second.high - second.low)
    assert second.mean == pytest.approx(0.4 * 100, rel=0.35)


def test_what_lies_more_than_two_years_back_is_forgotten() -> None:
    history = invented(World(level=20.0), 15, days=2 * 365 + 30)
    on = date(2028, 5, 15)
    cut = changed(history, lambda day, slots: slots if day >= on - timedelta(days=2 * 366) else None)
    assert len(cut.days) < len(history.days)
    assert forecast(history, CALENDAR, on, on) == forecast(cut, CALENDAR, on, on)


def test_the_course_of_the_day_is_found() -> None:
    slots = on_day(april(year(9)), date(2027, 4, 14)).slots
    found = np.array([slot.mean for slot in slots]) / sum(slot.mean for slot in slots)
    assert np.abs(found * COURSE.sum() / COURSE - 1).max() < 0.3
    assert slots[15].mean < 0.7 * slots[8].mean  # lunch


def test_a_weekday_with_a_course_of_its_own_keeps_it() -> None:
    def mirrored(on: date, slots: Slots) -> Slots:
        return {1020 + OPENS - minute: calls for minute, calls in slots.items()} if on.weekday() == 2 else slots

    found = april(changed(year(10), mirrored))
    wednesday, thursday = on_day(found, date(2027, 4, 14)).slots, on_day(found, date(2027, 4, 15)).slots
    assert wednesday[0].mean < 0.7 * thursday[0].mean
    assert wednesday[-1].mean > 1.4 * thursday[-1].mean


def test_counts_of_half_hours_forecast_the_same_days() -> None:
    fine = year(11)
    halves = {
        on: {
            minute: total({m: c for m, c in slots.items() if m // 30 == minute // 30})
            for minute in range(510, 1035, 30)
        }
        for on, slots in fine.days.items()
    }
    coarse = History(halves, 30)
    for ours, theirs in zip(april(coarse).days, april(fine).days, strict=True):
        assert ours.mean == pytest.approx(theirs.mean, rel=0.01)
        assert len(ours.slots) == QUARTERS
    assert backtest(coarse, CALENDAR, folds=2).slots.coverage > 0.75


# --- unusual hours ---


def test_a_short_day_has_the_calls_of_its_hours() -> None:
    short = BusinessCalendar(extra_openings={date(2027, 4, 14): ExtraOpening("午前のみ", 510, 720)})
    ours, usual = on_day(april(year(1), short), date(2027, 4, 14)), on_day(april(year(1)), date(2027, 4, 14))
    assert [slot.start for slot in ours.slots] == list(range(510, 720, 15))
    assert ours.mean == pytest.approx(sum(slot.mean for slot in usual.slots[:14]), rel=0.02)


def test_an_opening_off_the_grid_has_its_first_and_last_minutes_only() -> None:
    odd = BusinessCalendar(extra_openings={date(2027, 4, 14): ExtraOpening("臨時", 520, 1030)})
    ours, usual = on_day(april(year(1), odd), date(2027, 4, 14)).slots, on_day(april(year(1)), date(2027, 4, 14)).slots
    assert [slot.start for slot in ours[:2]] == [520, 525]
    assert ours[0].mean == pytest.approx(usual[0].mean / 3, rel=0.02)
    assert ours[-1].mean == pytest.approx(usual[-1].mean * 2 / 3, rel=0.02)


def test_an_opening_within_one_quarter_begins_when_it_begins() -> None:
    odd = BusinessCalendar(extra_openings={date(2027, 4, 14): ExtraOpening("臨時", 620, 625)})
    assert [slot.start for slot in on_day(april(year(1), odd), date(2027, 4, 14)).slots] == [620]


def test_an_opening_beyond_known_hours_goes_on_as_at_their_edge() -> None:
    late = BusinessCalendar(extra_openings={date(2027, 4, 14): ExtraOpening("夜間", 510, 1140)})
    slots = on_day(april(year(1), late), date(2027, 4, 14)).slots
    beyond = [slot.mean for slot in slots[QUARTERS:]]
    assert len(beyond) == 7
    assert beyond == pytest.approx([beyond[0]] * 7)
    assert beyond[0] == pytest.approx(slots[QUARTERS - 1].mean, rel=0.4)


def test_a_first_saturday_is_forecast_with_more_doubt_than_a_weekday() -> None:
    saturday = date(2027, 4, 17)
    found = april(year(1), BusinessCalendar(extra_openings={saturday: ExtraOpening("休日開庁", 510, 1035)}))
    opened, friday = on_day(found, saturday), on_day(found, date(2027, 4, 16))
    assert (opened.high - opened.low) / opened.mean > 1.1 * (friday.high - friday.low) / friday.mean
    assert not any(one.label == "土曜日" for one in found.effects)


def test_short_days_of_the_past_do_not_pull_full_days_down() -> None:
    fridays = [on for on in year(1).days if on.weekday() == 4]
    short = BusinessCalendar(extra_openings={on: ExtraOpening("短縮", 510, 720) for on in fridays})
    cut = changed(
        year(1), lambda on, slots: {m: c for m, c in slots.items() if m < 720} if on.weekday() == 4 else slots
    )
    ours, usual = april(cut, short), april(year(1))
    assert mean_of(ours) == pytest.approx(mean_of(usual), rel=0.03)
    assert on_day(ours, date(2027, 4, 16)).mean == pytest.approx(on_day(usual, date(2027, 4, 16)).mean, rel=0.06)


def test_what_was_counted_on_closed_days_or_outside_the_hours_is_not_used() -> None:
    littered = {on: {**slots, 300: 40, 1200: 40} for on, slots in year(1).days.items()}
    assert april(History({**littered, date(2026, 5, 5): {600: 900}})) == april(year(1))


def test_hours_that_came_with_a_higher_level_are_not_taken_for_busier() -> None:
    since, evening = date(2027, 1, 4), range(1035, 1095, 15)
    opened = CALENDAR.open_days(since, date(2027, 4, 30))
    longer = BusinessCalendar(extra_openings={on: ExtraOpening("夜間", 510, 1095) for on in opened})

    def with_evening(on: date, slots: Slots) -> Slots:
        return {**slots, **{minute: slots.get(minute - 135, 0) for minute in evening if on >= since}}

    slots = on_day(april(changed(year(16, weekly_growth=0.02), with_evening), longer), date(2027, 4, 14)).slots
    means = {slot.start: slot.mean for slot in slots}
    assert sum(means[minute] for minute in evening) == pytest.approx(
        sum(means[minute - 135] for minute in evening), rel=0.15
    )


# --- days that are not like others ---


@pytest.mark.parametrize("factor", [0.0, 0.2, 6.0, 30.0])
@pytest.mark.parametrize("back", [1, 4, 90])
def test_one_wild_day_moves_the_forecast_by_less_than_two_percent(factor: float, back: int) -> None:
    wild = sorted(year(3).days)[-back]
    found = april(changed(year(3), lambda on, slots: times(slots, factor) if on == wild else slots))
    assert mean_of(found) == pytest.approx(mean_of(april(year(3))), rel=0.02)
    assert wild in found.unusual_on


def test_a_quiet_year_has_hardly_an_unusual_day() -> None:
    assert sum(len(april(year(seed)).unusual_on) for seed in range(6)) <= 3


def test_a_new_level_is_followed_after_two_weeks() -> None:
    since = sorted(year(3).days)[-12]
    found = april(changed(year(3), lambda on, slots: times(slots, 2) if on >= since else slots))
    assert mean_of(found) == pytest.approx(2 * mean_of(april(year(3))), rel=0.1)


def test_a_new_level_at_the_start_of_a_month_is_not_the_months_own() -> None:
    found = april(changed(year(3), lambda on, slots: times(slots, 2) if on >= date(2027, 3, 1) else slots))
    assert mean_of(found) == pytest.approx(2 * mean_of(april(year(3))), rel=0.1)


@pytest.mark.parametrize(("factor", "days"), [(2, 60), (4, 60), (0.3, 60), (2, 30), (4, 30), (4, 12), (8, 12)])
def test_a_level_far_from_the_old_one_is_reached(factor: float, days: int) -> None:
    since = sorted(year(3).days)[-days]
    found = april(changed(year(3), lambda on, slots: times(slots, factor) if on >= since else slots))
    usual = changed(year(3), lambda _on, slots: times(slots, factor))  # rounding to whole calls is the same in both
    assert mean_of(found) == pytest.approx(mean_of(april(usual)), rel=0.15)


def test_missing_days_and_a_long_gap_are_no_zeros() -> None:
    usual = mean_of(april(year(1)))
    assert mean_of(april(changed(year(1), lambda on, slots: slots if on.day % 3 else None))) == pytest.approx(
        usual, rel=0.05
    )
    gap = april(changed(year(1), lambda on, slots: None if date(2026, 12, 20) <= on <= date(2027, 1, 31) else slots))
    assert mean_of(gap) == pytest.approx(usual, rel=0.04)


def test_an_old_history_is_less_certain_than_a_fresh_one() -> None:
    old = april(changed(year(1), lambda on, slots: slots if on < date(2026, 10, 1) else None))
    fresh = april(year(1))
    assert old.until_on == date(2026, 9, 30)
    assert old.days[0].high - old.days[0].low > fresh.days[0].high - fresh.days[0].low


def test_no_calls_ever_means_none_to_come() -> None:
    silent = changed(year(1), lambda _on, _slots: {})
    found = april(silent)
    assert all((day.low, day.high) == (0, 0) and day.mean < 0.05 for day in found.days)
    score = backtest(silent, CALENDAR, folds=2).daily
    assert (score.calls, score.wape, score.naive_wape, score.bias) == (0, None, None, None)
    assert score.coverage == 1


def test_a_call_a_day_is_a_call_a_day() -> None:
    found = april(changed(year(1), lambda _on, _slots: {600: 1}))
    assert mean_of(found) == pytest.approx(len(found.days), rel=0.15)


@pytest.mark.parametrize("level", [0.1, 0.3, 2.0])
def test_few_calls_are_neither_lost_nor_unusual(level: float) -> None:
    world = World(level=level)
    found = [april(invented(world, seed)) for seed in range(8)]
    assert np.mean([mean_of(one) / truth_of(world, one) for one in found]) == pytest.approx(1, abs=0.08)
    assert sum(len(one.unusual_on) for one in found) <= 3


def test_a_steep_start_is_not_carried_on_for_ever() -> None:
    start = last(invented(World(level=20.0, weekly_growth=0.5), 1, date(2027, 1, 18), 73), 50)
    far = forecast(start, CALENDAR, APRIL_2027, date(2027, 12, 31)).days[-1]
    most = max(total(slots) for slots in start.days.values())
    assert most < far.mean < 12 * most
    assert 0 < far.low < far.mean < far.high < 3 * far.mean


def test_a_year_of_leaps_makes_no_numbers_without_end() -> None:
    leaps = changed(year(1), lambda on, slots: times(slots, 40) if on.toordinal() // 14 % 2 else {})
    found = forecast(leaps, CALENDAR, APRIL_2027, date(2028, 3, 31))
    assert all(math.isfinite(day.mean) and day.high < 1_000_000 for day in found.days)


# --- too little ---


@pytest.mark.parametrize("days", [0, 1, 3, LEAST_DAYS - 1])
def test_a_history_of_a_few_days_is_refused_with_their_number(days: int) -> None:
    few = last(year(1), days) if days else History({})
    with pytest.raises(TooLittleHistory, match=f"^{days} open days") as refused:
        april(few)
    assert (refused.value.days, refused.value.needed) == (days, LEAST_DAYS)


def test_days_on_or_after_the_first_forecast_do_not_make_a_history() -> None:
    with pytest.raises(TooLittleHistory):
        forecast(year(1), CALENDAR, sorted(year(1).days)[3], date(2026, 5, 1))


def test_ten_days_are_enough_and_leave_more_doubt_than_a_year() -> None:
    few, many = april(last(year(1), LEAST_DAYS)), april(year(1))
    assert mean_of(few) == pytest.approx(mean_of(many), rel=0.12)
    width = [sum((day.high - day.low) / day.mean for day in found.days) for found in (few, many)]
    assert width[0] > 1.1 * width[1]


@pytest.mark.parametrize(
    ("days", "step", "told"),
    [
        ({APRIL_2026: {600: -1}}, 15, "negative"),
        ({APRIL_2026: {1440: 1}}, 15, "minute"),
        ({APRIL_2026: {-15: 1}}, 15, "minute"),
        ({datetime(2026, 4, 1, tzinfo=UTC): {600: 1}}, 15, "instant"),
        ({}, 0, "length"),
        ({}, 20, "length"),
        ({}, 7 * 15, "length"),
    ],
)
def test_a_history_that_cannot_be_is_refused(days: dict[date, dict[int, int]], step: int, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        History(days, step)


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        forecast(year(1), CALENDAR, APRIL_2027, APRIL_2027 - ONE_DAY)


# --- looking back ---


@cache
def looked_back(scatter: float) -> tuple[Backtest, ...]:
    return tuple(backtest(year(seed, scatter=scatter), CALENDAR) for seed in range(6))


def average(scores: Sequence[float | None]) -> float:
    return float(np.mean([score for score in scores if score is not None]))


def test_poisson_years_are_forecast_nearly_as_well_as_chance_allows() -> None:
    daily, weekly = [one.daily for one in looked_back(0.0)], [one.weekly for one in looked_back(0.0) if one.weekly]
    assert average([one.floor for one in daily]) == pytest.approx(0.077, abs=0.002)
    assert average([one.wape for one in daily]) < 1.12 * average([one.floor for one in daily])
    assert average([one.wape for one in weekly]) < 1.3 * average([one.floor for one in weekly])
    assert abs(average([one.bias for one in daily])) < 0.015


@pytest.mark.parametrize("scatter", [0.0, 0.005, 0.02])
def test_forecasts_beat_the_last_such_weekday_by_days_and_by_weeks(scatter: float) -> None:
    for one in looked_back(scatter):
        assert one.weekly is not None
        assert one.daily.wape is not None
        assert one.daily.naive_wape is not None
        assert one.daily.wape < 0.9 * one.daily.naive_wape
    weekly = [one.weekly for one in looked_back(scatter) if one.weekly]
    assert average([one.wape for one in weekly]) < 0.9 * average([one.naive_wape for one in weekly])


@pytest.mark.parametrize("scatter", [0.0, 0.005, 0.02])
def test_as_many_totals_lie_in_their_intervals_as_promised(scatter: float) -> None:
    daily = [one.daily for one in looked_back(scatter)]
    days = sum(one.count for one in daily)
    covered = sum(one.coverage * one.count for one in daily) / days
    promised = sum(one.expected_coverage * one.count for one in daily) / days
    assert 0.8 <= promised < 0.83
    assert abs(covered - promised) < 3 * math.sqrt(promised * (1 - promised) / days)
    weekly = [one.weekly for one in looked_back(scatter) if one.weekly]
    assert 0.7 < sum(one.coverage * one.count for one in weekly) / sum(one.count for one in weekly) < 0.95


def test_the_scatter_of_days_is_told_from_what_the_factors_explain() -> None:
    histories = [last(year(seed, scatter=0.03), 30) for seed in range(30)]
    found = [predict(past_days(one, CALENDAR), CALENDAR, [APRIL_2027]).fit.dispersion for one in histories]
    # A quarter of the weight is on the usual 0.005: (30 × 0.03 + 10 × 0.005) ÷ 40, less a little for the clipping.
    assert 0.0165 < np.mean(found) < 0.026


def test_a_history_of_weeks_is_open_about_its_doubt() -> None:
    found = [
        backtest(last(year(seed, scatter=scatter), 40), CALENDAR, horizon_days=7, folds=4).daily
        for seed in range(10)
        for scatter in (0.0, 0.02)
    ]
    assert 0.775 < average([one.coverage for one in found]) < 0.88


@pytest.mark.parametrize("scatter", [0.0, 0.02])
def test_as_many_quarters_lie_in_their_intervals_as_whole_numbers_allow(scatter: float) -> None:
    slots = [one.slots for one in looked_back(scatter)]
    assert sum(one.count for one in slots) > 20_000
    assert average([one.coverage for one in slots]) == pytest.approx(
        average([one.expected_coverage for one in slots]), abs=0.01
    )


def test_each_day_is_judged_once_and_weeks_are_whole() -> None:
    found = backtest(year(1), CALENDAR, horizon_days=28, folds=6)
    assert [later - earlier for earlier, later in pairwise(found.origins)] == [timedelta(days=28)] * 5
    judged = [on for on in year(1).days if on >= found.origins[0]]
    assert found.daily.count == len(judged)
    assert found.daily.calls == sum(total(year(1).days[on]) for on in judged)
    assert found.weekly is not None
    assert found.weekly.count == 23  # the last of 24 weeks goes on beyond the data


def test_a_week_with_a_day_of_no_data_is_not_judged_as_a_week() -> None:
    missing = changed(year(1), lambda on, slots: None if on == date(2027, 3, 17) else slots)
    whole, found = backtest(year(1), CALENDAR), backtest(missing, CALENDAR)
    assert whole.weekly is not None
    assert found.weekly is not None
    assert whole.weekly.count - found.weekly.count == 1
    assert whole.daily.count - found.daily.count == 1


def test_horizons_without_a_whole_week_have_no_weekly_score() -> None:
    assert backtest(last(year(1), 20), CALENDAR, horizon_days=3, folds=1).weekly is None
    assert backtest(last(year(1), 20), CALENDAR, horizon_days=9, folds=1).weekly is None  # Tuesday to next Wednesday


def test_what_came_later_changes_no_forecast() -> None:
    day = date(2027, 2, 15)
    other = changed(year(1), lambda on, slots: times(slots, 3) if on >= day else slots)
    assert forecast(other, CALENDAR, day, date(2027, 3, 31)) == forecast(year(1), CALENDAR, day, date(2027, 3, 31))


@settings(max_examples=10, deadline=None)
@given(st.integers(40, 240), st.integers(0, 5))
def test_no_backtest_looks_ahead(place: int, factor: int) -> None:
    """The forecast that stands behind a fold is that of a history cut off at its morning."""
    origin = sorted(year(1).days)[place]
    later = changed(year(1), lambda on, slots: times(slots, factor) if on >= origin else slots)
    cut = changed(year(1), lambda on, slots: slots if on < origin else None)
    end = origin + timedelta(days=27)
    assert forecast(later, CALENDAR, origin, end) == forecast(cut, CALENDAR, origin, end)


def test_a_backtest_judges_the_forecasts_of_its_mornings() -> None:
    found = backtest(year(1), CALENDAR, horizon_days=14, folds=3)
    misses, naive = 0.0, 0.0
    for origin in found.origins:
        made = forecast(year(1), CALENDAR, origin, origin + timedelta(days=13))
        for day in made.days:
            if day.on in year(1).days:
                misses += abs(day.mean - total(year(1).days[day.on]))
                naive += abs(total(year(1).days[last_such(day.on, origin)]) - total(year(1).days[day.on]))
    assert found.daily.wape == pytest.approx(misses / found.daily.calls)
    assert found.daily.naive_wape == pytest.approx(naive / found.daily.calls)


def last_such(on: date, origin: date) -> date:
    return max(day for day in year(1).days if day < origin and day.weekday() == on.weekday())


def test_mornings_with_too_little_behind_them_are_left_out() -> None:
    few = last(year(1), 25)
    assert len(backtest(few, CALENDAR, horizon_days=7, folds=6).origins) == 3
    with pytest.raises(TooLittleHistory):
        backtest(last(year(1), LEAST_DAYS), CALENDAR)
    with pytest.raises(TooLittleHistory):
        backtest(History({}), CALENDAR)


@pytest.mark.parametrize(("horizon_days", "folds"), [(0, 3), (28, 0), (-7, 3)])
def test_a_backtest_of_nothing_is_refused(horizon_days: int, folds: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        backtest(year(1), CALENDAR, horizon_days=horizon_days, folds=folds)


def test_staffing_by_the_forecast_is_held_against_what_was_needed() -> None:
    def two_and_one_above_six(calls: Sequence[float]) -> list[int]:
        return [2 + (one > 6) for one in calls]

    found = backtest(year(1), CALENDAR, staffing=two_and_one_above_six).staffing
    needed = sum(
        calls > 6 for on, slots in year(1).days.items() if on >= date(2026, 10, 19) for calls in slots.values()
    )
    assert found is not None
    assert (found.short, found.most_short, found.over) == (needed, 1, 0)
    assert found.short + found.equal == backtest(year(1), CALENDAR).slots.count
    assert backtest(year(1), CALENDAR, folds=1).staffing is None


# --- chance ---


@pytest.mark.parametrize("mean", [0.3, 1.0, 2.97, 3.0, 104.0, 520.0])
def test_the_floor_is_the_mean_deviation_of_poisson_counts(mean: float) -> None:
    counts = np.arange(int(mean + 12 * math.sqrt(mean)) + 30)
    logs = counts * math.log(mean) - mean - np.array([math.lgamma(count + 1) for count in counts])
    expected = float((np.exp(logs) * np.abs(counts - mean)).sum()) / mean
    assert poisson_floor([mean]) == pytest.approx(expected)
    assert poisson_floor([mean, mean, 0.0]) == pytest.approx(expected)


def test_the_floor_of_no_calls_is_none() -> None:
    assert poisson_floor([]) is None
    assert poisson_floor([0.0]) is None


@pytest.mark.parametrize(
    ("mean", "dispersion", "low", "high"),
    [
        (3.0, 0.0, 1, 5),  # Poisson tables
        (104.0, 0.0, 91, 117),
        (0.05, 0.0, 0, 0),
        (9.0, 1.0, 1, 21),  # geometric: P(N <= n) = 1 - 0.9^(n + 1)
        (2_500.0, 0.0, 2_436, 2_564),
        (5_000.0, 0.0, 4_909, 5_091),
        (100_000.0, 0.0, 99_595, 100_405),
        (100_000.0, 1.0, 10_536, 230_259),  # exponential: -ln 0.9 and -ln 0.1 of the mean
    ],
)
def test_limits_are_the_quantiles_of_the_counts(mean: float, dispersion: float, low: int, high: int) -> None:
    found = limits(np.array([mean]), np.array([dispersion]))
    # Beyond some thousands a smooth curve stands for the counts.
    close = 0.07 if mean > 50_000 and dispersion else 3e-4 if mean > 4_000 else 0.0
    assert found.low[0] == pytest.approx(low, rel=close)
    assert found.high[0] == pytest.approx(high, rel=close)


@given(
    st.lists(st.tuples(st.floats(1e-6, 2_000), st.sampled_from([0.0, 1e-6, 0.01, 0.3, 2.0])), min_size=1, max_size=8)
)
@settings(max_examples=50, deadline=None)
def test_limits_hold_at_least_four_fifths_of_the_counts(cases: list[tuple[float, float]]) -> None:
    means, dispersions = (np.array(column) for column in zip(*cases, strict=True))
    found = limits(means, dispersions)
    assert (found.low <= found.high).all()
    assert (found.probability >= 0.8 - 1e-6).all()
    assert (found.probability <= 1 + 1e-9).all()


def test_limits_agree_with_drawn_counts() -> None:
    rng = np.random.default_rng(5)
    drawn = rng.poisson(40 * rng.gamma(1 / 0.05, 0.05, 200_000))
    found = limits(np.array([40.0]), np.array([0.05]))
    low, high = int(found.low[0]), int(found.high[0])
    assert np.mean((low <= drawn) & (drawn <= high)) == pytest.approx(found.probability[0], abs=0.005)


# --- whatever the history ---

COUNTS = st.dictionaries(st.integers(0, 1439), st.integers(0, 300), max_size=12)


def rounds(data: Mapping[int, Slots]) -> None:
    days = sorted(year(1).days)
    found = april(History({days[place]: slots for place, slots in data.items()}))
    assert len(found.days) == 21
    for day in found.days:
        assert math.isfinite(day.mean)
        assert 0 <= day.low <= day.high
        assert day.mean > 0
        assert sum(slot.mean for slot in day.slots) == pytest.approx(day.mean)
        assert all(0 <= slot.low <= slot.high and slot.mean > 0 for slot in day.slots)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.integers(0, 243), COUNTS, min_size=LEAST_DAYS, max_size=40))
def test_any_history_of_ten_days_has_a_forecast(data: dict[int, dict[int, int]]) -> None:
    rounds(data)


@pytest.mark.soak
@settings(max_examples=2_000, deadline=None)
@given(st.dictionaries(st.integers(0, 243), COUNTS, min_size=LEAST_DAYS, max_size=120))
def test_any_history_of_ten_days_has_a_forecast_in_many_rounds(data: dict[int, dict[int, int]]) -> None:
    rounds(data)


@pytest.mark.soak
@pytest.mark.parametrize("scatter", [0.0, 0.01])
def test_intervals_keep_their_promise_over_many_years(scatter: float) -> None:
    found = [backtest(invented(World(scatter=scatter), seed), CALENDAR).daily for seed in range(100, 160)]
    assert average([one.coverage for one in found]) == pytest.approx(
        average([one.expected_coverage for one in found]), abs=0.025
    )
