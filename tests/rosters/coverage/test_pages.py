"""Pages of the coverage proof: who may see and note, what stands on them, and the workbook."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.centre import Browser, Centre, Person
from tests.rosters.coverage.factories import WHOLE_DAY, judged, noted, spans, two_operators, worked
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, TUESDAY, add_staff, at, shift

LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
ROUTES = [
    ("GET", "/coverage", LEADERS),
    ("GET", "/coverage/day", LEADERS),
    ("POST", "/coverage/day", {Role.SUPERVISOR}),
    ("POST", "/coverage/workbook", LEADERS),
]
DAY = f"/coverage/day?on={MONDAY}"
FORM = {"start": "720", "end": "780", "cause": "absence", "detail": "体調不良。", "measure": "応援を手配した。"}


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


def lunch(centre: Centre) -> None:
    """A finished Monday with one operator away from 12:00 to 13:00, a break by plan too."""
    centre.at(at("18:00"))
    for code, planned in (("P01", shift(WHOLE_DAY)), ("P02", shift(WHOLE_DAY, "12:00-13:00"))):
        staff = add_staff(centre, code, "見本 花子")
        away = ", rest 12:00, back 13:00" if code == "P02" else ""
        worked(centre, staff, f"in 8:30{away}, out 17:15", planned)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def figures(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-figure="(\w+)">([^<]+)<', page))


def post(browser: Browser, **changes: str) -> Any:
    return browser.post(DAY, data={**FORM, "idempotency_key": str(uuid4()), **changes})


@pytest.mark.parametrize(("method", "url", "may"), ROUTES)
def test_each_page_opens_to_its_roles_only(sqlite_centre: Centre, method: str, url: str, may: set[Role]) -> None:
    for role in Role:
        browser = sqlite_centre.person(role).client()
        found = browser.get(url) if method == "GET" else browser.post(url, data={})
        assert (found.status_code == 403) == (role not in may), (role, found.status_code)


def test_every_route_of_the_proof_is_in_the_table(sqlite_centre: Centre) -> None:
    found = {
        (method, rule.rule)
        for rule in sqlite_centre.app.url_map.iter_rules()
        if rule.endpoint.startswith("coverage.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert found == {(method, url) for method, url, _ in ROUTES}


# --- the month ---


def test_the_month_shows_plan_record_and_what_is_missing(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    browser = supervisor.client()
    page = browser.get("/coverage?month=2026-06")
    shown = figures(page.get_data(as_text=True))
    assert (shown["below"], shown["judged"], shown["planned_below"], shown["unnoted"]) == ("60", "525", "60", "1")
    assert shown["share"] == "88.5%"
    assert "未記入 12:00～13:00 在席1名（60分）" in text(page)
    assert "契約書第10条（履行不能分の減額）の根拠" in text(page)
    assert "最少人数を下回った時間は 1時間（60分）です。" in text(page)
    assert "金額は、市が定めます" in text(page)
    assert "令和8年6月6日（土）" not in text(page)
    assert "閉庁日 8日は含みません" in text(page)


def test_a_noted_stretch_shows_cause_and_measure_in_the_month(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00")
    page = text(supervisor.client().get("/coverage"))
    assert "記入済み 12:00～13:00 在席1名（60分） 欠勤：体調不良による欠勤。 対策：業務責任者が応援を手配した。" in page


def test_a_running_day_is_judged_up_to_now(centre: Centre, supervisor: Person) -> None:
    two_operators(centre, "in 8:30", "in 8:40")
    page = supervisor.client().get("/coverage").get_data(as_text=True)
    assert figures(page)["judged"] == "60"
    assert "9:30まで判定" in page


def test_a_day_without_a_plan_and_one_to_come_show_no_figures(sqlite_centre: Centre) -> None:
    page = sqlite_centre.person(Role.SUPERVISOR).client().get("/coverage").get_data(as_text=True)
    row = text_of_row(page, "令和8年6月30日（火）")
    assert "予定なし" in row
    assert row.count("―") == 4


def text_of_row(page: str, day: str) -> str:
    return next(row for row in page.split("<tr>") if f">{day}<" in row)


@pytest.mark.parametrize("month", ["2026-03", "2027-04"])
def test_a_month_outside_the_contract_says_what_to_do(sqlite_centre: Centre, month: str) -> None:
    page = sqlite_centre.person(Role.SUPERVISOR).client().get(f"/coverage?month={month}")
    assert "契約期間内の月を選んでください" in text(page)


@pytest.mark.parametrize("month", ["2026-13", "x", "2026-6"])
def test_a_month_that_is_none_is_refused(sqlite_centre: Centre, month: str) -> None:
    assert sqlite_centre.person(Role.SUPERVISOR).client().get(f"/coverage?month={month}").status_code == 422


def test_the_contracts_first_and_last_months_hold_its_days_only(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.CONTRACT_MANAGER).client()
    assert "合計（21日）" in text(browser.get("/coverage?month=2026-04"))
    assert browser.get("/coverage?month=2027-03").status_code == 200


# --- noting ---


def test_the_supervisor_notes_a_stretch(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    browser = supervisor.client()
    answer = post(browser)
    assert (answer.status_code, answer.location) == (303, DAY)
    assert "令和8年6月1日（月）の原因・対策を記録しました。" in text(browser.get(DAY))
    assert "記入 令和8年6月1日（月） 18:00 見本 責任者" in text(browser.get(DAY))
    assert figures(browser.get("/coverage").get_data(as_text=True))["unnoted"] == "0"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cause": ""}, "原因を選んでください。"),
        ({"cause": "weather"}, "原因を選んでください。"),
        ({"measure": " "}, "とった対策を入力してください。"),
        ({"cause": "other", "detail": ""}, "「その他」のときは、原因の内容を入力してください。"),
        ({"measure": "あ" * 201}, "200文字"),
        ({"end": "720"}, "下回った時間を読み取れませんでした"),
        ({"start": "x"}, "数字で入力してください"),
    ],
)
def test_a_form_that_is_not_whole_is_shown_again_with_what_was_typed(
    sqlite_centre: Centre, changes: dict[str, str], said: str
) -> None:
    lunch(sqlite_centre)
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), **changes)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert judged(sqlite_centre).notes == ()
    if "measure" not in changes and not {"start", "end"} & changes.keys():
        assert 'value="応援を手配した。"' in page


def test_errors_are_listed_in_the_order_of_the_form(sqlite_centre: Centre) -> None:
    lunch(sqlite_centre)
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), cause="", measure="")
    links = re.findall(r'<a href="(#f-[^"]+)"', answer.get_data(as_text=True))
    assert links == ["#f-720-cause", "#f-720-measure"]


def test_what_was_typed_stays_when_somebody_was_faster(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00")
    answer = post(supervisor.client(), measure="あとから書いた対策", seen="")
    assert answer.status_code == 409
    assert "ほかの人が先に" in text(answer)
    assert 'value="あとから書いた対策"' in answer.get_data(as_text=True)


def test_an_individual_number_is_refused_and_masked(sqlite_centre: Centre) -> None:
    lunch(sqlite_centre)
    number = "12345678901"
    number += str(check_digit(number))
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), measure=f"番号 {number}")
    assert answer.status_code == 422
    assert number not in answer.get_data(as_text=True)
    assert judged(sqlite_centre).notes == ()


def test_the_manager_sees_the_day_but_has_no_form(sqlite_centre: Centre) -> None:
    lunch(sqlite_centre)
    page = sqlite_centre.person(Role.CONTRACT_MANAGER).client().get(DAY).get_data(as_text=True)
    assert "12:00～13:00（60分）" in page
    assert 'name="measure"' not in page


def test_a_note_whose_stretch_vanished_shows_as_resolved(centre: Centre, supervisor: Person) -> None:
    two_operators(centre, "in 8:30", "")
    noted(centre, supervisor, "8:30-9:30")
    # The one who was thought missing had been there: the punch comes in later.
    staff = next(one for one in judged_staff(centre) if one[1] == "P02")[0]
    worked(centre, staff, "in 8:30")
    assert spans(judged(centre).resolved) == ["8:30-9:30"]
    browser = supervisor.client()
    assert "解消" in text(browser.get(DAY))
    assert "解消 8:30～9:30 打刻の訂正などにより" in text(browser.get("/coverage"))


def judged_staff(centre: Centre) -> list[tuple[Any, str]]:
    from callcenter.rosters.queries import staff_list

    with centre.inside():
        return [(one.id, one.code) for one in staff_list(centre.contract_id)]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (TUESDAY, "まだ受付時間になっていません"),
        (MONDAY.replace(day=6), "閉庁日です"),
        (FRIDAY_BEFORE, "8:30～17:15（525分）"),
    ],
)
def test_each_kind_of_day_says_what_it_is(sqlite_centre: Centre, on: object, said: str) -> None:
    page = sqlite_centre.person(Role.SUPERVISOR).client().get(f"/coverage/day?on={on}")
    assert said in text(page)


# --- the workbook ---


def test_the_workbook_shows_the_pages_totals_and_its_download_is_logged(centre: Centre, supervisor: Person) -> None:
    lunch(centre)
    noted(centre, supervisor, "12:00-13:00")
    browser = supervisor.client()
    answer = browser.post("/coverage/workbook", data={"month": "2026-06"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=coverage-proof_202606.xlsx"
    book: Any = load_workbook(BytesIO(answer.data), data_only=True)
    last = book["日別"].max_row
    shown = figures(browser.get("/coverage?month=2026-06").get_data(as_text=True))
    assert f"{book['日別'].cell(last, 8).value:,}" == shown["below"]
    assert f"{book['日別'].cell(last, 9).value * 100:.1f}%" == shown["share"]
    assert [cell.value for cell in book["下回った時間"][4]][4:] == [
        "欠勤",
        "体調不良による欠勤。",
        "業務責任者が応援を手配した。",
    ]
    with centre.inside():
        details = db.session.execute(
            select(AuditEntry.details).where(AuditEntry.action == "coverage.downloaded")
        ).scalar_one()
    assert (details["month"], details["count"]) == ("2026-06", 1)


def test_nobody_reads_another_contracts_proof(sqlite_centre: Centre) -> None:
    lunch(sqlite_centre)
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R8B", title="別の契約")
    stranger = sqlite_centre.person(Role.SUPERVISOR, contract_id=other)
    browser = sqlite_centre.browser()
    token = sqlite_centre.open_session(stranger, other)
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = token
    page = browser.get("/coverage?month=2026-06")
    assert page.status_code == 200
    assert figures(page.get_data(as_text=True))["below"] != "60"
    assert "欠勤" not in text(page)
