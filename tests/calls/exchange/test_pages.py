from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from callcenter.audit.models import AuditEntry
from callcenter.calls.exchange import queries
from callcenter.calls.exchange.models import ExchangeGapReason
from callcenter.calls.exchange.rules import Counts, SlotKey
from callcenter.extensions import db, new_id
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.calls.exchange.factories import (
    MONDAY,
    SATURDAY,
    evening,
    import_counts,
    record_calls,
    slots,
    type_in,
)
from tests.centre import Centre, Person

DAY = "/exchange/day?on=2026-06-01"
NUMBER = "12345678901" + str(check_digit("12345678901"))


def reason_form(minute: str, text: str, on: str = "2026-06-01") -> dict[str, str]:
    return {"on": on, "start_minute": minute, "reason": text}


def day_form(per: str = "slot", seen: str = "", **fields: str) -> dict[str, str]:
    typed = {name.replace("_", "-", 1): value for name, value in fields.items()}
    return {"on": "2026-06-01", "per": per, "seen": seen, **typed}


def source_id(centre: Centre, name: str) -> str:
    with centre.inside():
        found = queries.source_named(centre.contract_id, name)
    assert found is not None
    return str(found.id)


def entries(centre: Centre, action: str) -> int:
    with centre.inside():
        statement = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
        return db.session.execute(statement).scalar_one()


def cells(page: str) -> list[str]:
    """The figures of the totals row."""
    foot = page[page.index("<tfoot>") : page.index("</tfoot>")]
    return re.findall(r'<td class="num">([^<]*)</td>', foot)


def test_a_day_without_counts_says_what_to_do(centre: Centre, boss: Person) -> None:
    page = boss.client().get(DAY).text
    assert "電話交換機の数がまだありません" in page
    assert "未計測" in page


def test_the_page_shows_exchange_and_records_side_by_side_with_the_totals_of_the_report(
    centre: Centre, boss: Person
) -> None:
    with centre.inside():
        record_calls(centre, boss, 515, 520, 1034, 1035)
        none = {SlotKey(MONDAY, minute, True): Counts(0, 0, 0) for minute in range(510, 1035, 30)}
        import_counts(centre, boss, none | slots(m510=(4, 3, 1), m1020=(1, 1, 0), out=(2, 0, 2)))
    page = boss.client().get(DAY).text
    assert cells(page) == ["5", "4", "1", "3", "1"]
    assert "理由なし" in page


@pytest.mark.parametrize("on", ["2026-03-31", "2027-04-01", "x", ""])
def test_a_day_that_cannot_be_shown_is_refused_in_words(sqlite_centre: Centre, sqlite_boss: Person, on: str) -> None:
    answer = sqlite_boss.client().get(f"/exchange/day?on={on}")
    assert answer.status_code == (200 if on == "" else 422)


def test_without_a_day_today_is_shown_or_the_last_open_day(centre: Centre, boss: Person) -> None:
    assert "令和8年6月1日（月）" in boss.client().get("/exchange/day").text
    centre.at(evening(SATURDAY))
    boss = centre.person(Role.SUPERVISOR)
    assert "令和8年5月29日（金）" in boss.client().get("/exchange/day").text


def test_a_closed_day_is_said_to_be_closed(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(SATURDAY, out=(3, 0, 3)))
    page = boss.client().get("/exchange/day?on=2026-05-30").text
    assert "閉庁日です（土曜日）" in page
    assert "<tfoot>" not in page


def test_a_reason_is_kept_in_place(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(m510=(4, 3, 1)))
    desk = boss.client()
    answer = desk.post("/exchange/day/reason", data=reason_form("510", "間違い電話"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "保存しました" in answer.text
    assert "<html" not in answer.text
    assert 'value="間違い電話"' in desk.get(DAY).text
    assert entries(centre, "exchange.gap_explained") == 1


def test_a_reason_without_scripts_comes_back_to_the_day(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(m510=(4, 3, 1)))
    answer = boss.client().post("/exchange/day/reason", data=reason_form("510", "間違い電話"))
    assert (answer.status_code, answer.location) == (303, DAY)


def test_an_individual_number_in_a_reason_is_refused_masked_and_nowhere_kept(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(m510=(4, 3, 1)))
    form = reason_form("510", f"番号は{NUMBER}です")
    for headers in ({"HX-Request": "true"}, {}):
        answer = boss.client().post("/exchange/day/reason", data=form, headers=headers)
        assert answer.status_code == 422
        assert NUMBER not in answer.text
        assert "個人番号" in answer.text
    with centre.inside():
        assert db.session.execute(select(func.count()).select_from(ExchangeGapReason)).scalar_one() == 0


def test_a_reason_too_long_stays_in_its_field(sqlite_centre: Centre, sqlite_boss: Person) -> None:
    with sqlite_centre.inside():
        import_counts(sqlite_centre, sqlite_boss, slots(m510=(4, 3, 1)))
    form = reason_form("510", "長" * 201)
    answer = sqlite_boss.client().post("/exchange/day/reason", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "長" * 201 in answer.text
    assert "200文字以内" in answer.text


@pytest.mark.parametrize("minute", ["515", "1439", "-1", "x"])
def test_a_reason_needs_a_half_hour_of_the_day(sqlite_centre: Centre, sqlite_boss: Person, minute: str) -> None:
    answer = sqlite_boss.client().post("/exchange/day/reason", data=reason_form(minute, "x"))
    assert answer.status_code in (404, 422)


def test_another_source_can_be_chosen(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(day=(100, 95, 5)))
        type_in(centre, boss, slots(day=(90, 85, 5)))
    desk = boss.client()
    assert "最初に入力された情報源です" in desk.get(DAY).text
    data = {"on": "2026-06-01", "source_id": source_id(centre, "手入力")}
    assert desk.post("/exchange/day/source", data=data).status_code == 303
    assert "責任 太郎が選びました" in desk.get(DAY).text
    assert desk.post("/exchange/day/source", data={**data, "source_id": str(new_id())}).status_code == 404


def test_a_day_is_typed_per_half_hour(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    assert 'name="offered-1020"' in desk.get("/exchange/day/edit?on=2026-06-01").text
    form = day_form(
        offered_510="１２", answered_510="11件", abandoned_510="1", wait_seconds_510="0:02:00", offered_out="3"
    )
    form["wait_seconds-510"] = form.pop("wait-seconds_510")
    assert desk.post("/exchange/day/edit", data=form).status_code == 303
    with centre.inside():
        day = queries.day_exchange(centre.contract_id, MONDAY)
    assert day.slots[0].counts == Counts(12, 11, 1, 120)
    assert (day.slots[1].counts, day.out_of_hours.offered) == (Counts(), 3)
    assert 'value="12"' in desk.get("/exchange/day/edit?on=2026-06-01").text


def test_figures_typed_beside_another_source_say_that_they_do_not_count_until_they_are_adopted(
    centre: Centre, boss: Person
) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(day=(5, 4, 1)))
    desk = boss.client()
    assert "「交換機の集計」を採用しています" in desk.get("/exchange/day/edit?on=2026-06-01").text
    saved = desk.post("/exchange/day/edit", data=day_form("day", offered_day="7"), follow_redirects=True).text
    assert "「交換機の集計」を採用しているため" in saved
    assert cells(saved)[0] == "5"
    seen = re.search(r'name="seen" value="([^"]*)"', desk.get("/exchange/day/edit?on=2026-06-01&per=day").text)
    assert seen
    form = day_form("day", seen=seen.group(1), offered_day="8") | {"adopt": "1"}
    saved = desk.post("/exchange/day/edit", data=form, follow_redirects=True).text
    assert "採用しているため" not in saved
    assert cells(saved)[0] == "8"


def test_a_day_is_typed_as_one(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    answer = desk.post(
        "/exchange/day/edit", data=day_form("day", offered_day="104", answered_day="99", abandoned_day="5")
    )
    assert answer.status_code == 303
    page = desk.get(DAY).text
    assert cells(page)[:3] == ["104", "99", "5"]
    assert "1日の合計だけを数えています" in page
    assert 'name="offered-day"' in desk.get("/exchange/day/edit?on=2026-06-01").text


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("offered-510", "-3", "0以上の数"),
        ("offered-510", "△3", "0以上の数"),
        ("offered-510", "多数", "数で入力"),
        ("offered-510", "100000", "99,999以下"),
        ("answered-510", "3", "着信数を入力してください"),
        ("wait_seconds-510", "1:2", "数で入力"),
    ],
)
def test_what_cannot_be_counted_is_refused_at_its_field_and_stays(
    sqlite_centre: Centre, sqlite_boss: Person, name: str, value: str, message: str
) -> None:
    answer = sqlite_boss.client().post("/exchange/day/edit", data={**day_form(), "offered-540": "7", name: value})
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{value}"' in answer.text
    assert 'value="7"' in answer.text
    with sqlite_centre.inside():
        assert queries.day_exchange(sqlite_centre.contract_id, MONDAY).source is None


def test_more_answered_and_abandoned_than_offered_is_refused(sqlite_centre: Centre, sqlite_boss: Person) -> None:
    form = day_form(offered_510="3", answered_510="3", abandoned_510="1")
    assert "合計が着信数を超えています" in sqlite_boss.client().post("/exchange/day/edit", data=form).text


def test_an_individual_number_in_a_count_is_masked(sqlite_centre: Centre, sqlite_boss: Person) -> None:
    answer = sqlite_boss.client().post("/exchange/day/edit", data=day_form(offered_510=NUMBER))
    assert answer.status_code == 422
    assert NUMBER not in answer.text


def test_the_second_of_two_typists_is_told_and_may_then_replace(centre: Centre, boss: Person) -> None:
    first, second = boss.client(), centre.person(Role.SUPERVISOR, name="副 花子").client()
    first.post("/exchange/day/edit", data=day_form("day", offered_day="100"))
    refused = second.post("/exchange/day/edit", data=day_form("day", offered_day="90"))
    assert refused.status_code == 409
    assert 'value="90"' in refused.text
    assert "ほかの人が" in refused.text
    seen = re.search(r'name="seen" value="([0-9a-f-]{36})"', refused.text)
    assert seen is not None
    assert second.post("/exchange/day/edit", data=day_form("day", seen[1], offered_day="90")).status_code == 303
    page = first.get(DAY).text
    assert "置き換えた数" in page
    assert cells(page)[0] == "90"


def test_the_same_day_typed_twice_changes_nothing(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    for _ in range(2):
        assert desk.post("/exchange/day/edit", data=day_form("day", offered_day="100")).status_code == 303
    assert "変更はありません。" in desk.get(DAY).text
    assert entries(centre, "exchange.imported") == 1


def test_a_day_to_come_is_not_typed(centre: Centre, boss: Person) -> None:
    form = {"on": "2026-06-02", "per": "day", "seen": "", "offered-day": "5"}
    answer = boss.client().post("/exchange/day/edit", data=form)
    assert answer.status_code == 422
    assert "未来の日付です。" in answer.text


WRITES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/exchange/day/reason", reason_form("510", "x")),
    ("/exchange/day/source", {"on": "2026-06-01", "source_id": str(new_id())}),
    ("/exchange/day/edit", day_form("day", offered_day="5")),
)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CONTRACT_MANAGER])
def test_who_does_not_lead_the_desk_reads_and_changes_nothing(centre: Centre, boss: Person, role: Role) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(m510=(4, 3, 1)))
        type_in(centre, boss, slots(day=(9, 9, 0)))
    reader = centre.person(role).client()
    page = reader.get(DAY).text
    assert "理由なし" in page
    assert "この情報源を採用する" not in page
    assert 'name="reason"' not in page
    assert reader.get("/exchange/day/edit?on=2026-06-01").status_code == 403
    for url, data in WRITES:
        assert reader.post(url, data=data).status_code == 403


@pytest.mark.parametrize("role", [Role.CITY_VIEWER, Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_the_city_and_administrators_see_nothing_of_it(sqlite_centre: Centre, role: Role) -> None:
    reader = sqlite_centre.person(role).client()
    assert reader.get(DAY).status_code == 403
    for url, data in WRITES:
        assert reader.post(url, data=data).status_code == 403


def test_nobody_without_a_session_gets_in(sqlite_centre: Centre) -> None:
    assert sqlite_centre.browser().get(DAY).status_code in (302, 303, 401)
