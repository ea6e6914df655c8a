"""JIS X 8341-3 AA as far as a machine can judge it: axe on every page, twice the size, targets large enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.pages import MONTH, Screen, each_screen
from tests.browser.seats import Seats, database, seated

pytestmark = pytest.mark.browser
LEVEL_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BEYOND = "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
# The targets of WCAG 2.5.8: not links within a sentence, nor what is there for a screen reader alone.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter((element) => {
  const { width, height } = element.getBoundingClientRect();
  const inline = getComputedStyle(element).display === "inline";
  if (!width || inline || element.closest(".visually-hidden") || element.matches(".skip")) return false;
  const label = element.matches("[type=checkbox], [type=radio]") && element.closest("label");
  const target = label ? label.getBoundingClientRect() : { width, height };
  return Math.round(target.width) < 24 || Math.round(target.height) < 24;
}).map((element) => element.outerHTML.slice(0, 120))"""


PERSONAL_CODE, WRONG_CODE = "2580", "8061"
REFUSED_FORMS = (
    ("supervisor", "/roster/leave", "休みを登録する"),
    ("operator1", "/roster/mine", "申請する"),
    ("operator1", "/roster/mine", "交替を申請する"),
    ("supervisor", "/staff/instructions", "記録する"),
    ("supervisor", "/staff/agreements", "登録する"),
    ("supervisor", "/attendance/kiosk/devices", "この端末を打刻端末にする"),
    ("operator1", "/attendance/kiosk/code", "個人コードを登録する"),
)


@pytest.fixture(scope="module")
def seats(browser: Browser, few_days: Demonstration) -> Iterator[Seats]:
    with seated(browser, few_days) as people:
        yield people


def violations(page: Page) -> list[str]:
    """What axe finds against the level AA, each with its places."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": LEVEL_AA}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@each_screen
def test_a_page_is_accessible_and_can_be_read_at_twice_the_size(seats: Seats, screen: Screen) -> None:
    page = seats.usual_page(screen.login)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(screen.address(seats.demonstration))
    faults = violations(page) + page.evaluate(TOO_SMALL)
    page.set_viewport_size({"width": 683, "height": 384})
    assert (faults, page.evaluate(BEYOND)) == ([], 0)


def test_the_desk_is_accessible_with_its_errors(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#desk-errors")).to_be_focused()
    assert violations(page) == []


@pytest.mark.parametrize("asked", ["Alt+4", "Alt+/"])
def test_the_desk_is_accessible_while_a_category_is_sought(seats: Seats, asked: str) -> None:
    page = seats.empty_call("operator1")
    page.keyboard.press(asked)
    if asked == "Alt+/":
        page.keyboard.insert_text("予約")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".minor[aria-selected=true]")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("dialog", ["keys-dialog", "sign-in-dialog", "conflict-dialog", "saved-dialog"])
def test_a_dialog_of_the_desk_is_accessible(seats: Seats, dialog: str) -> None:
    page = seats.empty_call("operator1")
    page.evaluate("id => document.getElementById(id).showModal()", dialog)
    assert violations(page) == []


def test_the_notice_of_the_sessions_end_is_accessible(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    page.evaluate("document.getElementById('session-notice').hidden = false")
    assert violations(page) == []


def test_the_desk_is_accessible_with_a_callers_history(seats: Seats) -> None:
    page = seats.empty_call("operator1")
    page.keyboard.insert_text("073-555-0123")
    with page.expect_response("**/desk/caller"):
        page.keyboard.press("Tab")
    assert violations(page) == []


def test_a_refused_sign_in_is_accessible(seats: Seats) -> None:
    page = seats.page("", "/sign-in")
    page.keyboard.type("nobody")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary, .error-summary")).to_be_visible()
    assert violations(page) == []


# --- the month's roster while it is made ---


def looked_at(page: Page) -> tuple[list[str], int]:
    """The faults of what is on the screen, and by how much it is too wide at twice the size."""
    faults = violations(page) + page.evaluate(TOO_SMALL)
    before = page.viewport_size
    page.set_viewport_size({"width": 683, "height": 384})
    beyond: int = page.evaluate(BEYOND)
    if before is not None:
        page.set_viewport_size(before)
    return faults, beyond


@pytest.fixture
def draft(seats: Seats) -> Page:
    """The draft of the month that is going on."""
    page = seats.page("supervisor", f"/roster/month?month={MONTH}")
    begin = page.get_by_role("button", name="いまの予定から案を作る")
    if begin.count():
        begin.click()
    expect(page.get_by_role("grid")).to_be_visible()
    return page


def test_the_grid_of_a_month_is_accessible(draft: Page) -> None:
    assert looked_at(draft) == ([], 0)
    draft.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true; })")
    assert looked_at(draft) == ([], 0)


def test_the_grid_of_a_month_is_accessible_while_cells_are_chosen_and_fixed(draft: Page) -> None:
    draft.locator("a.mc").first.focus()
    draft.keyboard.press("Shift+ArrowDown")
    draft.keyboard.press("1")
    draft.keyboard.press("f")
    expect(draft.locator("#status")).to_have_text("保存しました")
    expect(draft.locator("td[aria-selected=true] .mc-fixed")).to_have_count(2)
    assert looked_at(draft) == ([], 0)


def test_the_form_of_a_day_is_accessible_in_its_dialog_and_with_its_errors(draft: Page) -> None:
    dialog = draft.locator("#cell-dialog")
    draft.locator("a.mc").first.focus()
    draft.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    assert looked_at(draft) == ([], 0)
    dialog.get_by_label("始業").first.fill("09:00")
    dialog.get_by_label("終業").first.fill("08:00")
    draft.keyboard.press("Enter")
    expect(dialog.locator(".error-summary")).to_be_focused()
    assert looked_at(draft) == ([], 0)


def test_the_form_of_a_day_is_accessible_as_a_page(draft: Page) -> None:
    draft.goto(draft.locator("a.mc").first.get_attribute("href") or "")
    assert looked_at(draft) == ([], 0)


@pytest.mark.parametrize("asked", ["自動作成", "再計画"])
def test_what_the_solver_says_is_accessible(draft: Page, asked: str) -> None:
    draft.get_by_role("button", name=asked).click()
    draft.wait_for_load_state()
    assert looked_at(draft) == ([], 0)


@pytest.mark.parametrize(("login", "path", "button"), REFUSED_FORMS)
def test_a_refused_form_is_accessible(seats: Seats, login: str, path: str, button: str) -> None:
    page = seats.page(login, path)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".error-summary").first).to_be_visible()
    assert looked_at(page) == ([], 0)


# --- the shared kiosk ---


@pytest.fixture
def kiosk(seats: Seats) -> Page:
    """A browser that is a kiosk, at its start; operator1 has a personal code."""
    own = seats.page("operator1", "/attendance/kiosk/code")
    for label in ("新しい個人コード", "もう一度"):
        own.get_by_role("textbox", name=label).fill(PERSONAL_CODE)
    own.get_by_role("button", name="個人コードを登録する").click()
    # Signed in apart: the session of whoever registers a kiosk ends.
    page = seats.demonstration.signed_in(seats.browser, "supervisor")
    seats.contexts.append(page.context)
    page.goto(f"{seats.demonstration.address}/attendance/kiosk/devices")
    page.get_by_label("端末の名前").fill(f"端末 {uuid4().hex[:8]}")
    page.get_by_role("button", name="この端末を打刻端末にする").click()
    expect(page.locator(".kiosk-people")).to_be_visible()
    return page


def test_the_kiosk_is_accessible_from_its_start_to_a_punch(seats: Seats, kiosk: Page) -> None:
    assert looked_at(kiosk) == ([], 0)
    kiosk.get_by_role("link", name=_code_of(seats, "operator1")).click()
    expect(kiosk.locator(".kiosk-pad")).to_be_visible()
    assert looked_at(kiosk) == ([], 0)
    for code, seen in ((WRONG_CODE, "[role=alert] .notice"), (PERSONAL_CODE, ".kiosk-done")):
        kiosk.get_by_label(re.compile("個人コード")).fill(code)
        kiosk.locator(".kiosk-punch").first.click()
        expect(kiosk.locator(seen)).to_be_visible()
        assert looked_at(kiosk) == ([], 0)


def _code_of(seats: Seats, login: str) -> re.Pattern[str]:
    """The code that stands with a person's name on the kiosk."""
    with database(seats.demonstration.home) as connection:
        statement = "SELECT staff.code FROM staff JOIN users ON users.id = staff.user_id WHERE users.login = ?"
        return re.compile(str(connection.execute(statement, (login,)).fetchone()[0]))


# --- the guard itself ---


def test_the_guard_sees_a_fault(seats: Seats) -> None:
    page = seats.page("", "/sign-in")
    page.evaluate("document.querySelector('label[for]').remove()")
    assert any(found.startswith("label:") for found in violations(page))
