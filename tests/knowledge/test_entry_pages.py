from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from werkzeug.test import encode_multipart

from callcenter.extensions import db
from callcenter.knowledge import queries
from callcenter.knowledge.models import PreparedVersion, Version
from callcenter.knowledge.rules import EntryKind
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import CENTRE, CITY, LEADERSHIP, Role
from tests.centre import Browser, Centre, Person
from tests.knowledge.factories import (
    Made,
    approved,
    draft,
    published_entry,
    retired,
    revised,
    second_draft,
    submitted,
    supervisor,
)

NUMBER = f"12345678901{check_digit('12345678901')}"
READERS = CENTRE | CITY


def form(**changes: str) -> dict[str, str]:
    given = {
        "kind": "faq",
        "title": "暗証番号を忘れたとき",
        "body": "窓口で**再設定**できます。",
        "said_as": "パスワードを忘れた\nロックされた",
        "category_code": "0101",
        "audience": "public",
        "reason": "問合せが多いため",
        "source_kind": "site",
        "source": "公式ページ",
        "source_url": "https://www.example.lg.jp/card",
        "review_by_on": "2027-03-31",
        "idempotency_key": str(uuid4()),
    }
    return {**given, **changes}


def send(browser: Browser, url: str, data: dict[str, str]) -> Any:
    """As the form of a text is sent; the test client itself would leave a large one open in a temporary file."""
    boundary, sent = encode_multipart(data)
    return browser.post(f"/knowledge{url}", data=sent, content_type=f"multipart/form-data; boundary={boundary}")


def id_in(answer: Any) -> UUID:
    return UUID(answer.headers["Location"].rstrip("/").split("/")[-1].split("#")[0])


def version(centre: Centre, version_id: UUID) -> queries.VersionFacts:
    with centre.inside():
        return queries.version(centre.contract_id, version_id)


def count(centre: Centre) -> int:
    with centre.inside():
        return db.session.execute(select(func.count()).select_from(Version)).scalar_one()


def test_an_entry_from_the_form_to_the_list_of_the_day(centre: Centre, author: Person) -> None:
    browser, officer = author.client(), centre.person(Role.CITY_OFFICER, name="例田 職員").client()
    version_id = id_in(send(browser, "/entries/new", form()))
    seen = {"row_version": str(version(centre, version_id).row_version)}
    assert browser.post(f"/knowledge/versions/{version_id}/submit", data=seen).status_code == 303
    assert "暗証番号を忘れたとき" in officer.get("/knowledge/reviews").text
    decision = {"decision": "approved", "comment": "", "row_version": str(version(centre, version_id).row_version)}
    assert officer.post(f"/knowledge/versions/{version_id}/decision", data=decision).status_code == 303
    published = browser.post(f"/knowledge/versions/{version_id}/publish", data={"effective_on": "2026-06-08"})
    assert published.status_code == 303
    operator = centre.person(Role.OPERATOR).client()
    assert "暗証番号を忘れたとき" not in operator.get("/knowledge/entries").text
    assert "暗証番号を忘れたとき" in operator.get("/knowledge/entries?on=2026-06-08").text
    held = version(centre, version_id)
    assert held.said_as == ["パスワードを忘れた", "ロックされた"]
    page = operator.get(f"/knowledge/entries/{held.entry_id}?on=2026-06-08").text
    assert "<strong>再設定</strong>" in page
    assert "例田 職員" in page
    with centre.inside():
        assert db.session.scalars(select(PreparedVersion.version_id)).all() == [version_id]


def test_the_form_sent_twice_is_one_entry(centre: Centre, author: Person) -> None:
    browser, given = author.client(), form()
    assert id_in(send(browser, "/entries/new", given)) == id_in(send(browser, "/entries/new", given))
    assert count(centre) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "長" * 201),
        ("said_as", "\n".join(f"言い方{n}" for n in range(21))),
        ("said_as", "長" * 101),
        ("category_code", "9999"),
        ("audience", "everyone"),
        ("source_kind", "rumour"),
        ("source_url", "javascript:alert(1)"),
        ("source_on", "2026-13-01"),
        ("review_by_on", "来年"),
        ("related", "FAQ99"),
        ("reason", "長" * 501),
    ],
)
def test_bad_input_is_refused_by_its_field_and_what_was_typed_stays(
    sqlite_centre: Centre, field: str, value: str
) -> None:
    answer = send(supervisor(sqlite_centre).client(), "/entries/new", form(**{field: value}))
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert "窓口で**再設定**できます。" in answer.text
    assert count(sqlite_centre) == 0


@pytest.mark.parametrize("field", ["title", "body", "said_as", "reason", "source", "law", "verify"])
def test_an_individual_number_is_refused_in_every_text_and_masked(sqlite_centre: Centre, field: str) -> None:
    answer = send(supervisor(sqlite_centre).client(), "/entries/new", form(**{field: f"番号 {NUMBER} の件"}))
    assert answer.status_code == 422
    assert NUMBER not in answer.text
    assert "の件" in answer.text
    assert count(sqlite_centre) == 0


def test_a_chapter_of_two_megabytes_is_kept_whole_and_a_longer_one_is_not_lost(sqlite_centre: Centre) -> None:
    browser = supervisor(sqlite_centre).client()
    line = "あ" * 66 + "\n"
    body = (line * (2_000_000 // len(line.encode()))).strip()
    kept = send(browser, "/entries/new", form(kind="chapter", body=body))
    assert kept.status_code == 303
    assert version(sqlite_centre, id_in(kept)).body == body
    longer = send(browser, "/entries/new", form(kind="chapter", body=body + line * 20))
    assert longer.status_code == 422
    assert "2MBまで" in longer.text
    assert body in longer.text
    assert count(sqlite_centre) == 1


def test_a_paragraph_of_nothing_but_marks_is_refused_and_not_lost(sqlite_centre: Centre) -> None:
    answer = send(supervisor(sqlite_centre).client(), "/entries/new", form(body="[" * 6_000))
    assert answer.status_code == 422
    assert 'href="#f-body"' in answer.text
    assert "[" * 6_000 in answer.text
    assert count(sqlite_centre) == 0


def test_a_script_in_a_text_is_text(sqlite_centre: Centre) -> None:
    body = '<script>alert(1)</script>\n\n[x](javascript:alert(2))\n\n<img src=x onerror="alert(3)">'
    browser = supervisor(sqlite_centre).client()
    page = browser.get(send(browser, "/entries/new", form(body=body)).headers["Location"]).text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_picture_of_another_host_is_not_fetched(sqlite_centre: Centre) -> None:
    browser = supervisor(sqlite_centre).client()
    shown = browser.get(
        send(browser, "/entries/new", form(body="![図1](https://example.jp/a.png)")).headers["Location"]
    )
    assert "<img" not in shown.text
    assert "（画像：図1）" in shown.text
    assert "表示できません" in shown.text


def test_a_preview_stores_nothing(sqlite_centre: Centre) -> None:
    answer = send(supervisor(sqlite_centre).client(), "/entries/new", form(do="preview"))
    assert answer.status_code == 200
    assert "<strong>再設定</strong>" in answer.text
    assert "窓口で**再設定**できます。" in answer.text
    assert count(sqlite_centre) == 0


def test_of_two_editors_the_second_sees_both_texts_and_may_then_save(centre: Centre, author: Person) -> None:
    made, other = draft(centre, author), centre.person(Role.CONTRACT_MANAGER, name="例 管理者")
    url, seen = f"/versions/{made.version_id}/edit", {"row_version": "1"}
    assert send(other.client(), url, form(body="先に保存した文", **seen)).status_code == 303
    browser = author.client()
    answer = send(browser, url, form(body="あとから書いた文", **seen))
    assert answer.status_code == 409
    assert "例 管理者さんが" in answer.text
    assert "あとから書いた文</textarea>" in answer.text
    assert "先に保存した" in answer.text
    assert version(centre, made.version_id).body == "先に保存した文"
    assert 'name="row_version" value="2"' in answer.text
    assert send(browser, url, form(body="両方を入れた文", row_version="2")).status_code == 303
    assert version(centre, made.version_id).body == "両方を入れた文"


def test_editing_what_lies_before_the_city_is_refused_and_nothing_typed_is_lost(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    submitted(sqlite_centre, made.version_id)
    browser, url = author.client(), f"/versions/{made.version_id}/edit"
    assert browser.get(f"/knowledge{url}").status_code == 303
    answer = send(browser, url, form(body="間に合わなかった文", row_version="1"))
    assert answer.status_code == 409
    assert "間に合わなかった文" in answer.text


def test_what_is_missing_is_named_when_a_draft_is_submitted(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author, review_by_on=None)
    answer = author.client().post(f"/knowledge/versions/{made.version_id}/submit", data={"row_version": "1"})
    assert answer.status_code == 422
    assert "次に見直す日を、今日より後の日で" in answer.text


def test_publishing_without_approval_and_into_the_past_is_refused(centre: Centre, author: Person) -> None:
    browser, made = author.client(), draft(centre, author)
    url = f"/knowledge/versions/{made.version_id}/publish"
    early = browser.post(url, data={"effective_on": "2026-06-01"})
    assert early.status_code == 409
    assert "できません" in early.text
    approved(centre, made.version_id)
    past = browser.post(url, data={"effective_on": "2026-05-31"})
    assert past.status_code == 422
    assert "今日以後の日" in past.text
    assert 'value="2026-05-31"' in past.text
    assert version(centre, made.version_id).stage == "approved"


def test_sending_back_without_a_reason_is_refused_and_with_one_it_goes_back(centre: Centre, author: Person) -> None:
    made, officer = draft(centre, author), centre.person(Role.CITY_OFFICER).client()
    submitted(centre, made.version_id, by=author)
    url = f"/knowledge/versions/{made.version_id}/decision"
    given = {"decision": "sent_back", "comment": "", "row_version": str(version(centre, made.version_id).row_version)}
    assert officer.post(url, data=given).status_code == 422
    assert officer.post(url, data={**given, "decision": "maybe"}).status_code == 422
    numbered = officer.post(url, data={**given, "comment": f"{NUMBER} を消してください"})
    assert numbered.status_code == 422
    assert NUMBER not in numbered.text
    assert officer.post(url, data={**given, "comment": "手数料が違います"}).status_code == 303
    assert "手数料が違います" in author.client().get("/knowledge/reviews").text


def test_any_two_versions_stand_side_by_side(centre: Centre, author: Person) -> None:
    made = published_entry(centre, by=author, body="一行目\n手数料は800円です。\n三行目")
    revised(centre, made.entry_id, by=author, body="一行目\n手数料は900円です。\n三行目\n四行目", title="新しい見出し")
    third = second_draft(centre, made.entry_id, by=author, body="まったく別")
    page = author.client().get(f"/knowledge/entries/{made.entry_id}/diff?from=1&to=2").text
    assert "手数料は<del>8</del>00円です。" in page
    assert "手数料は<ins>9</ins>00円です。" in page
    assert "新しい見出し" in page
    assert "追加" in page
    assert "まったく別" in author.client().get(f"/knowledge/entries/{made.entry_id}/diff").text
    operator = centre.person(Role.OPERATOR).client()
    assert "まったく別" not in operator.get(f"/knowledge/entries/{made.entry_id}/diff").text
    assert operator.get(f"/knowledge/entries/{made.entry_id}/diff?to=3").status_code == 404
    assert third


def test_the_history_says_who_did_what(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    send(author.client(), f"/versions/{made.version_id}/edit", form(row_version="1"))
    page = author.client().get(f"/knowledge/versions/{made.version_id}/history").text
    assert "マニュアル・FAQの版を編集" in page
    assert "見本 責任者" in page
    assert "見出し、" in page or "、見出し" in page


def test_the_manual_reads_as_one_text_with_its_contents(centre: Centre, author: Person) -> None:
    chapters = [
        published_entry(centre, by=author, kind=EntryKind.CHAPTER, title=title, body=f"## {title}の中")
        for title in ("電話の受け方", "個人情報")
    ]
    author.client().post(f"/knowledge/entries/{chapters[0].entry_id}/position", data={"position": "9"})
    page = centre.person(Role.OPERATOR).client().get("/knowledge/manual").text
    assert page.index("個人情報の中") < page.index("電話の受け方の中")
    assert 'href="#c1"' in page
    assert "施行されている章はありません" in author.client().get("/knowledge/manual?on=2026-05-31").text


def test_a_place_that_is_none_is_refused(sqlite_centre: Centre) -> None:
    made = published_entry(sqlite_centre, kind=EntryKind.CHAPTER)
    url = f"/knowledge/entries/{made.entry_id}/position"
    assert supervisor(sqlite_centre).client().post(url, data={"position": "0"}).status_code == 422


def test_the_list_is_filtered_by_codes(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    published_entry(sqlite_centre, by=author, title="受取りの公開", category="0101", review_by_on=date(2026, 6, 2))
    from callcenter.knowledge.rules import Audience

    published_entry(sqlite_centre, by=author, title="内部の取決め", category="0201", audience=Audience.INTERNAL)
    browser = author.client()
    assert "内部の取決め" not in browser.get("/knowledge/entries?major=01").text
    assert "受取りの公開" not in browser.get("/knowledge/entries?audience=internal").text
    assert "受取りの公開" in browser.get("/knowledge/entries?show=due&on=2026-06-03").text
    assert "受取りの公開" not in browser.get("/knowledge/entries?show=due").text
    for wrong in ("kind=x", "show=x", "audience=x", "major=zz", "on=x"):
        assert browser.get(f"/knowledge/entries?{wrong}").status_code == 422


def test_an_empty_list_says_what_to_do_next(sqlite_centre: Centre) -> None:
    assert "はじめの内容を読み込む" in supervisor(sqlite_centre).client().get("/knowledge/entries").text
    operator = sqlite_centre.person(Role.OPERATOR).client().get("/knowledge/entries").text
    assert "はじめの内容を読み込む" not in operator


# --- who sees and who may ---


def test_the_city_sees_what_was_submitted_and_no_draft(centre: Centre, author: Person) -> None:
    made, officer = draft(centre, author, title="まだ秘密"), centre.person(Role.CITY_OFFICER)
    pages = [f"/knowledge/versions/{made.version_id}", f"/knowledge/entries/{made.entry_id}"]

    def seen() -> list[int]:
        return [officer.client().get(page).status_code for page in pages]

    assert seen() == [404, 404]
    submitted(centre, made.version_id, by=author)
    assert seen() == [200, 200]
    author.client().post(f"/knowledge/versions/{made.version_id}/take-back")
    assert seen() == [404, 404]
    assert "まだ秘密" not in officer.client().get("/knowledge/entries?show=waiting").text
    given = {"decision": "approved", "row_version": "3"}
    assert officer.client().post(f"/knowledge/versions/{made.version_id}/decision", data=given).status_code == 404


def test_operators_see_what_was_published_only(sqlite_centre: Centre) -> None:
    author, operator = supervisor(sqlite_centre), sqlite_centre.person(Role.OPERATOR).client()
    made = published_entry(sqlite_centre, by=author)
    second = second_draft(sqlite_centre, made.entry_id, by=author, title="まだ秘密")
    submitted(sqlite_centre, second)
    assert operator.get(f"/knowledge/versions/{second}").status_code == 404
    assert "まだ秘密" not in operator.get(f"/knowledge/entries/{made.entry_id}").text
    assert "まだ秘密" not in operator.get("/knowledge/entries?show=waiting").text
    retired_too = published_entry(sqlite_centre, by=author, title="終わったもの")
    retired(sqlite_centre, retired_too.entry_id)
    assert operator.get(f"/knowledge/entries/{retired_too.entry_id}").status_code == 200


@pytest.mark.parametrize("role", list(Role), ids=[role.value for role in Role])
def test_who_reads_writes_decides_and_publishes(sqlite_centre: Centre, role: Role) -> None:
    author = supervisor(sqlite_centre)
    made = published_entry(sqlite_centre, by=author)
    waiting, ready = draft(sqlite_centre, author), draft(sqlite_centre, author)
    submitted(sqlite_centre, waiting.version_id)
    approved(sqlite_centre, ready.version_id)
    browser = sqlite_centre.person(role).client()
    entry, own = f"/knowledge/entries/{made.entry_id}", f"/knowledge/versions/{waiting.version_id}"
    for page in ("/knowledge/entries", "/knowledge/manual", entry, f"{entry}/diff"):
        assert browser.get(page).status_code == (200 if role in READERS else 403), page
    assert browser.get("/knowledge/reviews").status_code == (200 if role in LEADERSHIP | CITY else 403)
    for page in ("/knowledge/entries/new", f"{entry}/retire", f"{own}/history"):
        assert browser.get(page).status_code == (200 if role in LEADERSHIP else 403), page
    changes = ("/entries/new", f"/entries/{made.entry_id}/versions", f"/entries/{made.entry_id}/retire")
    more = (
        f"/entries/{made.entry_id}/retire/cancel",
        f"/entries/{made.entry_id}/position",
        f"/versions/{waiting.version_id}/edit",
    )
    last = tuple(f"/versions/{waiting.version_id}/{name}" for name in ("submit", "withdraw", "files", "take-back"))
    for url in (*changes, *more, *last):
        assert (browser.post(f"/knowledge{url}").status_code == 403) == (role not in LEADERSHIP), url
    publish = browser.post(f"/knowledge/versions/{ready.version_id}/publish", data={"effective_on": "2026-06-01"})
    assert publish.status_code == (303 if role is Role.SUPERVISOR else 403)
    decided = browser.post(f"{own}/decision", data={"decision": "approved", "row_version": "2"})
    if role is Role.CITY_OFFICER:
        assert decided.status_code == 303
    else:
        assert decided.status_code == 403


def test_another_contracts_entries_are_not_found(centre: Centre, author: Person) -> None:
    made: Made = published_entry(centre, by=author)
    waiting = draft(centre, author)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.SUPERVISOR, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    entry, own = f"/knowledge/entries/{made.entry_id}", f"/knowledge/versions/{waiting.version_id}"
    for page in (entry, f"{entry}/diff", f"{entry}/retire", own, f"{own}/edit", f"{own}/history"):
        assert browser.get(page).status_code == 404, page
    headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(other)}
    given = form(row_version="1", effective_on="2026-06-01", from_on="2026-06-02", position="1")
    changes = (f"{entry}/{do}" for do in ("versions", "retire", "retire/cancel", "position"))
    for url in (*changes, *(f"{own}/{do}" for do in ACTS)):
        assert browser.http.post(url, data=given, headers=headers).status_code == 404, url
    assert "カードの受取り" not in browser.get("/knowledge/entries").text


ACTS = ("edit", "submit", "withdraw", "take-back", "publish", "files")
