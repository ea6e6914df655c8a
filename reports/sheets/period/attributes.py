"""内訳: records by channel, caller, language and result, in tables side by side."""

from __future__ import annotations

from reports.figures import EMPTY
from reports.period import Attribute, PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import frame
from reports.workbook import Book, Sheet

KEY = "attributes"
_WIDTHS = (34.0, 11.0, 11.0, 4.0, 34.0, 11.0, 11.0)
_SIDES = (0, 4)


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet; each table goes where there is most room."""
    sheet = book.sheet(SHEET[KEY].name, _WIDTHS, frame.page(report, rows=None))
    frame.opening(sheet, f"内訳　{report.span.label}", f"記録件数 {report.figures['recorded'].text}件の内訳です。")
    ends = [frame.HEADING_ROW] * len(_SIDES)
    for one in report.attributes:
        side = ends.index(min(ends))
        ends[side] = _attribute(sheet, ends[side], _SIDES[side], one) + 1
    row = max(ends)
    if not report.attributes:
        sheet.raw_text(row, 0, "記録はありません。", sheet.style("left"))
        row += 1
    frame.close(sheet, report, KEY, row, _WIDTHS)


def _attribute(sheet: Sheet, row: int, first: int, one: Attribute) -> int:
    """A table with its total; the row after it."""
    style, records = sheet.style, sum(count for _, count in one.lines)
    for column, (label, position) in enumerate(((one.heading, "text"), ("件数", "right"), ("構成比", "right")), first):
        sheet.text(row, column, label, style("heading", position))
    for label, count in one.lines:
        row += 1
        _line(sheet, (row, first), label, count, records)
    _line(sheet, (row + 1, first), "合計", records, records, "total")
    return row + 2


def _line(sheet: Sheet, at: tuple[int, int], label: str, count: int, records: int, look: str = "line") -> None:
    (row, column), style = at, sheet.style
    sheet.text(row, column, label, style("text", look))
    sheet.number(row, column + 1, count, style("count", look))
    if records:
        sheet.number(row, column + 2, count / records, style("ratio", look))
    else:
        sheet.raw_text(row, column + 2, EMPTY, style("right", look))
