"""The page of an entry by day: what ruled, what is to come, and nothing under a day on which it did not rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from callcenter.audit.vocabulary import ACTIONS
from callcenter.knowledge.rules import Audience
from callcenter.web.access import Role
from tests.centre import Browser, Centre
from tests.knowledge.factories import Made, draft, published_entry, retired, revised, second_draft

COMING = date(2026, 6, 8)
NO_VERSION = "には、施行されている版はありません。"
CHANGES = "に変わります。"


@pytest.fixture
def made(sqlite_centre: Centre) -> Made:
    return published_entry(sqlite_centre, body="いまの案内です。")


@pytest.fixture
def reader(sqlite_centre: Centre) -> Browser:
    return sqlite_centre.person(Role.OPERATOR).client()


@pytest.fixture
def author(sqlite_centre: Centre) -> Browser:
    return sqlite_centre.person(Role.SUPERVISOR).client()


def page(browser: Browser, made: Made, on: str = "") -> str:
    return str(browser.get(f"/knowledge/entries/{made.entry_id}{'?on=' + on if on else ''}").text)


def test_a_day_before_the_first_version_shows_no_text(sqlite_centre: Centre, made: Made, reader: Browser) -> None:
    revised(sqlite_centre, made.entry_id, on=COMING, body="これからの案内です。")
    before = page(reader, made, "2026-05-31")
    assert NO_VERSION in before
    assert "いまの案内です。" not in before
    assert "これからの案内です。" not in before
    assert "施行中" in before  # the list of versions speaks of today


def test_a_day_to_come_shows_what_will_rule_then(sqlite_centre: Centre, made: Made, reader: Browser) -> None:
    revised(sqlite_centre, made.entry_id, on=COMING, body="これからの案内です。")
    then = page(reader, made, "2026-06-08")
    assert "これからの案内です。" in then
    assert NO_VERSION not in then


def test_whoever_reads_the_text_of_today_is_told_from_when_it_changes(
    sqlite_centre: Centre, made: Made, reader: Browser
) -> None:
    assert CHANGES not in page(reader, made)
    revised(sqlite_centre, made.entry_id, on=date(2026, 7, 1), body="そのあとの案内です。")
    second_draft(sqlite_centre, made.entry_id, body="書きかけの案内です。")
    now = page(reader, made)
    assert "令和8年7月1日（水）から、" in now
    assert ">第2版</a>に変わります。" in now
    assert "いまの案内です。" in now
    assert CHANGES not in page(reader, made, "2026-06-30")


def test_nothing_is_said_to_change_after_the_entry_has_ended(
    sqlite_centre: Centre, made: Made, reader: Browser
) -> None:
    revised(sqlite_centre, made.entry_id, on=COMING)
    retired(sqlite_centre, made.entry_id, on=COMING)
    assert CHANGES not in page(reader, made)


def test_a_retired_entry_shows_what_was_told_last_and_that_the_next_never_comes(
    sqlite_centre: Centre, reader: Browser
) -> None:
    old = published_entry(sqlite_centre, body="きのうまでの案内です。", at=sqlite_centre.now - timedelta(days=3))
    revised(sqlite_centre, old.entry_id, on=COMING, body="来ることのない案内です。")
    retired(sqlite_centre, old.entry_id, on=date(2026, 6, 1))
    found = page(reader, old)
    assert "きのうまでの案内です。" in found
    assert "来ることのない案内です。" not in found
    assert "施行なし" in found
    assert "施行前" not in found


def test_the_history_of_a_version_begins_with_who_made_it(sqlite_centre: Centre) -> None:
    author = sqlite_centre.person(Role.SUPERVISOR)
    made = published_entry(sqlite_centre, by=author)
    second = second_draft(sqlite_centre, made.entry_id, by=author)
    first_page, second_page = (
        author.client().get(f"/knowledge/versions/{one}/history").text for one in (made.version_id, second)
    )
    created, begun = ACTIONS["knowledge_entry.created"], ACTIONS["knowledge_version.begun"]
    assert created in first_page
    assert begun not in first_page
    assert begun in second_page
    assert created not in second_page


def test_only_what_is_internal_has_its_mark_beside_the_stage(sqlite_centre: Centre, author: Browser) -> None:
    open_one, closed = (draft(sqlite_centre, audience=audience) for audience in Audience)
    pages = [author.get(f"/knowledge/versions/{one.version_id}").text for one in (open_one, closed)]
    assert "</span>公開</span>" not in pages[0]
    assert "</span>内部</span>" in pages[1]


def test_a_draft_says_what_it_lacks_before_anybody_submits_it(sqlite_centre: Centre, author: Browser) -> None:
    lacking = draft(sqlite_centre, review_by_on=None, category_code="")
    found = author.get(f"/knowledge/versions/{lacking.version_id}").text
    assert "<li>分類を選んでください。</li>" in found
    assert "<li>次に見直す日を、今日より後の日で入力してください。</li>" in found
    assert f'/knowledge/versions/{lacking.version_id}/edit#f-category_code"' in found
    whole = draft(sqlite_centre)
    assert "市の確認に出す前に" not in author.get(f"/knowledge/versions/{whole.version_id}").text


def test_a_refused_retirement_names_its_own_fields(made: Made, author: Browser) -> None:
    answer = author.post(f"/knowledge/entries/{made.entry_id}/retire", data={"from_on": "2026-06-10", "reason": ""})
    assert answer.status_code == 422
    assert 'href="#f-reason">廃止する理由を入力してください。</a>' in answer.text
    assert "作成・改定の理由" not in answer.text
