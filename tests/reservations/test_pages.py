"""The pages of reservations, as each role sees them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from callcenter.reservations.rules import Mode, number_of
from callcenter.reservations.terms import change_settings
from callcenter.web.access import Role
from tests.centre import Browser, Centre
from tests.reservations.factories import MORNING, ON, Book, at, book_of


@pytest.fixture
def book(sqlite_centre: Centre) -> Book:
    return book_of(sqlite_centre)


@pytest.fixture
def supervisor(book: Book) -> Browser:
    return book.centre.person(Role.SUPERVISOR, Role.OPERATOR, name="責任 者子").client()


@pytest.fixture
def operator(book: Book) -> Browser:
    return book.centre.person(Role.OPERATOR, name="受付 太郎").client()


def keep_a_ledger(book: Book) -> None:
    with book.acting() as terms:
        given = {name: getattr(terms.settings, name) for name in terms.settings.__struct_fields__}
        change_settings(given | {"mode": Mode.LEDGER.value}, terms.today, by=book.by, at=terms.at)


PAGES = ("", "/calls", "/waiting", "/slots", "/city", "/results", "/setup", "/book")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_and_without_reservations(supervisor: Browser, book: Book, page: str) -> None:
    assert supervisor.get(f"/reservations{page}").status_code == 200
    book.cancel(book.book())
    book.book()
    assert supervisor.get(f"/reservations{page}").status_code == 200


def test_a_reservation_is_shown_masked_and_opened_on_demand(operator: Browser, book: Book) -> None:
    booked = book.book()
    url = f"/reservations/{booked.reservation_id}"
    masked = operator.get(url).text
    assert "架＊" in masked
    assert "架空 太郎" not in masked
    revealed = operator.post(f"{url}/reveal").text
    assert "架空 太郎1" in revealed
    assert "昭和50年4月3日" in revealed


def test_the_list_is_of_a_day_and_holds_no_names(operator: Browser, book: Book) -> None:
    booked = book.book()
    shown = operator.get(f"/reservations?from={ON}&to={ON}").text
    assert number_of(booked.serial) in shown
    assert "架空 太郎" not in shown
    assert number_of(booked.serial) not in operator.get("/reservations").text


def test_a_number_leads_to_its_reservation(operator: Browser, book: Book) -> None:
    booked = book.book()
    answer = operator.post("/reservations/find", data={"q": number_of(booked.serial)})
    assert answer.headers["Location"].endswith(str(booked.reservation_id))
    wrong = operator.post("/reservations/find", data={"q": "000-0014"})
    assert wrong.status_code == 422


def test_the_list_is_exported_masked(operator: Browser, book: Book) -> None:
    booked = book.book()
    data = {"format": "csv", "from": str(ON), "to": str(ON)}
    content = operator.post("/reservations/export", data=data).get_data().decode("utf-8-sig")
    assert number_of(booked.serial) in content
    assert "架空" not in content


def test_a_visit_is_noted_from_the_list(book: Book) -> None:
    booked = book.book()
    book.centre.at(at(10, 10))
    data = {"version": "1", "state": "attended", "back_on": str(ON)}
    operator = book.centre.person(Role.OPERATOR).client()
    answer = operator.post(f"/reservations/{booked.reservation_id}/visit", data=data)
    assert answer.status_code == 303
    assert book.stands(booked).state == "attended"


# --- the city's own system ---


def test_each_operation_is_entered_by_one_and_verified_by_another(
    operator: Browser, supervisor: Browser, book: Book
) -> None:
    keep_a_ledger(book)
    booked = book.book()
    page = operator.get("/reservations/city").text
    assert number_of(booked.serial) in page
    entry = entry_of(book)
    assert operator.post(f"/reservations/city/{entry}/enter", data={"city_number": "Y-1"}).status_code == 303
    alone = operator.post(f"/reservations/city/{entry}/verify")
    assert alone.status_code == 403
    assert "本人は確認できません" in alone.text
    assert supervisor.post(f"/reservations/city/{entry}/verify").status_code == 303
    assert "すべて入力済み" in supervisor.get("/reservations/city").text


def test_what_the_second_person_finds_wrong_is_entered_again(
    operator: Browser, supervisor: Browser, book: Book
) -> None:
    keep_a_ledger(book)
    book.book()
    entry = entry_of(book)
    operator.post(f"/reservations/city/{entry}/enter", data={"city_number": "Y-1"})
    supervisor.post(f"/reservations/city/{entry}/return", data={"note": "時刻が違う"})
    page = operator.get("/reservations/city").text
    assert "時刻が違う" in page
    assert operator.post(f"/reservations/city/{entry}/enter", data={"city_number": "Y-2"}).status_code == 303


def entry_of(book: Book) -> Any:
    from callcenter.reservations import city

    with book.centre.inside():
        return city.unfinished(book.centre.contract_id)[0].id


def test_the_citys_list_is_compared_and_its_differences_worked_off(operator: Browser, book: Book) -> None:
    keep_a_ledger(book)
    book.book(visitors={"numbers": ["A12-800001"]})
    book.book(MORNING + 30, visitors={"numbers": ["A12-800002"]})
    book.book(MORNING + 60, visitors={"numbers": ["A12-800003"]})
    rows = [
        "市民課　予約一覧",
        "来庁時間,氏名,予約日,交付通知書番号,予約番号,生年月日,状態",
        "9:00,架空 太郎1,2026/6/10,A12-800001,Y1,S50.4.3,確定",
        "9:45,架空　太郎1,2026/6/10,A12800002,Y2,1975/4/3,確定",
        "9:15,別人 花子,2026/6/10,A12-800009,Y9,1980/1/1,確定",
        "9:30,取消 済,2026/6/10,A12-800008,Y8,1980/1/1,取消",
    ]
    file = (BytesIO("\r\n".join(rows).encode("cp932")), "list.csv")
    answer = operator.post("/reservations/city/list", data={"file": file}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    page = operator.get("/reservations/city").text
    for kind in ("市の一覧にない", "こちらにない", "日時が違う"):
        assert kind in page
    assert "別人 花子" not in page
    for difference in differences(book):
        done = operator.post(
            f"/reservations/city/difference/{difference}/settle", data={"settlement": "theirs", "note": ""}
        )
        assert done.status_code == 303
    assert "未処理の差異はありません" in operator.get("/reservations/city").text


def differences(book: Book) -> list[Any]:
    from callcenter.reservations import comparing

    with book.centre.inside():
        return [row.id for row in comparing.open_differences(book.centre.contract_id)]


@pytest.mark.parametrize("content", [b"", b"\x81\x00", "予約日,時間\n2026/6/10,9:00".encode(), b"a,b\n1,2"])
def test_a_list_that_cannot_be_read_is_refused(operator: Browser, content: bytes) -> None:
    data = {"file": (BytesIO(content), "list.csv")}
    answer = operator.post("/reservations/city/list", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422


# --- slots and settings ---


def test_a_closed_day_loses_no_reservation(supervisor: Browser, book: Book) -> None:
    booked = book.book()
    data = {"place": str(book.place_id), "on": str(ON), "local_on": str(ON), "kind": "closed", "reason": "台風"}
    assert supervisor.post("/reservations/slots/exception", data=data).status_code == 303
    row = book.stands(booked)
    assert (row.state, row.number) == ("rebook", booked.serial)
    assert number_of(booked.serial) in supervisor.get("/reservations/calls").text
    assert book.free() == {}
    book.counters_agree()
    book.move(booked, MORNING, on=ON.replace(day=11))
    assert book.stands(booked).state == "booked"


def test_fewer_seats_than_booked_are_refused_or_mark_who_must_move(supervisor: Browser, book: Book) -> None:
    first, last = book.book(), book.book()
    data = {"slot_id": slot_of(book), "capacity": "1", "state": "open", "place": str(book.place_id), "on": str(ON)}
    refused = supervisor.post("/reservations/slots/change", data=data)
    assert refused.status_code == 409
    assert "2件の予約" in refused.text
    assert supervisor.post("/reservations/slots/change", data={**data, "mark": "1"}).status_code == 303
    assert (book.stands(first).state, book.stands(last).state) == ("booked", "rebook")
    book.counters_agree()


def slot_of(book: Book) -> str:
    from callcenter.reservations import queries

    with book.centre.inside():
        found = queries.day_slots(book.centre.contract_id, book.place_id, ON)
        return str(next(row.id for row in found if row.start_minute == MORNING))


def test_an_operator_may_not_change_slots_or_settings(operator: Browser, book: Book) -> None:
    assert operator.post("/reservations/slots/change", data={}).status_code == 403
    assert operator.post("/reservations/setup/settings", data={}).status_code == 403


def test_a_quota_larger_than_the_capacity_is_refused(supervisor: Browser, book: Book) -> None:
    data = {
        "counter_id": str(book.counter_id),
        "weekdays": ["0"],
        "start": "09:00",
        "end": "12:00",
        "slot_minutes": "15",
        "capacity": "2",
        "web_quota": "3",
        "effective_on": "2026-06-08",
    }
    refused = supervisor.post("/reservations/setup/pattern", data=data)
    assert refused.status_code == 422
    assert "超えています" in refused.text


def test_settings_hold_from_their_day_on(supervisor: Browser, book: Book) -> None:
    with book.centre.inside():
        given = {name: str(getattr(book.terms().settings, name)) for name in book.terms().settings.__struct_fields__}
    data = {**given, "closes_days": "5", "effective_on": "2026-06-02"}
    assert supervisor.post("/reservations/setup/settings", data=data).status_code == 303
    assert "3" in supervisor.get("/reservations/setup").text
    book.centre.at(at(2, 9))
    with book.centre.inside():
        assert book.terms().settings.closes_days == 5


@pytest.mark.parametrize("pattern", ["(", "[A-Z]{3}", "(a+)+", "(?:x)*"])
def test_a_notice_pattern_that_cannot_be_is_refused(supervisor: Browser, book: Book, pattern: str) -> None:
    with book.centre.inside():
        given = {name: str(getattr(book.terms().settings, name)) for name in book.terms().settings.__struct_fields__}
    data = {**given, "notice_pattern": pattern, "effective_on": "2026-06-02"}
    assert supervisor.post("/reservations/setup/settings", data=data).status_code == 422


# --- the calendar of a place ---


def test_a_calendar_tells_times_and_nobodys_name_until_it_is_revoked(supervisor: Browser, book: Book) -> None:
    booked = book.book()
    page = supervisor.post(
        "/reservations/setup/feed", data={"place": str(book.place_id), "name": "市民課の予定表"}
    ).text
    address = page.split("<code>")[1].split("</code>")[0]
    path = address[address.index("/calendar/") :]
    anybody = book.centre.app.test_client()
    calendar = anybody.get(path)
    assert calendar.status_code == 200
    assert number_of(booked.serial) in calendar.text
    assert "架空" not in calendar.text
    assert anybody.get("/calendar/guess.ics").status_code == 404
    from callcenter.reservations import setup

    with book.centre.inside():
        feed = setup.feeds(book.centre.contract_id)[0].id
    supervisor.post(f"/reservations/setup/feed/{feed}/revoke")
    assert anybody.get(path).status_code == 404


# --- the result report ---


def test_the_result_report_counts_steps_and_names_only_for_the_city_hall(supervisor: Browser, book: Book) -> None:
    first = book.book()
    book.move(first, MORNING + 30)
    book.cancel(book.book())
    page = supervisor.get("/reservations/results?from=2026-06-01&to=2026-06-01").text
    assert "マイナンバーカードの交付" in page
    period = {"from": "2026-06-01", "to": "2026-06-01"}
    counts = supervisor.post("/reservations/results/workbook", data={**period, "edition": "network"})
    named = supervisor.post("/reservations/results/workbook", data={**period, "edition": "handover"})
    assert "架空 太郎1" not in texts_of(counts.data)
    assert "架空 太郎1" in texts_of(named.data)


def test_an_operator_gets_no_result_report_with_names(operator: Browser) -> None:
    data = {"from": "2026-06-01", "to": "2026-06-01", "edition": "handover"}
    assert operator.post("/reservations/results/workbook", data=data).status_code == 422


def texts_of(content: bytes) -> str:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None)
