"""What the browser is given: vendored files as they were published, nothing from another host, nothing inline."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

import callcenter

STATIC = Path(callcenter.__file__).parent / "static"
ROOT = STATIC.parent.parent
TEMPLATES = ROOT / "templates" if (ROOT / "templates").is_dir() else STATIC.parent / "templates"
VENDOR = STATIC / "vendor"
READABLE = {".js", ".css", ".svg", ".html", ".json", ".map"}

# Names of XML vocabularies look like addresses; nothing is fetched from them.
VOCABULARY = "http://www.w3.org/"
OTHER_HOST = re.compile(r"""(?:https?:|wss?:|(?<=["'(=\s]))//(?=[\w.-]+\.[a-z]{2,})[^\s"'()<>]*""", re.IGNORECASE)
JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
INLINE = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle=", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+=", re.IGNORECASE),
    "evaluated htmx attribute": re.compile(
        r"\shx-on|hx-vals=[\"']js:|hx-trigger=[\"'][^\"']*\[|javascript:", re.IGNORECASE
    ),
}
REMEMBERING = re.compile(r"\b(?:localStorage|sessionStorage|indexedDB|document\.cookie)\b")
EVALUATING = re.compile(r"\beval\(|new Function\(|setTimeout\(\s*[\"'`]|innerHTML|insertAdjacentHTML")


def files_under(folder: Path, *suffixes: str) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (suffixes or READABLE))


def own_scripts() -> list[Path]:
    return [path for path in files_under(STATIC, ".js") if VENDOR not in path.parents]


def templates() -> list[Path]:
    return files_under(TEMPLATES, ".html")


def named(path: Path) -> str:
    return path.relative_to(STATIC if STATIC in path.parents else TEMPLATES).as_posix()


def other_hosts(text: str) -> list[str]:
    return [found for found in OTHER_HOST.findall(text) if not found.startswith(VOCABULARY)]


def inline_faults(text: str) -> list[str]:
    bare = JINJA_COMMENT.sub("", text)
    return [fault for fault, pattern in INLINE.items() if pattern.search(bare)]


def checksums() -> dict[str, str]:
    lines = (VENDOR / "CHECKSUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def keys_in(text: str) -> list[str]:
    return [key for value in re.findall(r'data-key="([^"{]+)"', text) for key in value.split()]


def test_every_vendored_file_is_the_published_one() -> None:
    stated = checksums()
    present = {path.relative_to(VENDOR).as_posix(): path for path in VENDOR.rglob("*") if path.is_file()}
    present.pop("CHECKSUMS")
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in present.items()} == stated


def test_every_vendored_package_names_its_version_and_carries_its_licence() -> None:
    packages = [path for path in VENDOR.iterdir() if path.is_dir()]
    assert packages
    for package in packages:
        assert re.search(r"-\d+\.\d+\.\d+$", package.name)
        assert (package / "LICENSE").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", [*files_under(STATIC), *templates()], ids=named)
def test_nothing_is_loaded_from_another_host(path: Path) -> None:
    assert other_hosts(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", templates(), ids=named)
def test_a_template_holds_no_inline_script_style_or_handler(path: Path) -> None:
    assert inline_faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", own_scripts(), ids=named)
def test_a_script_keeps_nothing_in_the_browser_and_evaluates_no_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert REMEMBERING.search(text) is None
    assert EVALUATING.search(text) is None


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example.com/x.js"></script>',
        "@import url(//fonts.example.com/css)",
        'new WebSocket("wss://push.example.com/")',
    ],
)
def test_the_guard_sees_another_host(text: str) -> None:
    assert other_hosts(text)


def test_the_guard_lets_vocabularies_and_comments_pass() -> None:
    assert other_hosts('<svg xmlns="http://www.w3.org/2000/svg">  // why this is so') == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>start()</script>",
        "<style>p{}</style>",
        '<p class="a" style="color:red">',
        '<button type="button" onclick="go()">',
        '<a href="javascript:go()">',
        '<form hx-post="/x" hx-trigger="keyup[ctrlKey]">',
        '<p hx-on:click="go()">',
    ],
)
def test_the_guard_sees_what_the_content_policy_would_block(text: str) -> None:
    assert inline_faults(text)


@pytest.mark.parametrize("path", own_scripts(), ids=named)
def test_every_import_of_a_script_exists(path: Path) -> None:
    for target in re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8")):
        assert target.startswith(("./", "../"))
        assert (path.parent / target).is_file()


@pytest.mark.parametrize("path", templates(), ids=named)
def test_every_asset_a_template_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"filename=['\"]([^'\"]+)['\"]", text) + re.findall(r'"/static/([^"{]+)"', text):
        assert (STATIC / name).is_file(), name


def test_htmx_injects_no_style_and_swaps_only_good_and_corrected_answers() -> None:
    base = (TEMPLATES / "base.html").read_text(encoding="utf-8")
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", base)
    assert found is not None
    settings = json.loads(found.group(1))
    assert settings["includeIndicatorCSS"] is False
    assert not {"422", "42x", "4xx", 422} & set(settings["noSwap"])
    assert {"40x", "41x", "5xx"} <= set(settings["noSwap"])


def test_no_key_of_the_desk_is_given_twice_or_taken_from_browser_or_input_method() -> None:
    parts = [
        TEMPLATES / "calls" / "desk.html",
        *(TEMPLATES / "calls").glob("_*.html"),
        *(TEMPLATES / "components").iterdir(),
    ]
    desk = "".join(path.read_text(encoding="utf-8") for path in parts)
    keys = Counter(keys_in(desk))
    assert len(keys) > 10
    assert [key for key, times in keys.items() if times > 1] == []
    dispositions = {f"Alt+Key{letter}" for letter in "QWRTYUI"}
    browser = {f"Alt+Key{letter}" for letter in "DEF"} | {"Alt+Home", "Alt+Space", "Alt+Backquote"}
    assert not set(keys) & (dispositions | browser)
    assert not [key for key in keys if key.startswith("Ctrl+") or re.search(r"\bF\d+$", key)]


def test_the_browsers_files_stay_small_enough_to_read() -> None:
    lines = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in own_scripts()}
    assert {name: count for name, count in lines.items() if count >= 300} == {}
    assert len((STATIC / "app.css").read_text(encoding="utf-8").splitlines()) < 900
