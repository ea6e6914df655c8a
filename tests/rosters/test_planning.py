from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from callcenter.audit.service import system_actor
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.rosters import planning
from callcenter.rosters.models import PlannedShift
from callcenter.rosters.planning import DayPlan, RowPlan, Saved
from callcenter.rosters.records import PlannedTimes, planned_on
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, TUESDAY, add_staff, plan, shift

WHOLE = shift("8:30-17:15", "12:00-13:00")


def _save(centre: Centre, *rows: RowPlan, on: date = MONDAY, reason: str = "") -> Saved:
    with centre.inside(), transaction():
        wanted = DayPlan(on, rows, reason)
        return planning.plan_day(wanted, by=system_actor(centre.contract_id), at=centre.now)


def _planned(centre: Centre, on: date = MONDAY) -> list[PlannedTimes]:
    with centre.inside():
        return planned_on(centre.contract_id, on)


def _refusal(centre: Centre, *rows: RowPlan, on: date = MONDAY) -> str:
    with pytest.raises(InvalidInput) as caught:
        _save(centre, *rows, on=on)
    return str(caught.value.errors)


@pytest.fixture
def operator(centre: Centre) -> UUID:
    return add_staff(centre, "P01", "見本 花子")


def test_a_shift_is_kept_with_its_breaks(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, WHOLE)
    assert [(one.staff_id, one.times) for one in _planned(centre)] == [(operator, WHOLE)]
    assert _planned(centre, TUESDAY) == []


def test_an_overlap_names_the_person_the_day_and_the_other_shift(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, shift("8:30-12:30"))
    said = _refusal(centre, RowPlan("a", operator, shift("12:29-17:15")))
    assert "a.shift" in said
    assert "見本 花子さん・令和8年6月1日（月）：8:30～12:30 の予定と時間が重なっています。" in said


def test_shifts_that_touch_are_both_kept(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, shift("8:30-12:30"))
    plan(centre, operator, shift("12:30-17:15"))
    assert len(_planned(centre)) == 2


def test_two_new_rows_of_one_person_may_not_overlap_either(centre: Centre, operator: UUID) -> None:
    rows = (RowPlan("a", operator, shift("8:30-12:30")), RowPlan("b", operator, shift("12:00-17:15")))
    assert "b.shift" in _refusal(centre, *rows)
    assert _planned(centre) == []


def test_one_wrong_row_saves_none(centre: Centre, operator: UUID) -> None:
    ended = add_staff(centre, "P02", "例田 みどり", ends_on=FRIDAY_BEFORE)
    said = _refusal(centre, RowPlan("a", operator, WHOLE), RowPlan("b", ended, WHOLE))
    assert "例田 みどりさん・令和8年6月1日（月）：従事期間" in said
    assert _planned(centre) == []


@pytest.mark.parametrize("on", [date(2026, 3, 31), date(2027, 4, 1)])
def test_a_day_outside_the_contract_is_refused(sqlite_centre: Centre, on: date) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    assert "契約期間" in _refusal(sqlite_centre, RowPlan("a", staff_id, WHOLE), on=on)


def test_a_change_withdraws_the_shift_and_plans_another(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, WHOLE)
    old = _planned(centre)[0]
    later = shift("9:00-17:15", "13:00-14:00")
    assert _save(centre, RowPlan("a", operator, later, old.id)) == Saved(1, 1)
    assert [one.times for one in _planned(centre)] == [later]
    with centre.inside():
        kept = db.session.get_one(PlannedShift, (centre.contract_id, old.id))
        assert kept.withdrawn_at == centre.now


def test_a_changed_break_keeps_the_same_start(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, WHOLE)
    moved = shift("8:30-17:15", "11:00-12:00")
    _save(centre, RowPlan("a", operator, moved, _planned(centre)[0].id))
    assert [one.times for one in _planned(centre)] == [moved]


def test_an_emptied_row_withdraws_the_shift(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, WHOLE)
    assert _save(centre, RowPlan("a", operator, None, _planned(centre)[0].id)) == Saved(0, 1)
    assert _planned(centre) == []


def test_the_same_form_sent_twice_plans_once(centre: Centre, operator: UUID) -> None:
    row = RowPlan("a", operator, WHOLE)
    assert [_save(centre, row), _save(centre, row)] == [Saved(1, 0), Saved(0, 0)]
    assert len(_planned(centre)) == 1


def test_a_shift_changed_meanwhile_is_a_conflict(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, WHOLE)
    seen = _planned(centre)[0]
    _save(centre, RowPlan("a", operator, None, seen.id))
    with pytest.raises(Conflict):
        _save(centre, RowPlan("a", operator, shift("9:00-12:00"), seen.id))


def test_a_row_cannot_take_over_the_shift_of_another_person(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, WHOLE)
    other = add_staff(centre, "P02")
    with pytest.raises(Conflict):
        _save(centre, RowPlan("a", other, shift("9:00-12:00"), _planned(centre)[0].id))


def test_the_plan_of_a_day_that_is_over_needs_a_reason(centre: Centre, operator: UUID) -> None:
    row = RowPlan("a", operator, WHOLE)
    assert "reason" in _refusal(centre, row, on=FRIDAY_BEFORE)
    assert _save(centre, row, on=FRIDAY_BEFORE, reason="紙の予定表から転記") == Saved(1, 0)


def test_withdrawing_twice_is_a_conflict(centre: Centre, operator: UUID) -> None:
    plan(centre, operator, WHOLE)
    found, by = _planned(centre)[0], system_actor(centre.contract_id)
    with centre.inside(), transaction():
        planning.withdraw_shift(MONDAY, found, by=by, at=centre.now)
    with centre.inside(), pytest.raises(Conflict), transaction():
        planning.withdraw_shift(MONDAY, found, by=by, at=centre.now)
