"""What the tests need of the machine beside Python, from its package manager: a browser, an office suite, a font.

`python -m tests.machine` installs what is missing where it may (root, with apt), and says in one line each what is
used or skipped; in CI, where nothing may be skipped, a lack is an error.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PRINTERS = ("soffice", "pdftoppm", "pdftotext", "pdfinfo")
JAPANESE_FONTS = ("cjk", "bizud", "ipag", "ipaex", "takao", "vl-gothic")
FONT = "fonts-noto-cjk"


def program(*names: str) -> str | None:
    """The path of the first of these programs that is installed."""
    return next((found for name in names if (found := shutil.which(name, path=_search_path()))), None)


@dataclass(frozen=True)
class Need:
    """What some tests need. `lacks` yields what is missing, in words; `uses`: the program that stands for it."""

    tests: str
    packages: tuple[str, ...]
    lacks: Callable[[], Iterator[str]]
    uses: Callable[[], str | None]

    def lack(self) -> str | None:
        """None when the tests can run here, else in one line what is missing and how to get it."""
        missing = next(self.lacks(), None)
        return f"{missing}: apt-get install {' '.join(self.packages)}" if missing else None

    def require(self) -> None:
        """Skip the running test where something is missing; in CI, where nothing may be, fail it."""
        reason = self.lack()
        if reason is None:
            return
        if _in_ci():
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)

    def state(self) -> str:
        """One line for the screen."""
        reason = self.lack()
        return f"{self.tests} are skipped: {reason}" if reason else f"{self.uses()} is used"


def _lacks_of_browser() -> Iterator[str]:
    if program(*BROWSERS) is None:
        yield "Chromium is missing"
    if not _has_libatomic():
        yield "libatomic1, which Playwright needs, is missing"
    if not _has_japanese_font():
        yield "A Japanese font is missing"


def _lacks_of_paper() -> Iterator[str]:
    yield from (f"{name} is missing" for name in PRINTERS if program(name) is None)
    if not _has_japanese_font():
        yield "A Japanese font is missing"


BROWSER = Need("browser tests", ("chromium", "libatomic1", FONT), _lacks_of_browser, lambda: program(*BROWSERS))
PAPER = Need(
    "paper tests",
    ("libreoffice-calc", "libreoffice-writer", "poppler-utils", FONT),
    _lacks_of_paper,
    lambda: program(PRINTERS[0]),
)
NEEDS = (BROWSER, PAPER)


def provide(needs: tuple[Need, ...] = NEEDS) -> None:
    """Install what is missing where we may, all in one go."""
    packages = list(dict.fromkeys(package for need in needs if need.lack() for package in need.packages))
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"installing {' '.join(packages)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages)
    for command in (("apt-get", "update", "-qq"), install):
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)


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
    """What `./run test` calls before the tests."""
    provide()
    for need in NEEDS:
        print(need.state())
    return int(_in_ci() and any(need.lack() for need in NEEDS))


if __name__ == "__main__":
    sys.exit(main())
