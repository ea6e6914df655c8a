"""The browser that the tests drive."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium

PAGE = "data:text/html;charset=utf-8,<html lang=ja><body><h1>日次実績報告書</h1><p id=w>髙</p></body>"


@pytest.mark.parametrize(("user_id", "sandboxed"), [(0, False), (1000, True)])
def test_only_root_goes_without_the_sandbox(monkeypatch: pytest.MonkeyPatch, user_id: int, sandboxed: bool) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user_id)
    assert ("--no-sandbox" not in chromium.flags()) is sandboxed


@pytest.mark.browser
def test_it_draws_japanese_in_full_width(browser: Browser) -> None:
    """The session's own Chromium: Playwright runs once in a process."""
    with browser.new_context(locale="ja-JP") as context:
        page = context.new_page()
        page.goto(PAGE)
        width = "e => { const r = document.createRange(); r.selectNodeContents(e);"
        width += " return r.getBoundingClientRect().width }"
        assert page.inner_text("h1") == "日次実績報告書"
        assert page.eval_on_selector("#w", width) == pytest.approx(16, abs=0.5)
