from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.rosters import planning
from callcenter.rosters.codes import LeaveKind, RequestState
from callcenter.rosters.months import absences, leave
from callcenter.rosters.months.board import board
from callcenter.rosters.months.judging import month_shortages
from callcenter.rosters.months.leave import NewLeave
from callcenter.rosters.months.queries import live_shifts
from callcenter.rosters.months.rules import Cell
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, TUESDAY, add_staff, plan, shift
from tests.rosters.months.making import (
    JUNE,
    WHOLE,
    by,
    cells,
    facts,
    july,
    later,
    live,
    newest,
    publish,
    put,
    start,
    versions,
)

UNBROKEN = shift("8:30-17:15")


def _ask(centre: Centre, staff_id: UUID, from_on: date, to_on: date | None = None, **more: object) -> UUID:
    kind = more.pop("kind", LeaveKind.PAID)
    new = NewLeave(staff_id, kind, from_on, to_on or from_on, **more)  # type: ignore[arg-type]
    with centre.inside(), transaction():
        return leave.request_leave(new, by=by(centre), at=centre.now)


def _approve(centre: Centre, leave_id: UUID) -> tuple[date, ...]:
    with centre.inside(), transaction():
        return leave.approve_leave(leave_id, by=by(centre), at=centre.now)


def _refusal(centre: Centre, staff_id: UUID, from_on: date, to_on: date | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        _ask(centre, staff_id, from_on, to_on)
    return str(caught.value.errors)


@pytest.fixture
def operator(centre: Centre) -> UUID:
    return add_staff(centre, "P01", "見本 花子", ends_on=july(31))


def test_approved_leave_refuses_every_plan_of_its_days(centre: Centre, operator: UUID) -> None:
    _approve(centre, _ask(centre, operator, july(1), july(2)))
    for on in (july(1), july(2)):
        with pytest.raises(InvalidInput) as caught:
            plan(centre, operator, WHOLE, on)
        assert "見本 花子さん・" in str(caught.value.errors)
        assert "承認された休暇（年次有給休暇）" in str(caught.value.errors)
    plan(centre, operator, WHOLE, july(3))


def test_leave_that_is_only_asked_for_refuses_nothing(centre: Centre, operator: UUID) -> None:
    _ask(centre, operator, july(1))
    plan(centre, operator, WHOLE, july(1))


def test_an_approved_wish_refuses_nothing_and_takes_nothing_away(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    plan(sqlite_centre, operator, WHOLE, july(1))
    assert _approve(sqlite_centre, _ask(sqlite_centre, operator, july(1), kind=LeaveKind.WISH)) == ()
    assert len(live(sqlite_centre)) == 1


def test_leave_after_the_publication_takes_the_shifts_away_and_makes_a_version(centre: Centre, operator: UUID) -> None:
    start(centre)
    put(centre, operator, july(1), WHOLE)
    put(centre, operator, july(2), WHOLE)
    publish(centre, reason="人員不足")
    later(centre)
    assert _approve(centre, _ask(centre, operator, july(2), july(5))) == (july(2),)
    assert [one.on for one in live(centre)] == [july(1)]
    assert [(one.number, one.reason) for one in versions(centre)] == [(2, "休みの承認"), (1, "人員不足")]
    assert cells(centre, newest(centre).id) == live(centre)


def test_a_draft_under_way_moves_up_and_is_told_of_the_leave(centre: Centre, operator: UUID) -> None:
    start(centre)
    put(centre, operator, july(1), WHOLE)
    publish(centre, reason="人員不足")
    later(centre)
    start(centre)
    later(centre)
    _approve(centre, _ask(centre, operator, july(1)))
    assert [one.number for one in versions(centre)] == [3, 2, 1]
    with pytest.raises(Conflict, match="令和8年7月1日（水）"):
        publish(centre, reason="人員不足")


def test_a_cell_on_leave_is_marked_and_never_counts_as_present(sqlite_centre: Centre) -> None:
    operator, other = add_staff(sqlite_centre, "P01", "見本 花子"), add_staff(sqlite_centre, "P02")
    _approve(sqlite_centre, _ask(sqlite_centre, operator, july(1)))
    found = facts(sqlite_centre)
    planned = (Cell(operator, july(1), UNBROKEN), Cell(other, july(1), UNBROKEN))
    shown = board(found, planned)
    (cell,) = (row.cells[0] for row in shown.rows if row.member.id == operator)
    assert (cell.mark, cell.blocking) == ("休", True)
    assert shown.heads[0].fewest == 1
    (first, *_) = month_shortages(found, planned)
    assert (first.day.on, first.minutes) == (july(1), 525)


def test_somebody_ill_today_loses_today_and_keeps_yesterday(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, WHOLE, MONDAY)
    plan(centre, operator, WHOLE, TUESDAY)
    later(centre, 24 * 60)
    with centre.inside(), transaction():
        new = NewLeave(operator, LeaveKind.SICK, TUESDAY, TUESDAY)
        _, days = leave.enter_leave(new, by=by(centre), at=centre.now)
    assert days == (TUESDAY,)
    assert [one.on for one in live(centre, JUNE)] == [MONDAY]
    with centre.inside():
        assert absences.on_leave(centre.contract_id, TUESDAY) == {operator: LeaveKind.SICK}
        assert absences.on_leave(centre.contract_id, MONDAY) == {}


@pytest.mark.parametrize(
    ("from_on", "to_on", "said"),
    [
        (july(2), july(1), "終わりの日は、始めの日以後"),
        (FRIDAY_BEFORE, MONDAY, "過ぎた日の休み"),
        (july(30), date(2026, 8, 1), "見本 花子さん・令和8年8月1日（土）：従事期間"),
        (date(2027, 4, 1), None, "契約期間"),
        (july(1), date(2026, 12, 31), "日までです"),
    ],
)
def test_days_that_cannot_be_asked_for_say_why(
    sqlite_centre: Centre, from_on: date, to_on: date | None, said: str
) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子", ends_on=july(31))
    assert said in _refusal(sqlite_centre, operator, from_on, to_on)


def test_requests_that_meet_are_refused_and_those_that_touch_are_not(centre: Centre, operator: UUID) -> None:
    _ask(centre, operator, july(1), july(2))
    assert "見本 花子さん・令和8年7月2日（木）：年次有給休暇（申請中）と日が重なっています" in _refusal(
        centre, operator, july(2), july(3)
    )
    _ask(centre, operator, july(3))


def test_a_request_that_was_refused_or_withdrawn_is_in_nobodys_way(sqlite_centre: Centre) -> None:
    operator = add_staff(sqlite_centre, "P01")
    first = _ask(sqlite_centre, operator, july(1))
    with sqlite_centre.inside(), transaction():
        leave.refuse_leave(first, "人員不足", by=by(sqlite_centre), at=sqlite_centre.now)
    second = _ask(sqlite_centre, operator, july(1))
    with sqlite_centre.inside(), transaction():
        leave.withdraw_leave(second, own=operator, by=by(sqlite_centre), at=sqlite_centre.now)
    _ask(sqlite_centre, operator, july(1))


def test_the_same_form_sent_twice_asks_once(centre: Centre, operator: UUID) -> None:
    key = uuid4()
    assert _ask(centre, operator, july(1), key=key) == _ask(centre, operator, july(1), key=key)


def test_a_decided_request_is_not_decided_again(centre: Centre, operator: UUID) -> None:
    leave_id = _ask(centre, operator, july(1))
    _approve(centre, leave_id)
    with pytest.raises(Conflict):
        _approve(centre, leave_id)


def test_approved_leave_is_taken_back_by_the_supervisor_only(centre: Centre, operator: UUID) -> None:
    leave_id = _ask(centre, operator, july(1))
    _approve(centre, leave_id)
    with centre.inside(), pytest.raises(Conflict), transaction():
        leave.withdraw_leave(leave_id, own=operator, by=by(centre), at=centre.now)
    with centre.inside(), transaction():
        leave.withdraw_leave(leave_id, by=by(centre), at=centre.now)
    plan(centre, operator, WHOLE, july(1))


def test_nobody_withdraws_the_request_of_another(sqlite_centre: Centre) -> None:
    operator, other = add_staff(sqlite_centre, "P01"), add_staff(sqlite_centre, "P02")
    leave_id = _ask(sqlite_centre, operator, july(1))
    with sqlite_centre.inside(), pytest.raises(NotFound), transaction():
        leave.withdraw_leave(leave_id, own=other, by=by(sqlite_centre), at=sqlite_centre.now)


def test_a_refusal_needs_its_reason(sqlite_centre: Centre) -> None:
    leave_id = _ask(sqlite_centre, add_staff(sqlite_centre, "P01"), july(1))
    with sqlite_centre.inside(), pytest.raises(InvalidInput), transaction():
        leave.refuse_leave(leave_id, "", by=by(sqlite_centre), at=sqlite_centre.now)


def test_a_planned_shift_of_somebody_on_leave_can_still_be_withdrawn(sqlite_centre: Centre) -> None:
    """Leave entered while nothing was known of the shift, as a load of older data may leave it."""
    operator = add_staff(sqlite_centre, "P01")
    plan(sqlite_centre, operator, WHOLE, july(1))
    with sqlite_centre.inside():
        row = live_shifts(sqlite_centre.contract_id, july(1), july(1))[0]
    _ask(sqlite_centre, operator, july(1))
    with sqlite_centre.inside(), transaction():
        wanted = planning.DayPlan(july(1), (planning.RowPlan("a", operator, None, row.id),))
        planning.plan_day(wanted, by=by(sqlite_centre), at=sqlite_centre.now)
    assert live(sqlite_centre) == ()


def test_the_states_of_a_request_are_those_of_the_table() -> None:
    assert {RequestState.REQUESTED.value, RequestState.APPROVED.value} == set(absences.OPEN_STATES)
