"""A day played: against another simulation, against Erlang's formulas, and what it does at breaks and at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.intervals import MinuteRange
from scheduling.shifts import ShiftTimes
from scheduling.simulation import (
    MOST_CALLS,
    MOST_REPLICATIONS,
    Callers,
    DayForecast,
    Runs,
    SlotVolume,
    desk_of,
    draw_callers,
    play,
    simulate_day,
)
from scheduling.staffing import abandonment, asa_seconds, occupancy, service_level

OPENING = (510, 1035)


def shift(start: int = 510, end: int = 1035, *breaks: tuple[int, int]) -> ShiftTimes:
    return ShiftTimes(MinuteRange(start, end), tuple(MinuteRange(*one) for one in breaks))


def day(calls: float = 3.0, aht: float = 300.0, patience: float | None = 120.0) -> DayForecast:
    slots = tuple(SlotVolume(start, calls) for start in range(*OPENING, 15))
    return DayForecast(slots, aht, patience)


def around_the_clock(calls: float, aht: float, patience: float | None) -> DayForecast:
    return DayForecast(tuple(SlotVolume(start, calls) for start in range(0, 1440, 15)), aht, patience)


def callers(*rows: tuple[float, float, float]) -> Callers:
    """One day of calls: minute of arrival, minutes of handling, minutes of patience."""
    arrival, handling, patience = (np.array([column]) * 60.0 for column in zip(*rows, strict=True))
    return Callers(arrival, handling, patience, np.zeros(arrival.shape, dtype=np.int64))


def played(roster: list[ShiftTimes], *rows: tuple[float, float, float]) -> list[tuple[bool, float]]:
    """Of each call whether it is answered, and the minutes it waits."""
    found = play(callers(*rows), desk_of(roster, day()))
    return list(zip(found.answered[0].tolist(), (found.wait[0] / 60).tolist(), strict=True))


class Replay:
    """The same day by events in order of time, in minutes: a queue, and people who are there, away or on a call."""

    def __init__(self, roster: list[ShiftTimes], calls: list[tuple[float, float, float]]) -> None:
        closes = max([OPENING[1], *(part.end for one in roster for part in one.work)])
        self.calls, self.found = calls, [(False, min(patience, closes - at)) for at, _, patience in calls]
        self.there, self.busy, self.last = set[int](), set[int](), [0.0] * len(roster)
        self.queue, self.events = deque[int](), list[tuple[float, int, int]]()
        for person, one in enumerate(roster):
            for part in one.work:
                self.events += [(part.end, 0, person), (part.start, 2, person)]
        self.events += [(call[0], 3, number) for number, call in enumerate(calls)]
        heapify(self.events)

    def run(self) -> list[tuple[bool, float]]:
        acts = (self.there.discard, self.busy.discard, self.there.add, self.queue.append)
        while self.events:
            now, kind, who = heappop(self.events)
            acts[kind](who)
            if self.events and self.events[0][0] == now:
                continue  # all that happens at one moment comes before anybody answers
            while self.queue and self.there - self.busy:
                self.answer(self.queue.popleft(), now)
        return self.found

    def answer(self, number: int, now: float) -> None:
        arrival, handling, patience = self.calls[number]
        if now - arrival > patience:
            return
        person = min(self.there - self.busy, key=lambda one: (self.last[one], one))
        self.busy.add(person)
        self.last[person] = now + handling
        self.found[number] = (True, now - arrival)
        heappush(self.events, (now + handling, 1, person))


@st.composite
def rosters(draw: st.DrawFn) -> list[ShiftTimes]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(500, 900))
        end = draw(st.integers(start + 100, 1060))
        rest = draw(st.integers(start + 10, end - 40))
        found.append(shift(start, end, (rest, rest + draw(st.integers(1, 30)))))
    return found


def assert_equals_a_simulation_by_events(roster: list[ShiftTimes], seed: int, forecast: DayForecast) -> None:
    drawn = draw_callers(forecast, seed, 1)
    found = play(drawn, desk_of(roster, forecast))
    rows = np.stack([drawn.arrival[0], drawn.handling[0], drawn.patience[0]], axis=1) / 60
    expected = Replay(roster, [(float(a), float(h), float(p)) for a, h, p in rows]).run()
    assert found.answered[0].tolist() == [one for one, _ in expected]
    assert (found.wait[0] / 60).tolist() == pytest.approx([wait for _, wait in expected], abs=1e-8)


forecasts = st.builds(day, st.sampled_from([0.3, 2.0, 6.0]), st.just(300.0), st.sampled_from([None, 60.0, 600.0]))


class TestADayPlayed:
    @given(rosters(), st.integers(0, 10_000), forecasts)
    @settings(deadline=None, max_examples=50)
    def test_equals_a_simulation_by_events(self, roster: list[ShiftTimes], seed: int, forecast: DayForecast) -> None:
        assert_equals_a_simulation_by_events(roster, seed, forecast)

    @pytest.mark.soak
    @given(rosters(), st.integers(0, 10_000), forecasts)
    @settings(deadline=None, max_examples=2000)
    def test_equals_a_simulation_by_events_on_thousands_of_days(
        self, roster: list[ShiftTimes], seed: int, forecast: DayForecast
    ) -> None:
        assert_equals_a_simulation_by_events(roster, seed, forecast)

    def test_callers_are_answered_in_the_order_in_which_they_came(self) -> None:
        assert played([shift()], (600, 10, inf), (601, 5, inf), (602, 1, inf)) == [(True, 0), (True, 9), (True, 13)]

    def test_who_hangs_up_makes_way(self) -> None:
        assert played([shift()], (600, 10, inf), (601, 5, 2), (602, 1, inf)) == [(True, 0), (False, 2), (True, 8)]

    def test_a_call_at_a_break_is_finished_and_the_break_ends_as_rostered(self) -> None:
        alone = [shift(510, 1035, (600, 645))]
        assert played(alone, (599, 10, inf), (605, 1, inf)) == [(True, 0), (True, 40)]
        assert played(alone, (599, 60, inf), (605, 1, inf)) == [(True, 0), (True, 54)]

    def test_nobody_begins_a_call_in_the_first_minute_of_a_break(self) -> None:
        assert played([shift(510, 1035, (600, 645))], (600, 1, inf)) == [(True, 45)]
        assert played([shift(510, 1035, (600, 645))], (599.99, 1, inf)) == [(True, 0)]

    def test_who_still_waits_when_the_last_one_has_gone_is_abandoned_at_the_close(self) -> None:
        assert played([shift(510, 1000)], (990, 20, inf), (995, 1, inf), (1005, 1, 7)) == [
            (True, 0),
            (False, 40),
            (False, 7),
        ]

    def test_a_shift_beyond_the_last_slot_still_answers_those_who_wait(self) -> None:
        assert played([shift(510, 1050)], (1030, 15, inf), (1034, 1, inf)) == [(True, 0), (True, 11)]
        assert played([shift(510, 1050)], (1030, 25, inf), (1034, 1, inf)) == [(True, 0), (False, 16)]

    def test_work_in_a_break_or_after_the_shift_is_not_rostered_time(self) -> None:
        found = play(callers((595, 10, inf), (1030, 60, inf)), desk_of([shift(510, 1035, (600, 645))], day()))
        assert found.busy.tolist() == [600.0]  # 5 minutes before the break and 5 before the end


class TestFigures:
    @pytest.mark.parametrize(
        ("calls", "aht", "agents", "patience"),
        [(50, 180, 14, None), (30, 180, 8, None), (50, 180, 10, 300.0), (6, 300, 3, 60.0), (20, 300, 5, 120.0)],
    )
    def test_of_a_constant_load_are_those_of_erlang(
        self, calls: float, aht: float, agents: int, patience: float | None
    ) -> None:
        """Many days give a mean and its standard error; the first and last hours, when the desk fills up and closes,
        are left out."""
        forecast = around_the_clock(calls, aht, patience)
        desk, drawn = desk_of([shift(0, 1440)] * agents, forecast), draw_callers(forecast, 20260601, 60)
        found = play(drawn, desk)
        steady = (drawn.slot >= 20) & (drawn.slot < 88)
        answered, offered = (found.answered & steady).sum(axis=1), steady.sum(axis=1)
        asked = (calls, 900, aht, agents)
        prompt = (found.answered & steady & (found.wait <= 20)).sum(axis=1)
        assert_near(prompt / offered, service_level(*asked, 20, patience))
        assert_near(1 - answered / offered, abandonment(*asked, patience))
        assert_near((found.wait * (found.answered & steady)).sum(axis=1) / answered, asa_seconds(*asked, patience))
        assert_near(found.busy / (agents * 86_400), occupancy(*asked, patience), 0.005)

    def test_are_the_same_for_the_same_seed_only(self) -> None:
        roster = [shift(), shift()]
        assert simulate_day(roster, day(), 7) == simulate_day(roster, day(), 7)
        assert simulate_day(roster, day(), 7) != simulate_day(roster, day(), 8)

    def test_of_two_rosters_are_of_the_same_days(self) -> None:
        fewer, more = (simulate_day([shift()] * count, day(), 7) for count in (2, 3))
        assert fewer.offered == more.offered
        assert fewer.abandoned.mean > more.abandoned.mean
        assert mean(fewer.service_level) < mean(more.service_level)

    def test_longer_calls_come_at_the_same_times(self) -> None:
        short, long = (draw_callers(day(aht=aht), 3, 5) for aht in (300.0, 600.0))
        assert (short.arrival == long.arrival).all()
        assert (2 * short.handling == long.handling).all()

    def test_add_up(self) -> None:
        found = simulate_day([shift(510, 1035, (720, 780)), shift()], day(), 1)
        assert found.replications == 200
        assert found.answered.mean + found.abandoned.mean == pytest.approx(found.offered.mean)
        assert sum(one.offered.mean for one in found.slots) == pytest.approx(found.offered.mean)
        assert sum(one.abandoned.mean for one in found.slots) == pytest.approx(found.abandoned.mean)
        weighted = sum(mean(one.service_level) * one.offered.mean for one in found.slots)
        assert weighted / found.offered.mean == pytest.approx(mean(found.service_level))
        assert [one.start_minute for one in found.slots] == list(range(*OPENING, 15))

    def test_bring_as_many_calls_as_were_forecast(self) -> None:
        found = simulate_day([], day(3.0), 5, Runs(1000))
        assert found.offered.mean == pytest.approx(105, abs=4 * (105 / 1000) ** 0.5)
        assert found.offered.low == pytest.approx(105 - 1.2816 * 105**0.5, abs=1.5)
        assert found.offered.high == pytest.approx(105 + 1.2816 * 105**0.5, abs=1.5)

    def test_show_the_lunch_hour_of_a_desk_that_all_leave_at_once(self) -> None:
        found = simulate_day([shift(510, 1035, (720, 780))] * 3, day(), 1)
        levels = {one.start_minute: mean(one.service_level) for one in found.slots}
        assert max(levels[minute] for minute in (720, 735, 750)) < 0.1
        assert levels[705] > 0.8 < levels[810]

    def test_of_nobody_at_the_desk_are_all_calls_lost(self) -> None:
        found = simulate_day([], day(patience=None), 1)
        assert (found.answered.mean, found.abandoned.mean) == (0, found.offered.mean)
        assert (mean(found.service_level), found.asa_seconds, found.occupancy) == (0, None, None)
        assert found.longest_wait_seconds.high <= (OPENING[1] - OPENING[0]) * 60

    def test_of_no_calls_have_nothing_to_divide_by(self) -> None:
        found = simulate_day([shift()], day(0.0), 1)
        assert (found.offered.mean, found.longest_wait_seconds.high) == (0, 0)
        assert (found.service_level, found.asa_seconds, mean(found.occupancy)) == (None, None, 0)
        assert found.slots[0].service_level is None

    def test_count_a_wait_of_just_the_threshold_as_in_time(self) -> None:
        forecast = DayForecast((SlotVolume(510, 40),), 1.0, None, threshold_seconds=0.0)
        assert mean(simulate_day([shift()] * 40, forecast, 1).service_level) > 0.99

    @given(rosters(), st.integers(0, 1000), st.sampled_from([None, 90.0]))
    @settings(deadline=None, max_examples=30)
    def test_keep_within_their_bounds(self, roster: list[ShiftTimes], seed: int, patience: float | None) -> None:
        found = simulate_day(roster, day(patience=patience), seed, Runs(5))
        for share in (found.service_level, found.occupancy, *(one.service_level for one in found.slots)):
            assert share is None or 0 <= share.low <= share.high <= 1
            assert share is None or 0 <= share.mean <= 1
        assert found.longest_wait_seconds.high <= (1060 - OPENING[0]) * 60


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: SlotVolume(-15, 1), "start_minute"),
        (lambda: SlotVolume(1426, 1), "start_minute"),
        (lambda: SlotVolume(510, -1), "calls"),
        (lambda: SlotVolume(510, float("nan")), "calls"),
        (lambda: SlotVolume(510, MOST_CALLS + 1), "calls"),
        (lambda: DayForecast((), 300), "at least one slot"),
        (lambda: DayForecast((SlotVolume(510, 1), SlotVolume(510, 1)), 300), "overlapping"),
        (lambda: DayForecast((SlotVolume(525, 1), SlotVolume(510, 1)), 300), "follow"),
        (lambda: DayForecast((SlotVolume(510, 1),), 0), "aht_seconds"),
        (lambda: DayForecast((SlotVolume(510, 1),), inf), "aht_seconds"),
        (lambda: DayForecast((SlotVolume(510, 1),), 300, 0), "patience_seconds"),
        (lambda: DayForecast((SlotVolume(510, 1),), 300, None, -1), "threshold_seconds"),
        (lambda: Runs(0), "replications"),
        (lambda: Runs(MOST_REPLICATIONS + 1), "replications"),
        (lambda: simulate_day([], day(), -1), "seed"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(call: Callable[[], Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        call()


def mean(found: Any) -> float:
    assert found is not None
    return float(found.mean)


def assert_near(values: Any, expected: float, start: float = 0.0) -> None:
    """Within four standard errors, and the share that the empty desk at the start of a day may cost."""
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    assert abs(float(np.mean(values)) - expected) <= 4 * error + start * expected + 1e-9
