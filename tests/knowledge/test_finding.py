"""Entries of the list found by what is typed: words, numbers, other words for the same; never through the address."""

from __future__ import annotations

import re

import pytest

from callcenter.knowledge.rules import EntryKind
from callcenter.web.access import CENTRE, CITY, Role
from tests.centre import Centre, Person
from tests.knowledge.factories import published_entry, retired

READERS = sorted(CENTRE | CITY)


@pytest.fixture
def operator(centre: Centre) -> Person:
    return centre.person(Role.OPERATOR)


def find(who: Person, words: str, **chosen: str) -> list[str]:
    """The headings that are shown, in their order; under 「近い」 those that merely answer."""
    answer = who.client().post("/knowledge/entries", data={"words": words, **chosen})
    assert answer.status_code == 200, answer.text
    rows = re.findall(r'内容が近いもの|<td><a href="/knowledge/[^"]+">([^<]+)</a>', answer.text)
    return [row or "近い" for row in rows]


def test_every_word_must_stand_in_it_and_headings_come_first(centre: Centre, operator: Person) -> None:
    published_entry(centre, title="持ち物", body="受取りには交付通知書と本人確認書類が要ります。")
    published_entry(centre, title="交付通知書をなくしたとき", body="本人確認書類だけで受け取れる場合があります。")
    published_entry(centre, title="更新", body="手続きは窓口でします。")
    found = find(operator, "通知書　本人確認")
    assert found[:2] == ["持ち物", "交付通知書をなくしたとき"]
    assert find(operator, "通知書")[:2] == ["交付通知書をなくしたとき", "持ち物"]


@pytest.mark.parametrize("typed", ["FAQ 2", "faq2", "ＦＡＱ２", "ふぁみまで"], ids=["number", "close", "wide", "kana"])
def test_a_number_in_any_writing_and_kana_of_any_kind_find_it(centre: Centre, operator: Person, typed: str) -> None:
    published_entry(centre, title="更新")
    published_entry(centre, title="コンビニ", body="ファミマで取れます。")
    assert find(operator, typed)[0] == "コンビニ"


def test_what_answers_in_other_words_follows_under_its_own_heading(centre: Centre, operator: Person) -> None:
    published_entry(centre, title="暗証番号を忘れたとき", body="市役所の窓口で初期化します。")
    assert find(operator, "暗証番号を思い出せない") == ["近い", "暗証番号を忘れたとき"]


def test_only_what_the_other_conditions_leave_is_looked_through(centre: Centre, operator: Person) -> None:
    published_entry(centre, title="受取りの窓口", category="0202")
    published_entry(centre, title="受取りの章", kind=EntryKind.CHAPTER)
    gone = published_entry(centre, title="受取りの古い案内")
    retired(centre, gone.entry_id, on=centre.now.date())
    assert find(operator, "受取り") == ["受取りの窓口"]
    assert find(operator, "受取り", kind="chapter") == ["受取りの章"]
    assert find(operator, "受取り", major="01") == []
    assert find(operator, "受取り", show="retired") == ["受取りの古い案内"]


def test_nothing_typed_lists_everything_and_too_much_is_refused(centre: Centre, operator: Person) -> None:
    published_entry(centre, title="更新")
    browser = operator.client()
    answer = browser.post("/knowledge/entries", data={"words": "　 ", "kind": "faq", "major": "01"})
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/knowledge/entries?kind=faq&show=current&major=01",
    )
    for given in ({"words": "あ" * 201}, {"words": "更新", "on": "昨日"}):
        refused = browser.post("/knowledge/entries", data=given)
        assert refused.status_code == 422
        assert "入力内容を確認してください" in refused.text


def test_what_was_typed_stands_in_the_field_and_in_no_address(centre: Centre, operator: Person) -> None:
    published_entry(centre, title="更新")
    text = operator.client().post("/knowledge/entries", data={"words": "見本 花子の<更新>"}).text
    assert 'value="見本 花子の&lt;更新&gt;"' in text
    assert not [
        link for link in re.findall(r'(?:href|action)="([^"]*)"', text) if "花子" in link or "%E8%8A%B1" in link
    ]


@pytest.mark.parametrize("role", READERS)
def test_whoever_may_read_may_find(sqlite_centre: Centre, role: Role) -> None:
    published_entry(sqlite_centre, title="更新")
    assert find(sqlite_centre.person(role), "更新") == ["更新"]


def test_nobody_else_may(sqlite_centre: Centre) -> None:
    for role in set(Role) - set(READERS):
        answer = sqlite_centre.person(role).client().post("/knowledge/entries", data={"words": "更新"})
        assert answer.status_code == 403
