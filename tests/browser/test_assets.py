"""Every page in a real browser: one heading, a title, Japanese, nothing from elsewhere, nothing to complain about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Response, expect

import callcenter
from callcenter.app import static_version
from tests.browser.demonstration import Demonstration
from tests.browser.pages import Screen, each_screen
from tests.browser.seats import Heard, Seats, listen, seated

pytestmark = pytest.mark.browser
STATIC = Path(callcenter.__file__).parent / "static"
OWN_ERROR_PAGE = "Failed to load resource: the server responded with a status of 40"
UNGUARDED = """() => [...document.forms].filter((form) => form.getAttribute("method") === "post")
  .filter((form) => !["csrf_token", "contract_id"].every((name) => form.elements[name]?.value))
  .map((form) => form.action)"""


@pytest.fixture(scope="module")
def seats(browser: Browser, few_days: Demonstration) -> Iterator[Seats]:
    with seated(browser, few_days) as people:
        yield people


def elsewhere(heard: Heard, address: str) -> list[str]:
    own = urlsplit(address).netloc
    return [url for url in heard.urls if urlsplit(url).netloc != own and not url.startswith(("data:", "blob:"))]


@each_screen
def test_a_page_is_whole_and_comes_from_here_alone(seats: Seats, screen: Screen) -> None:
    page = seats.usual_page(screen.login)
    heard = listen(page)
    answer = page.goto(screen.address(seats.demonstration))
    expect(page.locator(".htmx-request")).to_have_count(0)  # not by a function: the policy lets no page evaluate one
    assert answer is not None
    assert answer.status == screen.status
    complaints = [text for text in heard.complaints if screen.status == 200 or not text.startswith(OWN_ERROR_PAGE)]
    assert complaints == []
    assert elsewhere(heard, seats.demonstration.address) == []
    assert page.get_attribute("html", "lang") == "ja"
    assert page.evaluate(UNGUARDED) == [] or not screen.login
    assert page.locator("h1").count() == 1
    assert page.inner_text("h1").strip()
    assert page.title().removesuffix(" | コールセンター業務").strip() not in ("", page.title())


def test_signing_out_ends_at_the_door(seats: Seats) -> None:
    page = seats.page("operator6", "/account")
    page.get_by_role("button", name="サインアウト").click()
    page.wait_for_url("**/sign-in*")
    page.goto("/desk")
    assert "/sign-in" in page.url


def test_the_guard_hears_what_the_content_policy_stops(seats: Seats) -> None:
    page = seats.page("", "/sign-in")
    heard = listen(page)
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p><img src=\"http://elsewhere.invalid/x\">')"
    )
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in text for text in heard.complaints)


def test_the_files_of_a_page_carry_their_version_and_are_kept(few_days: Demonstration, browser: Browser) -> None:
    page = browser.new_page()
    files: list[Response] = []

    def note(answer: Response) -> None:
        files.extend([answer] if "/static/" in answer.url else [])

    page.on("response", note)
    page.goto(f"{few_days.address}/sign-in", wait_until="networkidle")
    assert len(files) > 5
    assert {answer.url.split("/static/")[1].split("/")[0] for answer in files} == {static_version()}
    assert all("immutable" in answer.headers["cache-control"] for answer in files)
    page.close()


@pytest.mark.parametrize("path", ["/static/app.js", "/static/app.css", "/static/desk/drafts.js", "/static/icon.svg"])
def test_a_file_is_served_whole_to_this_site_alone(seats: Seats, path: str) -> None:
    answer = seats.usual_page("").request.get(path)
    assert answer.status == 200
    assert answer.body() == (STATIC / path.removeprefix("/static/")).read_bytes()
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
