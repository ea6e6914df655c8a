from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from callcenter.audit.models import AuditEntry
from callcenter.extensions import db
from callcenter.rosters.codes import RosterState
from callcenter.rosters.months.board import board
from callcenter.rosters.months.facts import month_facts
from callcenter.rosters.months.queries import live_cells
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from tests.centre import Centre
from tests.rosters.factories import add_staff, plan
from tests.rosters.months.making import (
    JULY,
    WHOLE,
    cells,
    fill,
    july,
    later,
    live,
    newest,
    open_days,
    publish,
    put,
    start,
    versions,
)

DESK = {Role.OPERATOR, Role.SUPERVISOR}
LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
CHIEF = {Role.SUPERVISOR}
SOMEBODY = UUID(int=7)
ROUTES = [
    ("GET", "/roster/month", LEADERS),
    ("POST", "/roster/month/draft", LEADERS),
    ("POST", "/roster/month/reload", LEADERS),
    ("POST", "/roster/month/discard", LEADERS),
    ("POST", "/roster/month/publish", LEADERS),
    ("POST", "/roster/month/cells", LEADERS),
    ("GET", "/roster/month/live", LEADERS),
    ("GET", "/roster/month/cell", LEADERS),
    ("POST", "/roster/month/cell", LEADERS),
    ("POST", "/roster/month/build", LEADERS),
    ("POST", "/roster/month/replan", LEADERS),
    ("POST", "/roster/month/proposal", LEADERS),
    ("GET", "/roster/month/version", LEADERS),
    ("GET", "/roster/month/print", LEADERS),
    ("POST", "/roster/month/workbook", LEADERS),
    ("GET", "/roster/leave", LEADERS),
    ("POST", "/roster/leave", CHIEF),
    ("POST", f"/roster/leave/{SOMEBODY}/approve", CHIEF),
    ("POST", f"/roster/leave/{SOMEBODY}/refuse", CHIEF),
    ("POST", f"/roster/leave/{SOMEBODY}/withdraw", CHIEF),
    ("POST", f"/roster/swaps/{SOMEBODY}/approve", CHIEF),
    ("POST", f"/roster/swaps/{SOMEBODY}/refuse", CHIEF),
    ("GET", "/roster/mine", DESK),
    ("POST", "/roster/mine/leave", DESK),
    ("POST", f"/roster/mine/leave/{SOMEBODY}/withdraw", DESK),
    ("POST", "/roster/mine/swap", DESK),
    ("POST", f"/roster/mine/swap/{SOMEBODY}/answer", DESK),
    ("POST", f"/roster/mine/swap/{SOMEBODY}/withdraw", DESK),
]


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def _details(centre: Centre, name: str) -> list[object]:
    with centre.inside():
        return list(db.session.execute(select(AuditEntry.details).where(AuditEntry.action == name)).scalars())


@pytest.mark.parametrize(("method", "url", "may"), ROUTES)
def test_each_page_opens_to_its_roles_only(sqlite_centre: Centre, method: str, url: str, may: set[Role]) -> None:
    for role in Role:
        browser = sqlite_centre.person(role).client()
        found = browser.get(url) if method == "GET" else browser.post(url, data={})
        assert (found.status_code == 403) == (role not in may), (role, found.status_code)
        assert found.status_code != 500


def test_every_route_of_months_is_in_the_table(sqlite_centre: Centre) -> None:
    def named(url: str) -> str:
        return url.replace("<uuid:leave_id>", str(SOMEBODY)).replace("<uuid:swap_id>", str(SOMEBODY))

    found = {
        (method, named(rule.rule))
        for rule in sqlite_centre.app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] == "months"
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert found == {(method, url) for method, url, _ in ROUTES}


@pytest.fixture
def chief(sqlite_centre: Centre) -> Any:
    return sqlite_centre.person(Role.SUPERVISOR).client()


def test_an_empty_month_says_what_to_do_next(chief: Any) -> None:
    said = _text(chief.get("/roster/month?month=2026-07"))
    assert "この月に従事する人が登録されていません" in said


def test_the_month_shows_people_days_and_closed_days(sqlite_centre: Centre, chief: Any) -> None:
    add_staff(sqlite_centre, "P02", "例田 みどり")
    add_staff(sqlite_centre, "P01", "見本 太郎", role=StaffRole.SUPERVISOR)
    said = _text(chief.get("/roster/month?month=2026-07"))
    assert said.index("見本 太郎") < said.index("例田 みどり")
    assert "祝日（海の日）" in said
    assert "いまの予定から案を作る" in said


@pytest.mark.parametrize("month", ["2026-13", "7", "2028-01", "'; drop"])
def test_a_month_that_is_none_is_refused_kindly(chief: Any, month: str) -> None:
    assert chief.get(f"/roster/month?month={month}").status_code == 422


def test_a_draft_is_begun_filled_and_published_by_forms(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    assert chief.post("/roster/month/draft", data={"month": "2026-07"}).status_code == 303
    form = f"/roster/month/cell?staff={operator}&on=2026-07-01"
    assert "見本 花子さん" in _text(chief.get(form))
    typed = {
        "staff": operator,
        "on": "2026-07-01",
        "version": 1,
        "start-a": "08:30",
        "end-a": "17:15",
        "break_start1-a": "12:00",
        "break_end1-a": "13:00",
        "fixed": "1",
    }
    assert chief.post("/roster/month/cell", data=typed).status_code == 303
    (cell,) = cells(sqlite_centre, newest(sqlite_centre).id)
    assert (cell.times, cell.fixed) == (WHOLE, True)
    sent = {"month": "2026-07", "version": 2}
    refused = chief.post("/roster/month/publish", data=sent)
    assert refused.status_code == 422
    assert "最少人員を下回る時間があります" in _text(refused)
    done = chief.post("/roster/month/publish", data={**sent, "accepts_shortage": "1", "reason": "採用の途中のため"})
    assert done.status_code == 303
    assert newest(sqlite_centre).state is RosterState.PUBLISHED
    assert "第1版" in _text(chief.get("/roster/month?month=2026-07"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"start-a": "08:30", "end-a": "08:30"}, "日をまたぐ勤務は登録できません"),
        ({"start-a": "22:00", "end-a": "06:00"}, "日をまたぐ勤務は登録できません"),
        (
            {"start-a": "08:30", "end-a": "12:00", "break_start1-a": "12:00", "break_end1-a": "13:00"},
            "休憩は勤務の途中",
        ),
        ({"start-a": "08:30", "end-a": "12:30", "start-b": "12:00", "end-b": "17:15"}, "時間が重なっています"),
        ({"start-a": "8時半", "end-a": "12:30"}, "時刻を 08:30 の形で"),
    ],
)
def test_a_wrong_time_keeps_what_was_typed(sqlite_centre: Centre, chief: Any, typed: dict[str, str], said: str) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    start(sqlite_centre)
    answer = chief.post("/roster/month/cell", data={"staff": operator, "on": "2026-07-01", "version": 1, **typed})
    assert answer.status_code == 422
    assert said in _text(answer)
    assert f'value="{typed["end-a"]}"' in _text(answer)
    assert cells(sqlite_centre, newest(sqlite_centre).id) == ()


def _send(browser: Any, version: int, *changes: dict[str, object]) -> Any:
    return browser.post("/roster/month/cells", json={"month": "2026-07", "version": version, "cells": list(changes)})


def test_cells_are_saved_by_the_script_and_answered_with_what_follows(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    start(sqlite_centre)
    sent = {"staff": str(operator), "on": "2026-07-01", "times": "510-1035/720-780", "fixed": True}
    answer = _send(chief, 1, sent)
    assert answer.status_code == 200
    said = _text(answer)
    assert 'data-version="2"' in said
    assert "見本 花子さん 7月1日（水）　8:30～17:15（休憩12:00～13:00）　固定" in said
    assert [one.times for one in cells(sqlite_centre, newest(sqlite_centre).id)] == [WHOLE]


def test_an_older_script_is_told_so_and_writes_nothing(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01")
    start(sqlite_centre)
    put(sqlite_centre, operator, july(1), WHOLE)
    answer = _send(chief, 1, {"staff": str(operator), "on": "2026-07-02", "times": "510-1035/720-780"})
    assert answer.status_code == 409
    assert len(cells(sqlite_centre, newest(sqlite_centre).id)) == 1


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ("1035-510", "日をまたぐ"),
        ("510-1035/1000-1035", "見本 花子さん・令和8年7月1日（水）：休憩は勤務の途中"),
        ("510-720;700-900", "時間が重なっています"),
        ("abc", "読み取れません"),
        ("510-9999", "読み取れません"),
        ("1-2;3-4;5-6;7-8;9-10", "読み取れません"),
    ],
)
def test_times_that_are_no_shift_name_person_and_day(sqlite_centre: Centre, chief: Any, times: str, said: str) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    start(sqlite_centre)
    answer = _send(chief, 1, {"staff": str(operator), "on": "2026-07-01", "times": times})
    assert answer.status_code == 422
    assert said in answer.json["message"]


@pytest.mark.parametrize("body", [{"cells": []}, {"cells": "x"}, {"cells": [7]}, {"cells": [{"staff": "x"}]}, []])
def test_a_body_that_is_no_change_is_refused(sqlite_centre: Centre, chief: Any, body: Any) -> None:
    add_staff(sqlite_centre, "P01")
    start(sqlite_centre)
    sent = {"month": "2026-07", "version": 1, **body} if isinstance(body, dict) else body
    assert chief.post("/roster/month/cells", json=sent).status_code == 422


def test_somebody_of_another_contract_cannot_be_placed(sqlite_centre: Centre, chief: Any) -> None:
    start(sqlite_centre)
    answer = _send(chief, 1, {"staff": str(SOMEBODY), "on": "2026-07-01", "times": "510-1035/720-780"})
    assert answer.status_code == 404


def test_findings_stand_beside_the_cell_and_below_the_grid(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子", ends_on=july(2))
    start(sqlite_centre)
    put(sqlite_centre, operator, july(3), WHOLE)
    said = _text(chief.get("/roster/month?month=2026-07"))
    assert "公開できない所 1件" in said
    assert said.count("見本 花子さん・令和8年7月3日（金）：従事期間") >= 2


def test_the_chosen_day_shows_its_quarters(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01")
    plan(sqlite_centre, operator, WHOLE, july(2))
    said = _text(chief.get("/roster/month/live?month=2026-07&day=2026-07-02"))
    assert "令和8年7月2日（木）の人数" in said
    assert "15分ごとの予定オペレーター" in said


def test_the_days_changed_elsewhere_are_named_and_taken_over(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01")
    start(sqlite_centre)
    later(sqlite_centre)
    plan(sqlite_centre, operator, WHOLE, july(3))
    said = _text(chief.get("/roster/month?month=2026-07"))
    assert "令和8年7月3日（金）の予定が変わりました" in said
    refused = chief.post(
        "/roster/month/publish", data={"month": "2026-07", "version": 1, "accepts_shortage": "1", "reason": "人員不足"}
    )
    assert refused.status_code == 409
    assert "令和8年7月3日（金）" in _text(refused)
    assert chief.post("/roster/month/reload", data={"month": "2026-07", "version": 1}).status_code == 303
    assert [one.on for one in cells(sqlite_centre, newest(sqlite_centre).id)] == [july(3)]


def test_a_version_lists_what_it_changed(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    start(sqlite_centre)
    put(sqlite_centre, operator, july(1), WHOLE)
    publish(sqlite_centre, reason="人員不足")
    later(sqlite_centre)
    start(sqlite_centre)
    put(sqlite_centre, operator, july(1))
    publish(sqlite_centre, reason="本人の都合")
    said = _text(chief.get("/roster/month/version?month=2026-07&number=2"))
    assert "第1版から変わった予定 1件" in said
    assert "本人の都合" in said
    assert chief.get("/roster/month/version?month=2026-07&number=9").status_code == 404


def test_the_log_names_ids_and_counts_only(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    start(sqlite_centre)
    put(sqlite_centre, operator, july(1), WHOLE)
    publish(sqlite_centre, reason="秘密の理由")
    chief.post("/roster/month/workbook", data={"month": "2026-07"})
    for name in ("roster.drafted", "roster.published", "roster.downloaded", "shift.planned"):
        (details,) = _details(sqlite_centre, name)
        assert "花子" not in str(details)
        assert "秘密" not in str(details)


def test_an_individual_number_in_the_reason_is_refused_and_masked(sqlite_centre: Centre, chief: Any) -> None:
    from callcenter.protection.mynumber import check_digit

    number = "12345678901"
    number += str(check_digit(number))
    operator = add_staff(sqlite_centre, "P01")
    start(sqlite_centre)
    put(sqlite_centre, operator, july(1), WHOLE)
    answer = chief.post(
        "/roster/month/publish",
        data={"month": "2026-07", "version": 2, "accepts_shortage": "1", "reason": f"番号 {number}"},
    )
    assert answer.status_code == 422
    assert number not in _text(answer)
    assert versions(sqlite_centre)[0].state is RosterState.DRAFT


def test_the_print_page_and_the_workbook_hold_the_month(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01", "見本 花子")
    start(sqlite_centre)
    fill(sqlite_centre, [(operator, WHOLE)], open_days(sqlite_centre))
    publish(sqlite_centre, reason="人員不足")
    said = _text(chief.get("/roster/month/print?month=2026-07"))
    assert "起案" in said
    assert "見本 花子" in said
    answer = chief.post("/roster/month/workbook", data={"month": "2026-07"})
    assert answer.status_code == 200
    assert answer.get_data()[:2] == b"PK"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_discarded_draft_is_gone_and_the_plan_stays(sqlite_centre: Centre, chief: Any) -> None:
    operator = add_staff(sqlite_centre, "P01")
    plan(sqlite_centre, operator, WHOLE, july(1))
    start(sqlite_centre)
    assert chief.post("/roster/month/discard", data={"month": "2026-07", "version": 1}).status_code == 303
    assert versions(sqlite_centre) == []
    assert len(live(sqlite_centre)) == 1


def _statements(centre: Centre) -> int:
    """How many statements a month takes to read."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    with centre.inside():
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            found = month_facts(centre.contract_id, JULY, centre.now)
            board(found, live_cells(centre.contract_id, found.month.from_on, found.month.to_on))
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    return len(said)


def test_a_month_takes_as_many_statements_for_ten_people_as_for_one(sqlite_centre: Centre) -> None:
    plan(sqlite_centre, add_staff(sqlite_centre, "P01"), WHOLE, july(1))
    _statements(sqlite_centre)  # the calendar is built once and kept
    few = _statements(sqlite_centre)
    for number in range(2, 11):
        plan(sqlite_centre, add_staff(sqlite_centre, f"P{number:02d}"), WHOLE, july(1))
    assert _statements(sqlite_centre) == few <= 14
