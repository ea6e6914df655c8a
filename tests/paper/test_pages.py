"""Every page as a city official will file it: printed, read back, and its image kept for people to look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from reports.manual_paper import contents_of
from reports.period import PeriodReport
from reports.period_bundle import SHEET
from reports.sheets.period.frame import sheets_of
from tests import images
from tests.machine import PAPER
from tests.paper import printing, samples
from tests.paper.printing import Print
from tests.reports.manual_sample import manual

pytestmark = pytest.mark.paper
A4 = (595, 842)
LANDSCAPE = A4[::-1]
BOUNDS = {
    "month": (16, 26),
    "month-network": (16, 26),
    "year": (30, 50),
    "term": (30, 55),
    "quiet": (15, 22),
    "month-paper": (4, 8),
    "month-network-paper": (4, 8),
    "year-paper": (5, 11),
    "term-paper": (5, 11),
    "quiet-paper": (3, 7),
    "notice": (1, 1),
    "notice-paper": (1, 1),
    "invoice": (1, 1),
    "invoice-paper": (1, 1),
    "invoice-reduced": (1, 2),
    "invoice-reduced-paper": (1, 2),
    "manual": (4, 6),
    "manual-paper": (8, 14),
}
each_file = pytest.mark.parametrize("name", BOUNDS)
each_report = pytest.mark.parametrize("name", samples.REPORTS)
LEAST_INK = 0.004
"""A page with a title and one line has more; header and footer alone have less."""


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Print]:
    PAPER.require()
    folder = tmp_path_factory.mktemp("paper")
    return printing.convert(list(samples.write(folder)), folder)


def test_an_image_of_every_page_is_attached_to_the_run(
    prints: dict[str, Print], record_property: Callable[[str, Any], None]
) -> None:
    folder = images.FOLDER / "paper"
    drawn = printing.draw(list(prints.values()), folder)
    images.attach(record_property, folder)
    assert len(drawn) == sum(len(one.sizes) for one in prints.values())


def test_every_file_is_printed(prints: dict[str, Print]) -> None:
    assert prints.keys() == BOUNDS.keys()


@each_file
def test_a_file_has_about_as_many_pages_as_its_content_asks_for(prints: dict[str, Print], name: str) -> None:
    fewest, most = BOUNDS[name]
    assert fewest <= len(prints[name].sizes) <= most


@each_file
def test_no_page_is_blank(prints: dict[str, Print], name: str) -> None:
    found = prints[name]
    assert [page for page in range(1, len(found.sizes) + 1) if not found.body(page)] == []
    assert [page for page, (ink, _) in enumerate(found.ink, 1) if ink < LEAST_INK] == []


@each_file
def test_nothing_touches_the_edge_of_the_paper(prints: dict[str, Print], name: str) -> None:
    assert [page for page, (_, cut) in enumerate(prints[name].ink, 1) if cut] == []


@each_file
def test_no_number_is_too_wide_for_its_column(prints: dict[str, Print], name: str) -> None:
    assert [page for page, words in enumerate(prints[name].pages, 1) if "##" in words] == []


@each_file
def test_every_page_is_a4(prints: dict[str, Print], name: str) -> None:
    first, *others = [(round(wide), round(high)) for wide, high in prints[name].sizes]
    assert first == A4
    wanted = LANDSCAPE if name in {*samples.REPORTS, samples.MANUAL} else A4
    assert set(others) <= {wanted}


@each_report
@pytest.mark.parametrize("suffix", ["", "-paper"], ids=["workbook", "word"])
def test_every_figure_stands_on_paper_beside_its_name(prints: dict[str, Print], name: str, suffix: str) -> None:
    report = samples.REPORTS[name]()
    lines = {tuple(row[:2]) for row in prints[f"{name}{suffix}"].lines() if len(row) > 1}
    missing = [one.label for one in report.figures.values() if (_bare(one.label), _bare(one.text)) not in lines]
    assert missing == []


@each_report
def test_every_sheet_of_the_list_has_its_page(prints: dict[str, Print], name: str) -> None:
    whole = _bare("".join(prints[name].pages))
    report: PeriodReport = samples.REPORTS[name]()
    assert [SHEET[one.key].name for one in sheets_of(report) if _bare(SHEET[one.key].name) not in whole] == []


@each_report
def test_pages_are_numbered_through(prints: dict[str, Print], name: str) -> None:
    pages = prints[name].pages
    numbers = [re.findall(r"(\d+) / (\d+)", page)[-1] for page in pages]
    assert numbers == [(str(number), str(len(pages))) for number in range(1, len(pages) + 1)]


def test_the_network_edition_prints_no_name(prints: dict[str, Print]) -> None:
    by_hand, by_network = ("".join(prints[f"{name}-paper"].pages) for name in ("month", "month-network"))
    assert "例山" in by_hand
    assert "例山" not in by_network
    assert "例山" not in "".join(prints["month-network"].pages)


def _bare(words: str) -> str:
    return re.sub(r"\s", "", words)


def test_the_contents_say_on_which_page_each_part_begins(prints: dict[str, Print]) -> None:
    pages = [_bare(page) for page in prints["manual-paper"].pages]
    listed = re.findall(r"^\s*(.+?)\.{3,}\s*(\d+)$", prints["manual-paper"].pages[1], re.MULTILINE)
    assert len(listed) == len(list(contents_of(manual())))
    headings = [(re.sub(r"（\d+件）$", "", _bare(text)), int(page)) for text, page in listed]
    assert [text for text, page in headings if text not in pages[page - 1]] == []
