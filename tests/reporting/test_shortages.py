"""Minutes below the minimum on their way into the daily report (003 clause 10(1)②ウ): cause, measure, open point."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from callcenter.reporting.rules import DayState, Weight, checks_of
from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from tests.calls.factories import saved_call
from tests.centre import Browser, Centre, Person
from tests.rosters.coverage.factories import noted, worked
from tests.rosters.factories import MONDAY, add_staff, at, shift

PAGE = f"/reports/daily/{MONDAY}"
POINT = "最少人数を下回った時間のうち、原因・対策の記入がないものが 1 件あります。"
CLEAR = DayState(
    open_calls=0,
    unexplained_gaps=0,
    exchange_missing=False,
    open_attendance=0,
    nobody_present=False,
    unconfirmed_findings=0,
    before_closing=False,
    closed_day=False,
)


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


def short_day(centre: Centre, supervisor: Person) -> None:
    """A finished Monday: one of two operators away over noon, a break that was planned half an hour later."""
    saved_call(centre.person(Role.OPERATOR).client())
    centre.at(at("17:30"))
    worked(centre, add_staff(centre, "S1", "見本 責任者", StaffRole.SUPERVISOR, supervisor), "in 8:20, out 17:30")
    worked(centre, add_staff(centre, "A1", "例田 一郎"), "in 8:25, out 17:20", shift("8:30-17:15"))
    punches = "in 8:25, rest 12:00, back 12:50, out 17:16"
    worked(centre, add_staff(centre, "A2", "仮山 二美"), punches, shift("8:30-17:15", "12:30-13:15"))


def staffing(browser: Browser, edition: str = "handover") -> Any:
    answer = browser.get(f"{PAGE}/draft/{edition}")
    return openpyxl.load_workbook(io.BytesIO(answer.data))["配置"]


def words(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def clock(cell: Any) -> str:
    return f"{cell.value:%H:%M}"


def submit(browser: Browser, **form: str) -> Any:
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get(PAGE).text)
    assert seen
    return browser.post(f"{PAGE}/submit", data={"seen": seen[1], **form})


def test_shortages_without_a_note_are_a_point_that_may_stand() -> None:
    assert checks_of(CLEAR) == []
    (found,) = checks_of(
        DayState(**{**{name: getattr(CLEAR, name) for name in CLEAR.__struct_fields__}, "unnoted_shortages": 2})
    )
    assert (found.code, found.weight, found.endpoint) == ("unnoted_shortages", Weight.WARN, "coverage.day")


def test_a_day_with_an_unexplained_shortage_is_handed_over_with_a_mark_only(centre: Centre, supervisor: Person) -> None:
    short_day(centre, supervisor)
    browser = supervisor.client()
    page = browser.get(PAGE).text
    assert POINT in page
    assert f'href="/coverage/day?on={MONDAY}"' in page
    assert submit(browser).status_code == 422
    assert submit(browser, consent="1").status_code == 303


def test_a_noted_shortage_is_no_open_point_and_stands_on_page_and_sheet(centre: Centre, supervisor: Person) -> None:
    short_day(centre, supervisor)
    noted(centre, supervisor, "12:00-12:50", cause=ShortageCause.BREAK, detail="休憩が早まった。", measure="周知した。")
    browser = supervisor.client()
    page = browser.get(PAGE).text
    assert POINT not in page
    assert "休憩の重なり・超過：休憩が早まった。" in page
    assert "周知した。" in page
    shown = words(staffing(browser))
    assert {"12:00～12:50", "休憩の重なり・超過\n休憩が早まった。", "周知した。"} <= set(shown)


def test_by_network_the_cause_goes_and_the_words_stay(centre: Centre, supervisor: Person) -> None:
    short_day(centre, supervisor)
    noted(centre, supervisor, "12:00-12:50", cause=ShortageCause.BREAK, detail="仮山の休憩。", measure="周知した。")
    shown = "\n".join(words(staffing(supervisor.client(), "network")))
    assert "休憩の重なり・超過" in shown
    assert "仮山" not in shown
    assert "周知した" not in shown


def test_a_phone_number_in_a_note_stops_the_report(centre: Centre, supervisor: Person) -> None:
    short_day(centre, supervisor)
    noted(centre, supervisor, "12:00-12:50", measure="折返し先 090-1234-5678 に連絡した。")
    page = supervisor.client().get(PAGE).text
    assert "個人情報らしい語が 1 か所あります" in page
    assert "配置の不足 12:00～12:50 対策" in page
    assert "原因・対策を書き直す" in page


def test_a_note_written_after_the_submission_is_a_change_of_the_staffing(centre: Centre, supervisor: Person) -> None:
    short_day(centre, supervisor)
    browser = supervisor.client()
    assert submit(browser, consent="1").status_code == 303
    centre.at(at("17:40"))
    assert "提出したあとに変わったところ" not in browser.get(PAGE).text
    noted(centre, supervisor, "12:00-12:50")
    assert "配置（最少人数を下回った時間の原因・対策）の内容が変わっています" in browser.get(PAGE).text
    centre.at(at("10:00") + timedelta(days=1))
    assert "提出後に記録が変わった日報" in supervisor.client().get("/today").text


def test_a_report_seen_before_a_note_cannot_be_approved_after_it(centre: Centre, supervisor: Person) -> None:
    short_day(centre, supervisor)
    browser = supervisor.client()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get(PAGE).text)
    assert seen
    noted(centre, supervisor, "12:00-12:50")
    assert browser.post(f"{PAGE}/submit", data={"seen": seen[1], "consent": "1"}).status_code == 409


def test_the_sheet_shows_planned_and_actual_times_and_breaks_of_the_records(centre: Centre, supervisor: Person) -> None:
    short_day(centre, supervisor)
    sheet = staffing(supervisor.client())
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value in {"A1", "A2"}}
    away = rows["A2"]
    assert (away[3].value, clock(away[4]), clock(away[5])) == ("8:30～17:15", "08:25", "17:16")
    assert away[6].value == "12:00～12:50"
    assert [round(cell.value.total_seconds() / 60) for cell in away[7:9]] == [480, 481]
    assert rows["A1"][6].value == "なし"
