from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from callcenter.audit.queries import history_of
from callcenter.calls import queries, record_pages
from callcenter.calls.correction_pages import duration_of, duration_text
from callcenter.calls.models import Call, CallRevision
from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.web.access import Role
from tests.calls.factories import (
    FIELDS,
    actions,
    everything_stored,
    individual_number,
    opened_call,
    plain,
    row_of,
    saved_call,
)
from tests.centre import Browser, Centre

FORM: dict[str, str] = {
    "phone": "073-432-0001",
    "caller_name": "架空 太郎",
    "relation": "self",
    "channel": "phone",
    "language": "ja",
    "question": FIELDS["question"],
    "answer": FIELDS["answer"],
    "report_text": FIELDS["report_text"],
    "category_code": "0401",
    "disposition": "completed",
    "started_on": "2026-06-01",
    "started_time": "09:29",
    "talk_seconds": "3:00",
    "acw_seconds": "0:20",
    "reason": "分類の選び間違い",
    "version": "2",
}


def _correct(desk: Browser, call_id: str, **changes: str) -> Any:
    return desk.post(f"/calls/{call_id}/correct", data={**FORM, **changes})


def test_the_form_shows_the_record_in_the_clear_and_that_is_an_entry(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    page = desk.get(f"/calls/{call_id}/correct").text
    for name in ("phone", "caller_name", "question", "report_text", "started_on", "started_time", "talk_seconds"):
        assert f'value="{FORM[name]}"' in page or FORM[name] in page
    assert actions(centre, call_id) == ["call.saved", "call.shown"]


def test_a_correction_keeps_the_number_the_reason_and_the_values_before(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    answer = _correct(desk, call_id, category_code="0402", caller_name="架空 次郎")
    assert answer.status_code == 303
    row = row_of(centre, call_id)
    assert (row.number, row.version, row.category_code) == (1, 3, "0402")
    assert plain(centre, call_id, "caller_name") == "架空 次郎"
    with centre.inside():
        entry = history_of(centre.contract_id, "call", call_id)[-1]
    assert entry.details == {"revision": 1, "fields": ["caller_name", "category_code"]}
    page = desk.get(f"/calls/{call_id}").text
    assert "分類の選び間違い" in page
    assert "0401 カード本体の更新" in page
    assert "架空 太郎" not in page
    assert "架空 太郎" in desk.post(f"/calls/{call_id}/revisions/1/reveal").text
    assert desk.post(f"/calls/{call_id}/revisions/2/reveal").status_code == 404


def test_every_correction_keeps_its_own_values_before(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    _correct(desk, call_id, report_text="二つ目")
    _correct(desk, call_id, report_text="三つ目", version="3")
    page = desk.get(f"/calls/{call_id}").text
    assert page.index("報告用要旨：二つ目") < page.index(f"報告用要旨：{FIELDS['report_text']}")


def test_old_and_new_values_are_sealed(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    _correct(desk, call_id, question="新しい内容", reason="秘密の理由")
    stored = everything_stored(centre)
    with centre.inside():
        stored += repr([tuple(row) for row in db.session.execute(select(CallRevision.__table__))]).encode()
    for word in ("新しい内容", "秘密の理由", str(FIELDS["question"])):
        assert word.encode() not in stored


def test_a_correction_is_found_by_its_new_words_and_no_longer_by_the_old(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    _correct(desk, call_id, question="マイナポータルの操作", phone="073-432-0002")
    assert "#1<" in desk.post("/calls", data={"q": "マイナポータル"}, follow_redirects=True).text
    assert "#1<" not in desk.post("/calls", data={"q": "更新の通知"}, follow_redirects=True).text
    assert "#1<" in desk.post("/calls", data={"q": "073-432-0002"}, follow_redirects=True).text
    assert "#1<" not in desk.post("/calls", data={"q": "073-432-0001"}, follow_redirects=True).text


def test_another_start_moves_the_call_to_its_day(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    _correct(desk, call_id, started_on="2026-05-29", started_time="16:40")
    row = row_of(centre, call_id)
    assert (row.local_on.isoformat(), row.local_minute) == ("2026-05-29", 16 * 60 + 40)
    assert (row.ended_at - row.started_at).total_seconds() == 180


def test_an_untouched_start_keeps_its_seconds(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk, timing={"started_ms_ago": 12_000, "talk_seconds": 10})
    before = row_of(centre, call_id).started_at
    assert _correct(desk, call_id, report_text="別", talk_seconds="0:10").status_code == 303
    assert row_of(centre, call_id).started_at == before


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"reason": ""}, "reason", "理由を入力してください。"),
        ({"reason": "長" * 201}, "reason", "200文字以内"),
        ({"category_code": "9999", "reason": "x"}, "category_code", "9999はありません"),
        ({"started_on": "2026-03-31"}, "started_on", "契約期間外"),
        ({"started_on": "x"}, "started_on", "日付を正しく"),
        ({"started_on": "2026-06-02"}, "started_on", "未来"),
        ({"started_time": "25:00"}, "started_time", "時刻を"),
        ({"talk_seconds": "x"}, "talk_seconds", "分:秒"),
        ({"talk_seconds": "1500:00"}, "talk_seconds", "分:秒"),
        ({"talk_seconds": "99:00"}, "talk_seconds", "開始から今まで"),
        ({"phone": "12"}, "phone", "電話番号を確認"),
        ({"question": "長" * 4001}, "question", "4,000文字以内"),
    ],
)
def test_a_wrong_field_is_said_and_what_was_typed_stays(
    sqlite_centre: Centre, changes: dict[str, str], field: str, message: str
) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    answer = _correct(desk, call_id, answer="打ち直した回答", **changes)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'id="f-{field}"' in answer.text
    assert "打ち直した回答" in answer.text
    assert row_of(sqlite_centre, call_id).version == 2


def test_a_correction_that_changes_nothing_is_refused(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    answer = _correct(desk, call_id)
    assert answer.status_code == 422
    assert "変わったところがありません" in answer.text


def test_an_individual_number_in_a_correction_or_its_reason_is_refused_and_logged(centre: Centre) -> None:
    desk, number = centre.person(Role.OPERATOR).client(), individual_number()
    call_id = saved_call(desk)
    for changes in ({"answer": f"番号 {number}"}, {"reason": number, "report_text": "別"}):
        answer = _correct(desk, call_id, **changes)
        assert answer.status_code == 422
        assert number not in answer.text
        assert "＊" * 12 in answer.text
    voided = desk.post(f"/calls/{call_id}/void", data={"reason": number, "version": "2"})
    assert voided.status_code == 422
    assert number not in voided.text
    assert actions(centre, call_id) == ["call.saved", *["call.number_refused"] * 3]


def test_the_second_of_two_people_sees_both_values_and_loses_nothing(centre: Centre) -> None:
    operator, supervisor = centre.person(Role.OPERATOR), centre.person(Role.SUPERVISOR)
    call_id = saved_call(operator.client())
    assert _correct(supervisor.client(), call_id, report_text="責任者の要旨").status_code == 303
    answer = _correct(operator.client(), call_id, report_text="本人の要旨", complaint="1")
    assert answer.status_code == 409
    for text in ("本人の要旨", "責任者の要旨", 'name="version" value="3"', "苦情"):
        assert text in answer.text
    assert plain(centre, call_id, "report_text") == "責任者の要旨"
    again = _correct(operator.client(), call_id, report_text="本人の要旨", version="3")
    assert again.status_code == 303
    assert plain(centre, call_id, "report_text") == "本人の要旨"


def test_an_operator_corrects_and_voids_her_own_records_only(centre: Centre) -> None:
    call_id = saved_call(centre.person(Role.OPERATOR).client())
    other = centre.person(Role.OPERATOR).client()
    assert other.get(f"/calls/{call_id}").status_code == 200
    assert "修正する" not in other.get(f"/calls/{call_id}").text
    assert other.get(f"/calls/{call_id}/correct").status_code == 403
    assert _correct(other, call_id, report_text="別").status_code == 403
    assert other.post(f"/calls/{call_id}/void", data={"reason": "x", "version": "2"}).status_code == 403
    assert row_of(centre, call_id).version == 2
    assert actions(centre, call_id) == ["call.saved"]


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.CONTRACT_MANAGER, Role.ADMINISTRATOR])
def test_nobody_but_the_desk_corrects_or_voids(sqlite_centre: Centre, role: Role) -> None:
    call_id = saved_call(sqlite_centre.person(Role.OPERATOR).client())
    stranger = sqlite_centre.person(role).client()
    assert stranger.get(f"/calls/{call_id}/correct").status_code == 403
    assert _correct(stranger, call_id, report_text="別").status_code == 403
    assert stranger.post(f"/calls/{call_id}/void", data={"reason": "x", "version": "2"}).status_code == 403


# --- voiding ---


def test_a_voided_record_stays_readable_and_is_in_no_figure(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    saved_call(desk)
    answer = desk.post(f"/calls/{call_id}/void", data={"reason": "二重登録のため", "version": "2"})
    assert answer.status_code == 303
    row = row_of(centre, call_id)
    assert (row.state, row.number) == ("voided", 1)
    page = desk.get(f"/calls/{call_id}").text
    assert "二重登録のため" in page
    assert "修正する" not in page
    with centre.inside():
        on = row.local_on
        assert queries.day_summary(centre.contract_id, on).recorded == 1
        assert queries.excluded_counts(centre.contract_id, on).voided == 1
    assert "#1<" not in desk.get("/calls").text
    assert "#1<" in desk.get("/calls?state=voided").text


def test_nothing_follows_a_voided_record(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    desk.post(f"/calls/{call_id}/void", data={"reason": "二重", "version": "2"})
    assert _correct(desk, call_id, report_text="別", version="3").status_code == 422
    assert desk.post(f"/calls/{call_id}/void", data={"reason": "二重", "version": "3"}).status_code == 422
    assert actions(centre, call_id) == ["call.saved", "call.voided"]


def test_voiding_needs_a_reason_and_the_version_that_was_seen(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    without = desk.post(f"/calls/{call_id}/void", data={"reason": " ", "version": "2"})
    assert without.status_code == 422
    assert "理由を入力してください" in without.text
    stale = desk.post(f"/calls/{call_id}/void", data={"reason": "二重登録", "version": "1"})
    assert stale.status_code == 409
    assert "二重登録" in stale.text
    assert row_of(centre, call_id).state == "saved"


def test_an_open_call_cannot_be_corrected_or_voided_here(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    assert desk.get(f"/calls/{call_id}/correct").status_code == 404
    assert desk.post(f"/calls/{call_id}/void", data={"reason": "x", "version": "1"}).status_code == 404


def test_nothing_is_deleted(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    for method in ("DELETE",):
        answer = desk._change(method, f"/calls/{call_id}")
        assert answer.status_code == 405
    with centre.inside():
        assert db.session.execute(select(Call.id).where(Call.id == UUID(call_id))).first()


# --- showing ---


@pytest.mark.parametrize("name", ["phone", "caller_name", "question", "answer"])
def test_each_showing_is_an_entry_that_names_the_field(centre: Centre, name: str) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    shown = desk.post(f"/calls/{call_id}/reveal/{name}").text
    assert FORM[name] in shown
    with centre.inside():
        entry = history_of(centre.contract_id, "call", call_id)[-1]
    assert (entry.action, entry.details) == ("call.shown", {"fields": [name]})
    assert FORM[name] not in str(entry)


@pytest.mark.parametrize("name", ["draft", "tokens", "phone_key", "void_reason", "x"])
def test_nothing_else_can_be_shown(sqlite_centre: Centre, name: str) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    assert desk.post(f"/calls/{call_id}/reveal/{name}").status_code == 404
    assert desk.get(f"/calls/{call_id}/reveal/phone").status_code == 405


def test_a_showing_whose_entry_cannot_be_written_does_not_happen(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)

    def fail(*_about: Any, **_named: Any) -> None:
        raise OSError("disk")

    monkeypatch.setattr(record_pages, "record", fail)
    answer = desk.post(f"/calls/{call_id}/reveal/phone")
    assert answer.status_code == 500
    assert "432" not in answer.text


# --- durations ---


@pytest.mark.parametrize(("text", "seconds"), [("", None), (" ", None), ("0:00", 0), ("3", 180), ("1440:00", 86_400)])
def test_durations_are_read_as_minutes_and_seconds(text: str, seconds: int | None) -> None:
    assert duration_of(text, "talk_seconds") == seconds


@pytest.mark.parametrize("text", ["1440:01", "1:60", "-1:00", "a:b", ":", "1:2:3"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        duration_of(text, "talk_seconds")


def test_durations_are_written_as_they_are_read() -> None:
    assert [duration_text(value) for value in (None, 0, 65, 6000)] == ["", "0:00", "1:05", "100:00"]
