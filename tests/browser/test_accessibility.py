"""JIS X 8341-3 AA as far as a machine can judge it: axe on every page, twice the size, targets large enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.demonstration import Demonstration
from tests.browser.pages import Screen, each_screen
from tests.browser.seats import Seats, seated

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


def test_the_guard_sees_a_fault(seats: Seats) -> None:
    page = seats.page("", "/sign-in")
    page.evaluate("document.querySelector('label[for]').remove()")
    assert any(found.startswith("label:") for found in violations(page))
