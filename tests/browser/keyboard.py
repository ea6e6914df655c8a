"""A page without a mouse: what is not reached by the Tab key cannot be used here either."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 400
FOCUSED = "element => element === document.activeElement"


def reach(page: Page, target: Locator) -> None:
    """Go on by Tab until `target` has the focus. Fails where the Tab key never comes to it."""
    expect(target).to_have_count(1)
    for _ in range(MOST_STOPS):
        if target.evaluate(FOCUSED):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not come to {target}")


def act_on(page: Page, target: Locator) -> None:
    """Reach a link or button, press it with Enter, and wait for the page that follows."""
    reach(page, target)
    # By then the scripts of the new page, all of them modules, have run.
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.keyboard.press("Enter")


def from_menu(page: Page, words: str) -> None:
    """To a page by the menu on top, whether its entry stands there or below 「その他」."""
    menu = page.get_by_role("navigation", name="主なメニュー")
    entry = menu.locator("a", has_text=re.compile(f"^{words}"))
    if not entry.is_visible():
        reach(page, menu.locator("summary"))
        page.keyboard.press("Enter")
    act_on(page, entry)


def follow(page: Page, path: str) -> None:
    """To another page by the first link of this one that leads there, tab or button."""
    act_on(page, page.locator(f"main a[href='{path}']").first)


def choose(page: Page, field: Locator, label: str) -> None:
    """Reach a list and go down to the choice with these words."""
    reach(page, field)
    page.keyboard.press("Home")
    for _ in range(field.locator("option").count()):
        if field.evaluate("list => list.selectedOptions[0]?.label") == label:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the list has no {label}")


def type_date(page: Page, field: Locator, on: date) -> None:
    """Reach a date field and type its three parts, in the order that this browser's language has them."""
    reach(page, field)
    for order in (("%Y", "%m", "%d"), ("%m", "%d", "%Y"), ("%d", "%m", "%Y")):
        for place, part in enumerate(order):
            # From the left each time: whether a part that is full goes on by itself differs.
            for key in ("ArrowLeft", "ArrowLeft", *["ArrowRight"] * place):
                page.keyboard.press(key)
            page.keyboard.type(f"{on:{part}}")
        if field.input_value() == on.isoformat():
            return
    raise AssertionError(f"{on} could not be typed: {field.input_value()}")


def type_time(page: Page, field: Locator, clock: str) -> None:
    """Reach a time field and type `08:30` as a person does: the digits alone."""
    reach(page, field)
    page.keyboard.type(clock.replace(":", ""))
    expect(field).to_have_value(clock)
