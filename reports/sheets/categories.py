"""分類別件数: the minor categories with a subtotal per major one and their share (イ 分類)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from reports.columns import Column, Kind
from reports.daily import CategoryCount, DailyReport
from reports.figures import EMPTY
from reports.fitting import line_count
from reports.sheets import frame
from reports.workbook import Book, Sheet, table_sheet

NAME = "分類別件数"
COLUMNS = (
    Column("major", "大分類", Kind.TEXT, 26),
    Column("code", "コード", Kind.CODE, 7),
    Column("minor", "小分類", Kind.LONG_TEXT, 46),
    Column("count", "件数", Kind.COUNT, 7),
    Column("share", "構成比", Kind.RATIO, 8),
)
LAST = len(COLUMNS) - 1
#: Rows of the first printed page; the break comes before the major category that would not fit whole. Excel ignores
#: breaks on pages that are fitted in width; there the page ends where it is full, which is about the same row.
PAGE_ROWS = 43
_COUNT, _SHARE = 3, 4


class _Group(Struct, frozen=True):
    """A major category: its label and its lines."""

    label: str
    lines: tuple[CategoryCount, ...]

    @property
    def count(self) -> int:
        return sum(line.count for line in self.lines)


def write(book: Book, report: DailyReport) -> None:
    """Write the sheet; the grand total is that of the records."""
    sheet = table_sheet(book, NAME, COLUMNS, frame.page(report))
    frame.opening(sheet, "イ　問合せの分類（12大分類・小分類別）", "構成比は、その日の記録件数に対する割合です。")
    sheet.headings(frame.HEADING_ROW, COLUMNS)
    total = len(report.inquiries)
    row, used, breaks = frame.FIRST_ROW, frame.FIRST_ROW, []
    for group in _groups(report):
        if used + len(group.lines) + 1 > PAGE_ROWS:
            breaks.append(row)
            used = 1
        used += len(group.lines) + 1
        row = _group(sheet, row, group, total)
    row = _uncategorised(sheet, report, row)
    _total(sheet, row, total)
    sheet.filters((frame.HEADING_ROW, 0, row - 1, LAST))
    sheet.break_before(*breaks)
    sheet.print_area(row, LAST)


def _groups(report: DailyReport) -> Iterator[_Group]:
    for code, lines in groupby(report.categories, key=lambda line: line.category.major_code):
        members = tuple(lines)
        yield _Group(f"{code} {members[0].category.major_name}", members)


def _group(sheet: Sheet, row: int, group: _Group, total: int) -> int:
    first = row
    style = sheet.style
    text, code, wrap = style("text", "line"), style("code", "line"), style("wrap", "line")
    count, share = style("count", "line"), style("ratio", "line")
    for line in group.lines:
        sheet.text(row, 0, group.label, text)
        sheet.raw_text(row, 1, line.category.code, code)
        sheet.text(row, 2, line.category.name, wrap)
        sheet.lines(row, line_count(line.category.name, COLUMNS[2].width))
        sheet.number(row, _COUNT, line.count, count)
        _share(sheet, (row, _SHARE), line.count, total, share)
        row += 1
    _subtotal(sheet, row, group, first, total)
    return row + 1


def _share(sheet: Sheet, at: tuple[int, int], count: int, total: int, style: object) -> None:
    if total:
        sheet.number(*at, count / total, style)
    else:
        sheet.raw_text(*at, EMPTY, style)


def _subtotal(sheet: Sheet, row: int, group: _Group, first: int, total: int) -> None:
    style = sheet.style
    sheet.text(row, 0, group.label, style("text", "subtotal"))
    sheet.fill(row, range(1, 2), style("subtotal"))
    sheet.raw_text(row, 2, "小計", style("subtotal", "right"))
    formula = f"=SUBTOTAL(9,D{first + 1}:D{row})"
    sheet.formula(row, _COUNT, formula, style("count", "subtotal"), group.count)
    _share(sheet, (row, _SHARE), group.count, total, style("ratio", "subtotal"))


def _uncategorised(sheet: Sheet, report: DailyReport, row: int) -> int:
    count = sum(line.category is None for line in report.inquiries)
    if not count:
        return row
    style = sheet.style
    sheet.raw_text(row, 0, "未分類", style("text", "subtotal"))
    sheet.fill(row, range(1, 3), style("subtotal"))
    sheet.number(row, _COUNT, count, style("count", "subtotal"))
    _share(sheet, (row, _SHARE), count, len(report.inquiries), style("ratio", "subtotal"))
    return row + 1


def _total(sheet: Sheet, row: int, total: int) -> None:
    style = sheet.style
    sheet.raw_text(row, 0, "合計", style("total", "left"))
    sheet.fill(row, range(1, 3), style("total"))
    formula = f"=SUBTOTAL(9,D{frame.FIRST_ROW + 1}:D{row})"
    sheet.formula(row, _COUNT, formula, style("count", "total"), total)
    _share(sheet, (row, _SHARE), total, total, style("ratio", "total"))
    sheet.height(row, 20)
