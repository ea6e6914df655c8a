"""A demonstration served as `./run demo` serves it, on a free port of loopback, stopped at the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

PASSWORD = "minato-demo-only-2026"
STARTS_WITHIN_SECONDS = 240
COMMAND = [sys.executable, "-m", "callcenter.cli", "demo"]


@dataclass
class Demonstration:
    """A running demonstration and the pictures taken of it."""

    address: str
    home: Path
    pictures: Path

    def signed_in(self, browser: Browser, login: str, *, height: int = 768) -> Page:
        """A page on which `login` has signed in by keyboard."""
        context = browser.new_context(viewport={"width": 1366, "height": height}, locale="ja-JP")
        page = context.new_page()
        page.goto(f"{self.address}/sign-in")
        expect(page.locator("[name=login]")).to_be_focused()
        page.keyboard.type(login)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def picture(self, page: Page, name: str) -> None:
        self.pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(self.pictures / f"{name}.png"))


def build(home: Path, *options: str) -> None:
    """Make one, as `callcenter demo --no-serve` does, which takes `options`."""
    command = [*COMMAND, "--no-serve", *options]
    subprocess.run(command, env=_environment(home), check=True, stdout=subprocess.DEVNULL)


@contextmanager
def served(home: Path, pictures: Path) -> Iterator[Demonstration]:
    """Serve the demonstration that lies in `home`."""
    port = _free_port()
    server = subprocess.Popen(
        [*COMMAND, "--port", str(port)], env=_environment(home), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server)
        yield Demonstration(address, home, pictures)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "CALLCENTER_HOME": str(home)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(STARTS_WITHIN_SECONDS * 5):
        if server.poll() is not None:
            raise RuntimeError(f"the demonstration ended with {server.returncode}")
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the demonstration did not start")
