from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from callcenter.accounts import administration
from callcenter.audit import queries as log
from callcenter.errors import Conflict, Forbidden, NotFound
from callcenter.extensions import db
from callcenter.knowledge import attention, readings
from callcenter.knowledge.models import Reading, Version
from callcenter.knowledge.rules import EntryKind
from callcenter.web.access import DESK, LEADERSHIP, Actor, Channel, Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre, Person
from tests.knowledge.factories import Made, draft, published_entry, retired, revised

MONDAY = date(2026, 6, 1)
MARCH = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 4, 1), date(2027, 3, 31)


@pytest.fixture
def publish(centre: Centre, supervisor: Person, officer: Person) -> Any:
    """Publish an entry, or a further version of one, by the same two people."""

    def published(entry_id: UUID | None = None, **more: Any) -> Made:
        if entry_id is None:
            return published_entry(centre, by=supervisor, officer=officer, **more)
        return Made(entry_id, revised(centre, entry_id, by=supervisor, officer=officer, **more))

    return published


def on_first_day(publish: Any, **more: Any) -> Made:
    """An entry that the contract began with."""
    made: Made = publish(at=MARCH, on=FIRST_DAY, **more)
    return made


def left(centre: Centre, person: Person, today: date = MONDAY) -> list[UUID]:
    with centre.inside():
        return [one.id for one in readings.unread(centre.contract_id, person.user_id, today)]


def confirm(centre: Centre, person: Person, version_id: UUID) -> None:
    with centre.inside(), transaction():
        readings.confirm(version_id, by=person.actor, at=centre.now)


def rows(centre: Centre) -> list[tuple[UUID, UUID]]:
    with centre.inside():
        found = db.session.execute(select(Reading.version_id, Reading.user_id))
        return [(row.version_id, row.user_id) for row in found]


def post_together(browser: Browser, *version_ids: UUID) -> Any:
    return browser.post("/knowledge/unread", data={"versions": " ".join(map(str, version_ids))})


# --- what asks to be read ---


@pytest.mark.parametrize("kind", list(EntryKind))
def test_a_version_asks_to_be_read_from_its_effective_day(
    centre: Centre, operator: Person, publish: Any, kind: EntryKind
) -> None:
    made = publish(kind=kind, on=MONDAY + timedelta(days=2))
    assert left(centre, operator, MONDAY + timedelta(days=1)) == []
    assert left(centre, operator, MONDAY + timedelta(days=2)) == [made.version_id]


def test_only_the_ruling_version_asks_and_what_was_read_before_does_not_count_for_it(
    centre: Centre, operator: Person, publish: Any
) -> None:
    made = publish()
    confirm(centre, operator, made.version_id)
    assert left(centre, operator) == []
    second = publish(made.entry_id, body="手数料が変わりました。")
    assert left(centre, operator) == [second.version_id]


def test_a_draft_and_a_retired_entry_ask_nobody(
    centre: Centre, operator: Person, supervisor: Person, publish: Any
) -> None:
    draft(centre, supervisor)
    made = publish()
    retired(centre, made.entry_id, on=MONDAY + timedelta(days=1), by=supervisor)
    assert left(centre, operator) == [made.version_id]
    assert left(centre, operator, MONDAY + timedelta(days=1)) == []


def test_nothing_asks_after_the_term(centre: Centre, operator: Person, publish: Any) -> None:
    made = publish()
    assert left(centre, operator, LAST_DAY) == [made.version_id]
    assert left(centre, operator, LAST_DAY + timedelta(days=1)) == []


def test_changes_come_first_the_newest_before_the_others(centre: Centre, operator: Person, publish: Any) -> None:
    begun = on_first_day(publish)
    old, new = publish(on=MONDAY), publish(on=MONDAY + timedelta(days=1))
    expected = [new.version_id, old.version_id, begun.version_id]
    assert left(centre, operator, MONDAY + timedelta(days=1)) == expected


# --- confirming ---


def test_a_confirmation_names_the_reader_and_the_moment_and_is_an_entry_of_the_log(
    centre: Centre, operator: Person, publish: Any
) -> None:
    made = publish()
    confirm(centre, operator, made.version_id)
    with centre.inside():
        (read,) = readings.readings_of(centre.contract_id, [made.version_id])[made.version_id].values()
        entries = log.history_of(centre.contract_id, "knowledge_version", str(made.version_id))
    assert (read.user_id, read.name, read.at) == (operator.user_id, "応答 みどり", centre.now)
    assert [one.details for one in entries if one.action == "knowledge.read"] == [{"number": 1, "version": 1}]


def test_confirming_twice_keeps_the_first_moment(centre: Centre, operator: Person, publish: Any) -> None:
    made, first = publish(), centre.now
    confirm(centre, operator, made.version_id)
    centre.at(first + timedelta(hours=1))
    confirm(centre, operator, made.version_id)
    with centre.inside():
        (read,) = readings.readings_of(centre.contract_id, [made.version_id])[made.version_id].values()
        entries = log.history_of(centre.contract_id, "knowledge_version", str(made.version_id))
    assert read.at == first
    assert sum(one.action == "knowledge.read" for one in entries) == 1


def test_what_is_not_in_force_yet_cannot_be_confirmed(
    centre: Centre, operator: Person, supervisor: Person, publish: Any
) -> None:
    coming, unfinished = publish(on=MONDAY + timedelta(days=1)), draft(centre, supervisor)
    for version_id in (coming.version_id, unfinished.version_id, UUID(int=7)):
        with pytest.raises(NotFound):
            confirm(centre, operator, version_id)
    assert rows(centre) == []


def test_a_machine_reads_nothing(centre: Centre, publish: Any) -> None:
    made = publish()
    machine = Actor(UUID(int=5), "機械", frozenset(), centre.contract_id, channel=Channel.API)
    with centre.inside(), pytest.raises(Forbidden), transaction():
        readings.confirm(made.version_id, by=machine, at=centre.now)


def test_what_the_contract_began_with_is_confirmed_together(centre: Centre, operator: Person, publish: Any) -> None:
    begun = [on_first_day(publish).version_id for _ in range(3)]
    with centre.inside(), transaction():
        assert readings.confirm_first(begun[:2], by=operator.actor, at=centre.now) == 2
    assert left(centre, operator) == begun[2:]
    with centre.inside(), transaction():
        assert readings.confirm_first(begun, by=operator.actor, at=centre.now) == 1
    with centre.inside():
        entries = log.history_of(centre.contract_id, "contract", str(centre.contract_id))
    assert [one.details for one in entries if one.action == "knowledge.read_together"] == [{"count": 2}, {"count": 1}]


def test_the_starting_content_counts_as_begun_with_whenever_it_was_loaded(
    centre: Centre, operator: Person, publish: Any
) -> None:
    made = publish()
    with centre.inside(), transaction():
        db.session.execute(update(Version).where(Version.id == made.version_id).values(author_id=None))
    with centre.inside(), transaction():
        assert readings.confirm_first([made.version_id], by=operator.actor, at=centre.now) == 1


def test_a_later_change_is_not_confirmed_together(centre: Centre, operator: Person, publish: Any) -> None:
    begun, change = on_first_day(publish), publish()
    with centre.inside(), pytest.raises(Conflict), transaction():
        readings.confirm_first([begun.version_id, change.version_id], by=operator.actor, at=centre.now)
    with centre.inside(), pytest.raises(NotFound), transaction():
        readings.confirm_first([begun.version_id, UUID(int=9)], by=operator.actor, at=centre.now)
    assert rows(centre) == []


def test_more_than_a_screen_can_list_is_refused(sqlite_centre: Centre) -> None:
    reader = sqlite_centre.person(Role.OPERATOR)
    many = [UUID(int=number) for number in range(readings.MOST_TOGETHER + 1)]
    with sqlite_centre.inside(), pytest.raises(Conflict), transaction():
        readings.confirm_first(many, by=reader.actor, at=sqlite_centre.now)


def test_many_are_confirmed_in_parts(centre: Centre, operator: Person, publish: Any, monkeypatch: Any) -> None:
    begun = [on_first_day(publish).version_id for _ in range(3)]
    monkeypatch.setattr("callcenter.knowledge.queries.BATCH", 2)
    with centre.inside(), transaction():
        assert readings.confirm_first(begun, by=operator.actor, at=centre.now) == 3
    assert left(centre, operator) == []


# --- who has to read ---


def test_those_on_the_desk_have_to_read_and_nobody_else(
    centre: Centre, supervisor: Person, officer: Person, operator: Person
) -> None:
    centre.person(Role.CONTRACT_MANAGER, name="管理 のみ")
    stopped = centre.person(Role.OPERATOR, name="停止 済み")
    admin = centre.person(Role.ADMINISTRATOR)
    with centre.inside(), transaction():
        administration.disable(stopped.user_id, by=admin.actor, at=centre.now)
    with centre.inside():
        other = centre.new_contract("OTHER")
    centre.person(Role.OPERATOR, name="別の 契約", contract_id=other)
    with centre.inside():
        names = {one.name for one in readings.must_read(centre.contract_id)}
    assert names == {supervisor.name, operator.name}


def test_the_record_counts_by_person_only_what_rules(
    centre: Centre, supervisor: Person, operator: Person, publish: Any
) -> None:
    made, other = publish(), publish()
    confirm(centre, operator, made.version_id)
    confirm(centre, operator, other.version_id)
    second = publish(made.entry_id)
    with centre.inside():
        ruling = [one.id for one in readings.asked(centre.contract_id, MONDAY)]
        counts = {one.user.name: (one.read, one.missing) for one in readings.people(centre.contract_id, ruling)}
    assert set(ruling) == {second.version_id, other.version_id}
    assert counts == {operator.name: (1, 1), supervisor.name: (0, 2)}


def test_the_first_page_hears_who_has_not_read(
    centre: Centre, supervisor: Person, operator: Person, publish: Any
) -> None:
    with centre.inside():
        assert attention.unread_people(centre.contract_id, MONDAY) == []
    made = publish()
    confirm(centre, operator, made.version_id)
    with centre.inside():
        assert attention.unread_people(centre.contract_id, MONDAY) == [attention.Unread(supervisor.name, 1)]
        assert attention.unread_people(centre.contract_id, LAST_DAY + timedelta(days=1)) == []
    page = supervisor.client().get("/today").text
    assert "マニュアル・FAQに未読の職員がいます" in page
    assert f"{supervisor.name}（未読 1件）" in page
    confirm(centre, supervisor, made.version_id)
    assert "未読の職員" not in supervisor.client().get("/today").text


# --- pages ---


def test_a_reader_goes_through_the_changes_with_one_press_each(centre: Centre, operator: Person, publish: Any) -> None:
    publish(title="手数料の改定", reason="条例の改正"), publish(title="受付時間の変更")
    begun = on_first_day(publish, title="はじめからの項目")
    browser, waiting = operator.client(), left(centre, operator)
    page = browser.get("/knowledge/unread").text
    assert "条例の改正" in page
    assert "令和8年6月1日（月）" in page
    answer = browser.post(f"/knowledge/unread/{waiting[0]}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/knowledge/unread/{waiting[1]}")
    answer = browser.post(f"/knowledge/unread/{waiting[1]}")
    assert answer.headers["Location"] == "/knowledge/unread"
    assert left(centre, operator) == [begun.version_id]


def test_the_text_is_shown_safely_and_says_how_it_stands(centre: Centre, operator: Person, publish: Any) -> None:
    made = publish(body="**大切**<script>alert(1)</script>")
    browser, address = operator.client(), f"/knowledge/unread/{made.version_id}"
    page = browser.get(address).text
    assert "<strong>大切</strong>" in page
    assert "<script>alert" not in page
    assert "読みました" in page
    browser.post(address)
    assert "読みました" not in browser.get(address).text.split("</article>")[1]
    second = publish(made.entry_id)
    assert f"/knowledge/unread/{second.version_id}" in browser.get(address).text


def test_together_is_exactly_what_stood_on_the_screen(centre: Centre, operator: Person, publish: Any) -> None:
    shown = on_first_day(publish)
    browser = operator.client()
    assert str(shown.version_id) in browser.get("/knowledge/unread").text
    later = on_first_day(publish)
    assert post_together(browser, shown.version_id).status_code == 303
    assert left(centre, operator) == [later.version_id]
    assert post_together(browser).status_code == 422
    assert browser.post("/knowledge/unread", data={"versions": "x"}).status_code == 422


def test_a_change_smuggled_into_the_many_is_refused(centre: Centre, operator: Person, publish: Any) -> None:
    begun, change = on_first_day(publish), publish()
    assert post_together(operator.client(), begun.version_id, change.version_id).status_code == 409
    assert rows(centre) == []


def test_a_line_for_other_pages_says_how_much_is_unread(centre: Centre, operator: Person, publish: Any) -> None:
    browser = operator.client()
    assert browser.get("/knowledge/unread/line").text.strip() == ""
    publish()
    assert "新しいお知らせ 1件" in browser.get("/knowledge/unread/line").text


def test_empty_pages_say_what_will_come(sqlite_centre: Centre) -> None:
    supervisor = sqlite_centre.person(Role.SUPERVISOR).client()
    assert "公開されると" in supervisor.get("/knowledge/unread").text
    assert "読むべき内容はまだありません" in supervisor.get("/knowledge/readings").text


def test_leaders_see_who_has_read_and_who_has_not(
    centre: Centre, supervisor: Person, operator: Person, publish: Any
) -> None:
    made = publish(title="手数料の改定")
    confirm(centre, operator, made.version_id)
    browser = supervisor.client()
    page = browser.get("/knowledge/readings").text
    assert "1 / 1" in page
    assert "0 / 1" in page
    assert "手数料の改定" in page
    detail = browser.get(f"/knowledge/readings/versions/{made.version_id}").text
    missing, done = detail.split("読んだ人（")
    assert supervisor.name in missing.split("読んでいない人（1名）")[1]
    assert operator.name in done
    assert "令和8年6月1日（月） 09:30" in done
    assert "手数料の改定" in browser.get(f"/knowledge/readings/people/{supervisor.user_id}").text
    assert "未読はありません" in browser.get(f"/knowledge/readings/people/{operator.user_id}").text


def test_the_record_of_a_replaced_version_stays_and_misses_nobody(
    centre: Centre, supervisor: Person, operator: Person, publish: Any
) -> None:
    made = publish()
    confirm(centre, operator, made.version_id)
    publish(made.entry_id)
    page = supervisor.client().get(f"/knowledge/readings/versions/{made.version_id}").text
    assert operator.name in page
    assert "読んでいない人" not in page


def test_what_everybody_has_read_is_shown_on_request(
    centre: Centre, supervisor: Person, operator: Person, publish: Any
) -> None:
    made = publish(title="手数料の改定", kind=EntryKind.CHAPTER)
    for person in (supervisor, operator):
        confirm(centre, person, made.version_id)
    browser = supervisor.client()
    assert "手数料の改定" not in browser.get("/knowledge/readings").text
    assert "手数料の改定" in browser.get("/knowledge/readings?show=all&kind=chapter").text
    assert "手数料の改定" not in browser.get("/knowledge/readings?show=all&kind=faq").text
    assert browser.get("/knowledge/readings?kind=x").status_code == 422


def test_somebody_who_left_stays_in_the_record_but_is_not_missed(
    centre: Centre, supervisor: Person, operator: Person, publish: Any
) -> None:
    made, gone = publish(), centre.person(Role.OPERATOR, name="退職 予定")
    confirm(centre, gone, made.version_id)
    admin = centre.person(Role.ADMINISTRATOR)
    with centre.inside(), transaction():
        administration.disable(gone.user_id, by=admin.actor, at=centre.now)
    page = supervisor.client().get(f"/knowledge/readings/versions/{made.version_id}").text
    assert "退職 予定" in page.split("読んだ人（1名）")[1]
    assert supervisor.client().get(f"/knowledge/readings/people/{gone.user_id}").status_code == 404


def test_the_file_holds_every_version_with_everybody(
    centre: Centre, supervisor: Person, operator: Person, publish: Any
) -> None:
    made = publish(title="手数料の改定")
    confirm(centre, operator, made.version_id)
    answer = supervisor.client().post("/knowledge/readings/export", data={"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    lines = [tuple(row) for row in sheet.iter_rows(values_only=True) if "手数料の改定" in row]
    assert {(row[5], row[7]) for row in lines} == {(operator.name, "既読"), (supervisor.name, "未読")}
    with centre.inside():
        entries = log.history_of(centre.contract_id, "contract", str(centre.contract_id))
    assert [one.details["count"] for one in entries if one.action == "knowledge_readings.exported"] == [2]


# --- who may ---


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_sees_the_record(sqlite_centre: Centre, role: Role) -> None:
    made = published_entry(sqlite_centre)
    browser = sqlite_centre.person(role).client()
    reads, leads = role in DESK, role in LEADERSHIP
    for address in ("/knowledge/unread", "/knowledge/unread/line", f"/knowledge/unread/{made.version_id}"):
        assert browser.get(address).status_code == (200 if reads else 403)
    assert browser.post(f"/knowledge/unread/{made.version_id}").status_code == (303 if reads else 403)
    assert post_together(browser, made.version_id).status_code == (409 if reads else 403)
    for address in ("/knowledge/readings", f"/knowledge/readings/versions/{made.version_id}"):
        assert browser.get(address).status_code == (200 if leads else 403)
    exported = browser.post("/knowledge/readings/export", data={"format": "csv"})
    exported.close()
    assert exported.status_code == (200 if leads else 403)
    nobody = browser.get(f"/knowledge/readings/people/{UUID(int=3)}")
    assert nobody.status_code == (404 if leads else 403)


def test_another_contracts_versions_and_people_are_not_there(
    centre: Centre, supervisor: Person, operator: Person, publish: Any
) -> None:
    made = publish()
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.SUPERVISOR, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(other)}
    for address in (f"unread/{made.version_id}", f"readings/versions/{made.version_id}"):
        assert browser.get(f"/knowledge/{address}").status_code == 404
    assert browser.get(f"/knowledge/readings/people/{operator.user_id}").status_code == 404
    assert browser.http.post(f"/knowledge/unread/{made.version_id}", headers=headers).status_code == 404
    form = {"versions": str(made.version_id)}
    assert browser.http.post("/knowledge/unread", data=form, headers=headers).status_code == 404
    assert rows(centre) == []
