from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from callcenter.audit import queries as log
from callcenter.deliveries import remarks
from callcenter.deliveries.models import DeliveryRemark
from callcenter.errors import InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre, Person
from tests.deliveries.factories import submitted

WORDS = "表3の見出しを大きくしてください。"
WRITERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER, Role.CITY_OFFICER}


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


@pytest.fixture
def officer(centre: Centre) -> Person:
    return centre.person(Role.CITY_OFFICER, name="例田 職員")


@pytest.fixture
def version(centre: Centre, supervisor: Person) -> UUID:
    return submitted(centre, supervisor)


def post(browser: Browser, version: UUID, **changes: str) -> Any:
    form = {"text": WORDS, "idempotency_key": str(uuid4()), **changes}
    return browser.post(f"/documents/{version}/remarks", data=form)


def kept(centre: Centre, version: UUID) -> list[str]:
    with centre.inside():
        return [one.text for one in remarks.remarks_of(centre.contract_id, version)]


def test_city_and_centre_talk_about_a_version_and_each_sees_who_said_what(
    centre: Centre, supervisor: Person, officer: Person, version: UUID
) -> None:
    assert post(officer.client(), version).status_code == 303
    assert post(supervisor.client(), version, text="次の版で直します。").status_code == 303
    page = centre.person(Role.CITY_VIEWER).client().get(f"/documents/{version}/remarks").text
    assert page.index(WORDS) < page.index("次の版で直します。")
    assert "例田 職員（市）" in page
    assert "見本 責任者（センター）" in page


def test_a_remark_is_sealed_and_an_entry_of_the_log(centre: Centre, officer: Person, version: UUID) -> None:
    post(officer.client(), version)
    with centre.inside():
        row = db.session.execute(select(DeliveryRemark.id, DeliveryRemark.body)).one()
        entries = log.history_of(centre.contract_id, "delivery_remark", str(row.id))
    assert WORDS.encode() not in row.body
    assert [(entry.action, entry.details) for entry in entries] == [
        ("delivery_remark.added", {"version": str(version)})
    ]


def test_the_form_sent_twice_is_one_remark(centre: Centre, officer: Person, version: UUID) -> None:
    browser, key = officer.client(), str(uuid4())
    assert [post(browser, version, idempotency_key=key).status_code for _ in range(2)] == [303, 303]
    assert kept(centre, version) == [WORDS]


def test_nothing_and_too_much_are_refused_and_stay_typed(centre: Centre, officer: Person, version: UUID) -> None:
    browser = officer.client()
    assert post(browser, version, text=" \n ").status_code == 422
    long = post(browser, version, text="長" * 1001)
    assert long.status_code == 422
    assert "長" * 1001 in long.text
    assert kept(centre, version) == []


def test_an_individual_number_is_refused_and_masked(centre: Centre, officer: Person, version: UUID) -> None:
    number = f"12345678901{check_digit('12345678901')}"
    answer = post(officer.client(), version, text=f"番号 {number} の件です")
    assert answer.status_code == 422
    assert number not in answer.text
    assert "の件です" in answer.text
    assert kept(centre, version) == []


def test_a_script_in_a_remark_is_text(centre: Centre, officer: Person, version: UUID) -> None:
    post(officer.client(), version, text="<script>alert(1)</script>")
    assert "<script>alert" not in officer.client().get(f"/documents/{version}/remarks").text
    assert kept(centre, version) == ["<script>alert(1)</script>"]


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_writes(sqlite_centre: Centre, role: Role) -> None:
    version = submitted(sqlite_centre, sqlite_centre.person(Role.SUPERVISOR))
    browser = sqlite_centre.person(role).client()
    reads = role in WRITERS | {Role.CITY_VIEWER}
    page = browser.get(f"/documents/{version}/remarks")
    assert page.status_code == (200 if reads else 403)
    assert post(browser, version).status_code == (303 if role in WRITERS else 403)
    assert ("コメントを残す" in page.text) == (role in WRITERS)


def test_a_version_of_another_contract_cannot_be_remarked_on(centre: Centre, supervisor: Person, version: UUID) -> None:
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.CITY_OFFICER, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    assert browser.get(f"/documents/{version}/remarks").status_code == 404
    headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(other)}
    form = {"text": WORDS, "idempotency_key": str(uuid4())}
    assert browser.http.post(f"/documents/{version}/remarks", data=form, headers=headers).status_code == 404
    assert kept(centre, version) == []


def test_no_words_are_no_remark_and_no_version_no_thread(
    sqlite_centre: Centre,
) -> None:
    person = sqlite_centre.person(Role.SUPERVISOR)
    version = submitted(sqlite_centre, person)
    with sqlite_centre.inside():
        with pytest.raises(InvalidInput), transaction():
            remarks.add_remark(remarks.NewRemark(version, ""), by=person.actor, at=sqlite_centre.now)
        with pytest.raises(NotFound), transaction():
            remarks.add_remark(remarks.NewRemark(uuid4(), WORDS), by=person.actor, at=sqlite_centre.now)
