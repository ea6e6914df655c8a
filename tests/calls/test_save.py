from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from callcenter.audit.queries import history_of
from callcenter.calls import category_service, history, service
from callcenter.errors import Conflict
from callcenter.extensions import db, new_id
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import (
    FIELDS,
    actions,
    counted,
    everything_stored,
    individual_number,
    keep,
    opened_call,
    plain,
    row_of,
    save,
    save_body,
    saved_call,
    stored_draft,
    token,
)
from tests.centre import Centre

MOST_STATEMENTS = 8


def test_an_open_call_has_no_number_and_is_counted_nowhere(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    row = row_of(centre, opened_call(desk))
    assert (row.state, row.number, row.saved_at) == ("open", None, None)
    assert "該当する記録はありません" in desk.get("/calls").text


def test_saving_gives_the_next_number_the_texts_sealed_and_an_entry(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk)
    call_id = opened_call(desk)
    answer = save(desk, call_id)
    assert answer.json["number"] == 2
    assert answer.json["saved_at"] == "09:30"
    row = row_of(centre, call_id)
    assert (row.state, row.number, row.draft) == ("saved", 2, None)
    assert plain(centre, call_id, "phone") == "073-432-0001"
    assert plain(centre, call_id, "question") == FIELDS["question"]
    assert actions(centre, call_id) == ["call.saved"]


def test_no_typed_word_stands_in_the_database_in_the_clear(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "秘密の合言葉", "name": "架空 太郎"})
    save(desk, call_id, version=2, fields={"question": "秘密の合言葉"})
    stored = everything_stored(centre)
    for word in ("秘密の合言葉", "架空 太郎", "4320001", "432-0001", FIELDS["report_text"]):
        assert str(word).encode() not in stored


def test_the_day_of_a_call_is_the_local_date_of_its_start(centre: Centre) -> None:
    centre.at(datetime(2026, 6, 1, 14, 58, tzinfo=UTC))  # 23:58 in Tokyo
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "あ"})
    centre.at(centre.now + timedelta(minutes=4))
    assert save(desk, call_id, version=2).status_code == 200
    row = row_of(centre, call_id)
    assert (row.local_on, row.local_minute) == (date(2026, 6, 1), 23 * 60 + 57)


def test_the_first_start_stands_and_a_corrected_talk_time_moves_the_end(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    centre.at(centre.now + timedelta(minutes=10))
    began = centre.now - timedelta(minutes=6)
    timing = {"started_ms_ago": 360_000, "talk_seconds": None, "ended_ms_ago": None, "acw_seconds": None}
    keep(desk, call_id, timing=timing, fields={"question": "あ"})
    keep(desk, call_id, version=2, timing={**timing, "started_ms_ago": 5_000}, fields={"question": "あい"})
    save(desk, call_id, version=3, timing={"started_ms_ago": 1, "talk_seconds": 120, "acw_seconds": 30})
    row = row_of(centre, call_id)
    assert row.started_at == began.replace(tzinfo=row.started_at.tzinfo)
    assert row.ended_at - row.started_at == timedelta(seconds=120)
    assert (row.talk_seconds, row.acw_seconds) == (120, 30)


def test_a_start_long_before_the_call_was_opened_is_cut(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    save(desk, call_id, timing={"started_ms_ago": 10**15, "talk_seconds": 1, "acw_seconds": 0})
    row = row_of(centre, call_id)
    assert row.opened_at - row.started_at == timedelta(minutes=1)


def test_a_talk_longer_than_the_call_is_known_is_refused_not_cut(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    centre.at(centre.now + timedelta(minutes=5))
    answer = save(desk, call_id, timing={"started_ms_ago": 240_000, "talk_seconds": 301})
    assert answer.status_code == 422
    assert answer.json["errors"] == {"talk_seconds": ["通話時間が、開始から今まで（4:00）より長くなっています。"]}
    assert row_of(centre, call_id).state == "open"
    assert save(desk, call_id, timing={"started_ms_ago": 240_000, "talk_seconds": 300}).status_code == 200


def test_the_same_save_key_gives_the_same_answer_and_one_record(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id, body = opened_call(desk), save_body()
    first = desk.post(f"/desk/calls/{call_id}/save", json=body)
    again = desk.post(f"/desk/calls/{call_id}/save", json=body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    assert actions(centre, call_id) == ["call.saved"]


def test_another_key_on_a_saved_call_is_refused_with_its_number(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    answer = save(desk, call_id)
    assert answer.status_code == 409
    assert (answer.json["code"], answer.json["number"]) == ("already_saved", 1)
    assert answer.json["next"].startswith("/desk")


@pytest.mark.parametrize("same_key", [True, False])
def test_a_double_save_at_the_same_moment_makes_one_record(sqlite_centre: Centre, same_key: bool) -> None:
    centre = sqlite_centre
    person = centre.person(Role.OPERATOR)
    desks = [person.client() for _ in range(4)]
    for desk in desks:
        desk.csrf()
    call_id, key = opened_call(desks[0]), str(new_id())
    bodies = [{**save_body(), **({"save_key": key} if same_key else {})} for _ in desks]
    headers = [{"X-CSRFToken": desk.csrf(), "X-Contract-Id": str(centre.contract_id)} for desk in desks]
    answers: list[Any] = []
    start = threading.Barrier(len(desks))

    def send(place: int) -> None:
        start.wait()
        http = desks[place].http
        answers.append(http.post(f"/desk/calls/{call_id}/save", json=bodies[place], headers=headers[place]))

    threads = [threading.Thread(target=send, args=(place,)) for place in range(len(desks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == ([200] * 4 if same_key else [200, 409, 409, 409])
    assert {answer.json.get("number") for answer in answers} == {1}
    assert actions(centre, call_id) == ["call.saved"]
    assert save(desks[0], opened_call(desks[0])).json["number"] == 2


def test_a_refused_save_takes_no_number(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    assert save(desk, opened_call(desk), fields={"disposition": ""}).status_code == 422
    assert save(desk, opened_call(desk)).json["number"] == 1


def test_the_next_call_is_an_empty_one_that_is_open_already_else_a_new_one(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    empty, current = opened_call(desk), opened_call(desk)
    assert save(desk, current).json["next"] == f"/desk/calls/{empty}"
    after = save(desk, empty).json["next"].rsplit("/", 1)[1]
    assert after not in (empty, current)
    assert row_of(centre, after).state == "open"


def test_several_calls_are_open_at_once_and_saved_in_any_order(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    first, second = opened_call(desk), opened_call(desk)
    keep(desk, first, fields={"question": "一つ目"})
    keep(desk, second, fields={"question": "二つ目"})
    assert save(desk, second, version=2).json["number"] == 1
    assert stored_draft(centre, first)["question"] == "一つ目"


# --- speed ---


def _statements_of_a_save(centre: Centre) -> list[str]:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "あ"})
    desk.csrf()
    with counted(centre) as seen:
        answer = save(desk, call_id, version=2)
    assert answer.status_code == 200
    return seen


def _many_calls(centre: Centre, count: int) -> None:
    person = centre.person(Role.OPERATOR)
    calls = [
        history.HistoryCall(centre.now - timedelta(minutes=5 + n), 60, 10, "0401", "completed", person.user_id)
        for n in range(count)
    ]
    with centre.inside(), transaction():
        history.load_history(calls, by=person.actor, at=centre.now)


def test_a_save_takes_at_most_eight_statements_however_many_calls_there_are(centre: Centre) -> None:
    few = _statements_of_a_save(centre)
    _many_calls(centre, 300)
    many = _statements_of_a_save(centre)
    assert len(few) <= MOST_STATEMENTS, few
    assert len(many) == len(few)


# --- bad input ---


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"category": "9999"}, "category_code"),
        ({"category": "交付"}, "category_code"),
        ({"category": ""}, "category_code"),
        ({"disposition": "flown"}, "disposition"),
        ({"channel": "pigeon"}, "channel"),
        ({"phone": "12"}, "phone"),
        ({"name": "長" * 101}, "caller_name"),
        ({"report_text": "長" * 201}, "report_text"),
        ({"question": "長" * 4001}, "question"),
        ({"question": 7}, "question"),
        ({"question": None}, "question"),
        ({"complaint": "yes"}, "complaint"),
        ({"unknown_field": "x"}, "_"),
    ],
)
def test_each_wrong_field_is_named_and_nothing_is_saved(
    sqlite_centre: Centre, fields: dict[str, Any], field: str
) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    answer = save(desk, call_id, fields=fields)
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid_input"
    assert list(answer.json["errors"]) == [field]
    assert all("。" in text for text in answer.json["errors"][field])
    assert row_of(sqlite_centre, call_id).state == "open"


@pytest.mark.parametrize(
    "body",
    [
        {"save_key": "x"},
        {"save_key": None},
        {"version": "1"},
        {"version": -1},
        {"fields": []},
        {"timing": []},
        {"timing": {"started_ms_ago": "x"}},
        {"timing": {"started_ms_ago": True}},
        {"timing": {"talk_seconds": 86_401}},
        {"timing": {"talk_seconds": -1}},
        {"timing": {"acw_seconds": 1.5}},
    ],
)
def test_a_body_of_wrong_types_is_refused(sqlite_centre: Centre, body: dict[str, Any]) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    sent = {**save_body(), **body}
    assert desk.post(f"/desk/calls/{call_id}/save", json=sent).status_code == 422
    assert row_of(sqlite_centre, call_id).state == "open"


@pytest.mark.parametrize("content", ["", "[]", "null", "{", '{"version": NaN}'])
def test_a_body_that_is_no_object_is_refused(sqlite_centre: Centre, content: str) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    answer = desk.post(f"/desk/calls/{opened_call(desk)}/save", data=content, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.json["message"]


def test_a_note_of_ten_megabytes_is_refused_by_its_length_and_not_echoed(sqlite_centre: Centre) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    answer = save(desk, opened_call(desk), fields={"question": "a" * (10 * 1024 * 1024)})
    assert answer.status_code == 422
    assert "4,000文字以内" in answer.json["errors"]["question"][0]
    assert len(answer.data) < 1000


def test_a_request_beyond_the_limit_is_refused_as_too_large(sqlite_centre: Centre) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    answer = save(desk, opened_call(desk), fields={"question": "a" * (17 * 1024 * 1024)})
    assert answer.status_code == 413


def test_control_characters_are_dropped_and_rare_characters_kept(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    answer = save(
        desk, call_id, fields={"question": "a\x00b\x1b\r\n𠮷野家 葛\U000e0100城 👨‍👩‍👧 ㊙", "name": "𠮷野\n太郎"}
    )
    assert answer.status_code == 200
    assert plain(centre, call_id, "question") == "ab\n𠮷野家 葛\U000e0100城 👨‍👩‍👧 ㊙"
    assert plain(centre, call_id, "caller_name") == "𠮷野 太郎"


def test_a_lone_surrogate_does_not_break_a_save(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    body = save_body()
    content = json.dumps({**body, "fields": {**body["fields"], "question": "X\ud800Y"}})
    answer = desk.post(f"/desk/calls/{call_id}/save", data=content, content_type="application/json")
    assert answer.status_code == 200
    assert plain(centre, call_id, "question") == "XY"


def test_a_day_outside_the_contract_is_refused(centre: Centre) -> None:
    centre.at(datetime(2027, 4, 1, 1, 0, tzinfo=UTC))
    desk = centre.person(Role.OPERATOR).client()
    answer = save(desk, opened_call(desk))
    assert answer.status_code == 422
    assert "契約期間外" in answer.json["errors"]["started_at"][0]


def test_a_retired_category_cannot_be_chosen_from_its_day_on(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    with centre.inside(), transaction():
        category_service.retire_category("0401", date(2026, 6, 1), by=supervisor.actor, at=centre.now)
    desk = centre.person(Role.OPERATOR).client()
    answer = save(desk, opened_call(desk))
    assert answer.status_code == 422
    assert "この日には使えません" in answer.json["errors"]["category_code"][0]


def test_an_individual_number_is_refused_masked_logged_and_the_rest_kept(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    number = individual_number()
    call_id = opened_call(desk)
    answer = save(desk, call_id, fields={"answer": f"番号は{number}とのこと"})
    assert answer.status_code == 422
    assert answer.json["code"] == "individual_number"
    assert answer.json["masked"]["answer"] == "番号は＊＊＊＊＊＊＊＊＊＊＊＊とのこと"
    assert list(answer.json["errors"]) == ["answer"]
    assert number not in answer.text
    assert row_of(centre, call_id).state == "open"
    assert stored_draft(centre, call_id)["question"] == FIELDS["question"]
    assert actions(centre, call_id) == ["call.number_refused"]
    assert answer.json["draft_version"] == row_of(centre, call_id).version
    again = save(
        desk, call_id, version=answer.json["draft_version"], fields={"answer": answer.json["masked"]["answer"]}
    )
    assert again.status_code == 200


def test_the_entry_of_a_refused_number_holds_field_length_and_rule_and_no_digit(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    save(desk, call_id, fields={"question": individual_number("23456789012")})
    with centre.inside():
        details = history_of(centre.contract_id, "call", call_id)[-1].details
    assert details["found"] == [{"field": "question", "length": 12, "rule": "check_digit"}]


# --- two people, two contracts, no database ---


def test_a_colleague_cannot_touch_an_open_call(centre: Centre) -> None:
    mine, other = (centre.person(Role.OPERATOR).client() for _ in range(2))
    call_id = opened_call(mine)
    assert save(other, call_id).status_code == 404
    assert keep(other, call_id, fields={"question": "x"}).status_code == 404
    assert other.post(f"/desk/calls/{call_id}/discard", json={"version": 1}).status_code == 404
    assert row_of(centre, call_id).state == "open"


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.CITY_VIEWER, Role.CONTRACT_MANAGER, Role.ADMINISTRATOR])
def test_only_the_desk_records_calls(sqlite_centre: Centre, role: Role) -> None:
    call_id = opened_call(sqlite_centre.person(Role.OPERATOR).client())
    stranger = sqlite_centre.person(role).client()
    assert save(stranger, call_id).status_code == 403
    assert keep(stranger, call_id).status_code == 403
    assert stranger.post("/desk/calls", json={"open_key": str(new_id())}).status_code == 403
    assert stranger.post("/desk/caller", json={"phone": "0734320001"}).status_code == 403
    assert stranger.get("/desk").status_code == 403


def test_a_form_of_another_contract_is_refused(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    answer = desk.post(f"/desk/calls/{call_id}/save", json=save_body(), headers={"X-Contract-Id": str(new_id())})
    assert answer.status_code == 409
    assert answer.json["code"] == "contract_mismatch"


def test_a_call_of_another_contract_is_not_found(centre: Centre) -> None:
    with centre.inside():
        other = centre.new_contract("R8-B")
    person = centre.person(Role.OPERATOR)
    call_id = opened_call(person.client())
    here, centre.contract_id = centre.contract_id, other
    stranger = centre.person(Role.OPERATOR, contract_id=other).client()
    assert save(stranger, call_id).status_code == 404
    centre.contract_id = here
    assert row_of(centre, call_id).state == "open"


def test_a_machine_without_the_scope_records_nothing(centre: Centre) -> None:
    secret = token(centre, "calls:read")
    answer = centre.browser().http.post(
        "/api/v1/calls", json={}, headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": str(new_id())}
    )
    assert answer.status_code == 403


def test_an_expired_session_answers_401_and_the_same_request_works_after_signing_in(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    desk = person.client()
    call_id, body = opened_call(desk), save_body()
    centre.at(centre.now + timedelta(days=2))
    answer = desk.post(f"/desk/calls/{call_id}/save", json=body)
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_required")
    again = desk.sign_in_as(person).post(f"/desk/calls/{call_id}/save", json=body)
    assert again.status_code == 200


def test_a_database_that_is_away_is_said_and_the_save_can_be_sent_again(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id, body = opened_call(desk), save_body()

    def away(*_about: Any) -> int:
        raise OperationalError("", {}, Exception("connection refused"))

    with monkeypatch.context() as patch:
        patch.setattr(service, "next_numbers", away)
        answer = desk.post(f"/desk/calls/{call_id}/save", json=body)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert desk.post(f"/desk/calls/{call_id}/save", json=body).json["number"] == 1


def test_an_entry_that_cannot_be_written_undoes_the_save(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id, body = opened_call(desk), save_body()

    def fail(*_about: Any, **_named: Any) -> None:
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(service, "record", fail)
        assert desk.post(f"/desk/calls/{call_id}/save", json=body).status_code == 500
    row = row_of(centre, call_id)
    assert (row.state, row.number, row.question) == ("open", None, None)
    assert desk.post(f"/desk/calls/{call_id}/save", json=body).json["number"] == 1


def test_the_database_itself_refuses_a_saved_call_without_a_number(centre: Centre) -> None:
    call_id = saved_call(centre.person(Role.OPERATOR).client())
    with centre.inside(), pytest.raises(Conflict), transaction():
        db.session.connection().execute(text("UPDATE calls SET number = NULL WHERE state = 'saved'"))
    assert row_of(centre, call_id).number == 1
