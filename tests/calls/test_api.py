from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.calls import queries
from callcenter.calls.category_service import NewName, rename_category
from callcenter.calls.models import Call
from callcenter.extensions import db, new_id
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import (
    actions,
    individual_number,
    opened_call,
    plain,
    row_of,
    saved_call,
    stored_draft,
    token,
)
from tests.centre import Centre

CALL: dict[str, Any] = {
    "started_at": "2026-06-01T09:00:00+09:00",
    "talk_seconds": 180,
    "acw_seconds": 20,
    "phone": "073-432-0001",
    "caller_name": "架空 太郎",
    "question": "更新の通知が届いた",
    "answer": "期限を案内した",
    "report_text": "カード更新の時期",
    "category_code": "0401",
    "disposition": "completed",
}


@dataclass
class Machine:
    """A client with a bearer token and no cookie."""

    centre: Centre
    secret: str

    def send(self, method: str, path: str, key: str = "", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", **({"Idempotency-Key": key} if key else {})}
        return self.centre.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **more)


def _machine(centre: Centre, *scopes: str) -> Machine:
    return Machine(centre, token(centre, *(scopes or ("calls:read", "calls:write", "calls:reveal"))))


def _created(machine: Machine, **changes: Any) -> str:
    answer = machine.send("POST", "/calls", str(new_id()), json={**CALL, **changes})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_a_machine_records_a_finished_call(centre: Centre) -> None:
    answer = _machine(centre).send("POST", "/calls", str(new_id()), json=CALL)
    assert answer.status_code == 201
    found = answer.json
    assert (found["number"], found["state"], found["local_on"], found["local_minute"]) == (
        1,
        "saved",
        "2026-06-01",
        540,
    )
    assert found["category_name"] == "カード本体の更新"
    assert plain(centre, found["id"], "question") == CALL["question"]
    assert actions(centre, found["id"]) == ["call.saved"]
    with centre.inside():
        assert queries.day_summary(centre.contract_id, row_of(centre, found["id"]).local_on).recorded == 1


def test_personal_data_is_masked_and_shown_on_demand_with_an_entry(centre: Centre) -> None:
    machine = _machine(centre)
    call_id = _created(machine)
    for answer in (machine.send("GET", f"/calls/{call_id}"), machine.send("GET", "/calls")):
        assert "架空 太郎" not in answer.text
        assert "432-0001" not in answer.text
        assert "更新の通知" not in answer.text
        assert "073-***-**01" in answer.text
    shown = machine.send("POST", f"/calls/{call_id}/reveal", json={"fields": ["phone", "question"]})
    assert shown.json == {"phone": "073-432-0001", "question": "更新の通知が届いた"}
    assert actions(centre, call_id) == ["call.saved", "call.shown"]


def test_the_same_key_and_body_make_one_record(centre: Centre) -> None:
    machine, key = _machine(centre), str(new_id())
    first = machine.send("POST", "/calls", key, json=CALL)
    again = machine.send("POST", "/calls", key, json=dict(reversed(CALL.items())))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json


def test_the_same_key_with_another_body_is_refused(centre: Centre) -> None:
    machine, key = _machine(centre), str(new_id())
    machine.send("POST", "/calls", key, json=CALL)
    answer = machine.send("POST", "/calls", key, json={**CALL, "question": "別"})
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_mismatch")


def test_a_key_of_a_call_opened_at_the_desk_is_no_key_of_ours(centre: Centre) -> None:
    desk, key = centre.person(Role.OPERATOR).client(), str(new_id())
    desk.post("/desk/calls", json={"open_key": key})
    assert _machine(centre).send("POST", "/calls", key, json=CALL).status_code == 409


@pytest.mark.parametrize("key", ["", "x", "1"])
def test_a_record_needs_a_key(sqlite_centre: Centre, key: str) -> None:
    answer = _machine(sqlite_centre).send("POST", "/calls", key, json=CALL)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"started_at": None}, "started_at"),
        ({"started_at": "2026-06-01T09:00:00"}, "started_at"),
        ({"started_at": "gestern"}, "started_at"),
        ({"started_at": "2026-06-01T11:00:00+09:00"}, "started_at"),
        ({"started_at": "2026-03-31T09:00:00+09:00"}, "started_at"),
        ({"ended_at": "2026-06-01T08:59:00+09:00"}, "ended_at"),
        ({"category_code": "9999"}, "category_code"),
        ({"category_code": 401}, "category_code"),
        ({"disposition": "x"}, "disposition"),
        ({"disposition": None}, "disposition"),
        ({"channel": 3}, "channel"),
        ({"complaint": "true-ish"}, "complaint"),
        ({"complaint": 1}, "complaint"),
        ({"talk_seconds": "60"}, "talk_seconds"),
        ({"talk_seconds": True}, "talk_seconds"),
        ({"talk_seconds": 86_401}, "talk_seconds"),
        ({"talk_seconds": 10**30}, "talk_seconds"),
        ({"phone": "12"}, "phone"),
        ({"question": "長" * 4001}, "question"),
        ({"question": ["a"]}, "question"),
        ({"operator_id": str(new_id())}, "operator_id"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_each_wrong_value_is_named_in_japanese(sqlite_centre: Centre, change: dict[str, Any], field: str) -> None:
    answer = _machine(sqlite_centre).send("POST", "/calls", str(new_id()), json={**CALL, **change})
    assert answer.status_code == 422
    assert answer.json["code"] == "invalid_input"
    assert field in answer.json["errors"]
    assert any(letter >= "ぁ" for letter in answer.json["errors"][field][0])


@pytest.mark.parametrize("content", ["", "{", "[1]", "7", "null", "[" * 100_000, '{"a": ' + "9" * 5000 + "}", "\udcff"])
def test_a_body_that_is_no_object_is_refused_in_one_shape(sqlite_centre: Centre, content: str) -> None:
    data = content.encode("utf-8", "surrogateescape")
    answer = _machine(sqlite_centre).send("POST", "/calls", str(new_id()), data=data, content_type="application/json")
    assert answer.status_code == 422
    assert set(answer.json) == {"code", "message", "errors"}


def test_an_individual_number_is_refused_masked_and_logged(centre: Centre) -> None:
    number = individual_number()
    answer = _machine(centre).send("POST", "/calls", str(new_id()), json={**CALL, "answer": f"番号 {number}"})
    assert (answer.status_code, answer.json["code"]) == (422, "individual_number")
    assert answer.json["masked"]["answer"] == "番号 " + "＊" * 12
    assert number not in answer.text
    with centre.inside():
        refused = select(AuditEntry.details).where(AuditEntry.action == "call.number_refused")
        entries = list(db.session.execute(refused).scalars())
    assert [entry["found"] for entry in entries] == [[{"field": "answer", "length": 12, "rule": "check_digit"}]]


def test_a_person_records_by_the_api_with_her_session_and_the_token_of_its_page(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    browser = person.client()
    answer = browser.post("/api/v1/calls", json=CALL, headers={"Idempotency-Key": str(new_id())})
    assert answer.status_code == 201
    assert answer.json["operator_id"] == str(person.user_id)
    bare = browser.http.post("/api/v1/calls", json=CALL, headers={"Idempotency-Key": str(new_id())})
    assert bare.status_code in (400, 403, 409)


def test_a_person_cannot_record_in_a_colleagues_name_and_a_machine_can(centre: Centre) -> None:
    one, other = centre.person(Role.OPERATOR), centre.person(Role.OPERATOR)
    body = {**CALL, "operator_id": str(other.user_id)}
    refused = one.client().post("/api/v1/calls", json=body, headers={"Idempotency-Key": str(new_id())})
    assert refused.status_code == 422
    made = _machine(centre).send("POST", "/calls", str(new_id()), json=body)
    assert made.json["operator_id"] == str(other.user_id)


# --- lists ---


def test_the_list_is_filtered_and_paged(centre: Centre) -> None:
    machine = _machine(centre)
    for code in ("0401", "0402", "0101"):
        _created(machine, category_code=code)
    found = machine.send("GET", "/calls?category=04&size=1&page=2&from=2026-06-01").json
    assert (found["total"], found["page"], found["last"]) == (2, 2, 2)
    assert [item["number"] for item in found["items"]] == [1]


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999999999999999999", "size=201", "category=x", "from=x", "state=open", "x=1"]
)
def test_a_query_that_cannot_be_is_refused(sqlite_centre: Centre, query: str) -> None:
    answer = _machine(sqlite_centre).send("GET", f"/calls?{query}")
    assert answer.status_code == 422
    assert len(answer.json["errors"]) == 1


def test_a_machine_searches_by_words_and_numbers_in_the_body(centre: Centre) -> None:
    machine = _machine(centre)
    _created(machine)
    for words, total in (("更新の通知", 1), ("0734320001", 1), ("別の話", 0)):
        assert machine.send("POST", "/calls/search", json={"q": words}).json["total"] == total
    assert machine.send("POST", "/calls/search", json={"q": individual_number()}).status_code == 422


# --- correcting and voiding ---


def test_a_correction_changes_what_was_sent_only(centre: Centre) -> None:
    machine = _machine(centre)
    call_id = _created(machine)
    body = {"version": 1, "reason": "選び間違い", "category_code": "0402"}
    answer = machine.send("PATCH", f"/calls/{call_id}", json=body)
    assert (answer.status_code, answer.json["category_code"], answer.json["version"]) == (200, "0402", 2)
    assert plain(centre, call_id, "question") == CALL["question"]
    stale = machine.send("PATCH", f"/calls/{call_id}", json={**body, "category_code": "0403"})
    assert stale.status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "x", "category_code": "0402"}, "version"),
        ({"version": 1, "category_code": "0402"}, "reason"),
        ({"version": 1, "reason": " ", "category_code": "0402"}, "reason"),
        ({"version": 1, "reason": "x"}, "_"),
        ({"version": 1, "reason": "x", "ended_at": "2026-06-01T08:00:00+09:00"}, "ended_at"),
        ({"version": 1, "reason": "x", "number": 5}, "number"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(sqlite_centre: Centre, body: dict[str, Any], field: str) -> None:
    machine = _machine(sqlite_centre)
    answer = machine.send("PATCH", f"/calls/{_created(machine)}", json=body)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_voiding_states_its_reason_once(centre: Centre) -> None:
    machine = _machine(centre)
    call_id = _created(machine)
    body = {"version": 1, "reason": "二重登録"}
    assert machine.send("POST", f"/calls/{call_id}/void", json=body).json["state"] == "voided"
    assert machine.send("POST", f"/calls/{call_id}/void", json={**body, "version": 2}).status_code == 422
    assert plain(centre, call_id, "void_reason") == "二重登録"


# --- drafts ---


def test_a_machine_keeps_a_draft_and_saves_it(centre: Centre) -> None:
    machine, key = _machine(centre), str(new_id())
    opened = machine.send("POST", "/drafts", json={"open_key": key})
    assert (opened.status_code, opened.json["version"]) == (201, 1)
    assert machine.send("POST", "/drafts", json={"open_key": key}).status_code == 200
    path = f"/drafts/{opened.json['id']}"
    kept = machine.send("PUT", path, json={"version": 1, "question": "途中", "started_at": CALL["started_at"]})
    assert kept.json["version"] == 2
    shown = machine.send("GET", path).json
    assert shown["fields"]["question"] == "途中"
    assert actions(centre, opened.json["id"]) == ["call.restored"]
    assert machine.send("GET", "/drafts").json[0]["has_words"] is True
    save_key = str(new_id())
    body = {"version": 2, "question": "途中", "category_code": "0401", "disposition": "completed", "talk_seconds": 60}
    saved = machine.send("POST", f"{path}/save", save_key, json=body)
    again = machine.send("POST", f"{path}/save", save_key, json=body)
    assert (saved.status_code, saved.json["number"]) == (200, 1)
    assert saved.json == again.json
    assert machine.send("GET", "/drafts").json == []


def test_a_draft_of_the_api_holds_back_what_may_be_a_number(centre: Centre) -> None:
    machine = _machine(centre)
    call_id = machine.send("POST", "/drafts", json={"open_key": str(new_id())}).json["id"]
    machine.send("PUT", f"/drafts/{call_id}", json={"version": 1, "question": individual_number()[:11]})
    assert stored_draft(centre, call_id)["question"] == "…"
    refused = machine.send("PUT", f"/drafts/{call_id}", json={"version": 2, "question": individual_number()})
    assert refused.status_code == 422
    assert refused.json["draft_version"] == 3


def test_an_empty_draft_is_closed(centre: Centre) -> None:
    machine = _machine(centre)
    call_id = machine.send("POST", "/drafts", json={"open_key": str(new_id())}).json["id"]
    assert machine.send("POST", f"/drafts/{call_id}/discard", json={"version": 1}).status_code == 204
    assert row_of(centre, call_id).state == "voided"


# --- who ---


def test_a_machine_does_what_its_scopes_say_and_no_more(centre: Centre) -> None:
    reads, writes = _machine(centre, "calls:read"), _machine(centre, "calls:write")
    call_id = _created(writes)
    assert reads.send("GET", f"/calls/{call_id}").status_code == 200
    assert writes.send("GET", f"/calls/{call_id}").status_code == 403
    assert reads.send("POST", f"/calls/{call_id}/reveal", json={"fields": ["phone"]}).status_code == 403
    assert writes.send("POST", f"/calls/{call_id}/reveal", json={"fields": ["phone"]}).status_code == 403
    assert reads.send("PATCH", f"/calls/{call_id}", json={}).status_code == 403
    assert reads.send("POST", f"/calls/{call_id}/void", json={}).status_code == 403
    assert reads.send("GET", "/drafts").status_code == 403
    assert writes.send("GET", "/categories").status_code == 403
    assert reads.send("POST", "/calls/search", json={"q": "更新"}).status_code == 200


def test_an_unknown_token_and_none_at_all_are_401(centre: Centre) -> None:
    assert Machine(centre, "nonsense").send("GET", "/calls").status_code == 401
    assert centre.app.test_client().get("/api/v1/calls").status_code == 401


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_the_city_reads_no_records_by_the_api_either(sqlite_centre: Centre, role: Role) -> None:
    call_id = saved_call(sqlite_centre.person(Role.OPERATOR).client())
    stranger = sqlite_centre.person(role).client()
    assert stranger.get("/api/v1/calls").status_code == 403
    assert stranger.get(f"/api/v1/calls/{call_id}").status_code == 403
    assert stranger.post(f"/api/v1/calls/{call_id}/reveal", json={"fields": ["phone"]}).status_code == 403


def test_a_contract_manager_reads_by_the_api_and_writes_nothing(centre: Centre) -> None:
    call_id = saved_call(centre.person(Role.OPERATOR).client())
    manager = centre.person(Role.CONTRACT_MANAGER).client()
    assert manager.get(f"/api/v1/calls/{call_id}").status_code == 200
    assert manager.post(f"/api/v1/calls/{call_id}/void", json={"version": 2, "reason": "x"}).status_code == 403
    assert manager.post(f"/api/v1/calls/{call_id}/reveal", json={"fields": ["phone"]}).status_code == 403


def test_a_machine_of_another_contract_finds_nothing(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id, draft_id = saved_call(desk), opened_call(desk)
    with centre.inside():
        other = centre.new_contract("R8-B")
    centre.contract_id = other
    stranger = _machine(centre)
    assert stranger.send("GET", f"/calls/{call_id}").status_code == 404
    assert stranger.send("GET", "/calls").json["total"] == 0
    assert stranger.send("PATCH", f"/calls/{call_id}", json={"version": 2, "reason": "x"}).status_code == 404
    assert stranger.send("POST", f"/calls/{call_id}/reveal", json={"fields": ["phone"]}).status_code == 404
    assert stranger.send("GET", f"/drafts/{draft_id}").status_code == 404


def test_an_operators_open_call_is_no_draft_of_a_machine_or_a_colleague(centre: Centre) -> None:
    draft_id = opened_call(centre.person(Role.OPERATOR).client())
    assert _machine(centre).send("GET", f"/drafts/{draft_id}").status_code == 404
    other = centre.person(Role.OPERATOR).client()
    assert other.get(f"/api/v1/drafts/{draft_id}").status_code == 404
    assert other.put(f"/api/v1/drafts/{draft_id}", json={"version": 1, "question": "x"}).status_code == 404


# --- categories and the description ---


def test_categories_are_named_as_on_the_day_asked_for(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    with centre.inside(), transaction():
        rename_category(NewName("0401", "本体の更新", date(2026, 7, 1)), by=supervisor.actor, at=centre.now)
    machine = _machine(centre)
    today = machine.send("GET", "/categories").json
    assert len(today) == 12
    assert sum(len(major["minors"]) for major in today) == 60
    names = {m["code"]: m["name"] for major in today for m in major["minors"]}
    later = machine.send("GET", "/categories?on=2026-07-01").json
    names_later = {m["code"]: m["name"] for major in later for m in major["minors"]}
    assert (names["0401"], names_later["0401"]) == ("カード本体の更新", "本体の更新")


def test_the_document_describes_every_route_under_the_api(sqlite_centre: Centre) -> None:
    paths = sqlite_centre.browser().get("/api/openapi.json").json["paths"]
    described = {
        (path, method) for path, operations in paths.items() for method in operations if method != "parameters"
    }
    routes = {
        (str(rule.rule).replace("<uuid:", "{").replace("<", "{").replace(">", "}"), method.lower())
        for rule in sqlite_centre.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if str(rule.rule).startswith("/api/v1/")
    }
    assert described == routes


def test_the_page_of_the_description_is_ours_and_loads_nothing_from_elsewhere(sqlite_centre: Centre) -> None:
    page = sqlite_centre.browser().get("/api/docs").text
    assert "対応記録の登録" in page
    assert "Idempotency-Key" in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_machine_changes_machines_records_only(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    saved_call(person.client())
    with centre.inside():
        call_id = db.session.execute(select(Call.id).where(Call.number == 1)).scalar_one()
    machine = _machine(centre)
    body = {"version": 2, "reason": "誤り"}
    refused = machine.send("PATCH", f"/calls/{call_id}", json={**body, "report_text": "別"})
    assert refused.status_code == 403
    assert machine.send("POST", f"/calls/{call_id}/void", json=body).status_code == 403


def test_an_individual_number_as_a_name_is_not_echoed(sqlite_centre: Centre) -> None:
    machine, number = _machine(sqlite_centre), individual_number()
    as_key = machine.send("POST", "/calls", str(new_id()), json={**CALL, number: "x"})
    as_parameter = machine.send("GET", f"/calls?{number}=1")
    for answer in (as_key, as_parameter):
        assert answer.status_code == 422
        assert number not in answer.text


def test_a_machine_that_names_another_contract_is_refused(sqlite_centre: Centre) -> None:
    machine = _machine(sqlite_centre)
    headers = {"Authorization": f"Bearer {machine.secret}"}
    client = sqlite_centre.app.test_client()
    for named, status in ((str(new_id()), 409), (str(sqlite_centre.contract_id), 200)):
        answer = client.get("/api/v1/calls", headers={**headers, "X-Contract-Id": named})
        assert answer.status_code == status
