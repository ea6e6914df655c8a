from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.rosters import queries
from callcenter.rosters.records import planned_on, standing_punches
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from tests.centre import Centre, Person
from tests.rosters.factories import (
    FRIDAY_BEFORE,
    MONDAY,
    TUESDAY,
    add_staff,
    at,
    plan,
    punched,
    shift,
)

DESK = {Role.OPERATOR, Role.SUPERVISOR}
LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
SOMEBODY = UUID(int=7)
ROUTES = [
    ("GET", "/attendance", DESK),
    ("POST", "/attendance/punch", DESK),
    ("GET", "/attendance/present", {*DESK, Role.CONTRACT_MANAGER}),
    ("GET", f"/attendance/corrections/{SOMEBODY}", {Role.SUPERVISOR}),
    ("POST", f"/attendance/corrections/{SOMEBODY}", {Role.SUPERVISOR}),
    ("GET", "/staff", LEADERS),
    ("GET", "/staff/new", LEADERS),
    ("POST", "/staff/new", LEADERS),
    ("GET", f"/staff/{SOMEBODY}", LEADERS),
    ("POST", f"/staff/{SOMEBODY}", LEADERS),
    ("POST", f"/staff/{SOMEBODY}/end", LEADERS),
    ("GET", "/roster/day", LEADERS),
    ("POST", "/roster/day", LEADERS),
    ("GET", "/roster/day/row", LEADERS),
]
NEW = {
    "code": "p07",
    "name": "見本 花子",
    "name_kana": "みほん はなこ",
    "role": "operator",
    "employment": "dispatched",
    "starts_on": "2026-06-01",
}


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


@pytest.mark.parametrize(("method", "url", "may"), ROUTES)
def test_each_page_opens_to_its_roles_only(sqlite_centre: Centre, method: str, url: str, may: set[Role]) -> None:
    for role in Role:
        answer = sqlite_centre.person(role).client()
        found = answer.get(url) if method == "GET" else answer.post(url, data={})
        assert (found.status_code == 403) == (role not in may), (role, found.status_code)


def test_every_route_of_rosters_is_in_the_table(sqlite_centre: Centre) -> None:
    known = {(method, url.replace(str(SOMEBODY), "<uuid:staff_id>")) for method, url, _ in ROUTES}
    found = {
        (method, rule.rule)
        for rule in sqlite_centre.app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in {"attendance", "staff", "roster"}
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert found == known


# --- punches ---


def _operator(centre: Centre) -> tuple[Person, UUID]:
    person = centre.person(Role.OPERATOR)
    return person, add_staff(centre, "P01", "見本 花子", person=person)


def test_a_button_punches_and_the_page_says_so(centre: Centre) -> None:
    person, _ = _operator(centre)
    browser = person.client()
    form = {"kind": "in", "idempotency_key": str(uuid4())}
    assert browser.post("/attendance/punch", data=form).status_code == 303
    page = _text(browser.get("/attendance"))
    assert "09:30 出勤を打刻しました。" in page
    assert "<b>9:30</b> 出勤" in page
    assert re.search(r'value="in"[^>]* disabled', page)
    assert not re.search(r'value="break_start"[^>]* disabled', page)


def test_a_refused_punch_is_said_on_the_page(centre: Centre) -> None:
    person, _ = _operator(centre)
    answer = person.client().post("/attendance/punch", data={"kind": "out"})
    assert answer.status_code == 422
    assert "見本 花子さん・令和8年6月1日（月）：出勤の打刻がないため" in _text(answer)


def test_an_operator_sees_and_touches_nothing_of_the_others(sqlite_centre: Centre) -> None:
    person, _ = _operator(sqlite_centre)
    other = add_staff(sqlite_centre, "P02", "他人 さくら")
    browser = person.client()
    browser.post("/attendance/punch", data={"kind": "in", "staff_id": str(other)})
    with sqlite_centre.inside():
        assert standing_punches(sqlite_centre.contract_id, MONDAY, other) == []
    page = _text(browser.get("/attendance"))
    assert "他人 さくら" not in page
    assert "訂正</a>" not in page


def test_a_person_who_is_not_on_the_list_is_told(sqlite_centre: Centre) -> None:
    page = _text(sqlite_centre.person(Role.OPERATOR).client().get("/attendance"))
    assert "業務責任者に連絡してください" in page
    assert "punch-buttons" not in page


# --- the live line ---


def test_the_live_line_says_number_shape_and_word(centre: Centre) -> None:
    person, staff_id = _operator(centre)
    punched(centre, staff_id, "in 8:30")
    answer = _text(person.client().get("/attendance/present"))
    assert re.search(r"現在のオペレーター.*1名.*最少2名", answer)
    assert "badge-bad" in answer
    assert "最少人員を下回っています" in answer


def test_the_live_line_is_silent_while_it_says_the_same(sqlite_centre: Centre) -> None:
    sqlite_centre.at(at("17:14"))
    browser = sqlite_centre.person(Role.CONTRACT_MANAGER).client()
    shown = re.search(r"shown=([\w-]+)", _text(browser.get("/attendance/present")))
    assert shown
    assert browser.get(f"/attendance/present?shown={shown[1]}").status_code == 204
    sqlite_centre.at(at("17:15"))
    assert browser.get(f"/attendance/present?shown={shown[1]}").status_code == 200


def test_asking_for_the_live_line_keeps_no_session_alive(sqlite_centre: Centre) -> None:
    assert hasattr(sqlite_centre.app.view_functions["attendance.present"], "__background__")


# --- the board and corrections ---


def _supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR)


def test_the_board_shows_plan_record_and_what_is_short(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01", "見本 花子")
    plan(centre, staff_id, shift("8:30-17:15", "12:00-13:00"))
    punched(centre, staff_id, "in 8:40")
    page = _text(_supervisor(centre).client().get("/attendance"))
    for words in ("見本 花子", "8:30～17:15", "遅刻 10分", "最少人員を下回った時間 60分", "8:30～8:40</b> 0名"):
        assert words in page


@pytest.mark.parametrize("on", ["2026-03-31", "2027-04-01", "2026-02-30", "x"])
def test_a_day_outside_the_contract_is_refused_in_words(sqlite_centre: Centre, on: str) -> None:
    browser = _supervisor(sqlite_centre).client()
    for url in ("/attendance", "/roster/day"):
        assert browser.get(f"{url}?on={on}").status_code == 422


def test_before_and_after_the_contract_its_nearest_day_is_shown(sqlite_centre: Centre) -> None:
    browser = _supervisor(sqlite_centre).client()
    assert "令和8年6月1日（月）" in _text(browser.get("/attendance"))
    assert "閉庁日です（土曜日）" in _text(browser.get("/attendance?on=2026-05-30"))
    assert "前の開庁日" not in _text(browser.get("/attendance?on=2026-04-01"))
    assert "次の開庁日" not in _text(browser.get("/attendance?on=2027-03-31"))


def test_a_correction_is_recorded_and_shown_with_its_reason(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01", "見本 花子")
    punched(centre, staff_id, "in 8:30", FRIDAY_BEFORE)
    browser, url = _supervisor(centre).client(), f"/attendance/corrections/{staff_id}?on={FRIDAY_BEFORE}"
    form = {"at1": "17:15", "kind1": "out", "reason": "退勤の打ち忘れ", "idempotency_key": str(uuid4())}
    assert browser.post(url, data=form).status_code == 303
    page = _text(browser.get(url))
    assert "退勤の打ち忘れ" in page
    assert "<ins>17:15 退勤</ins>" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"at1": "12:00", "kind1": "break_start", "reason": "理由"}, "訂正後の 17:15 退勤 が続きません"),
        ({"at1": "25:00", "kind1": "in", "reason": "理由"}, "08:30 の形"),
        ({"at1": "12:00", "kind1": "", "reason": "理由"}, "選んでください"),
        ({"at1": "12:00", "kind1": "nap", "reason": "理由"}, "選んでください"),
        ({"reason": "理由"}, "取り消す打刻を選ぶか"),
        ({"void": "x", "reason": "理由"}, "選び直してください"),
        ({"at1": "12:00", "kind1": "break_start", "reason": ""}, "理由を入力してください"),
        ({"reason": "長" * 201}, "200文字以内"),
    ],
)
def test_a_refused_correction_keeps_what_was_typed(sqlite_centre: Centre, form: dict[str, str], said: str) -> None:
    staff_id = add_staff(sqlite_centre, "P01", "見本 花子")
    punched(sqlite_centre, staff_id, "in 8:30, out 17:15", FRIDAY_BEFORE)
    answer = (
        _supervisor(sqlite_centre).client().post(f"/attendance/corrections/{staff_id}?on={FRIDAY_BEFORE}", data=form)
    )
    assert answer.status_code == 422
    page = _text(answer)
    assert said in page
    for value in (form["reason"], form.get("at1", "")):
        assert f'value="{value}"' in page


def test_a_correction_made_meanwhile_is_said_and_loses_nothing(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    form = {"void": str(uuid4()), "reason": "打ち間違い"}
    answer = _supervisor(centre).client().post(f"/attendance/corrections/{staff_id}", data=form)
    assert answer.status_code == 409
    assert "ほかの人が先に" in _text(answer)
    assert 'value="打ち間違い"' in _text(answer)


def test_an_individual_number_in_a_reason_is_masked_and_logged_without_it(centre: Centre) -> None:
    eleven = "12345678901"
    number = f"{eleven}{check_digit(eleven)}"
    staff_id = add_staff(centre, "P01")
    answer = (
        _supervisor(centre)
        .client()
        .post(
            f"/attendance/corrections/{staff_id}",
            data={"at1": "8:30", "kind1": "in", "reason": f"個人番号 {number} の件"},
        )
    )
    assert answer.status_code == 422
    assert number not in _text(answer)
    assert "個人番号 ＊" in _text(answer)
    with centre.inside():
        entries = db.session.execute(
            select(AuditEntry.details).where(AuditEntry.action == "individual_number.refused")
        ).scalars()
        assert [one["spans"][0]["field"] for one in entries] == ["reason"]


# --- the staff list ---


def test_a_person_is_added_and_listed(centre: Centre) -> None:
    browser = centre.person(Role.CONTRACT_MANAGER).client()
    assert browser.post("/staff/new", data=NEW).status_code == 303
    page = _text(browser.get("/staff"))
    for words in ("P07", "見本 花子", "みほん はなこ", "派遣"):
        assert words in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "", "記号を入力してください"),
        ("code", "P 7", "英字・数字・ハイフン"),
        ("name", " ", "氏名を入力してください"),
        ("name", "長" * 61, "60文字以内"),
        ("name_kana", "見本", "ひらがなかカタカナ"),
        ("week_hours", "四十", "38:45 か 24 のように"),
        ("week_hours", "24:60", "38:45 か 24 のように"),
        ("week_hours", "40:01", "40時間"),
        ("week_hours", "0:59", "1時間から"),
        ("role", "boss", "選んでください"),
        ("employment", "", "選んでください"),
        ("starts_on", "2026-13-01", "日付を正しく"),
        ("starts_on", "2026-03-31", "契約期間"),
        ("ends_on", "2026-05-31", "より前に終えることはできません"),
        ("user_id", "x", "選び直してください"),
        ("user_id", str(SOMEBODY), "利用者を選んでください"),
    ],
)
def test_a_refused_person_keeps_what_was_typed(sqlite_centre: Centre, field: str, value: str, said: str) -> None:
    answer = _supervisor(sqlite_centre).client().post("/staff/new", data={**NEW, field: value})
    assert answer.status_code == 422
    page = _text(answer)
    assert said in page
    kept = NEW["name"] if field != "name" else NEW["name_kana"]
    assert f'value="{kept}"' in page


def test_a_person_is_changed_and_ended(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01")
    browser = _supervisor(centre).client()
    changed = {"name": "見本 春子", "name_kana": "みほん はるこ", "version": "1", "week_hours": "２４:３０"}
    assert browser.post(f"/staff/{staff_id}", data=changed).status_code == 303
    assert browser.post(f"/staff/{staff_id}", data=changed).status_code == 409
    assert 'value="24:30"' in browser.get(f"/staff/{staff_id}").get_data(as_text=True)
    ended = {"ends_on": "2026-05-31", "version": "2"}
    assert browser.post(f"/staff/{staff_id}/end", data=ended).status_code == 303
    assert "見本 春子さんの従事を終える日を登録しました。" in _text(browser.get("/staff"))
    assert "見本 春子" not in _text(browser.get("/staff"))
    assert "見本 春子" in _text(browser.get("/staff?all=1"))


def test_more_people_than_the_city_approved_are_said(sqlite_centre: Centre) -> None:
    for number in range(4):
        add_staff(sqlite_centre, f"P{number}")
    assert "承認人員を超えています" in _text(_supervisor(sqlite_centre).client().get("/staff"))


# --- the day's plan ---


def _row(key: str, staff_id: UUID, start: str = "", end: str = "", **more: str) -> dict[str, str]:
    given = {"staff": str(staff_id), "start": start, "end": end, **more}
    return {f"{field}-{key}": value for field, value in given.items()}


def test_a_day_is_planned_from_the_table(centre: Centre) -> None:
    first, second = add_staff(centre, "P01"), add_staff(centre, "P02")
    rows = _row("a", first, "08:30", "17:15", break_start1="12:00", break_end1="13:00")
    rows |= _row("b", second, pattern="day660")
    browser = centre.person(Role.CONTRACT_MANAGER).client()
    answer = browser.post(f"/roster/day?on={TUESDAY}", data={**rows, "row": ["a", "b"]})
    assert answer.status_code == 303
    with centre.inside():
        found = {one.staff_id: one.times for one in planned_on(centre.contract_id, TUESDAY)}
    assert found[first] == shift("8:30-17:15", "12:00-13:00")
    assert found[second] == shift("8:30-17:15", "11:00-12:00")
    assert "登録 2件、取下げ 0件" in _text(browser.get(f"/roster/day?on={TUESDAY}"))


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({"start": "17:15", "end": "8:30"}, "08:30 の形"),
        ({"start": "17:15", "end": "08:30"}, "日をまたぐ勤務"),
        ({"start": "08:30", "end": ""}, "08:30 の形"),
        ({"start": "08:30", "end": "17:15", "break_start1": "12:00"}, "08:30 の形"),
        ({"start": "08:30", "end": "17:15", "break_start1": "08:30", "break_end1": "09:00"}, "勤務の途中"),
    ],
)
def test_a_refused_plan_keeps_what_was_typed(sqlite_centre: Centre, times: dict[str, str], said: str) -> None:
    staff_id = add_staff(sqlite_centre, "P01", "見本 花子")
    data = {**_row("a", staff_id, **times), "row": "a"}
    answer = _supervisor(sqlite_centre).client().post(f"/roster/day?on={TUESDAY}", data=data)
    assert answer.status_code == 422
    page = _text(answer)
    assert said in page
    assert "見本 花子さん" in page
    assert f'value="{times["start"]}"' in page


def test_an_overlap_is_shown_at_its_row(centre: Centre) -> None:
    staff_id = add_staff(centre, "P01", "見本 花子")
    plan(centre, staff_id, shift("8:30-12:30"), TUESDAY)
    data = {**_row("a", staff_id, "12:00", "17:15"), "row": "a"}
    answer = _supervisor(centre).client().post(f"/roster/day?on={TUESDAY}", data=data)
    assert answer.status_code == 422
    assert "見本 花子さん・令和8年6月2日（火）：8:30～12:30 の予定と時間が重なっています。" in _text(answer)


def test_the_plan_of_the_open_day_before_fills_empty_rows_unsaved(sqlite_centre: Centre) -> None:
    first, second = add_staff(sqlite_centre, "P01"), add_staff(sqlite_centre, "P02")
    plan(sqlite_centre, first, shift("8:30-17:15", "11:00-12:00"))
    plan(sqlite_centre, second, shift("9:00-12:00"), TUESDAY)
    page = _text(_supervisor(sqlite_centre).client().get(f"/roster/day?on={TUESDAY}&copy=1"))
    assert 'value="11:00"' in page
    assert 'value="09:00"' in page
    assert "まだ保存していません" in page
    with sqlite_centre.inside():
        assert len(planned_on(sqlite_centre.contract_id, TUESDAY)) == 1


def test_a_plan_below_the_minimum_is_seen_before_it_happens(sqlite_centre: Centre) -> None:
    for code, rest in (("P01", "12:00-13:00"), ("P02", "13:00-14:00")):
        plan(sqlite_centre, add_staff(sqlite_centre, code), shift("8:30-17:15", rest), TUESDAY)
    deputy = add_staff(sqlite_centre, "S02", role=StaffRole.DEPUTY)
    plan(sqlite_centre, deputy, shift("8:30-17:15"), TUESDAY)
    page = _text(_supervisor(sqlite_centre).client().get(f"/roster/day?on={TUESDAY}"))
    assert "予定で最少2名を下回る時間があります" in page
    assert "12:00～14:00</b> 1名（120分）" in page


def test_a_pattern_fills_the_row_and_another_row_starts_empty(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01")
    browser = _supervisor(sqlite_centre).client()
    filled = _text(browser.get(f"/roster/day/row?on={TUESDAY}&key=a&staff-a={staff_id}&pattern-a=day720&start-a=10:00"))
    assert 'name="start-a" value="08:30"' in filled
    assert 'name="break_start1-a" value="12:00"' in filled
    off = _text(browser.get(f"/roster/day/row?on={TUESDAY}&key=a&staff-a={staff_id}&pattern-a=off&start-a=10:00"))
    assert 'name="start-a" value=""' in off
    another = _text(browser.get(f"/roster/day/row?on={TUESDAY}&staff={staff_id}"))
    assert re.search(r'name="start-\w+" value=""', another)


def test_a_typed_code_of_markup_stays_text(sqlite_centre: Centre) -> None:
    answer = _supervisor(sqlite_centre).client().post("/staff/new", data={**NEW, "name": '"><script>x</script>'})
    assert answer.status_code == 303
    page = _text(_supervisor(sqlite_centre).client().get("/staff"))
    assert "<script>x" not in page


def test_another_contract_sees_nothing(centre: Centre) -> None:
    add_staff(centre, "P01", "見本 花子")
    with centre.inside():
        other = centre.new_contract("R9")
        assert queries.day_attendance(other, MONDAY, centre.now).people == ()
