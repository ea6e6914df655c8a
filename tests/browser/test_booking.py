"""Appointments by keyboard within a call: booked, changed, cancelled; a lost race with nothing typed again; the city's
list compared; the day's report carrying the results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.seats import Seats, focused, seated
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser
NUMBER = re.compile(r"\d{3}-\d{4}")
PLACE = "東サービスセンター"
"""One seat at a time: whoever is second is too late."""


@pytest.fixture(scope="module")
def seats(browser: Browser, few_days: Demonstration) -> Iterator[Seats]:
    with seated(browser, few_days) as people:
        yield people


def panel_of(seats: Seats, login: str, phone: str = "") -> Page:
    """A new call with the panel open; the caret stands in it."""
    page = seats.empty_call(login)
    if phone:
        page.keyboard.type(phone)
    page.keyboard.press("Alt+,")
    expect(page.locator("#booking-body .booking-choose")).to_be_visible()
    return page


def tab_to(page: Page, name: str) -> None:
    """Tab until a field of that name has the focus."""
    for _ in range(40):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {name} by Tab")


def hold_first(page: Page, down: int = 0) -> str:
    """Choose a time by arrow keys and hold it; returns what is held."""
    tab_to(page, "slot")
    page.keyboard.press("Space")
    for _ in range(down):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".booking-details")).to_be_visible()
    return page.locator(".booking-what strong").inner_text()


def type_details(page: Page, notice: str) -> None:
    assert focused(page) == "b-notice_number"
    keys = page.keyboard
    keys.type(notice)
    keys.press("Enter")
    keys.type("S50.4.3")
    keys.press("Enter")
    keys.insert_text("見本 花子")
    keys.press("Enter")
    keys.insert_text("ミホン ハナコ")
    tab_to(page, "phone")
    if not page.input_value("#b-phone"):
        keys.type("080-0000-4321")


def booked(page: Page) -> str:
    """Book what is typed; returns the number that is read back."""
    page.keyboard.press("Control+Enter")
    expect(page.locator(".booking-done")).to_contain_text("予約しました")
    return page.locator(".booking-big").inner_text()


def test_an_appointment_is_booked_changed_and_cancelled_by_keyboard_within_calls(
    seats: Seats, few_days: Demonstration
) -> None:
    page = panel_of(seats, "operator1", "080-0000-4321")
    hold_first(page, down=2)
    assert violations(page) == []
    type_details(page, "B01-000001")
    number = booked(page)
    assert NUMBER.fullmatch(number)
    few_days.picture(page, "booking-1-booked")
    assert page.input_value("#d-category").startswith("0301")
    assert page.is_checked("input[name=disposition][value=booking]")
    assert number in page.input_value("#d-answer")
    page.keyboard.press("Escape")
    expect(page.locator("#booking")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("保存しました")

    # The next call: the same telephone finds it; another time, the same number.
    page = panel_of(seats, "operator1", "080-0000-4321")
    expect(page.locator(".booking-found")).to_contain_text(number)
    page.keyboard.press("Enter")
    expect(page.locator("#b-one")).to_contain_text(number)
    before = page.locator(".booking-one > p strong").inner_text()
    tab_to(page, "slot")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".booking-done")).to_contain_text("予約を変更しました")
    assert page.locator(".booking-big").inner_text() == number
    assert before not in page.locator(".booking-done .facts").inner_text()
    assert page.input_value("#d-category").startswith("0302")

    # And it is cancelled, by keyboard too.
    page = panel_of(seats, "operator1", "080-0000-4321")
    page.keyboard.press("Enter")
    expect(page.locator("#b-one")).to_contain_text(number)
    page.locator("summary", has_text="取り消す").focus()
    page.keyboard.press("Enter")
    tab_to(page, "reason_code")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".booking-done")).to_contain_text("予約を取り消しました")
    assert page.input_value("#d-category").startswith("0303")


def choose_place(page: Page) -> None:
    page.select_option("#b-place", label=PLACE)
    expect(page.locator(".booking-where")).to_have_count(1)
    expect(page.locator(".booking-where")).to_contain_text(PLACE)


def test_whoever_loses_the_last_seat_is_offered_others_at_once(seats: Seats, few_days: Demonstration) -> None:
    slow, quick = panel_of(seats, "operator2"), panel_of(seats, "operator3")
    for page in (slow, quick):
        choose_place(page)
        tab_to(page, "slot")
        page.keyboard.press("Space")
    quick.keyboard.press("Control+Enter")
    expect(quick.locator(".booking-details")).to_be_visible()
    slow.keyboard.press("Control+Enter")
    expect(slow.locator(".booking-choose .error-summary")).to_contain_text("うまりました")
    few_days.picture(slow, "booking-2-lost")
    assert slow.locator(".booking-near input").count() >= 3
    slow.keyboard.press("Control+Enter")
    expect(slow.locator(".booking-details")).to_be_visible()


def test_a_hold_that_is_lost_while_typing_asks_nothing_again(seats: Seats, few_days: Demonstration) -> None:
    page = panel_of(seats, "operator4")
    choose_place(page)
    hold_first(page)
    type_details(page, "B01-000002")
    lost = page.input_value("[name=held_slot]")
    _take_the_slot_away(seats, lost)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".booking-details .error-summary")).to_be_focused()
    assert page.input_value("#b-notice_number") == "B01-000002"
    assert page.input_value("#b-name") == "見本 花子"
    few_days.picture(page, "booking-3-hold-lost")
    assert page.locator(".booking-near input").count() >= 3
    assert NUMBER.fullmatch(booked(page))


def _take_the_slot_away(seats: Seats, slot: str) -> None:
    """The supervisor shuts the slot that somebody holds."""
    _counter, on, start = slot.split("|")
    page = seats.page("supervisor", f"/reservations/slots?on={on}")
    page.select_option("#f-place", label=PLACE)
    page.get_by_role("button", name="絞り込む").click()
    row = page.locator("tr", has=page.locator("th", has_text=f"{int(start) // 60}:{int(start) % 60:02d}〜"))
    row.get_by_role("button", name="止める").click()
    expect(page.locator(".error-summary")).to_contain_text("予約・仮押さえ")
    row.get_by_label(re.compile("要再予約にして")).check()
    row.get_by_role("button", name="止める").click()
    expect(page.locator("main")).to_contain_text("枠を変更しました")


def test_the_citys_list_is_compared_and_worked_off(seats: Seats, few_days: Demonstration, tmp_path: Path) -> None:
    page = seats.page("operator5", "/reservations/city")
    lines = [
        "状態,来庁時間,来庁日,氏名,生年月日,交付通知書番号,予約番号",
        "確定,9:00,2027/4/8,架空 次郎,1980/5/5,M01-999999,Y999999",
    ]
    file = tmp_path / "list.csv"
    file.write_bytes("\r\n".join(lines).encode("cp932"))
    page.set_input_files("#f-file", str(file))
    page.get_by_role("button", name="突合する").click()
    expect(page.locator("main")).to_contain_text("こちらにない")
    few_days.picture(page, "booking-4-city")
    row = page.locator("tr", has_text="Y999999")
    row.get_by_label("どう処理したか").select_option(label="市システムを直した")
    row.get_by_role("button", name="処理済みにする").click()
    expect(page.locator("tr", has_text="Y999999")).to_have_count(0)


def test_the_days_report_carries_the_results(seats: Seats, few_days: Demonstration) -> None:
    page = seats.page("supervisor", "/reports/daily/2027-03-30")
    results = page.locator("section", has=page.locator("#reservations-head"))
    expect(results).to_contain_text("マイナンバーカードの交付")
    expect(results).to_contain_text("未入力")
    few_days.picture(page, "booking-5-report")
