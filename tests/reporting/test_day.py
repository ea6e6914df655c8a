"""A day from the records to the city: page, workbook, command and snapshot show the same figures."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from click.testing import CliRunner

from callcenter.audit import queries as log
from callcenter.calls import queries as calls
from callcenter.cli import cli
from callcenter.contracts import service as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import Edition, Kind
from callcenter.extensions import new_id
from callcenter.reporting import approval
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import individual_number, saved_call
from tests.centre import Browser, Centre, Person
from tests.rosters.factories import MONDAY, add_staff, plan, punched, shift

EVENING = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
"""17:30 in Tokyo: the opening hours are over."""
NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
PAGE = f"/reports/daily/{MONDAY}"


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


def _working_day(centre: Centre, supervisor: Person, **fields: Any) -> None:
    """Two calls by an operator, three people on duty, one of them late."""
    operator = centre.person(Role.OPERATOR, name="例田 一郎")
    desk = operator.client()
    saved_call(desk, **fields)
    saved_call(desk, category="0302", disposition="booking", report_text="予約の変更", complaint=True)
    for code, name, role, person in (
        ("S1", "見本 責任者", StaffRole.SUPERVISOR, supervisor),
        ("A1", "例田 一郎", StaffRole.OPERATOR, operator),
        ("A2", "仮山 二美", StaffRole.OPERATOR, None),
    ):
        staff = add_staff(centre, code, name, role, person)
        plan(centre, staff, shift("8:30-17:15", "12:00-13:00"))
        punched(centre, staff, "in 8:40, out 17:15" if code == "A2" else "in 8:25, out 17:15")
    centre.at(EVENING)


def _shown(page: str) -> dict[str, str]:
    return dict(re.findall(r'<dd data-figure="(\w+)">([^<]+)</dd>', page))


def _submit(browser: Browser, **form: str) -> Any:
    """Look at the day's page and submit what it shows."""
    return browser.post(f"{PAGE}/submit", data={"consent": "1", **_seen(browser), **form})


def _seen(browser: Browser) -> dict[str, str]:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get(PAGE).text)
    return {"seen": found[1]} if found else {}


def _newest(centre: Centre) -> delivered.VersionFacts:
    with centre.inside():
        return delivered.versions_for(centre.contract_id, Kind.DAILY, MONDAY, MONDAY)[0]


def _workbook(browser: Browser, version: UUID, edition: Edition) -> Any:
    answer = browser.get(f"/documents/{version}/files/{edition.value}")
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def _words(book: Any) -> str:
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


def test_page_snapshot_workbook_and_command_show_the_same_totals(
    centre: Centre, supervisor: Person, tmp_path: Path
) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    shown = _shown(browser.get(PAGE).text)
    assert shown["recorded"] == "2"
    assert _submit(browser).status_code == 303
    version = _newest(centre)
    assert {key: version.figures[key]["text"] for key in shown} == shown
    officer = centre.person(Role.CITY_OFFICER).client()
    inquiries = _workbook(officer, version.id, Edition.HANDOVER)
    assert "予約の変更" in _words(inquiries)
    out = tmp_path / "out"
    arguments = ["reports", "build", "daily", "--date", str(MONDAY), "--out", str(out), "--json"]
    answer = CliRunner().invoke(cli, arguments, obj=lambda: centre.app)
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.output)["figures"]
    assert {key: figures[key]["text"] for key in shown} == shown
    assert len(list(out.glob("*.xlsx"))) == 2


def test_the_approver_stands_on_the_cover_and_a_draft_is_marked(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    draft = openpyxl.load_workbook(io.BytesIO(browser.get(f"{PAGE}/draft/handover").data))
    assert "案" in _words(draft)
    _submit(browser)
    submitted = _words(_workbook(browser, _newest(centre).id, Edition.HANDOVER))
    assert "見本 責任者" in submitted


def test_the_network_edition_names_nobody_and_carries_no_text(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    _submit(browser)
    words = _words(_workbook(browser, _newest(centre).id, Edition.NETWORK))
    for planted in ("例田", "仮山", "見本 責任者", "予約の変更", "カード更新の時期"):
        assert planted not in words
    assert "A1" in words


def test_with_the_citys_permission_texts_go_by_network_too(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    with centre.inside(), transaction():
        permission = contracts.NewPermission("network_texts", MONDAY, "市民課長")
        contracts.record_permission(permission, by=supervisor.actor, at=centre.now)
    browser = supervisor.client()
    _submit(browser)
    words = _words(_workbook(browser, _newest(centre).id, Edition.NETWORK))
    assert "予約の変更" in words
    assert "例田" not in words


@pytest.mark.parametrize(
    "text", ["架空太郎様より更新の照会", "折返し先は 073-432-0001", "連絡先 ０９０－１２３４－５６７８"]
)
def test_a_report_text_with_personal_data_stops_the_approval_until_confirmed(
    centre: Centre, supervisor: Person, text: str
) -> None:
    _working_day(centre, supervisor, report_text=text)
    browser = supervisor.client()
    assert _submit(browser).status_code == 409
    marks = re.findall(r'name="mark" value="([0-9a-f]+)"', browser.get(PAGE).text)
    assert marks
    for mark in marks:
        assert browser.post(f"{PAGE}/findings", data={"mark": mark}).status_code == 303
    assert _submit(browser).status_code == 303


def test_a_confirmation_of_another_text_is_refused(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    answer = supervisor.client().post(f"{PAGE}/findings", data={"mark": "00" * 32})
    assert answer.status_code == 409


def test_points_that_may_stand_need_the_approvers_word(centre: Centre, supervisor: Person) -> None:
    saved_call(centre.person(Role.OPERATOR).client())
    browser = supervisor.client()
    refused = _submit(browser, consent="")
    assert refused.status_code == 422
    assert "印を付けてから" in refused.text
    assert _submit(browser).status_code == 303


def test_a_correction_is_a_second_version_that_says_what_changed(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    _submit(browser)
    refused = _submit(browser)
    assert refused.status_code == 422
    assert "前の版から何を変えたか" in refused.text
    assert _submit(browser, change_note="着信数を直した").status_code == 303
    assert _newest(centre).number == 2
    assert "着信数を直した" in _words(_workbook(browser, _newest(centre).id, Edition.HANDOVER))


@pytest.mark.parametrize("note", ["架空太郎様の件を直した", "073-432-0001 の件を直した", "架空 太郎の件を直した"])
def test_what_changed_may_not_name_a_caller_either(centre: Centre, supervisor: Person, note: str) -> None:
    _working_day(centre, supervisor, name="架空 太郎")
    browser = supervisor.client()
    _submit(browser)
    refused = _submit(browser, change_note=note)
    assert refused.status_code == 422
    assert "個人情報らしい語があります" in refused.text
    assert _newest(centre).number == 1


def test_matters_to_report_are_printed_and_may_be_withdrawn(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    form = {"kind": "trouble", "minute": "10:15", "text": "電話機1台が不通になった。"}
    assert browser.post(f"{PAGE}/matters", data=form).status_code == 303
    page = browser.get(PAGE).text
    assert "電話機1台が不通になった。" in page
    matter = re.findall(r"/reports/daily/matters/([0-9a-f-]+)/withdraw", page)[0]
    assert browser.post(f"/reports/daily/matters/{matter}/withdraw").status_code == 303
    assert "電話機1台が不通になった。" not in browser.get(PAGE).text


def test_an_individual_number_in_a_matter_is_refused_and_logged(centre: Centre, supervisor: Person) -> None:
    centre.at(EVENING)
    number = individual_number()
    form = {"kind": "other", "text": f"番号 {number} の方から苦情"}
    answer = supervisor.client().post(f"{PAGE}/matters", data=form)
    assert answer.status_code == 422
    assert number not in answer.text
    assert "の方から苦情" in answer.text


def test_reading_the_callers_for_the_check_is_an_entry(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    supervisor.client().get(PAGE)
    with centre.inside():
        entries = log.history_of(centre.contract_id, "day", MONDAY.isoformat())
    assert [entry.action for entry in entries] == ["report.callers_checked"]
    assert "架空" not in json.dumps(dict(entries[0].details), ensure_ascii=False)


@pytest.mark.parametrize("on", ["2026-03-31", "2027-04-01", "2026-06-02", "2026-13-01", "today"])
def test_a_day_outside_the_contract_or_to_come_has_no_report(centre: Centre, supervisor: Person, on: str) -> None:
    assert supervisor.client().get(f"/reports/daily/{on}").status_code in {404, 422}


def test_a_day_without_a_single_call_is_reported_too(centre: Centre, supervisor: Person) -> None:
    centre.at(EVENING)
    browser = supervisor.client()
    page = browser.get(PAGE).text
    assert _shown(page)["recorded"] == "0"
    assert _shown(page)["offered"] == "未計測"
    assert _submit(browser).status_code == 303


def test_calls_at_both_ends_of_a_fiscal_year_fall_into_their_own_day(centre: Centre, supervisor: Person) -> None:
    centre.at(datetime(2027, 3, 31, 14, 59, 30, tzinfo=UTC))
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk, timing={"started_ms_ago": 1_000, "talk_seconds": 1, "acw_seconds": 0})
    with centre.inside(), transaction():
        found = approval.review(date(2027, 3, 31), by=supervisor.actor, at=centre.now)
    assert found.figures["recorded"].text == "1"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_others_neither_see_nor_submit_drafts(centre: Centre, role: Role) -> None:
    centre.at(EVENING)
    browser = centre.person(role).client()
    for url in ("/reports/daily", PAGE, f"{PAGE}/draft/handover"):
        assert browser.get(url).status_code == 403
    for url in (f"{PAGE}/submit", f"{PAGE}/matters", f"{PAGE}/findings"):
        assert browser.post(url).status_code == 403


def test_the_contract_manager_reads_but_does_not_approve(centre: Centre) -> None:
    centre.at(EVENING)
    browser = centre.person(Role.CONTRACT_MANAGER).client()
    assert browser.get(PAGE).status_code == 200
    assert _submit(browser).status_code == 403


def test_the_month_shows_where_each_days_report_stands(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    assert "作成中" in browser.get("/reports/daily?month=2026-06").text
    _submit(browser)
    assert "提出済み" in browser.get("/reports/daily?month=2026-06").text
    assert browser.get("/reports/daily?month=2026-99").status_code == 422


@pytest.mark.parametrize("changed", ["call", "matter"])
def test_what_changed_since_the_page_was_opened_is_not_submitted_unseen(
    centre: Centre, supervisor: Person, changed: str
) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    seen = _seen(browser)
    if changed == "call":
        saved_call(centre.person(Role.OPERATOR).client())
    else:
        browser.post(f"{PAGE}/matters", data={"kind": "other", "text": "報告を忘れていた件"})
    late = browser.post(f"{PAGE}/submit", data=seen)
    assert late.status_code == 409
    assert "記録が変わりました" in late.text
    assert browser.post(f"{PAGE}/submit").status_code == 409
    assert _submit(browser).status_code == 303


@pytest.mark.parametrize("month", ["1900-01", "1948-07", "2099-12"])
def test_a_month_that_no_calendar_knows_is_an_empty_one(sqlite_centre: Centre, month: str) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    assert browser.get(f"/reports/daily?month={month}").status_code == 200


def test_a_forgotten_clock_out_counts_no_presence_after_the_last_punch_on_paper_either(
    centre: Centre, supervisor: Person
) -> None:
    saved_call(centre.person(Role.OPERATOR).client())
    for code, punches in (("A1", "in 8:30, out 17:15"), ("A2", "in 8:30, rest 12:00, back 12:15")):
        staff = add_staff(centre, code, f"例田 {code}", StaffRole.OPERATOR)
        plan(centre, staff, shift("8:30-17:15"))
        punched(centre, staff, punches)
    centre.at(EVENING + timedelta(days=1))
    browser = supervisor.client()
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{PAGE}/draft/handover").data))
    strips = {row[1].value: [cell.value for cell in row[2:]] for row in book["在席状況"].iter_rows()}
    assert strips["例田 A2"] == ["■"] * 14 + [None] * 21
    assert _shown(browser.get(PAGE).text)["shortage_minutes"] == "5:15"
    assert "勤務中（締切時点）" not in _words(book)
    assert "打刻もれ（退勤）" in _words(book)


def test_on_a_running_day_the_paper_says_who_is_still_there(centre: Centre, supervisor: Person) -> None:
    staff = add_staff(centre, "A1", "例田 一郎", StaffRole.OPERATOR)
    plan(centre, staff, shift("8:30-17:15"))
    punched(centre, staff, "in 8:30, rest 9:00")
    centre.at(NOON)
    answer = supervisor.client().get(f"{PAGE}/draft/handover")
    assert "休憩中（締切時点）" in _words(openpyxl.load_workbook(io.BytesIO(answer.data)))


def _page(person: Person, address: str) -> str:
    answer = person.client().get(address)
    assert answer.status_code == 200
    return str(answer.text)


def _punch_out(person: Person) -> Any:
    return person.client().post("/attendance/punch", data={"kind": "out", "idempotency_key": str(new_id())})


def test_a_submitted_day_that_stands_as_it_was_shows_no_change(centre: Centre, supervisor: Person) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    _submit(browser)
    centre.at(EVENING + timedelta(days=1))
    assert "第1版を提出済みです" in _page(supervisor, PAGE)
    assert "提出したあとに変わったところ" not in _page(supervisor, PAGE)
    assert "提出後に記録が変わった日報" not in _page(supervisor, "/today")


def test_what_changed_after_the_submission_is_shown_and_is_a_thing_to_do_until_it_is_handed_over(
    centre: Centre, supervisor: Person
) -> None:
    _working_day(centre, supervisor)
    browser = supervisor.client()
    _submit(browser)
    centre.at(EVENING + timedelta(minutes=5))
    browser.post(f"{PAGE}/matters", data={"kind": "other", "text": "後から分かったこと"})
    with centre.inside():
        call = calls.day_calls(centre.contract_id, MONDAY)[0]
    voided = browser.post(f"/calls/{call.id}/void", data={"reason": "同じ記録が二つあったため", "version": "2"})
    assert voided.status_code == 303, voided.text
    page = browser.get(PAGE).text
    changed = page[page.index('id="changes"') :]
    assert "対応記録、市への報告事項、取り消した記録・保存していない通話の内容" in changed
    assert re.search(r'>記録件数</th><td class="num">2</td><td class="num">1</td>', changed)
    centre.at(EVENING + timedelta(days=1))
    assert "提出後に記録が変わった日報" in _page(supervisor, "/today")
    _submit(supervisor.client(), change_note="取り消した記録を除いた")
    assert "提出後に記録が変わった日報" not in _page(supervisor, "/today")


def test_who_was_still_there_at_the_submission_may_leave_without_changing_it(
    centre: Centre, supervisor: Person
) -> None:
    operator = centre.person(Role.OPERATOR, name="例田 一郎")
    staff = add_staff(centre, "A1", "例田 一郎", StaffRole.OPERATOR, operator)
    plan(centre, staff, shift("8:30-17:15"))
    punched(centre, staff, "in 8:30")
    saved_call(operator.client())
    centre.at(EVENING)
    browser = supervisor.client()
    _submit(browser)
    centre.at(EVENING + timedelta(minutes=5))
    assert _punch_out(operator).status_code == 303
    assert "提出したあとに変わったところ" not in browser.get(PAGE).text
    staff = add_staff(centre, "A2", "例田 二郎", StaffRole.OPERATOR)
    punched(centre, staff, "in 8:30, out 12:00")
    centre.at(EVENING + timedelta(minutes=9))
    assert "出退勤（A2）の内容" in browser.get(PAGE).text
