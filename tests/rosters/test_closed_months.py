"""A month whose attendance is closed stands: neither its plan nor its leave changes any more."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from callcenter.audit.service import system_actor
from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.rosters import planning
from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.models import PlannedShift
from callcenter.rosters.months import leave
from callcenter.rosters.months.leave import NewLeave
from callcenter.rosters.planning import DayPlan, RowPlan
from callcenter.rosters.records import planned_on
from callcenter.rosters.timebook import closing
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from scheduling.shifts import ShiftTimes
from tests.centre import MONDAY_MORNING, Centre
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, add_staff, at, plan, shift

MAY = date(2026, 5, 1)
WHOLE, LATE = shift("8:30-17:15", "12:00-13:00"), shift("9:30-17:15", "12:00-13:00")
CLOSED = "5月分の出退勤は締め済みのため"


def _close(centre: Centre) -> None:
    with centre.inside(), transaction():
        closing.close_month(MAY, by=system_actor(centre.contract_id), at=centre.now)


def _reopen(centre: Centre) -> None:
    with centre.inside(), transaction():
        closing.reopen_month(MAY, "訂正もれ", by=system_actor(centre.contract_id), at=centre.now)


def _planned_in_may(centre: Centre) -> UUID:
    """Somebody who was planned on the last open day of May, as seen on 1 June."""
    centre.at(at("8:00", FRIDAY_BEFORE))
    staff_id = add_staff(centre, "P01", "見本 花子")
    plan(centre, staff_id, WHOLE, FRIDAY_BEFORE)
    centre.at(MONDAY_MORNING)
    return staff_id


def _save(centre: Centre, *rows: RowPlan, on: date = FRIDAY_BEFORE) -> planning.Saved:
    with centre.inside(), transaction():
        wanted = DayPlan(on, rows, "実際に合わせる")
        return planning.plan_day(wanted, by=system_actor(centre.contract_id), at=centre.now)


def _shift_id(centre: Centre, on: date = FRIDAY_BEFORE) -> UUID:
    with centre.inside():
        return planned_on(centre.contract_id, on)[0].id


@pytest.mark.parametrize("times", [LATE, None], ids=["another shift", "withdrawn"])
def test_a_plan_of_a_closed_month_is_changed_only_after_it_was_opened_again(
    centre: Centre, times: ShiftTimes | None
) -> None:
    staff_id = _planned_in_may(centre)
    _close(centre)
    row = RowPlan("1", staff_id, times, _shift_id(centre))
    with pytest.raises(InvalidInput) as caught:
        _save(centre, row)
    assert caught.value.errors == {
        "on": [
            "令和8年5月29日（金）：5月分の出退勤は締め済みのため、予定を変えられません。"
            "先に、理由を付けて締めを解除してください。"
        ]
    }
    _reopen(centre)
    assert _save(centre, row).withdrawn == 1


def test_a_new_shift_in_a_closed_month_is_refused(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    _close(sqlite_centre)
    with pytest.raises(InvalidInput):
        _save(sqlite_centre, RowPlan("1", staff_id, WHOLE))
    with sqlite_centre.inside():
        assert planned_on(sqlite_centre.contract_id, FRIDAY_BEFORE) == []


def test_saving_a_closed_day_unchanged_is_no_fault_and_the_next_month_is_open(sqlite_centre: Centre) -> None:
    staff_id = _planned_in_may(sqlite_centre)
    _close(sqlite_centre)
    assert _save(sqlite_centre, RowPlan("1", staff_id, WHOLE, _shift_id(sqlite_centre))) == planning.Saved(0, 0)
    assert _save(sqlite_centre, RowPlan("1", staff_id, WHOLE), on=MONDAY).planned == 1


def test_the_page_of_a_closed_day_says_why_and_keeps_what_was_typed(sqlite_centre: Centre) -> None:
    staff_id = _planned_in_may(sqlite_centre)
    shift_id = _shift_id(sqlite_centre)
    _close(sqlite_centre)
    form = {"row": "a", "staff-a": str(staff_id), "shift-a": str(shift_id), "start-a": "10:00", "end-a": "17:15"}
    boss = sqlite_centre.person(Role.SUPERVISOR).client()
    answer = boss.post(f"/roster/day?on={FRIDAY_BEFORE}", data={**form, "reason": "実際に合わせる"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert CLOSED in page
    assert 'value="10:00"' in page


def _asked(centre: Centre, staff_id: UUID, kind: LeaveKind = LeaveKind.PAID) -> UUID:
    """Leave for the last open day of May and the first of June, asked for in time."""
    centre.at(at("8:00", FRIDAY_BEFORE))
    with centre.inside(), transaction():
        new = NewLeave(staff_id, kind, FRIDAY_BEFORE, MONDAY)
        found = leave.request_leave(new, by=system_actor(centre.contract_id), at=centre.now)
    centre.at(MONDAY_MORNING)
    return found


def test_leave_that_reaches_into_a_closed_month_is_not_approved(centre: Centre) -> None:
    leave_id = _asked(centre, _planned_in_may(centre))
    _close(centre)
    by = system_actor(centre.contract_id)
    with pytest.raises(InvalidInput, match=CLOSED), centre.inside(), transaction():
        leave.approve_leave(leave_id, by=by, at=centre.now)
    _reopen(centre)
    with centre.inside(), transaction():
        leave.approve_leave(leave_id, by=by, at=centre.now)


def test_approved_leave_of_a_closed_month_is_not_taken_back(centre: Centre) -> None:
    leave_id = _asked(centre, _planned_in_may(centre))
    by = system_actor(centre.contract_id)
    with centre.inside(), transaction():
        leave.approve_leave(leave_id, by=by, at=centre.now)
    _close(centre)
    with pytest.raises(InvalidInput, match=CLOSED), centre.inside(), transaction():
        leave.withdraw_leave(leave_id, by=by, at=centre.now)


def test_a_request_of_a_closed_month_can_still_be_refused_or_taken_back(sqlite_centre: Centre) -> None:
    """Neither changes anything that was: no days off come of it."""
    staff_id = _planned_in_may(sqlite_centre)
    leave_id = _asked(sqlite_centre, staff_id)
    _close(sqlite_centre)
    with sqlite_centre.inside(), transaction():
        leave.withdraw_leave(leave_id, own=staff_id, by=system_actor(sqlite_centre.contract_id), at=sqlite_centre.now)


def test_approving_leave_late_rewrites_no_day_that_is_over(centre: Centre) -> None:
    leave_id = _asked(centre, _planned_in_may(centre))
    with centre.inside(), transaction():
        assert leave.approve_leave(leave_id, by=system_actor(centre.contract_id), at=centre.now) == ()
    with centre.inside():
        (kept,) = planned_on(centre.contract_id, FRIDAY_BEFORE)
        assert db.session.get_one(PlannedShift, (centre.contract_id, kept.id)).withdrawn_at is None
