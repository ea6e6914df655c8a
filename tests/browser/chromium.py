"""Finding, installing and starting the machine's own Chromium, that of its package manager."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
JAPANESE_FONTS = ("cjk", "bizud", "ipag", "ipaex", "takao", "vl-gothic")
QUIET = (  # the pages under test are all there is: no look-ups, updates or accounts beside them
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--lang=ja",
)
PACKAGES = ("chromium", "libatomic1", "fonts-noto-cjk")
INSTALL = ("apt-get", "install", "-qq", "-y", "--no-install-recommends", *PACKAGES)
HOW_TO_GET = f"apt-get install {' '.join(PACKAGES)}"


def executable() -> str | None:
    """The path of the installed Chromium, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name, path=_search_path()))), None)


def available() -> str | None:
    """None when browser tests can run here, else in one line what is missing and how to get it."""
    if executable() is None:
        return f"Chromium is missing: {HOW_TO_GET}"
    if not _has_libatomic():
        return f"libatomic1, which Playwright needs, is missing: {HOW_TO_GET}"
    if not _has_japanese_font():
        return f"A Japanese font is missing: {HOW_TO_GET}"
    return None


def require() -> None:
    """Skip the running test where there is no browser; in CI, where there has to be one, fail it."""
    reason = available()
    if reason is None:
        return
    if _in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def provide() -> str | None:
    """Install what is missing where we may (root, with apt), and return what is missing still."""
    if available() and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing Chromium and a Japanese font …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (("apt-get", "update", "-qq"), INSTALL):
            subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
    return available()


def flags() -> list[str]:
    """The command line switches; root has to do without Chromium's sandbox."""
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless Chromium, closed at the end; one per test session is enough. Raises RuntimeError."""
    reason = available()
    if reason:
        raise RuntimeError(reason)
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=executable(), args=flags())


def _search_path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/bin", "/usr/local/bin"])


def _has_libatomic() -> bool:
    """Whether the library that Playwright's own node is linked with can be loaded."""
    with suppress(OSError):
        ctypes.CDLL("libatomic.so.1")
        return True
    return False


def _has_japanese_font() -> bool:
    """Whether a font that shows Japanese lies in one of the usual places."""
    places = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
    files = (file.name.lower() for place in places for file in place.glob("**/*.[ot]t[cf]"))
    return any(name in file for file in files for name in JAPANESE_FONTS)


def _in_ci() -> bool:
    return os.environ.get("CI") == "true"


def main() -> int:
    """What `./run test` calls before the tests: one line, and an error only where nothing may be skipped."""
    lack = provide()
    print(f"browser tests are skipped: {lack}" if lack else f"{executable()} is used")
    return 1 if lack and _in_ci() else 0


if __name__ == "__main__":
    sys.exit(main())
