"""The call desk by keyboard alone: every key, Japanese input, several calls, one screen without scrolling."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from tests.browser.demonstration import Demonstration
from tests.browser.seats import Seats, call_on, database, focused, open_call, seated

pytestmark = pytest.mark.browser

MAJOR_KEYS = (*(f"Digit{digit}" for digit in "1234567890"), "Minus", "Equal")
RESULTS = {
    "q": "completed",
    "w": "booking",
    "r": "referred",
    "t": "transferred",
    "y": "escalated",
    "u": "callback_promised",
    "i": "disconnected",
}
FIELD_KEYS = {
    "p": "d-phone",
    "o": "d-name",
    "z": "d-relation",
    "x": "d-channel",
    "c": "d-language",
    "s": "d-question",
    "/": "d-category",
    "a": "d-answer",
    "g": "d-report_text",
    "l": "history",
}
ENTER_GOES_TO = (
    "d-name",
    "d-relation",
    "d-channel",
    "d-language",
    "d-question",
)
SCREEN = "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
# A radio button or a check box is drawn by the words beside it, and so is its focus.
OUTLINE = """(() => { const here = document.activeElement;
  const drawn = here.closest(".chip")?.querySelector("span") ?? here;
  const { outlineStyle, outlineWidth } = getComputedStyle(drawn); return `${outlineStyle} ${outlineWidth}`; })()"""


@pytest.fixture(scope="module")
def seats(browser: Browser, few_days: Demonstration) -> Iterator[Seats]:
    with seated(browser, few_days) as people:
        yield people


@pytest.fixture
def desk(seats: Seats) -> Iterator[Page]:
    """An operator's screen with a call opened just now."""
    yield seats.empty_call("operator1")
    seats.leave()


def _fill(page: Page) -> None:
    """Whatever a record needs, by keyboard."""
    page.keyboard.type("073-555-0123")
    page.keyboard.press("Alt+s")
    page.keyboard.insert_text("更新の通知が届いた。")
    page.keyboard.press("Alt+4")
    page.keyboard.press("2")
    page.keyboard.press("Alt+q")


def _saved_records(seats: Seats, call_id: str) -> int:
    with database(seats.demonstration.home) as connection:
        found = connection.execute(
            "SELECT count(*) FROM calls WHERE id = ? AND state = 'saved'", (call_id.replace("-", ""),)
        )
        return int(found.fetchone()[0])


def _compose(page: Page, text: str) -> CDPSession:
    """Japanese being typed and not yet confirmed, as an input method does it."""
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    return method


def _key_of_the_input_method(method: CDPSession, key: str, modifiers: int = 0) -> None:
    """A key press that the input method takes for itself: browsers report it with key code 229."""
    press = {"key": key, "code": key, "modifiers": modifiers, "windowsVirtualKeyCode": 229}
    method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **press})
    method.send("Input.dispatchKeyEvent", {"type": "keyUp", **press})


def test_the_call_is_ready_to_be_typed_at_once(desk: Page) -> None:
    assert focused(desk) == "d-phone"
    desk.keyboard.type("0735550123")
    expect(desk.locator("[data-clock-words]")).to_have_text("通話終了")


@pytest.mark.parametrize("key", FIELD_KEYS)
def test_every_field_has_its_key(desk: Page, key: str) -> None:
    desk.keyboard.press("Alt+o" if key == "p" else "Alt+p")
    desk.keyboard.press(f"Alt+{key}")
    assert focused(desk) == FIELD_KEYS[key]


def test_every_category_is_two_keys_away(desk: Page) -> None:
    codes = desk.eval_on_selector_all(".minor", "each => each.map(one => one.dataset.code)")
    assert len(codes) == 60
    desk.keyboard.press("Alt+s")
    for code in codes:
        desk.keyboard.press(f"Alt+{MAJOR_KEYS[int(code[:2]) - 1]}")
        desk.keyboard.press(f"Digit{int(code[2:])}")
        assert desk.get_attribute("#d-category", "data-code") == code
        assert focused(desk) == "d-question"


def test_every_result_is_one_key_away_and_the_caret_stays(desk: Page) -> None:
    desk.keyboard.press("Alt+a")
    for key, result in RESULTS.items():
        desk.keyboard.press(f"Alt+{key}")
        assert desk.input_value("input[name=disposition]:checked") == result
        assert focused(desk) == "d-answer"


def test_a_mark_is_put_and_taken_by_its_key(desk: Page) -> None:
    for key, mark in (("v", "complaint"), ("b", "difficult")):
        desk.keyboard.press(f"Alt+{key}")
        assert desk.is_checked(f"[name={mark}]")
        desk.keyboard.press(f"Alt+{key}")
        assert not desk.is_checked(f"[name={mark}]")


@pytest.mark.parametrize("typed", ["0402", "０４０２"])
def test_four_digits_are_a_category(desk: Page, typed: str) -> None:
    desk.keyboard.press("Alt+/")
    for character in typed:
        desk.keyboard.insert_text(character)
    expect(desk.locator("#d-category")).to_have_attribute("data-code", "0402")


def test_part_of_a_name_finds_a_category(desk: Page) -> None:
    desk.keyboard.press("Alt+/")
    desk.keyboard.insert_text("やかん")
    expect(desk.locator(".minor:visible")).to_have_count(1)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    assert re.fullmatch(r"\d{4} .*夜間.*", desk.input_value("#d-category"))
    assert focused(desk) == "d-answer"


def test_escape_puts_back_the_category_that_stood_there(desk: Page) -> None:
    desk.keyboard.press("Alt+4")
    desk.keyboard.press("2")
    desk.keyboard.press("Alt+/")
    desk.keyboard.insert_text("予約")
    desk.keyboard.press("Escape")
    assert desk.get_attribute("#d-category", "data-code") == "0402"
    assert desk.input_value("#d-category").startswith("0402 ")


def test_enter_goes_on_to_the_next_field_and_never_saves(desk: Page, seats: Seats) -> None:
    call = call_on(desk)
    _fill(desk)
    desk.keyboard.press("Alt+p")
    for place in ENTER_GOES_TO:
        desk.keyboard.press("Enter")
        assert focused(desk) == place
    for place in ("/", "g", "h"):
        desk.keyboard.press(f"Alt+{place}")
        desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    assert call_on(desk) == call
    assert _saved_records(seats, call) == 0


def test_enter_in_a_text_makes_a_line(desk: Page) -> None:
    desk.keyboard.press("Alt+s")
    desk.keyboard.type("1")
    desk.keyboard.press("Enter")
    desk.keyboard.type("2")
    assert desk.input_value("#d-question") == "1\n2"


def test_an_enter_that_confirms_a_conversion_stays_in_the_field(desk: Page) -> None:
    desk.keyboard.press("Alt+o")
    method = _compose(desk, "やまだ")
    _key_of_the_input_method(method, "Enter")
    method.send("Input.insertText", {"text": "山田"})
    assert focused(desk) == "d-name"
    assert desk.input_value("#d-name") == "山田"


@pytest.mark.parametrize("key", ["Control+Enter", "Enter"])
def test_nothing_is_saved_while_japanese_is_converted(desk: Page, seats: Seats, key: str) -> None:
    call = call_on(desk)
    _fill(desk)
    desk.keyboard.press("Alt+g")
    method = _compose(desk, "こうしん")
    desk.keyboard.press(key)
    _key_of_the_input_method(method, "Enter", modifiers=2 if key.startswith("Control") else 0)
    desk.keyboard.press("Alt+w")
    assert desk.input_value("input[name=disposition]:checked") == "completed"
    assert focused(desk) == "d-report_text"
    method.send("Input.insertText", {"text": "更新"})
    assert desk.input_value("#d-report_text") == "更新"
    assert call_on(desk) == call
    assert _saved_records(seats, call) == 0


def test_a_category_is_not_chosen_before_its_digits_are_confirmed(desk: Page) -> None:
    desk.keyboard.press("Alt+/")
    method = _compose(desk, "０４０１")
    assert desk.get_attribute("#d-category", "data-code") == ""
    method.send("Input.insertText", {"text": "０４０１"})
    expect(desk.locator("#d-category")).to_have_attribute("data-code", "0401")


SLOW = """() => {
    const real = window.fetch;
    const waits = { save: 5000, draft: 700 };
    window.fetch = async (url, options) => {
        const answer = await real(url, options);
        await new Promise((done) => setTimeout(done, waits[String(url).split("/").pop()] ?? 0));
        return answer;
    };
}"""


def test_a_slow_save_is_not_overtaken_by_a_draft_of_its_own(desk: Page, seats: Seats) -> None:
    """The draft would find the call saved already and ask the operator what to do about it."""
    call = call_on(desk)
    _fill(desk)
    desk.evaluate(SLOW)
    desk.keyboard.press("Escape")
    desk.keyboard.press("Alt+s")
    desk.keyboard.insert_text("追記。")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_selector(f"#desk[data-call-id]:not([data-call-id='{call}'])", timeout=20_000)
    expect(desk.locator("#saved-dialog")).not_to_be_visible()
    assert _saved_records(seats, call) == 1


def test_saving_keeps_the_eye_in_place(desk: Page, seats: Seats) -> None:
    call = call_on(desk)
    _fill(desk)
    height = desk.evaluate("document.querySelector('#d-phone').getBoundingClientRect().top")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_selector(f"#desk[data-call-id]:not([data-call-id='{call}'])")
    expect(desk.locator("#status")).to_have_text(re.compile(r"^保存しました \d{1,2}:\d{2} #\d+$"))
    assert focused(desk) == "d-phone"
    assert desk.input_value("#d-question") == ""
    assert desk.evaluate("document.querySelector('#d-phone').getBoundingClientRect().top") == height
    assert desk.context.pages == [desk]
    assert _saved_records(seats, call) == 1


def test_a_key_pressed_twice_makes_one_record(desk: Page, seats: Seats) -> None:
    call = call_on(desk)
    saves: list[str] = []
    desk.on("request", lambda request: saves.append(request.url) if request.url.endswith("/save") else None)
    _fill(desk)
    desk.evaluate(
        """() => { for (const once of [1, 2]) document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
        {key: "Enter", code: "Enter", ctrlKey: true, bubbles: true, cancelable: true})); }"""
    )
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#status")).to_contain_text("保存しました")
    assert [url for url in saves if call in url] == saves[:1]
    assert _saved_records(seats, call) == 1


def test_what_is_missing_is_said_and_reached_by_enter(desk: Page) -> None:
    desk.keyboard.type("073-555-0123")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#desk-errors")).to_be_focused()
    for word in ("分類", "結果"):
        expect(desk.locator("#desk-errors")).to_contain_text(word)
    assert desk.input_value("#d-phone") == "073-555-0123"
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    assert focused(desk) == "d-category"


def test_several_calls_are_open_at_once_and_each_keeps_its_words(seats: Seats) -> None:
    page = seats.empty_call("operator2")
    first = call_on(page)
    page.keyboard.type("073-555-0199")
    second = open_call(page)
    assert page.input_value("#d-phone") == ""
    page.keyboard.press("Alt+s")
    page.keyboard.insert_text("二本目の用件")
    page.keyboard.press("Alt+j")
    page.wait_for_selector(f"#desk[data-call-id='{first}']")
    assert page.input_value("#d-phone") == "073-555-0199"
    page.keyboard.press("Alt+k")
    page.wait_for_selector(f"#desk[data-call-id='{second}']")
    assert page.input_value("#d-question") == "二本目の用件"
    assert page.locator("[data-desk-tab][aria-current]").count() == 1
    seats.leave()


def test_an_empty_call_is_closed_and_one_with_words_is_not(seats: Seats) -> None:
    page = seats.empty_call("operator3")
    page.keyboard.type("073-555-0198")
    kept = call_on(page)
    empty = open_call(page)
    page.click("[data-desk-discard]")
    page.wait_for_selector(f"#desk:not([data-call-id='{empty}'])")
    page.goto(f"/desk/calls/{kept}")
    assert page.input_value("#d-phone") == "073-555-0198"
    page.goto(f"/desk/calls/{empty}")
    assert call_on(page) != empty
    seats.leave()


def test_a_call_opened_by_mistake_is_dropped_with_its_words_after_a_question(seats: Seats) -> None:
    page = seats.empty_call("operator3")
    page.keyboard.type("073-555-0197")
    page.keyboard.press("Alt+w")
    mistaken = call_on(page)
    page.keyboard.press("Alt+Delete")
    expect(page.locator("#discard-text")).to_have_text("入力した内容（電話番号、結果）は消えます。")
    page.keyboard.press("Escape")
    expect(page.locator("#discard-text")).to_be_hidden()
    assert page.input_value("#d-phone") == "073-555-0197"
    page.keyboard.press("Alt+Delete")
    expect(page.locator("#discard-text")).to_be_visible()
    page.get_by_role("button", name="入力を捨てる").click()
    page.wait_for_selector(f"#desk:not([data-call-id='{mistaken}'])")
    expect(page.locator("#status")).to_have_text("通話を捨てました")
    seats.leave()


def test_the_number_is_written_in_its_usual_form_when_the_field_is_left_and_the_tab_follows(desk: Page) -> None:
    desk.keyboard.insert_text("０７３４３２０００１内線５")
    desk.keyboard.press("Tab")
    expect(desk.locator("#d-phone")).to_have_value("073-432-0001 内線5")
    expect(desk.locator("[data-desk-tab][aria-current]")).to_contain_text("下4桁0001")


def test_a_number_that_is_none_is_said_when_the_field_is_left_and_forgotten_when_it_is_mended(desk: Page) -> None:
    desk.keyboard.insert_text("公衆電話")
    desk.keyboard.press("Tab")
    expect(desk.locator("#d-phone-error")).to_contain_text("空のままにしてください")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#desk-errors a[href='#d-phone']")).to_be_visible()
    desk.locator("#d-phone").fill("")
    expect(desk.locator("#desk-errors a[href='#d-phone']")).to_have_count(0)
    expect(desk.locator("#desk-errors a[href='#d-category']")).to_be_visible()


def test_the_results_and_the_save_button_stay_in_sight_beside_the_messages(desk: Page) -> None:
    desk.keyboard.type("12")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#desk-errors")).to_be_focused()
    bottom = desk.locator(".record-end").bounding_box()
    result = desk.locator("#d-disposition").bounding_box()
    assert bottom
    assert result
    assert result["y"] + result["height"] <= bottom["y"] + 1


def test_a_small_window_still_shows_the_save_button(seats: Seats) -> None:
    page = seats.page("operator4", "/desk", width=1280, height=580)
    open_call(page)
    button = page.locator("[data-desk-save]").bounding_box()
    assert button
    assert button["y"] + button["height"] <= 580
    seats.leave()


def test_digits_typed_while_a_slow_save_is_on_its_way_are_the_next_callers(desk: Page) -> None:
    on_its_way: list[Route] = []

    def hold(route: Route) -> None:
        on_its_way.append(route)

    desk.keyboard.press("Alt+/")
    desk.keyboard.type("0401")
    desk.keyboard.press("Alt+q")
    before = call_on(desk)
    desk.route("**/save", hold)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#status")).to_have_text("保存しています…")
    desk.keyboard.type("073-555")
    on_its_way[0].continue_()
    desk.wait_for_selector(f"#desk:not([data-call-id='{before}'])")
    expect(desk.locator("#d-phone")).to_have_value("073-555")


def test_escape_goes_back_and_loses_nothing(desk: Page) -> None:
    desk.keyboard.press("Alt+s")
    desk.keyboard.insert_text("途中の文")
    desk.keyboard.press("Alt+l")
    desk.keyboard.press("Escape")
    assert focused(desk) == "d-question"
    desk.keyboard.press("Escape")
    assert focused(desk) == "d-question"
    assert desk.input_value("#d-question") == "途中の文"


def test_the_sheet_of_keys_opens_outside_a_field_and_closes(desk: Page) -> None:
    desk.keyboard.press("Alt+s")
    desk.keyboard.press("?")
    assert desk.input_value("#d-question") == "?"
    assert not desk.is_visible("#keys-dialog")
    desk.keyboard.press("Control+/")
    expect(desk.locator("#keys-dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Alt+l")
    desk.keyboard.press("?")
    expect(desk.locator("#keys-dialog")).to_be_visible()
    desk.keyboard.press("Alt+p")
    assert focused(desk) != "d-phone"
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys-dialog")).to_be_hidden()
    desk.keyboard.press("/")
    assert focused(desk) == "d-category"


def test_the_focus_is_seen_at_every_step_and_never_trapped(seats: Seats) -> None:
    desk = seats.empty_call("operator4")
    desk.focus(".skip")
    places: list[str] = []
    for _ in range(80):
        desk.keyboard.press("Tab")
        place: str = desk.evaluate("document.activeElement.outerHTML.slice(0, 90)")
        if place.startswith("<body"):
            break
        assert desk.evaluate(OUTLINE) == "solid 2px", place
        places.append(place)
    assert len(places) == len(set(places)) > 20
    assert any('id="d-phone"' in place for place in places)
    seats.leave()


def test_one_screen_is_enough(desk: Page) -> None:
    assert desk.evaluate(SCREEN) == [625, 1366]
    _fill(desk)
    desk.keyboard.press("Alt+4")
    assert desk.evaluate(SCREEN) == [625, 1366]
    desk.keyboard.press("Escape")
    for place in ("#d-phone", "[data-desk-save]", "#status"):
        expect(desk.locator(place)).to_be_in_viewport(ratio=1)


def test_one_screen_is_enough_for_errors_and_many_calls(desk: Page) -> None:
    for _ in range(4):
        open_call(desk)
    desk.keyboard.type("x")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#desk-errors")).to_be_focused()
    assert desk.evaluate(SCREEN) == [625, 1366]
    expect(desk.locator("[data-desk-save]")).to_be_in_viewport(ratio=1)
