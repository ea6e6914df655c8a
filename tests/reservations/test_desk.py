"""The panel in the call, step by step, without a browser: double presses, refusals, the link to the call."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from callcenter.extensions import new_id
from callcenter.reservations import holds
from callcenter.web.access import Role
from tests.calls.factories import individual_number, opened_call, row_of, save
from tests.centre import Browser, Centre
from tests.reservations.factories import MORNING, ON, Book, book_of, notice

HELD = re.compile(r'name="held_id" value="([^"]+)"')


@pytest.fixture
def book(centre: Centre) -> Book:
    return book_of(centre, capacity=1)


@pytest.fixture
def desk(book: Book) -> Browser:
    return book.centre.person(Role.OPERATOR, name="受付 太郎").client()


def slot(book: Book, start: int = MORNING) -> str:
    return f"{book.counter_id}|{ON.isoformat()}|{start}"


def choice(book: Book, call_id: str = "", start: int = MORNING) -> dict[str, Any]:
    return {"call_id": call_id, "procedure": str(book.issue), "people": "1", "slot": slot(book, start)}


def held(desk: Browser, book: Book, call_id: str = "", start: int = MORNING) -> dict[str, Any]:
    """What the details form of a hold sends back."""
    answer = desk.post("/desk/booking/hold", data=choice(book, call_id, start))
    assert answer.status_code == 200, answer.text
    return {
        "call_id": call_id,
        "held_id": HELD.findall(answer.text)[0],
        "held_slot": slot(book, start),
        "procedure": str(book.issue),
        "people": "1",
        "idempotency_key": str(new_id()),
        "notice_number": notice(),
        "birth": "昭和50年4月3日",
        "name": "見本 花子",
        "phone": "090-1234-5678",
        "visitor": "self",
    }


def test_a_double_press_books_once(desk: Browser, book: Book) -> None:
    data = held(desk, book)
    first, again = desk.post("/desk/booking/confirm", data=data), desk.post("/desk/booking/confirm", data=data)
    assert (first.status_code, again.status_code) == (200, 200)
    number = re.findall(r"\d{3}-\d{4}", first.text)[0]
    assert number in again.text
    book.counters_agree()


def test_the_reservation_and_its_call_are_linked_both_ways(desk: Browser, book: Book) -> None:
    call_id = opened_call(desk)
    answer = desk.post("/desk/booking/confirm", data=held(desk, book, call_id))
    assert 'data-category="0301"' in answer.text
    assert row_of(book.centre, call_id).booking == "booked"
    assert save(desk, call_id).status_code == 200
    record = desk.get(f"/calls/{call_id}").text
    assert f"/reservations/of-call/{call_id}" in record
    number = re.findall(r"\d{3}-\d{4}", answer.text)[0]
    fragment = desk.get(f"/reservations/of-call/{call_id}").text
    assert number in fragment
    link = re.findall(r"/reservations/[0-9a-f-]{36}", fragment)[0]
    assert f"/calls/{call_id}" in desk.get(link).text


def test_an_individual_number_is_refused_and_masked_on_the_form(desk: Browser, book: Book) -> None:
    number = individual_number()
    answer = desk.post("/desk/booking/confirm", data={**held(desk, book), "remarks": f"個人番号 {number}"})
    assert answer.status_code == 422
    assert number not in answer.text
    assert "見本 花子" in answer.text


@pytest.mark.parametrize(
    ("field", "typed"),
    [("birth", "令和9年1月1日"), ("birth", "1899-01-01"), ("notice_number", "123"), ("phone", ""), ("name", " ")],
)
def test_what_is_wrong_is_named_and_what_was_typed_stays(desk: Browser, book: Book, field: str, typed: str) -> None:
    answer = desk.post("/desk/booking/confirm", data={**held(desk, book), field: typed})
    assert answer.status_code == 422
    assert f'href="#b-{field}"' in answer.text


def test_an_id_that_looks_like_a_number_is_not_masked(desk: Browser, book: Book) -> None:
    data = {**held(desk, book), "held_id": "01a21bc3-ebf5-76fb-aa42-123456789018", "name": ""}
    assert data["held_id"] in desk.post("/desk/booking/confirm", data=data).text


def test_the_loser_keeps_every_word_and_books_what_is_near(desk: Browser, book: Book) -> None:
    data = held(desk, book)
    with book.acting():
        holds.drop_hold(UUID(data["held_id"]), contract_id=book.centre.contract_id)
    book.book()
    lost = desk.post("/desk/booking/confirm", data=data)
    assert lost.status_code == 409
    assert "見本 花子" in lost.text
    other = re.findall(r'name="slot" value="([^"]+)"', lost.text)[0]
    again = {**data, "slot": other, "idempotency_key": str(new_id())}
    assert desk.post("/desk/booking/confirm", data=again).status_code == 200


def test_a_second_reservation_is_shown_and_made_only_when_wanted(desk: Browser, book: Book) -> None:
    first = held(desk, book)
    desk.post("/desk/booking/confirm", data=first)
    second = {**held(desk, book, start=MORNING + 15), "notice_number": first["notice_number"]}
    shown = desk.post("/desk/booking/confirm", data=second)
    assert (shown.status_code, "もう1件予約する" in shown.text) == (409, True)
    wanted = {**second, "second": "1", "idempotency_key": str(new_id())}
    assert desk.post("/desk/booking/confirm", data=wanted).status_code == 200


def test_a_hold_of_the_call_is_taken_up_again(desk: Browser, book: Book) -> None:
    call_id = opened_call(desk)
    held(desk, book, call_id)
    assert "仮押さえ" in desk.post("/desk/booking", data={"call_id": call_id}).text


def test_a_hold_let_go_is_free_at_once(desk: Browser, book: Book) -> None:
    data = held(desk, book)
    assert MORNING not in book.free()
    assert desk.post("/desk/booking/release", data=data).status_code == 200
    assert book.free()[MORNING] == 1


def test_the_callers_reservations_are_found_by_the_phone_and_the_search_is_logged(desk: Browser, book: Book) -> None:
    desk.post("/desk/booking/confirm", data=held(desk, book))
    shown = desk.post("/desk/booking", data={"phone": "０９０１２３４５６７８"}).text
    assert "この電話番号の予約" in shown
    assert "見本 花子" not in shown


def test_city_staff_have_no_panel(book: Book) -> None:
    officer = book.centre.person(Role.CITY_OFFICER).client()
    assert officer.post("/desk/booking").status_code == 403
    assert officer.get("/reservations").status_code == 403
