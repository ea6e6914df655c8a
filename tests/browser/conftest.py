"""One Chromium per test process, and demonstrations to drive it against."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import images
from tests.browser import chromium
from tests.browser.demonstration import Demonstration, build, served
from tests.machine import BROWSER
from tests.postgres import locked

PICTURES = images.FOLDER / "browser"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    BROWSER.require()
    with chromium.launched() as running:
        yield running


@pytest.fixture(scope="session")
def year(browser: Browser, homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The whole demonstration year, as `./run demo` makes it."""
    with served(homes.copy_of("year", tmp_path_factory.mktemp("year")), PICTURES) as running:
        yield running


@pytest.fixture(scope="module")
def few_days(browser: Browser, homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A demonstration of three days, for what needs no year."""
    with served(homes.copy_of("days", tmp_path_factory.mktemp("days"), "--days", "3"), PICTURES) as running:
        yield running


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Homes:
    base = tmp_path_factory.getbasetemp()
    return Homes(base if worker_id == "master" else base.parent)


class Homes:
    """Demonstrations that a test run makes once, whichever of its processes asks first, and copies for each use."""

    def __init__(self, run: Path) -> None:
        self._run = run

    def copy_of(self, name: str, place: Path, *options: str) -> Path:
        with locked(self._run / f"demonstration-{name}.lock"):
            made = self._run / f"demonstration-{name}"
            if not made.exists():
                # Under another name first: one whose making was interrupted is never copied.
                draft = self._run / f"demonstration-{name}-{os.getpid()}"
                build(draft, *options)
                draft.rename(made)
        home = place / "home"
        shutil.copytree(made, home)
        return home
