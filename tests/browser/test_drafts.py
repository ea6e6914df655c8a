"""What is typed is never lost, and an Individual Number is never kept: the desk's drafts, from hands to database."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.protection.mynumber import MASK, check_digit
from tests.browser.demonstration import PASSWORD, Demonstration
from tests.browser.seats import NEXT_DRAFT_MILLISECONDS, Seats, call_on, listen, open_call, seated, stored_draft

pytestmark = pytest.mark.browser

ELEVEN = "48151623420"
NUMBER = ELEVEN + str(check_digit(ELEVEN))
BEFORE, AFTER = "番号をうかがった。", "以上の用件。"
DRAFT = re.compile(r"/desk/calls/[^/]+/draft$")
KEPT_BY_THE_BROWSER = """async () => JSON.stringify([{...localStorage}, {...sessionStorage},
  document.cookie, history.state, location.href, document.documentElement.outerHTML, await caches.keys(),
  indexedDB.databases ? await indexedDB.databases() : []])"""


@pytest.fixture(scope="module")
def seats(browser: Browser, few_days: Demonstration) -> Iterator[Seats]:
    with seated(browser, few_days) as people:
        yield people


@pytest.fixture(autouse=True)
def _close(seats: Seats) -> Iterator[None]:
    yield
    seats.leave()


def write(page: Page, text: str, key: str = "s") -> None:
    """Put a text into the field of a key."""
    page.keyboard.press(f"Alt+{key}")
    page.keyboard.insert_text(text)


def until_sent(page: Page, text: str, key: str = "s") -> None:
    """Write, leave the field, and wait for the server's answer to the draft."""
    write(page, text, key)
    with page.expect_response(DRAFT):
        page.keyboard.press("Tab")


def end_sessions(home: Path, login: str) -> None:
    """What happens when a person has been away for too long."""
    with sqlite3.connect(home / "callcenter.sqlite", timeout=20) as connection:
        connection.execute(
            "UPDATE user_sessions SET last_seen_at = datetime(last_seen_at, '-1 day') || '.000000'"
            " WHERE user_id = (SELECT id FROM users WHERE login = ?)",
            (login,),
        )


def digits_in(text: str) -> int:
    """The longest run of digits that a text holds of the number."""
    return max((size for size in range(13) for at in range(13 - size) if NUMBER[at : at + size] in text), default=0)


def test_words_come_back_after_a_reload(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    until_sent(page, "再読込みの前の文")
    page.keyboard.press("Alt+w")
    write(page, "まだ届いていない回答", "a")
    page.reload()
    expect(page.locator("#status")).to_have_text("下書きを復元しました")
    expect(page.locator("#d-answer")).to_have_value("まだ届いていない回答")
    expect(page.locator("#d-question")).to_have_value("再読込みの前の文")
    expect(page.locator("input[value=booking]")).to_be_checked()


def test_words_come_back_in_another_tab_after_the_first_was_closed(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    write(page, "閉じる直前の文")
    call = call_on(page)
    page.close(run_before_unload=True)
    other = seats.page("operator1", f"/desk/calls/{call}")
    expect(other.locator("#d-question")).to_have_value("閉じる直前の文")


def test_a_phone_number_typed_just_before_leaving_is_kept(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    page.keyboard.type("090-5550-0123")
    page.reload()
    expect(page.locator("#d-phone")).to_have_value("090-5550-0123")


def test_digits_at_the_caret_survive_a_change_of_call(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    call = call_on(page)
    write(page, "折返し先は090-5550-0123")
    open_call(page)
    page.keyboard.press("Alt+j")
    page.wait_for_selector(f"#desk[data-call-id='{call}']")
    assert page.input_value("#d-question") == "折返し先は090-5550-0123"


@pytest.mark.parametrize("way", ["idle", "signed-out"])
def test_a_session_that_ended_costs_no_word(seats: Seats, way: str) -> None:
    demonstration = seats.demonstration
    page = demonstration.signed_in(seats.browser, "operator5")
    seats.contexts.append(page.context)
    open_call(page)
    call = call_on(page)
    if way == "idle":
        end_sessions(demonstration.home, "operator5")
    else:
        other = page.context.new_page()
        other.goto(f"{demonstration.address}/account")
        other.get_by_role("button", name="サインアウト").click()
        other.wait_for_url("**/sign-in*")
        page.bring_to_front()
    write(page, "席を外した後の文")
    page.keyboard.press("Tab")
    expect(page.locator("#sign-in-dialog")).to_be_visible()
    page.keyboard.type("wrong password")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in-error")).not_to_be_empty()
    page.locator("#sign-in-password").fill(PASSWORD)
    with page.expect_response(DRAFT):
        page.keyboard.press("Enter")
    expect(page.locator("#sign-in-dialog")).to_be_hidden()
    assert page.input_value("#d-question") == "席を外した後の文"
    assert stored_draft(demonstration.home, call)["question"] == "席を外した後の文"


def test_the_sign_in_dialog_waits_for_a_pause_and_a_lost_cookie_is_mended_in_another_tab(seats: Seats) -> None:
    demonstration = seats.demonstration
    page = demonstration.signed_in(seats.browser, "operator6")
    seats.contexts.append(page.context)
    open_call(page)
    call = call_on(page)
    page.context.clear_cookies()
    page.evaluate("window.hands = setInterval(() => document.dispatchEvent(new KeyboardEvent('keydown')), 50)")
    with page.expect_response(DRAFT):
        write(page, "手を止めずに書いた文")
    page.wait_for_timeout(2_000)
    expect(page.locator("#sign-in-dialog")).to_be_hidden()
    page.evaluate("clearInterval(window.hands)")
    expect(page.locator("#sign-in-dialog")).to_be_visible()
    page.locator("#sign-in-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in-elsewhere")).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{demonstration.address}/sign-in")
    other.fill("#f-login", "operator6")
    other.fill("#f-password", PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_url(lambda url: "/sign-in" not in url)
    page.bring_to_front()
    page.locator("#sign-in-password").fill(PASSWORD)
    with page.expect_response(DRAFT):
        page.keyboard.press("Enter")
    expect(page.locator("#sign-in-dialog")).to_be_hidden()
    assert stored_draft(demonstration.home, call)["question"] == "手を止めずに書いた文"


SLOW_DRAFTS = """() => {
  const send = window.fetch;
  window.under = window.most = 0;
  window.fetch = async (url, options) => {
    if (!String(url).endsWith("/draft")) return send(url, options);
    window.most = Math.max(window.most, (window.under += 1));
    await new Promise((resolve) => setTimeout(resolve, 600));
    try { return await send(url, options); } finally { window.under -= 1; }
  };
}"""


def test_drafts_never_go_out_side_by_side_and_a_call_is_dropped_after_the_last(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    mistaken = call_on(page)
    page.evaluate(SLOW_DRAFTS)
    page.keyboard.type("073-555-0196")
    write(page, "一")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.keyboard.press("Alt+Delete")
    page.get_by_role("button", name="入力を捨てる").click()
    expect(page.locator("#status")).to_have_text("通話を捨てました", timeout=15_000)
    assert call_on(page) != mistaken
    assert page.evaluate("window.most") == 1


def test_a_line_that_breaks_is_said_and_the_draft_sent_again(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    page.context.set_offline(True)
    write(page, "回線が切れた間の文")
    page.keyboard.press("Tab")
    expect(page.locator("#status")).to_contain_text("未送信")
    page.context.set_offline(False)
    with page.expect_response(DRAFT, timeout=15_000):
        pass
    expect(page.locator("#status")).not_to_contain_text("未送信")
    assert stored_draft(seats.demonstration.home, call_on(page))["question"] == "回線が切れた間の文"


def test_a_save_that_met_no_server_is_sent_again_by_itself_and_once(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    until_sent(page, "保存の途中で切れた")
    page.keyboard.press("Alt+4")
    page.keyboard.press("2")
    page.keyboard.press("Alt+q")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("まだ保存が届いていません")
    page.context.set_offline(False)
    expect(page.locator("#status")).to_contain_text("保存しました", timeout=15_000)


@pytest.mark.parametrize(("choice", "left"), [("mine", "こちらの文"), ("theirs", "あちらの文")])
def test_two_screens_with_one_call_are_asked_which_words_stay(seats: Seats, choice: str, left: str) -> None:
    here = seats.empty_call("operator1")
    call = call_on(here)
    there = seats.page("operator1", f"/desk/calls/{call}")
    until_sent(there, "あちらの文")
    write(here, "こちらの文")
    here.keyboard.press("Tab")
    expect(here.locator("#conflict-rows")).to_contain_text("あちらの文")
    expect(here.locator("#conflict-rows")).to_contain_text("こちらの文")
    with here.expect_response(DRAFT):
        here.check(f"input[name=conflict-question][value={choice}]")
        here.click("[data-choice=chosen]")
    assert here.input_value("#d-question") == left
    assert stored_draft(seats.demonstration.home, call)["question"] == left


def test_an_individual_number_is_never_stored_while_it_is_typed(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    heard, home, call = listen(page), seats.demonstration.home, call_on(page)
    until_sent(page, BEFORE)
    page.keyboard.press("Alt+s")
    page.keyboard.press("Control+End")
    for digit in NUMBER:
        page.keyboard.type(digit)
        page.wait_for_timeout(300)
        assert digits_in(stored_draft(home, call)["question"]) < 9
    assert len(heard.drafts) >= 2
    page.keyboard.insert_text(AFTER)
    masked = BEFORE + MASK * 12 + AFTER
    expect(page.locator("#d-question")).to_have_value(masked, timeout=10_000)
    expect(page.locator("#d-question-error")).to_contain_text("個人番号")
    assert stored_draft(home, call)["question"] == masked


@pytest.mark.parametrize(
    ("key", "field"), [("o", "caller_name"), ("a", "answer"), ("g", "report_text"), ("p", "phone")]
)
def test_no_draft_between_two_digits_keeps_the_number(seats: Seats, key: str, field: str) -> None:
    page = seats.page("operator1")
    page.clock.install()
    page.goto("/desk")
    call, home = open_call(page), seats.demonstration.home
    page.keyboard.press(f"Alt+{key}")
    for digit in NUMBER:
        page.keyboard.type(digit)
        with page.expect_response(DRAFT):
            page.clock.run_for(NEXT_DRAFT_MILLISECONDS)
        assert digits_in(stored_draft(home, call)[field]) < 9
    name = field.removeprefix("caller_")
    expect(page.locator(f"#d-{name}")).to_have_value(MASK * 12)
    expect(page.locator(f"#d-{name}-error")).to_contain_text("個人番号")


def test_a_number_left_behind_half_typed_is_not_stored_either(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    call = call_on(page)
    write(page, "番号は")
    page.keyboard.type(ELEVEN)
    page.reload()
    expect(page.locator("#d-question")).to_have_value("番号は…")
    assert digits_in(stored_draft(seats.demonstration.home, call)["question"]) < 9
    assert digits_in(page.content()) < 9


def test_a_number_is_masked_on_saving_and_the_record_not_made(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    call = call_on(page)
    page.keyboard.press("Alt+4")
    page.keyboard.press("2")
    page.keyboard.press("Alt+q")
    write(page, f"{BEFORE}{NUMBER}{AFTER}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#desk-errors")).to_contain_text("個人番号")
    assert call_on(page) == call
    assert page.input_value("#d-question") == BEFORE + MASK * 12 + AFTER


def test_the_browser_keeps_no_digit_and_no_address_holds_a_word(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    heard = listen(page)
    page.keyboard.type("073-555-0142")
    until_sent(page, f"秘密の用件{NUMBER}です")
    expect(page.locator("#d-question")).to_have_value(f"秘密の用件{MASK * 12}です")
    write(page, "やまださま", "o")
    page.keyboard.press("Tab")
    assert digits_in(page.evaluate(KEPT_BY_THE_BROWSER)) < 9
    page.reload()
    page.wait_for_selector("[name=phone]")
    assert digits_in(page.evaluate(KEPT_BY_THE_BROWSER)) < 9
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert [url for url in heard.urls if re.search(r"073|555|0142|%[0-9A-F]{2}|[^\x00-\x7f]", url)] == []
    visited = page.context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
    assert all(re.search(r"/(desk(/calls/[0-9a-f-]{36})?)?$|about:blank", entry["url"]) for entry in visited)


def test_nothing_of_the_number_stands_in_any_file_of_the_installation(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    until_sent(page, f"{NUMBER}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#desk-errors")).to_be_focused()
    files = [path for path in seats.demonstration.home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite" for path in files)
    assert [path.name for path in files if NUMBER.encode() in path.read_bytes()] == []
