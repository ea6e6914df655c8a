"""A chapter of the manual by keyboard alone: written with a picture, sent back, mended, approved, put into force, read
and confirmed by everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chapters import (
    BODY,
    PICTURE_NAME,
    TITLE,
    WIDTH,
    Story,
    append,
    body_of,
    look,
    save,
    submit_draft,
    take_in,
    told,
)
from tests.browser.keyboard import act_on, choose, from_menu, reach, type_date
from tests.centre import Centre

pytestmark = pytest.mark.browser
MENDED = "20分を超えたら、必ず業務責任者に引き継ぎます。"
WHY = "長い通話の引継ぎの決まりがなかったため"
SENT_BACK = "20分を超えたときの引継ぎを、必須にしてください。"
REVIEW_BY = date(2027, 3, 31)
READERS = ("応答 いろは", "応答 みどり", "起案 さくら")
CLOCKS = ("09:34", "09:35", "09:36")


@pytest.fixture
def story(sqlite_centre: Centre, browser: Browser, tmp_path: Path) -> Iterator[Story]:
    with told(sqlite_centre, browser, tmp_path) as story:
        yield story


def test_a_chapter_lives_from_its_draft_until_everybody_has_read_it(story: Story) -> None:
    author, city = story.page(story.author, "/today"), story.page(story.officer, "/documents")
    _write(author)
    _attach(author, story.picture)
    submit_draft(author)
    _only_look(story.page(story.manager, "/today"))

    story.later()
    _open_for_decision(city)
    _decide(city, "差し戻す", SENT_BACK)
    story.later()
    _mend(author)
    submit_draft(author)
    story.later()
    _open_for_decision(city)
    _decide(city, "承認する")

    operators = [story.page(one, "/desk") for one in (story.first, story.second)]
    for page in operators:
        _nothing_unread(page)
    _publish(author, story)
    _missing(author, "応答 いろは", "応答 みどり", "起案 さくら")
    for page, rest in zip(operators, (("応答 みどり", "起案 さくら"), ("起案 さくら",)), strict=True):
        story.later()
        _told_at_the_desk(page)
        _read_and_confirm(page)
        _missing(author, *rest)
    story.later()
    _read_and_confirm(author)
    _everybody_has_read(author)
    assert story.receipts() == list(zip(READERS, CLOCKS, strict=True))
    _stands_in_the_manual(operators[0])


# --- the author ---


def _write(page: Page) -> None:
    from_menu(page, "マニュアル・FAQ")
    act_on(page, page.get_by_role("link", name="マニュアルの章を作る"))
    _type(page, "章の名前", TITLE)
    _type(page, "本文", BODY)
    choose(page, page.get_by_label("対象"), "内部（センターの中だけ）")
    type_date(page, page.get_by_label("次に見直す日"), REVIEW_BY)
    _type(page, "作成・改定の理由", WHY)
    choose(page, page.get_by_label("根拠の種類"), "センターの取決め")
    look(page, "01-writing")
    save(page, "下書きを保存しました")
    look(page, "02-draft", whole=True)


def _type(page: Page, label: str, words: str) -> None:
    reach(page, page.get_by_label(re.compile(f"^{label}")))
    page.keyboard.insert_text(words)


def _attach(page: Page, picture: Path) -> None:
    """A picture into the text, at the caret; then as it will be read."""
    act_on(page, page.get_by_role("link", name="編集する"))
    reach(page, body_of(page))
    page.keyboard.press("Control+End")
    take_in(page, picture)
    expect(body_of(page)).to_be_focused()
    page.keyboard.insert_text("数字が通話の長さです。")
    look(page, "03-picture-in-the-text")
    act_on(page, page.get_by_role("button", name="プレビュー"))
    _shows_everything(page.locator("#preview"))
    look(page, "04-preview")
    save(page, "保存しました")
    _shows_everything(page.get_by_role("article", name="本文"))
    look(page, "05-saved", whole=True)


def _shows_everything(text: Locator) -> None:
    """Heading, list, table and the picture itself, as read."""
    expect(text.get_by_role("heading", name="長くなったときの進め方")).to_be_visible()
    expect(text.locator(".prose li")).to_have_count(3)
    expect(text.locator(".prose tr")).to_have_count(3)
    picture = text.get_by_role("img", name=PICTURE_NAME)
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", WIDTH)


def _mend(page: Page) -> None:
    """See why it came back, and mend it."""
    from_menu(page, "マニュアル・FAQ")
    act_on(page, page.get_by_role("link", name="確認・公開待ち"))
    expect(page.get_by_role("region", name="市から差し戻された版")).to_contain_text(SENT_BACK)
    look(page, "09-sent-back")
    act_on(page, page.get_by_role("link", name=TITLE))
    expect(page.locator("main")).to_contain_text(f"市からの差戻しの理由：{SENT_BACK}")
    act_on(page, page.get_by_role("link", name="編集する"))
    append(page, MENDED)
    look(page, "10-mending")
    save(page, "保存しました")


def _publish(page: Page, story: Story) -> None:
    from_menu(page, "マニュアル・FAQ")
    act_on(page, page.get_by_role("link", name="確認・公開待ち"))
    look(page, "12-approved")
    act_on(page, page.get_by_role("link", name=TITLE))
    look(page, "13-to-publish")
    today = story.centre.now.date()
    type_date(page, page.get_by_label("施行日"), today)
    act_on(page, page.get_by_role("button", name="公開する"))
    expect(page.locator("main")).to_contain_text("公開しました。今日から使われ、全員の「未読」に出ます。")
    look(page, "14-published", whole=True)


def _missing(page: Page, *names: str) -> None:
    """Who has not read, on the list that the supervisor keeps."""
    _open_the_record(page)
    missing = page.get_by_role("region", name="読んでいない人")
    expect(missing.get_by_role("listitem")).to_have_text([re.compile(name) for name in names])
    look(page, f"17-missing-{len(names)}")


def _open_the_record(page: Page) -> None:
    from_menu(page, "マニュアル・FAQ")
    act_on(page, page.get_by_role("link", name="未読", exact=True))
    act_on(page, page.get_by_role("link", name="既読の記録"))
    if not page.get_by_role("link", name=re.compile(TITLE)).count():
        choose(page, page.get_by_label("表示"), "すべて")
        act_on(page, page.get_by_role("button", name="絞り込む"))
    look(page, "16-record")
    act_on(page, page.get_by_role("link", name=re.compile(TITLE)))


def _everybody_has_read(page: Page) -> None:
    _open_the_record(page)
    expect(page.get_by_role("region", name="読んでいない人")).to_contain_text("全員が読みました。")
    rows = page.get_by_role("region", name="読んだ人").locator("tbody tr")
    expect(rows).to_have_text(
        [re.compile(f"{name}.*令和8年6月1日（月） {clock}") for name, clock in zip(READERS, CLOCKS, strict=True)]
    )
    look(page, "18-everybody")


# --- whoever else looks ---


def _only_look(page: Page) -> None:
    """The contract manager reads what lies before the city; the decision is the city's."""
    from_menu(page, "マニュアル・FAQ")
    act_on(page, page.get_by_role("link", name="確認・公開待ち"))
    act_on(page, page.get_by_role("link", name=TITLE))
    _shows_everything(page.get_by_role("article", name="本文"))
    expect(page.get_by_role("button", name="承認する")).to_have_count(0)


def _open_for_decision(page: Page) -> None:
    from_menu(page, "マニュアル・FAQ")
    act_on(page, page.get_by_role("link", name="確認・公開待ち"))
    look(page, "07-before-the-city")
    act_on(page, page.get_by_role("link", name=TITLE))
    _shows_everything(page.get_by_role("article", name="本文"))


def _decide(page: Page, button: str, comment: str = "") -> None:
    look(page, f"08-decision-{len(comment)}", whole=True)
    if comment:
        reach(page, page.get_by_label(re.compile("^コメント")))
        page.keyboard.insert_text(comment)
    act_on(page, page.get_by_role("button", name=button, exact=True))
    expect(page.locator("main")).to_contain_text(f"「{TITLE}」を")
    look(page, f"11-decided-{len(comment)}")


# --- the operators ---


def _nothing_unread(page: Page) -> None:
    page.goto("/knowledge/unread")
    expect(page.locator("main")).to_contain_text("未読はありません")
    expect(page.locator("main")).not_to_contain_text(TITLE)


def _told_at_the_desk(page: Page) -> None:
    page.goto("/desk")
    page.wait_for_selector("#desk[data-call-id]")
    told = page.get_by_role("link", name=re.compile("新しいお知らせ 1件"))
    expect(told).to_be_visible()
    look(page, "15-desk")
    act_on(page, told)


def _read_and_confirm(page: Page) -> None:
    if "/unread" not in page.url:
        from_menu(page, "マニュアル・FAQ")
        act_on(page, page.get_by_role("link", name="未読", exact=True))
    look(page, "15-unread")
    act_on(page, page.get_by_role("link", name=re.compile(TITLE)))
    _shows_everything(page.locator("article"))
    expect(page.locator("article")).to_contain_text(MENDED)
    look(page, "15-reading", whole=True)
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("既読にしました")
    look(page, "15-confirmed")


def _stands_in_the_manual(page: Page) -> None:
    act_on(page, page.get_by_role("link", name="マニュアルを読む"))
    chapter = page.get_by_role("article", name=re.compile(TITLE))
    _shows_everything(chapter)
    expect(chapter).to_contain_text(MENDED)
    expect(page.get_by_role("navigation", name="目次")).to_contain_text(TITLE)
    look(page, "19-manual", whole=True)
    act_on(page, chapter.get_by_role("link", name="版と根拠"))
    look(page, "20-entry", whole=True)
