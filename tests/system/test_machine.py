"""What the tests need of the machine: installed where we may, its lack said in one line; never skipped in CI."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests import machine
from tests.machine import BROWSER, NEEDS, PAPER, Need

SAID = {
    "browser": (BROWSER, "Chromium is missing: apt-get install chromium libatomic1 fonts-noto-cjk"),
    "paper": (
        PAPER,
        "soffice is missing: apt-get install libreoffice-calc libreoffice-writer poppler-utils fonts-noto-cjk",
    ),
}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine without any of it, on which commands are noted instead of run."""
    noted: list[str] = []
    monkeypatch.setattr(machine, "program", lambda *_: None)
    monkeypatch.setattr("subprocess.run", lambda command, **_: noted.append(_line(command)))
    monkeypatch.delenv("CI", raising=False)
    return noted


def _line(command: Sequence[str]) -> str:
    return " ".join(command)


def be(monkeypatch: pytest.MonkeyPatch, user_id: int) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user_id)
    monkeypatch.setattr("shutil.which", lambda name, **_: f"/usr/bin/{name}")


@pytest.mark.parametrize(("need", "line"), SAID.values(), ids=SAID)
def test_what_is_missing_is_said_with_the_way_to_get_it(commands: list[str], need: Need, line: str) -> None:
    assert need.lack() == line
    assert need.state() == f"{need.tests} are skipped: {line}"


def test_root_gets_everything_installed_in_one_go(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, 0)
    machine.provide()
    assert [command.split()[1] for command in commands] == ["update", "install"]
    words = commands[1].split()
    assert "--no-install-recommends" in words
    assert all(words.count(package) == 1 for need in NEEDS for package in need.packages)


def test_only_what_is_needed_is_installed(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, 0)
    machine.provide((PAPER,))
    assert "libreoffice-calc" in commands[1]
    assert "chromium" not in commands[1]


def test_nobody_else_gets_anything_installed(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    be(monkeypatch, 1000)
    machine.provide()
    assert commands == []


@pytest.mark.parametrize(("ci", "exit_code"), [("", 0), ("true", 1)])
def test_a_lack_is_an_error_in_ci_only(
    commands: list[str], monkeypatch: pytest.MonkeyPatch, ci: str, exit_code: int
) -> None:
    be(monkeypatch, 1000)
    monkeypatch.setenv("CI", ci)
    assert machine.main() == exit_code


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.tests)
def test_a_test_is_skipped_without_what_it_needs(commands: list[str], need: Need) -> None:
    with pytest.raises(pytest.skip.Exception, match="is missing"):
        need.require()


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.tests)
def test_and_fails_in_ci(commands: list[str], monkeypatch: pytest.MonkeyPatch, need: Need) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="is missing"):
        need.require()


def test_where_all_is_there_nothing_is_installed_and_nothing_skipped(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    be(monkeypatch, 0)
    monkeypatch.setattr(machine, "program", lambda *names: f"/usr/bin/{names[0]}")
    monkeypatch.setattr(machine, "_has_libatomic", lambda: True)
    monkeypatch.setattr(machine, "_has_japanese_font", lambda: True)
    assert machine.main() == 0
    PAPER.require()
    assert commands == []
