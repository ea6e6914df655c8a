"""One Chromium per test process, and demonstrations to drive it against."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import images
from tests.browser import chromium
from tests.browser.demonstration import Demonstration, served
from tests.machine import BROWSER

PICTURES = images.FOLDER / "browser"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    BROWSER.require()
    with chromium.launched() as running:
        yield running


@pytest.fixture(scope="session")
def year(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The whole demonstration year, as `./run demo` makes it."""
    with served(tmp_path_factory.mktemp("year") / "home", PICTURES) as running:
        yield running


@pytest.fixture(scope="module")
def few_days(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A demonstration of three days, for what needs no year."""
    with served(tmp_path_factory.mktemp("days") / "home", PICTURES, "--days", "3") as running:
        yield running
