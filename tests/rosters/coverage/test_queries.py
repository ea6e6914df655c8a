"""Days judged many at a time: the same as one by one, and every edge of who counts."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.audit.service import system_actor
from callcenter.clock import instant_of
from callcenter.contracts import service as contracts
from callcenter.contracts.rules import ExceptionKind
from callcenter.extensions import db, new_id
from callcenter.rosters import queries as rosters
from callcenter.rosters.coverage import queries
from callcenter.rosters.months.models import LeaveRequest
from callcenter.rosters.papers import service as papers
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import counted as executed
from tests.centre import Centre
from tests.rosters.coverage.factories import WHOLE_DAY, judged, noted, spans, two_operators, worked
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, TUESDAY, add_staff, at, shift, span, training_of

EVENING = at("18:00")
ALL_DAY = "in 8:25, out 17:20"
SATURDAY = date(2026, 6, 6)


def leave(
    centre: Centre, staff_id: UUID, from_on: date, to_on: date, state: str = "approved", kind: str = "paid"
) -> None:
    with centre.inside(), transaction():
        decided = centre.now if state in {"approved", "refused"} else None
        row = LeaveRequest(
            contract_id=centre.contract_id,
            id=new_id(),
            staff_id=staff_id,
            kind=kind,
            from_on=from_on,
            to_on=to_on,
            state=state,
            requested_at=centre.now,
            decided_at=decided,
        )
        db.session.add(row)


# --- who counts ---


def test_exactly_two_operators_present_are_no_shortage(centre: Centre) -> None:
    centre.at(EVENING)
    two_operators(centre, "in 8:30, out 17:15", "in 8:30, out 17:15")
    day = judged(centre)
    assert (day.stretches, day.fewest, day.minutes.below) == ((), 2, 0)
    assert (day.minutes.judged, day.minutes.share) == (525, 1.0)


def test_a_gap_of_one_minute_is_found(centre: Centre) -> None:
    centre.at(EVENING)
    two_operators(centre, ALL_DAY, "in 8:30, out 12:00, in 12:01, out 17:15")
    day = judged(centre)
    assert spans(day.stretches) == ["12:00-12:01"]
    assert (day.stretches[0].fewest, day.minutes.below, day.minutes.share) == (1, 1, 0.998)


@pytest.mark.parametrize("role", [StaffRole.SUPERVISOR, StaffRole.DEPUTY])
def test_neither_supervisor_nor_deputy_counts_towards_the_two(centre: Centre, role: StaffRole) -> None:
    centre.at(EVENING)
    two_operators(centre, ALL_DAY, "in 8:30, out 16:00")
    worked(centre, add_staff(centre, "S01", "業務 責任", role), ALL_DAY, shift(WHOLE_DAY))
    assert spans(judged(centre).stretches) == ["16:00-17:15"]


def test_who_is_on_break_is_not_there(centre: Centre) -> None:
    centre.at(EVENING)
    two_operators(centre, ALL_DAY, "in 8:30, rest 12:00, back 13:00, out 17:15")
    assert spans(judged(centre).stretches) == ["12:00-13:00"]


def test_who_forgot_to_punch_out_is_known_until_the_last_punch_only(centre: Centre) -> None:
    centre.at(EVENING + timedelta(days=1))
    two_operators(centre, ALL_DAY, "in 8:30, rest 12:00, back 13:00")
    assert spans(judged(centre).stretches) == ["12:00-17:15"]


def test_an_operator_counts_from_the_first_to_the_last_day_assigned(sqlite_centre: Centre) -> None:
    sqlite_centre.at(EVENING + timedelta(days=1))
    worked(sqlite_centre, add_staff(sqlite_centre, "P03"), ALL_DAY)
    ended = add_staff(sqlite_centre, "P04", ends_on=FRIDAY_BEFORE)
    worked(sqlite_centre, ended, ALL_DAY)
    assert judged(sqlite_centre).fewest == 1


# --- plan ---


def test_the_plan_is_held_against_the_minimum_with_its_breaks_taken_off(centre: Centre) -> None:
    for code in ("P01", "P02"):
        worked(centre, add_staff(centre, code), "", shift(WHOLE_DAY, "12:00-13:00"), TUESDAY)
    day = judged(centre, TUESDAY)
    assert [(one.span, one.present) for one in day.planned_shortages] == [(span("12:00-13:00"), 0)]
    assert (day.minutes.planned_below, day.planned_fewest) == (60, 0)
    assert (day.judged, day.minutes.below, day.minutes.share) == (None, 0, None)


@pytest.mark.parametrize("role", [StaffRole.SUPERVISOR, StaffRole.DEPUTY])
def test_neither_supervisor_nor_deputy_is_planned_towards_the_two(sqlite_centre: Centre, role: StaffRole) -> None:
    for code, who in (("P01", StaffRole.OPERATOR), ("S01", role)):
        worked(sqlite_centre, add_staff(sqlite_centre, code, role=who), "", shift(WHOLE_DAY), TUESDAY)
    assert judged(sqlite_centre, TUESDAY).minutes.planned_below == 525


@pytest.mark.parametrize(("state", "below"), [("approved", 525), ("requested", 0), ("refused", 0)])
def test_who_is_on_approved_leave_is_not_planned(centre: Centre, state: str, below: int) -> None:
    staff = two_operators(centre, "", "", TUESDAY)
    leave(centre, staff[1], MONDAY, TUESDAY, state)
    assert judged(centre, TUESDAY).minutes.planned_below == below


def test_leave_ends_with_its_last_day(sqlite_centre: Centre) -> None:
    staff = two_operators(sqlite_centre, "", "", TUESDAY)
    leave(sqlite_centre, staff[1], FRIDAY_BEFORE, MONDAY)
    assert judged(sqlite_centre, TUESDAY).minutes.planned_below == 0


def test_a_day_for_which_nobody_was_planned_has_no_planned_shortage(sqlite_centre: Centre) -> None:
    add_staff(sqlite_centre, "P01")
    day = judged(sqlite_centre, TUESDAY)
    assert (day.planned, day.planned_fewest, day.minutes.planned_below) == ((), None, 0)


# --- how much is judged ---


def test_a_closed_day_has_nothing_to_judge(centre: Centre) -> None:
    centre.at(at("18:00", SATURDAY))
    day = judged(centre, SATURDAY)
    assert (day.hours, day.judged, day.stretches) == (None, None, ())
    assert (day.minutes.days, day.minutes.opened) == (0, 0)
    assert day.closed_because


def test_shortened_opening_hours_are_what_is_judged(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    with centre.inside(), transaction():
        opening = contracts.DayException(SATURDAY, ExceptionKind.OPEN, "臨時開庁", "市民課長", 540, 720)
        contracts.except_day(opening, by=supervisor.actor, at=centre.now)
    centre.at(at("18:00", SATURDAY))
    two_operators(centre, "in 9:00, out 12:00", "in 9:10, out 12:00", SATURDAY)
    day = judged(centre, SATURDAY)
    assert spans(day.stretches) == ["9:00-9:10"]
    assert (day.minutes.opened, day.minutes.judged, day.minutes.planned_below) == (180, 180, 0)


def test_today_is_judged_up_to_now(centre: Centre) -> None:
    two_operators(centre, "in 8:30", "in 8:40")
    for clock, judged_minutes, below in (("8:30", 0, 0), ("8:31", 1, 1), ("9:30", 60, 10), ("23:59", 525, 10)):
        centre.at(at(clock))
        assert (judged(centre).minutes.judged, judged(centre).minutes.below) == (judged_minutes, below)


def test_who_has_not_come_yet_makes_a_stretch_that_is_going_on(centre: Centre) -> None:
    two_operators(centre, "in 8:30", "")
    (one,) = judged(centre).stretches
    assert (spans((one,)), one.over, one.unfinished) == (["8:30-9:30"], False, False)


def test_at_a_minute_to_midnight_the_day_is_today_and_a_minute_later_it_is_over(sqlite_centre: Centre) -> None:
    two_operators(sqlite_centre, ALL_DAY, "in 8:30, out 17:15")
    for moment in (instant_of(MONDAY, 1439), instant_of(TUESDAY, 0)):
        sqlite_centre.at(moment)
        assert judged(sqlite_centre).minutes.judged == 525


# --- many days ---


def test_each_day_of_a_month_is_what_the_day_alone_is(centre: Centre) -> None:
    first, second = two_operators(centre, "in 8:31", "in 8:25", MONDAY)
    worked(centre, first, "in 8:30, rest 11:59, back 13:00, out 17:14", None, FRIDAY_BEFORE)
    worked(centre, second, "in 8:30, rest 13:00", None, FRIDAY_BEFORE)
    worked(centre, add_staff(centre, "P03", starts_on=TUESDAY), "in 8:30, out 17:15", None, TUESDAY)
    worked(centre, add_staff(centre, "S01", role=StaffRole.SUPERVISOR), ALL_DAY, None, FRIDAY_BEFORE)
    first_on, last_on = date(2026, 5, 25), date(2026, 6, 7)
    with centre.inside():
        found = queries.days(centre.contract_id, first_on, last_on, centre.now)
        assert [day.on for day in found] == [first_on + timedelta(days=n) for n in range(14)]
        for day in found:
            alone = rosters.day_attendance(centre.contract_id, day.on, centre.now)
            assert (day.hours, day.judged, day.minimum) == (alone.hours, alone.judged, alone.minimum)
            assert (day.present, day.shortages) == (alone.coverage, alone.shortages)
            assert day.minutes.below == alone.below_minutes


punches = st.lists(st.integers(500, 1050), min_size=2, max_size=8, unique=True).map(sorted)


@settings(max_examples=50, deadline=None)
@given(st.lists(punches, min_size=1, max_size=4), st.integers(500, 1060))
def test_however_people_punch_the_range_says_what_the_day_says(rows: list[list[int]], now: int) -> None:
    from callcenter.rosters import rules
    from callcenter.rosters.coverage.rules import stretches
    from callcenter.rosters.rules import Cut, Mark, PunchKind

    kinds = (PunchKind.IN, PunchKind.BREAK_START, PunchKind.BREAK_END, PunchKind.OUT)
    records = [
        rules.record_of([Mark(kinds[n % 4], one) for n, one in enumerate(row) if one < now], Cut(now)) for row in rows
    ]
    hours = span(WHOLE_DAY)
    within = rules.judged(hours, Cut(now))
    runs = rules.operators_present([(StaffRole.OPERATOR, one) for one in records], within)
    found = stretches(rules.shortages(runs, 2), within, hours)
    short = {minute for one in found for minute in range(one.span.start, one.span.end)}
    for minute in range(within.start, within.end) if within else ():
        there = sum(any(minute in part for part in one.present) for one in records)
        assert (there < 2) == (minute in short)


def test_a_month_takes_as_many_statements_as_a_day(sqlite_centre: Centre) -> None:
    two_operators(sqlite_centre, ALL_DAY, ALL_DAY)

    def statements(from_on: date, to_on: date) -> int:
        with sqlite_centre.inside(), executed(sqlite_centre) as seen:
            queries.days(sqlite_centre.contract_id, from_on, to_on, sqlite_centre.now)
            return len(seen)

    statements(MONDAY, MONDAY)
    assert statements(date(2026, 6, 1), date(2026, 6, 30)) == statements(MONDAY, MONDAY) <= 9


def test_the_days_that_wait_for_a_note_are_counted(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    two_operators(centre, "in 8:30, out 17:15", "in 8:40, out 12:00, in 12:10, out 17:15", FRIDAY_BEFORE)
    with centre.inside():
        found = queries.unnoted(centre.contract_id, FRIDAY_BEFORE, MONDAY, centre.now)
    assert found == [(FRIDAY_BEFORE, 2)]
    noted(centre, supervisor, "8:30-8:40", FRIDAY_BEFORE)
    noted(centre, supervisor, "12:00-12:10", FRIDAY_BEFORE)
    with centre.inside():
        assert queries.unnoted(centre.contract_id, FRIDAY_BEFORE, MONDAY, centre.now) == []


# --- who is no operator to be counted on ---


def test_an_approved_wish_takes_nobody_out_of_the_plan(centre: Centre) -> None:
    """A wish never binds, also when the supervisor agrees with it; who is planned all the same is to come."""
    staff = two_operators(centre, "", "")
    leave(centre, staff[1], MONDAY, MONDAY, kind="wish")
    assert judged(centre).minutes.planned_below == 0


def test_who_has_no_valid_training_is_not_planned_towards_the_two(centre: Centre) -> None:
    """The paper was set aside, or ended, after the day was planned (9(2))."""
    one = add_staff(centre, "P01")
    other = add_staff(centre, "P02", trained=False)
    for staff_id in (one, other):
        worked(centre, staff_id, "", shift(WHOLE_DAY))
    assert judged(centre).minutes.planned_below == 525
    with centre.inside(), transaction():
        papers.add_certificate(training_of(other), by=system_actor(centre.contract_id), at=centre.now)
    assert judged(centre).minutes.planned_below == 0
