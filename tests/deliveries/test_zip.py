"""Several documents in one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from callcenter.audit import queries as log
from callcenter.deliveries import archive, queries, service
from callcenter.deliveries.models import DeliveryFile
from callcenter.deliveries.rules import Edition, Kind, Part
from callcenter.errors import InvalidInput
from callcenter.extensions import db, new_id
from callcenter.web.access import Role
from callcenter.web.pagination import Page
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.deliveries.factories import MONDAY, submission, submitted

TUESDAY = date(2026, 6, 2)
JULY = date(2026, 7, 1)


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


@pytest.fixture
def viewer(centre: Centre) -> Person:
    return centre.person(Role.CITY_VIEWER, name="例田 職員")


def chosen(name: str, size: int = 1) -> queries.ChosenFile:
    facts = queries.FileFacts(new_id(), Edition.HANDOVER, Part.WORKBOOK, name, "x.xlsx", "text/plain", size, "0")
    return queries.ChosenFile(new_id(), None, facts)  # type: ignore[arg-type]


def fetch(person: Person, *versions: UUID, **fields: str) -> Any:
    return person.client().post("/documents/zip", data={"version": [str(one) for one in versions], **fields})


def contents(answer: Any) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def downloads(centre: Centre, version: UUID) -> list[Mapping[str, Any]]:
    with centre.inside():
        entries = log.history_of(centre.contract_id, "delivery_version", str(version))
    return [entry.details for entry in entries if entry.action == "report.downloaded"]


def test_several_documents_come_as_one_file(centre: Centre, supervisor: Person, viewer: Person) -> None:
    monday, tuesday = submitted(centre, supervisor), submitted(centre, supervisor, on=TUESDAY)
    answer = fetch(viewer, tuesday, monday)
    assert contents(answer) == {
        "日報_handover.xlsx": b"handover 1",
        "日報_network.xlsx": b"network 1",
        "日報_handover（2）.xlsx": b"handover 1",
        "日報_network（2）.xlsx": b"network 1",
    }
    assert answer.headers["Content-Type"] == "application/zip"
    assert "20260601.zip" in answer.headers["Content-Disposition"]


def test_japanese_names_are_marked_as_utf_8_and_times_are_those_of_the_submission(
    centre: Centre, supervisor: Person, viewer: Person
) -> None:
    answer = fetch(viewer, submitted(centre, supervisor))
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert all(entry.flag_bits & 0x800 for entry in packed.infolist())
        assert {entry.date_time for entry in packed.infolist()} == {(2026, 6, 1, 9, 30, 0)}


def test_each_file_is_an_entry_of_the_log(centre: Centre, supervisor: Person, viewer: Person) -> None:
    versions = submitted(centre, supervisor), submitted(centre, supervisor, on=TUESDAY)
    fetch(viewer, *versions)
    for version in versions:
        assert [found["edition"] for found in downloads(centre, version)] == ["handover", "network"]


def test_one_edition_alone_may_be_fetched(centre: Centre, supervisor: Person, viewer: Person) -> None:
    version = submitted(centre, supervisor)
    assert contents(fetch(viewer, version, edition="network")) == {"日報_network.xlsx": b"network 1"}
    assert [found["edition"] for found in downloads(centre, version)] == ["network"]


def test_all_that_the_filter_shows_may_be_fetched_without_choosing(
    centre: Centre, supervisor: Person, viewer: Person
) -> None:
    submitted(centre, supervisor)
    submitted(centre, supervisor, number=2, note="直した")
    submitted(centre, supervisor, on=TUESDAY)
    july = submitted(centre, supervisor, on=JULY)
    june = contents(fetch(viewer, all="1", period="2026-06", edition="handover"))
    assert sorted(june.values()) == [b"handover 1", b"handover 2"]
    assert not downloads(centre, july)
    assert fetch(viewer, all="1", kind="monthly").status_code == 422


def test_an_older_version_may_be_fetched_by_its_page(centre: Centre, supervisor: Person, viewer: Person) -> None:
    first = submitted(centre, supervisor)
    submitted(centre, supervisor, number=2, note="直した")
    assert contents(fetch(viewer, first))["日報_handover.xlsx"] == b"handover 1"


def test_choosing_nothing_is_said_on_the_page(centre: Centre, supervisor: Person, viewer: Person) -> None:
    version = submitted(centre, supervisor)
    answer = fetch(viewer)
    assert answer.status_code == 422
    assert "ダウンロードする報告書を選んでください。" in answer.text
    assert str(version) in answer.text


def test_a_choice_stays_chosen_when_it_is_refused(
    centre: Centre, supervisor: Person, viewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = submitted(centre, supervisor)
    monkeypatch.setattr(archive, "LARGEST", 10)
    answer = fetch(viewer, version)
    assert answer.status_code == 422
    assert "一度にまとめられるのは" in answer.text
    assert f'value="{version}" aria-label="令和8年6月1日（月） 日次実績報告書を選ぶ" checked' in answer.text
    assert not downloads(centre, version)


@pytest.mark.parametrize(("sizes", "refused"), [((100, 100), False), ((100, 101), True), ((), True)])
def test_the_limit_is_on_the_sum(sizes: tuple[int, ...], refused: bool) -> None:
    files = [chosen("日報.xlsx", size * 1024 * 1024) for size in sizes]
    if not refused:
        archive.check_chosen(files)
        return
    with pytest.raises(InvalidInput) as error:
        archive.check_chosen(files)
    assert "version" in error.value.errors


def test_no_name_stands_twice_also_for_those_who_do_not_tell_capitals() -> None:
    files = [chosen(name) for name in ("a.xlsx", "A.xlsx", "a（2）.xlsx", "a.docx", "a")]
    assert archive.names_in(files) == ["a.xlsx", "A（2）.xlsx", "a（2）（2）.xlsx", "a.docx", "a"]


@pytest.mark.parametrize("field", [{"version": "x"}, {"edition": "other"}, {"period": "2026-13"}, {"kind": "x"}])
def test_what_is_no_choice_is_refused(
    centre: Centre, supervisor: Person, viewer: Person, field: dict[str, str]
) -> None:
    submitted(centre, supervisor)
    answer = viewer.client().post("/documents/zip", data={"all": "0" if "version" in field else "1", **field})
    assert answer.status_code == 422


def test_bytes_that_were_changed_stop_the_whole_archive(centre: Centre, supervisor: Person, viewer: Person) -> None:
    good, bad = submitted(centre, supervisor), submitted(centre, supervisor, on=TUESDAY)
    with centre.inside(), transaction():
        spoilt = update(DeliveryFile).where(DeliveryFile.version_id == bad).values(sha256="0" * 64)
        db.session.execute(spoilt)
    answer = fetch(viewer, good, bad)
    assert answer.status_code == 409
    assert "一致しません" in answer.text
    assert not downloads(centre, good)


def test_papers_travel_beside_their_workbooks(centre: Centre, supervisor: Person, viewer: Person) -> None:
    paper = service.BuiltFile(Edition.HANDOVER, "月報.docx", "monthly.docx", "text/plain", b"paper", Part.PAPER)
    plain = submission(centre)
    files = [*plain.files, paper]
    new = service.Submission(Kind.MONTHLY, MONDAY, MONDAY, 1, plain.figures, {}, centre.now, "", files)
    with centre.inside(), transaction():
        version = service.submit(new, by=supervisor.actor, at=centre.now)
    assert contents(fetch(viewer, version))["月報.docx"] == b"paper"
    client = viewer.client()
    assert client.get(f"/documents/{version}/files/handover/paper").data == b"paper"
    assert client.get(f"/documents/{version}/files/handover/workbook").data == b"handover 1"
    assert client.get(f"/documents/{version}/files/network/paper").status_code == 404


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.CONTRACT_MANAGER, Role.CITY_OFFICER])
def test_the_centres_leaders_and_the_city_may_fetch(centre: Centre, supervisor: Person, role: Role) -> None:
    assert len(contents(fetch(centre.person(role), submitted(centre, supervisor)))) == 2


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_others_may_not(centre: Centre, supervisor: Person, role: Role) -> None:
    version = submitted(centre, supervisor)
    assert fetch(centre.person(role), version).status_code == 403
    assert not downloads(centre, version)


def test_another_contracts_documents_are_never_among_them(centre: Centre, supervisor: Person) -> None:
    version = submitted(centre, supervisor)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.CITY_OFFICER, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    for fields in ({"version": str(version)}, {"all": "1"}):
        headers = {"X-Contract-Id": str(other)}
        assert browser.post("/documents/zip", data=fields, headers=headers).status_code == 422
    with centre.inside():
        assert not log.page_of_entries(log.LogFilter(centre.contract_id, action="report.downloaded"), Page())[0]
