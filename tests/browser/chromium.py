"""Starting the machine's own Chromium, that of its package manager (`tests.machine.BROWSER`)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.machine import BROWSER

QUIET = (  # the pages under test are all there is: no look-ups, updates or accounts beside them
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--lang=ja",
)


def flags() -> list[str]:
    """The command line switches; root has to do without Chromium's sandbox."""
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless Chromium, closed at the end; one per test session is enough. Raises RuntimeError."""
    reason = BROWSER.lack()
    if reason:
        raise RuntimeError(reason)
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=BROWSER.uses(), args=flags())
