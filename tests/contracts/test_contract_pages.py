from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest

from callcenter.contracts import queries
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.centre import Browser, Centre
from tests.contracts.test_holiday_imports import NEWER, SHIPPED

NUMBER = f"12345678901{check_digit('12345678901')}"
TERMS = {
    "effective_on": "2026-07-01",
    "opens": "08:30",
    "closes": "18:00",
    "minimum_operators": "3",
    "approved_headcount": "4",
    "note": "市の指示",
}
CLOSURE = {"kind": "closed", "local_on": "2026-06-15", "reason": "停電工事", "approver": "市民課長"}
OPENING = {**CLOSURE, "kind": "open", "local_on": "2026-06-20", "opens": "09:00", "closes": "12:00"}
PERMISSION = {"kind": "network_data", "granted_on": "2026-05-01", "granted_by": "市民課長", "note": "文書1号"}
FACTS = {"title": "件名", "contractor_name": "架空社", "place": "市役所", "ends_on": "2027-03-31"}
SETTING = {"name": "public_phones", "value": "0120950178\n０５７０－７８３－５７８", "effective_on": "2026-06-01"}
FORMS = {
    "/contract/facts": FACTS,
    "/contract/terms": TERMS,
    "/contract/permissions": PERMISSION,
    "/contract/settings": SETTING,
    "/contract/calendar/exceptions": CLOSURE,
    "/contract/reading": {"reading": "literal"},
}
PAGES = ("/contract", "/contract/calendar", "/contract/reading")


def _manager(centre: Centre) -> Browser:
    return centre.person(Role.CONTRACT_MANAGER).client()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("url", PAGES)
def test_everybody_may_read(sqlite_centre: Centre, url: str, role: Role) -> None:
    assert sqlite_centre.person(role).client().get(url).status_code == 200


@pytest.mark.parametrize("url", FORMS)
def test_the_contract_manager_and_the_administrator_change_and_nobody_else(sqlite_centre: Centre, url: str) -> None:
    for role in Role:
        answer = sqlite_centre.person(role).client().post(url, data=FORMS[url])
        may = role in {Role.CONTRACT_MANAGER, Role.ADMINISTRATOR}
        assert answer.status_code in ({303, 409} if may else {403})


def test_readers_are_shown_no_forms(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.OPERATOR).client()
    for url in PAGES:
        page = browser.get(url).text
        assert set(re.findall(r'<form[^>]+action="([^"]+)"', page)) <= {"/sign-out"}


@pytest.mark.parametrize("url", [url for url in FORMS if url != "/contract/reading"])
def test_each_form_saves(centre: Centre, url: str) -> None:
    browser = _manager(centre)
    assert browser.post(url, data=FORMS[url]).status_code == 303
    assert browser.get("/contract").status_code == 200
    assert browser.get("/contract/calendar").status_code == 200


def test_the_form_of_public_phones_starts_from_what_is_in_force(centre: Centre) -> None:
    browser = _manager(centre)
    first = browser.get("/contract").text
    assert re.search(r"<textarea[^>]*>\s*0120-95-0178\n0570-783-578\n050-3818-1250</textarea>", first)
    browser.post("/contract/settings", data=SETTING)
    assert re.search(r"<textarea[^>]*>\s*0120-950-178\n0570-783-578</textarea>", browser.get("/contract").text)


def test_a_change_of_terms_starts_from_those_in_force(centre: Centre) -> None:
    browser = _manager(centre)
    browser.post("/contract/terms", data={**FORMS["/contract/terms"], "effective_on": "2026-06-01"})
    page = browser.get("/contract").text
    headcount = re.search(r'name="approved_headcount" value="(\d+)"', page)
    assert headcount
    assert headcount[1] == FORMS["/contract/terms"]["approved_headcount"]


def test_public_phones_are_written_the_usual_way(centre: Centre) -> None:
    _manager(centre).post("/contract/settings", data=SETTING)
    with centre.inside():
        on = queries.contract(centre.contract_id).ends_on
        assert queries.setting(centre.contract_id, "public_phones", on) == ["0120-950-178", "0570-783-578"]


def test_a_refused_setting_is_named_and_led_to(centre: Centre) -> None:
    wrong = {"name": "monthly_fee_yen", "value": "四百万円", "effective_on": "2026-04-01"}
    page = _manager(centre).post("/contract/settings", data=wrong).text
    assert '<a href="#f-settings-monthly_fee_yen">委託金の月額（円、税込み）：0から' in page
    assert 'id="f-settings-monthly_fee_yen"' in page


@pytest.mark.parametrize(
    ("url", "field", "value"),
    [
        ("/contract/terms", "effective_on", "2026-13-01"),
        ("/contract/terms", "effective_on", "2028-01-01"),
        ("/contract/terms", "opens", "25:00"),
        ("/contract/terms", "closes", "08:30"),
        ("/contract/terms", "minimum_operators", "-1"),
        ("/contract/terms", "approved_headcount", "１２"),
        ("/contract/terms", "approved_headcount", "99999999999999999999"),
        ("/contract/facts", "title", ""),
        ("/contract/facts", "ends_on", "2026-03-31"),
        ("/contract/facts", "ends_on", "9999-12-31"),
        ("/contract/permissions", "kind", "all"),
        ("/contract/permissions", "granted_by", "\x00"),
        ("/contract/permissions", "ends_on", "2026-01-01"),
        ("/contract/settings", "name", "x"),
        ("/contract/settings", "value", "not a phone"),
        ("/contract/settings", "value", "\n".join(["0120950178"] * 51)),
        ("/contract/calendar/exceptions", "kind", ""),
        ("/contract/calendar/exceptions", "local_on", "0001-01-01"),
        ("/contract/calendar/exceptions", "reason", ""),
        ("/contract/calendar/exceptions", "reason", "あ" * 201),
        ("/contract/calendar/exceptions", "approver", "　"),
        ("/contract/reading", "reading", "mine"),
    ],
)
def test_what_cannot_be_is_refused_on_its_page(centre: Centre, url: str, field: str, value: str) -> None:
    answer = _manager(centre).post(url, data={**FORMS[url], field: value})
    assert answer.status_code == 422
    assert "入力内容を確認してください" in answer.text


def test_what_was_typed_stays(sqlite_centre: Centre) -> None:
    answer = _manager(sqlite_centre).post("/contract/terms", data={**TERMS, "closes": "08:00"})
    assert 'value="市の指示"' in answer.text
    assert 'id="f-terms-closes-error"' in answer.text


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("/contract/facts", "title"),
        ("/contract/facts", "contractor_name"),
        ("/contract/facts", "place"),
        ("/contract/terms", "note"),
        ("/contract/permissions", "granted_by"),
        ("/contract/permissions", "note"),
        ("/contract/settings", "value"),
        ("/contract/calendar/exceptions", "reason"),
        ("/contract/calendar/exceptions", "approver"),
    ],
)
def test_an_individual_number_is_refused_in_every_text(sqlite_centre: Centre, url: str, field: str) -> None:
    answer = _manager(sqlite_centre).post(url, data={**FORMS[url], field: f"個人番号 {NUMBER}"})
    assert answer.status_code == 422
    assert NUMBER not in answer.text


def test_the_year_is_shown_with_its_open_days_and_reasons(centre: Centre) -> None:
    browser = _manager(centre)
    browser.post("/contract/calendar/exceptions", data=CLOSURE)
    browser.post("/contract/calendar/exceptions", data=OPENING)
    page = browser.get("/contract/calendar").text
    assert "全244日" in page
    assert "閉庁日（停電工事）" in page
    assert "臨時開庁（休日窓口）" not in page
    assert page.count('class="month"') == 12
    for words in ("祝日（憲法記念日）", "振替休日", "国民の休日", "令和9年3月"):
        assert words in page


@pytest.mark.parametrize(("year", "status"), [("2026", 200), ("2099", 200), ("x", 422), ("0", 422), ("", 200)])
def test_a_year_beyond_the_contract_shows_its_own(sqlite_centre: Centre, year: str, status: int) -> None:
    answer = _manager(sqlite_centre).get(f"/contract/calendar?year={year}")
    assert answer.status_code == status
    assert status != 200 or "令和8年4月" in answer.text


def test_an_exception_is_withdrawn_with_a_reason(centre: Centre) -> None:
    browser = _manager(centre)
    browser.post("/contract/calendar/exceptions", data=CLOSURE)
    found = re.search(r"/contract/calendar/exceptions/[0-9a-f-]{36}/withdraw", browser.get("/contract/calendar").text)
    assert found
    assert browser.post(found[0], data={"reason": ""}).status_code == 422
    assert browser.post(found[0], data={"reason": f"番号{NUMBER}"}).status_code == 422
    assert browser.post(found[0], data={"reason": "延期"}).status_code == 303
    assert browser.post(found[0], data={"reason": "延期"}).status_code == 404
    assert "停電工事" not in browser.get("/contract/calendar").text


def test_the_readings_are_shown_with_their_consequences(centre: Centre) -> None:
    browser = _manager(centre)
    page = browser.get("/contract/reading").text
    for number in ("244", "247", "241"):
        assert f"<b>{number}</b>" in page
    assert "年末の令和8年12月29日（火）、令和8年12月30日（水）、令和8年12月31日（木）が開庁日です" in page
    for words in ("令和8年5月6日（水）", "令和8年9月22日（火）", "令和9年3月22日（月）"):
        assert words in page
    assert browser.post("/contract/reading", data={"reading": "year-end"}).status_code == 303
    assert "が開庁日です。" not in browser.get("/contract/reading").text


def test_a_permission_is_ended(centre: Centre) -> None:
    browser = _manager(centre)
    browser.post("/contract/permissions", data=PERMISSION)
    found = re.search(r"/contract/permissions/[0-9a-f-]{36}/end", browser.get("/contract").text)
    assert found
    assert browser.post(found[0], data={"ends_on": "2026-04-01"}).status_code == 422
    assert browser.post(found[0], data={"ends_on": "2026-06-30"}).status_code == 303


def test_another_contracts_rows_are_out_of_reach(sqlite_centre: Centre) -> None:
    manager = _manager(sqlite_centre)
    manager.post("/contract/calendar/exceptions", data=CLOSURE)
    manager.post("/contract/permissions", data=PERMISSION)
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R7")
        exception_id = queries.live_exceptions(sqlite_centre.contract_id)[0].id
        permission_id = queries.permissions(sqlite_centre.contract_id)[0].id
    stranger = sqlite_centre.person(Role.CONTRACT_MANAGER, contract_id=other)
    browser = sqlite_centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = sqlite_centre.open_session(stranger, other)
    headers = {"X-Contract-Id": str(other)}
    withdraw = browser.post(
        f"/contract/calendar/exceptions/{exception_id}/withdraw", data={"reason": "横取り"}, headers=headers
    )
    end = browser.post(f"/contract/permissions/{permission_id}/end", data={"ends_on": "2026-06-30"}, headers=headers)
    assert (withdraw.status_code, end.status_code) == (404, 404)


# --- the holiday list ---


def _upload(browser: Browser, content: bytes) -> Any:
    return browser.post("/contract/holidays", data={"file": (BytesIO(content), "syukujitsu.csv")})


def test_a_newer_list_is_shown_before_it_is_taken(centre: Centre) -> None:
    browser = centre.person(Role.ADMINISTRATOR).client()
    shown = _upload(browser, NEWER)
    assert shown.status_code == 200
    assert "架空の日" in shown.text
    with centre.inside():
        assert queries.holiday_source().imported_at is None
    content = re.search(r'name="content" value="([^"]+)"', shown.text)
    assert content
    assert browser.post("/contract/holidays/confirm", data={"content": content[1]}).status_code == 303
    with centre.inside():
        assert queries.holiday_source().last_on.isoformat() == "2028-06-15"
    assert browser.post("/contract/holidays/confirm", data={"content": content[1]}).status_code == 409


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", SHIPPED[:2000]])
def test_a_file_that_is_none_is_refused(sqlite_centre: Centre, content: bytes) -> None:
    assert _upload(sqlite_centre.person(Role.ADMINISTRATOR).client(), content).status_code == 422


def test_a_confirmation_without_the_list_is_refused(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.ADMINISTRATOR).client()
    for content in ("", "###", "eA=="):
        assert browser.post("/contract/holidays/confirm", data={"content": content}).status_code == 422


def test_only_an_administrator_imports(sqlite_centre: Centre) -> None:
    assert _upload(_manager(sqlite_centre), NEWER).status_code == 403


@pytest.mark.parametrize("typed", ["9" * 5000, "-1", "0", "100", "1e9", "inf", "8 0", "八十"])
def test_a_number_that_is_none_of_the_offered_is_refused(sqlite_centre: Centre, typed: str) -> None:
    form = {"name": "service_level_percent", "value": typed, "effective_on": "2026-06-01"}
    answer = _manager(sqlite_centre).post("/contract/settings", data=form)
    assert answer.status_code == 422
    assert "1から99まで" in answer.get_data(as_text=True)
