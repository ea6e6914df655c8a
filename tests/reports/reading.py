"""Reading a workbook back: every cell, every part, every text in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

from reports.bundle import daily_workbook
from reports.daily import DailyReport


def opened(content: bytes, *, values: bool = False) -> Any:
    """The workbook as openpyxl reads it; `values`: what stands beside the formulas."""
    return load_workbook(BytesIO(content), data_only=values)


def parts(content: bytes) -> dict[str, str]:
    """Every part of the package as text."""
    with ZipFile(BytesIO(content)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def texts(report: DailyReport) -> list[str]:
    """Every text of every sheet."""
    return [cell.value for cell in cells(opened(daily_workbook(report))) if isinstance(cell.value, str)]


def cells(book: Any) -> Iterator[Any]:
    """Every cell that holds something."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if cell.value is not None)


def dump(content: bytes) -> str:
    """The workbook as lines that a person can compare: parts, page set-up, cells with value, formula and format."""
    lines = [f"part {name}" for name in parts(content)]
    book, values = opened(content), opened(content, values=True)
    for sheet in book.worksheets:
        lines += [f"== {sheet.title}", *_page(sheet), *_cells(sheet, values[sheet.title])]
    return "\n".join(lines) + "\n"


def _page(sheet: Any) -> Iterator[str]:
    yield f"area {sheet.print_area} titles {sheet.print_title_rows} freeze {sheet.freeze_panes}"
    yield f"filter {sheet.auto_filter.ref} paper {sheet.page_setup.paperSize} {sheet.page_setup.orientation}"
    yield f"header {sheet.oddHeader.left.text} | {sheet.oddHeader.right.text}"
    yield f"footer {sheet.oddFooter.left.text} | {sheet.oddFooter.center.text} | {sheet.oddFooter.right.text}"
    yield f"merged {' '.join(sorted(str(area) for area in sheet.merged_cells.ranges))}"


def _cells(sheet: Any, values: Any) -> Iterator[str]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            beside = f" -> {values[cell.coordinate].value!r}" if cell.data_type == "f" else ""
            yield f"{cell.coordinate} {cell.data_type} {cell.number_format} {cell.value!r}{beside}"


def everything(content: bytes) -> str:
    """All parts in one text, entities of the XML undone as far as names and words need it."""
    whole = "\n".join(parts(content).values())
    return re.sub(r"&#x([0-9A-Fa-f]+);", lambda found: chr(int(found[1], 16)), whole)
