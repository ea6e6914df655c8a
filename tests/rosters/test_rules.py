from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.rosters.rules import (
    FUTURE,
    PAST,
    Cut,
    Mark,
    Presence,
    PunchKind,
    StaffRole,
    allowed,
    break_allowance,
    break_minutes,
    fewest_by_slot,
    first_fault,
    judged,
    next_presence,
    operators_present,
    order_key,
    presence_after,
    record_of,
    refusal,
    remarks,
    shortages,
)
from scheduling.intervals import MinuteRange, total_minutes
from tests.rosters.factories import at, marks, minute, record, span

HOURS = span("8:30-17:15")
DAY = [HOURS]
LUNCH = [span("12:00-13:00")]
OPERATOR, DEPUTY, SUPERVISOR = StaffRole.OPERATOR, StaffRole.DEPUTY, StaffRole.SUPERVISOR


# --- which punch may follow ---


@pytest.mark.parametrize(
    ("presence", "kinds"),
    [
        (Presence.AWAY, [PunchKind.IN]),
        (Presence.WORKING, [PunchKind.BREAK_START, PunchKind.OUT]),
        (Presence.ON_BREAK, [PunchKind.BREAK_END]),
    ],
)
def test_only_these_punches_may_follow(presence: Presence, kinds: list[PunchKind]) -> None:
    assert list(allowed(presence)) == kinds


@pytest.mark.parametrize("presence", list(Presence))
@pytest.mark.parametrize("kind", list(PunchKind))
def test_every_punch_is_either_allowed_or_refused_in_words(presence: Presence, kind: PunchKind) -> None:
    assert (next_presence(presence, kind) is None) == (refusal(presence, kind) is not None)


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        ("in 8:30, rest 12:00, back 13:00, out 17:15", None),
        ("in 8:30, out 12:00, in 13:00", None),
        ("", None),
        ("out 17:15", "out 17:15"),
        ("in 8:30, in 8:40", "in 8:40"),
        ("rest 12:00, in 13:00", "rest 12:00"),
        ("in 8:30, back 13:00", "back 13:00"),
        ("in 8:30, rest 12:00, out 17:15", "out 17:15"),
        ("in 8:30, rest 12:00, rest 12:30", "rest 12:30"),
        ("in 8:30, out 17:15, back 17:20", "back 17:20"),
    ],
)
def test_the_first_impossible_punch_of_a_day_is_found(day: str, fault: str | None) -> None:
    found = first_fault(marks(day))
    assert (None if found is None else found[0]) == (None if fault is None else marks(fault)[0])


def test_at_one_instant_what_ends_comes_before_what_starts() -> None:
    noon = at("12:00")
    kinds = [PunchKind.BREAK_START, PunchKind.IN, PunchKind.OUT, PunchKind.BREAK_END]
    ordered = sorted(kinds, key=lambda kind: order_key(noon, kind))
    assert ordered == [PunchKind.BREAK_END, PunchKind.OUT, PunchKind.IN, PunchKind.BREAK_START]


# --- what punches amount to ---


def test_breaks_are_taken_off_the_worked_time() -> None:
    found = record("in 8:30, rest 12:00, back 13:00, out 17:15", PAST)
    assert found.worked_minutes == 525 - 60
    assert [(one.start, one.end) for one in found.actual] == [(510, 1035)]
    assert [(one.start, one.end) for one in found.breaks] == [(720, 780)]
    assert not found.open_end


def test_a_day_that_goes_on_counts_up_to_now() -> None:
    found = record("in 8:30", Cut(minute("9:30")))
    assert (found.worked_minutes, found.open_end) == (60, True)
    assert found.actual[0].end is None


def test_someone_on_break_now_gains_no_minute() -> None:
    assert record("in 8:30, rest 12:00", Cut(minute("12:40"))).worked_minutes == 210


@pytest.mark.parametrize(
    ("day", "worked"),
    [("in 8:30", 0), ("in 8:30, rest 12:00, back 13:00", 210), ("in 8:30, rest 12:00", 210)],
)
def test_after_a_forgotten_punch_only_what_is_known_counts(day: str, worked: int) -> None:
    found = record(day, PAST)
    assert (found.worked_minutes, found.open_end) == (worked, True)


def test_what_began_and_ended_in_one_minute_is_no_time() -> None:
    found = record("in 8:30, rest 9:00, back 9:00, out 9:00", PAST)
    assert (found.worked_minutes, found.breaks) == (30, ())


def test_the_last_minute_of_the_day_counts() -> None:
    assert record("in 23:58, out 23:59", PAST).worked_minutes == 1


POSSIBLE = st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1)), max_size=12)


def _possible_day(drawn: list[tuple[int, int]]) -> list[Mark]:
    """Any sequence of punches in which each may follow the one before."""
    day: list[Mark] = []
    for at_minute, choice in sorted(drawn):
        kinds = allowed(presence_after(day))
        day.append(Mark(kinds[choice % len(kinds)], at_minute))
    return day


@given(POSSIBLE, st.integers(0, 1440))
@settings(max_examples=50, deadline=None)
def test_worked_time_is_presence_less_breaks(drawn: list[tuple[int, int]], now: int) -> None:
    day = _possible_day(drawn)
    cut = Cut(max([now, *(mark.minute for mark in day)]))
    found = record_of(day, cut)
    closed = [(one.start, cut.minute if one.end is None else one.end) for one in found.actual]
    rest = [(one.start, cut.minute if one.end is None else one.end) for one in found.breaks]
    assert first_fault(day) is None
    assert found.worked_minutes == sum(b - a for a, b in closed) - sum(b - a for a, b in rest)


@given(POSSIBLE)
@settings(max_examples=50, deadline=None)
def test_a_minute_is_worked_exactly_when_the_state_after_its_punches_is_working(
    drawn: list[tuple[int, int]],
) -> None:
    day = _possible_day(drawn)
    found = record_of(day, Cut(1440))
    for at_minute in range(0, 1440, 7):
        state = presence_after([mark for mark in day if mark.minute <= at_minute])
        assert any(at_minute in one for one in found.present) == (state is Presence.WORKING)


# --- plan against record ---


@pytest.mark.parametrize(
    ("day", "cut", "said"),
    [
        ("in 8:30, rest 12:00, back 13:00, out 17:15", PAST, []),
        ("in 8:29, rest 12:00, back 13:00, out 17:16", PAST, []),
        ("in 8:31, rest 12:00, back 13:00, out 17:15", PAST, ["遅刻 1分"]),
        ("in 8:30, rest 12:00, back 13:00, out 17:14", PAST, ["早退 1分"]),
        ("", PAST, ["欠勤"]),
        ("", Cut(minute("8:30")), []),
        ("", Cut(minute("8:31")), ["未出勤 1分"]),
        ("", Cut(minute("17:15")), ["欠勤"]),
        ("", FUTURE, []),
        ("in 8:30, rest 12:00, back 13:00", PAST, ["打刻もれ（退勤）"]),
        ("in 8:30, rest 12:00", PAST, ["打刻もれ（休憩終了・退勤）"]),
        ("in 8:30, rest 12:00", Cut(minute("12:30")), []),
        ("in 8:30, out 17:15", PAST, ["休憩の打刻なし"]),
        ("in 8:30, out 12:30", PAST, ["早退 285分"]),
        ("in 17:15, out 18:00", PAST, ["欠勤"]),
        ("in 8:30, rest 12:00, back 13:01, out 17:15", PAST, ["休憩超過 1分"]),
        ("in 8:30, rest 14:00, back 15:00, out 17:15", PAST, []),
        ("in 8:30, rest 12:00, back 12:40, rest 15:00, back 15:21, out 17:15", PAST, ["休憩超過 1分"]),
        ("in 8:30, rest 12:00", Cut(minute("13:00")), []),
        ("in 8:30, rest 12:00", Cut(minute("13:05")), ["休憩超過 5分"]),
        ("in 8:30, rest 12:00, back 13:10, rest 15:00", PAST, ["打刻もれ（休憩終了・退勤）", "休憩超過 10分"]),
        ("in 8:30, rest 12:00, back 13:10, out 17:00", PAST, ["早退 15分", "休憩超過 10分"]),
    ],
)
def test_late_early_absent_and_forgotten_are_derived(day: str, cut: Cut, said: list[str]) -> None:
    found = remarks(DAY, LUNCH, record(day, cut), cut)
    assert [remark.text for remark in found] == said


def test_each_shift_of_a_split_day_is_judged_by_itself() -> None:
    planned = [span("8:30-12:00"), span("13:00-17:15")]
    found = remarks(planned, [], record("in 8:30, out 12:00, in 13:05, out 17:15", PAST), PAST)
    assert [remark.text for remark in found] == ["遅刻 5分"]


def test_work_without_a_plan_is_said() -> None:
    found = remarks([], [], record("in 9:00, out 10:00", PAST), PAST)
    assert [remark.text for remark in found] == ["予定外の出勤"]


@pytest.mark.parametrize(
    ("planned", "breaks", "minutes"),
    [
        ("8:30-14:30", [], 0),
        ("8:30-14:31", [], 45),
        ("8:30-16:30", [], 45),
        ("8:30-16:31", [], 60),
        ("8:30-17:15", ["12:00-12:50", "15:00-15:10"], 60),
        ("8:30-17:15", ["12:00-12:30"], 30),
    ],
)
def test_a_day_allows_the_planned_breaks_and_without_any_those_of_the_law(
    planned: str, breaks: list[str], minutes: int
) -> None:
    assert break_allowance([span(planned)], [span(one) for one in breaks]) == minutes


def test_without_a_planned_break_only_what_passes_the_lawful_one_is_too_long() -> None:
    at_limit, beyond = (record(f"in 8:30, rest 12:00, back {back}, out 17:15", PAST) for back in ("13:00", "13:02"))
    assert remarks(DAY, [], at_limit, PAST) == ()
    assert [one.text for one in remarks(DAY, [], beyond, PAST)] == ["休憩超過 2分"]


def test_nobody_takes_too_long_a_break_on_a_day_without_a_plan() -> None:
    found = remarks([], [], record("in 9:00, rest 10:00, back 13:00, out 14:00", PAST), PAST)
    assert [one.text for one in found] == ["予定外の出勤"]


@given(POSSIBLE, st.integers(0, 1440))
@settings(max_examples=50, deadline=None)
def test_presence_is_worked_time_and_break_time_and_nothing_else(drawn: list[tuple[int, int]], now: int) -> None:
    day = _possible_day(drawn)
    cut = Cut(max([now, *(mark.minute for mark in day)]))
    found = record_of(day, cut)
    there = sum((cut.minute if one.end is None else one.end) - one.start for one in found.actual)
    assert found.worked_minutes + break_minutes(found, cut) == there


# --- the minimum (003 clause 6) ---


def _short(*days: tuple[StaffRole, str], cut: Cut = PAST) -> list[tuple[str, int]]:
    runs = operators_present([(role, record(day, cut)) for role, day in days], judged(HOURS, cut))
    return [(f"{one.span.start}-{one.span.end}", one.present) for one in shortages(runs, 2)]


WHOLE = "in 8:30, out 17:15"


def test_two_operators_the_whole_day_are_enough() -> None:
    assert _short((OPERATOR, WHOLE), (OPERATOR, WHOLE)) == []


@pytest.mark.parametrize("role", [SUPERVISOR, DEPUTY])
def test_the_responsible_person_and_a_deputy_never_count(role: StaffRole) -> None:
    assert _short((OPERATOR, WHOLE), (role, WHOLE)) == [("510-1035", 1)]


def test_one_minute_late_is_one_minute_short() -> None:
    assert _short((OPERATOR, WHOLE), (OPERATOR, "in 8:31, out 17:15")) == [("510-511", 1)]


def test_the_minute_before_opening_and_the_closing_minute_are_not_judged() -> None:
    assert _short((OPERATOR, "in 8:30, out 17:15"), (OPERATOR, "in 8:00, out 17:15")) == []
    assert _short((OPERATOR, WHOLE), (OPERATOR, "in 8:30, out 17:14")) == [("1034-1035", 1)]


def test_two_operators_with_staggered_lunches_are_one_through_both() -> None:
    first, second = "in 8:30, rest 12:00, back 13:00, out 17:15", "in 8:30, rest 13:00, back 14:00, out 17:15"
    assert _short((OPERATOR, first), (OPERATOR, second)) == [("720-840", 1)]


def test_breaks_that_touch_leave_three_operators_at_two() -> None:
    days = [f"in 8:30, rest {h}:00, back {h + 1}:00, out 17:15" for h in (11, 12, 13)]
    assert _short(*((OPERATOR, day) for day in days)) == []


def test_two_on_break_together_are_told_apart_from_one() -> None:
    first, second = "in 8:30, rest 12:00, back 13:00, out 17:15", "in 8:30, rest 12:30, back 13:00, out 17:15"
    assert _short((OPERATOR, first), (OPERATOR, second)) == [("720-750", 1), ("750-780", 0)]


def test_a_forgotten_punch_proves_no_presence() -> None:
    assert _short((OPERATOR, WHOLE), (OPERATOR, "in 8:30, rest 12:00, back 13:00")) == [("720-1035", 1)]


def test_minutes_that_are_still_to_come_are_not_judged() -> None:
    nine = Cut(minute("9:00"))
    assert _short((OPERATOR, "in 8:30"), cut=nine) == [("510-540", 1)]
    assert _short(cut=Cut(minute("8:30"))) == []
    assert _short(cut=FUTURE) == []


def test_a_closed_day_is_not_judged() -> None:
    assert judged(None, PAST) is None
    assert operators_present([(OPERATOR, record(WHOLE, PAST))], None) == ()


def test_a_quarter_shows_the_fewest_who_were_in_it() -> None:
    cut = Cut(minute("9:00"))
    runs = operators_present([(OPERATOR, record("in 8:40", cut))], judged(HOURS, cut))
    shown = fewest_by_slot(runs, HOURS)
    assert [count for _, count in shown[:3]] == [0, 1, None]
    assert (len(shown), shown[-1][0]) == (35, span("17:00-17:15"))


@given(st.lists(POSSIBLE, max_size=4), st.integers(0, 1440))
@settings(max_examples=40, deadline=None)
def test_shortages_are_the_minutes_with_fewer_than_two(days: list[list[tuple[int, int]]], now: int) -> None:
    cut = Cut(now)
    records = [record_of(_possible_day(drawn), cut) for drawn in days]
    within = judged(HOURS, cut)
    short = shortages(operators_present([(OPERATOR, one) for one in records], within), 2)
    minutes = range(within.start, within.end) if within else range(0)
    counted = [sum(any(m in part for part in one.present) for one in records) for m in minutes]
    assert total_minutes(one.span for one in short) == sum(count < 2 for count in counted)
    assert all(isinstance(one.span, MinuteRange) and one.present < 2 for one in short)
