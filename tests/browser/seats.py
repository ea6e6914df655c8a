"""People at their screens: signed in once per file, what they see, and what the server keeps of what they type."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, StorageState

from callcenter.calls.sealing import DRAFT
from callcenter.protection.cipher import open_sealed
from callcenter.protection.keys import Keyring
from tests.browser.demonstration import Demonstration

NEXT_DRAFT_MILLISECONDS = 3_000


@dataclass
class Heard:
    """What a page asked for, sent and complained about."""

    urls: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        self.urls.append(request.url)
        if request.method == "PUT":
            self.drafts.append(request.post_data or "")

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


def listen(page: Page) -> Heard:
    heard = Heard()
    page.on("request", heard.note_request)
    page.on("console", heard.note_message)
    page.on("pageerror", lambda error: heard.complaints.append(str(error)))
    return heard


@dataclass
class Seats:
    """Screens of the demonstration's people; each person signs in once and each screen is a browser of its own."""

    browser: Browser
    demonstration: Demonstration
    states: dict[str, StorageState] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    usual: dict[str, Page] = field(default_factory=dict)

    def page(self, login: str, path: str = "", *, width: int = 1366, height: int = 625) -> Page:
        """A new browser on which `login` is signed in (nobody for ""), at `path` if one is given."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale="ja-JP",
            base_url=self.demonstration.address,
            storage_state=self._state(login) if login else None,
        )
        self.contexts.append(context)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def usual_page(self, login: str) -> Page:
        """The one screen of `login` that is used again and again: no new browser, files already fetched."""
        if login not in self.usual:
            self.usual[login] = self.page(login)
        return self.usual[login]

    def _state(self, login: str) -> StorageState:
        if login not in self.states:
            page = self.demonstration.signed_in(self.browser, login)
            self.states[login] = page.context.storage_state()
            page.context.close()
        return self.states[login]

    def empty_call(self, login: str) -> Page:
        """The desk of `login` with a call opened just now, the caret in the phone field."""
        page = self.page(login, "/desk")
        open_call(page)
        return page

    def leave(self) -> None:
        self.usual.clear()
        while self.contexts:
            self.contexts.pop().close()


@contextmanager
def seated(browser: Browser, demonstration: Demonstration) -> Iterator[Seats]:
    seats = Seats(browser, demonstration)
    try:
        yield seats
    finally:
        seats.leave()


def open_call(page: Page) -> str:
    """Open another call by its key; returns its id once it stands on the screen."""
    # A desk without a call opens one by itself: until that one stands there, two would be on their way.
    page.wait_for_selector("#desk:not([data-auto-open])")
    before = page.get_attribute("#desk", "data-call-id") or "none"
    page.keyboard.press("Alt+n")
    page.wait_for_selector(f"#desk[data-call-id]:not([data-call-id='{before}'])")
    return call_on(page)


def call_on(page: Page) -> str:
    return page.get_attribute("#desk", "data-call-id") or ""


def focused(page: Page) -> str:
    """The element that has the focus, by its id or else its name."""
    found: str = page.evaluate("document.activeElement.id || document.activeElement.name || ''")
    return found


def status(page: Page) -> str:
    return page.inner_text("#status") + page.inner_text("#status-alert")


def database(home: Path) -> sqlite3.Connection:
    """The demonstration's database, to read."""
    return sqlite3.connect(f"file:{home / 'callcenter.sqlite'}?mode=ro", uri=True)


def stored_draft(home: Path, call_id: str) -> dict[str, Any]:
    """What the server keeps of a call that is being typed, decrypted; {} when it keeps nothing."""
    call = UUID(call_id)
    with database(home) as connection:
        row = connection.execute("SELECT contract_id, draft FROM calls WHERE id = ?", (call.hex,)).fetchone()
    if row is None or row[1] is None:
        return {}
    contract = UUID(row[0])
    keys = Keyring.load(home / "keys" / "keyring.json").for_contract(contract)
    typed: dict[str, Any] = json.loads(open_sealed(keys, DRAFT, contract, call, row[1]))["typed"]
    return typed
