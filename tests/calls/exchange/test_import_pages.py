from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.audit.models import AuditEntry
from callcenter.calls.exchange import queries, rules
from callcenter.calls.exchange.models import ExchangeCount
from callcenter.calls.exchange.stash import KEPT_FOR
from callcenter.extensions import db, new_id
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.calls.exchange.factories import MONDAY, cdr_call, content, evening, report, send_file
from tests.centre import Browser, Centre, Person

NUMBER = "12345678901" + str(check_digit("12345678901"))
REPORT = report("2026/06/01,8:30,5,4,1", "2026/06/01,9:00,3,3,0", "2026/03/31,9:00,3,3,0", "2026/06/01,合計,8,7,1")
RECORD = content(cdr_call("1.1", "2026-06-01 00:00:00"), cdr_call("1.2", "2026-06-01 08:00:00", answered=False))


def waiting(desk: Browser, file: bytes = REPORT, **fields: str) -> str:
    """The address of the preview of a file newly sent."""
    answer = send_file(desk, file, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def kept_files(centre: Centre) -> list[Path]:
    return list((centre.settings.home / "tmp").glob("exchange-*"))


def counted(centre: Centre) -> int:
    with centre.inside():
        return db.session.execute(select(func.count()).select_from(ExchangeCount)).scalar_one()


def details_of(centre: Centre, action: str) -> list[dict[str, object]]:
    with centre.inside():
        rows = db.session.execute(select(AuditEntry.details).where(AuditEntry.action == action)).scalars()
        return [dict(row) for row in rows]


def test_a_report_is_previewed_accounted_for_and_confirmed(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    url = waiting(desk)
    page = desk.get(url).text
    assert "契約期間外の日付です。" in page
    assert "合計の行のため" in page
    assert counted(centre) == 0
    done = desk.post(f"{url}/confirm")
    assert done.status_code == 303
    result = desk.get(done.location).text
    assert "取り込みました。" in result
    assert "契約期間外の日付です。" in result
    assert counted(centre) == 2
    assert kept_files(centre) == []
    assert "責任 太郎" in desk.get("/exchange/imports").text
    assert details_of(centre, "exchange.imported")[0]["refused"] == 1


def test_a_detail_record_shows_what_each_zone_would_make_of_it(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    url = waiting(desk, RECORD, kind="cdr", zone="UTC")
    page = " ".join(desk.get(url).text.split())
    assert "協定世界時（UTC）" in page
    assert desk.post(f"{url}/confirm").status_code == 303
    with centre.inside():
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours.offered == 2


def test_a_waiting_record_can_be_read_in_the_other_zone(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    url = waiting(desk, RECORD, kind="cdr", zone="Asia/Tokyo")
    assert desk.post(f"{url}/reading", data={"zone": "UTC"}).status_code == 303
    desk.post(f"{url}/confirm")
    with centre.inside():
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours.offered == 2


def test_the_caller_s_number_of_a_detail_record_reaches_no_disk_and_no_page(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    url = waiting(desk, RECORD, kind="cdr", zone="UTC")
    assert "0735550199" not in desk.get(url).text
    (file,) = kept_files(centre)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"exchange" not in file.read_bytes()


def test_the_columns_can_be_chosen_and_are_remembered(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    odd = report("2026/06/01,8:30,5,4", headings="ひにち,じかん,かず,こたえ")
    url = waiting(desk, odd, source="本庁")
    assert "見出しから判断できませんでした" in desk.get(url).text
    assert desk.post(f"{url}/confirm").status_code == 422
    refused = desk.post(f"{url}/reading", data={"date": "ひにち", "offered": "", "zone": "Asia/Tokyo"})
    assert refused.status_code == 422
    assert "着信数の列を選んでください" in refused.text
    columns = {"date": "ひにち", "start": "じかん", "offered": "かず", "answered": "こたえ", "zone": "Asia/Tokyo"}
    assert desk.post(f"{url}/reading", data=columns).status_code == 303
    desk.post(f"{url}/confirm")
    assert counted(centre) == 1
    again = desk.get(waiting(desk, odd, source="本庁")).text
    assert "見出しから判断できませんでした" not in again
    assert "変更はありません。" in again


def test_a_missing_half_hour_can_be_said_to_be_none(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    url = waiting(desk)
    assert "未計測の時間帯が16あります" in desk.get(url).text
    columns = {"date": "日付", "start": "時間帯", "offered": "着信数", "answered": "応答数", "zone": "Asia/Tokyo"}
    desk.post(f"{url}/reading", data={**columns, "zero_missing": "1"})
    desk.post(f"{url}/confirm")
    assert counted(centre) == 18


def test_the_same_file_again_says_that_nothing_changes(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    desk.post(f"{waiting(desk)}/confirm")
    url = waiting(desk)
    page = desk.get(url).text
    assert "同じファイルを取り込んだ記録があります" in page
    assert "この内容で取り込む" not in page
    answer = desk.post(f"{url}/confirm", follow_redirects=True)
    assert "変更はありません。" in answer.text
    assert counted(centre) == 2


def test_the_preview_shows_the_day_as_it_will_stand_not_the_file_alone(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    desk.post(f"{waiting(desk)}/confirm")
    page = desk.get(waiting(desk, report("2026/06/01,9:00,4,4,0", "2026/06/01,9:30,1,0,1"))).text
    row = re.search(r"<tr><th scope=\"row\">令和8年6月1日（月）</th>.*?</tr>", page, re.DOTALL)
    assert row
    assert re.findall(r'<td class="num">(\d+)</td>', row.group())[:3] == ["10", "8", "2"]
    assert "取込済みの1時間帯を含む" in row.group()


def test_a_double_press_is_one_import(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    url = waiting(desk)
    assert [desk.post(f"{url}/confirm").status_code for _ in range(2)] == [303, 404]
    assert len(details_of(centre, "exchange.imported")) == 1


def test_a_file_that_waits_is_its_uploader_s_and_only_for_a_while(centre: Centre, boss: Person) -> None:
    url = waiting(boss.client())
    assert centre.person(Role.SUPERVISOR).client().get(url).status_code == 404
    assert boss.client().get(url).status_code == 200
    centre.at(evening() + KEPT_FOR + timedelta(seconds=1))
    assert boss.client().get(url).status_code == 404
    assert kept_files(centre) == []


def test_a_file_can_be_thrown_away(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    url = waiting(desk)
    assert desk.post(f"{url}/discard").status_code == 303
    assert kept_files(centre) == []
    assert desk.post(f"{url}/discard").status_code == 303


def test_an_individual_number_in_a_cell_refuses_its_line_and_is_nowhere_kept(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    file = report(f"2026/06/01,8:30,5,{NUMBER}", "2026/06/01,9:00,3,x", headings="日付,時間帯,着信数,備考")
    url = waiting(desk, file)
    page = desk.get(url).text
    assert NUMBER not in page
    assert "この行は取り込みません" in page
    desk.post(f"{url}/confirm")
    assert counted(centre) == 1


def test_a_phone_number_in_a_cell_is_not_shown(sqlite_centre: Centre, sqlite_boss: Person) -> None:
    desk = sqlite_boss.client()
    page = desk.get(waiting(desk, report("2026/06/01,8:30,5,073-555-0199", headings="日付,時間帯,着信数,備考"))).text
    assert "0199" not in page


def test_an_individual_number_in_a_name_is_refused(sqlite_centre: Centre, sqlite_boss: Person) -> None:
    desk = sqlite_boss.client()
    for answer in (send_file(desk, REPORT, source=f"番号{NUMBER}"), send_file(desk, REPORT, name=f"{NUMBER}.csv")):
        assert answer.status_code == 422
        assert NUMBER not in answer.text
    assert kept_files(sqlite_centre) == []


@pytest.mark.parametrize(
    ("file", "fields", "message"),
    [
        (b"", {}, "ファイルが空です。"),
        (b"PK\x03\x04x", {}, "Excelブック"),
        ("日付,着信数\n".encode("utf-16"), {}, "文字コード"),
        (b"\x93\xfa\xff,1\n", {}, "文字コード"),
        (REPORT, {"zone": ""}, "時刻の基準"),
        (REPORT, {"zone": "Asia/Nowhere"}, "時刻の基準"),
        (REPORT, {"kind": "xlsx"}, "種類を選んで"),
        (REPORT, {"source": "手入力"}, "別の種類の情報源"),
        (REPORT, {"source": "長" * 41}, "40文字以内"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(
    sqlite_centre: Centre, sqlite_boss: Person, file: bytes, fields: dict[str, str], message: str
) -> None:
    answer = send_file(sqlite_boss.client(), file, **fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert kept_files(sqlite_centre) == []


def test_a_file_must_be_chosen(sqlite_centre: Centre, sqlite_boss: Person) -> None:
    answer = sqlite_boss.client().post("/exchange/import", data={"kind": "csv", "zone": "UTC"})
    assert "ファイルを選んでください。" in answer.text


def test_a_file_too_large_is_refused_with_the_limit(
    sqlite_centre: Centre, sqlite_boss: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.calls.exchange.uploads.LARGEST_FILE", 100)
    monkeypatch.setattr("callcenter.calls.exchange.import_pages.LARGEST_FILE", 100)
    assert "ファイルが大きすぎます" in send_file(sqlite_boss.client(), REPORT * 10).text
    assert rules.LARGEST_FILE == 5 * 1024 * 1024


def test_a_file_with_too_many_lines_is_refused(
    sqlite_centre: Centre, sqlite_boss: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.calls.exchange.csv_file.LARGEST_TABLE", 3)
    assert "行が多すぎます" in send_file(sqlite_boss.client(), REPORT).text


def test_days_counted_in_another_zone_are_refused_at_the_zone(centre: Centre, boss: Person) -> None:
    desk = boss.client()
    url = waiting(desk, report("2026/06/01,5", headings="日付,着信数"), zone="UTC")
    assert "日本時間の1日で数えたもの" in desk.get(url).text
    assert desk.post(f"{url}/confirm").status_code == 422


def test_two_people_import_the_same_file_and_it_counts_once(centre: Centre, boss: Person) -> None:
    one, two = boss.client(), centre.person(Role.SUPERVISOR).client()
    urls = waiting(one), waiting(two)
    assert one.post(f"{urls[0]}/confirm").status_code == 303
    assert "変更はありません。" in two.post(f"{urls[1]}/confirm", follow_redirects=True).text
    assert counted(centre) == 2


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CONTRACT_MANAGER])
def test_who_does_not_lead_the_desk_reads_the_list_and_brings_nothing_in(
    centre: Centre, boss: Person, role: Role
) -> None:
    desk = boss.client()
    url, done = waiting(desk), desk.post(f"{waiting(desk)}/confirm").location
    reader = centre.person(role).client()
    assert reader.get("/exchange/imports").status_code == 200
    assert reader.get(done).status_code == 200
    assert reader.get("/exchange/import").status_code == 403
    assert reader.get(url).status_code == 403
    assert send_file(reader, REPORT).status_code == 403
    for part in ("reading", "confirm", "discard"):
        assert reader.post(f"{url}/{part}").status_code == 403


@pytest.mark.parametrize("role", [Role.CITY_VIEWER, Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_the_city_and_administrators_see_nothing_of_it(sqlite_centre: Centre, role: Role) -> None:
    reader = sqlite_centre.person(role).client()
    for url in ("/exchange/imports", f"/exchange/imports/{new_id()}", "/exchange/import"):
        assert reader.get(url).status_code == 403


def test_an_import_of_another_contract_is_not_found(centre: Centre, boss: Person) -> None:
    assert boss.client().get(f"/exchange/imports/{new_id()}").status_code == 404
    assert "まだありません" in boss.client().get("/exchange/imports").text
