from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from tests.centre import Centre
from tests.rosters.factories import FRIDAY_BEFORE, add_staff, punched

SOMEBODY = UUID(int=7)
CENTRE = {Role.OPERATOR, Role.SUPERVISOR, Role.CONTRACT_MANAGER}
LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
ROUTES = [
    ("GET", "/attendance/month", CENTRE),
    ("POST", "/attendance/month/close", {Role.SUPERVISOR}),
    ("POST", "/attendance/month/reopen", LEADERS),
    ("GET", "/attendance/book", LEADERS),
    ("POST", "/attendance/book", LEADERS),
]
MAY = "?month=2026-05"
WHOLE = "in 8:30, rest 12:00, back 13:00, out 17:30"


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


@pytest.mark.parametrize(("method", "url", "may"), ROUTES)
def test_each_page_opens_to_its_roles_only(sqlite_centre: Centre, method: str, url: str, may: set[Role]) -> None:
    for role in Role:
        browser = sqlite_centre.person(role).client()
        found = browser.get(url) if method == "GET" else browser.post(url, data={})
        assert (found.status_code == 403) == (role not in may), (role, found.status_code)


def test_an_operator_sees_their_own_month_and_nobody_elses(centre: Centre) -> None:
    mine, other = centre.person(Role.OPERATOR), centre.person(Role.OPERATOR)
    own = add_staff(centre, "P01", "見本 花子", person=mine)
    theirs = add_staff(centre, "P02", "架空 一郎", person=other)
    browser = mine.client()
    answer = browser.get("/attendance/month" + MAY)
    assert answer.headers["Location"] == f"/attendance/month/{own}{MAY}"
    page = _text(browser.get(answer.headers["Location"]))
    assert "見本 花子" in page
    assert "架空 一郎" not in page
    assert browser.get(f"/attendance/month/{theirs}{MAY}").status_code == 403


def test_somebody_without_a_user_is_nobodys_own(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    assert sqlite_centre.person(Role.OPERATOR).client().get(f"/attendance/month/{staff_id}").status_code == 403
    for role in LEADERS:
        assert sqlite_centre.person(role).client().get(f"/attendance/month/{staff_id}").status_code == 200


def test_an_operator_who_is_not_on_the_list_is_told_whom_to_ask(sqlite_centre: Centre) -> None:
    assert "業務責任者に連絡" in _text(sqlite_centre.person(Role.OPERATOR).client().get("/attendance/month"))


def test_the_month_shows_sums_findings_and_the_formula(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", "見本 花子")
    punched(sqlite_centre, staff_id, "in 8:30, rest 12:00, back 13:00, out 20:00", FRIDAY_BEFORE)
    page = _text(sqlite_centre.person(Role.CONTRACT_MANAGER).client().get("/attendance/month" + MAY))
    assert "10:30" in page
    assert "2:30" in page
    assert "見本 花子さん：36協定のない時間外労働があります（2時間30分）。" in page
    assert "スケジュール遵守率＝" in page


@pytest.mark.parametrize("month", ["2026-03", "2027-04", "2026-13", "x", "2026-5"])
def test_a_month_outside_the_contract_is_refused_in_words(sqlite_centre: Centre, month: str) -> None:
    answer = sqlite_centre.person(Role.SUPERVISOR).client().get(f"/attendance/month?month={month}")
    assert answer.status_code == 422


def test_an_empty_centre_is_told_what_to_do(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    assert "従事者名簿に登録すると" in _text(browser.get("/attendance/month"))
    assert browser.get("/attendance/book").status_code == 200
    assert browser.post("/attendance/book").status_code == 200


def test_a_supervisor_closes_and_a_leader_opens_again_with_a_reason(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    boss, manager = centre.person(Role.SUPERVISOR).client(), centre.person(Role.CONTRACT_MANAGER).client()
    assert boss.post("/attendance/month/close" + MAY).status_code == 303
    assert "締め済み" in _text(boss.get("/attendance/month" + MAY))
    form = {"at1": "08:30", "kind1": "in", "reason": "打ち忘れ"}
    refused = boss.post(f"/attendance/corrections/{staff_id}?on={FRIDAY_BEFORE}", data=form)
    assert refused.status_code == 422
    assert "締め済みのため、訂正できません" in _text(refused)
    empty = manager.post("/attendance/month/reopen" + MAY, data={"reason": ""})
    assert empty.status_code == 422
    assert "解除する理由を入力" in _text(empty)
    assert manager.post("/attendance/month/reopen" + MAY, data={"reason": "誤りの訂正"}).status_code == 303
    assert "誤りの訂正" in _text(boss.get("/attendance/month" + MAY))


def test_a_forgotten_punch_is_linked_to_its_correction(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", "見本 花子")
    punched(sqlite_centre, staff_id, "in 8:30", FRIDAY_BEFORE)
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    page = _text(browser.get("/attendance/month" + MAY))
    assert f"/attendance/corrections/{staff_id}?on=2026-05-29" in page
    assert "この月を締める" not in page
    refused = browser.post("/attendance/month/close" + MAY)
    assert refused.status_code == 422
    assert "見本 花子さん・令和8年5月29日（金）の打刻を訂正してください" in _text(refused)


def test_a_personal_number_in_the_reason_is_refused_and_masked(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    number = "12345678901" + str(check_digit("12345678901"))
    answer = browser.post("/attendance/month/reopen" + MAY, data={"reason": f"番号 {number}"})
    assert answer.status_code == 422
    assert number not in _text(answer)


def test_the_attendance_book_agrees_with_the_page_and_its_download_is_logged(centre: Centre) -> None:
    add_staff(centre, "S01", "架空 和子", StaffRole.SUPERVISOR)
    staff_id = add_staff(centre, "P01", "見本 花子")
    punched(centre, staff_id, WHOLE, FRIDAY_BEFORE)
    browser = centre.person(Role.CONTRACT_MANAGER).client()
    answer = browser.post("/attendance/book" + MAY)
    assert answer.headers["Content-Disposition"] == "attachment; filename=attendance-book_202605.xlsx"
    book = load_workbook(BytesIO(answer.data), data_only=True)
    assert book.sheetnames == ["集計", "S01 架空 和子", "P01 見本 花子"]
    assert book["集計"]["F5"].value.total_seconds() == 8 * 3600
    with centre.inside():
        details = db.session.execute(
            select(AuditEntry.details).where(AuditEntry.action == "attendance_book.downloaded")
        ).scalar_one()
    assert "2026-05" in str(details)
    assert "花子" not in str(details)


def test_the_print_page_has_a_page_for_each_person_with_boxes_for_seals(sqlite_centre: Centre) -> None:
    for number in (1, 2):
        add_staff(sqlite_centre, f"P0{number}")
    page = _text(sqlite_centre.person(Role.SUPERVISOR).client().get("/attendance/book" + MAY))
    assert page.count('class="book-page"') == page.count("起案") == 2


def test_the_own_month_of_somebody_who_came_back_is_that_of_today(sqlite_centre: Centre) -> None:
    person = sqlite_centre.person(Role.OPERATOR)
    add_staff(sqlite_centre, "P01", person=person, ends_on=date(2026, 4, 30))
    back = add_staff(sqlite_centre, "P02", person=person, starts_on=date(2026, 6, 1))
    answer = person.client().get("/attendance/month")
    assert answer.headers["Location"].startswith(f"/attendance/month/{back}")
