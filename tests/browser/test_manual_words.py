"""What becomes of a chapter's words when two people write, a picture is broken, a text is long or a page is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, expect

from callcenter.protection.mynumber import check_digit
from tests.browser.chapters import (
    BODY,
    WIDTH,
    Story,
    append,
    body_of,
    drafted,
    look,
    put,
    retype,
    save,
    submit_draft,
    take_in,
    told,
)
from tests.browser.keyboard import act_on, reach
from tests.browser.test_accessibility import BEYOND, TOO_SMALL, violations
from tests.centre import Centre
from tests.knowledge.factories import publish

pytestmark = pytest.mark.browser


@pytest.fixture
def story(sqlite_centre: Centre, browser: Browser, tmp_path: Path) -> Iterator[Story]:
    with told(sqlite_centre, browser, tmp_path) as story:
        yield story


def test_two_people_write_at_once_and_no_word_is_lost(story: Story) -> None:
    made = drafted(story)
    mine, theirs = (story.page(one, f"/knowledge/versions/{made}/edit") for one in (story.author, story.manager))
    append(theirs, "契約管理者が足した文です。")
    retype(theirs, "章の名前", "電話が長くなったときの対応")
    save(theirs, "保存しました")

    append(mine, "業務責任者が足した文です。")
    save(mine, "ほかの人が先に変更しました")
    differences = mine.get_by_role("region", name="先に保存された内容（左）と、あなたの内容（右）の違い")
    for words in (
        "契約管理者が足した文です。",
        "業務責任者が足した文です。",
        "電話が長くなったときの対応",
        "契約 かなめ",
    ):
        expect(differences).to_contain_text(words)
    expect(body_of(mine)).to_have_value(re.compile("業務責任者が足した文です。$"))
    look(mine, "21-two-editors", whole=True)
    append(mine, "契約管理者が足した文です。")
    save(mine, "保存しました")
    for words in ("契約管理者が足した文です。", "業務責任者が足した文です。"):
        expect(mine.get_by_role("article", name="本文")).to_contain_text(words)
    story.served.forgive("409")


def test_what_went_to_the_city_meanwhile_is_not_changed_and_the_words_stay(story: Story) -> None:
    made = drafted(story)
    mine, theirs = (
        story.page(story.author, f"/knowledge/versions/{made}/edit"),
        story.page(story.manager, f"/knowledge/versions/{made}"),
    )
    submit_draft(theirs)
    append(mine, "間に合わなかった文です。")
    save(mine, "いま「市の確認待ち」です")
    look(mine, "22-gone-to-the-city")
    act_on(theirs, theirs.get_by_role("button", name="下書きに戻す"))
    for said in ("ほかの人が先に変更しました", "保存しました"):
        save(mine, said)
    expect(mine.get_by_role("article", name="本文")).to_contain_text("間に合わなかった文です。")
    story.served.forgive("409")


def test_a_broken_picture_is_refused_beside_its_field_and_the_text_stays(story: Story, tmp_path: Path) -> None:
    page = story.page(story.author, f"/knowledge/versions/{drafted(story)}/edit")
    append(page, "書きかけの文です。")
    broken = tmp_path / "途中で切れた画像.png"
    broken.write_bytes(story.picture.read_bytes()[:-40])
    take_in(page, broken)
    expect(page.locator("[data-file-refusal]")).to_contain_text("途中で切れているか、壊れています")
    expect(page.get_by_label("ファイル")).to_be_focused()
    expect(body_of(page)).to_have_value(re.compile("書きかけの文です。$"))
    look(page, "23-broken-picture")
    story.served.forgive("422")


def test_a_file_that_is_too_large_does_not_set_out(story: Story, tmp_path: Path) -> None:
    page = story.page(story.author, f"/knowledge/versions/{drafted(story)}/edit")
    large = tmp_path / "大きな添付.pdf"
    large.write_bytes(b"%PDF-" + bytes(10_000_000))
    take_in(page, large)
    expect(page.locator("[data-file-refusal]")).to_have_text("ファイルは10MBまでです。")
    assert not any(url.endswith("/files") for heard in story.served.heard for url in heard.urls)


def test_a_file_named_by_an_individual_number_does_not_get_in(story: Story, tmp_path: Path) -> None:
    page = story.page(story.author, f"/knowledge/versions/{drafted(story)}/edit")
    named = tmp_path / f"12345678901{check_digit('12345678901')}.png"
    named.write_bytes(story.picture.read_bytes())
    take_in(page, named)
    expect(page.locator("[data-file-refusal]")).to_contain_text("個人番号")
    expect(body_of(page)).to_have_value(BODY.strip())
    expect(page.locator("[data-file-list] li")).to_have_count(0)
    story.served.forgive("422")


def test_a_picture_that_nobody_could_see_is_named_before_the_city_gets_it(story: Story) -> None:
    page = story.page(story.author, f"/knowledge/versions/{drafted(story)}/edit")
    append(page, "![よその画像](https://example.com/a.png)")
    act_on(page, page.get_by_role("button", name="プレビュー"))
    expect(page.locator("#preview")).to_contain_text("は表示できません")
    look(page, "24-foreign-picture", whole=True)
    save(page, "保存しました")
    act_on(page, page.get_by_role("button", name="市の確認に出す"))
    expect(page.locator("#error-summary")).to_contain_text("は表示できません")
    look(page, "25-not-submitted")
    act_on(page, page.get_by_role("link", name="編集画面で直す"))
    expect(body_of(page)).to_have_value(re.compile("a.png"))
    story.served.forgive("422")


def test_a_pasted_picture_goes_into_the_text(story: Story) -> None:
    page = story.page(story.author, f"/knowledge/versions/{drafted(story)}/edit")
    append(page, "次の画面を見ます。")
    paste = """(field, bytes) => {
      const carried = new DataTransfer();
      carried.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
    }"""
    body_of(page).evaluate(paste, list(story.picture.read_bytes()))
    expect(body_of(page)).to_have_value(
        re.compile(r"次の画面を見ます。\n\n!\[貼り付けた画像.png\]\(/knowledge/files/.*\)\n$")
    )
    page.keyboard.press("Control+z")
    expect(body_of(page)).to_have_value(re.compile(r"次の画面を見ます。$"))
    page.get_by_role("button", name="貼り付けた画像.pngを本文に入れる").press("Enter")
    save(page, "保存しました")
    expect(page.get_by_role("img", name="貼り付けた画像.png")).to_have_js_property("naturalWidth", WIDTH)


def test_a_chapter_of_two_megabytes_is_kept_and_a_longer_one_does_not_set_out(story: Story) -> None:
    page = story.page(story.author, f"/knowledge/versions/{drafted(story)}/edit")
    line = "長い章の一行です。" * 8 + "\n\n"
    whole = line * (1_990_000 // (len(line.encode()) + 2))  # a browser sends each line end as two bytes
    put(page, whole + line * 60)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status-alert")).to_contain_text("文字長すぎます。まだ保存していません。")
    look(page, "26-too-long")
    put(page, whole + "おわりの一行です。")
    save(page, "保存しました")
    expect(page.get_by_role("article", name="本文")).to_contain_text("おわりの一行です。")
    look(page, "27-long")


def test_words_that_were_not_saved_are_asked_about_before_they_are_left(story: Story) -> None:
    page = story.page(story.author, f"/knowledge/versions/{drafted(story)}/edit")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    append(page, "まだ保存していない文です。")
    reach(page, page.get_by_role("link", name="やめる"))
    page.keyboard.press("Enter")
    expect(body_of(page)).to_have_value(re.compile("まだ保存していない文です。$"))
    assert asked == ["beforeunload"]
    save(page, "保存しました")
    assert asked == ["beforeunload"]


def test_the_pages_of_a_chapter_can_be_used_by_everybody(story: Story) -> None:
    read, written = drafted(story), drafted(story)
    publish(story.centre, read, by=story.author, officer=story.officer)
    page = story.page(story.author, "/today")
    for address in (
        f"/knowledge/versions/{written}/edit",
        f"/knowledge/versions/{written}",
        f"/knowledge/unread/{read}",
        f"/knowledge/readings/versions/{read}",
        "/knowledge/reviews",
        "/knowledge/manual",
    ):
        page.goto(address)
        assert [address, *violations(page), *page.evaluate(TOO_SMALL)] == [address]
        page.set_viewport_size({"width": 683, "height": 450})
        assert page.evaluate(BEYOND) == 0
        page.set_viewport_size({"width": 1366, "height": 625})
