"""The browser that the tests drive: found, or its lack said in one line; never skipped in CI."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium

PAGE = "data:text/html;charset=utf-8,<html lang=ja><body><h1>日次実績報告書</h1><p id=w>髙</p></body>"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine without Chromium, on which commands are noted instead of run."""
    noted: list[str] = []
    monkeypatch.setattr(chromium, "executable", lambda: None)
    monkeypatch.setattr("subprocess.run", lambda command, **_: noted.append(_line(command)))
    monkeypatch.delenv("CI", raising=False)
    return noted


def _line(command: Sequence[str]) -> str:
    return " ".join(command)


def be(monkeypatch: pytest.MonkeyPatch, user_id: int) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user_id)


def test_a_missing_browser_is_said_with_the_way_to_get_it(calls: list[str]) -> None:
    assert chromium.available() == ("Chromium is missing: apt-get install chromium libatomic1 fonts-noto-cjk")


def test_root_gets_the_browser_installed(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, 0)
    monkeypatch.setattr("shutil.which", lambda name, **_: f"/usr/bin/{name}")
    chromium.provide()
    assert [call.split()[1] for call in calls] == ["update", "install"]
    assert "--no-install-recommends chromium" in calls[1]


def test_nobody_else_does(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, 1000)
    assert chromium.provide() is not None
    assert calls == []


@pytest.mark.parametrize(("ci", "exit_code"), [("", 0), ("true", 1)])
def test_a_missing_browser_is_an_error_in_ci_only(
    calls: list[str], monkeypatch: pytest.MonkeyPatch, ci: str, exit_code: int
) -> None:
    be(monkeypatch, 1000)
    monkeypatch.setenv("CI", ci)
    assert chromium.main() == exit_code


def test_a_browser_test_is_skipped_without_a_browser(calls: list[str]) -> None:
    with pytest.raises(pytest.skip.Exception, match="Chromium is missing"):
        chromium.require()


def test_a_browser_test_fails_without_a_browser_in_ci(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Chromium is missing"):
        chromium.require()


@pytest.mark.parametrize(("user_id", "sandboxed"), [(0, False), (1000, True)])
def test_only_root_goes_without_the_sandbox(monkeypatch: pytest.MonkeyPatch, user_id: int, sandboxed: bool) -> None:
    be(monkeypatch, user_id)
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
