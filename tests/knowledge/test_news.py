from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from openpyxl import load_workbook
from sqlalchemy import select

from callcenter.audit import queries as log
from callcenter.errors import InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.knowledge import attention, news, news_forms, news_queries, queries, writing
from callcenter.knowledge.models import News
from callcenter.knowledge.news import Issuer, NewNotice, Settlement
from callcenter.knowledge.news_forms import TYPES, numbers
from callcenter.knowledge.news_queries import NoticeFacts, Touched, Wanted
from callcenter.knowledge.rules import FILE_BYTES, EntryKind
from callcenter.protection.mynumber import check_digit
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import LEADERSHIP, Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre, Person
from tests.knowledge.factories import Made, publish, published_entry, revised

MONDAY = date(2026, 6, 1)
TITLE, PDF = "カードの交付手数料の改定について", b"%PDF-1.7 notice"
NUMBER = f"12345678901{check_digit('12345678901')}"
READERS = LEADERSHIP | {Role.CITY_OFFICER}


@pytest.fixture
def entry(centre: Centre, supervisor: Person, officer: Person) -> Made:
    """A FAQ in force since the week before."""
    before = centre.now - timedelta(days=7)
    return published_entry(centre, title="手数料はいくらですか", by=supervisor, officer=officer, at=before)


@pytest.fixture
def notice(centre: Centre, supervisor: Person) -> UUID:
    return noted(centre, supervisor)


def noted(centre: Centre, by: Person, **changes: Any) -> UUID:
    new = NewNotice(**{"issuer": Issuer.STATE, "title": TITLE, "received_on": MONDAY, **changes})
    with centre.inside(), transaction():
        return news.record_notice(new, by=by.actor, at=centre.now)


def touch(centre: Centre, by: Person, notice: UUID, *entry_ids: UUID) -> int:
    with centre.inside(), transaction():
        return news.touch(notice, entry_ids, by=by.actor, at=centre.now)


def settle(centre: Centre, by: Person, notice: UUID, how: Settlement) -> None:
    with centre.inside(), transaction():
        news.settle(notice, how, by=by.actor, at=centre.now)


def finish(centre: Centre, by: Person, notice: UUID, note: str = "") -> None:
    with centre.inside(), transaction():
        news.finish(notice, note, by=by.actor, at=centre.now)


def found(centre: Centre, notice: UUID) -> NoticeFacts:
    with centre.inside():
        return news_queries.notice(centre.contract_id, notice)


def touched(centre: Centre, notice: UUID) -> list[Touched]:
    with centre.inside():
        return news_queries.touched(centre.contract_id, news_queries.notice(centre.contract_id, notice))


def actions(centre: Centre, notice: UUID) -> list[str]:
    """What the log says of a notice, in order."""
    with centre.inside():
        return [one.action for one in log.history_of(centre.contract_id, "knowledge_news", str(notice))]


def typed(**changes: Any) -> dict[str, Any]:
    form = {"issuer": "state", "title": TITLE, "summary": "7月から改定", "received_on": "2026-06-01"}
    return {**form, "source_url": "", "issued_on": "", "idempotency_key": str(uuid4()), **changes}


def post(browser: Browser, **changes: Any) -> Any:
    return browser.post("/knowledge/news", data=typed(**changes), content_type="multipart/form-data")


def kept(centre: Centre) -> list[UUID]:
    with centre.inside():
        return list(db.session.scalars(select(News.id)))


# --- recording ---


def test_a_notice_is_kept_with_its_sealed_file_and_an_entry_of_the_log(centre: Centre, supervisor: Person) -> None:
    browser = supervisor.client()
    answer = post(browser, file=(io.BytesIO(PDF), "通知.pdf"), source_url="https://www.soumu.go.jp/notice")
    (notice,) = kept(centre)
    assert answer.headers["Location"] == f"/knowledge/news/{notice}"
    facts = found(centre, notice)
    assert (facts.number, facts.title, facts.recorder_name) == (1, TITLE, "見本 責任者")
    with centre.inside():
        sealed = db.session.scalars(select(News.sealed)).one()
    assert sealed is not None
    assert PDF not in sealed
    file = browser.get(f"/knowledge/news/{notice}/file")
    assert (file.data, file.mimetype) == (PDF, "application/pdf")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert actions(centre, notice) == ["knowledge_news.recorded", "knowledge_news.file_downloaded"]


def test_the_form_sent_twice_is_one_notice(centre: Centre, supervisor: Person) -> None:
    browser, key = supervisor.client(), str(uuid4())
    places = {post(browser, idempotency_key=key).headers["Location"] for _ in range(2)}
    assert places == {f"/knowledge/news/{kept(centre)[0]}"}
    assert len(kept(centre)) == 1


def test_notices_are_numbered_in_turn(centre: Centre, supervisor: Person) -> None:
    assert [found(centre, noted(centre, supervisor)).number for _ in range(2)] == [1, 2]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"issuer": ""}, "発出元を選んでください"),
        ({"issuer": "nobody"}, "発出元を選んでください"),
        ({"title": " "}, "入力してください"),
        ({"title": "長" * 201}, "200文字以内"),
        ({"summary": "長" * 4001}, "4,000文字以内"),
        ({"received_on": "2026-06-02"}, "今日までの日"),
        ({"received_on": ""}, "日付を正しく"),
        ({"issued_on": "2026-06-02"}, "受領日までの日"),
        ({"source_url": "javascript:alert(1)"}, "http:// か https://"),
        ({"source_url": "ftp://example.jp"}, "http:// か https://"),
    ],
)
def test_wrong_fields_are_named_and_what_was_typed_stays(
    sqlite_centre: Centre, changes: dict[str, str], says: str
) -> None:
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), **{"summary": "7月から改定", **changes})
    assert answer.status_code == 422
    assert says in answer.text
    if "summary" not in changes:
        assert "7月から改定" in answer.text
    assert kept(sqlite_centre) == []


def test_a_notice_of_today_issued_today_is_taken(centre: Centre, supervisor: Person) -> None:
    assert post(supervisor.client(), issued_on="2026-06-01").status_code == 303


@pytest.mark.parametrize("field", ["title", "summary", "source_url"])
def test_an_individual_number_is_refused_and_masked(sqlite_centre: Centre, field: str) -> None:
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), **{field: f"番号 {NUMBER} の件"})
    assert answer.status_code == 422
    assert NUMBER not in answer.text
    assert kept(sqlite_centre) == []


def test_an_individual_number_in_a_file_is_refused_and_what_was_typed_stays(sqlite_centre: Centre) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("word/document.xml", f"<w:p><w:t>{NUMBER}</w:t></w:p>")
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    answer = post(browser, file=(io.BytesIO(kept.getvalue()), "通知.docx"), summary="臨時窓口の案内です。")
    assert answer.status_code == 422
    assert "ファイルの中に個人番号" in answer.text
    assert "臨時窓口の案内です。" in answer.text
    assert NUMBER not in answer.text


def test_an_individual_number_in_a_file_name_is_refused(sqlite_centre: Centre) -> None:
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), file=(io.BytesIO(PDF), f"番号 {NUMBER}.pdf"))
    assert answer.status_code == 422
    assert kept(sqlite_centre) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通知.exe", b"MZ program"),
        ("通知.html", b"<script>"),
        ("通知.svg", b"<svg>"),
        ("通知.pdf", b"<script>"),
        ("通知", PDF),
        ("通知.pdf", b""),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_refused(sqlite_centre: Centre, name: str, content: bytes) -> None:
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), file=(io.BytesIO(content), name))
    assert answer.status_code == 422
    assert "もう一度選んでください" in answer.text
    assert kept(sqlite_centre) == []


def archive() -> bytes:
    """As little as an archive may be."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("word/document.xml", "<x/>")
    return kept.getvalue()


def test_every_usual_sort_of_file_is_taken(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    answers = [
        post(browser, file=(io.BytesIO(archive() if begins == archive()[:4] else begins), f"a.{end.upper()}"))
        for end, (begins, _) in TYPES.items()
    ]
    assert {one.status_code for one in answers} == {303}


@pytest.mark.parametrize(("more", "status"), [(0, 303), (1, 422)])
def test_no_file_is_larger_than_the_limit(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch, more: int, status: int
) -> None:
    assert FILE_BYTES == 10_000_000
    monkeypatch.setattr(news_forms, "FILE_BYTES", len(PDF))
    answer = post(sqlite_centre.person(Role.SUPERVISOR).client(), file=(io.BytesIO(PDF + b" " * more), "通知.pdf"))
    assert answer.status_code == status


# --- the entries it touches ---


def test_entries_are_chosen_by_the_numbers_that_people_call_them(
    centre: Centre, supervisor: Person, officer: Person, entry: Made, notice: UUID
) -> None:
    chapter = published_entry(centre, kind=EntryKind.CHAPTER, by=supervisor, officer=officer)
    second = published_entry(centre, by=supervisor, officer=officer)
    browser, address = supervisor.client(), f"/knowledge/news/{notice}"
    assert browser.post(f"{address}/entries", data={"faq": "１、 2", "chapter": "1"}).status_code == 303
    assert {one.entry_id for one in touched(centre, notice)} == {entry.entry_id, second.entry_id, chapter.entry_id}
    page = browser.get(address).text
    assert "手数料はいくらですか" in page
    assert "未処理 3件" in page


def test_choosing_the_same_entry_twice_changes_nothing(
    centre: Centre, supervisor: Person, entry: Made, notice: UUID
) -> None:
    assert touch(centre, supervisor, notice, entry.entry_id, entry.entry_id) == 1
    assert touch(centre, supervisor, notice, entry.entry_id) == 0
    assert actions(centre, notice) == ["knowledge_news.recorded", "knowledge_news.touched"]


def test_numbers_that_nobody_knows_are_named_and_stay_typed(
    centre: Centre, supervisor: Person, entry: Made, notice: UUID
) -> None:
    browser, address = supervisor.client(), f"/knowledge/news/{notice}/entries"
    answer = browser.post(address, data={"faq": "1, 77"})
    assert answer.status_code == 422
    assert "番号 77 の項目はありません" in answer.text
    assert "1, 77" in answer.text
    assert browser.post(address, data={"faq": ""}).status_code == 422
    assert browser.post(address, data={"chapter": NUMBER}).status_code == 422
    assert browser.post(address, data={"entry": "x"}).status_code == 422
    assert browser.post(address, data={"entry": str(UUID(int=4))}).status_code == 404
    assert touched(centre, notice) == []


def test_numbers_are_read_as_people_type_them() -> None:
    assert numbers("１２、15 ，3・3\n", "faq") == [12, 15, 3]
    assert numbers(" ", "faq") == []
    for wrong in ("FAQ12", "-1", "1234567", " ".join(str(number) for number in range(101))):
        with pytest.raises(InvalidInput):
            numbers(wrong, "faq")
    with pytest.raises(IndividualNumberRefused):
        numbers(NUMBER, "faq")


def test_no_more_entries_than_anybody_works_off(sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    leader = sqlite_centre.person(Role.SUPERVISOR)
    made = [published_entry(sqlite_centre, by=leader).entry_id for _ in range(3)]
    notice = noted(sqlite_centre, leader)
    monkeypatch.setattr(news, "MOST_ENTRIES", 2)
    assert touch(sqlite_centre, leader, notice, *made[:2]) == 2
    with pytest.raises(InvalidInput):
        touch(sqlite_centre, leader, notice, made[2])


def test_the_search_suggests_what_a_notice_may_touch(
    sqlite_centre: Centre,
) -> None:
    leader = sqlite_centre.person(Role.SUPERVISOR)
    made = published_entry(sqlite_centre, title="交付手数料はいくらですか", body="手数料は千円です。", by=leader)
    notice = noted(sqlite_centre, leader)
    browser, box = leader.client(), f'name="entry" value="{made.entry_id}"'
    assert box not in browser.get(f"/knowledge/news/{notice}").text
    assert box in browser.get(f"/knowledge/news/{notice}?suggest=1").text
    assert browser.post(f"/knowledge/news/{notice}/entries", data={"entry": str(made.entry_id)}).status_code == 303
    assert box not in browser.get(f"/knowledge/news/{notice}?suggest=1").text


# --- settling ---


def test_a_new_version_settles_an_entry(
    centre: Centre, supervisor: Person, officer: Person, entry: Made, notice: UUID
) -> None:
    touch(centre, supervisor, notice, entry.entry_id)
    browser, address = supervisor.client(), f"/knowledge/news/{notice}"
    assert "通知を受けたあとに公開した版はまだありません" in browser.get(address).text
    version = revised(centre, entry.entry_id, by=supervisor, officer=officer)
    assert "第2版を公開" in browser.get(address).text
    answer = browser.post(f"{address}/entries/{entry.entry_id}", data={"version": str(version), "note": ""})
    assert answer.status_code == 303
    (one,) = touched(centre, notice)
    assert one.settled_by is not None
    assert (one.settled_by.id, one.settled_at) == (version, centre.now)
    assert "第2版（令和8年6月1日（月）施行）" in browser.get(address).text


def test_a_draft_is_begun_from_the_notice_and_is_offered_first(
    centre: Centre, supervisor: Person, officer: Person, entry: Made, notice: UUID
) -> None:
    touch(centre, supervisor, notice, entry.entry_id)
    browser, address = supervisor.client(), f"/knowledge/news/{notice}/entries/{entry.entry_id}/version"
    begun = browser.post(address)
    version_id = UUID(begun.headers["Location"].split("/")[-2])
    assert begun.headers["Location"] == f"/knowledge/versions/{version_id}/edit"
    again = browser.post(address)
    assert again.status_code == 409
    assert "第2版（下書き）が途中です" in again.text
    with centre.inside(), transaction():
        held = queries.version(centre.contract_id, version_id)
        wanted = structs.replace(writing.content_of(held), reason="通知による改定")
        writing.edit(version_id, wanted, held.row_version, by=supervisor.actor, at=centre.now)
    publish(centre, version_id, by=supervisor, officer=officer)
    later = revised(centre, entry.entry_id, by=supervisor, officer=officer)
    assert [one.id for one in touched(centre, notice)[0].choices] == [version_id, later]
    settle(centre, supervisor, notice, Settlement(entry.entry_id, version_id))
    assert browser.post(address).status_code == 409


def test_a_version_published_before_the_notice_answers_nothing(
    centre: Centre, supervisor: Person, entry: Made, notice: UUID
) -> None:
    touch(centre, supervisor, notice, entry.entry_id)
    with pytest.raises(InvalidInput):
        settle(centre, supervisor, notice, Settlement(entry.entry_id, entry.version_id))
    with pytest.raises(InvalidInput):
        settle(centre, supervisor, notice, Settlement(entry.entry_id, UUID(int=1)))


def test_a_version_of_the_day_the_notice_came_in_answers_it(
    centre: Centre, supervisor: Person, officer: Person, notice: UUID
) -> None:
    made = published_entry(centre, by=supervisor, officer=officer)
    touch(centre, supervisor, notice, made.entry_id)
    settle(centre, supervisor, notice, Settlement(made.entry_id, made.version_id))
    assert found(centre, notice).left == 0


def test_no_change_needs_its_reason(centre: Centre, supervisor: Person, entry: Made, notice: UUID) -> None:
    touch(centre, supervisor, notice, entry.entry_id)
    browser, address = supervisor.client(), f"/knowledge/news/{notice}/entries/{entry.entry_id}"
    assert browser.post(address, data={"version": "", "note": " "}).status_code == 422
    assert browser.post(address, data={"version": "", "note": f"番号 {NUMBER}"}).status_code == 422
    assert browser.post(address, data={"version": "", "note": "金額は書いていない"}).status_code == 303
    assert [one.note for one in touched(centre, notice)] == ["金額は書いていない"]
    assert "変更なし：金額は書いていない" in browser.get(f"/knowledge/news/{notice}").text


def test_of_two_editors_the_second_hears_of_the_first_and_keeps_the_words(
    centre: Centre, supervisor: Person, entry: Made, notice: UUID
) -> None:
    touch(centre, supervisor, notice, entry.entry_id)
    address = f"/knowledge/news/{notice}/entries/{entry.entry_id}"
    other = centre.person(Role.CONTRACT_MANAGER).client()
    assert other.post(address, data={"version": "", "note": "先の理由"}).status_code == 303
    answer = supervisor.client().post(address, data={"version": "", "note": "あとの理由"})
    assert answer.status_code == 409
    assert "ほかの人が先に処理しました" in answer.text
    assert "あとの理由" in answer.text
    assert [one.note for one in touched(centre, notice)] == ["先の理由"]


def test_an_entry_that_is_not_touched_is_not_settled(
    centre: Centre, supervisor: Person, entry: Made, notice: UUID
) -> None:
    with pytest.raises(NotFound):
        settle(centre, supervisor, notice, Settlement(entry.entry_id, None, "理由"))


# --- done ---


def test_a_notice_is_done_when_every_entry_is(centre: Centre, supervisor: Person, entry: Made, notice: UUID) -> None:
    touch(centre, supervisor, notice, entry.entry_id)
    browser, address = supervisor.client(), f"/knowledge/news/{notice}"
    assert browser.post(f"{address}/done", data={"done_note": "終わり"}).status_code == 409
    settle(centre, supervisor, notice, Settlement(entry.entry_id, None, "影響なし"))
    assert browser.post(f"{address}/done", data={"done_note": ""}).status_code == 303
    assert not found(centre, notice).open
    assert browser.post(f"{address}/done", data={"done_note": ""}).status_code == 409
    assert browser.post(f"{address}/entries", data={"faq": "1"}).status_code == 409


def test_a_notice_that_touches_nothing_says_why(centre: Centre, supervisor: Person, notice: UUID) -> None:
    browser, address = supervisor.client(), f"/knowledge/news/{notice}/done"
    assert browser.post(address, data={"done_note": ""}).status_code == 422
    assert browser.post(address, data={"done_note": f"番号 {NUMBER}"}).status_code == 422
    assert browser.post(address, data={"done_note": "窓口の事務だけのため"}).status_code == 303
    assert found(centre, notice).done_note == "窓口の事務だけのため"


def test_done_is_taken_back_and_everything_stays(centre: Centre, supervisor: Person, entry: Made, notice: UUID) -> None:
    touch(centre, supervisor, notice, entry.entry_id)
    settle(centre, supervisor, notice, Settlement(entry.entry_id, None, "影響なし"))
    finish(centre, supervisor, notice)
    browser, address = supervisor.client(), f"/knowledge/news/{notice}/reopen"
    assert browser.post(address).status_code == 303
    assert browser.post(address).status_code == 409
    assert found(centre, notice).open
    assert [one.note for one in touched(centre, notice)] == ["影響なし"]
    steps = ["recorded", "touched", "settled", "finished", "reopened"]
    assert actions(centre, notice) == [f"knowledge_news.{step}" for step in steps]


# --- the list ---


def test_open_notices_come_first_then_the_newest(centre: Centre, supervisor: Person) -> None:
    done = noted(centre, supervisor, title="済んだ通知")
    older = noted(centre, supervisor, title="古い通知", received_on=MONDAY - timedelta(days=9))
    newer = noted(centre, supervisor, title="新しい通知", issuer=Issuer.PREFECTURE)
    finish(centre, supervisor, done, "対象なし")
    with centre.inside():
        rows, total = news_queries.listed(centre.contract_id, Wanted())
        of_state, _ = news_queries.listed(centre.contract_id, Wanted(Issuer.STATE, open=True))
    assert ([one.id for one in rows], total) == ([newer, older, done], 3)
    assert [one.id for one in of_state] == [older]
    page = supervisor.client().get("/knowledge/news?state=open&issuer=state").text
    assert "古い通知" in page
    assert "9日前" in page
    assert "新しい通知" not in page
    assert "済んだ通知" in supervisor.client().get("/knowledge/news?state=done").text


@pytest.mark.parametrize("query", ["state=x", "issuer=x", "page=0"])
def test_a_filter_that_is_none_is_refused(sqlite_centre: Centre, query: str) -> None:
    assert sqlite_centre.person(Role.SUPERVISOR).client().get(f"/knowledge/news?{query}").status_code == 422


def test_an_empty_list_says_what_to_do(sqlite_centre: Centre) -> None:
    assert "通知を記録する" in sqlite_centre.person(Role.SUPERVISOR).client().get("/knowledge/news").text
    assert "センターが通知を記録すると" in sqlite_centre.person(Role.CITY_OFFICER).client().get("/knowledge/news").text


def test_the_list_is_exported_as_it_is_shown(centre: Centre, supervisor: Person, notice: UUID) -> None:
    noted(centre, supervisor, title="県の通知", issuer=Issuer.PREFECTURE)
    answer = supervisor.client().post("/knowledge/news/export", data={"format": "xlsx", "issuer": "state"})
    words = {
        cell for row in load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True) for cell in row
    }
    assert {TITLE, "国", "未対応"} <= words
    assert "県の通知" not in words


def test_the_first_page_hears_of_open_notices_with_their_age(centre: Centre, supervisor: Person) -> None:
    old = noted(centre, supervisor, received_on=MONDAY - timedelta(days=3))
    today = noted(centre, supervisor, title="今日の通知")
    with centre.inside():
        ages = [(one.id, one.age_days) for one in attention.open_notices(centre.contract_id, MONDAY)]
    assert ages == [(old, 3), (today, 0)]
    page = supervisor.client().get("/today").text
    assert f"国「{TITLE}」（受領から3日）" in page
    assert "国「今日の通知」（今日受領）" in page
    for one in (old, today):
        finish(centre, supervisor, one, "対象なし")
    assert "国・県等からの通知に未対応" not in supervisor.client().get("/today").text


# --- who may ---


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_writes(sqlite_centre: Centre, role: Role) -> None:
    leader = sqlite_centre.person(Role.SUPERVISOR)
    made = published_entry(sqlite_centre, by=leader)
    file = news.NewFile("通知.pdf", "application/pdf", PDF)
    notice = noted(sqlite_centre, leader, file=file)
    browser, address = sqlite_centre.person(role).client(), f"/knowledge/news/{notice}"
    reads, writes = role in READERS, role in LEADERSHIP
    for place in ("/knowledge/news", address, f"{address}/file"):
        answer = browser.get(place)
        assert answer.status_code == (200 if reads else 403)
        answer.close()
    exported = browser.post("/knowledge/news/export", data={"format": "csv"})
    exported.close()
    assert exported.status_code == (200 if reads else 403)
    assert browser.get("/knowledge/news/new").status_code == (200 if writes else 403)
    assert post(browser).status_code == (303 if writes else 403)
    assert browser.post(f"{address}/entries", data={"faq": "1"}).status_code == (303 if writes else 403)
    assert browser.post(f"{address}/entries/{made.entry_id}/version").status_code == (303 if writes else 403)
    settled = browser.post(f"{address}/entries/{made.entry_id}", data={"version": "", "note": "影響なし"})
    assert settled.status_code == (303 if writes else 403)
    assert browser.post(f"{address}/done", data={"done_note": ""}).status_code == (303 if writes else 403)
    assert browser.post(f"{address}/reopen").status_code == (303 if writes else 403)
    if reads:
        assert ("対象の項目を加える" in browser.get(address).text) == writes


def test_another_contracts_notices_are_not_there(centre: Centre, supervisor: Person, entry: Made, notice: UUID) -> None:
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.SUPERVISOR, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(other)}
    address = f"/knowledge/news/{notice}"
    assert TITLE not in browser.get("/knowledge/news").text
    for place in (address, f"{address}/file"):
        assert browser.get(place).status_code == 404
    forms = {"entries": {"entry": str(entry.entry_id)}, "done": {"done_note": "x"}, "reopen": {}}
    of_entry = f"entries/{entry.entry_id}"
    for place, form in {**forms, of_entry: {"note": "x"}, f"{of_entry}/version": {}}.items():
        assert browser.http.post(f"{address}/{place}", data=form, headers=headers).status_code == 404
    assert found(centre, notice).open
