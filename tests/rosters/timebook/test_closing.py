from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.clock import instant_of
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.rosters import attendance
from callcenter.rosters.attendance import Correction
from callcenter.rosters.rules import Mark, PunchKind
from callcenter.rosters.timebook import closing, queries
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, add_staff, punched

MAY = date(2026, 5, 1)
JUNE = date(2026, 6, 1)


def _close(centre: Centre, by: Person, month: date = MAY, at: datetime | None = None) -> UUID:
    with centre.inside(), transaction():
        return closing.close_month(month, by=by.actor, at=at or centre.now)


def _reopen(centre: Centre, by: Person, reason: str = "退勤の打刻に誤りがあったため") -> None:
    with centre.inside(), transaction():
        closing.reopen_month(MAY, reason, by=by.actor, at=centre.now)


def _correct(centre: Centre, by: Person, staff_id: UUID, on: date = FRIDAY_BEFORE) -> None:
    correction = Correction(staff_id, on, (), (Mark(PunchKind.IN, 510), Mark(PunchKind.OUT, 1035)), "打ち忘れ")
    with centre.inside(), transaction():
        attendance.correct(correction, by=by.actor, at=centre.now)


def _in_force(centre: Centre) -> bool:
    with centre.inside():
        return queries.closing_of(centre.contract_id, FRIDAY_BEFORE) is not None


def test_a_closed_month_refuses_corrections_until_it_is_opened_with_a_reason(centre: Centre) -> None:
    boss, staff_id = centre.person(Role.SUPERVISOR), add_staff(centre, "P01", "見本 花子")
    _close(centre, boss)
    with pytest.raises(InvalidInput) as caught:
        _correct(centre, boss, staff_id)
    assert caught.value.errors["adds"] == [
        "見本 花子さん・令和8年5月29日（金）：5月分の出退勤は締め済みのため、訂正できません。"
        "先に、理由を付けて締めを解除してください。"
    ]
    _reopen(centre, boss)
    _correct(centre, boss, staff_id)


def test_the_months_beside_a_closed_one_are_not_closed(centre: Centre) -> None:
    boss, staff_id = centre.person(Role.SUPERVISOR), add_staff(centre, "P01")
    _close(centre, boss)
    centre.at(instant_of(MONDAY, 18 * 60))
    _correct(centre, boss, staff_id, MONDAY)
    _correct(centre, boss, staff_id, date(2026, 4, 30))


@pytest.mark.parametrize(
    ("minute_of_last_day", "closes"), [(0, False), (1439, False), (1440, True)], ids=["noon", "last minute", "over"]
)
def test_a_month_closes_with_the_midnight_after_its_last_day(
    sqlite_centre: Centre, minute_of_last_day: int, closes: bool
) -> None:
    boss = sqlite_centre.person(Role.SUPERVISOR)
    at = instant_of(date(2026, 5, 31), minute_of_last_day)
    if closes:
        _close(sqlite_centre, boss, at=at)
    else:
        with pytest.raises(InvalidInput, match="令和8年5月はまだ終わっていません"):
            _close(sqlite_centre, boss, at=at)
    assert _in_force(sqlite_centre) == closes


def test_a_forgotten_punch_keeps_the_month_open_and_is_named(centre: Centre) -> None:
    boss, staff_id = centre.person(Role.SUPERVISOR), add_staff(centre, "P01", "見本 花子")
    punched(centre, staff_id, "in 8:30", FRIDAY_BEFORE)
    with pytest.raises(InvalidInput, match="見本 花子さん・令和8年5月29日（金）の打刻を訂正してください"):
        _close(centre, boss)
    assert not _in_force(centre)


def test_a_month_outside_the_contract_is_not_closed(sqlite_centre: Centre) -> None:
    with pytest.raises(InvalidInput, match="契約期間の外"):
        _close(sqlite_centre, sqlite_centre.person(Role.SUPERVISOR), date(2026, 3, 1))


def test_who_comes_second_is_told(centre: Centre) -> None:
    boss = centre.person(Role.SUPERVISOR)
    _close(centre, boss)
    with pytest.raises(Conflict):
        _close(centre, boss)
    _reopen(centre, boss)
    with pytest.raises(Conflict):
        _reopen(centre, boss)


def test_without_a_reason_a_month_stays_closed(sqlite_centre: Centre) -> None:
    boss = sqlite_centre.person(Role.SUPERVISOR)
    _close(sqlite_centre, boss)
    with pytest.raises(InvalidInput):
        _reopen(sqlite_centre, boss, "")
    assert _in_force(sqlite_centre)


def test_every_closing_is_kept_and_each_act_is_in_the_log_without_the_reason(centre: Centre) -> None:
    boss = centre.person(Role.SUPERVISOR)
    _close(centre, boss)
    _reopen(centre, boss)
    _close(centre, boss)
    with centre.inside():
        found = queries.closings(centre.contract_id, MAY)
        entries = db.session.execute(
            select(AuditEntry.action, AuditEntry.details).where(AuditEntry.entity == "attendance_closing")
        ).all()
    assert [one.reopened_because for one in found] == ["", "退勤の打刻に誤りがあったため"]
    assert [one.action for one in entries] == ["attendance.closed", "attendance.reopened", "attendance.closed"]
    assert all("誤り" not in str(one.details) for one in entries)


def test_another_contracts_closing_closes_nothing_here(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R7")
        with transaction():
            from callcenter.audit.service import system_actor

            closing.close_month(MAY, by=system_actor(other), at=sqlite_centre.now)
    assert not _in_force(sqlite_centre)
