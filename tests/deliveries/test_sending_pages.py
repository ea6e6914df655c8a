"""The page on which a version is handed over: what it shows, what it refuses, by mail and by hand, and receipts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from sqlalchemy import select

from callcenter.deliveries import sending_queries
from callcenter.deliveries.models import DeliverySending
from callcenter.deliveries.rules import SendingState
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.centre import Browser, Centre, Person
from tests.deliveries.factories import MONDAY, submitted
from tests.deliveries.mail_server import Behaviour, serving
from tests.deliveries.sending_factories import (
    A,
    B,
    acts,
    as_it_stands,
    asked,
    equipped,
    listed,
    permitted,
    replies,
    worked_off,
)

LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
RECEIVERS = LEADERS | {Role.CITY_OFFICER}
NUMBER = f"12345678901{check_digit('12345678901')}"


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


@pytest.fixture
def officer(centre: Centre) -> Person:
    return centre.person(Role.CITY_OFFICER, name="例田 職員")


@pytest.fixture
def city(centre: Centre) -> Iterator[Behaviour]:
    with serving(behaviour := Behaviour()) as server:
        equipped(centre, server)
        yield behaviour


@pytest.fixture
def version(centre: Centre, supervisor: Person) -> UUID:
    permitted(centre, centre.person(Role.CONTRACT_MANAGER))
    found = submitted(centre, supervisor)
    centre.at(centre.now + timedelta(hours=1))
    return found


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def send(browser: Browser, version: UUID, *ids: UUID, **changes: str) -> Any:
    form: dict[str, Any] = {"address_ids": [str(one) for one in ids], "idempotency_key": str(uuid4()), **changes}
    return browser.post(f"/documents/{version}/sending", data=form)


HAND = {
    "method": "hand",
    "edition": "handover",
    "handed_on": MONDAY.isoformat(),
    "handed_time": "10:00",
    "recipient": "市民課 例山係長",
    "agreement": "4月6日の協議で手渡しと決定",
    "receipt": "",
}


def hand(browser: Browser, version: UUID, **changes: str) -> Any:
    form = {**HAND, "idempotency_key": str(uuid4()), **changes}
    return browser.post(f"/documents/{version}/handing-over", data=form)


def handed(centre: Centre, version: UUID) -> list[sending_queries.Sending]:
    with centre.inside():
        return list(sending_queries.handing_over(centre.contract_id, version, for_city=False).sendings)


# --- by mail ---


def test_the_page_shows_what_would_leave_and_to_whom(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    ids = listed(centre, supervisor, A, B)
    page = supervisor.client().get(f"/documents/{version}/sending")
    assert "日報_network.xlsx" in page.text
    assert "日報_handover.xlsx" not in page.text
    with centre.inside():
        (file,) = sending_queries.leaving(centre.contract_id, version, centre.now).files
    assert file.sha256 in page.text
    assert [str(one) in page.text for one in ids] == [True, True]
    assert city.commands == []


def test_it_is_sent_and_the_page_says_how_it_went(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.rcpt = {B: "550 no"}
    a, b = listed(centre, supervisor, A, B)
    browser = supervisor.client()
    assert send(browser, version, a, b).status_code == 303
    assert "送信待ち" in words(browser.get(f"/documents/{version}/sending"))
    worked_off(centre)
    page = words(browser.get(f"/documents/{version}/sending"))
    for found in ("一部のみ送信", "受取拒否", "相手のサーバーの応答 550", "送れなかった宛先に送り直す"):
        assert found in page
    (one,) = handed(centre, version)
    city.rcpt = {}
    assert browser.post(f"/documents/sendings/{one.id}/again").status_code == 303
    worked_off(centre)
    assert city.sent_to == [A, B]


def test_without_permission_the_page_says_so_and_names_the_ways_that_remain(
    centre: Centre, supervisor: Person, city: Behaviour
) -> None:
    version = submitted(centre, supervisor)
    (a,) = listed(centre, supervisor, A)
    for person in (supervisor, centre.person(Role.CONTRACT_MANAGER)):
        page = person.client().get(f"/documents/{version}/sending")
        assert "市の許可（仕様書10(1)⑤）が記録されていません" in page.text
        assert 'href="/contract"' in page.text
        assert "手渡しなど" in page.text
        assert 'name="address_ids"' not in page.text
    refused = send(supervisor.client(), version, a)
    assert refused.status_code == 409
    assert "市の許可" in refused.text
    assert city.commands == []


def test_a_mailbox_that_is_not_on_the_list_is_refused_by_the_server(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    (a,) = listed(centre, supervisor, A)
    browser = supervisor.client()
    for ids in ((a, uuid4()), ()):
        answer = send(browser, version, *ids)
        assert answer.status_code == 422
        assert "f-address_ids-error" in answer.text
    assert browser.post(f"/documents/{version}/sending", data={"address_ids": "x@evil.example"}).status_code == 422
    worked_off(centre)
    assert city.commands == []


def test_what_nobody_knows_is_said_and_a_person_decides(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.drop = True
    a, b = listed(centre, supervisor, A, B)
    browser = supervisor.client()
    send(browser, version, a, b)
    worked_off(centre)
    page = words(browser.get(f"/documents/{version}/sending"))
    assert "自動では送り直しません" in page
    assert "届いたことを確かめた" in page
    (one,) = handed(centre, version)
    first, second = (f"/documents/sendings/{one.id}/recipients/{to.id}" for to in one.recipients)
    assert browser.post(first, data={"settlement": "perhaps"}).status_code == 422
    assert browser.post(first, data={"settlement": "arrived"}).status_code == 303
    assert browser.post(first, data={"settlement": "arrived"}).status_code == 409
    city.drop = False
    assert browser.post(second, data={"settlement": "again"}).status_code == 303
    worked_off(centre)
    assert replies(centre, one.id) == {A: "accepted", B: "accepted"}
    assert city.sent_to == [A, B, B]
    assert "到着を人が確認" in words(browser.get(f"/documents/{version}/sending"))


def test_what_waits_is_taken_back_on_the_page(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    browser = supervisor.client()
    send(browser, version, *listed(centre, supervisor, A))
    (one,) = handed(centre, version)
    assert browser.post(f"/documents/sendings/{one.id}/withdraw").status_code == 303
    assert browser.post(f"/documents/sendings/{one.id}/withdraw").status_code == 409
    worked_off(centre)
    assert city.commands == []


def test_the_page_of_an_older_version_leads_to_the_newer(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    newer = submitted(centre, supervisor, number=2, note="直した")
    page = supervisor.client().get(f"/documents/{version}/sending").text
    assert f'href="/documents/{newer}/sending"' in page
    assert 'name="address_ids"' not in page
    assert city.commands == []


# --- by hand ---


def test_a_handing_over_is_recorded_with_how_it_was_agreed_and_to_whom(
    centre: Centre, supervisor: Person, version: UUID
) -> None:
    browser = supervisor.client()
    assert hand(browser, version, receipt="文書受付 第12号").status_code == 303
    page = words(browser.get(f"/documents/{version}/sending"))
    for found in ("市民課 例山係長", "4月6日の協議で手渡しと決定", "文書受付 第12号", "手渡し用"):
        assert found in page
    (one,) = handed(centre, version)
    assert (one.state, acts(centre, one.id)) == (SendingState.DONE, ["sending.handed"])


def test_who_received_it_is_sealed(centre: Centre, supervisor: Person, version: UUID) -> None:
    hand(supervisor.client(), version, receipt="例山 受領")
    with centre.inside():
        recipient, receipt = db.session.execute(select(DeliverySending.recipient, DeliverySending.receipt)).one()
    assert recipient
    assert receipt
    assert "例山".encode() not in recipient + receipt


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recipient": " "}, "recipient"),
        ({"agreement": ""}, "agreement"),
        ({"agreement": "あ" * 301}, "agreement"),
        ({"method": "email"}, "method"),
        ({"method": "pigeon"}, "method"),
        ({"edition": "secret"}, "edition"),
        ({"handed_on": "2026-13-01"}, "handed_on"),
        ({"handed_time": "25:00"}, "handed_time"),
        ({"handed_time": "10:31"}, "handed_on"),
        ({"handed_time": "09:29"}, "handed_on"),
        ({"recipient": f"係長 {NUMBER}"}, "recipient"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_stays_typed(
    centre: Centre, supervisor: Person, version: UUID, changes: dict[str, str], field: str
) -> None:
    answer = hand(supervisor.client(), version, **changes)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert NUMBER not in answer.text
    if field != "agreement":
        assert HAND["agreement"] in answer.text
    assert handed(centre, version) == []


@pytest.mark.parametrize("time", ["09:30", "10:30"])
def test_from_the_minute_of_submission_until_now(centre: Centre, supervisor: Person, version: UUID, time: str) -> None:
    assert hand(supervisor.client(), version, handed_time=time).status_code == 303


def test_the_form_sent_twice_is_one_record(centre: Centre, supervisor: Person, version: UUID) -> None:
    browser, key = supervisor.client(), str(uuid4())
    assert [hand(browser, version, idempotency_key=key).status_code for _ in range(2)] == [303, 303]
    assert len(handed(centre, version)) == 1


def test_a_record_made_by_mistake_is_taken_back_and_stays_readable(
    centre: Centre, supervisor: Person, version: UUID
) -> None:
    browser = supervisor.client()
    hand(browser, version)
    (one,) = handed(centre, version)
    assert browser.post(f"/documents/sendings/{one.id}/withdraw").status_code == 303
    assert "取りやめ" in words(browser.get(f"/documents/{version}/sending"))
    assert acts(centre, one.id) == ["sending.handed", "sending.withdrawn"]


# --- the receipt ---


def test_the_officer_says_that_it_was_received_once(
    centre: Centre, supervisor: Person, officer: Person, version: UUID
) -> None:
    hand(supervisor.client(), version)
    (one,) = handed(centre, version)
    browser, url = officer.client(), f"/documents/sendings/{one.id}/receipt"
    assert "受領を記録する" in browser.get(url).text
    assert browser.post(url, data={"receipt": f"番号 {NUMBER}"}).status_code == 422
    assert browser.post(url, data={"receipt": "第12号"}).status_code == 303
    assert browser.post(url, data={"receipt": "第13号"}).status_code == 409
    receipt = as_it_stands(centre, one.id).receipt
    assert receipt is not None
    assert "例田 職員" in receipt
    assert "第12号" in receipt
    assert acts(centre, one.id)[-1] == "sending.received"


def test_a_mail_needs_no_receipt(centre: Centre, supervisor: Person, version: UUID, city: Behaviour) -> None:
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    worked_off(centre)
    answer = supervisor.client().post(f"/documents/sendings/{sent}/receipt", data={"receipt": ""})
    assert answer.status_code == 409
    assert city.sent_to == [A]


# --- what the city reads ---


def test_the_city_reads_how_and_when_but_not_who_or_what_failed(
    centre: Centre, supervisor: Person, officer: Person, version: UUID, city: Behaviour
) -> None:
    city.rcpt = {A: "550 no"}
    asked(centre, supervisor, version, listed(centre, supervisor, A))
    worked_off(centre)
    hand(supervisor.client(), version, receipt="第12号")
    with centre.inside():
        found = sending_queries.handed_over(officer.actor, version)
        theirs = sending_queries.handed_over(supervisor.actor, version)
    assert found.for_city
    (one,) = found.sendings
    assert (one.method, one.recipient, one.receipt, one.recorder_name) == ("hand", None, None, "")
    assert one.has_receipt
    assert [two.method for two in theirs.sendings] == ["hand", "email"]


def test_the_part_of_the_document_shows_no_name_to_the_city(
    centre: Centre, supervisor: Person, officer: Person, version: UUID
) -> None:
    hand(supervisor.client(), version)
    for person, named in ((supervisor, True), (officer, False)):
        part = _part(centre, person, version)
        assert ("例山係長" in part) == named
        assert "受領を記録する" in part
    assert "受領を記録する" not in _part(centre, centre.person(Role.CITY_VIEWER), version)


def _part(centre: Centre, person: Person, version: UUID) -> str:
    from flask import render_template

    from callcenter.deliveries import queries

    with centre.app.test_request_context(f"/documents/{version}"):
        return render_template(
            "deliveries/_handing_over.html",
            handing_over=sending_queries.handed_over(person.actor, version),
            version=queries.version(centre.contract_id, version),
        )


# --- who may ---


@pytest.mark.parametrize("role", list(Role))
def test_each_route_opens_to_its_roles_only(sqlite_centre: Centre, role: Role) -> None:
    leader = sqlite_centre.person(Role.SUPERVISOR)
    version = submitted(sqlite_centre, leader)
    sqlite_centre.at(sqlite_centre.now + timedelta(hours=1))
    hand(leader.client(), version)
    (one,) = handed(sqlite_centre, version)
    browser = sqlite_centre.person(role).client()
    routes = [
        ("GET", f"/documents/{version}/sending", LEADERS),
        ("POST", f"/documents/{version}/sending", LEADERS),
        ("POST", f"/documents/{version}/handing-over", LEADERS),
        ("POST", f"/documents/sendings/{one.id}/again", LEADERS),
        ("POST", f"/documents/sendings/{one.id}/withdraw", LEADERS),
        ("POST", f"/documents/sendings/{one.id}/recipients/{uuid4()}", LEADERS),
        ("GET", f"/documents/sendings/{one.id}/receipt", RECEIVERS),
        ("POST", f"/documents/sendings/{one.id}/receipt", RECEIVERS),
    ]
    for method, url, may in routes:
        found = browser.get(url) if method == "GET" else browser.post(url, data={})
        assert (found.status_code == 403) == (role not in may), (url, found.status_code)


def test_another_citys_officer_finds_nothing(centre: Centre, supervisor: Person, version: UUID) -> None:
    hand(supervisor.client(), version)
    (one,) = handed(centre, version)
    with centre.inside():
        other = centre.new_contract("OTHER")
    for role in (Role.CITY_OFFICER, Role.SUPERVISOR):
        stranger = centre.person(role, contract_id=other)
        browser = centre.browser()
        with browser.http.session_transaction() as cookie:
            cookie["sid"] = centre.open_session(stranger, other)
        assert browser.get(f"/documents/sendings/{one.id}/receipt").status_code == 404
        headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(other)}
        found = browser.http.post(f"/documents/sendings/{one.id}/receipt", data={}, headers=headers)
        assert found.status_code == 404
    for url, data in (
        (f"/documents/sendings/{one.id}/withdraw", {}),
        (f"/documents/sendings/{one.id}/again", {}),
        (f"/documents/{version}/handing-over", {**HAND, "idempotency_key": str(uuid4())}),
    ):
        assert browser.http.post(url, data=data, headers=headers).status_code == 404
    assert browser.get(f"/documents/{version}/sending").status_code == 404
    with centre.inside():
        theirs = structs.replace(stranger.actor, contract_id=other)
        assert list(sending_queries.handed_over(theirs, version).sendings) == []
