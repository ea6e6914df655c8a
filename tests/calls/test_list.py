from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from callcenter.audit.queries import LogFilter, history_of, page_of_entries
from callcenter.audit.rules import Entry
from callcenter.calls import history
from callcenter.extensions import new_id
from callcenter.lists import export
from callcenter.web.access import Role
from callcenter.web.pagination import Page
from callcenter.web.transaction import transaction
from tests.calls.factories import counted, everything_stored, individual_number, opened_call, saved_call
from tests.centre import Centre, Person

MOST_STATEMENTS = 6
ENTRY_STATEMENTS = 3


def _loaded(centre: Centre, person: Person, *calls: dict[str, Any]) -> None:
    """Saved calls: each a minute later than the one before, from 1 June 2026 08:30 on."""
    start = centre.now - timedelta(hours=1)
    rows = [
        history.HistoryCall(
            **{
                "started_at": start + timedelta(minutes=place),
                "talk_seconds": 60,
                "acw_seconds": 10,
                "category_code": "0401",
                "disposition": "completed",
                "operator_id": person.user_id,
                **call,
            }
        )
        for place, call in enumerate(calls)
    ]
    with centre.inside(), transaction():
        history.load_history(rows, by=person.actor, at=centre.now)


def _numbers(text: str) -> list[int]:

    return [int(found) for found in re.findall(r'<td class="num"><a href="/calls/[0-9a-f-]{36}[^"]*">#(\d+)</a>', text)]


def test_the_list_shows_the_newest_first_under_their_day(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(centre, person, {"started_at": centre.now - timedelta(days=3)}, {}, {})
    page = person.client().get("/calls").text
    assert _numbers(page) == [3, 2, 1]
    assert page.index("令和8年6月1日（月）</th>") < page.index("令和8年5月29日（金）</th>")


def test_names_and_numbers_are_masked_and_notes_are_not_there(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk, name="鈴木 花子")
    page = desk.get("/calls").text
    assert "鈴＊ ＊＊" in page
    assert "073-***-**01" in page
    assert "カード更新の時期" in page
    for hidden in ("鈴木 花子", "432-0001", "更新の通知が届いた", "案内した"):
        assert hidden not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("day=2026-06-01", [5, 4, 3, 2]),
        ("from=2026-05-29&to=2026-05-29", [1]),
        ("to=2026-05-31", [1]),
        ("category=0401", [5, 1]),
        ("category=04", [5, 2, 1]),
        ("disposition=referred", [3]),
        ("complaint=1", [4]),
        ("difficult=1", [3]),
        ("state=voided", []),
        ("state=all", [5, 4, 3, 2, 1]),
        ("category=04&complaint=1", []),
    ],
)
def test_the_list_is_filtered_by_coded_values(centre: Centre, query: str, found: list[int]) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(
        centre,
        person,
        {"started_at": centre.now - timedelta(days=3)},
        {"category_code": "0402"},
        {"category_code": "0101", "disposition": "referred", "difficult": True},
        {"category_code": "0101", "complaint": True},
        {},
    )
    assert _numbers(person.client().get(f"/calls?{query}").text) == found


def test_the_list_is_filtered_by_operator(centre: Centre) -> None:
    one, other = centre.person(Role.OPERATOR), centre.person(Role.OPERATOR)
    _loaded(centre, one, {})
    _loaded(centre, other, {})
    assert _numbers(one.client().get(f"/calls?operator={other.user_id}").text) == [2]


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-13-01",
        "operator=x",
        "category=abc",
        "disposition=x",
        "state=x",
        "state=open",
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "page=x",
        "size=100000",
        "from=2026-06-02&to=2026-06-01",
    ],
)
def test_a_filter_that_cannot_be_is_said_on_the_page(sqlite_centre: Centre, query: str) -> None:
    answer = sqlite_centre.person(Role.OPERATOR).client().get(f"/calls?{query}")
    assert answer.status_code == 422
    assert "入力内容を確認してください" in answer.text


def test_a_page_beyond_the_last_is_empty_and_no_error(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(centre, person, *({} for _ in range(3)))
    assert _numbers(person.client().get("/calls?page=2&size=2").text) == [1]
    assert person.client().get("/calls?page=100000").status_code == 200


def test_pages_follow_each_other_without_gap(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(centre, person, *({} for _ in range(120)))
    desk = person.client()
    shown = [number for page in (1, 2, 3) for number in _numbers(desk.get(f"/calls?page={page}").text)]
    assert shown == list(range(120, 0, -1))
    assert "全120件" in desk.get("/calls").text


def test_a_list_page_takes_at_most_six_statements_however_many_calls_there_are(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    desk = person.client()
    counts = []
    for more in (1, 200):
        _loaded(centre, person, *({"phone": "073-432-0001"} for _ in range(more)))
        with counted(centre) as seen:
            assert desk.get("/calls").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= MOST_STATEMENTS, seen


# --- typed words ---


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("カード更新", [1]),
        ("かーど更新", [1]),
        ("更新の通知", [1]),
        ("花子", [2]),
        ("073-432-0001", [2, 1]),
        ("０７３ ４３２ ０００１", [2, 1]),
        ("073-432-0009", []),
        ("新更", []),
        ("家名", []),
    ],
)
def test_words_and_numbers_are_found_though_sealed(centre: Centre, typed: str, found: list[int]) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk)
    saved_call(desk, name="鈴木 花子", question="別の話", report_text="", answer="")
    answer = desk.post("/calls", data={"q": typed}, follow_redirects=True)
    assert answer.status_code == 200
    assert _numbers(answer.text) == found


def test_a_row_that_holds_all_pairs_of_letters_but_not_the_word_is_not_found(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk, question="かきくかかけ")
    assert _numbers(desk.post("/calls", data={"q": "きくかけ"}, follow_redirects=True).text) == []
    assert _numbers(desk.post("/calls", data={"q": "くかかけ"}, follow_redirects=True).text) == [1]


def test_a_search_keeps_the_filter_and_goes_through_its_pages_by_post(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(
        centre,
        person,
        *({"question": "同じ言葉", "category_code": "0402"} for _ in range(60)),
        {"question": "同じ言葉"},
    )
    desk = person.client()
    first = desk.post("/calls", data={"q": "同じ言葉", "category": "0402"}, follow_redirects=True)
    assert len(_numbers(first.text)) == 50
    following = re.search(r'href="(/calls\?[^"]*page=2)"', first.text)
    assert following
    second = desk.get(unescape(following[1]))
    assert _numbers(second.text) == list(range(10, 0, -1))
    assert "全60件" in second.text
    back = re.search(r'href="(/calls/[0-9a-f-]{36}\?[^"]*)"', second.text)
    assert back
    record = desk.get(unescape(back[1])).text
    up = re.search(r'href="(/calls\?[^"]*search=[^"]*)"', record)
    assert up
    assert _numbers(desk.get(unescape(up[1])).text) == list(range(10, 0, -1))


def test_the_words_of_a_search_are_readable_in_no_address_to_no_other_session_and_for_an_hour(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    desk = person.client()
    saved_call(desk)
    address = desk.post("/calls", data={"q": "更新の通知"}).location
    assert "更新" not in unquote(address)
    assert _numbers(desk.get(address).text) == [1]
    assert _numbers(person.client().get(address).text) == []
    assert "もう一度入力してください" in person.client().get(address).text
    assert desk.get("/calls?search=%00x").status_code == 422
    centre.at(centre.now + timedelta(minutes=25))
    desk.get("/calls")
    centre.at(centre.now + timedelta(minutes=25))
    desk.get("/calls")
    centre.at(centre.now + timedelta(minutes=11))
    assert "もう一度入力してください" in desk.get(address).text


@pytest.mark.parametrize("typed", ["#1", "1", "＃１", "# 1"])
def test_a_records_number_leads_to_the_record(centre: Centre, typed: str) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    assert desk.post("/calls", data={"q": typed}).location == f"/calls/{call_id}"


@pytest.mark.parametrize(("period", "field"), [({"from": "2027-04-01"}, "from"), ({"to": "2026-03-31"}, "to")])
def test_a_period_outside_the_contract_is_said_at_its_field(centre: Centre, period: dict[str, str], field: str) -> None:
    answer = centre.person(Role.OPERATOR).client().get("/calls", query_string=period)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert "契約期間" in answer.text


def test_a_search_takes_as_few_statements_as_the_list_and_its_entry(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(centre, person, *({"question": "同じ言葉"} for _ in range(60)))
    desk = person.client()
    desk.csrf()
    with counted(centre) as seen:
        desk.post("/calls", data={"q": "同じ言葉"}, follow_redirects=True)
    assert len(seen) <= MOST_STATEMENTS + ENTRY_STATEMENTS, seen


@pytest.mark.parametrize(("typed", "kind"), [("更新", "words"), ("073-432-0001", "phone")])
def test_a_search_is_an_entry_without_the_words(centre: Centre, typed: str, kind: str) -> None:
    browser = centre.person(Role.CONTRACT_MANAGER).client()
    browser.post("/calls", data={"q": typed}, follow_redirects=True)
    (entry,) = _entries_of(centre, "call.searched")
    assert entry.details == {"kind": kind, "count": 0}
    assert typed.encode() not in everything_stored(centre)


def _entries_of(centre: Centre, action: str) -> list[Entry]:
    with centre.inside():
        return page_of_entries(LogFilter(centre.contract_id, action=action), Page())[0]


def test_one_letter_is_too_little_to_search_for(centre: Centre) -> None:
    answer = centre.person(Role.OPERATOR).client().post("/calls", data={"q": "あ"}, follow_redirects=True)
    assert answer.status_code == 422
    assert "2文字以上" in answer.text


def test_an_individual_number_is_refused_as_search_words_and_not_echoed(centre: Centre) -> None:
    number = individual_number()
    answer = centre.person(Role.OPERATOR).client().post("/calls", data={"q": number}, follow_redirects=True)
    assert answer.status_code == 422
    assert number not in answer.text
    assert "＊" * 12 in answer.text


def test_typed_words_in_an_address_are_not_searched_for(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk)
    assert _numbers(desk.get("/calls?q=none").text) == [1]


# --- who ---


@pytest.mark.parametrize("role", [Role.CITY_VIEWER, Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_the_city_and_administrators_see_no_records(sqlite_centre: Centre, role: Role) -> None:
    call_id = saved_call(sqlite_centre.person(Role.OPERATOR).client())
    stranger = sqlite_centre.person(role).client()
    for answer in (
        stranger.get("/calls"),
        stranger.post("/calls", data={"q": "更新"}, follow_redirects=True),
        stranger.post("/calls/export", data={"format": "csv"}),
        stranger.get(f"/calls/{call_id}"),
        stranger.post(f"/calls/{call_id}/reveal/phone"),
        stranger.post(f"/calls/{call_id}/revisions/1/reveal"),
    ):
        assert answer.status_code == 403


def test_a_contract_manager_reads_masked_and_cannot_unmask(centre: Centre) -> None:
    call_id = saved_call(centre.person(Role.OPERATOR).client(), name="鈴木 花子")
    manager = centre.person(Role.CONTRACT_MANAGER).client()
    page = manager.get(f"/calls/{call_id}").text
    assert "鈴＊ ＊＊" in page
    assert "表示" not in page.split("<main")[1].split("履歴")[0]
    assert manager.get("/calls").status_code == 200
    assert manager.post(f"/calls/{call_id}/reveal/phone").status_code == 403
    assert manager.get(f"/calls/{call_id}/correct").status_code == 403


def test_records_of_another_contract_are_in_no_list_and_on_no_page(centre: Centre) -> None:
    call_id = saved_call(centre.person(Role.OPERATOR).client())
    with centre.inside():
        other = centre.new_contract("R8-B")
    centre.contract_id = other
    stranger = centre.person(Role.OPERATOR, contract_id=other).client()
    assert _numbers(stranger.get("/calls?state=all").text) == []
    assert _numbers(stranger.post("/calls", data={"q": "更新"}, follow_redirects=True).text) == []
    assert stranger.get(f"/calls/{call_id}").status_code == 404
    assert stranger.post(f"/calls/{call_id}/reveal/phone").status_code == 404
    assert stranger.post(f"/calls/{call_id}/void", data={"reason": "x", "version": "2"}).status_code == 404


# --- export ---


def _csv(answer: Any, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode(encoding))))


def test_the_export_holds_every_row_of_the_list_with_its_masks(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    shown = {"caller_name": "鈴木 花子", "phone": "073-432-0001", "report_text": "=1+1"}
    _loaded(centre, person, *({**shown} for _ in range(70)), {"category_code": "0101"})
    desk = person.client()
    answer = desk.post("/calls/export", data={"format": "csv", "category": "0401"})
    rows = _csv(answer)
    assert [int(row["番号"]) for row in rows] == list(range(70, 0, -1))
    assert rows[0]["氏名（伏字）"] == "鈴＊ ＊＊"
    assert rows[0]["電話番号（伏字）"] == "073-***-**01"
    assert rows[0]["報告用要旨"] == "'=1+1"
    assert rows[0]["日付"] == "2026/06/01"
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_the_export_of_a_search_holds_what_the_search_found(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(centre, person, {"question": "探す言葉"}, {"question": "ほか"})
    rows = _csv(person.client().post("/calls/export", data={"format": "csv", "q": "探す言葉"}))
    assert [row["番号"] for row in rows] == ["1"]


def test_the_workbook_holds_dates_and_numbers_as_such(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(centre, person, {"report_text": "要旨"})
    answer = person.client().post("/calls/export", data={"format": "xlsx"})
    book = load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    heading = [cell.value for cell in sheet[1]]
    row: dict[Any, Any] = dict(zip(heading, [cell.value for cell in sheet[2]], strict=True))
    assert row["番号"] == 1
    assert row["日付"].date() == date(2026, 6, 1)
    assert row["報告用要旨"] == "要旨"
    said = {line[0].value: line[1].value for line in book.worksheets[1].iter_rows()}
    assert said["状態"] == "保存済み"


def test_shift_jis_is_given_on_request(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(centre, person, {"report_text": "𠮷野"})
    rows = _csv(person.client().post("/calls/export", data={"format": "csv-sjis"}), "cp932")
    assert rows[0]["報告用要旨"] == "〓野"


def test_an_export_is_an_entry_with_its_count_and_coded_filter(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _loaded(centre, person, {}, {})
    person.client().post("/calls/export", data={"format": "csv", "q": "秘密", "category": "04"})
    with centre.inside():
        entry = history_of(centre.contract_id, "contract", str(centre.contract_id))[-1]
    assert entry.action == "call.exported"
    assert (entry.details["count"], entry.details["format"]) == (0, "csv")
    assert entry.details["filter"] == {"category": "04"}
    assert "秘密" not in str(entry.details)


def test_an_export_whose_entry_cannot_be_written_is_not_handed_out(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = sqlite_centre.person(Role.OPERATOR)
    _loaded(sqlite_centre, person, {"report_text": "要旨"})

    def fail(*_about: Any, **_named: Any) -> None:
        raise OSError("disk")

    monkeypatch.setattr(export, "record", fail)
    answer = person.client().post("/calls/export", data={"format": "csv"})
    assert answer.status_code == 500
    assert "要旨" not in answer.text


@pytest.mark.parametrize("kind", ["", "pdf", "../x"])
def test_an_unknown_file_format_is_refused(sqlite_centre: Centre, kind: str) -> None:
    person = sqlite_centre.person(Role.OPERATOR)
    assert person.client().post("/calls/export", data={"format": kind}).status_code == 422


def test_an_open_call_is_on_no_page_of_records(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    assert desk.get(f"/calls/{call_id}").status_code == 404
    assert desk.post(f"/calls/{call_id}/reveal/phone").status_code == 404
    assert desk.get(f"/calls/{new_id()}").status_code == 404
