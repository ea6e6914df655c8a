"""Answers while typing: a caller's sentence typed, the answer found, put into the record by keyboard, and a change
found that was published a moment ago."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from callcenter.clock import local
from callcenter.extensions import db
from callcenter.knowledge.models import LearnedNote, Question, Use
from callcenter.knowledge.rules import Audience
from callcenter.knowledge.search import live
from callcenter.web.access import Role
from tests import images
from tests.browser.centres import ServedCentre, served_centre
from tests.browser.seats import focused, status
from tests.browser.test_accessibility import BEYOND, TOO_SMALL, violations
from tests.centre import Centre, Person
from tests.knowledge.factories import Made, published_entry, revised

pytestmark = pytest.mark.browser

SENTENCE = "カードをなくしてしまったので止めてほしい"
LOST, LOST_ANSWER = "カードを紛失したときの一時停止", "一時停止は24時間受け付けています。\n警察への届出もご案内します。"
OTHERS = (
    ("受取りに必要なもの", "通知書と本人確認書類をお持ちください。", "0101"),
    ("有効期限と更新の手続き", "期限の3か月前から手続きできます。", "0401"),
    ("暗証番号を忘れたとき", "窓口で再設定します。", "0402"),
    ("住所が変わったとき", "14日以内に届け出てください。", "0403"),
    ("代理人が受け取るとき", "委任状をお持ちください。", "0102"),
    ("カードの再発行の手数料", "1,000円です。", "0202"),
    ("顔写真の規格", "6か月以内に撮影したものをお使いください。", "0103"),
)
ANSWER = "#d-answer"
ITEMS = "#faq-body .faq-item"


@pytest.fixture
def served(sqlite_centre: Centre, browser: Browser) -> Iterator[ServedCentre]:
    live.forget()
    for title, body, category in OTHERS:
        published_entry(sqlite_centre, title=title, body=body, category=category)
    with sqlite_centre.inside():
        live.search(sqlite_centre.contract_id, SENTENCE, local(sqlite_centre.now).on)
    with served_centre(sqlite_centre, browser) as running:
        yield running
        assert running.complaints == []
    live.forget()


@pytest.fixture
def lost(sqlite_centre: Centre, served: ServedCentre) -> Made:
    body = LOST_ANSWER.replace("\n", "\n\n")
    return published_entry(sqlite_centre, title=LOST, body=body, said_as=("なくした", "落とした"), category="0201")


@pytest.fixture
def operator(sqlite_centre: Centre) -> Person:
    return sqlite_centre.person(Role.OPERATOR)


def desk_of(served: ServedCentre, person: Person, *, height: int = 625) -> Page:
    page = served.page(person, "/desk", height=height)
    page.wait_for_selector("#desk[data-call-id]")
    return page


def say_it(page: Page, sentence: str = SENTENCE) -> None:
    """The operator types what the caller says."""
    page.keyboard.press("Alt+s")
    page.keyboard.type(sentence)


def titles(page: Page) -> list[str]:
    return page.locator(f"{ITEMS} .faq-title").all_inner_texts()


def picture(page: Page, name: str) -> None:
    folder: Path = images.FOLDER / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"{name}.png"))


def to_panel(page: Page) -> None:
    expect(page.locator(ITEMS).first).to_be_visible()
    page.keyboard.press("Alt+f")
    expect(page.locator(f"{ITEMS} .faq-open").first).to_be_focused()


def place_of(page: Page, title: str) -> str:
    return str(titles(page).index(title) + 1)


def test_the_right_answer_is_among_the_first_three_and_goes_in_by_keyboard(
    served: ServedCentre, operator: Person, lost: Made
) -> None:
    page = desk_of(served, operator)
    say_it(page)
    expect(page.locator(f"{ITEMS} .faq-title", has_text=LOST)).to_be_visible()
    assert LOST in titles(page)[:3]
    assert focused(page) == "d-question"
    picture(page, "faq-1-while-typing")
    to_panel(page)
    picture(page, "faq-2-panel")
    page.keyboard.press(place_of(page, LOST))
    expect(page.locator("#faq-view .faq-answer")).to_have_text(LOST_ANSWER)
    page.keyboard.press("r")
    picture(page, "faq-3-aloud")
    with page.expect_response("**/knowledge/uses") as noted:
        page.keyboard.press("Enter")
    assert noted.value.status == 200
    assert focused(page) == "d-answer"
    assert page.input_value(ANSWER) == LOST_ANSWER
    page.keyboard.type("とご案内した。")
    assert page.input_value(ANSWER) == f"{LOST_ANSWER}とご案内した。"
    with served.centre.inside():
        assert db.session.scalars(select(Use.entry_id)).all() == [lost.entry_id]
        assert len(db.session.scalars(select(LearnedNote.words)).all()) == 1


def test_a_change_published_just_now_is_found(served: ServedCentre, operator: Person, lost: Made) -> None:
    page = desk_of(served, operator)
    say_it(page)
    expect(page.locator(ITEMS, has_text="24時間")).to_be_attached()
    revised(served.centre, lost.entry_id, body="一時停止の番号が変わりました。")
    new = published_entry(served.centre, title="なくしたカードを止める新しい窓口", body="新設の窓口です。")
    page.keyboard.type("。")
    expect(page.locator(ITEMS, has_text="一時停止の番号が変わりました。")).to_be_attached()
    expect(page.locator(f"{ITEMS}[data-entry='{new.entry_id}']")).to_be_attached()
    expect(page.locator(ITEMS, has_text="24時間")).to_have_count(0)


def test_no_letter_is_lost_and_nothing_moves_while_the_answers_come(
    served: ServedCentre, operator: Person, lost: Made
) -> None:
    page = desk_of(served, operator)
    page.keyboard.press("Alt+s")
    boxes = "['record', 'faq', 'history'].map((id) => document.getElementById(id).getBoundingClientRect().toJSON())"
    before = page.evaluate(boxes)
    page.keyboard.type(SENTENCE, delay=30)
    expect(page.locator(f"{ITEMS} .faq-title", has_text=LOST)).to_be_visible()
    assert page.input_value("#d-question") == SENTENCE
    assert focused(page) == "d-question"
    assert page.evaluate(boxes) == before


def test_the_newest_text_has_the_last_word(served: ServedCentre, operator: Person, lost: Made) -> None:
    page = desk_of(served, operator)
    held: list[Route] = []
    page.route("**/knowledge/suggestions", lambda route: route.continue_() if held else held.append(route))
    say_it(page, "暗証番号を忘れた")
    with page.expect_request_finished(lambda one: one.url.endswith("/suggestions")):
        page.wait_for_timeout(400)
        page.keyboard.press("Control+a")
        page.keyboard.type(SENTENCE)
        page.wait_for_timeout(400)
        held[0].continue_()
    expect(page.locator(f"{ITEMS} .faq-title").first).to_have_text(LOST)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.locator("#faq-body .hint")).to_contain_text("問合せ内容を入力すると")
    assert titles(page) == []


def test_a_sentence_typed_in_one_go_is_asked_about_once(served: ServedCentre, operator: Person, lost: Made) -> None:
    page = desk_of(served, operator)
    say_it(page)
    expect(page.locator(f"{ITEMS} .faq-title").first).to_have_text(LOST)
    assert len([url for heard in served.heard for url in heard.urls if url.endswith("/suggestions")]) <= 2


def test_what_comes_while_somebody_chooses_is_shown_afterwards(
    served: ServedCentre, operator: Person, lost: Made
) -> None:
    page = desk_of(served, operator)
    say_it(page, "暗証番号を忘れた")
    expect(page.locator(f"{ITEMS} .faq-title").first).to_have_text("暗証番号を忘れたとき")
    held: list[Route] = []
    page.route("**/knowledge/suggestions", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    page.keyboard.press("Control+a")
    page.keyboard.type(SENTENCE)
    page.wait_for_timeout(400)
    to_panel(page)
    with page.expect_response("**/knowledge/suggestions"):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(page.locator(f"{ITEMS} .faq-open").first).to_be_focused()
    assert titles(page)[0] == "暗証番号を忘れたとき"
    page.keyboard.press("Escape")
    expect(page.locator(f"{ITEMS} .faq-title").first).to_have_text(LOST)
    assert focused(page) == "d-question"


def test_typed_words_stand_in_no_address(served: ServedCentre, operator: Person, lost: Made) -> None:
    page = desk_of(served, operator)
    say_it(page)
    to_panel(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("回答内容に入れました")
    urls = [url for heard in served.heard for url in heard.urls]
    assert any(url.endswith("/knowledge/suggestions") for url in urls)
    assert all("?" not in url or "%E3" not in url for url in urls)


def test_the_answer_goes_in_at_the_caret_and_can_be_taken_back(
    served: ServedCentre, operator: Person, lost: Made
) -> None:
    page = desk_of(served, operator)
    say_it(page)
    page.keyboard.press("Alt+a")
    page.keyboard.type("前後")
    page.keyboard.press("ArrowLeft")
    to_panel(page)
    page.keyboard.press(place_of(page, LOST))
    page.keyboard.press("Enter")
    assert page.input_value(ANSWER) == f"前\n{LOST_ANSWER}後"
    page.keyboard.press("Control+z")
    assert page.input_value(ANSWER) == "前後"


def test_arrows_choose_and_escape_goes_back_to_the_field(served: ServedCentre, operator: Person, lost: Made) -> None:
    page = desk_of(served, operator)
    say_it(page)
    to_panel(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{ITEMS} .faq-open").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(f"{ITEMS} .faq-open").last).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator("#faq-view")).to_be_focused()
    page.keyboard.press("Backspace")
    expect(page.locator(f"{ITEMS} .faq-open").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    assert focused(page) == "d-question"
    assert page.input_value("#d-question") == SENTENCE
    page.keyboard.type("。")
    assert page.input_value("#d-question") == f"{SENTENCE}。"


def test_a_mouse_hits_what_it_points_at(served: ServedCentre, operator: Person, lost: Made) -> None:
    page = desk_of(served, operator)
    say_it(page)
    third = page.locator(f"{ITEMS} .faq-open").nth(2)
    wanted = third.locator(".faq-title").inner_text()
    third.click(delay=80)
    expect(page.locator("#faq-view h3")).to_contain_text(wanted)
    page.locator("[data-faq-aloud]").click(delay=80)
    page.locator(".record-result .chip", has_text="途中切断").click(delay=80)
    expect(page.locator("input[name=disposition][value=disconnected]")).to_be_checked()
    expect(page.locator("#faq-view")).to_be_hidden()
    expect(page.locator("#history")).to_be_visible()
    page.locator("[data-faq-ask]").click(delay=80)
    expect(page.locator("#status")).to_contain_text("市に照会しました")


def test_large_type_is_for_reading_aloud_and_once_more_takes_it_back(
    served: ServedCentre, operator: Person, lost: Made
) -> None:
    page = desk_of(served, operator)
    say_it(page)
    to_panel(page)
    size = "getComputedStyle(document.querySelector('.faq-answer')).fontSize"
    page.keyboard.press("r")
    large = float(page.evaluate(size).removesuffix("px"))
    page.keyboard.press("r")
    assert large >= 1.4 * float(page.evaluate(size).removesuffix("px"))
    expect(page.locator("#faq-view")).to_be_focused()


def test_a_category_that_the_answers_speak_for_is_two_keys_away(
    served: ServedCentre, operator: Person, lost: Made
) -> None:
    page = desk_of(served, operator)
    say_it(page)
    to_panel(page)
    codes = [one.get_attribute("data-category") for one in page.locator("#faq-body [data-category]").all()]
    assert 1 <= len(codes) <= 3
    assert codes[0] == "0201"
    page.keyboard.press("a")
    assert page.get_attribute("#d-category", "data-code") == "0201"


def test_nothing_fits_and_one_key_asks_the_city(served: ServedCentre, operator: Person, lost: Made) -> None:
    page = desk_of(served, operator)
    say_it(page)
    to_panel(page)
    page.keyboard.press("n")
    expect(page.locator("#status")).to_contain_text("該当なしと記録しました")
    assert focused(page) == "d-question"
    to_panel(page)
    page.keyboard.press("q")
    expect(page.locator("#status")).to_contain_text("市に照会しました（質問1）")
    with served.centre.inside():
        assert db.session.scalars(select(Question.state)).all() == ["at_the_city"]


def test_without_a_question_nothing_can_be_asked(served: ServedCentre, operator: Person) -> None:
    page = desk_of(served, operator)
    page.keyboard.press("Alt+f")
    page.keyboard.press("q")
    expect(page.locator("#status-alert")).to_contain_text("問合せ内容を入力してから")
    served.forgive("422")
    assert status(page)
    assert focused(page) == "d-question"


def test_all_five_stand_in_the_panel_at_once_however_long_they_are(served: ServedCentre, operator: Person) -> None:
    for number in range(5):
        published_entry(served.centre, title=f"カードをなくして止めてほしい（{number}）", body="長い案内です。" * 30)
    page = desk_of(served, operator)
    say_it(page)
    to_panel(page)
    expect(page.locator(ITEMS)).to_have_count(5)
    last, body = page.locator(ITEMS).last.bounding_box(), page.locator("#faq-body").bounding_box()
    assert last
    assert body
    assert last["y"] + last["height"] <= body["y"] + body["height"]


def test_a_list_is_told_and_put_in_as_a_list(served: ServedCentre, operator: Person, lost: Made) -> None:
    revised(served.centre, lost.entry_id, body="お電話ください。\n- 氏名\n- 住所\n\nその後、窓口へ。")
    page = desk_of(served, operator)
    say_it(page)
    to_panel(page)
    page.keyboard.press(place_of(page, LOST))
    page.keyboard.press("Enter")
    assert page.input_value(ANSWER) == "お電話ください。\n・氏名\n・住所\nその後、窓口へ。"


def test_the_guide_keeps_its_keys_on_paper(served: ServedCentre, operator: Person) -> None:
    page = served.page(operator, "/knowledge/guide")
    page.emulate_media(media="print")
    expect(page.locator("#finding kbd").first).to_be_visible()


def test_an_internal_answer_says_so_and_the_panel_is_accessible(
    served: ServedCentre, operator: Person, lost: Made
) -> None:
    published_entry(served.centre, title="なくした人への内部の手順", audience=Audience.INTERNAL)
    page = desk_of(served, operator, height=900)
    say_it(page)
    expect(page.locator(ITEMS, has_text="内部の手順").locator(".badge")).to_have_text("▲内部")
    picture(page, "faq-4-tall")
    assert faults(page) == []
    to_panel(page)
    assert faults(page) == []
    page.keyboard.press("1")
    page.keyboard.press("r")
    assert faults(page) == []


def faults(page: Page) -> list[str]:
    """What keeps people from using the page, also at twice the size."""
    found: list[str] = violations(page) + page.evaluate(TOO_SMALL)
    page.set_viewport_size({"width": 683, "height": 450})
    beyond = page.evaluate(BEYOND)
    page.set_viewport_size({"width": 1366, "height": 900})
    return [*found, *([f"{beyond} pixels beyond the edge"] if beyond else [])]


def test_the_question_pages_by_keyboard_and_on_the_screen(served: ServedCentre, operator: Person, lost: Made) -> None:
    page = desk_of(served, operator)
    say_it(page)
    to_panel(page)
    page.keyboard.press("q")
    expect(page.locator("#status")).to_contain_text("市に照会しました")
    city = served.page(served.centre.person(Role.CITY_OFFICER), "/knowledge/questions")
    assert violations(city) == []
    city.get_by_role("link", name="質問1").click()
    city.fill("#f-answer", "電話で止められます。")
    assert violations(city) == []
    picture(city, "faq-5-city")
    city.get_by_role("button", name="回答する").click()
    expect(city.locator("main")).to_contain_text("電話で止められます。")
    lead = served.page(served.centre.person(Role.SUPERVISOR), "/knowledge/questions?state=answered")
    picture(lead, "faq-6-questions")
    lead.get_by_role("link", name="質問1").click()
    assert violations(lead) == []
    picture(lead, "faq-7-question")
