"""Reservations as JSON: one act per key, changes in the version that was read, masked data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from callcenter.extensions import new_id
from tests.calls.factories import individual_number, token
from tests.centre import Centre
from tests.reservations.factories import MORNING, ON, Book, book_of, notice

PERSON = {"name": "架空 太郎", "kana": "カクウ タロウ", "birth": "S50.4.3"}


@dataclass
class Machine:
    """A client with a bearer token and no cookie."""

    centre: Centre
    secret: str

    def send(self, method: str, path: str = "", key: str = "", match: str = "", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}"}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"If-Match": match} if match else {}
        client = self.centre.app.test_client()
        return client.open(f"/api/v1/reservations{path}", method=method, headers=headers, **more)


@pytest.fixture
def book(centre: Centre) -> Book:
    return book_of(centre, capacity=1)


@pytest.fixture
def machine(book: Book) -> Machine:
    scopes = ("reservations:read", "reservations:write", "reservations:reveal")
    return Machine(book.centre, token(book.centre, *scopes))


def body(book: Book, start: int = MORNING, **more: Any) -> dict[str, Any]:
    return {
        "procedure_id": str(book.issue),
        "counter_id": str(book.counter_id),
        "on": ON.isoformat(),
        "start_minute": start,
        "phone": "090-1234-5678",
        "people": [{**PERSON, "notice_number": notice()}],
        **more,
    }


def booked(machine: Machine, book: Book, **more: Any) -> Any:
    answer = machine.send("POST", key=str(new_id()), json=body(book, **more))
    assert answer.status_code == 201, answer.text
    return answer


def test_a_retry_answers_the_same_and_books_once(machine: Machine, book: Book) -> None:
    key, sent = str(new_id()), body(book)
    first = machine.send("POST", key=key, json=sent)
    again = machine.send("POST", key=key, json=sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.headers["ETag"] == again.headers["ETag"] == '"1"'
    book.counters_agree()


def test_the_same_key_with_another_body_is_refused(machine: Machine, book: Book) -> None:
    key, sent = str(new_id()), body(book)
    machine.send("POST", key=key, json=sent)
    other = machine.send("POST", key=key, json={**sent, "start_minute": MORNING + 15})
    assert (other.status_code, other.json["code"]) == (409, "idempotency_mismatch")


def test_the_loser_of_the_last_seat_is_offered_what_is_near(machine: Machine, book: Book) -> None:
    booked(machine, book)
    answer = machine.send("POST", key=str(new_id()), json=body(book))
    assert (answer.status_code, answer.json["code"]) == (409, "slot_full")
    assert [one["start_minute"] for one in answer.json["alternatives"]][:2] == [MORNING + 15, MORNING + 30]


def test_a_refused_booking_may_be_tried_again_with_the_same_key(machine: Machine, book: Book) -> None:
    first = booked(machine, book).json
    key, sent = str(new_id()), body(book)
    assert machine.send("POST", key=key, json=sent).status_code == 409
    cancelled = machine.send(
        "POST",
        f"/{first['id']}/cancel",
        key=str(new_id()),
        match='"1"',
        json={"asker": "self", "reason_code": "schedule"},
    )
    assert cancelled.json["state"] == "cancelled"
    assert machine.send("POST", key=key, json=sent).status_code == 201


def test_a_change_needs_the_version_that_was_read(machine: Machine, book: Book) -> None:
    made = booked(machine, book)
    path, why = f"/{made.json['id']}/move", {"asker": "self"}
    time = {"counter_id": str(book.counter_id), "on": ON.isoformat(), "start_minute": MORNING + 30}
    assert machine.send("POST", path, key=str(new_id()), json={**time, **why}).status_code == 428
    assert machine.send("POST", path, key=str(new_id()), match='"7"', json={**time, **why}).status_code == 412
    key = str(new_id())
    moved = machine.send("POST", path, key=key, match=made.headers["ETag"], json={**time, **why})
    assert (moved.status_code, moved.json["number"], moved.headers["ETag"]) == (200, made.json["number"], '"2"')
    again = machine.send("POST", path, key=key, match=made.headers["ETag"], json={**time, **why})
    assert again.json == moved.json


def test_a_change_to_a_full_time_keeps_the_old_one_and_offers_others(machine: Machine, book: Book) -> None:
    made = booked(machine, book)
    booked(machine, book, start=MORNING + 30)
    answer = machine.send(
        "POST",
        f"/{made.json['id']}/move",
        key=str(new_id()),
        match='"1"',
        json={"counter_id": str(book.counter_id), "on": ON.isoformat(), "start_minute": MORNING + 30, "asker": "self"},
    )
    assert (answer.status_code, answer.json["code"]) == (409, "slot_full")
    assert answer.json["alternatives"]
    assert machine.send("GET", f"/{made.json['id']}").json["start_minute"] == MORNING


def test_personal_data_is_masked_until_it_is_shown(machine: Machine, book: Book) -> None:
    made = booked(machine, book).json
    shown = machine.send("GET", f"/{made['id']}").json
    assert (shown["name"], shown["phone"]) == ("架＊ ＊＊", "090-****-**78")
    revealed = machine.send("POST", f"/{made['id']}/reveal").json
    assert revealed["people"][0]["name"] == "架空 太郎"
    assert actions_of(book, made["id"]) == ["reservation.booked", "reservation.shown"]


def actions_of(book: Book, reservation_id: str) -> list[str]:
    from callcenter.audit.queries import history_of

    with book.centre.inside():
        return [one.action for one in history_of(book.centre.contract_id, "reservation", reservation_id)]


def test_an_individual_number_is_refused_before_anything_is_stored(machine: Machine, book: Book) -> None:
    sent = body(book, remarks=f"個人番号は{individual_number()}")
    answer = machine.send("POST", key=str(new_id()), json=sent)
    assert (answer.status_code, answer.json["code"]) == (422, "individual_number")
    assert book.free() == dict.fromkeys(range(540, 720, 15), 1)


def test_a_second_reservation_names_the_one_that_stands(machine: Machine, book: Book) -> None:
    people = [{**PERSON, "notice_number": notice()}]
    first = booked(machine, book, people=people).json
    answer = machine.send("POST", key=str(new_id()), json=body(book, MORNING + 15, people=people))
    assert (answer.status_code, answer.json["code"]) == (409, "second_reservation")
    assert answer.json["reservations"] == [first["id"]]


def test_free_times_are_those_where_the_party_fits(machine: Machine, book: Book) -> None:
    booked(machine, book, start=MORNING + 15)
    query = {"procedure": str(book.issue), "from": ON.isoformat(), "to": ON.isoformat(), "people": 2}
    found = machine.send("GET", "/free", query_string=query).json
    assert [one["start_minute"] for one in found][:2] == [MORNING + 30, MORNING + 45]


def test_a_machine_without_the_scope_is_refused(book: Book) -> None:
    reader = Machine(book.centre, token(book.centre, "reservations:read"))
    assert reader.send("POST", key=str(new_id()), json=body(book)).status_code == 403
    assert reader.send("GET", "/procedures").status_code == 200


def test_a_reservation_is_found_by_what_a_caller_can_say(machine: Machine, book: Book) -> None:
    number = notice()
    made = booked(machine, book, people=[{**PERSON, "notice_number": number}]).json
    for words in (made["number"], number, "０９０ １２３４ ５６７８"):
        found = machine.send("POST", "/search", json={"q": words}).json
        assert [one["id"] for one in found] == [made["id"]], words
    assert machine.send("POST", "/search", json={"q": "きのう"}).status_code == 422
