"""A wheel of this project, installed far from the checkout, has all it needs to migrate and to serve."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("callcenter", "reports", "scheduling")
TRAVELS_AS = {"templates": "callcenter/templates", "migrations": "callcenter/migrations"}
NOT_SHIPPED = ("tests/", "run", "requirements.lock", "templates/", "migrations/")
ANSWERS = """
import json, callcenter
from callcenter.app import create_app
client = create_app().test_client()
paths = ["/healthz", "/there-is-no-such-page", "/static/app.css"]
found = {path: client.get(path, headers={"Accept": "text/html"}) for path in paths}
statuses = {path: [answer.status_code, answer.mimetype] for path, answer in found.items()}
print(json.dumps({"file": callcenter.__file__, "statuses": statuses}))
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """The wheel unpacked in a folder of its own, and a data folder for it."""

    site: Path
    home: Path

    def python(self, *arguments: str) -> str:
        """Run Python with this installation and the dependencies, without the checkout; return its output."""
        done = subprocess.run(
            [sys.executable, "-S", "-P", *arguments],  # -S: the checkout is on the path through site only
            cwd=self.home,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        dependencies = sysconfig.get_path("purelib")
        path = os.pathsep.join([str(self.site), dependencies])
        return {"PYTHONPATH": path, "CALLCENTER_HOME": str(self.home / "data"), "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release would be, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    site, home = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("elsewhere")
    options = ["--offline", "--no-deps", "--no-config", "--target", str(site)]
    command = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable, *options, str(wheel)]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Installation(site, home)


def expected_files() -> set[str]:
    """Every file of the packages, the templates and the migrations, by its name in the wheel."""
    folders = {name: name for name in PACKAGES} | TRAVELS_AS
    return {
        f"{target}/{file.relative_to(ROOT / source).as_posix()}"
        for source, target in folders.items()
        for file in (ROOT / source).rglob("*")
        if file.is_file() and file.suffix not in {".pyc", ".pyo"}
    }


def test_the_wheel_holds_every_file_of_the_packages_templates_and_migrations(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert expected_files() - names == set()


@pytest.mark.parametrize(
    "wanted",
    [
        "callcenter/templates/base.html",
        "callcenter/migrations/env.py",
        "callcenter/static/app.css",
        "scheduling/data/syukujitsu.csv",
        "reports/workbook.py",
    ],
)
def test_the_wheel_holds(wheel: Path, wanted: str) -> None:
    assert wanted in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_holds_nothing_of_the_workshop(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.startswith(NOT_SHIPPED)] == []


def test_the_wheel_carries_its_licence_and_its_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    facts = {Path(name).name: name for name in archive.namelist() if ".dist-info/" in name}
    assert "callcenter = callcenter.cli:main" in archive.read(facts["entry_points.txt"]).decode()
    assert archive.read(facts["LICENSE"]) == (ROOT / "LICENSE").read_bytes()


def test_an_installed_wheel_migrates_and_answers_far_from_the_checkout(installation: Installation) -> None:
    installation.python("-m", "callcenter.cli", "db", "upgrade")
    answered = json.loads(installation.python("-c", ANSWERS))
    assert Path(answered["file"]).is_relative_to(installation.site)
    assert answered["statuses"] == {
        "/healthz": [200, "application/json"],
        "/there-is-no-such-page": [404, "text/html"],
        "/static/app.css": [200, "text/css"],
    }
