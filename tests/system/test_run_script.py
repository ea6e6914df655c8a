"""`run`, the script that sets a checkout up: what it may use, what it says, what it trusts."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
RUN = ROOT / "run"
LOCK = ROOT / "requirements.lock"
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;]+)")


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`run` as a module, with an empty folder for its checkout and surroundings of its own to change."""
    loader = importlib.machinery.SourceFileLoader("run_script", str(RUN))
    spec = importlib.util.spec_from_loader("run_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.chdir(tmp_path)
    places = {"ROOT": "", "TOOLS": ".tools", "VENV": ".venv", "LOCK": "requirements.lock"}
    places |= {
        "STAMP": ".venv/.setup",
        "PYTHON": ".venv/bin/python",
        "UV": ".tools/bin/uv",
        "LOG": ".tools/setup.log",
    }
    for name, place in places.items():
        monkeypatch.setattr(module, name, tmp_path / place)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return module


@pytest.fixture
def steps(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the steps that a set-up takes, which are noted instead of done."""
    taken: list[str] = []

    def note(title: str, command: list[str], advice: str) -> None:
        taken.append(title)
        for file in (tmp_path / ".venv/bin/python", tmp_path / ".tools/bin/uv"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()

    monkeypatch.setattr(script, "step", note)
    monkeypatch.setattr(script, "succeeds", lambda _: True)
    return taken


def lock_entries() -> list[str]:
    """The lock's entries, each on one line with its hashes."""
    return LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()


def pinned() -> dict[str, str]:
    found = (PIN.match(entry) for entry in lock_entries())
    return {match["name"]: match["version"] for match in found if match}


def imported_modules(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RUN), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **settings})


def test_it_uses_the_standard_library_only() -> None:
    assert imported_modules(RUN.read_text(encoding="utf-8")) <= sys.stdlib_module_names


def test_it_does_without_the_venv_and_ensurepip_modules() -> None:
    assert imported_modules(RUN.read_text(encoding="utf-8")).isdisjoint({"venv", "ensurepip"})


def test_a_python_too_old_to_run_it_can_still_read_it() -> None:
    ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_it_explains_itself_without_setting_anything_up(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 0
    assert "./run demo [--no-serve]" in done.stdout
    assert "./run test [--soak]" in done.stdout


def test_it_is_executable_and_so_is_what_ci_runs() -> None:
    assert all(os.access(file, os.X_OK) for file in (RUN, ROOT / ".ci" / "run"))


def test_a_missing_pip_is_said_with_the_way_to_get_it(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "succeeds", lambda _: False)
    with pytest.raises(script.Missing, match=r"^pip is missing: apt-get install python3-pip$"):
        script.prepare()


def test_a_python_that_is_too_old_is_said(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "OLDEST", (99, 0))
    with pytest.raises(script.Missing, match=r"^Python 3\.11 or newer is missing: apt-get install python3"):
        script.main(["demo"])


def test_a_step_that_fails_is_said_in_one_line_with_the_place_of_its_details(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".tools").mkdir()
    command = [sys.executable, "-c", "import sys; sys.exit('no route to host')"]
    with pytest.raises(script.Missing, match=r"^dependencies: failed; is there a network.*setup\.log\)$"):
        script.step("dependencies", command, script.FETCH)
    assert "no route to host" in (tmp_path / ".tools/setup.log").read_text()
    assert "no route to host" not in capsys.readouterr().err


def test_the_first_time_sets_everything_up(script: ModuleType, steps: list[str]) -> None:
    script.prepare()
    assert steps == ["installer", "environment", "dependencies", "callcenter"]


def test_the_second_time_does_nothing(script: ModuleType, steps: list[str]) -> None:
    script.prepare()
    steps.clear()
    script.prepare()
    assert steps == []


def test_a_changed_lock_renews_the_packages_and_keeps_the_environment(script: ModuleType, steps: list[str]) -> None:
    script.prepare()
    steps.clear()
    script.LOCK.write_text(script.LOCK.read_text() + "\n# newer\n")
    script.prepare()
    assert "dependencies" in steps
    assert "environment" not in steps


def test_a_changed_dependency_table_renews_the_packages(script: ModuleType, steps: list[str]) -> None:
    script.prepare()
    steps.clear()
    project = script.ROOT / "pyproject.toml"
    project.write_text(project.read_text().replace('name = "callcenter"', 'name = "call-centre"'))
    script.prepare()
    assert "dependencies" in steps


def test_a_set_up_that_was_interrupted_starts_afresh(
    script: ModuleType, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script.prepare()
    script.LOCK.write_text(script.LOCK.read_text() + "\n# newer\n")
    noting = script.step

    def pull_the_plug(title: str, command: list[str], advice: str) -> None:
        if title == "callcenter":
            raise KeyboardInterrupt
        noting(title, command, advice)

    monkeypatch.setattr(script, "step", pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        script.prepare()
    monkeypatch.setattr(script, "step", noting)
    steps.clear()
    script.prepare()
    assert "environment" in steps


def test_tests_do_not_see_the_data_of_a_deployment(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, str]] = []
    monkeypatch.setenv("CALLCENTER_HOME", "/srv/callcenter")
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", "postgresql://production/callcenter")
    monkeypatch.setenv("CALLCENTER_TEST_IMAGES", "/srv/images")

    def note(command: list[str]) -> int:
        seen.append({name: value for name, value in os.environ.items() if name.startswith("CALLCENTER_")})
        return 0

    monkeypatch.setattr(script.subprocess, "call", note)
    script.test([])
    assert seen
    assert all(one == {"CALLCENTER_TEST_IMAGES": "/srv/images"} for one in seen)


def test_a_failed_check_is_named_and_the_tests_are_not_started(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    def note(command: list[str]) -> int:
        started.append(command[0])
        return int(command[0] == "mypy")

    monkeypatch.setattr(script.subprocess, "call", note)
    with pytest.raises(script.Missing, match=r"^failed: types$"):
        script.test([])
    assert "lint-imports" in started
    assert "pytest" not in started


@pytest.mark.parametrize(("arguments", "soaks"), [([], False), (["--soak"], True)])
def test_soak_tests_run_only_when_asked_for(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], soaks: bool
) -> None:
    commands: list[list[str]] = []

    def note(command: list[str]) -> int:
        commands.append(command)
        return 0

    monkeypatch.setattr(script.subprocess, "call", note)
    script.test([*arguments, "-x"])
    assert ("not soak" not in commands[-1]) is soaks
    assert ("CALLCENTER_SOAK" in os.environ) is soaks
    assert commands[-1][-1] == "-x"


def test_the_lock_names_no_address() -> None:
    assert re.findall(r"https?://\S+", LOCK.read_text(encoding="utf-8")) == []


def test_the_lock_pins_everything_with_hashes() -> None:
    loose = [entry for entry in lock_entries() if entry and not (PIN.match(entry) and "--hash=sha256:" in entry)]
    assert loose == []


def test_the_lock_pins_the_installer_itself() -> None:
    assert "uv" in pinned()


def test_every_requirement_of_the_project_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[\[<>=~! ;]", requirement, maxsplit=1)[0].lower().replace("_", "-") for requirement in wanted}
    assert names - pinned().keys() == set()
