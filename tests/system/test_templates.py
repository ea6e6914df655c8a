from __future__ import annotations

import re
from pathlib import Path

import pytest

from callcenter.app import static_folder, templates_folder
from tests.centre import Centre

TEMPLATES = sorted(file.relative_to(templates_folder()).as_posix() for file in templates_folder().rglob("*.html"))
OTHER_HOST = re.compile(r"""(?:src|href|action|hx-\w+)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)
INLINE = re.compile(r"""<style\b|<script(?![^>]*\bsrc=)[^>]*>|\sstyle\s*=|\son\w+\s*=\s*["']""", re.IGNORECASE)


def test_there_are_templates_to_check() -> None:
    assert "base.html" in TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(sqlite_centre: Centre, name: str) -> None:
    with sqlite_centre.app.app_context():
        sqlite_centre.app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_names_another_host_or_carries_inline_script_or_style(name: str) -> None:
    source = (templates_folder() / name).read_text()
    assert not OTHER_HOST.search(source)
    assert not INLINE.search(source)


def _own_assets() -> list[Path]:
    assets = (file for file in static_folder().rglob("*") if file.suffix in {".css", ".js"})
    return [file for file in assets if "vendor" not in file.parts]


@pytest.mark.parametrize("file", _own_assets(), ids=lambda file: file.name)
def test_no_asset_loads_from_another_host(file: Path) -> None:
    assert not re.search(r"""(?:url\(|import\s|from\s|fetch\()\s*["']?(?:https?:)?//""", file.read_text())
