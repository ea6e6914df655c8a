"""`python -m tests.paper.printing OUT`: the samples as files, PDF and an image of every page, for people to look at.

LibreOffice prints all of them in one run of its own; poppler turns the pages into images and reads them back.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cached_property
from html import escape
from pathlib import Path

from tests.machine import PAPER
from tests.paper import samples

DOTS_PER_INCH = 60
_INK_DOTS_PER_INCH = 20
_MARGIN = 40
"""Points at the top and the bottom of a page that only its header and footer use."""


class Print:
    """A printed file: its pages as sizes, texts and ink. Pages are counted from 1."""

    def __init__(self, pdf: Path) -> None:
        self.pdf = pdf
        facts = _told("pdfinfo", "-f", "1", "-l", "9999", str(pdf))
        self.sizes = [(float(wide), float(high)) for wide, high in re.findall(r"size: +([\d.]+) x ([\d.]+) pts", facts)]
        self.pages = _told("pdftotext", "-layout", str(pdf), "-").split("\f")[: len(self.sizes)]

    def body(self, page: int) -> str:
        """The words between a page's header and footer."""
        wide, high = self.sizes[page - 1]
        place = ("-x", "0", "-y", str(_MARGIN), "-W", str(round(wide)), "-H", str(round(high) - 2 * _MARGIN))
        return _told("pdftotext", "-f", str(page), "-l", str(page), *place, str(self.pdf), "-").strip()

    def lines(self) -> list[list[str]]:
        """Every line of every page as what stands apart on it, without the spaces an office puts between scripts."""
        rows = (re.split(r"\s{2,}", line.strip()) for page in self.pages for line in page.splitlines())
        return [[re.sub(r"\s", "", part) for part in row] for row in rows]

    @cached_property
    def ink(self) -> list[tuple[float, bool]]:
        """Of every page: the share of it that is not white, and whether something touches the edge of the paper."""
        command = ("pdftoppm", "-r", str(_INK_DOTS_PER_INCH), "-gray", str(self.pdf))
        content = subprocess.run(command, check=True, capture_output=True).stdout
        return [_ink_of(content[at.end() : at.end() + int(at[1]) * int(at[2])], int(at[1])) for at in _images(content)]


def _images(content: bytes) -> list[re.Match[bytes]]:
    """The heads of grey images one after another."""
    found, at = [], 0
    while head := re.compile(rb"P5\s(\d+)\s(\d+)\s255\s").match(content, at):
        found.append(head)
        at = head.end() + int(head[1]) * int(head[2])
    return found


def _ink_of(dots: bytes, wide: int) -> tuple[float, bool]:
    dark = sum(dot < 200 for dot in dots)
    edges = dots[:wide] + dots[-wide:] + dots[::wide] + dots[wide - 1 :: wide]
    return dark / len(dots), min(edges) < 200


def convert(files: Sequence[Path], folder: Path) -> dict[str, Print]:
    """Print files to PDF in a folder, all by one LibreOffice with a profile of its own; by name without ending."""
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return {file.stem: Print(folder / f"{file.stem}.pdf") for file in files}


def draw(prints: Sequence[Print], folder: Path) -> list[Path]:
    """An image of every page, and a page that shows them all; what the folder held before is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.png"), *folder.glob("*.html")):
        old.unlink()
    for one in prints:
        command = ("pdftoppm", "-r", str(DOTS_PER_INCH), "-png", str(one.pdf), str(folder / one.pdf.stem))
        subprocess.run(command, check=True)
    images = sorted(folder.glob("*.png"))
    (folder / "index.html").write_text(_sheet(images), encoding="utf-8")
    return images


def _sheet(images: Sequence[Path]) -> str:
    figures = (
        f"<figure><img src='{escape(one.name)}' alt=''><figcaption>{escape(one.stem)}</figcaption></figure>"
        for one in images
    )
    look = "body{display:flex;flex-wrap:wrap;gap:8px;background:#999;font:12px sans-serif}figure{margin:0}"
    return f"<!doctype html><meta charset=utf-8><title>Pages</title><style>{look}</style>{''.join(figures)}\n"


def _told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main(arguments: Sequence[str]) -> int:
    """Write, print and draw all samples; the exit code is 1 where a program is missing."""
    reason = PAPER.lack()
    if reason or not arguments:
        print(reason or __doc__, file=sys.stderr)
        return 1
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    prints = convert(list(samples.write(folder)), folder)
    print(f"{len(draw(list(prints.values()), folder))} pages: {folder.resolve() / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
