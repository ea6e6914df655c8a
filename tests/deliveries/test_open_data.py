"""Open data of daily counts: what was delivered, nothing else."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from callcenter.audit import queries as log
from callcenter.contracts import service as contracts
from callcenter.deliveries import service
from callcenter.deliveries.open_data import Municipality, Wanted, check_wanted, rows
from callcenter.errors import InvalidInput
from callcenter.web.access import Role
from callcenter.web.pagination import Page
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.deliveries.factories import MONDAY, submission, submitted

TUESDAY = date(2026, 6, 2)
HEADINGS = ["受付年月日", "全国地方公共団体コード", "都道府県名", "市区町村名", "相談件数", "備考"]
WHOSE = Municipality("302015", "和歌山県", "みなと架空市")
URL = "/documents/open-data.csv"


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


@pytest.fixture
def viewer(centre: Centre) -> Person:
    return centre.person(Role.CITY_VIEWER, name="例田 職員")


def deliver(centre: Centre, supervisor: Person, on: date, count: int | None, number: int = 1) -> None:
    figure = {"label": "記録件数", "state": "value", "value": count, "text": str(count)}
    new = replace(submission(centre, number=number, on=on, note="直した"), figures={"recorded": figure})
    with centre.inside(), transaction():
        service.submit(new, by=supervisor.actor, at=centre.now)


def set_to(centre: Centre, supervisor: Person, **values: str) -> None:
    with centre.inside(), transaction():
        for name, value in values.items():
            contracts.set_setting(name, [value], date(2026, 4, 1), by=supervisor.actor, at=centre.now)


def lines(answer: Any, encoding: str = "utf-8-sig") -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode(encoding))))


def test_each_submitted_day_is_a_row_and_no_other_day_is(centre: Centre, supervisor: Person, viewer: Person) -> None:
    set_to(centre, supervisor, city_code="302015", city_only_name="架空市")
    deliver(centre, supervisor, TUESDAY, 97)
    deliver(centre, supervisor, MONDAY, 104)
    answer = viewer.client().get(f"{URL}?from=2026-04-01&to=2027-03-31")
    assert lines(answer) == [
        HEADINGS,
        ["2026-06-01", "302015", "和歌山県", "架空市", "104", ""],
        ["2026-06-02", "302015", "和歌山県", "架空市", "97", ""],
    ]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "charset=UTF-8" in answer.headers["Content-Type"]


def test_a_corrected_day_has_the_count_of_its_newest_version(
    centre: Centre, supervisor: Person, viewer: Person
) -> None:
    deliver(centre, supervisor, MONDAY, 104)
    deliver(centre, supervisor, MONDAY, 105, number=2)
    (_, row) = lines(viewer.client().get(URL))
    assert row[4:] == ["105", "訂正後の件数（第2版）"]


def test_a_day_outside_the_range_is_left_out(centre: Centre, supervisor: Person) -> None:
    deliver(centre, supervisor, MONDAY, 104)
    deliver(centre, supervisor, TUESDAY, 97)
    with centre.inside():
        found = rows(centre.contract_id, Wanted(TUESDAY, TUESDAY), WHOSE)
    assert [row["on"] for row in found] == ["2026-06-02"]


def test_a_day_without_a_count_is_left_out_and_a_quiet_one_is_not(centre: Centre, supervisor: Person) -> None:
    deliver(centre, supervisor, MONDAY, None)
    deliver(centre, supervisor, TUESDAY, 0)
    with centre.inside():
        found = rows(centre.contract_id, Wanted(MONDAY, TUESDAY), WHOSE)
    assert [(row["on"], row["count"]) for row in found] == [("2026-06-02", 0)]


def test_shift_jis_on_request(centre: Centre, supervisor: Person, viewer: Person) -> None:
    deliver(centre, supervisor, MONDAY, 104)
    answer = viewer.client().get(f"{URL}?encoding=shift_jis")
    assert lines(answer, "cp932")[0] == HEADINGS
    assert "charset=Shift_JIS" in answer.headers["Content-Type"]


def test_the_city_is_the_contracts_without_its_prefecture(centre: Centre, supervisor: Person, viewer: Person) -> None:
    deliver(centre, supervisor, MONDAY, 104)
    assert lines(viewer.client().get(URL))[1][1:4] == ["", "", "みなと架空市"]
    set_to(centre, supervisor, city_code="131130", prefecture_name="大阪府")
    assert lines(viewer.client().get(URL))[1][1:4] == ["131130", "大阪府", "みなと架空市"]


def test_no_cell_begins_a_formula(centre: Centre, supervisor: Person, viewer: Person) -> None:
    set_to(centre, supervisor, city_only_name="=HYPERLINK(1)")
    deliver(centre, supervisor, MONDAY, 104)
    assert not lines(viewer.client().get(URL))[1][3].startswith("=")


@pytest.mark.parametrize(
    ("query", "field"),
    [("from=2026-06-02&to=2026-06-01", "to"), ("from=soon", "from"), ("encoding=euc", "encoding")],
)
def test_a_range_that_cannot_be_is_refused(centre: Centre, viewer: Person, query: str, field: str) -> None:
    answer = viewer.client().get(f"{URL}?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_a_single_day_is_a_range() -> None:
    check_wanted(Wanted(MONDAY, MONDAY))
    with pytest.raises(InvalidInput):
        check_wanted(Wanted(TUESDAY, MONDAY))


def test_the_export_is_an_entry_of_the_log(centre: Centre, supervisor: Person, viewer: Person) -> None:
    deliver(centre, supervisor, MONDAY, 104)
    client = viewer.client()
    client.get(f"{URL}?from=2026-06-01&to=2026-06-30")
    assert client.http.head(URL).status_code == 405
    with centre.inside():
        (entry,) = log.page_of_entries(log.LogFilter(centre.contract_id, action="open_data.exported"), Page())[0]
    assert entry.details == {"period_from": "2026-06-01", "period_to": "2026-06-30", "format": "utf-8", "count": 1}


def test_the_page_says_what_is_not_set_up(centre: Centre, supervisor: Person, viewer: Person) -> None:
    submitted(centre, supervisor)
    assert "コードが設定されていない" in viewer.client().get("/documents").text
    set_to(centre, supervisor, city_code="302015")
    assert "コードが設定されていない" not in viewer.client().get("/documents").text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_others_do_not_fetch_it(centre: Centre, supervisor: Person, role: Role) -> None:
    deliver(centre, supervisor, MONDAY, 104)
    assert centre.person(role).client().get(URL).status_code == 403


def test_another_contract_has_its_own_days(centre: Centre, supervisor: Person) -> None:
    deliver(centre, supervisor, MONDAY, 104)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.CITY_OFFICER, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    assert lines(browser.get(URL)) == [HEADINGS]
