from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from callcenter.audit.service import system_actor
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.rosters import queries, service
from callcenter.rosters.rules import Employment, StaffRole
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import MONDAY, TUESDAY, add_staff, new_staff, plan, punched, shift


def _refused(centre: Centre, new: service.NewStaff) -> dict[str, list[str]]:
    with centre.inside(), pytest.raises(InvalidInput) as caught, transaction():
        service.add_staff(new, by=system_actor(centre.contract_id), at=centre.now)
    return caught.value.errors


def _end(centre: Centre, staff_id: object, on: date, version: int = 1) -> None:
    with centre.inside(), transaction():
        service.end_staff(staff_id, on, version, by=system_actor(centre.contract_id), at=centre.now)  # type: ignore[arg-type]


def test_the_list_stands_in_the_order_of_the_reading(centre: Centre) -> None:
    for code, kana in (("P01", "れいだ みどり"), ("P02", "カクウ ミツキ"), ("P03", "さくれい むつみ")):
        add_staff(centre, code, kana=kana)
    with centre.inside():
        assert [one.code for one in queries.staff_list(centre.contract_id)] == ["P02", "P03", "P01"]


def test_a_person_is_on_the_list_of_the_days_of_the_assignment(centre: Centre) -> None:
    add_staff(centre, "P01", starts_on=MONDAY, ends_on=TUESDAY)
    with centre.inside():
        counts = [len(queries.staff_list(centre.contract_id, date(2026, 6, day))) for day in (1, 2, 3)] + [
            len(queries.staff_list(centre.contract_id, date(2026, 5, 31)))
        ]
    assert counts == [1, 1, 0, 0]


def test_a_code_is_used_once(centre: Centre) -> None:
    add_staff(centre, "P01")
    assert "code" in _refused(centre, new_staff("P01", "例", StaffRole.OPERATOR))


def test_the_supervisor_is_employed_directly(centre: Centre) -> None:
    new = new_staff("S01", "例", StaffRole.SUPERVISOR, employment=Employment.DISPATCHED)
    assert _refused(centre, new) == {"employment": [service.DIRECT_ONLY]}


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (date(2026, 3, 31), None, "starts_on"),
        (date(2027, 4, 1), None, "starts_on"),
        (date(2026, 4, 1), date(2027, 4, 1), "ends_on"),
        (date(2026, 6, 2), date(2026, 6, 1), "ends_on"),
    ],
)
def test_an_assignment_lies_within_the_contract(
    sqlite_centre: Centre, starts_on: date, ends_on: date | None, field: str
) -> None:
    new = new_staff("P01", "例", StaffRole.OPERATOR, starts_on=starts_on, ends_on=ends_on)
    assert list(_refused(sqlite_centre, new)) == [field]


def test_a_user_of_the_city_cannot_be_staff(sqlite_centre: Centre) -> None:
    viewer = sqlite_centre.person(Role.CITY_VIEWER)
    new = new_staff("P01", "例", StaffRole.OPERATOR, user_id=viewer.user_id)
    assert list(_refused(sqlite_centre, new)) == ["user_id"]


def test_a_user_is_one_person_at_a_time(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    first = add_staff(centre, "P01", person=person)
    second = new_staff("P02", "例", StaffRole.OPERATOR, user_id=person.user_id, starts_on=TUESDAY)
    assert "P01" in _refused(centre, second)["user_id"][0]
    _end(centre, first, MONDAY)
    add_staff(centre, "P02", person=person, starts_on=TUESDAY)
    with centre.inside():
        found = [queries.staff_of_user(centre.contract_id, person.user_id, on) for on in (MONDAY, TUESDAY)]
    assert [one.code for one in found if one] == ["P01", "P02"]


def test_the_same_form_sent_twice_adds_one_person(centre: Centre) -> None:
    key = uuid4()
    first = add_staff(centre, "P01", key=key)
    assert add_staff(centre, "P01", key=key) == first


def test_an_assignment_cannot_end_before_a_planned_day(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01", "見本 花子")
    plan(centre, staff_id, shift("8:30-17:15"), TUESDAY)
    with pytest.raises(InvalidInput) as caught:
        _end(centre, staff_id, MONDAY)
    assert "見本 花子さんには、令和8年6月2日（火）に" in caught.value.errors["ends_on"][0]
    _end(centre, staff_id, TUESDAY)


def test_an_assignment_cannot_end_before_a_punched_day(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    punched(centre, staff_id, "in 8:30, out 17:15")
    with pytest.raises(InvalidInput):
        _end(centre, staff_id, date(2026, 5, 29))


def test_two_people_changing_one_row_are_told(centre: Centre) -> None:
    staff_id, by = add_staff(centre, "P01"), system_actor(centre.contract_id)
    details = service.StaffDetails("見本 春子", "みほん はるこ")
    with centre.inside(), transaction():
        service.change_staff(staff_id, details, 1, by=by, at=centre.now)
    with pytest.raises(Conflict):
        _end(centre, staff_id, TUESDAY, version=1)
    with centre.inside():
        assert queries.staff_member(centre.contract_id, staff_id).name == "見本 春子"


def test_a_person_of_another_contract_is_not_found(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    with centre.inside():
        other = centre.new_contract("R9")
        assert queries.staff_list(other) == []
        with pytest.raises(NotFound):
            queries.staff_member(other, staff_id)
